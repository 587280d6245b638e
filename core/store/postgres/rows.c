/* SPDX-License-Identifier: Apache-2.0
 *
 * Reading rows. They come one at a time (libpq's single-row mode), so that a
 * long answer takes no memory here; the socket's window holds the server back.
 */
#include "pg.h"

#include <string.h>
#include "base/mem.h"
#include "base/text.h"

/* Types of the catalogue pg_type; its numbers never change. */
enum {
    OID_BOOL = 16,
    OID_INT8 = 20,
    OID_INT2 = 21,
    OID_INT4 = 23,
    OID_OID = 26,
    OID_FLOAT4 = 700,
    OID_FLOAT8 = 701,
    OID_NUMERIC = 1700
};

/* What is left of a query that is closed early is read away; beyond this many rows a new
 * connection is cheaper. */
#define DRAIN_ROWS 20000

struct pg_rows {
    struct pg *pg;
    char *sql;
    PGresult *result; /* holds the row that was handed over, or is next */
    rv_value *values;
    int columns;
    int fresh; /* result has not been handed over */
    int ended;
};

/* At most 18 digits, which is what nearly all of them are: a struct of errors is large to clear. */
static int
is_short_int(const char *text, int64_t *out)
{
    const char *at = text + (*text == '-'), *first = at;
    int64_t value = 0;

    for (; *at >= '0' && *at <= '9' && at - first < 18; at++)
        value = value * 10 + (*at - '0');
    *out = *text == '-' ? -value : value;
    return at > first && *at == '\0';
}

static rv_value
number_value(const char *text)
{
    int64_t number;

    if (is_short_int(text, &number))
        return rv_vint(number);
    rv_err err = RV_ERR_INIT;
    rv_value value = { .type = RV_INT };

    if (!strpbrk(text, ".eENIn") && rv_parse_int(&value.v.i, text, &err) == 0)
        return value;
    rv_err_clear(&err);
    value.type = RV_DOUBLE;
    return rv_parse_double(&value.v.d, text, &err) == 0 ? value : RV_VNULL;
}

static rv_value
double_value(const char *text)
{
    rv_err err = RV_ERR_INIT;
    rv_value value = { .type = RV_DOUBLE };

    return rv_parse_double(&value.v.d, text, &err) == 0 ? value : RV_VNULL;
}

rv_value
pg_column_value(const PGresult *result, int row, int column)
{
    if (PQgetisnull(result, row, column))
        return RV_VNULL;
    char *text = PQgetvalue(result, row, column);
    switch (PQftype(result, column)) {
    case OID_BOOL:
        return rv_vint(text[0] == 't');
    case OID_INT8:
    case OID_INT4:
    case OID_INT2:
    case OID_OID:
    case OID_NUMERIC:
        return number_value(text);
    case OID_FLOAT4:
    case OID_FLOAT8:
        return double_value(text);
    default:
        return (
            rv_value){ .type = RV_TEXT, .len = PQgetlength(result, row, column), .v.text = text };
    }
}

int
pg_query(void *conn, void **out, const char *sql, const rv_value *params, int count, rv_err *err)
{
    struct pg *pg = conn;
    PGresult *first = NULL;

    if (pg_start(pg, &first, sql, params, count, PG_BY_ROW, err) < 0)
        return err->code;
    struct pg_rows *rows = rv_alloc(sizeof *rows);
    rows->pg = pg;
    rows->sql = rv_strdup(sql);
    rows->result = first;
    rows->columns = PQnfields(first);
    rows->values = rv_alloc(sizeof(rv_value) * (size_t)(rows->columns + 1));
    rows->fresh = 1;
    pg->reading = 1;
    *out = rows;
    return 0;
}

static int
end_rows(struct pg_rows *rows, rv_err *err)
{
    rows->ended = 1;
    rows->pg->reading = 0;
    return rows->pg->conn ? pg_finish(rows->pg, rows->sql, err) : err->code;
}

static int
next_result(struct pg_rows *rows, rv_err *err)
{
    PQclear(rows->result);
    rows->result = NULL;
    if (pg_next_result(rows->pg, &rows->result, err) == 0)
        return 0;
    rows->ended = 1;
    rows->pg->reading = 0;
    return err->code;
}

int
pg_rows_next(void *arg, const rv_value **row, rv_err *err)
{
    struct pg_rows *rows = arg;

    if (rows->ended)
        return 0;
    if (!rows->fresh && next_result(rows, err) < 0)
        return err->code;
    rows->fresh = 0;
    ExecStatusType status = PQresultStatus(rows->result);
    if (status == PGRES_SINGLE_TUPLE) {
        for (int i = 0; i < rows->columns; i++)
            rows->values[i] = pg_column_value(rows->result, 0, i);
        *row = rows->values;
        return 1;
    }
    if (rows->result && status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK)
        pg_fail(rows->pg, rows->result, rows->sql, err);
    return end_rows(rows, err);
}

int
pg_rows_columns(const void *rows)
{
    return ((const struct pg_rows *)rows)->columns;
}

/* Not by cancelling: that would end the transaction, or hit the statement after. */
static void
drain(struct pg_rows *rows)
{
    rv_err ignored = RV_ERR_INIT;

    for (int64_t n = 0; !rows->ended; n++) {
        if (!rows->pg->in_transaction && n > DRAIN_ROWS) {
            pg_drop(rows->pg);
            return;
        }
        if (next_result(rows, &ignored) < 0)
            return;
        if (PQresultStatus(rows->result) != PGRES_SINGLE_TUPLE)
            end_rows(rows, &ignored);
    }
}

void
pg_rows_close(void *arg)
{
    struct pg_rows *rows = arg;

    if (!rows->ended)
        drain(rows);
    rows->pg->reading = 0;
    PQclear(rows->result);
    free(rows->values);
    free(rows->sql);
    free(rows);
}
