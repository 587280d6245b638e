/* SPDX-License-Identifier: Apache-2.0
 *
 * reevectl provider add: options from the command line, a kubeconfig, or files
 * for what is secret. The server proves them before it stores anything.
 */
#include <string.h>
#include "cli.h"

#define VALUE_LIMIT (1u << 20)

/* NAME=VALUE, or NAME=@FILE for a value that is long or secret. */
static int
add_option(cJSON *options, const char *given, rv_err *err)
{
    const char *equals = strchr(given, '=');
    RV_AUTO_FREE char *name = NULL;
    RV_AUTO_BUF
    rv_buf content = rv_buf_limited(VALUE_LIMIT);

    if (!equals || equals == given) {
        rv_fail(err, RV_E_INVALID, "option '%s' is not of the form NAME=VALUE", given);
        return rv_hint(err, "reevectl provider types lists the options of each type");
    }
    name = rv_strndup(given, (size_t)(equals - given));
    if (equals[1] != '@') {
        cJSON_AddStringToObject(options, name, equals + 1);
        return 0;
    }
    if (rv_buf_read_file(&content, equals + 2, err) < 0)
        return rv_wrap(err, "option '%s'", name);
    while (content.len > 0 && strchr("\r\n", content.data[content.len - 1]) &&
           !strstr(content.data, "-----"))
        content.data[--content.len] = '\0';
    cJSON_AddStringToObject(options, name, rv_buf_text(&content));
    explicit_bzero(content.data, content.size);
    return 0;
}

static int
collect_options(struct cli *cli, cJSON *options, rv_err *err)
{
    RV_AUTO_FREE char *kubeconfig = NULL;

    for (int i = 0; i < cli->given_count; i++)
        if (strcmp(cli->given[i].option->name, "option") == 0 &&
            add_option(options, cli->given[i].value, err) < 0)
            return err->code;
    if (cli_value(cli, "kubeconfig")) {
        if (cli_kubeconfig_read(&kubeconfig, cli_value(cli, "kubeconfig"), err) < 0)
            return err->code;
        cJSON_AddStringToObject(options, "kubeconfig", kubeconfig);
        explicit_bzero(kubeconfig, strlen(kubeconfig));
    }
    if (cli_value(cli, "context"))
        cJSON_AddStringToObject(options, "context", cli_value(cli, "context"));
    return 0;
}

static cJSON *
request_body(struct cli *cli, const char *type, cJSON *options)
{
    cJSON *body = cJSON_CreateObject();

    cJSON_AddStringToObject(body, "name", cli->words[0]);
    cJSON_AddStringToObject(body, "type", type);
    cJSON_AddItemToObject(body, "options", options);
    if (cli_value(cli, "zone")) {
        cJSON *zone = cJSON_AddObjectToObject(body, "zone");

        cJSON_AddStringToObject(zone, "name", cli_value(cli, "zone"));
    }
    return body;
}

/* The first refresh was queued with the creation: wait for its task, or start one. */
static int
wait_for_inventory(struct cli *cli, const char *id)
{
    RV_AUTO_FREE char *path = rv_format("/api/providers/%s", id);
    RV_AUTO_JSON cJSON *body = cJSON_CreateObject(), *answer = NULL;
    rv_err err = RV_ERR_INIT;
    const char *task;

    cJSON_AddStringToObject(body, "action", "refresh");
    if (cli_request(cli->client, "POST", path, body, &answer, &err) < 0)
        return cli_failed(&err);
    task = rv_json_string(answer, "task_id");
    if (!task) {
        cli_say("reevectl: the server started no refresh: %s", rv_json_string(answer, "message"));
        return CLI_FAILURE;
    }
    return cli_wait_task(cli, task, 0);
}

int
cmd_provider_add(struct cli *cli)
{
    const char *type = cli_value(cli, "type"), *id;
    RV_AUTO_JSON cJSON *body = NULL, *answer = NULL;
    cJSON *options = cJSON_CreateObject();
    rv_err err = RV_ERR_INIT;
    int code;

    if (!type && cli_value(cli, "kubeconfig"))
        type = "kubernetes";
    body = request_body(cli, type ? type : "", options);
    if (!type)
        return cli_usage(cli, "which type? --type is missing (reevectl provider types lists them)");
    if (collect_options(cli, options, &err) < 0)
        return cli_failed(&err);
    code = cli_connect(cli);
    if (code)
        return code;
    if (cli_request(cli->client, "POST", "/api/providers", body, &answer, &err) < 0) {
        rv_wrap(&err, "provider '%s' was not added", cli->words[0]);
        return cli_failed(&err);
    }
    id = rv_json_string(cJSON_GetArrayItem(cJSON_GetObjectItemCaseSensitive(answer, "results"), 0),
                        "id");
    cli_say("provider '%s' added, id %s", cli->words[0], id ? id : "?");
    return cli_has(cli, "wait") && id ? wait_for_inventory(cli, id) : CLI_OK;
}
