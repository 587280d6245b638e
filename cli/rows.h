/* SPDX-License-Identifier: Apache-2.0
 *
 * Rows as they were last seen, by id: a watch is told of a deletion by id alone.
 */
#ifndef CLI_ROWS_H
#define CLI_ROWS_H

#include "base/json.h"

struct cli_rows;

struct cli_rows *cli_rows_new(void);
void cli_rows_free(struct cli_rows *rows); /* NULL allowed */
/* Keep the row (it becomes rows' own) under its "id". */
void cli_rows_put(struct cli_rows *rows, cJSON *row);
/* Take it out; the caller's; NULL when it is not known. */
cJSON *cli_rows_take(struct cli_rows *rows, const char *id);
void cli_rows_each(const struct cli_rows *rows, void (*fn)(void *arg, const cJSON *row), void *arg);
int cli_rows_count(const struct cli_rows *rows);
void cli_rows_clear(struct cli_rows *rows);

#endif
