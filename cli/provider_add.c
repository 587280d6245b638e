/* SPDX-License-Identifier: Apache-2.0
 *
 * reevectl provider add: options from the command line, a kubeconfig, or files for what is
 * secret. The server proves them before it stores anything.
 */
#include <string.h>
#include "base/secret.h"
#include "client.h"
#include "provider.h"

#define VALUE_LIMIT (1u << 20)

/* A file's one line comes without its end; of more lines (PEM) nothing is taken. */
static void
strip_line_end(rv_buf *text)
{
    size_t line = strcspn(rv_buf_text(text), "\r\n");

    if (text->len > 0 && text->len - line == strspn(text->data + line, "\r\n"))
        text->data[text->len = line] = '\0';
}

/* NAME=VALUE, or NAME=@FILE for a value that is long or secret. */
static int
add_option(cJSON *options, const char *given, rv_err *err)
{
    const char *equals = strchr(given, '=');
    rv_buf content = rv_buf_limited(VALUE_LIMIT);
    RV_AUTO_FREE char *name = NULL;
    int status = 0;

    if (!equals || equals == given) {
        rv_fail(err, RV_E_INVALID, "option '%s' is not of the form NAME=VALUE", given);
        return rv_hint(err, "reevectl provider types lists the options of each type");
    }
    name = rv_strndup(given, (size_t)(equals - given));
    if (cJSON_HasObjectItem(options, name))
        return rv_fail(err, RV_E_INVALID, "option '%s' was given twice", name);
    if (equals[1] != '@') {
        cJSON_AddStringToObject(options, name, equals + 1);
        return 0;
    }
    status = rv_buf_read_file(&content, equals + 2, err);
    if (status == 0) {
        strip_line_end(&content);
        cJSON_AddStringToObject(options, name, rv_buf_text(&content));
    }
    rv_buf_wipe(&content);
    return status < 0 ? rv_wrap(err, "option '%s'", name) : 0;
}

static int
collect_options(struct cli *cli, cJSON *options, rv_err *err)
{
    const char *path = cli_value(cli, "kubeconfig"), *context = cli_value(cli, "context");
    char *kubeconfig = NULL;

    for (int i = 0; i < cli->given_count; i++)
        if (strcmp(cli->given[i].option->name, "option") == 0 &&
            add_option(options, cli->given[i].value, err) < 0)
            return err->code;
    if (path) {
        if (cli_kubeconfig_read(&kubeconfig, path, context, err) < 0)
            return err->code;
        cJSON_AddStringToObject(options, "kubeconfig", kubeconfig);
        cli_wipe_text(kubeconfig);
        free(kubeconfig);
    } else if (context) {
        cJSON_AddStringToObject(options, "context", context);
    }
    return 0;
}

static int
make_body(struct cli *cli, const char *type, cJSON *body, rv_err *err)
{
    const char *zone = cli_value(cli, "zone");

    cJSON_AddStringToObject(body, "name", cli->words[0]);
    cJSON_AddStringToObject(body, "type", type);
    if (zone)
        cJSON_AddStringToObject(cJSON_AddObjectToObject(body, "zone"), "name", zone);
    return collect_options(cli, cJSON_AddObjectToObject(body, "options"), err);
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
