/* SPDX-License-Identifier: Apache-2.0
 *
 * reevectl automate runs | run | stop.
 */
#include <string.h>
#include "act.h"
#include "automate_run.h"
#include "list.h"
#include "output.h"

#define RUNS "automate_runs"

int
cmd_automate_runs(struct cli *cli)
{
    static const char *const states[] = { "queued", "running", "retry", "finished",
                                          "error",  "stopped", NULL };
    RV_AUTO_FREE char *status = NULL, *event = NULL;
    const char *wanted = cli_value(cli, "status"), *of = cli_value(cli, "event");

    for (int i = 0; wanted && states[i]; i++)
        if (rv_strcaseeq(states[i], wanted))
            status = rv_format("status=%s", states[i]);
    if (wanted && !status)
        return cli_usage(cli, "'%s' is no status of a run%s", wanted,
                         cli_did_you_mean(wanted, states, ""));
    if (status && cli_add_filter(cli, status))
        return CLI_USAGE;
    if (of) {
        if (cli_take_id(cli, &of))
            return CLI_USAGE;
        event = rv_format("event_stream_id=%s", of);
        if (cli_add_filter(cli, event))
            return CLI_USAGE;
    }
    return cli_get_latest(cli, RUNS, "created_on,id");
}

/* "name=value"; a number, true and false are what they look like, quoted they are texts. */
static int
add_attribute(struct cli *cli, cJSON *attributes, const char *given)
{
    rv_err err = RV_ERR_INIT;
    const char *equal = strchr(given, '=');
    cJSON *value = NULL;
    if (equal == NULL || equal == given)
        return cli_usage(cli, "'%s' is no attribute: NAME=VALUE", given);
    RV_AUTO_FREE char *name = rv_strndup(given, (size_t)(equal - given));
    if (rv_json_parse(&value, equal + 1, strlen(equal + 1), 1 << 20, 0, &err))
        value = cJSON_CreateString(equal + 1);
    cJSON_AddItemToObject(attributes, name, value);
    return CLI_OK;
}

int
cli_add_attributes(struct cli *cli, cJSON *body)
{
    cJSON *attributes = cJSON_AddObjectToObject(body, "attributes");
    for (int i = 0; i < cli->given_count; i++)
        if (strcmp(cli->given[i].option->name, "attribute") == 0 &&
            add_attribute(cli, attributes, cli->given[i].value))
            return CLI_USAGE;
    return CLI_OK;
}

int
cli_add_target(struct cli *cli, cJSON *body, const char *given)
{
    RV_AUTO_FREE char *kind = NULL, *id = NULL;
    int code = cli_find_target(cli, given, &kind, &id);
    if (code)
        return code;
    cJSON *target = cJSON_AddObjectToObject(body, "target");
    cJSON_AddStringToObject(target, "kind", kind);
    cJSON_AddStringToObject(target, "id", id);
    return CLI_OK;
}

static const cJSON *
first_result(const cJSON *answer)
{
    const cJSON *results = cJSON_GetObjectItemCaseSensitive(answer, "results");
    return cJSON_IsArray(results) ? cJSON_GetArrayItem(results, 0) : answer;
}

static int
say_started(struct cli *cli, const cJSON *result, int64_t timeout_ms)
{
    const char *id = rv_json_string(result, "id"), *task = rv_json_string(result, "task_id");
    const char *message = rv_json_string(result, "message");
    if (cJSON_IsFalse(cJSON_GetObjectItemCaseSensitive(result, "success"))) {
        cli_warn("%s", message ? message : "the server refused");
        return CLI_FAILURE;
    }
    if (id)
        printf("%s\n", id);
    if (cli_has(cli, "wait") && task)
        return cli_wait_task(cli, task, timeout_ms);
    cli_say("%s; 'reevectl automate trace %s' tells how it went", message ? message : "started",
            id ? id : "ID");
    return CLI_OK;
}

int
cmd_automate_run(struct cli *cli)
{
    RV_AUTO_JSON cJSON *body = cJSON_CreateObject(), *answer = NULL;
    const char *target = cli_value(cli, "target"), *event = cli_value(cli, "event");
    int64_t timeout_ms = cli_duration(cli, "timeout", 0);
    rv_err err = RV_ERR_INIT;
    int code;

    if (timeout_ms < 0 || cli_add_attributes(cli, body) || (event && cli_take_id(cli, &event)))
        return CLI_USAGE;
    if (cli->word_count == 0 && event == NULL)
        return cli_usage(cli, "a path is missing, or --event ID");
    code = cli_connect(cli);
    if (code || (target && (code = cli_add_target(cli, body, target)) != CLI_OK))
        return code;
    cJSON_AddStringToObject(body, "action", "run");
    if (cli->word_count)
        cJSON_AddStringToObject(body, "uri", cli->words[0]);
    if (event)
        cJSON_AddStringToObject(body, "event", event);
    if (cli_request(cli->client, "POST", "/api/" RUNS, body, &answer, &err) < 0)
        return cli_failed(&err);
    return say_started(cli, first_result(answer), timeout_ms);
}

int
cmd_automate_stop(struct cli *cli)
{
    int code = cli_connect(cli);

    return code ? code : cli_act_on_words(cli, RUNS, "stop");
}
