/* SPDX-License-Identifier: Apache-2.0
 *
 * The formats of -o, and how their text gets to stdout.
 */
#include "output.h"

#include <string.h>
#include <unistd.h>

#define TEXT_LIMIT (1u << 30)

int
cli_format(const struct cli *cli)
{
    static const char *const words[] = { "table", "wide", "json",  "yaml",
                                         "csv",   "name", "jsonl", NULL };
    const char *given = cli_value(cli, "output");

    if (!given)
        return cli->terminal ? CLI_TABLE : CLI_JSON;
    for (int i = 0; words[i]; i++)
        if (strcmp(words[i], given) == 0)
            return i;
    cli_usage(cli, "no output format '%s'%s: table, wide, json, yaml, csv, name, jsonl", given,
              cli_did_you_mean(given, words, ""));
    return -1;
}

int
cli_document_format(const struct cli *cli)
{
    int format = cli_has(cli, "output") ? cli_format(cli) : CLI_TABLE;

    if (format == CLI_CSV || format == CLI_NAME) {
        cli_usage(cli, "there is no such output of this command: table, json, yaml, jsonl");
        return -1;
    }
    return format;
}

int
cli_is_table(enum cli_format format)
{
    return format == CLI_TABLE || format == CLI_WIDE;
}

void
cli_emit(const rv_buf *text)
{
    RV_AUTO_BUF rv_buf tame = rv_buf_limited(TEXT_LIMIT);

    if (isatty(STDOUT_FILENO)) {
        cli_clean_text(&tame, rv_buf_text(text));
        text = &tame;
    }
    fwrite(rv_buf_text(text), 1, text->len, stdout);
}

static void
emit_line(rv_buf *text)
{
    rv_buf_add_char(text, '\n');
    cli_emit(text);
    rv_buf_reset(text);
}

/* Row by row, so that a long list is not held as text too. */
static void
print_json(const cJSON *rows)
{
    RV_AUTO_BUF rv_buf text = rv_buf_limited(TEXT_LIMIT);
    const cJSON *row;

    rv_buf_add_string(&text, rows->child ? "[" : "[]");
    emit_line(&text);
    cJSON_ArrayForEach(row, rows)
    {
        rv_buf_add_string(&text, "    ");
        cli_add_json(&text, row, 4);
        rv_buf_add_string(&text, row->next ? "," : "");
        emit_line(&text);
    }
    if (rows->child) {
        rv_buf_add_char(&text, ']');
        emit_line(&text);
    }
}

static void
print_jsonl(const cJSON *row)
{
    RV_AUTO_BUF rv_buf text = rv_buf_limited(TEXT_LIMIT);
    char *json = cJSON_PrintUnformatted(row);

    rv_buf_add_string(&text, json);
    cJSON_free(json);
    emit_line(&text);
}

static void
print_yaml(const cJSON *value)
{
    RV_AUTO_BUF rv_buf text = rv_buf_limited(TEXT_LIMIT);

    cli_add_yaml(&text, value);
    cli_emit(&text);
}

static void
print_yaml_list(const cJSON *rows)
{
    const cJSON *row;

    if (!rows->child)
        print_yaml(rows);
    cJSON_ArrayForEach(row, rows)
    {
        cJSON *one = cJSON_CreateArray();

        cJSON_AddItemReferenceToArray(one, (cJSON *)(uintptr_t)row);
        print_yaml(one);
        cJSON_Delete(one);
    }
}

static void
print_csv(const struct cli_show *show, const cJSON *rows)
{
    RV_AUTO_BUF rv_buf text = rv_buf_limited(TEXT_LIMIT);
    RV_AUTO_FREE char *attributes = cli_view_attributes(show->view);
    const cJSON *row;

    if (show->table_flags & CLI_TABLE_HEADERS)
        cli_add_csv_head(&text, attributes);
    cJSON_ArrayForEach(row, rows)
    {
        cli_add_csv_row(&text, attributes, row);
        cli_emit(&text);
        rv_buf_reset(&text);
    }
    cli_emit(&text);
}

void
cli_print_name(const struct cli_kind *kind, const cJSON *row)
{
    RV_AUTO_BUF rv_buf text = rv_buf_limited(TEXT_LIMIT);
    const char *name = rv_json_string(row, "name");

    if (!name)
        name = rv_json_string(row, "id");
    rv_buf_addf(&text, "%s/%s", cli_kind_resource(kind, row), name ? name : "");
    emit_line(&text);
}

static void
print_table(const struct cli_show *show, const cJSON *rows)
{
    struct cli_table *table = cli_table_new(show->view, show->table_flags);
    const cJSON *row;

    cJSON_ArrayForEach(row, rows) cli_table_row(table, NULL, row);
    cli_table_print(table, stdout);
    cli_table_free(table);
}

void
cli_print_document(enum cli_format format, const cJSON *document)
{
    RV_AUTO_BUF rv_buf text = rv_buf_limited(TEXT_LIMIT);

    if (format == CLI_YAML) {
        print_yaml(document);
    } else if (format == CLI_JSONL) {
        print_jsonl(document);
    } else {
        cli_add_json(&text, document, 0);
        emit_line(&text);
    }
}

void
cli_print_one(const struct cli_show *show, const cJSON *row)
{
    cJSON *list;

    if (show->format == CLI_JSON || show->format == CLI_YAML || show->format == CLI_JSONL) {
        cli_print_document(show->format, row);
        return;
    }
    list = cJSON_CreateArray();
    cJSON_AddItemReferenceToArray(list, (cJSON *)(uintptr_t)row);
    cli_print_rows(show, list);
    cJSON_Delete(list);
}

void
cli_print_rows(const struct cli_show *show, const cJSON *rows)
{
    const cJSON *row;

    switch (show->format) {
    case CLI_TABLE:
    case CLI_WIDE:
        print_table(show, rows);
        return;
    case CLI_JSON:
        print_json(rows);
        return;
    case CLI_YAML:
        print_yaml_list(rows);
        return;
    case CLI_CSV:
        print_csv(show, rows);
        return;
    case CLI_NAME:
        cJSON_ArrayForEach(row, rows) cli_print_name(show->kind, row);
        return;
    case CLI_JSONL:
        cJSON_ArrayForEach(row, rows) print_jsonl(row);
        return;
    }
}

int
cli_print_plain(struct cli *cli, enum cli_format format, const cJSON *rows,
                const struct cli_column *columns, const char *name)
{
    CLI_AUTO_VIEW struct cli_view view;
    struct cli_kind kind = { .kind = NULL };
    struct cli_show show = { .format = format, .view = &view, .kind = &kind };

    snprintf(kind.name, sizeof(kind.name), "%s", name);
    cli_view_of(&view, columns, format == CLI_TABLE ? 0 : CLI_VIEW_WIDE);
    show.table_flags = CLI_TABLE_HEADERS | (cli->color ? CLI_TABLE_COLOR : 0);
    if ((format == CLI_TABLE || format == CLI_WIDE) && cJSON_GetArraySize(rows) == 0)
        cli_say("nothing found");
    else
        cli_print_rows(&show, rows);
    return CLI_OK;
}
