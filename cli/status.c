/* SPDX-License-Identifier: Apache-2.0
 *
 * reevectl status: the server, its workers, its providers and what is in them.
 */
#include <string.h>
#include "cli.h"

static const struct cli_column server_columns[] = { { "SERVER", "name", CLI_TEXT, 0 },
                                                    { "STATUS", "status", CLI_TEXT, 0 },
                                                    { "VERSION", "version", CLI_TEXT, 0 },
                                                    { "PID", "pid", CLI_COUNT, 0 },
                                                    { "HEARTBEAT", "last_heartbeat", CLI_AGE, 0 },
                                                    { "STARTED", "started_on", CLI_AGE, 0 },
                                                    { NULL, NULL, CLI_TEXT, 0 } };
static const struct cli_column worker_columns[] = { { "WORKER", "type", CLI_TEXT, 0 },
                                                    { "STATUS", "status", CLI_TEXT, 0 },
                                                    { "PID", "pid", CLI_COUNT, 0 },
                                                    { "QUEUE", "queue_name", CLI_TEXT, 0 },
                                                    { "MEMORY", "memory_usage", CLI_BYTES, 0 },
                                                    { "HEARTBEAT", "last_heartbeat", CLI_AGE, 0 },
                                                    { NULL, NULL, CLI_TEXT, 0 } };

static int
print_part(struct cli *cli, const char *collection, const struct cli_column *columns)
{
    RV_AUTO_FREE char *attributes = cli_attributes(columns, 0);
    struct cli_query query = { .collection = collection, .attributes = attributes, .limit = 1000 };
    RV_AUTO_JSON cJSON *rows = NULL;
    struct cli_table *table;
    const cJSON *row;
    rv_err err = RV_ERR_INIT;

    if (cli_list(cli->client, &query, &rows, NULL, &err) < 0)
        return cli_failed(&err);
    if (!rows->child)
        return CLI_OK;
    table = cli_table_new(columns, 0, cli->color);
    cJSON_ArrayForEach(row, rows) cli_table_row(table, row);
    cli_table_print(table, stdout, 1);
    cli_table_free(table);
    putchar('\n');
    return CLI_OK;
}

/* Kinds of which a provider has something, with their number; one small request each. */
static int
count_inventory(struct cli *cli, cJSON *out, rv_err *err)
{
    for (int i = 0; i < rv_model_count(); i++) {
        const struct rv_kind *kind = rv_model_at(i);
        RV_AUTO_FREE char *path = rv_format("/api/%s?hide=resources&limit=1", kind->api_name);
        RV_AUTO_JSON cJSON *answer = NULL;
        int64_t count;

        if (kind->server || kind->child)
            continue;
        if (cli_get(cli->client, path, &answer, err) < 0)
            return err->code;
        count = rv_json_int(answer, "count", 0);
        if (count > 0)
            cJSON_AddNumberToObject(out, kind->api_name, (double)count);
    }
    return 0;
}

static void
print_inventory(const cJSON *counts)
{
    const cJSON *item;

    if (!counts->child)
        return;
    printf("%-34s %s\n", "INVENTORY", "COUNT");
    cJSON_ArrayForEach(item, counts) printf("%-34s %.0f\n", item->string, item->valuedouble);
}

static int
status_as_json(struct cli *cli, enum cli_format format, cJSON *counts)
{
    static const char *const parts[] = { "servers", "workers", "providers" };
    RV_AUTO_JSON cJSON *all = cJSON_CreateObject();
    rv_err err = RV_ERR_INIT;

    for (size_t i = 0; i < RV_COUNT(parts); i++) {
        struct cli_query query = { .collection = parts[i], .limit = -1 };
        cJSON *rows = NULL;

        if (cli_list(cli->client, &query, &rows, NULL, &err) < 0)
            return cli_failed(&err);
        cJSON_AddItemToObject(all, parts[i], rows);
    }
    cJSON_AddItemToObject(all, "inventory", cJSON_Duplicate(counts, 1));
    cli_print_one(stdout, format, all);
    return CLI_OK;
}

int
cmd_status(struct cli *cli)
{
    struct cli_kind providers;
    RV_AUTO_JSON cJSON *counts = cJSON_CreateObject();
    rv_err err = RV_ERR_INIT;
    int format = cli_format(cli), code;

    if (format < 0)
        return CLI_USAGE;
    if (!cli_value(cli, "output"))
        format = CLI_TABLE; /* a summary for people, also into a file */
    code = cli_connect(cli);
    if (code)
        return code;
    if (cli_kind_find(cli, &providers, "providers", &err) < 0 ||
        count_inventory(cli, counts, &err) < 0)
        return cli_failed(&err);
    if (format != CLI_TABLE && format != CLI_WIDE)
        return status_as_json(cli, (enum cli_format)format, counts);
    printf("%s\n\n", cli_client_url(cli->client));
    code = print_part(cli, "servers", server_columns);
    if (!code)
        code = print_part(cli, "workers", worker_columns);
    if (!code)
        code = print_part(cli, "providers", cli_columns(&providers));
    if (!code)
        print_inventory(counts);
    return code;
}
