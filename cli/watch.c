/* SPDX-License-Identifier: Apache-2.0
 *
 * The stream is opened first and the listing made after, so that nothing falls in between; what
 * happens in between is said twice.
 */
#include "watch.h"

#include <string.h>
#include "rows.h"

#define LINE_LIMIT (64u << 20)

struct cli_changes {
    const struct cli_show *show;
    struct cli_table *table; /* table and wide */
    char *attributes;        /* csv */
    struct cli_rows *rows;
    int began;
};

struct cli_changes *
cli_changes_new(const struct cli_show *show)
{
    struct cli_changes *changes = rv_alloc(sizeof(*changes));

    changes->show = show;
    changes->rows = cli_rows_new();
    if (cli_is_table(show->format))
        changes->table = cli_table_new(show->view, show->table_flags | CLI_TABLE_LEAD);
    if (show->format == CLI_CSV)
        changes->attributes = cli_view_attributes(show->view);
    return changes;
}

void
cli_changes_free(struct cli_changes *changes)
{
    cli_table_free(changes->table);
    cli_rows_free(changes->rows);
    free(changes->attributes);
    free(changes);
}

static void
add_document(rv_buf *out, enum cli_format format, const char *type, const cJSON *row)
{
    cJSON *document = cJSON_CreateObject();
    char *text;

    cJSON_AddStringToObject(document, "type", type);
    cJSON_AddItemReferenceToObject(document, "object", (cJSON *)(uintptr_t)row);
    if (format == CLI_YAML) {
        rv_buf_add_string(out, "---\n");
        cli_add_yaml(out, document);
    } else {
        text = cJSON_PrintUnformatted(document);
        rv_buf_addf(out, "%s\n", text);
        cJSON_free(text);
    }
    cJSON_Delete(document);
}

static void
print_change(struct cli_changes *changes, const char *type, const cJSON *row)
{
    RV_AUTO_BUF rv_buf text = rv_buf_limited(LINE_LIMIT);

    switch (changes->show->format) {
    case CLI_TABLE:
    case CLI_WIDE:
        cli_table_row(changes->table, type, row);
        return;
    case CLI_NAME:
        cli_print_name(changes->show->kind, row);
        return;
    case CLI_CSV:
        if (!changes->began && (changes->show->table_flags & CLI_TABLE_HEADERS)) {
            rv_buf_add_string(&text, "event,");
            cli_add_csv_head(&text, changes->attributes);
        }
        rv_buf_addf(&text, "%s,", type);
        cli_add_csv_row(&text, changes->attributes, row);
        break;
    default:
        add_document(&text, changes->show->format, type, row);
    }
    changes->began = 1;
    cli_emit(&text);
}

void
cli_changes_add(struct cli_changes *changes, const char *type, cJSON *row)
{
    int is_gone = strcmp(type, "deleted") == 0;
    const char *id = rv_json_string(row, "id");
    cJSON *known = is_gone && id ? cli_rows_take(changes->rows, id) : NULL;

    print_change(changes, type, known ? known : row);
    cJSON_Delete(known);
    if (is_gone)
        cJSON_Delete(row);
    else
        cli_rows_put(changes->rows, row);
}

static void
print_gone(void *arg, const cJSON *row)
{
    print_change(arg, "deleted", row);
}

void
cli_changes_list(struct cli_changes *changes, cJSON *rows)
{
    struct cli_rows *before = changes->rows;

    changes->rows = cli_rows_new();
    while (rows->child) {
        cJSON *row = cJSON_DetachItemFromArray(rows, 0);
        const char *id = rv_json_string(row, "id");

        cJSON_Delete(id ? cli_rows_take(before, id) : NULL);
        cli_changes_add(changes, "listed", row);
    }
    cli_rows_each(before, print_gone, changes);
    cli_rows_free(before);
}

int
cli_changes_flush(struct cli_changes *changes)
{
    if (changes->table)
        cli_table_print(changes->table, stdout);
    return fflush(stdout) == 0 && !ferror(stdout) ? 0 : -1;
}

struct watch {
    const struct cli_query *query;
    struct cli_changes *changes;
    struct cli_client *lister; /* the stream has the other */
    int flags;
    rv_err err;
};

/* The stream is open: list. Later again, when the stream had to start over. */
static int
list_first(void *arg)
{
    struct watch *w = arg;
    RV_AUTO_JSON cJSON *rows = NULL;

    if (w->flags & CLI_WATCH_ONLY)
        return 0;
    if (cli_list(w->lister, w->query, &rows, NULL, &w->err) < 0)
        return w->err.code;
    cli_changes_list(w->changes, rows);
    return cli_changes_flush(w->changes) < 0;
}

static int
take_event(void *arg, const struct cli_event *event)
{
    struct watch *w = arg;
    cJSON *row = NULL;

    if (rv_json_parse(&row, event->data, strlen(event->data), LINE_LIMIT, 0, &w->err) < 0)
        return rv_wrap(&w->err, "read a change");
    cli_changes_add(w->changes, event->name, row);
    return cli_changes_flush(w->changes) < 0; /* each at once: a reader of the pipe sees it now */
}

int
cli_watch(struct cli *cli, const struct cli_query *query, const struct cli_show *show, int flags)
{
    struct watch w = { .query = query, .flags = flags };
    const struct cli_stream stream = { .ready = list_first, .event = take_event, .arg = &w };
    RV_AUTO_FREE char *path = cli_query_path(query);
    rv_err err = RV_ERR_INIT;
    int status;

    if (cli_client_clone(&w.lister, cli->client, &err) < 0)
        return cli_failed(&err);
    w.changes = cli_changes_new(show);
    status = cli_events(cli->client, path, &stream, &err);
    cli_changes_free(w.changes);
    cli_client_close(w.lister);
    if (w.err.code)
        return cli_failed(&w.err);
    return status < 0 ? cli_failed(&err) : CLI_OK;
}
