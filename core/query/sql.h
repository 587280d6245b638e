/* SPDX-License-Identifier: Apache-2.0
 *
 * SQL text that grows together with its bound parameters. Names come from the dictionary only;
 * whatever a client wrote becomes a parameter.
 */
#ifndef RV_QUERY_SQL_H
#define RV_QUERY_SQL_H

#include "base/buf.h"
#include "base/value.h"

#define RV_SQL_MAX (1u << 20)

struct rv_sql {
    rv_buf text;
    rv_value *params;
    int count, size;
};

struct rv_sql rv_sql_new(void);
void rv_sql_free(struct rv_sql *sql);
#define RV_AUTO_SQL __attribute__((cleanup(rv_sql_free)))
void rv_sql_add(struct rv_sql *sql, const char *text);
void rv_sql_addf(struct rv_sql *sql, const char *format, ...) RV_PRINTF(2, 3);
/* Append "$n" and bind it; a text must outlive the statement. */
void rv_sql_param(struct rv_sql *sql, rv_value value);
/* Append alias."name". */
void rv_sql_column(struct rv_sql *sql, const char *alias, const char *name);
/* Text and parameters of another statement's piece, whose parameters were numbered from 1 as well:
 * only for a piece that stands first. */
void rv_sql_begin_with(struct rv_sql *sql, const char *before, const struct rv_sql *piece);
/* "IN ($1, ...)" of ids, padded to a few sizes by repeating the last, so that there are only a few
 * different statements. */
void rv_sql_in(struct rv_sql *sql, const int64_t *ids, int count);

#endif
