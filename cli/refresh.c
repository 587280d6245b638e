/* SPDX-License-Identifier: Apache-2.0
 *
 * reevectl refresh KIND NAME: have the provider asked for one object alone.
 */
#include "describe.h"
#include "provider.h"

int
cmd_refresh(struct cli *cli)
{
    RV_AUTO_JSON cJSON *found = NULL, *answer = NULL;
    RV_AUTO_FREE char *path = NULL;
    rv_err err = RV_ERR_INIT;
    struct cli_kind kind;
    int code;

    if (cli_duration(cli, "timeout", 0) < 0)
        return CLI_USAGE;
    code = cli_check_object(cli);
    if (code == CLI_OK)
        code = cli_connect(cli);
    if (code)
        return code;
    if (cli_find_object(cli, &kind, &found, &err) < 0)
        return cli_failed(&err);
    path = rv_format("/api/%s/%s", kind.collection, rv_json_string(found, "id"));
    if (cli_act(cli, path, "refresh", &answer, &err) < 0) {
        rv_wrap(&err, "refresh %s", cli->words[0]);
        return cli_failed(&err);
    }
    return cli_tell_action(cli, answer);
}
