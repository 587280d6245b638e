/* SPDX-License-Identifier: Apache-2.0
 *
 * Tables: columns of a kind, cells for people, and their layout.
 */
#ifndef CLI_TABLE_H
#define CLI_TABLE_H

#include <stdio.h>
#include "base/buf.h"
#include "base/json.h"

struct cli_kind;

struct cli_column {
    const char *title;
    const char *attributes; /* what the cell is made of, as the API names it; comma between */
    /* Appends nothing when there is nothing to show. */
    void (*cell)(rv_buf *out, const cJSON *row, const struct cli_column *column);
    const char *empty; /* shown instead of nothing */
    int wide;          /* only with -o wide */
};
/* Tables of columns end with a NULL title. */
#define CLI_COLUMNS_END                                                                            \
    {                                                                                              \
        NULL, NULL, NULL, NULL, 0                                                                  \
    }

/* Sorts of cells. */
void cli_cell_text(rv_buf *out, const cJSON *row, const struct cli_column *column);
void cli_cell_short(rv_buf *out, const cJSON *row, const struct cli_column *column);
void cli_cell_first(rv_buf *out, const cJSON *row, const struct cli_column *column);
void cli_cell_age(rv_buf *out, const cJSON *row, const struct cli_column *column);
void cli_cell_span(rv_buf *out, const cJSON *row, const struct cli_column *column);
void cli_cell_bytes(rv_buf *out, const cJSON *row, const struct cli_column *column);
void cli_cell_ratio(rv_buf *out, const cJSON *row, const struct cli_column *column);
void cli_cell_path(rv_buf *out, const cJSON *row, const struct cli_column *column);
void cli_cell_flag(rv_buf *out, const cJSON *row, const struct cli_column *column);
void cli_cell_restarts(rv_buf *out, const cJSON *row, const struct cli_column *column);
void cli_cell_completions(rv_buf *out, const cJSON *row, const struct cli_column *column);
void cli_cell_modes(rv_buf *out, const cJSON *row, const struct cli_column *column);
void cli_cell_storage(rv_buf *out, const cJSON *row, const struct cli_column *column);
void cli_cell_with_note(rv_buf *out, const cJSON *row, const struct cli_column *column);
void cli_cell_class_name(rv_buf *out, const cJSON *row, const struct cli_column *column);
/* "5m", "3d4h", as kubectl; "<invalid>" for what lies ahead. */
void cli_add_duration(rv_buf *out, int64_t ms);
/* Value of a dotted path as text; nothing for null. */
void cli_add_value(rv_buf *out, const cJSON *value);
const cJSON *cli_value_at(const cJSON *row, const char *path);

/* Columns of a table of this kind. */
const struct cli_column *cli_columns(const struct cli_kind *kind);

/* The columns that are shown. */
#define CLI_VIEW_MAX 40
struct cli_view {
    struct cli_column columns[CLI_VIEW_MAX];
    int count;
    char *text; /* titles and names of columns that the user chose */
};
enum { CLI_VIEW_WIDE = 1, CLI_VIEW_NO_NAMESPACE = 2 };
void cli_view_of(struct cli_view *out, const struct cli_column *columns, int flags);
/* Of "name,container_node.name"; INVALID when there are too many. */
int cli_view_chosen(struct cli_view *out, const char *names, rv_err *err);
void cli_view_free(struct cli_view *view);
#define CLI_AUTO_VIEW __attribute__((cleanup(cli_view_free)))
/* Every attribute of the view once, comma between; the caller's. */
char *cli_view_attributes(const struct cli_view *view);

struct cli_table;
enum { CLI_TABLE_COLOR = 1, CLI_TABLE_HEADERS = 2, CLI_TABLE_LEAD = 4 };
/* view must live as long. LEAD: a column in front, titled EVENT. */
struct cli_table *cli_table_new(const struct cli_view *view, int flags);
void cli_table_free(struct cli_table *table);
void cli_table_row(struct cli_table *table, const char *lead, const cJSON *row);
/* Print the rows since the last time; columns never get narrower again. */
void cli_table_print(struct cli_table *table, FILE *out);

#endif
