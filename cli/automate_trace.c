/* SPDX-License-Identifier: Apache-2.0
 *
 * reevectl automate trace: what a run did, as a tree with times, attributes and log lines; of an
 * event, all that ran for it.
 */
#include <string.h>
#include "act.h"
#include "client.h"
#include "list.h"
#include "output.h"

enum { TREE_MAX_BYTES = 64 << 20, MOST_INDENT = 40 };

/* All steps of a run, part after part; the caller's. */
static int
read_steps(struct cli *cli, const char *run_id, cJSON **out, rv_err *err)
{
    RV_AUTO_FREE char *filter = rv_format("run_id=%s", run_id);
    const char *const filters[] = { filter, NULL };
    const struct cli_query query = { .collection = "automate_traces",
                                     .attributes = "part,data",
                                     .filters = filters,
                                     .sort_by = "part",
                                     .limit = -1 };
    RV_AUTO_JSON cJSON *rows = NULL;
    cJSON *row, *step;
    *out = cJSON_CreateArray();
    if (cli_list(cli->client, &query, &rows, NULL, err) < 0)
        return err->code;
    cJSON_ArrayForEach(row, rows)
    {
        cJSON *data = cJSON_GetObjectItemCaseSensitive(row, "data");
        while (cJSON_IsArray(data) && (step = cJSON_DetachItemFromArray(data, 0)) != NULL)
            cJSON_AddItemToArray(*out, step);
    }
    return 0;
}

static int
add_run(struct cli *cli, cJSON *runs, cJSON *run, rv_err *err)
{
    cJSON *steps = NULL;
    const char *id = rv_json_string(run, "id");
    int failed = id ? read_steps(cli, id, &steps, err) : 0;
    cJSON_AddItemToObject(run, "trace", steps ? steps : cJSON_CreateArray());
    cJSON_AddItemToArray(runs, run);
    return failed;
}

/* Of a run, or of all runs of an event. */
static int
read_runs(struct cli *cli, const char *id, cJSON *runs, rv_err *err)
{
    RV_AUTO_FREE char *path = rv_format("/api/automate_runs/%s", id);
    RV_AUTO_FREE char *filter = rv_format("event_stream_id=%s", id);
    const char *const filters[] = { filter, NULL };
    const struct cli_query query = {
        .collection = "automate_runs", .filters = filters, .sort_by = "id", .limit = -1
    };
    RV_AUTO_JSON cJSON *rows = NULL;
    cJSON *run = NULL;
    int rc = cli_get(cli->client, path, &run, err);
    if (rc == 0)
        return add_run(cli, runs, run, err);
    if (rc != RV_E_NOT_FOUND)
        return rc;
    rv_err_clear(err);
    if (cli_list(cli->client, &query, &rows, NULL, err) < 0)
        return err->code;
    while ((run = cJSON_DetachItemFromArray(rows, 0)) != NULL)
        if (add_run(cli, runs, run, err))
            return err->code;
    return 0;
}

static void
add_time(rv_buf *out, int64_t us)
{
    if (us > 0)
        rv_buf_addf(out, us < 10000 ? "  %.2f ms" : "  %.0f ms", (double)us / 1000);
}

static void
add_indent(rv_buf *out, int64_t depth)
{
    for (int64_t i = 0; i < depth && i < MOST_INDENT; i++)
        rv_buf_add_string(out, "  ");
}

static const char *
code_word(int64_t code)
{
    return code == 0    ? "ok"
           : code == 4  ? "warn"
           : code == 8  ? "stop"
           : code == 16 ? "abort"
                        : "failed";
}

static void
add_clean(rv_buf *out, const char *text)
{
    cli_clean_line(out, text ? text : "");
}

/* A line each; what a step says of itself stands behind its kind. */
static void
add_step(rv_buf *out, const cJSON *step)
{
    const char *kind = rv_json_string(step, "kind"), *name = rv_json_string(step, "name");
    const char *text = rv_json_string(step, "text"), *value = rv_json_string(step, "value");
    int64_t depth = rv_json_int(step, "depth", 0);
    if (kind == NULL || strcmp(kind, "end") == 0)
        return;
    add_indent(out, depth + (strcmp(kind, "object") != 0));
    if (strcmp(kind, "object") == 0) {
        add_clean(out, text);
    } else if (strcmp(kind, "field") == 0) {
        add_clean(out, name);
        rv_buf_add_string(out, " = ");
        add_clean(out, value);
    } else if (strcmp(kind, "method") == 0) {
        rv_buf_add_string(out, "method ");
        add_clean(out, text ? text : name);
        rv_buf_addf(out, "  %s", code_word(rv_json_int(step, "code", 0)));
    } else if (strcmp(kind, "state") == 0) {
        rv_buf_add_string(out, "state ");
        add_clean(out, text);
        rv_buf_add_string(out, ": ");
        add_clean(out, value);
    } else if (strcmp(kind, "log") == 0) {
        rv_buf_addf(out, "| %-5s ", rv_json_string(step, "level"));
        add_clean(out, text);
    } else if (strcmp(kind, "left_out") == 0) {
        rv_buf_addf(out, "... %lld more steps are not kept",
                    (long long)rv_json_int(step, "count", 0));
    } else {
        rv_buf_addf(out, "%s ", kind);
        add_clean(out, text ? text : name);
    }
    add_time(out, rv_json_int(step, "took_us", 0));
    rv_buf_add_char(out, '\n');
}

static void
add_line(rv_buf *out, const char *title, const char *text)
{
    if (text == NULL || *text == '\0')
        return;
    rv_buf_addf(out, "  %s ", title);
    add_clean(out, text);
    rv_buf_add_char(out, '\n');
}

static void
print_run(const cJSON *run)
{
    RV_AUTO_BUF
    rv_buf out = rv_buf_limited(TREE_MAX_BYTES);
    const cJSON *step = NULL;
    rv_buf_add_string(&out, "run ");
    add_clean(&out, rv_json_string(run, "id"));
    rv_buf_add_string(&out, "  ");
    add_clean(&out, rv_json_string(run, "status"));
    add_time(&out, rv_json_int(run, "took_us", 0));
    rv_buf_add_string(&out, "  ");
    add_clean(&out, rv_json_string(run, "uri"));
    rv_buf_add_char(&out, '\n');
    add_line(&out, "event", rv_json_string(run, "event_stream_id"));
    add_line(&out, "state", rv_json_string(run, "ae_state"));
    add_line(&out, "goes on", rv_json_string(run, "next_on"));
    add_line(&out, "error", rv_json_string(run, "error"));
    add_line(&out, "at", rv_json_string(run, "error_place"));
    cJSON_ArrayForEach(step, cJSON_GetObjectItemCaseSensitive(run, "trace")) add_step(&out, step);
    cli_emit(&out);
}

int
cmd_automate_trace(struct cli *cli)
{
    RV_AUTO_JSON cJSON *runs = cJSON_CreateArray();
    const cJSON *run = NULL;
    rv_err err = RV_ERR_INIT;
    int format = cli_document_format(cli), code;

    if (format < 0 || cli_check_id(cli, cli->words[0]))
        return CLI_USAGE;
    code = cli_connect(cli);
    if (code)
        return code;
    if (read_runs(cli, cli->words[0], runs, &err))
        return cli_failed(&err);
    if (cJSON_GetArraySize(runs) == 0) {
        rv_fail(&err, RV_E_NOT_FOUND, "no method ran for event %s, and there is no run of that id",
                cli->words[0]);
        rv_hint(&err, "events that lead to handlers only leave no run; 'reevectl automate runs' "
                      "shows those that did");
        return cli_failed(&err);
    }
    if (!cli_is_table((enum cli_format)format)) {
        cli_print_document((enum cli_format)format, runs);
        return CLI_OK;
    }
    cJSON_ArrayForEach(run, runs) print_run(run);
    return CLI_OK;
}
