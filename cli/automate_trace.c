/* SPDX-License-Identifier: Apache-2.0
 *
 * reevectl automate trace: what a run did, as a tree with times, attributes and log lines; of an
 * event, all that ran for it.
 */
#include <string.h>
#include "act.h"
#include "base/clock.h"
#include "base/wait.h"
#include "automate_steps.h"
#include "client.h"
#include "list.h"
#include "output.h"

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
add_line(rv_buf *out, const char *title, const char *text)
{
    if (text == NULL || *text == '\0')
        return;
    rv_buf_addf(out, "  %s ", title);
    cli_step_text(out, text);
    rv_buf_add_char(out, '\n');
}

static void
print_run(const cJSON *run)
{
    RV_AUTO_BUF
    rv_buf out = rv_buf_limited(CLI_STEPS_MAX_BYTES);
    const cJSON *step = NULL;
    rv_buf_add_string(&out, "run ");
    cli_step_text(&out, rv_json_string(run, "id"));
    rv_buf_add_string(&out, "  ");
    cli_step_text(&out, rv_json_string(run, "status"));
    cli_step_time(&out, rv_json_int(run, "took_us", 0));
    rv_buf_add_string(&out, "  ");
    cli_step_text(&out, rv_json_string(run, "uri"));
    rv_buf_add_char(&out, '\n');
    add_line(&out, "event", rv_json_string(run, "event_stream_id"));
    add_line(&out, "state", rv_json_string(run, "ae_state"));
    add_line(&out, "goes on", rv_json_string(run, "next_on"));
    add_line(&out, "error", rv_json_string(run, "error"));
    add_line(&out, "at", rv_json_string(run, "error_place"));
    cJSON_ArrayForEach(step, cJSON_GetObjectItemCaseSensitive(run, "trace"))
        cli_step_add(&out, step);
    cli_emit(&out);
}

static int
is_event(struct cli *cli, const char *id)
{
    RV_AUTO_FREE char *path = rv_format("/api/event_streams/%s", id);
    RV_AUTO_JSON cJSON *event = NULL;
    rv_err ignored = RV_ERR_INIT;
    return cli_get(cli->client, path, &event, &ignored) == 0;
}

enum { LOOK_MS = 300, LAST_MS = 60 * 1000 };

/* The run that ended last; with --wait it may be a while until there is one. */
static int
read_last(struct cli *cli, cJSON *runs, rv_err *err)
{
    static const char *const ended[] = { "ended_on!=nil", NULL };
    const struct cli_query query = { .collection = "automate_runs",
                                     .filters = ended,
                                     .sort_by = "ended_on,id",
                                     .descending = 1,
                                     .limit = 1 };
    int64_t until_ms =
        rv_monotonic_ms() + (cli_has(cli, "wait") ? cli_duration(cli, "timeout", LAST_MS) : 0);
    for (;;) {
        RV_AUTO_JSON cJSON *rows = NULL;
        if (cli_list(cli->client, &query, &rows, NULL, err) < 0)
            return err->code;
        cJSON *run = cJSON_DetachItemFromArray(rows, 0);
        if (run)
            return add_run(cli, runs, run, err);
        if (rv_monotonic_ms() >= until_ms)
            break;
        if (rv_sleep(LOOK_MS, err) < 0)
            return err->code;
    }
    rv_fail(err, RV_E_NOT_FOUND, "no run has ended yet");
    return rv_hint(err, "an event whose path leads to a method makes one: 'reevectl event tail'");
}

int
cmd_automate_trace(struct cli *cli)
{
    const char *id = cli->word_count ? cli->words[0] : NULL;
    RV_AUTO_JSON cJSON *runs = cJSON_CreateArray();
    const cJSON *run = NULL;
    rv_err err = RV_ERR_INIT;
    int format = cli_document_format(cli), code;

    if (format < 0 || (id && cli_take_id(cli, &id)) || cli_duration(cli, "timeout", 0) < 0)
        return CLI_USAGE;
    code = cli_connect(cli);
    if (code)
        return code;
    if (id ? read_runs(cli, id, runs, &err) : read_last(cli, runs, &err))
        return cli_failed(&err);
    if (cJSON_GetArraySize(runs) == 0 && is_event(cli, id))
        return cli_simulate_event(cli, id, format);
    if (cJSON_GetArraySize(runs) == 0) {
        rv_fail(&err, RV_E_NOT_FOUND, "there is no run and no event of id %s", id);
        rv_hint(&err, "'reevectl automate runs' and 'reevectl event list' show those there are");
        return cli_failed(&err);
    }
    if (!cli_is_table((enum cli_format)format)) {
        cli_print_document((enum cli_format)format, runs);
        return CLI_OK;
    }
    cJSON_ArrayForEach(run, runs) print_run(run);
    return CLI_OK;
}
