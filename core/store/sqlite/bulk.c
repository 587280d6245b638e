/* SPDX-License-Identifier: Apache-2.0
 *
 * Many rows through one prepared statement. SQLite has no round trips to save,
 * so row by row inside one transaction (store.c opens one) is its fast way.
 */
#include "lite.h"

#include "base/buf.h"

#define SQL_MAX_BYTES (256 * 1024)

static int
run_rows(struct lite *lite, rv_buf *sql, int column_count, const rv_value *values, size_t rows,
         rv_err *err)
{
    struct lite_statement *statement = NULL;

    if (rv_buf_check(sql, err) < 0 || lite_take(lite, &statement, rv_buf_text(sql), err) < 0)
        return err->code;
    for (size_t i = 0; i < rows && !err->code; i++)
        lite_run(lite, statement, values + i * (size_t)column_count, column_count, err);
    lite_return(statement);
    return err->code;
}

int
lite_insert_rows(void *conn, const char *table, const char *const *columns, int column_count,
                 const rv_value *values, size_t rows, rv_err *err)
{
    RV_AUTO_BUF
    rv_buf sql = rv_buf_limited(SQL_MAX_BYTES);

    rv_buf_addf(&sql, "INSERT INTO \"%s\" (", table);
    for (int i = 0; i < column_count; i++)
        rv_buf_addf(&sql, "%s\"%s\"", i ? ", " : "", columns[i]);
    rv_buf_add_string(&sql, ") VALUES (");
    for (int i = 0; i < column_count; i++)
        rv_buf_addf(&sql, "%s$%d", i ? ", " : "", i + 1);
    rv_buf_add_char(&sql, ')');
    return run_rows(conn, &sql, column_count, values, rows, err);
}

int
lite_update_rows(void *conn, const char *table, const char *const *columns, int column_count,
                 const rv_value *values, size_t rows, rv_err *err)
{
    RV_AUTO_BUF
    rv_buf sql = rv_buf_limited(SQL_MAX_BYTES);

    rv_buf_addf(&sql, "UPDATE \"%s\" SET ", table);
    for (int i = 1; i < column_count; i++)
        rv_buf_addf(&sql, "%s\"%s\" = $%d", i > 1 ? ", " : "", columns[i], i + 1);
    rv_buf_addf(&sql, " WHERE \"%s\" = $1", columns[0]);
    return run_rows(conn, &sql, column_count, values, rows, err);
}
