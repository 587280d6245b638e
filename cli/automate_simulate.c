/* SPDX-License-Identifier: Apache-2.0
 *
 * reevectl automate simulate: the objects that a path leads to, without running a method.
 */
#include <string.h>
#include "act.h"
#include "automate_run.h"
#include "automate_steps.h"
#include "client.h"
#include "list.h"
#include "output.h"

#define RUNS "automate_runs"

static void
print_tree(const cJSON *simulated)
{
    RV_AUTO_BUF
    rv_buf out = rv_buf_limited(CLI_STEPS_MAX_BYTES);
    const cJSON *step = NULL;
    const char *reason = rv_json_string(simulated, "reason");
    cJSON_ArrayForEach(step, cJSON_GetObjectItemCaseSensitive(simulated, "steps"))
        cli_step_add(&out, step);
    cli_step_text(&out, rv_json_string(simulated, "outcome"));
    if (reason) {
        rv_buf_add_string(&out, ": ");
        cli_step_text(&out, reason);
    }
    rv_buf_add_char(&out, '\n');
    cli_emit(&out);
}

/* The exit code says whether the domains are well. */
static int
simulate(struct cli *cli, cJSON *body, int format)
{
    RV_AUTO_JSON cJSON *answer = NULL;
    rv_err err = RV_ERR_INIT;
    cJSON_AddStringToObject(body, "action", "simulate");
    if (cli_request(cli->client, "POST", "/api/" RUNS, body, &answer, &err) < 0)
        return cli_failed(&err);
    const cJSON *results = cJSON_GetObjectItemCaseSensitive(answer, "results");
    cJSON *simulated = cJSON_IsArray(results) ? cJSON_GetArrayItem(results, 0) : answer;
    const char *outcome = rv_json_string(simulated, "outcome");
    if (!cli_is_table((enum cli_format)format))
        cli_print_document((enum cli_format)format, simulated);
    else
        print_tree(simulated);
    return outcome && strcmp(outcome, "error") != 0 ? CLI_OK : CLI_FAILURE;
}

int
cli_simulate_event(struct cli *cli, const char *id, int format)
{
    RV_AUTO_JSON cJSON *body = cJSON_CreateObject();
    cli_say("event %s has left no run: the server's own handlers leave none, and what is at work "
            "none at first; this is what its path leads to now, and nothing of it is run",
            id);
    cJSON_AddStringToObject(body, "event", id);
    return simulate(cli, body, format);
}

int
cmd_automate_simulate(struct cli *cli)
{
    RV_AUTO_JSON cJSON *body = cJSON_CreateObject();
    const char *target = cli_value(cli, "target"), *event = cli_value(cli, "event");
    int format = cli_document_format(cli), code;

    if (format < 0 || cli_add_attributes(cli, body) || (event && cli_take_id(cli, &event)))
        return CLI_USAGE;
    if (cli->word_count == 0 && event == NULL)
        return cli_usage(cli, "a path is missing, or --event ID");
    code = cli_connect(cli);
    if (code || (target && (code = cli_add_target(cli, body, target)) != CLI_OK))
        return code;
    if (cli->word_count)
        cJSON_AddStringToObject(body, "uri", cli->words[0]);
    if (event)
        cJSON_AddStringToObject(body, "event", event);
    return simulate(cli, body, format);
}
