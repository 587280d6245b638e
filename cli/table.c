/* SPDX-License-Identifier: Apache-2.0
 *
 * Which columns are shown, and their layout: every column is as wide as its widest cell, three
 * blanks between, as kubectl does. Cells are cleaned, since names come from clusters.
 */
#include "table.h"

#include <string.h>
#include "cli.h"

#define CELL_LIMIT (16u << 20)
#define GAP 3

static int
is_namespace(const struct cli_column *column)
{
    return strcmp(column->title, "NAMESPACE") == 0;
}

void
cli_view_of(struct cli_view *out, const struct cli_column *columns, int flags)
{
    *out = (struct cli_view){ .count = 0 };
    for (; columns->title; columns++) {
        if ((columns->wide && !(flags & CLI_VIEW_WIDE)) ||
            (is_namespace(columns) && (flags & CLI_VIEW_NO_NAMESPACE)))
            continue;
        RV_ASSERT(out->count < CLI_VIEW_MAX);
        out->columns[out->count++] = *columns;
    }
}

/* "container_node.name" becomes "CONTAINER-NODE.NAME". */
static void
make_title(char *text)
{
    for (; *text; text++) {
        if (*text >= 'a' && *text <= 'z')
            *text -= 'a' - 'A';
        else if (*text == '_')
            *text = '-';
    }
}

int
cli_view_chosen(struct cli_view *out, const char *names, rv_err *err)
{
    size_t size = strlen(names) + 1;
    char *name, *title;

    *out = (struct cli_view){ .text = rv_alloc(2 * size) };
    memcpy(out->text, names, size);
    memcpy(out->text + size, names, size);
    make_title(out->text + size);
    for (size_t at = 0; at < size; at += strlen(out->text + at) + 1) {
        name = out->text + at;
        title = name + size;
        name[strcspn(name, ",")] = title[strcspn(title, ",")] = '\0';
        if (out->count == CLI_VIEW_MAX)
            return rv_fail(err, RV_E_INVALID, "more than %d columns", CLI_VIEW_MAX);
        if (!*name)
            return rv_fail(err, RV_E_INVALID, "a name is missing in --columns '%s'", names);
        out->columns[out->count++] = (struct cli_column){ title, name, cli_cell_text, "<none>", 0 };
    }
    return 0;
}

void
cli_view_free(struct cli_view *view)
{
    free(view->text);
    view->text = NULL;
}

static int
is_in_list(const char *list, const char *item, size_t len)
{
    for (; *list; list += strcspn(list, ",") + (list[strcspn(list, ",")] == ','))
        if (strcspn(list, ",") == len && strncmp(list, item, len) == 0)
            return 1;
    return 0;
}

char *
cli_view_attributes(const struct cli_view *view)
{
    RV_AUTO_BUF rv_buf out = rv_buf_limited(1u << 16);

    for (int i = 0; i < view->count; i++) {
        const char *at = view->columns[i].attributes;

        while (*at) {
            size_t len = strcspn(at, ",");

            if (!is_in_list(rv_buf_text(&out), at, len))
                rv_buf_addf(&out, "%s%.*s", out.len ? "," : "", (int)len, at);
            at += len + (at[len] == ',');
        }
    }
    return rv_buf_take_string(&out);
}

struct cli_table {
    const struct cli_view *view;
    int flags, count; /* columns, the lead included */
    size_t *widths;
    char **cells; /* row after row, count a row */
    size_t used, room;
    int printed; /* the headers were */
};

struct cli_table *
cli_table_new(const struct cli_view *view, int flags)
{
    struct cli_table *table = rv_alloc(sizeof(*table));

    table->view = view;
    table->flags = flags;
    table->count = view->count + ((flags & CLI_TABLE_LEAD) != 0);
    table->widths = rv_alloc(((size_t)table->count + 1) * sizeof(*table->widths));
    return table;
}

static void
drop_cells(struct cli_table *table)
{
    for (size_t i = 0; i < table->used; i++)
        free(table->cells[i]);
    table->used = 0;
}

void
cli_table_free(struct cli_table *table)
{
    if (!table)
        return;
    drop_cells(table);
    free(table->cells);
    free(table->widths);
    free(table);
}

static void
add_cell(struct cli_table *table, const char *text)
{
    RV_AUTO_BUF rv_buf cell = rv_buf_limited(CELL_LIMIT);
    size_t column = table->used % (size_t)table->count, width;

    cli_clean_line(&cell, text);
    if (table->used == table->room) {
        table->room = table->room ? table->room * 2 : 256;
        table->cells = rv_realloc(table->cells, table->room, sizeof(char *));
    }
    width = cli_width(rv_buf_text(&cell));
    if (width > table->widths[column])
        table->widths[column] = width;
    table->cells[table->used++] = rv_buf_take_string(&cell);
}

/* A row of cells with these titles. */
static void
add_headers(struct cli_table *table)
{
    if (table->flags & CLI_TABLE_LEAD)
        add_cell(table, "EVENT");
    for (int i = 0; i < table->view->count; i++)
        add_cell(table, table->view->columns[i].title);
}

void
cli_table_row(struct cli_table *table, const char *lead, const cJSON *row)
{
    RV_AUTO_BUF rv_buf cell = rv_buf_limited(CELL_LIMIT);

    if (table->used == 0 && !table->printed && (table->flags & CLI_TABLE_HEADERS))
        add_headers(table);
    if (table->flags & CLI_TABLE_LEAD)
        add_cell(table, lead);
    for (int i = 0; i < table->view->count; i++) {
        const struct cli_column *column = &table->view->columns[i];

        rv_buf_reset(&cell);
        column->cell(&cell, row, column);
        add_cell(table, cell.len ? rv_buf_text(&cell) : column->empty);
    }
}

static const char *
color_of(const char *text)
{
    static const char *const good[] = { "Running", "Active",   "Bound",    "Ready",     "on",
                                        "Ok",      "Complete", "Valid",    "Available", "Succeeded",
                                        "started", "ready",    "Finished", NULL };
    static const char *const bad[] = {
        "Failed",           "Error",     "NotReady", "off",     "Evicted",
        "CrashLoopBackOff", "Lost",      "Timeout",  "Invalid", "ImagePullBackOff",
        "ErrImagePull",     "OOMKilled", NULL
    };

    for (int i = 0; good[i]; i++)
        if (strcmp(text, good[i]) == 0)
            return "\033[32m";
    for (int i = 0; bad[i]; i++)
        if (strcmp(text, bad[i]) == 0)
            return "\033[31m";
    return strcmp(text, "Pending") == 0 ? "\033[33m" : NULL;
}

static void
print_cell(const struct cli_table *table, FILE *out, size_t at, const char *color)
{
    size_t column = at % (size_t)table->count;
    const char *text = table->cells[at];
    int is_last = column + 1 == (size_t)table->count;

    if (!(table->flags & CLI_TABLE_COLOR))
        color = NULL;
    fprintf(out, "%s%s%s", color ? color : "", text, color ? "\033[0m" : "");
    if (is_last)
        fputc('\n', out);
    else
        fprintf(out, "%*s", (int)(table->widths[column] - cli_width(text) + GAP), "");
}

void
cli_table_print(struct cli_table *table, FILE *out)
{
    int is_head = !table->printed && (table->flags & CLI_TABLE_HEADERS);

    for (size_t at = 0; at < table->used; at++)
        print_cell(table, out, at,
                   is_head && at < (size_t)table->count ? "\033[1m" : color_of(table->cells[at]));
    table->printed |= table->used > 0;
    drop_cells(table);
}
