/* SPDX-License-Identifier: Apache-2.0
 *
 * Tables: cells are kept until the end, so that every column is as wide as its
 * widest cell. Control characters of a cell are shown as '?', since a name comes
 * from a cluster and must not drive the terminal.
 */
#include <string.h>
#include "cli.h"

struct cli_table {
    const struct cli_column *columns;
    int wide, color, count;
    char **cells; /* row after row, count a row */
    size_t used, room;
};

struct cli_table *
cli_table_new(const struct cli_column *columns, int wide, int color)
{
    struct cli_table *table = rv_alloc(sizeof(*table));

    table->columns = columns;
    table->wide = wide;
    table->color = color;
    for (const struct cli_column *c = columns; c->title; c++)
        table->count += !c->wide || wide;
    return table;
}

static void
tame(char *text)
{
    for (; *text; text++)
        if ((unsigned char)*text < 0x20 || *text == 0x7f)
            *text = '?';
}

void
cli_table_row(struct cli_table *table, const cJSON *row)
{
    for (const struct cli_column *c = table->columns; c->title; c++) {
        RV_AUTO_BUF
        rv_buf cell = rv_buf_limited(16 << 20);

        if (c->wide && !table->wide)
            continue;
        cli_cell(&cell, row, c);
        if (table->used == table->room) {
            table->room = table->room ? table->room * 2 : 256;
            table->cells = rv_realloc(table->cells, table->room, sizeof(char *));
        }
        table->cells[table->used] = rv_buf_take_string(&cell);
        tame(table->cells[table->used++]);
    }
}

/* Characters, not bytes: continuation bytes of UTF-8 take no place. */
static size_t
width_of(const char *text)
{
    size_t width = 0;

    for (; *text; text++)
        width += ((unsigned char)*text & 0xc0) != 0x80;
    return width;
}

static const char *
color_of(const char *text)
{
    static const char *const good[] = { "Running",   "Active",    "Bound",   "Ready", "on", "Ok",
                                        "Available", "Succeeded", "started", "ready", NULL };
    static const char *const bad[] = { "Failed",           "Error", "NotReady", "off",
                                       "CrashLoopBackOff", "Lost",  "Timeout",  NULL };

    for (int i = 0; good[i]; i++)
        if (strcmp(text, good[i]) == 0)
            return "\033[32m";
    for (int i = 0; bad[i]; i++)
        if (strcmp(text, bad[i]) == 0)
            return "\033[31m";
    return strcmp(text, "Pending") == 0 ? "\033[33m" : NULL;
}

static void
print_cell(const struct cli_table *table, FILE *out, const char *text, size_t width, int last)
{
    const char *color = table->color ? color_of(text) : NULL;

    fprintf(out, "%s%s%s", color ? color : "", text, color ? "\033[0m" : "");
    if (!last)
        fprintf(out, "%*s", (int)(width - width_of(text) + 3), "");
}

void
cli_table_print(struct cli_table *table, FILE *out, int headers)
{
    size_t *widths = rv_alloc(((size_t)table->count + 1) * sizeof(*widths));
    int i = 0;

    for (const struct cli_column *c = table->columns; c->title; c++)
        if (!c->wide || table->wide)
            widths[i++] = headers ? strlen(c->title) : 0;
    for (size_t cell = 0; cell < table->used; cell++) {
        size_t width = width_of(table->cells[cell]), *most = &widths[cell % (size_t)table->count];

        *most = width > *most ? width : *most;
    }
    i = 0;
    for (const struct cli_column *c = table->columns; headers && c->title; c++) {
        if (c->wide && !table->wide)
            continue;
        fprintf(out, "%s%s%s", table->color ? "\033[1m" : "", c->title,
                table->color ? "\033[0m" : "");
        if (i + 1 < table->count)
            fprintf(out, "%*s", (int)(widths[i] - strlen(c->title) + 3), "");
        else
            fputc('\n', out);
        i++;
    }
    for (size_t cell = 0; cell < table->used; cell++) {
        int last = (cell + 1) % (size_t)table->count == 0;

        print_cell(table, out, table->cells[cell], widths[cell % (size_t)table->count], last);
        if (last)
            fputc('\n', out);
        free(table->cells[cell]);
    }
    table->used = 0;
    free(widths);
}

void
cli_table_free(struct cli_table *table)
{
    if (!table)
        return;
    for (size_t i = 0; i < table->used; i++)
        free(table->cells[i]);
    free(table->cells);
    free(table);
}
