/* SPDX-License-Identifier: Apache-2.0
 *
 * Prepared statements, kept by their text, and what is run with them.
 */
#include "lite.h"

#include <ctype.h>
#include <math.h>
#include <string.h>
#include "base/mem.h"
#include "base/text.h"

#define MOST_PARAMETERS 32766 /* what SQLite takes by default */

/* Rows that are being read. */
struct lite_rows {
    struct lite *lite;
    struct lite_statement *statement;
    rv_value *values;
    int columns;
    int64_t deadline_ms;
    int first; /* result of the first step, done in lite_query; 0 once it was handed over */
};

static void
free_statement(struct lite_statement *statement)
{
    if (!statement)
        return;
    sqlite3_finalize(statement->stmt);
    free(statement->places);
    free(statement->sql);
    free(statement);
}

/* "$12" is the caller's value 11; any other name is a mistake. */
static int
place_of(const char *name)
{
    int64_t number = 0;
    rv_err err = RV_ERR_INIT;

    if (!name || name[0] != '$' || rv_parse_int(&number, name + 1, &err) < 0 || number < 1 ||
        number > MOST_PARAMETERS)
        return -1;
    return (int)number - 1;
}

static int
find_places(struct lite_statement *statement, rv_err *err)
{
    int count = sqlite3_bind_parameter_count(statement->stmt);

    statement->place_count = count;
    statement->places = rv_alloc(sizeof(int) * (size_t)(count + 1));
    for (int i = 0; i < count; i++) {
        int place = place_of(sqlite3_bind_parameter_name(statement->stmt, i + 1));
        if (place < 0)
            return rv_fail(err, RV_E_INTERNAL, "parameters are $1, $2, ... in: %.300s",
                           statement->sql);
        statement->places[i] = place;
        if (place + 1 > statement->highest)
            statement->highest = place + 1;
    }
    return 0;
}

static int
is_blank(const char *text)
{
    while (isspace((unsigned char)*text) || *text == ';')
        text++;
    return *text == '\0';
}

static int
prepare(struct lite *lite, struct lite_statement **out, const char *sql, rv_err *err)
{
    struct lite_statement *statement = rv_alloc(sizeof *statement);
    const char *tail = "";

    statement->sql = rv_strdup(sql);
    int rc =
        sqlite3_prepare_v3(lite->db, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement->stmt, &tail);
    if (rc != SQLITE_OK)
        lite_fail(lite, rc, sql, err);
    else if (!statement->stmt || !is_blank(tail))
        rv_fail(err, RV_E_INTERNAL, "not one statement: %.300s", sql);
    else
        find_places(statement, err);
    if (err->code) {
        free_statement(statement);
        return err->code;
    }
    *out = statement;
    return 0;
}

/* The slot for a new statement: a free one, else the one that was not used for longest. */
static int
slot_for_new(struct lite *lite)
{
    int oldest = -1;

    for (int i = 0; i < LITE_CACHE; i++) {
        if (!lite->cache[i])
            return i;
        if (!lite->cache[i]->busy &&
            (oldest < 0 || lite->cache[i]->used < lite->cache[oldest]->used))
            oldest = i;
    }
    return oldest;
}

/* Whether the next commit waits for the disk is settled before its first statement, which fails
 * when that does: better than a commit that is thought to be safe. The log is written in order, so
 * one that waits has those before it wait as well. */
static int
settle(struct lite *lite, rv_err *err)
{
    const char *sql = lite->relax ? "PRAGMA synchronous = NORMAL" : "PRAGMA synchronous = FULL";

    if (lite->relax == lite->relaxed || lite->in_transaction)
        return 0;
    int rc = sqlite3_exec(lite->db, sql, NULL, NULL, NULL);
    if (rc != SQLITE_OK)
        return lite_fail(lite, rc, sql, err);
    lite->relaxed = lite->relax;
    return 0;
}

int
lite_take(struct lite *lite, struct lite_statement **out, const char *sql, rv_err *err)
{
    uint64_t hash = rv_hash64(sql, strlen(sql), 0);

    lite->cancelled = 0;
    if (!lite->in_transaction && lite_check_file(lite, err) < 0)
        return err->code;
    if (settle(lite, err) < 0)
        return err->code;
    for (int i = 0; i < LITE_CACHE && lite->cache[i]; i++) {
        struct lite_statement *known = lite->cache[i];
        if (known->hash != hash || known->busy || strcmp(known->sql, sql) != 0)
            continue;
        known->used = ++lite->clock;
        known->busy = 1;
        *out = known;
        return 0;
    }
    if (prepare(lite, out, sql, err) < 0)
        return err->code;
    struct lite_statement *made = *out;
    int slot = slot_for_new(lite);
    made->hash = hash;
    made->used = ++lite->clock;
    made->busy = 1;
    if (slot >= 0) {
        free_statement(lite->cache[slot]);
        lite->cache[slot] = made;
        made->cached = 1;
    }
    return 0;
}

void
lite_return(struct lite_statement *statement)
{
    sqlite3_reset(statement->stmt);
    sqlite3_clear_bindings(statement->stmt);
    statement->busy = 0;
    if (!statement->cached)
        free_statement(statement);
}

void
lite_forget_statements(struct lite *lite)
{
    for (int i = 0; i < LITE_CACHE; i++) {
        free_statement(lite->cache[i]);
        lite->cache[i] = NULL;
    }
}

static int
bind_value(sqlite3_stmt *stmt, int index, const rv_value *value, sqlite3_destructor_type lifetime)
{
    switch (value->type) {
    case RV_INT:
        return sqlite3_bind_int64(stmt, index, value->v.i);
    case RV_DOUBLE:
        return isfinite(value->v.d) ? sqlite3_bind_double(stmt, index, value->v.d)
                                    : sqlite3_bind_null(stmt, index);
    case RV_TEXT:
        return sqlite3_bind_text(stmt, index, value->v.text, value->len, lifetime);
    default:
        return sqlite3_bind_null(stmt, index);
    }
}

static int
bind_all(struct lite *lite, struct lite_statement *statement, const rv_value *params, int count,
         sqlite3_destructor_type lifetime, rv_err *err)
{
    if (count != statement->highest)
        return rv_fail(err, RV_E_INTERNAL, "%d values for %d parameters in: %.300s", count,
                       statement->highest, statement->sql);
    for (int i = 0; i < statement->place_count; i++) {
        int rc = bind_value(statement->stmt, i + 1, &params[statement->places[i]], lifetime);
        if (rc != SQLITE_OK)
            return lite_fail(lite, rc, statement->sql, err);
    }
    return 0;
}

static void
start_clock(struct lite *lite)
{
    int64_t most_ms = lite->limit_ms ? lite->limit_ms : lite->statement_timeout_ms;

    lite->cancelled = 0;
    lite->deadline_ms = most_ms > 0 ? lite_now_ms() + most_ms : 0;
}

static int
step_to_end(struct lite *lite, struct lite_statement *statement, rv_err *err)
{
    int rc;

    start_clock(lite);
    do
        rc = sqlite3_step(statement->stmt);
    while (rc == SQLITE_ROW);
    lite->deadline_ms = 0;
    return rc == SQLITE_DONE ? 0 : lite_fail(lite, rc, statement->sql, err);
}

int
lite_run(struct lite *lite, struct lite_statement *statement, const rv_value *params, int count,
         rv_err *err)
{
    if (bind_all(lite, statement, params, count, SQLITE_STATIC, err) < 0)
        return err->code;
    step_to_end(lite, statement, err);
    sqlite3_reset(statement->stmt);
    return err->code;
}

int
lite_exec(void *conn, int64_t *changed, const char *sql, const rv_value *params, int count,
          rv_err *err)
{
    struct lite *lite = conn;
    struct lite_statement *statement = NULL;

    if (lite_take(lite, &statement, sql, err) < 0)
        return err->code;
    int64_t before = sqlite3_total_changes64(lite->db);
    lite_run(lite, statement, params, count, err);
    if (changed && !err->code)
        *changed = sqlite3_total_changes64(lite->db) - before;
    lite_return(statement);
    return err->code;
}

int
lite_script(void *conn, const char *sql, rv_err *err)
{
    struct lite *lite = conn;

    if (settle(lite, err) < 0)
        return err->code;
    start_clock(lite);
    int rc = sqlite3_exec(lite->db, sql, NULL, NULL, NULL);
    lite->deadline_ms = 0;
    return rc == SQLITE_OK ? 0 : lite_fail(lite, rc, sql, err);
}

static int
step_row(struct lite_rows *rows)
{
    struct lite *lite = rows->lite;

    lite->deadline_ms = rows->deadline_ms;
    int rc = sqlite3_step(rows->statement->stmt);
    lite->deadline_ms = 0;
    return rc;
}

int
lite_query(void *conn, void **out, const char *sql, const rv_value *params, int count, rv_err *err)
{
    struct lite *lite = conn;
    struct lite_statement *statement = NULL;

    if (lite_take(lite, &statement, sql, err) < 0)
        return err->code;
    if (bind_all(lite, statement, params, count, SQLITE_TRANSIENT, err) < 0) {
        lite_return(statement);
        return err->code;
    }
    struct lite_rows *rows = rv_alloc(sizeof *rows);
    rows->lite = lite;
    rows->statement = statement;
    start_clock(lite);
    rows->deadline_ms = lite->deadline_ms;
    /* The first step now: PostgreSQL too tells of a mistake at once. */
    rows->first = step_row(rows);
    if (rows->first != SQLITE_ROW && rows->first != SQLITE_DONE) {
        lite_fail(lite, rows->first, sql, err);
        lite_rows_close(rows);
        return err->code;
    }
    /* Only now: a table that has changed shows in the first step. */
    rows->columns = sqlite3_column_count(statement->stmt);
    rows->values = rv_alloc(sizeof(rv_value) * (size_t)(rows->columns + 1));
    *out = rows;
    return 0;
}

static rv_value
column_value(sqlite3_stmt *stmt, int index)
{
    switch (sqlite3_column_type(stmt, index)) {
    case SQLITE_INTEGER:
        return rv_vint(sqlite3_column_int64(stmt, index));
    case SQLITE_FLOAT: {
        double number = sqlite3_column_double(stmt, index);
        return isfinite(number) ? rv_vdouble(number) : RV_VNULL;
    }
    case SQLITE_NULL:
        return RV_VNULL;
    default: {
        const char *text = (const char *)sqlite3_column_text(stmt, index);
        return (rv_value){ .type = RV_TEXT,
                           .len = sqlite3_column_bytes(stmt, index),
                           .v.text = text ? text : "" };
    }
    }
}

int
lite_rows_next(void *arg, const rv_value **row, rv_err *err)
{
    struct lite_rows *rows = arg;
    int rc = rows->first;

    if (rc == SQLITE_DONE)
        return 0;
    rows->first = 0;
    if (rc != SQLITE_ROW)
        rc = step_row(rows);
    if (rc == SQLITE_DONE) {
        rows->first = SQLITE_DONE;
        return 0;
    }
    if (rc != SQLITE_ROW)
        return lite_fail(rows->lite, rc, rows->statement->sql, err);
    for (int i = 0; i < rows->columns; i++)
        rows->values[i] = column_value(rows->statement->stmt, i);
    *row = rows->values;
    return 1;
}

int
lite_rows_columns(const void *rows)
{
    return ((const struct lite_rows *)rows)->columns;
}

void
lite_rows_close(void *arg)
{
    struct lite_rows *rows = arg;

    lite_return(rows->statement);
    free(rows->values);
    free(rows);
}
