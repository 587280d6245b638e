/* SPDX-License-Identifier: Apache-2.0
 *
 * Results for programs: JSON equal to the API's bodies, YAML, CSV, names.
 */
#include <string.h>
#include "cli.h"

int
cli_format(const struct cli *cli)
{
    static const char *const words[] = { "table", "wide", "json",  "yaml",
                                         "csv",   "name", "jsonl", NULL };
    const char *given = cli_value(cli, "output");
    const char *near;

    if (!given)
        return cli->terminal ? CLI_TABLE : CLI_JSON;
    for (int i = 0; words[i]; i++)
        if (strcmp(words[i], given) == 0)
            return i;
    near = rv_nearest(given, words);
    cli_usage(cli, "no output format '%s'%s%s%s: table, wide, json, yaml, csv, name, jsonl", given,
              near ? ", did you mean '" : "", near ? near : "", near ? "'?" : "");
    return -1;
}

/* YAML needs quotes for everything that it would read as something else than this text. */
static int
plain_in_yaml(const char *text)
{
    static const char *const words[] = { "null", "true", "false", "yes", "no",
                                         "on",   "off",  "~",     NULL };

    if (!*text || strspn(text, "0123456789.+-eExX_:") == strlen(text) || strchr(" \t-?", text[0]))
        return 0;
    for (int i = 0; words[i]; i++)
        if (rv_strcaseeq(text, words[i]))
            return 0;
    return text[strcspn(text, ":#{}[],&*!|>'\"%@`\\\n\r\t")] == '\0' &&
           text[strlen(text) - 1] != ' ';
}

static void
print_json_text(FILE *out, const cJSON *value)
{
    char *text = cJSON_PrintUnformatted(value);

    fputs(text, out);
    cJSON_free(text);
}

void
cli_print_yaml(FILE *out, const cJSON *value, int indent)
{
    const cJSON *item;
    int is_list = cJSON_IsArray(value);

    cJSON_ArrayForEach(item, value)
    {
        int nested = (cJSON_IsArray(item) || cJSON_IsObject(item)) && item->child;

        /* The first member of a list's object stands on the dash's own line. */
        if (item != value->child || !(indent & 1))
            fprintf(out, "%*s", indent & ~1, "");
        if (is_list) {
            fputs("- ", out);
        } else {
            if (plain_in_yaml(item->string)) {
                fputs(item->string, out);
            } else {
                cJSON name = { .type = cJSON_String, .valuestring = item->string };

                print_json_text(out, &name);
            }
            fputs(nested ? ":\n" : ": ", out);
        }
        if (nested)
            cli_print_yaml(out, item, is_list ? ((indent & ~1) + 2) | 1 : (indent & ~1) + 2);
        else if (cJSON_IsString(item) && plain_in_yaml(item->valuestring))
            fprintf(out, "%s\n", item->valuestring);
        else {
            print_json_text(out, item);
            fputc('\n', out);
        }
    }
}

static void
print_csv_text(FILE *out, const char *text)
{
    if (!text[strcspn(text, ",\"\n\r")]) {
        fputs(text, out);
        return;
    }
    fputc('"', out);
    for (; *text; text++) {
        if (*text == '"')
            fputc('"', out);
        fputc(*text, out);
    }
    fputc('"', out);
}

/* Figures and times as the API gives them: CSV is read by programs. */
static void
print_csv(FILE *out, const cJSON *rows, const struct cli_column *columns)
{
    const cJSON *row;

    for (const struct cli_column *c = columns; c->title; c++)
        fprintf(out, "%s%s", c == columns ? "" : ",", c->path);
    fputc('\n', out);
    cJSON_ArrayForEach(row, rows)
    {
        for (const struct cli_column *c = columns; c->title; c++) {
            struct cli_column plain = { c->title, c->path, CLI_TEXT, 0 };
            RV_AUTO_BUF
            rv_buf cell = rv_buf_limited(16 << 20);

            cli_cell(&cell, row, &plain);
            if (c != columns)
                fputc(',', out);
            print_csv_text(out, strcmp(rv_buf_text(&cell), "-") == 0 ? "" : rv_buf_text(&cell));
        }
        fputc('\n', out);
    }
}

static void
print_names(FILE *out, const cJSON *rows, const char *kind_name)
{
    const cJSON *row;

    cJSON_ArrayForEach(row, rows)
    {
        const char *name = rv_json_string(row, "name");

        fprintf(out, "%s/%s\n", kind_name, name ? name : rv_json_string(row, "id"));
    }
}

void
cli_print_one(FILE *out, enum cli_format format, const cJSON *row)
{
    char *text;

    if (format == CLI_YAML) {
        cli_print_yaml(out, row, 0);
        return;
    }
    text = format == CLI_JSONL ? cJSON_PrintUnformatted(row) : cJSON_Print(row);
    fprintf(out, "%s\n", text);
    cJSON_free(text);
}

void
cli_print_list(FILE *out, enum cli_format format, const cJSON *rows,
               const struct cli_column *columns, const char *kind_name)
{
    const cJSON *row;

    switch (format) {
    case CLI_CSV:
        print_csv(out, rows, columns);
        return;
    case CLI_NAME:
        print_names(out, rows, kind_name);
        return;
    case CLI_JSONL:
        cJSON_ArrayForEach(row, rows) cli_print_one(out, CLI_JSONL, row);
        return;
    default:
        if (format == CLI_YAML && !rows->child)
            fputs("[]\n", out);
        else
            cli_print_one(out, format, rows);
    }
}
