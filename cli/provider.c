/* SPDX-License-Identifier: Apache-2.0
 *
 * reevectl provider list | show | verify | refresh | delete | types.
 */
#include <string.h>
#include "cli.h"

int
cmd_provider_list(struct cli *cli)
{
    memmove(cli->words + 1, cli->words, sizeof(*cli->words));
    cli->words[0] = "providers";
    cli->word_count = 1;
    return cmd_get(cli);
}

/* Connect and find the provider that the first word names. Exit code. */
static int
find_provider(struct cli *cli, cJSON **out)
{
    struct cli_kind kind;
    rv_err err = RV_ERR_INIT;
    int code = cli_connect(cli);

    if (code)
        return code;
    if (cli_kind_find(cli, &kind, "providers", &err) < 0 ||
        cli_find(cli->client, &kind, cli->words[0], NULL, 0, out, &err) < 0)
        return cli_failed(&err);
    return 0;
}

static void
print_line(const cJSON *provider, const char *title, const char *name)
{
    const cJSON *value = cJSON_GetObjectItemCaseSensitive(provider, name);
    RV_AUTO_BUF
    rv_buf text = rv_buf_limited(1 << 20);
    struct cli_column column = { title, name, CLI_TEXT, 0 };

    if (!value)
        return;
    cli_cell(&text, provider, &column);
    printf("%-18s %s\n", title, rv_buf_text(&text));
}

static void
print_map(const cJSON *provider, const char *title, const char *name)
{
    const cJSON *item, *map = cJSON_GetObjectItemCaseSensitive(provider, name);

    if (!cJSON_IsObject(map) || !map->child)
        return;
    printf("%s\n", title);
    cJSON_ArrayForEach(item, map)
    {
        char *text = cJSON_IsString(item) ? NULL : cJSON_PrintUnformatted(item);

        printf("  %-24s %s\n", item->string, text ? text : item->valuestring);
        cJSON_free(text);
    }
}

static void
print_provider(const cJSON *provider)
{
    static const char *const lines[][2] = {
        { "Name:", "name" },
        { "Type:", "type" },
        { "Id:", "id" },
        { "Enabled:", "enabled" },
        { "Version:", "api_version" },
        { "Unique id:", "uid_ems" },
        { "Last refresh:", "last_refresh_date" },
        { "Last success:", "last_refresh_success_date" },
        { "Error:", "last_refresh_error" },
        { "Error since:", "last_refresh_error_on" },
    };

    for (size_t i = 0; i < RV_COUNT(lines); i++)
        print_line(provider, lines[i][0], lines[i][1]);
    print_map(provider, "Options:", "options");
    print_map(provider, "Warnings:", "warnings");
    print_map(provider, "Last refresh, figures:", "refresh_stats");
}

int
cmd_provider_show(struct cli *cli)
{
    RV_AUTO_JSON cJSON *found = NULL, *provider = NULL;
    RV_AUTO_FREE char *path = NULL;
    rv_err err = RV_ERR_INIT;
    int format = cli_format(cli), code;

    if (format < 0)
        return CLI_USAGE;
    code = find_provider(cli, &found);
    if (code)
        return code;
    path = rv_format("/api/providers/%s?expand=endpoints,authentications",
                     rv_json_string(found, "id"));
    if (cli_get(cli->client, path, &provider, &err) < 0)
        return cli_failed(&err);
    if (format == CLI_TABLE || format == CLI_WIDE)
        print_provider(provider);
    else
        cli_print_one(stdout, (enum cli_format)format, provider);
    return CLI_OK;
}

/* POST an action to the provider; *answer is the caller's. Exit code. */
static int
act(struct cli *cli, const char *action, cJSON **answer)
{
    RV_AUTO_JSON cJSON *found = NULL, *body = cJSON_CreateObject();
    RV_AUTO_FREE char *path = NULL;
    rv_err err = RV_ERR_INIT;
    int code = find_provider(cli, &found);

    if (code)
        return code;
    cJSON_AddStringToObject(body, "action", action);
    path = rv_format("/api/providers/%s", rv_json_string(found, "id"));
    if (cli_request(cli->client, "POST", path, body, answer, &err) < 0) {
        rv_wrap(&err, "%s provider '%s'", action, cli->words[0]);
        return cli_failed(&err);
    }
    return 0;
}

static int
act_and_tell(struct cli *cli, const char *action)
{
    RV_AUTO_JSON cJSON *answer = NULL;
    const char *task, *message;
    int code = act(cli, action, &answer);

    if (code)
        return code;
    task = rv_json_string(answer, "task_id");
    message = rv_json_string(answer, "message");
    if (cJSON_IsFalse(cJSON_GetObjectItemCaseSensitive(answer, "success"))) {
        cli_say("reevectl: %s", message ? message : "refused");
        return CLI_FAILURE;
    }
    if (task && cli_has(cli, "wait"))
        return cli_wait_task(cli, task, 0);
    cli_say("%s%s%s%s", message ? message : "done", task ? " (task " : "", task ? task : "",
            task ? ")" : "");
    return CLI_OK;
}

int
cmd_provider_verify(struct cli *cli)
{
    return act_and_tell(cli, "verify");
}

int
cmd_provider_refresh(struct cli *cli)
{
    return act_and_tell(cli, "refresh");
}

int
cmd_provider_delete(struct cli *cli)
{
    char answer[16] = "";

    if (!cli_has(cli, "yes") && cli->messages) {
        fprintf(stderr, "delete provider '%s' and its whole inventory? [y/N] ", cli->words[0]);
        if (!fgets(answer, sizeof(answer), stdin) || (answer[0] != 'y' && answer[0] != 'Y')) {
            cli_say("nothing was deleted");
            return CLI_FAILURE;
        }
    }
    return act_and_tell(cli, "delete");
}

static void
print_type(const cJSON *type)
{
    const cJSON *option;

    printf("%s: %s\n", rv_json_string(type, "name"), rv_json_string(type, "title"));
    cJSON_ArrayForEach(option, cJSON_GetObjectItemCaseSensitive(type, "options"))
    {
        const char *fallback = rv_json_string(option, "default");

        printf("  %-24s %s%s%s%s%s\n", rv_json_string(option, "name"),
               rv_json_string(option, "help"), fallback ? " (default " : "",
               fallback ? fallback : "", fallback ? ")" : "",
               rv_json_flag(option, "required", 0) ? " (required)" : "");
    }
}

int
cmd_provider_types(struct cli *cli)
{
    RV_AUTO_JSON cJSON *answer = NULL;
    const cJSON *type;
    rv_err err = RV_ERR_INIT;
    int code = cli_connect(cli);

    if (code)
        return code;
    if (cli_get(cli->client, "/api/provider_types", &answer, &err) < 0)
        return cli_failed(&err);
    if (!cli->terminal && !cli_value(cli, "output")) {
        cli_print_one(stdout, CLI_JSON, answer);
        return CLI_OK;
    }
    cJSON_ArrayForEach(type, cJSON_GetObjectItemCaseSensitive(answer, "types")) print_type(type);
    return CLI_OK;
}
