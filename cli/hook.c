/* SPDX-License-Identifier: Apache-2.0
 *
 * reevectl hook list | add | edit | enable | disable | secret | remove: addresses that events may
 * be sent to.
 */
#include <stdio.h>
#include <string.h>
#include "act.h"
#include "client.h"
#include "list.h"
#include "output.h"
#include "provider.h"

#define RECEIVERS "event_receivers"

int
cmd_hook_list(struct cli *cli)
{
    return cli_get_all(cli, RECEIVERS);
}

/* The id of the receiver of this name, the caller's. */
static char *
id_of(struct cli *cli, const char *name, rv_err *err)
{
    RV_AUTO_JSON cJSON *row = NULL;
    struct cli_kind kind;
    struct cli_query everything = { .collection = RECEIVERS, .attributes = "name" };

    cli_kind_of(&kind, rv_model_kind("event_receiver"));
    if (cli_find(cli->client, &kind, name, &everything, &row, err) < 0)
        return NULL;
    return rv_strdup(rv_json_string(row, "id"));
}

/* What was given, into the body. Exit code. */
static int
take_options(struct cli *cli, cJSON *body)
{
    static const char *const texts[] = { "description", "format" };
    const char *provider = cli_value(cli, "provider"), *rate = cli_value(cli, "rate");
    rv_err err = RV_ERR_INIT;
    int64_t number;

    for (size_t i = 0; i < RV_COUNT(texts); i++)
        if (cli_value(cli, texts[i]))
            cJSON_AddStringToObject(body, texts[i], cli_value(cli, texts[i]));
    if (rate && rv_parse_int(&number, rate, &err) < 0)
        return cli_usage(cli, "--rate: a number of requests a minute is expected");
    if (rate)
        cJSON_AddNumberToObject(body, "rate", (double)number);
    if (provider) {
        RV_AUTO_JSON cJSON *found = NULL;
        if (cli_find_provider(cli, provider, &found, &err) < 0)
            return cli_failed(&err);
        cJSON_AddStringToObject(body, "ems_id", rv_json_string(found, "id"));
    }
    return CLI_OK;
}

/* What the server has said, and the secret, which it says this once. */
static int
print_answer(struct cli *cli, const char *name, const cJSON *result)
{
    int format = cli_document_format(cli);
    const char *message = rv_json_string(result, "message"),
               *secret = rv_json_string(result, "secret");

    if (cJSON_IsFalse(cJSON_GetObjectItemCaseSensitive(result, "success"))) {
        cli_warn("%s", message ? message : "the server refused");
        return CLI_FAILURE;
    }
    if (!cli_is_table((enum cli_format)format)) {
        cli_print_document((enum cli_format)format, result);
        return CLI_OK;
    }
    cli_say("%s", message ? message : "done");
    if (!secret)
        return CLI_OK;
    printf("address  %s/hooks/%s\nsecret   %s\n", cli_client_url(cli->client), name, secret);
    cli_say("The secret is shown this once. Senders show it as: Authorization: Bearer SECRET");
    return CLI_OK;
}

int
cmd_hook_add(struct cli *cli)
{
    RV_AUTO_JSON cJSON *body = cJSON_CreateObject(), *answer = NULL;
    rv_err err = RV_ERR_INIT;

    if (cli_document_format(cli) < 0)
        return CLI_USAGE;
    cJSON_AddStringToObject(body, "name", cli->words[0]);
    int code = cli_connect(cli);
    if (code == CLI_OK)
        code = take_options(cli, body);
    if (code)
        return code;
    if (cli_request(cli->client, "POST", "/api/" RECEIVERS, body, &answer, &err) < 0)
        return cli_failed(&err);
    code = print_answer(cli, cli->words[0],
                        cJSON_GetArrayItem(cJSON_GetObjectItemCaseSensitive(answer, "results"), 0));
    rv_json_wipe(answer);
    return code;
}

/* POST to the one that the first word names. */
static int
post(struct cli *cli, const cJSON *body)
{
    RV_AUTO_JSON cJSON *answer = NULL;
    rv_err err = RV_ERR_INIT;
    RV_AUTO_FREE char *id = id_of(cli, cli->words[0], &err);

    if (!id)
        return cli_failed(&err);
    RV_AUTO_FREE char *path = rv_format("/api/" RECEIVERS "/%s", id);
    if (cli_request(cli->client, "POST", path, body, &answer, &err) < 0)
        return cli_failed(&err);
    int code = print_answer(cli, cli->words[0], answer);
    rv_json_wipe(answer);
    return code;
}

int
cmd_hook_edit(struct cli *cli)
{
    RV_AUTO_JSON cJSON *body = cJSON_CreateObject();

    cJSON_AddStringToObject(body, "action", "edit");
    int code = cli_connect(cli);
    if (code == CLI_OK)
        code = take_options(cli, body);
    if (code)
        return code;
    if (!body->child->next)
        return cli_usage(cli, "nothing to change was given");
    return post(cli, body);
}

static int
set_enabled(struct cli *cli, int enabled)
{
    RV_AUTO_JSON cJSON *body = cJSON_CreateObject();
    int code = cli_connect(cli);

    cJSON_AddStringToObject(body, "action", "edit");
    cJSON_AddBoolToObject(body, "enabled", enabled);
    return code ? code : post(cli, body);
}

int
cmd_hook_enable(struct cli *cli)
{
    return set_enabled(cli, 1);
}

int
cmd_hook_disable(struct cli *cli)
{
    return set_enabled(cli, 0);
}

int
cmd_hook_secret(struct cli *cli)
{
    RV_AUTO_JSON cJSON *body = cJSON_CreateObject();

    if (cli_document_format(cli) < 0)
        return CLI_USAGE;
    int code = cli_connect(cli);
    cJSON_AddStringToObject(body, "action", "new_secret");
    return code ? code : post(cli, body);
}

int
cmd_hook_remove(struct cli *cli)
{
    struct cli_outcome outcome = { 0 };
    int code = cli_connect(cli);

    for (int i = 0; i < cli->word_count && code == CLI_OK; i++) {
        rv_err err = RV_ERR_INIT;
        RV_AUTO_FREE char *id = id_of(cli, cli->words[i], &err);
        cli_outcome_add(&outcome, id ? cli_act_on(cli, RECEIVERS, id, "delete") : cli_failed(&err));
    }
    return code ? code : cli_outcome_code(&outcome);
}
