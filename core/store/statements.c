/* SPDX-License-Identifier: Apache-2.0
 *
 * Statements, rows and bulk calls of an open store. Texts are checked here,
 * once for both engines: SQLite would take bytes that are not UTF-8, PostgreSQL
 * would cut a text at U+0000.
 */
#include "store_internal.h"

#include <stdio.h>
#include <string.h>
#include "base/buf.h"
#include "base/log.h"
#include "base/text.h"

#define DELETE_CHUNK 512
#define DELETE_SQL_MAX_BYTES 16384

struct rv_rows {
    struct rv_store *store;
    void *rows;
    int64_t began_us; /* 0: its answer has begun */
};

static int
check_values(const rv_value *values, size_t count, rv_err *err)
{
    for (size_t i = 0; i < count; i++)
        if (values[i].type == RV_TEXT && !rv_utf8_valid(values[i].v.text, (size_t)values[i].len))
            return rv_fail(err, RV_E_INVALID,
                           "value %zu holds U+0000 or bytes that are not UTF-8: '%.40s'", i + 1,
                           values[i].v.text);
    return 0;
}

int
rv_store_exec(struct rv_store *store, int64_t *changed, const char *sql, const rv_value *params,
              int count, rv_err *err)
{
    if (rv_store_enter(store, err) < 0)
        return err->code;
    rv_log(RV_DEBUG, "statement", RV_F("sql", RV_S(sql)));
    int rc = check_values(params, (size_t)count, err);
    if (rc == 0)
        rc = store->driver->exec(store->conn, changed, sql, params, count, err);
    return rv_store_leave(store, rc, err);
}

int
rv_store_script(struct rv_store *store, const char *sql, rv_err *err)
{
    if (rv_store_enter(store, err) < 0)
        return err->code;
    return rv_store_leave(store, store->driver->script(store->conn, sql, err), err);
}

int
rv_store_query(struct rv_store *store, struct rv_rows **out, const char *sql,
               const rv_value *params, int count, rv_err *err)
{
    void *driver_rows = NULL;

    if (rv_store_enter(store, err) < 0)
        return err->code;
    rv_log(RV_DEBUG, "query", RV_F("sql", RV_S(sql)));
    int rc = check_values(params, (size_t)count, err);
    if (rc == 0)
        rc = store->driver->query(store->conn, &driver_rows, sql, params, count, err);
    if (rc < 0)
        return rv_store_leave(store, rc, err);
    *out = rv_alloc(sizeof **out);
    (*out)->store = store;
    (*out)->rows = driver_rows;
    store->open_rows++;
    (*out)->began_us = store->began_us;
    store->began_us = 0;
    return 0;
}

int
rv_rows_next(struct rv_rows *rows, const rv_value **row, rv_err *err)
{
    struct rv_store *store = rows->store;

    rv_err_clear(err);
    int rc = store->driver->rows_next(rows->rows, row, err);
    if (rows->began_us)
        rv_store_measure(store, rows->began_us, rc);
    rows->began_us = 0;
    return rv_store_leave(store, rc, err);
}

int
rv_rows_columns(const struct rv_rows *rows)
{
    return rows->store->driver->rows_columns(rows->rows);
}

void
rv_rows_close(struct rv_rows *rows)
{
    if (!rows)
        return;
    rows->store->driver->rows_close(rows->rows);
    rows->store->open_rows--;
    free(rows);
}

void
rv_rows_close_p(struct rv_rows **rows)
{
    rv_rows_close(*rows);
    *rows = NULL;
}

static int
read_one(struct rv_store *store, const struct rv_store_read *read, rv_err *err)
{
    RV_AUTO_ROWS struct rv_rows *rows = NULL;
    const rv_value *row;
    int rc;

    if (rv_store_query(store, &rows, read->sql, read->params, read->count, err) < 0)
        return err->code;
    while ((rc = rv_rows_next(rows, &row, err)) > 0)
        if ((rc = read->row(read->arg, row, err)) < 0)
            return rc;
    return rc;
}

static int
read_together(struct rv_store *store, const struct rv_store_read *reads, size_t count, rv_err *err)
{
    int rc = 0;

    for (size_t i = 0; i < count && rc == 0; i++) {
        if (rv_store_enter(store, err) < 0)
            return err->code;
        rc = check_values(reads[i].params, (size_t)reads[i].count, err);
    }
    if (rc == 0)
        rc = store->driver->read_all(store->conn, reads, count, err);
    return rv_store_leave(store, rc, err);
}

int
rv_store_read_all(struct rv_store *store, const struct rv_store_read *reads, size_t count,
                  rv_err *err)
{
    int rc = 0;

    if (count > 1 && store->driver->read_all)
        return read_together(store, reads, count, err);
    for (size_t i = 0; i < count && rc == 0; i++)
        rc = read_one(store, &reads[i], err);
    return rc;
}

int
rv_store_analyze(struct rv_store *store, const char *table, rv_err *err)
{
    char sql[128];

    rv_assert_name(table);
    if (!store->driver->postgres)
        return 0;
    snprintf(sql, sizeof(sql), "ANALYZE \"%s\"", table);
    return rv_store_script(store, sql, err); /* a large table takes its time */
}

static int
keep_row(struct rv_store *store, rv_value *out, const rv_value *row, int columns, rv_err *err)
{
    for (int i = 0; i < columns; i++) {
        out[i] = row[i];
        if (row[i].type != RV_TEXT)
            continue;
        out[i].v.text = rv_arena_strndup(store->one, row[i].v.text, (size_t)row[i].len);
        if (!out[i].v.text)
            return rv_fail(err, RV_E_LIMIT, "a value of %d bytes is too long here", row[i].len);
    }
    return 1;
}

int
rv_store_one(struct rv_store *store, rv_value *out, int columns, const char *sql,
             const rv_value *params, int count, rv_err *err)
{
    RV_AUTO_ROWS struct rv_rows *rows = NULL;
    const rv_value *row = NULL;

    if (rv_store_query(store, &rows, sql, params, count, err) < 0)
        return err->code;
    int found = rv_rows_next(rows, &row, err);
    if (found <= 0)
        return found;
    if (rv_rows_columns(rows) < columns)
        return rv_fail(err, RV_E_INTERNAL, "%d columns wanted of %d in: %.300s", columns,
                       rv_rows_columns(rows), sql);
    /* The parameters may be texts of the last call, so those go only now. */
    rv_arena_reset(store->one);
    found = keep_row(store, out, row, columns, err);
    /* To the end: a statement that writes is only done then. */
    int more = found;
    while (more > 0)
        more = rv_rows_next(rows, &row, err);
    return more < 0 ? more : found;
}

/* Bulk calls are one unit of work also where the caller has no transaction. */
static int
begin_unit(struct rv_store *store, int *ours, rv_err *err)
{
    *ours = !store->in_transaction;
    return *ours ? rv_store_begin(store, err) : 0;
}

static int
end_unit(struct rv_store *store, int ours, int rc, rv_err *err)
{
    if (!ours)
        return rc;
    if (rc == 0)
        return rv_store_commit(store, err);
    rv_store_rollback(store);
    return rc;
}

static void
check_names(const char *table, const char *const *columns, int column_count)
{
    rv_assert_name(table);
    for (int i = 0; i < column_count; i++)
        rv_assert_name(columns[i]);
}

typedef int (*bulk_call)(void *conn, const char *table, const char *const *columns,
                         int column_count, const rv_value *values, size_t rows, rv_err *err);

static int
run_bulk(struct rv_store *store, bulk_call call, const char *table, const char *const *columns,
         int column_count, const rv_value *values, size_t rows, rv_err *err)
{
    int ours;

    check_names(table, columns, column_count);
    if (rows == 0)
        return 0;
    if (begin_unit(store, &ours, err) < 0 || rv_store_enter(store, err) < 0)
        return err->code;
    int rc = check_values(values, rows * (size_t)column_count, err);
    if (rc == 0)
        rc = call(store->conn, table, columns, column_count, values, rows, err);
    if (rc < 0)
        rv_wrap(err, "write %zu rows of %s", rows, table);
    return end_unit(store, ours, rv_store_leave(store, rc, err), err);
}

int
rv_store_insert_rows(struct rv_store *store, const char *table, const char *const *columns,
                     int column_count, const rv_value *values, size_t rows, rv_err *err)
{
    return run_bulk(store, store->driver->insert_rows, table, columns, column_count, values, rows,
                    err);
}

int
rv_store_update_rows(struct rv_store *store, const char *table, const char *const *columns,
                     int column_count, const rv_value *values, size_t rows, rv_err *err)
{
    RV_ASSERT(column_count > 1);
    return run_bulk(store, store->driver->update_rows, table, columns, column_count, values, rows,
                    err);
}

/* A few sizes only, so that the statements are found prepared; the rest of a chunk repeats its
 * last key. */
static size_t
chunk_size(size_t left)
{
    size_t size = 1;

    while (size < left && size < DELETE_CHUNK)
        size *= 8;
    return size;
}

static int
delete_chunk(struct rv_store *store, const char *table, const char *key_column,
             const rv_value *keys, size_t count, size_t size, rv_err *err)
{
    RV_AUTO_BUF
    rv_buf sql = rv_buf_limited(DELETE_SQL_MAX_BYTES);
    rv_value params[DELETE_CHUNK];

    rv_buf_addf(&sql, "DELETE FROM \"%s\" WHERE \"%s\" IN (", table, key_column);
    for (size_t i = 0; i < size; i++) {
        params[i] = keys[i < count ? i : count - 1];
        rv_buf_addf(&sql, "%s$%zu", i ? "," : "", i + 1);
    }
    rv_buf_add_char(&sql, ')');
    if (rv_buf_check(&sql, err) < 0)
        return err->code;
    return rv_store_exec(store, NULL, rv_buf_text(&sql), params, (int)size, err);
}

int
rv_store_delete_rows(struct rv_store *store, const char *table, const char *key_column,
                     const rv_value *keys, size_t count, rv_err *err)
{
    int ours;

    check_names(table, &key_column, 1);
    if (count == 0)
        return 0;
    if (begin_unit(store, &ours, err) < 0)
        return err->code;
    int rc = 0;
    for (size_t done = 0; done < count && rc == 0;) {
        size_t size = chunk_size(count - done);
        size_t here = count - done < size ? count - done : size;
        rc = delete_chunk(store, table, key_column, keys + done, here, size, err);
        done += here;
    }
    if (rc < 0)
        rv_wrap(err, "delete %zu rows of %s", count, table);
    return end_unit(store, ours, rc, err);
}
