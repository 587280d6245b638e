/* SPDX-License-Identifier: Apache-2.0
 *
 * reevectl status: the server, its workers, its providers and what is in them.
 */
#include <string.h>
#include "list.h"
#include "output.h"

static const char *const parts[] = { "servers", "workers", "providers" };

/* A worker that has ended is history. */
static const char *const running_only[] = { "stopped_on=NULL", NULL };

static int
read_part(struct cli *cli, const char *collection, const char *attributes, cJSON **rows,
          rv_err *err)
{
    struct cli_query query = { .collection = collection, .attributes = attributes, .limit = -1 };

    if (strcmp(collection, "workers") == 0)
        query.filters = running_only;
    return cli_list(cli->client, &query, rows, NULL, err);
}

static int
print_part(struct cli *cli, const char *collection, enum cli_format format, rv_err *err)
{
    CLI_AUTO_VIEW struct cli_view view = { .count = 0 };
    RV_AUTO_FREE char *attributes = NULL;
    RV_AUTO_JSON cJSON *rows = NULL;
    struct cli_kind kind;
    const struct cli_show show = { .format = format,
                                   .view = &view,
                                   .kind = &kind,
                                   .table_flags =
                                       CLI_TABLE_HEADERS | (cli->color ? CLI_TABLE_COLOR : 0) };

    if (cli_kind_find(cli, &kind, collection, err) < 0)
        return err->code;
    cli_view_of(&view, cli_columns(&kind), format == CLI_WIDE ? CLI_VIEW_WIDE : 0);
    attributes = cli_view_attributes(&view);
    if (read_part(cli, collection, attributes, &rows, err) < 0)
        return err->code;
    printf("\n%s (%d)\n", collection, cJSON_GetArraySize(rows));
    cli_print_rows(&show, rows);
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
print_inventory(struct cli *cli, rv_err *err)
{
    RV_AUTO_JSON cJSON *counts = cJSON_CreateObject();
    const cJSON *item;

    if (count_inventory(cli, counts, err) < 0)
        return err->code;
    puts("\ninventory");
    cJSON_ArrayForEach(item, counts) printf("%-34s %10.0f\n", item->string, item->valuedouble);
    if (!counts->child)
        puts("nothing yet");
    return 0;
}

static int
print_all(struct cli *cli, enum cli_format format, rv_err *err)
{
    printf("%s\n", cli_client_url(cli->client));
    for (size_t i = 0; i < RV_COUNT(parts); i++)
        if (print_part(cli, parts[i], format, err) < 0)
            return err->code;
    return print_inventory(cli, err);
}

static int
print_as_document(struct cli *cli, enum cli_format format, rv_err *err)
{
    RV_AUTO_JSON cJSON *all = cJSON_CreateObject();

    for (size_t i = 0; i < RV_COUNT(parts); i++) {
        cJSON *rows = NULL;

        if (read_part(cli, parts[i], NULL, &rows, err) < 0)
            return err->code;
        cJSON_AddItemToObject(all, parts[i], rows);
    }
    if (count_inventory(cli, cJSON_AddObjectToObject(all, "inventory"), err) < 0)
        return err->code;
    cli_print_document(format, all);
    return 0;
}

int
cmd_status(struct cli *cli)
{
    rv_err err = RV_ERR_INIT;
    int format = cli_document_format(cli), code, status;

    if (format < 0)
        return CLI_USAGE;
    code = cli_connect(cli);
    if (code)
        return code;
    status = cli_is_table((enum cli_format)format)
                 ? print_all(cli, (enum cli_format)format, &err)
                 : print_as_document(cli, (enum cli_format)format, &err);
    return status < 0 ? cli_failed(&err) : CLI_OK;
}
