/* SPDX-License-Identifier: Apache-2.0
 *
 * reevectl get --watch: what is there, then every change as it comes. The stream is
 * opened first and the listing made after, so that nothing falls in between;
 * what a change says twice is said twice.
 */
#include <string.h>
#include "cli.h"

struct watch {
    struct cli *cli;
    const struct cli_kind *kind;
    struct cli_query *query;
    const struct cli_column *columns;
    enum cli_format format;
    struct cli_client *lister; /* the stream has the other */
    rv_err err;
};

/* One line, written at once: a reader of the pipe sees it now. */
static void
print_change(struct watch *w, const char *what, const cJSON *row)
{
    RV_AUTO_BUF
    rv_buf line = rv_buf_limited(16 << 20);

    if (w->format != CLI_TABLE && w->format != CLI_WIDE) {
        cJSON *event = cJSON_CreateObject();
        char *text;

        cJSON_AddStringToObject(event, "type", what);
        cJSON_AddItemReferenceToObject(event, "object", (cJSON *)(uintptr_t)row);
        text = cJSON_PrintUnformatted(event);
        printf("%s\n", text);
        cJSON_free(text);
        cJSON_Delete(event);
        fflush(stdout);
        return;
    }
    rv_buf_addf(&line, "%-9s", what);
    for (const struct cli_column *c = w->columns; c->title; c++) {
        RV_AUTO_BUF
        rv_buf cell = rv_buf_limited(1 << 20);

        if (c->wide && w->format != CLI_WIDE)
            continue;
        cli_cell(&cell, row, c);
        rv_buf_addf(&line, " %-*s", strcmp(c->title, "NAME") == 0 ? 40 : 14, rv_buf_text(&cell));
    }
    printf("%s\n", rv_buf_text(&line));
    fflush(stdout);
}

static int
list_first(void *arg)
{
    struct watch *w = arg;
    RV_AUTO_JSON cJSON *rows = NULL;
    const cJSON *row;

    if (cli_has(w->cli, "watch-only"))
        return 0;
    if (cli_list(w->lister, w->query, &rows, NULL, &w->err) < 0)
        return 1;
    cJSON_ArrayForEach(row, rows) print_change(w, "listed", row);
    return 0;
}

static int
take_event(void *arg, const struct cli_event *event)
{
    struct watch *w = arg;
    RV_AUTO_JSON cJSON *row = NULL;
    rv_err ignored = RV_ERR_INIT;

    if (rv_json_parse(&row, event->data, strlen(event->data), 16 << 20, 0, &ignored) < 0)
        return 0;
    print_change(w, event->name, row);
    return ferror(stdout) ? 1 : 0;
}

int
cli_watch(struct cli *cli, const struct cli_kind *kind, struct cli_query *query,
          const struct cli_column *columns, enum cli_format format)
{
    struct watch w = {
        .cli = cli, .kind = kind, .query = query, .columns = columns, .format = format
    };
    RV_AUTO_FREE char *path = NULL;
    struct cli_context context;
    rv_err err = RV_ERR_INIT;
    int status;

    if (cli_context_load(&context, &err) < 0)
        return cli_failed(&err);
    free(context.url);
    context.url = rv_strdup(cli_client_url(cli->client));
    status = cli_client_open(&w.lister, &context, &err);
    cli_context_free(&context);
    if (status < 0)
        return cli_failed(&err);
    path = cli_query_path(query);
    status = cli_events(cli->client, path, list_first, take_event, &w, &err);
    cli_client_close(w.lister);
    if (w.err.code)
        return cli_failed(&w.err);
    return status < 0 ? cli_failed(&err) : CLI_OK;
}
