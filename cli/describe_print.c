/* SPDX-License-Identifier: Apache-2.0
 *
 * Objects as text.
 */
#include <string.h>
#include "describe.h"
#include "output.h"

#define TEXT_LIMIT (16u << 20)
#define TABLE_COLUMNS 8 /* a list with more has its members under each other */
#define NAMES_MAX 64

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

void
cli_reference_name(char out[64], const char *column)
{
    if (strcmp(column, "ems_id") == 0)
        column = "ext_management_system_id";
    snprintf(out, 64, "%s", column);
    if (ends_with(out, "_id"))
        out[strlen(out) - 3] = '\0';
}

/* What a column of the object refers to; NULL when that is not in the document. */
static const char *
name_of_reference(const cJSON *object, const char *column)
{
    char name[64];

    if (!ends_with(column, "_id"))
        return NULL;
    cli_reference_name(name, column);
    return rv_json_string(cJSON_GetObjectItemCaseSensitive(object, name), "name");
}

/* Whether the member is there only for the name of what a column refers to. */
static int
is_reference(const cJSON *object, const cJSON *member)
{
    const cJSON *item;
    char name[64];

    cJSON_ArrayForEach(item, object)
    {
        if (!ends_with(item->string, "_id"))
            continue;
        cli_reference_name(name, item->string);
        if (strcmp(name, member->string) == 0)
            return 1;
    }
    return 0;
}

static int
is_list_of_objects(const cJSON *value)
{
    return cJSON_IsArray(value) && cJSON_IsObject(value->child);
}

/* Members that are shown on a line each: no lists of objects, and no empty lists, for these may be
 * of objects. */
static int
is_field(const cJSON *item)
{
    return strcmp(item->string, "href") != 0 && !cJSON_IsObject(item) &&
           !is_list_of_objects(item) && !(cJSON_IsArray(item) && !item->child);
}

static int
is_telling_field(const cJSON *item)
{
    return is_field(item) && !is_noise(item->string);
}

static void
print_field(const cJSON *object, const cJSON *item, size_t width)
{
    RV_AUTO_BUF rv_buf raw = rv_buf_limited(TEXT_LIMIT);
    RV_AUTO_BUF rv_buf text = rv_buf_limited(TEXT_LIMIT);
    const char *name = name_of_reference(object, item->string);

    cli_add_value(&raw, item);
    if (name)
        rv_buf_addf(&raw, " (%s)", name);
    cli_clean_line(&text, item->string);
    rv_buf_addf(&text, ":%*s ", (int)(width - strlen(item->string)), "");
    cli_clean_line(&text, rv_buf_text(&raw));
    printf("%s\n", rv_buf_text(&text));
}

/* Fields of an object, each behind `indent`, the first one behind `first`. */
static void
print_fields(const cJSON *object, int (*is_shown)(const cJSON *item), const char *first,
             const char *indent)
{
    const cJSON *item;
    size_t width = 0;

    cJSON_ArrayForEach(item, object)
    {
        if (is_shown(item) && strlen(item->string) > width)
            width = strlen(item->string);
    }
    cJSON_ArrayForEach(item, object)
    {
        if (!is_shown(item))
            continue;
        fputs(first, stdout);
        print_field(object, item, width);
        first = indent;
    }
}

static void
print_title(const char *name, int count)
{
    RV_AUTO_BUF rv_buf text = rv_buf_limited(TEXT_LIMIT);

    cli_clean_line(&text, name);
    if (count)
        rv_buf_addf(&text, " (%d)", count);
    printf("\n%s:\n", rv_buf_text(&text));
}

/* Names of all that is worth showing of the rows, comma between; how many. */
static int
collect_names(rv_buf *out, const cJSON *rows)
{
    const char *names[NAMES_MAX];
    const cJSON *row, *item;
    int count = 0;

    cJSON_ArrayForEach(row, rows)
    {
        cJSON_ArrayForEach(item, row)
        {
            int at = 0;

            if (!is_telling_field(item))
                continue;
            while (at < count && strcmp(names[at], item->string) != 0)
                at++;
            if (at < count || count == NAMES_MAX)
                continue;
            names[count++] = item->string;
            rv_buf_addf(out, "%s%s", out->len ? "," : "", item->string);
        }
    }
    return count;
}

/* A table when the rows have few columns, else one under the other. */
static void
print_list(const struct cli *cli, const cJSON *rows)
{
    RV_AUTO_BUF rv_buf names = rv_buf_limited(TEXT_LIMIT);
    CLI_AUTO_VIEW struct cli_view view = { .count = 0 };
    const struct cli_show show = { .format = CLI_TABLE,
                                   .view = &view,
                                   .table_flags =
                                       CLI_TABLE_HEADERS | (cli->color ? CLI_TABLE_COLOR : 0) };
    rv_err ignored = RV_ERR_INIT;
    int count = collect_names(&names, rows);
    const cJSON *row;

    if (count > 0 && count <= TABLE_COLUMNS &&
        cli_view_chosen(&view, rv_buf_text(&names), &ignored) == 0) {
        cli_print_rows(&show, rows);
        return;
    }
    cJSON_ArrayForEach(row, rows) print_fields(row, is_telling_field, "- ", "  ");
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

        if (row == rows->child || !rv_streq(section, own))
            print_title(own ? own : "attributes", 0);
        section = own;
        cli_clean_line(&text, name ? name : "");
        rv_buf_add_char(&text, '=');
        cli_clean_line(&text, value ? value : "");
        printf("  %s\n", rv_buf_text(&text));
    }
}

/* "/managed/team/search", as by_tag takes them without their first part. */
static void
print_tags(const cJSON *rows)
{
    const cJSON *row;

    print_title("tags", 0);
    cJSON_ArrayForEach(row, rows)
    {
        RV_AUTO_BUF rv_buf text = rv_buf_limited(TEXT_LIMIT);
        const char *name = rv_json_string(row, "name");

        cli_clean_line(&text, name ? name : "");
        printf("  %s\n", rv_buf_text(&text));
    }
}

void
cli_print_object(const struct cli *cli, const cJSON *document)
{
    const cJSON *item;

    print_fields(document, is_field, "", "");
    cJSON_ArrayForEach(item, document)
    {
        if (cJSON_IsObject(item) && item->child && !is_reference(document, item)) {
            print_title(item->string, 0);
            print_fields(item, rv_json_string(item, "href") ? is_telling_field : is_field, "  ",
                         "  ");
        } else if (is_list_of_objects(item) && strcmp(item->string, "custom_attributes") == 0) {
            print_attributes(item);
        } else if (is_list_of_objects(item) && strcmp(item->string, "tags") == 0) {
            print_tags(item);
        } else if (is_list_of_objects(item) && strcmp(item->string, "actions") != 0) {
            print_title(item->string, cJSON_GetArraySize(item));
            print_list(cli, item);
        }
    }
}
