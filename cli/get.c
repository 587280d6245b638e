/* SPDX-License-Identifier: Apache-2.0
 *
 * reevectl get KIND [NAME...]: the one command that everybody needs.
 */
#include <string.h>
#include "cli.h"

#define DEFAULT_LIMIT 1000

struct wish {
    const char *filters[CLI_MAX_VALUES + 3];
    char *owned[2]; /* those that were made here */
};

static void
wish_free(struct wish *wish)
{
    free(wish->owned[0]);
    free(wish->owned[1]);
}
#define AUTO_WISH __attribute__((cleanup(wish_free)))

static int
collect_filters(struct cli *cli, const struct cli_kind *kind, struct wish *wish, rv_err *err)
{
    const char *namespace = cli_value(cli, "namespace"), *provider = cli_value(cli, "provider");
    int count = 0;

    if (kind->filter)
        wish->filters[count++] = kind->filter;
    for (int i = 0; i < cli->given_count; i++)
        if (strcmp(cli->given[i].option->name, "filter") == 0)
            wish->filters[count++] = cli->given[i].value;
    if (namespace) {
        wish->owned[0] = rv_format("namespace=\"%s\"", namespace);
        wish->filters[count++] = wish->owned[0];
    }
    if (provider) {
        struct cli_kind providers;
        RV_AUTO_JSON cJSON *row = NULL;

        if (cli_kind_find(cli, &providers, "providers", err) < 0 ||
            cli_find(cli->client, &providers, provider, NULL, 0, &row, err) < 0)
            return err->code;
        wish->owned[1] = rv_format("ems_id=%s", rv_json_string(row, "id"));
        wish->filters[count++] = wish->owned[1];
    }
    wish->filters[count] = NULL;
    return 0;
}

static void
print_rows(struct cli *cli, enum cli_format format, const cJSON *rows,
           const struct cli_column *columns, const struct cli_kind *kind)
{
    struct cli_table *table;
    const cJSON *row;

    if (format != CLI_TABLE && format != CLI_WIDE) {
        cli_print_list(stdout, format, rows, columns, kind->name);
        return;
    }
    if (!rows->child) {
        cli_say("no %s", kind->collection);
        return;
    }
    table = cli_table_new(columns, format == CLI_WIDE, cli->color);
    cJSON_ArrayForEach(row, rows) cli_table_row(table, row);
    cli_table_print(table, stdout, !cli_has(cli, "no-headers"));
    cli_table_free(table);
}

static int
get_named(struct cli *cli, const struct cli_kind *kind, enum cli_format format)
{
    RV_AUTO_JSON cJSON *rows = cJSON_CreateArray();
    int failed = 0, code = 0;

    for (int i = 1; i < cli->word_count; i++) {
        rv_err err = RV_ERR_INIT;
        cJSON *row = NULL;

        if (cli_find(cli->client, kind, cli->words[i], cli_value(cli, "namespace"),
                     cli_has(cli, "archived"), &row, &err) < 0) {
            code = cli_failed(&err);
            failed++;
        } else {
            cJSON_AddItemToArray(rows, row);
        }
    }
    if (rows->child && cli->word_count == 2 && (format == CLI_JSON || format == CLI_YAML))
        cli_print_one(stdout, format, rows->child);
    else if (rows->child)
        print_rows(cli, format, rows, cli_columns(kind), kind);
    if (failed > 0 && failed < cli->word_count - 1)
        return CLI_SOME_FAILED;
    return code;
}

static int
get_list(struct cli *cli, const struct cli_kind *kind, enum cli_format format)
{
    const struct cli_column *columns = cli_columns(kind);
    int tabular = format == CLI_TABLE || format == CLI_WIDE || format == CLI_CSV;
    RV_AUTO_FREE char *attributes = tabular ? cli_attributes(columns, format != CLI_TABLE) : NULL;
    AUTO_WISH struct wish wish = { .owned = { NULL, NULL } };
    struct cli_query query = { .collection = kind->collection,
                               .attributes = attributes,
                               .filters = wish.filters,
                               .sort_by = cli_value(cli, "sort-by"),
                               .sort_order = cli_has(cli, "descending") ? "desc" : NULL,
                               .archived = cli_has(cli, "archived") };
    RV_AUTO_JSON cJSON *rows = NULL;
    rv_err err = RV_ERR_INIT;
    int64_t total = 0, got;

    query.limit = cli_int(cli, "limit", DEFAULT_LIMIT, 1, INT64_MAX);
    if (query.limit < 0)
        return CLI_USAGE;
    if (cli_has(cli, "all"))
        query.limit = -1;
    if (collect_filters(cli, kind, &wish, &err) < 0)
        return cli_failed(&err);
    if (cli_has(cli, "watch"))
        return cli_watch(cli, kind, &query, columns, format);
    if (cli_list(cli->client, &query, &rows, &total, &err) < 0)
        return cli_failed(&err);
    print_rows(cli, format, rows, columns, kind);
    got = cJSON_GetArraySize(rows);
    if (total > got && !cli_has(cli, "limit"))
        cli_say("(%lld of %lld; --all shows every one)", (long long)got, (long long)total);
    return CLI_OK;
}

int
cmd_get(struct cli *cli)
{
    struct cli_kind kind;
    rv_err err = RV_ERR_INIT;
    int format = cli_format(cli), code;

    if (format < 0)
        return CLI_USAGE;
    code = cli_connect(cli);
    if (code)
        return code;
    if (cli_kind_find(cli, &kind, cli->words[0], &err) < 0)
        return cli_failed(&err);
    return cli->word_count > 1 ? get_named(cli, &kind, (enum cli_format)format)
                               : get_list(cli, &kind, (enum cli_format)format);
}

int
cmd_kinds(struct cli *cli)
{
    int format = cli_format(cli);

    if (format < 0)
        return CLI_USAGE;
    if (format == CLI_TABLE || format == CLI_WIDE)
        printf("%-34s %-34s %-22s %s\n", "COLLECTION", "KIND", "SHORT", "MEANS");
    for (int i = 0; i < rv_model_count(); i++) {
        const struct rv_kind *kind = rv_model_at(i);
        RV_AUTO_BUF
        rv_buf aliases = rv_buf_limited(4096);

        for (int a = 0; kind->def->aliases && kind->def->aliases[a]; a++)
            rv_buf_addf(&aliases, "%s%s", a ? "," : "", kind->def->aliases[a]);
        if (format == CLI_TABLE || format == CLI_WIDE)
            printf("%-34s %-34s %-22s %s\n", kind->api_name, kind->name, rv_buf_text(&aliases),
                   kind->def->title);
        else
            printf("%s\n", kind->api_name);
    }
    return CLI_OK;
}
