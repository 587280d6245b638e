/* SPDX-License-Identifier: Apache-2.0
 *
 * reevectl provider types: the plugins that the server has, and their options.
 */
#include <string.h>
#include "client.h"
#include "output.h"

static void
print_option(const cJSON *option)
{
    RV_AUTO_BUF rv_buf raw = rv_buf_limited(1u << 16);
    RV_AUTO_BUF rv_buf text = rv_buf_limited(1u << 16);
    const char *name = rv_json_string(option, "name"), *help = rv_json_string(option, "help");
    const char *fallback = rv_json_string(option, "default"), *between = ": ";
    const cJSON *choice;

    rv_buf_addf(&raw, "  %-24s %s", name ? name : "", help ? help : "");
    cJSON_ArrayForEach(choice, cJSON_GetObjectItemCaseSensitive(option, "choices"))
    {
        rv_buf_addf(&raw, "%s%s", between, cJSON_GetStringValue(choice));
        between = ", ";
    }
    if (fallback && *fallback)
        rv_buf_addf(&raw, " (default %s)", fallback);
    if (rv_json_flag(option, "required", 0))
        rv_buf_add_string(&raw, " (required)");
    cli_clean_line(&text, rv_buf_text(&raw));
    printf("%s\n", rv_buf_text(&text));
}

static void
print_type(const cJSON *type)
{
    const char *name = rv_json_string(type, "name"), *title = rv_json_string(type, "title");
    RV_AUTO_BUF rv_buf text = rv_buf_limited(1u << 16);
    const cJSON *option;

    cli_clean_line(&text, name ? name : "");
    rv_buf_add_string(&text, title ? ": " : "");
    cli_clean_line(&text, title ? title : "");
    printf("%s\n", rv_buf_text(&text));
    cJSON_ArrayForEach(option, cJSON_GetObjectItemCaseSensitive(type, "options"))
        print_option(option);
}

int
cmd_provider_types(struct cli *cli)
{
    RV_AUTO_JSON cJSON *answer = NULL;
    const cJSON *types, *type;
    rv_err err = RV_ERR_INIT;
    int format = cli_document_format(cli), code;

    if (format < 0)
        return CLI_USAGE;
    code = cli_connect(cli);
    if (code)
        return code;
    /* As a client of ManageIQ asks what a form for a new provider must have. */
    if (cli_request(cli->client, "OPTIONS", "/api/providers", NULL, &answer, &err) < 0)
        return cli_failed(&err);
    types = cli_value_at(answer, "data.provider_settings");
    if (!cJSON_IsObject(types)) {
        cli_warn("the server does not say which types it has");
        return CLI_FAILURE;
    }
    if (!cli_is_table((enum cli_format)format)) {
        cli_print_document((enum cli_format)format, types);
        return CLI_OK;
    }
    cJSON_ArrayForEach(type, types)
    {
        fputs(type == types->child ? "" : "\n", stdout);
        print_type(type);
    }
    return CLI_OK;
}
