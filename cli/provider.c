/* SPDX-License-Identifier: Apache-2.0
 *
 * reevectl provider list | show | verify | refresh | pause | resume | delete.
 */
#include <string.h>
#include <unistd.h>
#include "list.h"
#include "output.h"
#include "provider.h"

#define TEXT_LIMIT (16u << 20)

int
cmd_provider_list(struct cli *cli)
{
    return cli_get_all(cli, "providers");
}

int
cli_find_provider(struct cli *cli, const char *name, cJSON **out, rv_err *err)
{
    const struct cli_query query = { .collection = "providers" };
    struct cli_kind kind;

    if (cli_kind_find(cli, &kind, "providers", err) < 0)
        return err->code;
    return cli_find(cli->client, &kind, name, &query, out, err);
}

static void
print_value(const char *title, const cJSON *value)
{
    RV_AUTO_BUF rv_buf raw = rv_buf_limited(TEXT_LIMIT);
    RV_AUTO_BUF rv_buf text = rv_buf_limited(TEXT_LIMIT);

    cli_add_value(&raw, value);
    cli_clean_line(&text, rv_buf_text(&raw));
    printf("%-20s %s\n", title, rv_buf_text(&text));
}

static void
print_map(const char *title, const cJSON *map)
{
    const cJSON *item;

    if (!cJSON_IsObject(map) || !map->child)
        return;
    printf("\n%s:\n", title);
    cJSON_ArrayForEach(item, map)
    {
        RV_AUTO_BUF rv_buf name = rv_buf_limited(TEXT_LIMIT);

        rv_buf_add_string(&name, "  ");
        cli_clean_line(&name, item->string);
        print_value(rv_buf_text(&name), item);
    }
}

/* Rows of a sub-collection, each with a few of its attributes. */
static void
print_part(struct cli *cli, const char *title, const cJSON *rows, const char *attributes)
{
    CLI_AUTO_VIEW struct cli_view view = { .count = 0 };
    const struct cli_show show = { .format = CLI_TABLE,
                                   .view = &view,
                                   .table_flags =
                                       CLI_TABLE_HEADERS | (cli->color ? CLI_TABLE_COLOR : 0) };
    rv_err ignored = RV_ERR_INIT;

    if (!cJSON_IsArray(rows) || !rows->child || cli_view_chosen(&view, attributes, &ignored) < 0)
        return;
    printf("\n%s:\n", title);
    cli_print_rows(&show, rows);
}

static void
print_advice(const cJSON *provider)
{
    char *found = NULL, *advice = NULL;

    if (cli_provider_health(provider, &found, &advice) != CLI_HEALTH_OK)
        printf("%-20s %s\n", "What to do:", advice);
    free(found);
    free(advice);
}

static void
print_provider(struct cli *cli, const cJSON *provider)
{
    static const char *const lines[][2] = {
        { "Name:", "name" },
        { "Type:", "emstype" },
        { "Class:", "type" },
        { "Id:", "id" },
        { "State:", "state" },
        { "Enabled:", "enabled" },
        { "Zone:", "zone.name" },
        { "Version:", "api_version" },
        { "Unique id:", "uid_ems" },
        { "Last refresh:", "last_refresh_date" },
        { "Last success:", "last_refresh_success_date" },
        { "Error:", "last_refresh_error" },
        { "  hint:", "last_refresh_hint" },
        { "  since:", "last_refresh_error_on" },
        { "Quarantine:", "quarantine_reason" },
    };

    for (size_t i = 0; i < RV_COUNT(lines); i++) {
        const cJSON *value = cli_value_at(provider, lines[i][1]);

        if (value && !cJSON_IsNull(value))
            print_value(lines[i][0], value);
    }
    print_advice(provider);
    print_part(cli, "Endpoints", cJSON_GetObjectItemCaseSensitive(provider, "endpoints"),
               "role,hostname,port,path,security_protocol");
    print_part(cli, "Credentials", cJSON_GetObjectItemCaseSensitive(provider, "authentications"),
               "authtype,userid,status,status_details,last_valid_on,last_invalid_on,next_check_on");
    print_map("Options", cJSON_GetObjectItemCaseSensitive(provider, "options"));
    print_map("Warnings", cJSON_GetObjectItemCaseSensitive(provider, "warnings"));
    print_map("Figures of the last refresh",
              cJSON_GetObjectItemCaseSensitive(provider, "refresh_stats"));
}

int
cmd_provider_show(struct cli *cli)
{
    RV_AUTO_JSON cJSON *found = NULL, *provider = NULL;
    RV_AUTO_FREE char *path = NULL;
    rv_err err = RV_ERR_INIT;
    int format = cli_document_format(cli), code;

    if (format < 0)
        return CLI_USAGE;
    code = cli_connect(cli);
    if (code)
        return code;
    if (cli_find_provider(cli, cli->words[0], &found, &err) < 0)
        return cli_failed(&err);
    /* Names of no column of its own leave all of its columns in. */
    path = rv_format("/api/providers/%s?expand=endpoints,authentications&attributes=emstype,state,"
                     "zone.name",
                     rv_json_string(found, "id"));
    if (cli_get(cli->client, path, &provider, &err) < 0)
        return cli_failed(&err);
    if (cli_is_table((enum cli_format)format))
        print_provider(cli, provider);
    else
        cli_print_document((enum cli_format)format, provider);
    return CLI_OK;
}

int
cli_act(struct cli *cli, const char *path, const char *action, cJSON **answer, rv_err *err)
{
    RV_AUTO_JSON cJSON *body = cJSON_CreateObject();
    const char *message;

    cJSON_AddStringToObject(body, "action", action);
    if (cli_request(cli->client, "POST", path, body, answer, err) < 0)
        return err->code;
    if (!cJSON_IsFalse(cJSON_GetObjectItemCaseSensitive(*answer, "success")))
        return 0;
    message = rv_json_string(*answer, "message");
    rv_fail(err, RV_E_INVALID, "%s", message ? message : "the server refused");
    if (rv_json_string(*answer, "hint"))
        rv_hint(err, "%s", rv_json_string(*answer, "hint"));
    return err->code;
}

int
cli_provider_act(struct cli *cli, const char *id, const char *action, cJSON **answer, rv_err *err)
{
    RV_AUTO_FREE char *path = rv_format("/api/providers/%s", id);

    return cli_act(cli, path, action, answer, err);
}

int
cli_tell_action(struct cli *cli, const cJSON *answer)
{
    const char *task = rv_json_string(answer, "task_id");
    const char *message = rv_json_string(answer, "message");

    if (task && cli_has(cli, "wait"))
        return cli_wait_task(cli, task, cli_duration(cli, "timeout", 0));
    cli_say("%s%s%s%s", message ? message : "done", task ? " (task " : "", task ? task : "",
            task ? ")" : "");
    return CLI_OK;
}

static int
act_and_tell(struct cli *cli, const char *action)
{
    RV_AUTO_JSON cJSON *found = NULL, *answer = NULL;
    rv_err err = RV_ERR_INIT;
    int code;

    if (cli_duration(cli, "timeout", 0) < 0)
        return CLI_USAGE;
    code = cli_connect(cli);
    if (code)
        return code;
    if (cli_find_provider(cli, cli->words[0], &found, &err) < 0)
        return cli_failed(&err);
    if (cli_provider_act(cli, rv_json_string(found, "id"), action, &answer, &err) < 0) {
        rv_wrap(&err, "%s provider '%s'", action, cli->words[0]);
        return cli_failed(&err);
    }
    return cli_tell_action(cli, answer);
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
cmd_provider_pause(struct cli *cli)
{
    return act_and_tell(cli, "pause");
}

int
cmd_provider_resume(struct cli *cli)
{
    return act_and_tell(cli, "resume");
}

int
cmd_provider_delete(struct cli *cli)
{
    char answer[16] = "";

    /* A script knows what it does. */
    if (cli_has(cli, "yes") || !cli->messages || !isatty(STDIN_FILENO))
        return act_and_tell(cli, "delete");
    fprintf(stderr, "delete provider '%s' and its whole inventory? [y/N] ", cli->words[0]);
    if (fgets(answer, sizeof(answer), stdin) && (answer[0] == 'y' || answer[0] == 'Y'))
        return act_and_tell(cli, "delete");
    cli_say("nothing was deleted");
    return CLI_FAILURE;
}
