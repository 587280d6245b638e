/* SPDX-License-Identifier: Apache-2.0
 *
 * reevectl event blacklist list | add | enable | disable | rm: types of events that are not kept.
 */
#include <stdio.h>
#include <string.h>
#include "act.h"
#include "client.h"
#include "list.h"
#include "provider.h"

#define ROWS "blacklisted_events"

int
cmd_blacklist_list(struct cli *cli)
{
    return cli_get_all(cli, ROWS);
}

int
cmd_blacklist_add(struct cli *cli)
{
    RV_AUTO_JSON cJSON *body = cJSON_CreateObject(), *answer = NULL, *row = NULL;
    const char *provider = cli_value(cli, "provider"), *model = cli_value(cli, "model");
    rv_err err = RV_ERR_INIT;
    if (provider && model)
        return cli_usage(cli, "either --provider or --model");
    int code = cli_connect(cli);
    if (code)
        return code;
    cJSON_AddStringToObject(body, "event_name", cli->words[0]);
    if (model)
        cJSON_AddStringToObject(body, "provider_model", model);
    if (provider && cli_find_provider(cli, provider, &row, &err) < 0)
        return cli_failed(&err);
    if (provider)
        cJSON_AddStringToObject(body, "ems_id", rv_json_string(row, "id"));
    if (cli_request(cli->client, "POST", "/api/" ROWS, body, &answer, &err) < 0)
        return cli_failed(&err);
    const cJSON *result =
        cJSON_GetArrayItem(cJSON_GetObjectItemCaseSensitive(answer, "results"), 0);
    const char *message = rv_json_string(result, "message");
    cli_say("%s", message ? message : "done");
    return CLI_OK;
}

/* By id, or by the type when one row alone is about it; the caller's. */
static char *
id_of(struct cli *cli, const char *word, rv_err *err)
{
    RV_AUTO_FREE char *filter = cli_filter_equal("event_name", word);
    const char *filters[] = { filter, NULL };
    const struct cli_query query = {
        .collection = ROWS, .attributes = "event_name", .filters = filters, .limit = 2
    };
    RV_AUTO_JSON cJSON *rows = NULL;
    if (*word && strlen(word) < 19 && strspn(word, "0123456789") == strlen(word))
        return rv_strdup(word);
    if (cli_list(cli->client, &query, &rows, NULL, err) < 0)
        return NULL;
    if (cJSON_GetArraySize(rows) == 1)
        return rv_strdup(rv_json_string(rows->child, "id"));
    if (rows->child)
        rv_fail(err, RV_E_CONFLICT, "several rows are about '%s': give the id", word);
    else
        rv_fail(err, RV_E_NOT_FOUND, "'%s' is not on the list", word);
    rv_hint(err, "reevectl event blacklist list -o wide");
    return NULL;
}

static int
act_on_one(struct cli *cli, const char *word, int enabled)
{
    rv_err err = RV_ERR_INIT;
    RV_AUTO_FREE char *id = id_of(cli, word, &err);
    RV_AUTO_JSON cJSON *body = cJSON_CreateObject(), *answer = NULL;
    if (id == NULL)
        return cli_failed(&err);
    if (enabled < 0)
        return cli_act_on(cli, ROWS, id, "delete");
    RV_AUTO_FREE char *path = rv_format("/api/" ROWS "/%s", id);
    cJSON_AddStringToObject(body, "action", "edit");
    cJSON_AddBoolToObject(body, "enabled", enabled);
    if (cli_request(cli->client, "POST", path, body, &answer, &err) < 0)
        return cli_failed(&err);
    const char *message = rv_json_string(answer, "message");
    cli_say("%s", message ? message : "done");
    return CLI_OK;
}

/* enabled -1: they go. */
static int
act_on_all(struct cli *cli, int enabled)
{
    struct cli_outcome outcome = { 0 };
    int code = cli_connect(cli);
    if (code)
        return code;
    for (int i = 0; i < cli->word_count; i++)
        cli_outcome_add(&outcome, act_on_one(cli, cli->words[i], enabled));
    return cli_outcome_code(&outcome);
}

int
cmd_blacklist_enable(struct cli *cli)
{
    return act_on_all(cli, 1);
}

int
cmd_blacklist_disable(struct cli *cli)
{
    return act_on_all(cli, 0);
}

int
cmd_blacklist_rm(struct cli *cli)
{
    return act_on_all(cli, -1);
}
