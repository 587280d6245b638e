/* SPDX-License-Identifier: Apache-2.0
 *
 * reevectl describe KIND NAME: one object with everything that belongs to it, for a person to
 * read. Names are the API's, so that they can be used in filters.
 */
#include <string.h>
#include "list.h"
#include "output.h"

#define TEXT_LIMIT (16u << 20)
#define TABLE_COLUMNS 8 /* a list with more has its members under each other */
#define KEYS_MAX 64

static int
ends_with(const char *text, const char *end)
{
    size_t len = strlen(text), end_len = strlen(end);

    return len >= end_len && strcmp(text + len - end_len, end) == 0;
}

/* What tells a person nothing about a member of a list. */
static int
is_noise(const char *name)
{
    static const char *const names[] = { "id", "href", "ems_ref", "created_on", "updated_on" };

    for (size_t i = 0; i < RV_COUNT(names); i++)
        if (strcmp(name, names[i]) == 0)
            return 1;
    return ends_with(name, "_id") || ends_with(name, "_type");
}

static void
print_field(const char *name, size_t width, int indent, const cJSON *value)
{
    RV_AUTO_BUF rv_buf raw = rv_buf_limited(TEXT_LIMIT);
    RV_AUTO_BUF rv_buf text = rv_buf_limited(TEXT_LIMIT);

    cli_add_value(&raw, value);
    cli_clean_line(&text, rv_buf_text(&raw));
    printf("%*s%s:%*s %s\n", indent, "", name, (int)(width - strlen(name)), "", rv_buf_text(&text));
}

static int
is_list_of_objects(const cJSON *value)
{
    return cJSON_IsArray(value) && cJSON_IsObject(value->child);
}

/* Members of an object that are shown on a line each: no lists of objects, and no empty ones, for
 * these may be of objects. */
static int
is_field(const cJSON *item)
{
    return strcmp(item->string, "href") != 0 && strcmp(item->string, "actions") != 0 &&
           !is_list_of_objects(item) && !(cJSON_IsArray(item) && !item->child);
}

static size_t
widest_field(const cJSON *row, int (*is_shown)(const cJSON *item))
{
    const cJSON *item;
    size_t width = 0;

    cJSON_ArrayForEach(item, row)
    {
        if (is_shown(item) && strlen(item->string) > width)
            width = strlen(item->string);
    }
    return width;
}

static void
print_fields(const cJSON *row)
{
    size_t width = widest_field(row, is_field);
    const cJSON *item;

    cJSON_ArrayForEach(item, row)
    {
        if (is_field(item))
            print_field(item->string, width, 0, item);
    }
}

static int
is_member_field(const cJSON *item)
{
    return is_field(item) && !is_noise(item->string);
}

/* Names of all that is worth showing of the rows, comma between; how many. */
static int
collect_names(rv_buf *out, const cJSON *rows)
{
    const char *names[KEYS_MAX];
    const cJSON *row, *item;
    int count = 0;

    cJSON_ArrayForEach(row, rows)
    {
        cJSON_ArrayForEach(item, row)
        {
            int at = 0;

            if (!is_member_field(item))
                continue;
            while (at < count && strcmp(names[at], item->string) != 0)
                at++;
            if (at < count || count == KEYS_MAX)
                continue;
            names[count++] = item->string;
            rv_buf_addf(out, "%s%s", out->len ? "," : "", item->string);
        }
    }
    return count;
}

static void
print_members(const cJSON *rows)
{
    const cJSON *row, *item;

    cJSON_ArrayForEach(row, rows)
    {
        size_t width = widest_field(row, is_member_field);
        int first = 1;

        cJSON_ArrayForEach(item, row)
        {
            if (!is_member_field(item))
                continue;
            fputs(first ? "- " : "  ", stdout);
            print_field(item->string, width, 0, item);
            first = 0;
        }
    }
}

static void
print_list(const struct cli *cli, const char *title, const cJSON *rows)
{
    RV_AUTO_BUF rv_buf names = rv_buf_limited(TEXT_LIMIT);
    struct cli_show show = { .format = CLI_TABLE,
                             .table_flags =
                                 CLI_TABLE_HEADERS | (cli->color ? CLI_TABLE_COLOR : 0) };
    CLI_AUTO_VIEW struct cli_view view = { .count = 0 };
    rv_err ignored = RV_ERR_INIT;
    int count = collect_names(&names, rows);

    printf("\n%s (%d):\n", title, cJSON_GetArraySize(rows));
    if (count == 0 || count > TABLE_COLUMNS ||
        cli_view_chosen(&view, rv_buf_text(&names), &ignored) < 0) {
        print_members(rows);
        return;
    }
    show.view = &view;
    cli_print_rows(&show, rows);
}

/* Labels and their like: "app=web", by section. */
static void
print_attributes(const cJSON *rows)
{
    const char *section = NULL;
    const cJSON *row;

    cJSON_ArrayForEach(row, rows)
    {
        RV_AUTO_BUF rv_buf text = rv_buf_limited(TEXT_LIMIT);
        const char *own = rv_json_string(row, "section"), *name = rv_json_string(row, "name");
        const char *value = rv_json_string(row, "value");

        if (!rv_streq(section, own)) {
            cli_clean_line(&text, own ? own : "attributes");
            printf("\n%s:\n", rv_buf_text(&text));
            section = own;
        }
        rv_buf_reset(&text);
        cli_clean_line(&text, name ? name : "");
        rv_buf_add_char(&text, '=');
        cli_clean_line(&text, value ? value : "");
        printf("  %s\n", rv_buf_text(&text));
    }
}

static void
print_object(const struct cli *cli, const cJSON *row)
{
    const cJSON *item;

    print_fields(row);
    cJSON_ArrayForEach(item, row)
    {
        if (!is_list_of_objects(item) || strcmp(item->string, "actions") == 0)
            continue;
        if (strcmp(item->string, "custom_attributes") == 0)
            print_attributes(item);
        else
            print_list(cli, item->string, item);
    }
}

/* What belongs to the object by the dictionary: its children, and its tags. */
static char *
child_collections(const struct rv_kind *kind)
{
    RV_AUTO_BUF rv_buf out = rv_buf_limited(1u << 16);
    const struct rv_relation *relations;
    int count = 0;

    relations = kind ? rv_kind_relations(kind, &count) : NULL;
    for (int i = 0; i < count; i++)
        if (relations[i].child->child && relations[i].column == relations[i].child->owner_column)
            rv_buf_addf(&out, "%s%s", out.len ? "," : "", relations[i].name);
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

static int
find_whole(struct cli *cli, cJSON **out, rv_err *err)
{
    RV_AUTO_FREE char *children = NULL;
    RV_AUTO_FREE char *path = NULL;
    RV_AUTO_FREE char *filter = NULL;
    RV_AUTO_JSON cJSON *found = NULL;
    const char *slash = strchr(cli->words[0], '/'), *namespace = cli_value(cli, "namespace");
    const char *filters[3] = { NULL };
    RV_AUTO_FREE char *word = rv_strndup(cli->words[0], strcspn(cli->words[0], "/"));
    struct cli_query query = { .filters = filters };
    struct cli_kind kind;
    int count = 0;

    if (cli_kind_find(cli, &kind, word, err) < 0)
        return err->code;
    query.collection = kind.collection;
    if (kind.filter)
        filters[count++] = kind.filter;
    if (namespace && cli_kind_namespace(&kind))
        filters[count] = filter = cli_filter_equal(cli_kind_namespace(&kind), namespace);
    if (find_row(cli, &kind, slash ? slash + 1 : cli->words[1], &query, &found, err) < 0)
        return err->code;
    children = child_collections(kind.kind);
    path = rv_format("/api/%s/%s%s%s", kind.collection, rv_json_string(found, "id"),
                     *children ? "?expand=" : "", children);
    return cli_get(cli->client, path, out, err);
}

int
cmd_describe(struct cli *cli)
{
    RV_AUTO_JSON cJSON *row = NULL;
    int format = cli_document_format(cli), code;
    int has_path = strchr(cli->words[0], '/') != NULL;
    rv_err err = RV_ERR_INIT;

    if (format < 0)
        return CLI_USAGE;
    if (cli->word_count != (has_path ? 1 : 2))
        return cli_usage(cli, has_path ? "one KIND/NAME alone" : "the name is missing");
    code = cli_connect(cli);
    if (code)
        return code;
    if (find_whole(cli, &row, &err) < 0)
        return cli_failed(&err);
    if (cli_is_table((enum cli_format)format))
        print_object(cli, row);
    else
        cli_print_document((enum cli_format)format, row);
    return CLI_OK;
}
