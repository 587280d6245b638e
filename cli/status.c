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
    { "providers", "providers",
      "emstype,authentication_status,authentication_next_check_on,state,zone.name" },
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

/* The group's number is added to its state's, and the oldest of all groups is kept. */
static void
add_group(cJSON *queue, const cJSON *group)
{
    const char *state = rv_json_string(group, "state"), *on = rv_json_string(group, "oldest_on");
    cJSON *oldest = cJSON_GetObjectItemCaseSensitive(queue, "oldest");
    cJSON *number = state ? cJSON_GetObjectItemCaseSensitive(queue, state) : NULL;

    if (!number)
        return;
    cJSON_SetNumberValue(number, number->valuedouble + cli_number(group, "count"));
    const char *known =
        rv_json_string(cJSON_GetObjectItemCaseSensitive(oldest, state), "created_on");
    /* As texts: the same form of UTC. */
    if (!on || (known && strcmp(known, on) <= 0))
        return;
    const char *queue_name = rv_json_string(group, "queue_name");
    cJSON *row = cJSON_CreateObject();
    if (queue_name)
        cJSON_AddStringToObject(row, "queue_name", queue_name);
    cJSON_AddStringToObject(row, "created_on", on);
    cJSON_DeleteItemFromObjectCaseSensitive(oldest, state);
    cJSON_AddItemToObject(oldest, state, row);
}

static int
read_queue(struct cli *cli, cJSON *all, rv_err *err)
{
    static const char *const states[] = { "ready", "dequeue", "error" };
    RV_AUTO_JSON cJSON *counts = NULL;
    cJSON *queue = cJSON_AddObjectToObject(all, "queue");
    const cJSON *group;

    for (size_t i = 0; i < RV_COUNT(states); i++)
        cJSON_AddNumberToObject(queue, states[i], 0);
    cJSON_AddObjectToObject(queue, "oldest");
    if (cli_queue_counts(cli->client, &counts, err) < 0)
        return err->code;
    cJSON_ArrayForEach(group, counts) add_group(queue, group);
    return 0;
}

/* What there is something of: the server counts all it has, also kinds that a provider brought. */
static int
read_inventory(struct cli *cli, cJSON *out, rv_err *err)
{
    RV_AUTO_JSON cJSON *answer = NULL;
    const cJSON *one;

    if (cli_get(cli->client, "/api/counts", &answer, err) < 0)
        return err->code;
    cJSON_ArrayForEach(one, cJSON_GetObjectItemCaseSensitive(
                                answer, "counts")) if (cJSON_IsNumber(one) && one->valuedouble > 0)
        cJSON_AddNumberToObject(out, one->string, one->valuedouble);
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
        read_inventory(cli, cJSON_AddObjectToObject(all, "inventory"), err) < 0)
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
