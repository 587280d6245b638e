/* SPDX-License-Identifier: Apache-2.0
 *
 * Many rows at once, three ways. A watch's small saves go as one JSON parameter of one prepared
 * statement (inserts up to JSON_INSERT_ROWS, updates up to JSON_UPDATE_ROWS): one round trip a
 * table, not six, and no temporary tables. One updated row, or up to SINGLE_ROWS whose answers are
 * read later, go by a statement each. More go by COPY: straight into a table, or for updates into a
 * temporary table that is then joined; those live as long as the session and lose their rows at
 * commit, so a save does not grow the catalogue.
 */
#include "pg.h"

#include <stdio.h>
#include <string.h>
#include "base/json.h"
#include "base/text.h"

#define SQL_MAX_BYTES (256 * 1024)
#define CHUNK_BYTES (128 * 1024)
#define ROW_MAX_BYTES (512u << 20)
#define JSON_INSERT_ROWS 32
#define JSON_UPDATE_ROWS 256
#define SINGLE_ROWS 16
#define JSON_MAX_BYTES (64u << 20)

static void
add_names(rv_buf *sql, const char *prefix, const char *const *columns, int count)
{
    for (int i = 0; i < count; i++)
        rv_buf_addf(sql, "%s%s\"%s\"", i ? ", " : "", prefix, columns[i]);
}

static void
add_text(rv_buf *out, const char *text, size_t len)
{
    size_t from = 0;

    for (size_t i = 0; i < len; i++) {
        char letter;
        switch (text[i]) {
        case '\\':
            letter = '\\';
            break;
        case '\n':
            letter = 'n';
            break;
        case '\r':
            letter = 'r';
            break;
        case '\t':
            letter = 't';
            break;
        default:
            continue;
        }
        rv_buf_add(out, text + from, i - from);
        rv_buf_add_char(out, '\\');
        rv_buf_add_char(out, letter);
        from = i + 1;
    }
    rv_buf_add(out, text + from, len - from);
}

static void
add_value(rv_buf *out, const rv_value *value)
{
    char number[32];

    switch (value->type) {
    case RV_TEXT:
        add_text(out, value->v.text, (size_t)value->len);
        return;
    case RV_INT:
        snprintf(number, sizeof number, "%lld", (long long)value->v.i);
        rv_buf_add_string(out, number);
        return;
    case RV_DOUBLE:
        pg_double_text(number, value->v.d);
        rv_buf_add_string(out, *number ? number : "\\N");
        return;
    default:
        rv_buf_add_string(out, "\\N");
    }
}

static int
put(struct pg *pg, rv_buf *chunk, rv_err *err)
{
    int done;

    if (rv_buf_check(chunk, err) < 0)
        return err->code;
    while ((done = PQputCopyData(pg->conn, chunk->data, (int)chunk->len)) == 0)
        if (pg_flush(pg, err) < 0)
            return err->code;
    rv_buf_reset(chunk);
    if (done < 0)
        return pg_lost(pg, err);
    return pg_flush(pg, err);
}

static int
put_rows(struct pg *pg, int column_count, const rv_value *values, size_t rows, rv_err *err)
{
    RV_AUTO_BUF
    rv_buf chunk = rv_buf_limited(ROW_MAX_BYTES);

    for (size_t i = 0; i < rows; i++) {
        for (int c = 0; c < column_count; c++) {
            if (c)
                rv_buf_add_char(&chunk, '\t');
            add_value(&chunk, values++);
        }
        rv_buf_add_char(&chunk, '\n');
        if (chunk.failed || chunk.len >= CHUNK_BYTES)
            if (put(pg, &chunk, err) < 0)
                return err->code;
    }
    return chunk.len ? put(pg, &chunk, err) : 0;
}

static int
copy_in(struct pg *pg, const char *sql, int column_count, const rv_value *values, size_t rows,
        rv_err *err)
{
    PG_AUTO_RESULT PGresult *first = NULL;

    if (pg_ready(pg, err) < 0)
        return err->code;
    if (!PQsendQuery(pg->conn, sql))
        return pg_lost(pg, err);
    if (pg_next_result(pg, &first, err) < 0)
        return err->code;
    if (PQresultStatus(first) != PGRES_COPY_IN) {
        pg_fail(pg, first, sql, err);
        return pg_finish(pg, sql, err);
    }
    pg->copying = 1;
    if (put_rows(pg, column_count, values, rows, err) < 0) {
        pg_abandon(pg);
        return err->code;
    }
    pg->copying = 0;
    if (PQputCopyEnd(pg->conn, NULL) < 0)
        return pg_lost(pg, err);
    return pg_finish(pg, sql, err);
}

static int
copy_into(struct pg *pg, const char *table, const char *const *columns, int column_count,
          const rv_value *values, size_t rows, rv_err *err)
{
    RV_AUTO_BUF
    rv_buf sql = rv_buf_limited(SQL_MAX_BYTES);

    rv_buf_addf(&sql, "COPY \"%s\" (", table);
    add_names(&sql, "", columns, column_count);
    rv_buf_add_string(&sql, ") FROM STDIN");
    if (rv_buf_check(&sql, err) < 0)
        return err->code;
    return copy_in(pg, rv_buf_text(&sql), column_count, values, rows, err);
}

/* [{"id":1,...},...] */
static void
add_json(rv_buf *out, const char *const *columns, int column_count, const rv_value *values,
         size_t rows)
{
    rv_json_writer json = rv_json_to(out);

    rv_jw_array(&json);
    for (size_t i = 0; i < rows; i++) {
        rv_jw_object(&json);
        for (int c = 0; c < column_count; c++, values++) {
            if (values->type == RV_NULL)
                continue; /* what is not there is null */
            rv_jw_name(&json, columns[c]);
            if (values->type == RV_TEXT)
                rv_jw_string_len(&json, values->v.text, (size_t)values->len);
            else if (values->type == RV_INT)
                rv_jw_int(&json, values->v.i);
            else
                rv_jw_double(&json, values->v.d);
        }
        rv_jw_end_object(&json);
    }
    rv_jw_end_array(&json);
}

/* Runs the statement, whose $1 is the rows as JSON. */
static int
run_json(struct pg *pg, const rv_buf *sql, const char *const *columns, int column_count,
         const rv_value *values, size_t rows, rv_err *err)
{
    RV_AUTO_BUF
    rv_buf json = rv_buf_limited(JSON_MAX_BYTES);

    add_json(&json, columns, column_count, values, rows);
    if (rv_buf_check(sql, err) < 0 || rv_buf_check(&json, err) < 0)
        return err->code;
    rv_value param = { .type = RV_TEXT, .len = (int32_t)json.len, .v.text = rv_buf_text(&json) };
    return pg_exec(pg, NULL, rv_buf_text(sql), &param, 1, err);
}

static int
insert_json(struct pg *pg, const char *table, const char *const *columns, int column_count,
            const rv_value *values, size_t rows, rv_err *err)
{
    RV_AUTO_BUF
    rv_buf sql = rv_buf_limited(SQL_MAX_BYTES);

    rv_buf_addf(&sql, "INSERT INTO \"%s\" (", table);
    add_names(&sql, "", columns, column_count);
    rv_buf_add_string(&sql, ") SELECT ");
    add_names(&sql, "n.", columns, column_count);
    rv_buf_addf(&sql, " FROM json_populate_recordset(NULL::\"%s\", $1::json) AS n", table);
    return run_json(pg, &sql, columns, column_count, values, rows, err);
}

static int
update_json(struct pg *pg, const char *table, const char *const *columns, int column_count,
            const rv_value *values, size_t rows, rv_err *err)
{
    RV_AUTO_BUF
    rv_buf sql = rv_buf_limited(SQL_MAX_BYTES);

    rv_buf_addf(&sql, "UPDATE \"%s\" AS t SET ", table);
    for (int i = 1; i < column_count; i++)
        rv_buf_addf(&sql, "%s\"%s\" = n.\"%s\"", i > 1 ? ", " : "", columns[i], columns[i]);
    rv_buf_addf(&sql,
                " FROM json_populate_recordset(NULL::\"%s\", $1::json) AS n"
                " WHERE t.\"%s\" = n.\"%s\"",
                table, columns[0], columns[0]);
    return run_json(pg, &sql, columns, column_count, values, rows, err);
}

int
pg_insert_rows(void *conn, const char *table, const char *const *columns, int column_count,
               const rv_value *values, size_t rows, rv_err *err)
{
    if (rows <= JSON_INSERT_ROWS)
        return insert_json(conn, table, columns, column_count, values, rows, err);
    return copy_into(conn, table, columns, column_count, values, rows, err);
}

static int
update_singly(struct pg *pg, const char *table, const char *const *columns, int column_count,
              const rv_value *values, size_t rows, rv_err *err)
{
    RV_AUTO_BUF
    rv_buf sql = rv_buf_limited(SQL_MAX_BYTES);

    rv_buf_addf(&sql, "UPDATE \"%s\" SET ", table);
    for (int i = 1; i < column_count; i++)
        rv_buf_addf(&sql, "%s\"%s\" = $%d", i > 1 ? ", " : "", columns[i], i + 1);
    rv_buf_addf(&sql, " WHERE \"%s\" = $1", columns[0]);
    if (rv_buf_check(&sql, err) < 0)
        return err->code;
    for (size_t i = 0; i < rows; i++, values += column_count)
        if (pg_exec(pg, NULL, rv_buf_text(&sql), values, column_count, err) < 0)
            return err->code;
    return 0;
}

/* One temporary table for each table and set of columns. DELETE for a second use within one
 * transaction; at commit the rows go by themselves. */
static int
make_temporary(struct pg *pg, char name[64], const char *table, const char *const *columns,
               int column_count, rv_err *err)
{
    RV_AUTO_BUF
    rv_buf names = rv_buf_limited(SQL_MAX_BYTES);
    RV_AUTO_BUF
    rv_buf sql = rv_buf_limited(SQL_MAX_BYTES);

    add_names(&names, "", columns, column_count);
    uint64_t hash = rv_hash64(table, strlen(table), 0);
    hash = rv_hash64(rv_buf_text(&names), names.len, hash);
    snprintf(name, 64, "rv_bulk_%016llx", (unsigned long long)hash);
    rv_buf_addf(&sql,
                "CREATE TEMPORARY TABLE IF NOT EXISTS \"%s\" ON COMMIT DELETE ROWS AS"
                " SELECT %s FROM \"%s\" WITH NO DATA; DELETE FROM pg_temp.\"%s\"",
                name, rv_buf_text(&names), table, name);
    return rv_buf_check(&sql, err) < 0 ? err->code : pg_script(pg, rv_buf_text(&sql), err);
}

int
pg_update_rows(void *conn, const char *table, const char *const *columns, int column_count,
               const rv_value *values, size_t rows, rv_err *err)
{
    char name[64];
    struct pg *pg = conn;

    /* One by one a few are found by their key; together the planner may read the whole table. */
    if (rows == 1 || (pg->later && rows <= SINGLE_ROWS))
        return update_singly(pg, table, columns, column_count, values, rows, err);
    if (rows <= JSON_UPDATE_ROWS)
        return update_json(pg, table, columns, column_count, values, rows, err);
    if (make_temporary(pg, name, table, columns, column_count, err) < 0 ||
        copy_into(pg, name, columns, column_count, values, rows, err) < 0)
        return err->code;
    RV_AUTO_BUF
    rv_buf sql = rv_buf_limited(SQL_MAX_BYTES);
    rv_buf_addf(&sql, "UPDATE \"%s\" AS t SET ", table);
    for (int i = 1; i < column_count; i++)
        rv_buf_addf(&sql, "%s\"%s\" = n.\"%s\"", i > 1 ? ", " : "", columns[i], columns[i]);
    rv_buf_addf(&sql, " FROM pg_temp.\"%s\" AS n WHERE t.\"%s\" = n.\"%s\"", name, columns[0],
                columns[0]);
    if (rv_buf_check(&sql, err) < 0)
        return err->code;
    return pg_exec(pg, NULL, rv_buf_text(&sql), NULL, 0, err);
}
