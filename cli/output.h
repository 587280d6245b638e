/* SPDX-License-Identifier: Apache-2.0
 *
 * Results in the formats of -o.
 */
#ifndef CLI_OUTPUT_H
#define CLI_OUTPUT_H

#include "cli.h"
#include "kind.h"
#include "table.h"

enum cli_format { CLI_TABLE, CLI_WIDE, CLI_JSON, CLI_YAML, CLI_CSV, CLI_NAME, CLI_JSONL };
/* -1 with usage printed. Default: table on a terminal, else JSON. */
int cli_format(const struct cli *cli);
/* For what is one document: json, yaml or jsonl when they were asked for, else CLI_TABLE (a text
 * for people). -1 with usage printed. */
int cli_document_format(const struct cli *cli);
/* Whether it is one of columns: table or wide. */
int cli_is_table(enum cli_format format);

/* How rows are shown. */
struct cli_show {
    enum cli_format format;
    const struct cli_view *view;
    const struct cli_kind *kind;
    int table_flags; /* CLI_TABLE_COLOR, CLI_TABLE_HEADERS */
};
/* An array of rows in any format. */
void cli_print_rows(const struct cli_show *show, const cJSON *rows);
/* One document: JSON, YAML; other formats as a list of one. */
void cli_print_one(const struct cli_show *show, const cJSON *row);
/* "pod/web-1" and a newline. */
void cli_print_name(const struct cli_kind *kind, const cJSON *row);
/* Rows that are of no collection, in all formats, with these columns. Exit code. */
int cli_print_plain(struct cli *cli, enum cli_format format, const cJSON *rows,
                    const struct cli_column *columns, const char *name);
/* A document that has no table, as JSON or YAML. */
void cli_print_document(enum cli_format format, const cJSON *document);

/* To stdout; a terminal is not driven by it. */
void cli_emit(const rv_buf *text);

/* Append. JSON is indented by four blanks, without a newline at its end. */
void cli_add_json(rv_buf *out, const cJSON *value, int indent);
void cli_add_yaml(rv_buf *out, const cJSON *value);
void cli_add_csv_head(rv_buf *out, const char *attributes);
void cli_add_csv_row(rv_buf *out, const char *attributes, const cJSON *row);

#endif
