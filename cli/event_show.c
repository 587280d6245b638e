/* SPDX-License-Identifier: Apache-2.0
 *
 * reevectl event show | emit.
 */
#include <stdio.h>
#include <string.h>
#include "act.h"
#include "base/file.h"
#include "client.h"
#include "list.h"
#include "output.h"

#define DATA_LIMIT (64u << 10)

static void
print_shown(const cJSON *row)
{
    static const char *const lines[][2] = {
        { "Id:", "id" },
        { "Event:", "event_type" },
        { "Time:", "timestamp" },
        { "Message:", "message" },
        { "Group:", "event_group" },
        { "Level:", "event_level" },
        { "Source:", "source" },
        { "Class:", "type" },
        { "Provider:", "ems_id" },
        { "Provider's id:", "ems_ref" },
        { "Chain:", "chain_id" },
        { "On behalf of:", "username" },
        { "Target:", "target_type" },
        { "Target id:", "target_id" },
        { "Namespace:", "container_namespace" },
        { "Pod:", "container_group_name" },
        { "Pod id:", "container_group_id" },
        { "Container:", "container_name" },
        { "Container id:", "container_id" },
        { "Replicator:", "container_replicator_name" },
        { "Replicator id:", "container_replicator_id" },
        { "Node:", "container_node_name" },
        { "Node id:", "container_node_id" },
        { "VM:", "vm_name" },
        { "VM id:", "vm_or_template_id" },
        { "Host:", "host_name" },
        { "Host id:", "host_id" },
        { "Cluster:", "ems_cluster_name" },
        { "To VM:", "dest_vm_name" },
        { "To VM id:", "dest_vm_or_template_id" },
        { "To host:", "dest_host_name" },
        { "To host id:", "dest_host_id" },
        { "Seen:", "created_on" },
        { NULL, NULL },
    };
    const cJSON *data = cJSON_GetObjectItemCaseSensitive(row, "full_data");
    cli_print_lines(row, lines);
    if (data && !cJSON_IsNull(data)) {
        RV_AUTO_BUF rv_buf text = rv_buf_limited(8 * DATA_LIMIT);
        rv_buf_add_string(&text, "Data:\n");
        cli_add_yaml(&text, data);
        cli_emit(&text);
    }
}

int
cmd_event_show(struct cli *cli)
{
    return cli_show_row(cli, "event_streams", print_shown);
}

/* JSON, or @FILE with such. */
static int
add_data(struct cli *cli, cJSON *body, const char *given)
{
    RV_AUTO_BUF rv_buf text = rv_buf_limited(DATA_LIMIT);
    cJSON *data = NULL;
    rv_err err = RV_ERR_INIT;
    if (*given == '@' ? rv_buf_read_file(&text, given + 1, &err) < 0
                      : (rv_buf_add_string(&text, given), rv_buf_check(&text, &err) < 0))
        return cli_failed(&err);
    if (rv_json_parse(&data, rv_buf_text(&text), text.len, DATA_LIMIT, 0, &err) < 0)
        return cli_usage(cli, "--data: %s", err.text);
    cJSON_AddItemToObject(body, "full_data", data);
    return CLI_OK;
}

/* "pod/web-1". */
static int
add_target(struct cli *cli, cJSON *body, const char *given)
{
    RV_AUTO_FREE char *kind = NULL, *id = NULL;
    int code = cli_find_target(cli, given, &kind, &id);
    if (code)
        return code;
    cJSON_AddStringToObject(body, "target_type", kind);
    cJSON_AddStringToObject(body, "target_id", id);
    return CLI_OK;
}

static int
fill(struct cli *cli, cJSON *body)
{
    static const char *const texts[][2] = { { "message", "message" },
                                            { "source", "source" },
                                            { "time", "timestamp" } };
    const char *data = cli_value(cli, "data"), *target = cli_value(cli, "target");
    int code = CLI_OK;
    cJSON_AddStringToObject(body, "event_type", cli->words[0]);
    for (size_t i = 0; i < RV_COUNT(texts); i++)
        if (cli_value(cli, texts[i][0]))
            cJSON_AddStringToObject(body, texts[i][1], cli_value(cli, texts[i][0]));
    if (data)
        code = add_data(cli, body, data);
    return code == CLI_OK && target ? add_target(cli, body, target) : code;
}

int
cmd_event_emit(struct cli *cli)
{
    RV_AUTO_JSON cJSON *body = cJSON_CreateObject(), *answer = NULL;
    rv_err err = RV_ERR_INIT;
    int code = cli_connect(cli);
    if (code == CLI_OK)
        code = fill(cli, body);
    if (code)
        return code;
    if (cli_request(cli->client, "POST", "/api/event_streams", body, &answer, &err) < 0)
        return cli_failed(&err);
    const cJSON *result =
        cJSON_GetArrayItem(cJSON_GetObjectItemCaseSensitive(answer, "results"), 0);
    const char *href = rv_json_string(result, "href");
    const char *slash = href ? strrchr(href, '/') : NULL;
    printf("%s\n", slash ? slash + 1 : "");
    return CLI_OK;
}
