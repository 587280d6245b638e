/* SPDX-License-Identifier: Apache-2.0
 *
 * reevectl db status of a server elsewhere, over its API.
 */
#include <stdlib.h>
#include <string.h>
#include "client.h"
#include "output.h"
#include "processes.h"

enum { TEXT_LIMIT = 1 << 20 };

static void
add_pair(rv_buf *out, const char *prefix, const cJSON *item)
{
    rv_buf_addf(out, "%s%-*s ", prefix, 20 - (int)strlen(prefix), item->string);
    if (strcmp(item->string, "bytes") == 0 || strcmp(item->string, "wal_bytes") == 0)
        cli_bytes_add(out, item->valuedouble);
    else if (cJSON_IsString(item))
        rv_buf_add_string(out, item->valuestring);
    else
        rv_json_canonical(out, item);
    rv_buf_add_char(out, '\n');
}

/* What has not happened yet is not in the answer. */
static void
add_missing(rv_buf *out, const cJSON *report)
{
    static const char *const moments[] = { "last_backup", "last_maintenance", "last_vacuum" };

    for (size_t i = 0; i < RV_COUNT(moments); i++)
        if (!cJSON_HasObjectItem(report, moments[i]))
            rv_buf_addf(out, "%-20s never\n", moments[i]);
}

static void
add_tables(rv_buf *out, const cJSON *tables)
{
    const cJSON *one = NULL;

    rv_buf_addf(out, "\n%-40s %12s %12s\n", "TABLE", "ROWS", "SIZE");
    cJSON_ArrayForEach(one, tables)
    {
        RV_AUTO_BUF rv_buf size = rv_buf_limited(64);
        const char *name = rv_json_string(one, "name");
        cli_bytes_add(&size, cli_number(one, "bytes"));
        rv_buf_addf(out, "%-40s %12.0f %12s\n", name ? name : "", cli_number(one, "rows"),
                    rv_buf_text(&size));
    }
}

static void
print(const cJSON *report)
{
    RV_AUTO_BUF rv_buf out = rv_buf_limited(TEXT_LIMIT);
    const cJSON *item = NULL, *tables = cJSON_GetObjectItemCaseSensitive(report, "tables");
    const cJSON *changes = cJSON_GetObjectItemCaseSensitive(report, "changes");

    cJSON_ArrayForEach(item, report)
    {
        if (item != tables && item != changes)
            add_pair(&out, "", item);
    }
    add_missing(&out, report);
    cJSON_ArrayForEach(item, changes) add_pair(&out, "changes.", item);
    if (tables)
        add_tables(&out, tables);
    cli_emit(&out);
}

static int
is_local(const struct cli *cli)
{
    const char *home = getenv("REEVE_HOME");

    return cli_has(cli, "home") || cli_has(cli, "store") || cli_has(cli, "store-file") ||
           (home && *home);
}

int
cmd_db_status(struct cli *cli)
{
    static const char *const formats[] = { "table", "json", NULL };
    const char *format = cli_value(cli, "output");
    RV_AUTO_JSON cJSON *report = NULL;
    rv_err err = RV_ERR_INIT;

    if (is_local(cli))
        return cmd_db(cli);
    if (!format)
        format = cli->terminal ? "table" : "json";
    if (strcmp(format, "table") != 0 && strcmp(format, "json") != 0)
        return cli_usage(cli, "unknown format '%s'%s", format,
                         cli_did_you_mean(format, formats, ""));
    int code = cli_connect(cli);
    if (code)
        return code;
    if (cli_get(cli->client, "/api/database", &report, &err) < 0)
        return cli_failed(&err);
    if (strcmp(format, "json") == 0)
        cli_print_document(CLI_JSON, report);
    else
        print(report);
    return CLI_OK;
}
