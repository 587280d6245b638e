/* SPDX-License-Identifier: Apache-2.0
 *
 * Building statements.
 */
#include "query/sql.h"

#include <stdlib.h>
#include "base/mem.h"

struct rv_sql
rv_sql_new(void)
{
    return (struct rv_sql){ .text = rv_buf_limited(RV_SQL_MAX) };
}

void
rv_sql_free(struct rv_sql *sql)
{
    rv_buf_free(&sql->text);
    free(sql->params);
    *sql = rv_sql_new();
}

void
rv_sql_add(struct rv_sql *sql, const char *text)
{
    rv_buf_add_string(&sql->text, text);
}

void
rv_sql_addf(struct rv_sql *sql, const char *format, ...)
{
    va_list args;
    char piece[512];

    va_start(args, format);
    int len = vsnprintf(piece, sizeof(piece), format, args);
    va_end(args);
    RV_ASSERT(len >= 0 && (size_t)len < sizeof(piece));
    rv_buf_add(&sql->text, piece, (size_t)len);
}

void
rv_sql_param(struct rv_sql *sql, rv_value value)
{
    if (sql->count == sql->size) {
        sql->size = sql->size ? 2 * sql->size : 16;
        sql->params = rv_realloc(sql->params, (size_t)sql->size, sizeof(*sql->params));
    }
    sql->params[sql->count++] = value;
    rv_buf_addf(&sql->text, "$%d", sql->count);
}

void
rv_sql_column(struct rv_sql *sql, const char *alias, const char *name)
{
    /* For each column of each answer: not by a format. */
    rv_sql_add(sql, alias);
    rv_sql_add(sql, ".\"");
    rv_sql_add(sql, name);
    rv_sql_add(sql, "\"");
}

void
rv_sql_begin_with(struct rv_sql *sql, const char *before, const struct rv_sql *piece)
{
    RV_ASSERT(sql->count == 0);
    rv_sql_add(sql, before);
    rv_buf_add(&sql->text, rv_buf_text(&piece->text), piece->text.len);
    if (piece->count == 0)
        return;
    sql->size = sql->count = piece->count;
    sql->params = rv_realloc(sql->params, (size_t)sql->size, sizeof(*sql->params));
    for (int i = 0; i < piece->count; i++)
        sql->params[i] = piece->params[i];
}

void
rv_sql_in(struct rv_sql *sql, const int64_t *ids, int count)
{
    int padded = 1;

    RV_ASSERT(count > 0);
    while (padded < count)
        padded *= 4;
    rv_sql_add(sql, "IN (");
    for (int i = 0; i < padded; i++) {
        if (i > 0)
            rv_sql_add(sql, ", ");
        rv_sql_param(sql, rv_vint(ids[i < count ? i : count - 1]));
    }
    rv_sql_add(sql, ")");
}
