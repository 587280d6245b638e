/* SPDX-License-Identifier: Apache-2.0
 *
 * reevectl key rotate.
 */
#include <string.h>
#include "client.h"
#include "output.h"

int
cmd_key_rotate(struct cli *cli)
{
    RV_AUTO_JSON cJSON *entry = NULL, *answer = NULL, *body = cJSON_CreateObject();
    rv_err err = RV_ERR_INIT;
    int64_t timeout_ms = cli_duration(cli, "timeout", 0);

    if (timeout_ms < 0)
        return CLI_USAGE;
    int code = cli_connect(cli);
    if (code)
        return code;
    if (cli_get(cli->client, "/api", &entry, &err) < 0)
        return cli_failed(&err);
    const cJSON *href = cli_value_at(entry, "server_info.server_href");
    const char *slash = cJSON_IsString(href) ? strrchr(href->valuestring, '/') : NULL;
    RV_AUTO_FREE char *path = rv_format("/api/servers%s", slash ? slash : "");
    cJSON_AddStringToObject(body, "action", "rotate_key");
    if (cli_request(cli->client, "POST", path, body, &answer, &err) < 0)
        return cli_failed(&err);
    const char *task = rv_json_string(answer, "task_id");
    if (!task) {
        cli_warn("the server started no task");
        return CLI_FAILURE;
    }
    if (cli_has(cli, "wait"))
        return cli_wait_task(cli, task, timeout_ms);
    cli_say("the key is being rotated: reevectl task wait %s", task);
    return CLI_OK;
}
