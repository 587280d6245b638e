/* SPDX-License-Identifier: Apache-2.0
 *
 * reevectl mapping list | add | remove: which labels become which tags.
 */
#include <string.h>
#include "act.h"
#include "list.h"
#include "output.h"

#define MAPPINGS "container_label_tag_mappings"

int
cmd_mapping_list(struct cli *cli)
{
    return cli_get_all(cli, "mappings");
}

int
cmd_mapping_add(struct cli *cli)
{
    static const char *const options[][2] = { { "kind", "labeled_resource_type" },
                                              { "value", "label_value" },
                                              { "category", "category" },
                                              { "prefix", "prefix" },
                                              { "tag", "tag_id" } };
    RV_AUTO_JSON cJSON *body = cJSON_CreateObject(), *answer = NULL;
    const cJSON *result;
    rv_err err = RV_ERR_INIT;
    int code = cli_connect(cli);

    if (code)
        return code;
    cJSON_AddStringToObject(body, "label_name", cli->words[0]);
    for (size_t i = 0; i < RV_COUNT(options); i++)
        if (cli_value(cli, options[i][0]))
            cJSON_AddStringToObject(body, options[i][1], cli_value(cli, options[i][0]));
    if (cli_request(cli->client, "POST", "/api/" MAPPINGS, body, &answer, &err) < 0)
        return cli_failed(&err);
    result = cJSON_GetArrayItem(cJSON_GetObjectItemCaseSensitive(answer, "results"), 0);
    cli_say("%s", rv_json_string(result, "message") ? rv_json_string(result, "message")
                                                    : "label mapping created");
    return CLI_OK;
}

int
cmd_mapping_remove(struct cli *cli)
{
    int code = cli_connect(cli);

    return code ? code : cli_act_on_words(cli, MAPPINGS, "delete");
}
