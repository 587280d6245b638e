/* SPDX-License-Identifier: Apache-2.0
 *
 * reevectl describe KIND NAME: one object with everything that belongs to it, for a person to
 * read.
 */
#include "describe.h"

#include <string.h>
#include "list.h"
#include "output.h"

#define REFERENCES_MAX 10 /* the API joins so many, and some more */

static int
has_tags(const struct rv_kind *kind)
{
    int count = 0;
    const struct rv_join *joins = rv_kind_joins(kind, &count);

    while (count > 0 && strcmp(joins[count - 1].name, "tags") != 0)
        count--;
    return count > 0;
}

/* What belongs to the object by the dictionary: its children, and its tags, which stand behind the
 * labels that they may come from. */
static char *
child_collections(const struct rv_kind *kind)
{
    RV_AUTO_BUF rv_buf out = rv_buf_limited(1u << 16), last = rv_buf_limited(64);
    const struct rv_relation *relations;
    int count = 0;

    relations = kind ? rv_kind_relations(kind, &count) : NULL;
    for (int i = 0; i < count; i++) {
        if (!relations[i].child->child || relations[i].column != relations[i].child->owner_column)
            continue;
        rv_buf *to = strcmp(relations[i].name, "custom_attributes") == 0 ? &last : &out;
        rv_buf_addf(to, "%s%s", to->len ? "," : "", relations[i].name);
    }
    if (kind && has_tags(kind))
        rv_buf_addf(&last, "%stags", last.len ? "," : "");
    if (last.len)
        rv_buf_addf(&out, "%s%s", out.len ? "," : "", rv_buf_text(&last));
    return rv_buf_take_string(&out);
}

/* Names of what the object refers to: "container_node.name,...". They leave all of its own columns
 * in. */
static char *
reference_names(const struct rv_kind *kind)
{
    RV_AUTO_BUF rv_buf out = rv_buf_limited(1u << 16);
    int count = 0;

    for (int i = 0; kind && i < kind->column_count && count < REFERENCES_MAX; i++) {
        const struct rv_column *column = &kind->columns[i];
        const struct rv_kind *target = column->target ? rv_model_kind(column->target) : NULL;
        char name[64];

        if (column->type != REEVE_REF || !target || rv_kind_column(target, "name") < 0)
            continue;
        cli_reference_name(name, column->name);
        if (rv_kind_association(kind, name) == i)
            rv_buf_addf(&out, "%s%s.name", count++ ? "," : "", name);
    }
    return rv_buf_take_string(&out);
}

/* What is there comes before what is gone: names come back. */
static int
find_row(struct cli *cli, const struct cli_kind *kind, const char *name, struct cli_query *query,
         cJSON **out, rv_err *err)
{
    query->archived = 0;
    if (cli_find(cli->client, kind, name, query, out, err) != RV_E_NOT_FOUND)
        return err->code;
    if (!kind->kind || !kind->kind->archived)
        return err->code;
    rv_err_clear(err);
    query->archived = 1;
    return cli_find(cli->client, kind, name, query, out, err);
}

int
cli_find_object(struct cli *cli, struct cli_kind *kind, cJSON **out, rv_err *err)
{
    RV_AUTO_FREE char *filter = NULL;
    const char *slash = strchr(cli->words[0], '/'), *namespace = cli_value(cli, "namespace");
    const char *filters[3] = { NULL };
    RV_AUTO_FREE char *word = rv_strndup(cli->words[0], strcspn(cli->words[0], "/"));
    struct cli_query query = { .filters = filters };
    int count = 0;

    if (cli_kind_find(cli, kind, word, err) < 0)
        return err->code;
    query.collection = kind->collection;
    if (kind->filter)
        filters[count++] = kind->filter;
    if (namespace && cli_kind_namespace(kind))
        filters[count] = filter = cli_filter_equal(cli_kind_namespace(kind), namespace);
    return find_row(cli, kind, slash ? slash + 1 : cli->words[1], &query, out, err);
}

int
cli_check_object(struct cli *cli)
{
    int has_path = strchr(cli->words[0], '/') != NULL;

    if (cli->word_count == (has_path ? 1 : 2))
        return CLI_OK;
    return cli_usage(cli, has_path ? "one KIND/NAME alone" : "the name is missing");
}

static int
find_whole(struct cli *cli, cJSON **out, rv_err *err)
{
    RV_AUTO_FREE char *children = NULL;
    RV_AUTO_FREE char *references = NULL;
    RV_AUTO_FREE char *path = NULL;
    RV_AUTO_JSON cJSON *found = NULL;
    struct cli_kind kind;

    if (cli_find_object(cli, &kind, &found, err) < 0)
        return err->code;
    children = child_collections(kind.kind);
    references = reference_names(kind.kind);
    path = rv_format("/api/%s/%s%s%s%s%s", kind.collection, rv_json_string(found, "id"),
                     *children ? "?expand=" : "", children,
                     !*references ? ""
                     : *children  ? "&attributes="
                                  : "?attributes=",
                     references);
    return cli_get(cli->client, path, out, err);
}

int
cmd_describe(struct cli *cli)
{
    RV_AUTO_JSON cJSON *row = NULL;
    int format = cli_document_format(cli), code;
    rv_err err = RV_ERR_INIT;

    if (format < 0)
        return CLI_USAGE;
    code = cli_check_object(cli);
    if (code == CLI_OK)
        code = cli_connect(cli);
    if (code)
        return code;
    if (find_whole(cli, &row, &err) < 0)
        return cli_failed(&err);
    if (cli_is_table((enum cli_format)format))
        cli_print_object(cli, row);
    else
        cli_print_document((enum cli_format)format, row);
    return CLI_OK;
}
