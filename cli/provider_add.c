/* SPDX-License-Identifier: Apache-2.0
 *
 * reevectl provider add | edit. The server proves credentials before it stores anything.
 */
#include "client.h"
#include "provider.h"

static int
make_body(struct cli *cli, const char *type, cJSON *body, rv_err *err)
{
    const char *zone = cli_value(cli, "zone");

    cJSON_AddStringToObject(body, "name", cli->words[0]);
    cJSON_AddStringToObject(body, "type", type);
    if (zone)
        cJSON_AddStringToObject(cJSON_AddObjectToObject(body, "zone"), "name", zone);
    return cli_provider_options(cli, cJSON_AddObjectToObject(body, "options"), err);
}

/* A provider that was just added is read by itself; asking for it gives a task to wait for. */
static int
wait_for_inventory(struct cli *cli, const char *id)
{
    RV_AUTO_JSON cJSON *answer = NULL;
    rv_err err = RV_ERR_INIT;
    const char *task;

    if (cli_provider_act(cli, id, "refresh", &answer, &err) < 0)
        return cli_failed(&err);
    task = rv_json_string(answer, "task_id");
    if (!task) {
        cli_warn("the server started no refresh");
        return CLI_FAILURE;
    }
    return cli_wait_task(cli, task, cli_duration(cli, "timeout", 0));
}

static int
add(struct cli *cli, const cJSON *body)
{
    RV_AUTO_JSON cJSON *answer = NULL;
    rv_err err = RV_ERR_INIT;
    const cJSON *results;
    const char *id;

    if (cli_request(cli->client, "POST", "/api/providers", body, &answer, &err) < 0) {
        rv_wrap(&err, "provider '%s' was not added", cli->words[0]);
        return cli_failed(&err);
    }
    results = cJSON_GetObjectItemCaseSensitive(answer, "results");
    id = rv_json_string(cJSON_GetArrayItem(results, 0), "id");
    if (!id) {
        cli_warn("the server gave no id for provider '%s'", cli->words[0]);
        return CLI_FAILURE;
    }
    cli_say("provider '%s' added, id %s", cli->words[0], id);
    return cli_has(cli, "wait") ? wait_for_inventory(cli, id) : CLI_OK;
}

int
cmd_provider_add(struct cli *cli)
{
    const char *type = cli_value(cli, "type");
    RV_AUTO_JSON cJSON *body = cJSON_CreateObject();
    rv_err err = RV_ERR_INIT;
    int code;

    if (!type && cli_value(cli, "kubeconfig"))
        type = "kubernetes";
    if (!type)
        return cli_usage(cli, "which type? --type is missing (reevectl provider types lists them)");
    if (cli_duration(cli, "timeout", 0) < 0)
        return CLI_USAGE;
    if (make_body(cli, type, body, &err) < 0) {
        rv_json_wipe(body);
        return cli_failed(&err);
    }
    code = cli_connect(cli);
    if (!code)
        code = add(cli, body);
    rv_json_wipe(body);
    return code;
}

static int
make_changes(struct cli *cli, cJSON *body, rv_err *err)
{
    const char *name = cli_value(cli, "name"), *zone = cli_value(cli, "zone");
    cJSON *changes, *options;

    cJSON_AddStringToObject(body, "action", "edit");
    changes = cJSON_AddObjectToObject(body, "resource");
    if (name)
        cJSON_AddStringToObject(changes, "name", name);
    if (zone)
        cJSON_AddStringToObject(cJSON_AddObjectToObject(changes, "zone"), "name", zone);
    options = cJSON_AddObjectToObject(changes, "options");
    if (cli_provider_options(cli, options, err) < 0)
        return err->code;
    if (!options->child)
        cJSON_Delete(cJSON_DetachItemViaPointer(changes, options));
    if (changes->child)
        return 0;
    rv_fail(err, RV_E_INVALID, "nothing to change was given");
    return rv_hint(err, "reevectl provider edit --help lists what there is");
}

static int
edit(struct cli *cli, const cJSON *body)
{
    RV_AUTO_JSON cJSON *found = NULL, *answer = NULL;
    RV_AUTO_FREE char *path = NULL;
    rv_err err = RV_ERR_INIT;
    const char *id;

    if (cli_find_provider(cli, cli->words[0], &found, &err) < 0)
        return cli_failed(&err);
    id = rv_json_string(found, "id");
    path = rv_format("/api/providers/%s", id);
    if (cli_request(cli->client, "POST", path, body, &answer, &err) < 0) {
        rv_wrap(&err, "provider '%s' was not changed", cli->words[0]);
        return cli_failed(&err);
    }
    cli_say("provider '%s' changed", cli->words[0]);
    return cli_has(cli, "wait") ? wait_for_inventory(cli, id) : CLI_OK;
}

int
cmd_provider_edit(struct cli *cli)
{
    RV_AUTO_JSON cJSON *body = cJSON_CreateObject();
    rv_err err = RV_ERR_INIT;
    int code;

    if (cli_duration(cli, "timeout", 0) < 0)
        return CLI_USAGE;
    if (make_changes(cli, body, &err) < 0) {
        rv_json_wipe(body);
        return cli_failed(&err);
    }
    code = cli_connect(cli);
    if (!code)
        code = edit(cli, body);
    rv_json_wipe(body);
    return code;
}
