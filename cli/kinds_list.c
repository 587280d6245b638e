/* SPDX-License-Identifier: Apache-2.0
 *
 * reevectl kinds: what there is and what it may be called. Reeve's own kinds need no server; those
 * that a provider brought are asked for where one can be reached.
 */
#include <string.h>
#include "client.h"
#include "kind.h"
#include "output.h"
#include "table.h"

static const struct cli_column columns[] = {
    { "KIND", "name", cli_cell_text, "", 0 },
    { "COLLECTION", "collection", cli_cell_text, "", 0 },
    { "OTHER WORDS", "words", cli_cell_text, "", 0 },
    { "NAMESPACED", "namespaced", cli_cell_text, "", 1 },
    { "WHAT IT IS", "help", cli_cell_text, "", 1 },
    CLI_COLUMNS_END,
};

/* help: what the server says of it; NULL: what the dictionary does. */
static cJSON *
describe_kind(const struct cli_kind *kind, const char *help)
{
    const struct reeve_kind *def = kind->kind ? kind->kind->def : NULL;
    cJSON *row = cJSON_CreateObject();
    cJSON *words = cJSON_CreateArray();

    cJSON_AddStringToObject(row, "name", kind->name);
    cJSON_AddStringToObject(row, "title", def ? def->title : kind->name);
    cJSON_AddStringToObject(row, "collection", kind->collection);
    for (int i = 0; def && def->aliases && def->aliases[i]; i++)
        cJSON_AddItemToArray(words, cJSON_CreateString(def->aliases[i]));
    cJSON_AddItemToObject(row, "words", words);
    cJSON_AddBoolToObject(row, "namespaced", cli_kind_namespace(kind) != NULL);
    cJSON_AddStringToObject(row, "help", help ? help : def ? def->help : "");
    return row;
}

static void
list_ours(cJSON *rows)
{
    for (int i = 0; i < rv_model_count(); i++) {
        struct cli_kind kind;

        cli_kind_of(&kind, rv_model_at(i));
        cJSON_AddItemToArray(rows, describe_kind(&kind, NULL));
    }
}

static int
list_providers(struct cli *cli, cJSON *rows, rv_err *err)
{
    RV_AUTO_JSON cJSON *root = NULL;
    const cJSON *one;

    if (cli_open(cli, err) < 0 || cli_get(cli->client, "/api", &root, err) < 0)
        return err->code;
    cJSON_ArrayForEach(one, cJSON_GetObjectItemCaseSensitive(root, "collections"))
    {
        const char *name = rv_json_string(one, "name");
        struct cli_kind kind;

        if (!name || rv_model_collection(name))
            continue;
        if (cli_kind_of_server(cli, &kind, one, err) < 0)
            return err->code;
        cJSON_AddItemToArray(rows, describe_kind(&kind, rv_json_string(one, "description")));
    }
    return 0;
}

int
cmd_kinds(struct cli *cli)
{
    RV_AUTO_JSON cJSON *rows = cJSON_CreateArray();
    rv_err err = RV_ERR_INIT;
    int format = cli_format(cli);

    if (format < 0)
        return CLI_USAGE;
    list_ours(rows);
    /* Who has no server yet is told of Reeve's own kinds alone. */
    if (list_providers(cli, rows, &err) < 0 && cli->client)
        cli_say("kinds that a provider brought are not among these: %s", err.text);
    return cli_print_plain(cli, (enum cli_format)format, rows, columns, "kind");
}
