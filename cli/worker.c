/* SPDX-License-Identifier: Apache-2.0
 *
 * reevectl worker list | show | restart | kill, and the roles of servers.
 */
#include <string.h>
#include "act.h"
#include "list.h"
#include "output.h"

int
cmd_worker_list(struct cli *cli)
{
    return cli_get_all(cli, "workers");
}

static int
read_workers(struct cli *cli, cJSON **rows, rv_err *err)
{
    const struct cli_query query = { .collection = "workers",
                                     .attributes = "id,type,pid,guid,ext_management_system.name",
                                     .limit = -1 };
    return cli_list(cli->client, &query, rows, NULL, err);
}

/* An id, a pid, a type (all of it) or a provider's name. */
static int
is_meant(const cJSON *row, const char *word)
{
    const char *id = rv_json_string(row, "id"), *type = rv_json_string(row, "type");
    const cJSON *provider = cli_value_at(row, "ext_management_system.name");
    char pid[32];
    snprintf(pid, sizeof(pid), "%lld", (long long)rv_json_int(row, "pid", 0));
    return (id && strcmp(id, word) == 0) || strcmp(pid, word) == 0 ||
           (type && strcmp(type, word) == 0) ||
           (cJSON_IsString(provider) && strcmp(provider->valuestring, word) == 0);
}

static int
none_is_meant(const cJSON *rows, const char *word, rv_err *err)
{
    const char *types[65] = { NULL };
    const cJSON *row = NULL;
    int count = 0;
    cJSON_ArrayForEach(row, rows) if (count < 64) types[count++] = rv_json_string(row, "type");
    rv_fail(err, RV_E_NOT_FOUND, "no worker has the id, pid, type or provider '%s'%s", word,
            cli_did_you_mean(word, types, ""));
    return rv_hint(err, "'reevectl worker list' shows them");
}

static int
act(struct cli *cli, const char *action)
{
    RV_AUTO_JSON cJSON *rows = NULL;
    const cJSON *row = NULL;
    rv_err err = RV_ERR_INIT;
    struct cli_outcome outcome = { 0 };
    int code = cli_connect(cli);
    if (code)
        return code;
    if (read_workers(cli, &rows, &err) < 0)
        return cli_failed(&err);
    cJSON_ArrayForEach(row, rows)
    {
        if (is_meant(row, cli->words[0]))
            cli_outcome_add(&outcome,
                            cli_act_on(cli, "workers", rv_json_string(row, "id"), action));
    }
    if (outcome.count)
        return cli_outcome_code(&outcome);
    none_is_meant(rows, cli->words[0], &err);
    return cli_failed(&err);
}

int
cmd_worker_restart(struct cli *cli)
{
    return act(cli, "restart");
}

int
cmd_worker_kill(struct cli *cli)
{
    return act(cli, "kill");
}

static void
print_worker(const cJSON *worker)
{
    static const char *const lines[][2] = {
        { "Id:", "id" },
        { "Type:", "type" },
        { "Status:", "status" },
        { "Pid:", "pid" },
        { "Guid:", "guid" },
        { "Server:", "miq_server.name" },
        { "Provider:", "ext_management_system.name" },
        { "Queue:", "queue_name" },
        { "Address:", "uri" },
        { "Message:", "message_id" },
        { "Started:", "started_on" },
        { "Last heartbeat:", "last_heartbeat" },
        { "Resident bytes:", "memory_usage" },
        { "Private bytes:", "unique_set_size" },
        { "Proportional bytes:", "proportional_set_size" },
        { "Virtual bytes:", "memory_size" },
        { "Memory %:", "percent_memory" },
        { "CPU %:", "percent_cpu" },
        { "CPU seconds:", "cpu_time" },
        { "Nice:", "os_priority" },
        { "Kept from:", "fence" },
        { NULL, NULL },
    };
    cli_print_lines(worker, lines);
}

int
cmd_worker_show(struct cli *cli)
{
    RV_AUTO_JSON cJSON *rows = NULL;
    const cJSON *row = NULL;
    rv_err err = RV_ERR_INIT;
    int format = cli_document_format(cli), code, count = 0;
    if (format < 0)
        return CLI_USAGE;
    code = cli_connect(cli);
    if (code)
        return code;
    if (read_workers(cli, &rows, &err) < 0)
        return cli_failed(&err);
    cJSON_ArrayForEach(row, rows)
    {
        RV_AUTO_JSON cJSON *worker = NULL;
        if (!is_meant(row, cli->words[0]))
            continue;
        /* Names of no column of its own leave all of its columns in. */
        RV_AUTO_FREE char *path =
            rv_format("/api/workers/%s?attributes=miq_server.name,ext_management_system.name",
                      rv_json_string(row, "id"));
        if (cli_get(cli->client, path, &worker, &err) < 0)
            return cli_failed(&err);
        if (count++ && cli_is_table((enum cli_format)format))
            puts("");
        if (cli_is_table((enum cli_format)format))
            print_worker(worker);
        else
            cli_print_document((enum cli_format)format, worker);
    }
    if (count)
        return CLI_OK;
    none_is_meant(rows, cli->words[0], &err);
    return cli_failed(&err);
}

/* The server that is named, else the only one. */
static int
find_server(struct cli *cli, const char *name, cJSON **out, rv_err *err)
{
    struct cli_query query = { .collection = "servers", .attributes = "id,name", .limit = 2 };
    struct cli_kind kind;
    if (name)
        return cli_kind_find(cli, &kind, "servers", err) < 0
                   ? err->code
                   : cli_find(cli->client, &kind, name, &query, out, err);
    if (cli_list(cli->client, &query, out, NULL, err) < 0)
        return err->code;
    if (cJSON_GetArraySize(*out) == 1) {
        cJSON *rows = *out;
        *out = cJSON_DetachItemFromArray(rows, 0);
        cJSON_Delete(rows);
        return 0;
    }
    rv_fail(err, RV_E_INVALID, "there are several servers");
    return rv_hint(err, "name one with --server; 'reevectl get servers' lists them");
}

static int
change_role(struct cli *cli, const char *action)
{
    RV_AUTO_JSON cJSON *server = NULL, *body = cJSON_CreateObject(), *answer = NULL;
    rv_err err = RV_ERR_INIT;
    int code = cli_connect(cli);
    if (code)
        return code;
    if (find_server(cli, cli_value(cli, "server"), &server, &err) < 0)
        return cli_failed(&err);
    RV_AUTO_FREE char *path = rv_format("/api/servers/%s", rv_json_string(server, "id"));
    for (int i = 0; i < cli->word_count; i++) {
        cJSON_Delete(body);
        body = cJSON_CreateObject();
        cJSON_AddStringToObject(body, "action", action);
        cJSON_AddStringToObject(cJSON_AddObjectToObject(body, "resource"), "role", cli->words[i]);
        cJSON_Delete(answer);
        answer = NULL;
        if (cli_request(cli->client, "POST", path, body, &answer, &err) < 0)
            return cli_failed(&err);
        const char *message = rv_json_string(answer, "message");
        cli_say("%s", message ? message : "done");
    }
    return CLI_OK;
}

int
cmd_server_role_add(struct cli *cli)
{
    return change_role(cli, "add_role");
}

int
cmd_server_role_remove(struct cli *cli)
{
    return change_role(cli, "remove_role");
}
