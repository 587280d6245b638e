/* SPDX-License-Identifier: Apache-2.0
 *
 * reevectl status: the server, its roles and workers, its queue, its providers and what is in them.
 */
#include "status.h"

#include <string.h>
#include "list.h"
#include "output.h"
#include "processes.h"

static const struct {
    const char *name, *collection, *attributes;
} parts[] = {
    /* Names of no column of its own leave all columns in. */
    { "servers", "servers", "zone.name" },
    { "roles", "assigned_server_roles",
      "id,active,priority,miq_server_id,miq_server.name,server_role.name" },
    { "workers", "workers", CLI_PROCESS_ATTRIBUTES ",miq_server_id,memory_size" },
    { "providers", "providers", "emstype,authentication_status,zone.name" },
};

static int
read_part(struct cli *cli, size_t part, cJSON *all, rv_err *err)
{
    cJSON *rows = NULL;
    const struct cli_query query = { .collection = parts[part].collection,
                                     .attributes = parts[part].attributes,
                                     .limit = -1 };
    if (cli_list(cli->client, &query, &rows, NULL, err) < 0)
        return err->code;
    cJSON_AddItemToObject(all, parts[part].name, rows);
    return 0;
}

/* One row at most; *total: how many there are. */
static int
read_messages(struct cli *cli, const char *filter, cJSON **rows, int64_t *total, rv_err *err)
{
    const char *const filters[] = { filter, NULL };
    const struct cli_query query = { .collection = "miq_queue",
                                     .attributes =
                                         "id,queue_name,class_name,method_name,created_on",
                                     .filters = filters,
                                     .sort_by = "created_on",
                                     .limit = 1 };
    return cli_list(cli->client, &query, rows, total, err);
}

static int
read_queue(struct cli *cli, cJSON *all, rv_err *err)
{
    static const char *const states[] = { "ready", "dequeue", "error" };
    cJSON *queue = cJSON_AddObjectToObject(all, "queue");
    cJSON *oldest = cJSON_AddObjectToObject(queue, "oldest");
    for (size_t i = 0; i < RV_COUNT(states); i++) {
        RV_AUTO_FREE char *filter = rv_format("state=%s", states[i]);
        RV_AUTO_JSON cJSON *rows = NULL;
        int64_t total = 0;
        if (read_messages(cli, filter, &rows, &total, err) < 0)
            return err->code;
        cJSON_AddNumberToObject(queue, states[i], (double)total);
        if (cJSON_GetArraySize(rows) > 0)
            cJSON_AddItemToObject(oldest, states[i], cJSON_DetachItemFromArray(rows, 0));
    }
    return 0;
}

static int
count_rows(struct cli *cli, const char *collection, cJSON *out, rv_err *err)
{
    RV_AUTO_FREE char *path = rv_format("/api/%s?hide=resources&limit=1", collection);
    RV_AUTO_JSON cJSON *answer = NULL;

    if (cli_get(cli->client, path, &answer, err) < 0)
        return err->code;
    if (rv_json_int(answer, "count", 0) > 0)
        cJSON_AddNumberToObject(out, collection, (double)rv_json_int(answer, "count", 0));
    return 0;
}

/* Kinds of which a provider has something, with their number; one small request each. The server
 * says which there are: a provider may have brought some. */
static int
count_inventory(struct cli *cli, cJSON *out, rv_err *err)
{
    RV_AUTO_JSON cJSON *root = NULL;
    const cJSON *one;

    if (cli_get(cli->client, "/api", &root, err) < 0)
        return err->code;
    cJSON_ArrayForEach(one, cJSON_GetObjectItemCaseSensitive(root, "collections"))
    {
        const char *name = rv_json_string(one, "name");
        const struct rv_kind *ours = name ? rv_model_collection(name) : NULL;

        if (!name || (ours && (ours->server || ours->child)))
            continue;
        if (count_rows(cli, name, out, err) < 0)
            return err->code;
    }
    return 0;
}

static int
read_all(struct cli *cli, cJSON *all, rv_err *err)
{
    cJSON_AddStringToObject(all, "url", cli_client_url(cli->client));
    for (size_t i = 0; i < RV_COUNT(parts); i++)
        if (read_part(cli, i, all, err) < 0)
            return err->code;
    if (read_queue(cli, all, err) < 0 ||
        count_inventory(cli, cJSON_AddObjectToObject(all, "inventory"), err) < 0)
        return err->code;
    cli_status_hints(cJSON_AddArrayToObject(all, "hints"), all);
    return 0;
}

int
cmd_status(struct cli *cli)
{
    rv_err err = RV_ERR_INIT;
    RV_AUTO_JSON cJSON *all = cJSON_CreateObject();
    int format = cli_document_format(cli), code;

    if (format < 0)
        return CLI_USAGE;
    code = cli_connect(cli);
    if (code)
        return code;
    if (read_all(cli, all, &err) < 0)
        return cli_failed(&err);
    if (!cli_value(cli, "output") && !cli->terminal)
        format = CLI_JSON;
    if (cli_is_table((enum cli_format)format))
        cli_status_draw(cli, all);
    else
        cli_print_document((enum cli_format)format, all);
    return CLI_OK;
}
