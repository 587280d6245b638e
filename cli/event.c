/* SPDX-License-Identifier: Apache-2.0
 *
 * reevectl event list | tail, and timeline: what happened, the latest last.
 */
#include "event.h"

#include <string.h>
#include "client.h"
#include "describe.h"

enum { LIST_LIMIT = 1000, TAIL_LINES = 10, REMEMBERED = 1024, WAYS = 4 };
#define LINE_LIMIT (4u << 20)

static int64_t
time_of(const cJSON *row)
{
    const char *text = rv_json_string(row, "timestamp");
    rv_err ignored = RV_ERR_INIT;
    int64_t ms = 0;
    return text && rv_parse_time(&ms, text, &ignored) == 0 ? ms : 0;
}

static int
has_row(const cJSON *rows, const char *id)
{
    const cJSON *row;
    cJSON_ArrayForEach(row, rows)
    {
        if (rv_streq(rv_json_string(row, "id"), id))
            return 1;
    }
    return 0;
}

/* Both in the order of time, and taken; what is in both is there once. Of rows of the same time
 * those of `one` come first, so that the second of two is met later. */
static cJSON *
merged(cJSON *one, cJSON *other, int64_t most)
{
    cJSON *out = cJSON_CreateArray();
    while (one->child || other->child) {
        int first =
            other->child == NULL || (one->child && time_of(one->child) <= time_of(other->child));
        cJSON *row = cJSON_DetachItemFromArray(first ? one : other, 0);
        if (!first && has_row(out, rv_json_string(row, "id")))
            cJSON_Delete(row);
        else
            cJSON_AddItemToArray(out, row);
    }
    cJSON_Delete(one);
    while (cJSON_GetArraySize(out) > most)
        cJSON_DeleteItemFromArray(out, 0);
    return out;
}

/* of: collections, ending with NULL; the last `limit` of all their events. */
static int
read_all(struct cli *cli, struct cli_event_query *query, const char *const *of, int64_t limit,
         cJSON **out, rv_err *err)
{
    RV_AUTO_FREE char *attributes =
        query->attributes ? rv_format("%s,timestamp", query->attributes) : NULL;
    if (of[1])
        query->query.attributes = attributes;
    if (cli_event_last(cli, query, limit, out, err) < 0)
        return err->code;
    for (of++; *of; of++) {
        RV_AUTO_JSON cJSON *more = NULL;
        query->query.collection = *of;
        if (cli_event_last(cli, query, limit, &more, err) < 0)
            return err->code;
        *out = merged(*out, more, limit);
    }
    query->query.attributes = query->attributes;
    return 0;
}

static int
list_of(struct cli *cli, const char *const *of)
{
    CLI_AUTO_EVENT_QUERY struct cli_event_query query = { .filter_count = 0 };
    RV_AUTO_JSON cJSON *rows = NULL;
    rv_err err = RV_ERR_INIT;
    int64_t limit = cli_int(cli, "limit", LIST_LIMIT, 1, INT32_MAX);
    if (limit < 0)
        return CLI_USAGE;
    int code = cli_event_query(cli, &query, of[0]);
    if (code)
        return code;
    if (read_all(cli, &query, of, limit, &rows, &err) < 0)
        return cli_failed(&err);
    if (!rows->child && cli_is_table(query.format)) {
        cli_say("no events found");
        return CLI_OK;
    }
    const struct cli_show show = { .format = query.format,
                                   .view = &query.view,
                                   .kind = &query.kind,
                                   .table_flags = query.table_flags };
    cli_print_rows(&show, rows);
    return CLI_OK;
}

int
cmd_event_list(struct cli *cli)
{
    static const char *const all[] = { "event_streams", NULL };
    int code = cli_event_check(cli);
    if (code == CLI_OK)
        code = cli_connect(cli);
    return code ? code : list_of(cli, all);
}

/* A machine's events are also those of what it was cloned from, or moved to: every way that an
 * event may point to the object. */
static int
ways_to(char *out[WAYS + 1], const struct cli_kind *kind, const char *id)
{
    int count = 0, ways = 0;
    const struct rv_relation *relations = kind->kind ? rv_kind_relations(kind->kind, &count) : NULL;
    for (int i = 0; i < count && ways < WAYS; i++)
        if (rv_streq(relations[i].child->name, "event_stream"))
            out[ways++] = rv_format("%s/%s/%s", kind->collection, id, relations[i].name);
    if (ways == 0)
        out[ways++] = rv_format("%s/%s/event_streams", kind->collection, id);
    return ways;
}

int
cmd_timeline(struct cli *cli)
{
    RV_AUTO_JSON cJSON *row = NULL;
    char *of[WAYS + 1] = { NULL };
    rv_err err = RV_ERR_INIT;
    struct cli_kind kind;
    int code = cli_check_object(cli);
    if (code == CLI_OK)
        code = cli_event_check(cli);
    if (code == CLI_OK)
        code = cli_connect(cli);
    if (code)
        return code;
    if (cli_find_object(cli, &kind, &row, &err) < 0)
        return cli_failed(&err);
    int ways = ways_to(of, &kind, rv_json_string(row, "id"));
    code = list_of(cli, (const char *const *)of);
    while (ways > 0)
        free(of[--ways]);
    return code;
}

struct tail {
    struct cli *cli;
    struct cli_event_query query;
    struct cli_client *lister; /* the stream has the other */
    struct cli_table *table;
    int64_t lines;
    int64_t seen[REMEMBERED]; /* those between listing and stream are told twice */
    size_t seen_count;
    int began;
    rv_err err;
};

static int
is_new(struct tail *tail, const cJSON *row)
{
    const char *text = rv_json_string(row, "id");
    rv_err ignored = RV_ERR_INIT;
    int64_t id = 0;
    if (text == NULL || rv_parse_int(&id, text, &ignored) < 0)
        return 1;
    for (size_t i = 0; i < REMEMBERED; i++)
        if (tail->seen[i] == id)
            return 0;
    tail->seen[tail->seen_count++ % REMEMBERED] = id;
    return 1;
}

static void
print_text(struct tail *tail, const cJSON *row)
{
    RV_AUTO_BUF rv_buf text = rv_buf_limited(LINE_LIMIT);
    char *json = NULL;
    if (tail->query.format == CLI_CSV) {
        if (!tail->began && (tail->query.table_flags & CLI_TABLE_HEADERS))
            cli_add_csv_head(&text, tail->query.attributes);
        cli_add_csv_row(&text, tail->query.attributes, row);
    } else if (tail->query.format == CLI_YAML) {
        rv_buf_add_string(&text, "---\n");
        cli_add_yaml(&text, row);
    } else {
        json = cJSON_PrintUnformatted(row);
        rv_buf_addf(&text, "%s\n", json);
        cJSON_free(json);
    }
    tail->began = 1;
    cli_emit(&text);
}

static void
print_event(struct tail *tail, const cJSON *row)
{
    if (!is_new(tail, row))
        return;
    if (tail->table)
        cli_table_row(tail->table, NULL, row);
    else if (tail->query.format == CLI_NAME)
        cli_print_name(&tail->query.kind, row);
    else
        print_text(tail, row);
}

/* Each at once: a reader of the pipe sees it now. */
static int
flush(struct tail *tail)
{
    if (tail->table)
        cli_table_print(tail->table, stdout);
    return fflush(stdout) == 0 && !ferror(stdout) ? 0 : -1;
}

/* The stream is open. Later again, when the server no longer knows where we were: what is the
 * latest now may have come meanwhile. */
static int
list_last(void *arg)
{
    struct tail *tail = arg;
    struct cli with = *tail->cli;
    RV_AUTO_JSON cJSON *rows = NULL;
    const cJSON *row;
    with.client = tail->lister;
    if (tail->lines == 0)
        return 0;
    if (cli_event_last(&with, &tail->query, tail->lines, &rows, &tail->err) < 0)
        return tail->err.code;
    cJSON_ArrayForEach(row, rows)
    {
        print_event(tail, row);
    }
    return flush(tail);
}

static int
take_change(void *arg, const struct cli_event *event)
{
    struct tail *tail = arg;
    RV_AUTO_JSON cJSON *row = NULL;
    if (strcmp(event->name, "created") != 0)
        return 0;
    if (rv_json_parse(&row, event->data, strlen(event->data), LINE_LIMIT, 0, &tail->err) < 0)
        return rv_wrap(&tail->err, "read an event");
    print_event(tail, row);
    return flush(tail);
}

static int
follow(struct tail *tail)
{
    const struct cli_stream stream = { .ready = list_last, .event = take_change, .arg = tail };
    RV_AUTO_FREE char *path = cli_query_path(&tail->query.query);
    rv_err err = RV_ERR_INIT;
    if (cli_client_clone(&tail->lister, tail->cli->client, &err) < 0)
        return cli_failed(&err);
    if (cli_is_table(tail->query.format))
        tail->table = cli_table_new(&tail->query.view, tail->query.table_flags);
    int status = cli_events(tail->cli->client, path, &stream, &err);
    cli_table_free(tail->table);
    cli_client_close(tail->lister);
    if (tail->err.code)
        return cli_failed(&tail->err);
    return status < 0 ? cli_failed(&err) : CLI_OK;
}

int
cmd_event_tail(struct cli *cli)
{
    struct tail tail = { .cli = cli, .lines = cli_int(cli, "lines", TAIL_LINES, 0, 10000) };
    int code = tail.lines < 0 ? CLI_USAGE : cli_event_check(cli);
    if (code == CLI_OK)
        code = cli_connect(cli);
    if (code == CLI_OK)
        code = cli_event_query(cli, &tail.query, "event_streams");
    if (code == CLI_OK)
        code = follow(&tail);
    cli_event_query_free(&tail.query);
    return code;
}
