/* SPDX-License-Identifier: Apache-2.0
 *
 * reevectl describe KIND NAME: one object with everything that belongs to it, for
 * a person to read.
 */
#include <string.h>
#include "cli.h"

static void
print_value(const cJSON *value)
{
    char *text;

    if (cJSON_IsString(value)) {
        printf("%s\n", value->valuestring);
        return;
    }
    text = cJSON_PrintUnformatted(value);
    printf("%s\n", text);
    cJSON_free(text);
}

static void
print_fields(const cJSON *row)
{
    const cJSON *item;
    size_t width = 0;

    cJSON_ArrayForEach(item, row) if (!cJSON_IsArray(item) && strlen(item->string) > width) width =
        strlen(item->string);
    cJSON_ArrayForEach(item, row)
    {
        if (cJSON_IsArray(item) || strcmp(item->string, "href") == 0)
            continue;
        printf("%s:%*s", item->string, (int)(width - strlen(item->string) + 2), "");
        print_value(item);
    }
}

static void
print_members(const char *name, const cJSON *rows)
{
    const cJSON *row, *item;

    if (!rows->child)
        return;
    printf("\n%s (%d):\n", name, cJSON_GetArraySize(rows));
    cJSON_ArrayForEach(row, rows)
    {
        const char *title = rv_json_string(row, "name");

        printf("  %s\n", title ? title : rv_json_string(row, "id"));
        cJSON_ArrayForEach(item, row)
        {
            size_t len = strlen(item->string);

            if (strcmp(item->string, "href") == 0 || strcmp(item->string, "name") == 0 ||
                strcmp(item->string, "id") == 0 ||
                (len > 3 && !strcmp(item->string + len - 3, "_id")))
                continue;
            printf("    %s: ", item->string);
            print_value(item);
        }
    }
}

/* What belongs to the object by the dictionary: its children. */
static char *
child_collections(const struct rv_kind *kind)
{
    RV_AUTO_BUF
    rv_buf out = rv_buf_limited(1 << 16);
    int count = 0;
    const struct rv_relation *relations = kind ? rv_kind_relations(kind, &count) : NULL;

    for (int i = 0; i < count; i++)
        if (relations[i].child->child && relations[i].column == relations[i].child->owner_column)
            rv_buf_addf(&out, "%s%s", out.len ? "," : "", relations[i].name);
    return rv_buf_take_string(&out);
}

int
cmd_describe(struct cli *cli)
{
    RV_AUTO_JSON cJSON *found = NULL, *row = NULL;
    RV_AUTO_FREE char *children = NULL;
    RV_AUTO_FREE char *path = NULL;
    const cJSON *item;
    struct cli_kind kind;
    rv_err err = RV_ERR_INIT;
    int code = cli_connect(cli);

    if (code)
        return code;
    if (cli_kind_find(cli, &kind, cli->words[0], &err) < 0 ||
        cli_find(cli->client, &kind, cli->words[1], cli_value(cli, "namespace"), 1, &found, &err) <
            0)
        return cli_failed(&err);
    children = child_collections(kind.kind);
    path = rv_format("/api/%s/%s%s%s", kind.collection, rv_json_string(found, "id"),
                     *children ? "?expand=" : "", children);
    if (cli_get(cli->client, path, &row, &err) < 0)
        return cli_failed(&err);
    cJSON_DeleteItemFromObjectCaseSensitive(row, "actions");
    print_fields(row);
    cJSON_ArrayForEach(item, row) if (cJSON_IsArray(item)) print_members(item->string, item);
    return CLI_OK;
}
