/* SPDX-License-Identifier: Apache-2.0
 *
 * The PostgreSQL driver's table, transactions, locks and notifications.
 */
#include "pg.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include "base/mem.h"
#include "reeve/kind.h"

const struct rv_store_host *pg_host;

static const char begin_sql[] = "BEGIN ISOLATION LEVEL READ COMMITTED";
/* What is read is written elsewhere meanwhile, which may take its time; nothing is locked. */
static const char snapshot_sql[] = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;"
                                   "SET LOCAL idle_in_transaction_session_timeout = 0";

static int
pg_begin(void *conn, rv_err *err)
{
    struct pg *pg = conn;

    if (pg_script(pg, begin_sql, err) < 0)
        return err->code;
    pg->in_transaction = 1;
    return 0;
}

static int
pg_begin_snapshot(void *conn, rv_err *err)
{
    struct pg *pg = conn;

    if (pg_script(pg, snapshot_sql, err) < 0)
        return err->code;
    pg->in_transaction = 1;
    return 0;
}

static int
pg_begin_later(void *conn, rv_err *err)
{
    struct pg *pg = conn;

    if (pg_exec_later(pg, begin_sql, NULL, 0, err) < 0)
        return err->code;
    pg->in_transaction = 1;
    pg->later = 1;
    return 0;
}

/* A commit is not cancelled: nobody would know whether it was done. */
static int
pg_commit(void *conn, rv_err *err)
{
    struct pg *pg = conn;

    pg->finish_by_ms = pg_now_ms() + pg->answer_ms;
    if (pg->queued)
        pg_settle_commit(pg, err);
    else
        pg_script(pg, "COMMIT", err);
    pg->finish_by_ms = 0;
    pg->later = 0;
    if (!err->code) {
        pg->in_transaction = 0;
        return 0;
    }
    if (err->code == RV_E_UNAVAILABLE && !pg->conn) {
        err->hint[0] = '\0'; /* what is said of the connection counts for less */
        rv_hint(err, "it is not known whether the commit was done");
    }
    return err->code;
}

static void
pg_rollback(void *conn)
{
    struct pg *pg = conn;
    rv_err ignored = RV_ERR_INIT;

    pg->later = 0;
    if (pg->in_transaction && pg->conn) {
        pg->reading = 0;
        pg->finish_by_ms = pg_now_ms() + pg->answer_ms;
        pg_settle(pg, &ignored);
        rv_err_clear(&ignored);
    }
    if (pg->in_transaction && pg->conn) {
        /* When it fails the connection goes, and the transaction with it. */
        if (pg_script(pg, "ROLLBACK", &ignored) < 0)
            pg_drop(pg);
    }
    pg->finish_by_ms = 0;
    pg->in_transaction = 0;
    pg->lost = 0;
}

static int
pg_run_script(void *conn, const char *sql, rv_err *err)
{
    struct pg *pg = conn;

    pg->bulk = 1;
    pg_script(pg, sql, err);
    pg->bulk = 0;
    /* A script may begin a transaction of its own and fail in it. */
    if (err->code && pg->conn && !pg->in_transaction &&
        PQtransactionStatus(pg->conn) != PQTRANS_IDLE)
        pg_drop(pg);
    return err->code;
}

static int
pg_bulk_insert(void *conn, const char *table, const char *const *columns, int column_count,
               const rv_value *values, size_t rows, rv_err *err)
{
    struct pg *pg = conn;

    pg->bulk = 1;
    int rc = pg_insert_rows(pg, table, columns, column_count, values, rows, err);
    pg->bulk = 0;
    return rc;
}

static int
pg_bulk_update(void *conn, const char *table, const char *const *columns, int column_count,
               const rv_value *values, size_t rows, rv_err *err)
{
    struct pg *pg = conn;

    pg->bulk = 1;
    int rc = pg_update_rows(pg, table, columns, column_count, values, rows, err);
    pg->bulk = 0;
    return rc;
}

static int
pg_limit(void *conn, int64_t ms, rv_err *err)
{
    struct pg *pg = conn;
    char sql[64];

    if (pg->conn == NULL)
        return 0; /* it begins anew as configured */
    snprintf(sql, sizeof(sql), "SET statement_timeout = %lld",
             (long long)(ms ? ms : pg->statement_timeout_ms));
    return pg_script(pg, sql, err);
}

static int
pg_set_timeout(void *conn, int64_t ms, rv_err *err)
{
    pg_take_timeout(conn, ms);
    return pg_limit(conn, 0, err);
}

static int
pg_lock(void *conn, const char *name, rv_err *err)
{
    rv_value param = { .type = RV_TEXT, .len = (int32_t)strlen(name), .v.text = name };

    return pg_exec(conn, NULL, "SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", &param, 1,
                   err);
}

static int
pg_notify(void *conn, const char *channel, const char *payload, rv_err *err)
{
    rv_value params[] = {
        { .type = RV_TEXT, .len = (int32_t)strlen(channel), .v.text = channel },
        { .type = RV_TEXT, .len = (int32_t)strlen(payload), .v.text = payload },
    };

    return pg_exec(conn, NULL, "SELECT pg_notify($1, $2)", params, 2, err);
}

static int
pg_listen(void *conn, const char *channel, rv_err *err)
{
    struct pg *pg = conn;

    for (const char *c = channel; *c; c++)
        if (!islower((unsigned char)*c) && !isdigit((unsigned char)*c) && *c != '_')
            return rv_fail(err, RV_E_INTERNAL, "channel '%s' is not a plain name", channel);
    for (int i = 0; i < pg->channel_count; i++)
        if (strcmp(pg->channels[i], channel) == 0)
            return 0;
    if (pg->channel_count == PG_CHANNELS)
        return rv_fail(err, RV_E_LIMIT, "more than %d channels", PG_CHANNELS);
    RV_AUTO_FREE char *sql = rv_format("LISTEN \"%s\"", channel);
    if (pg_script(pg, sql, err) < 0)
        return err->code;
    pg->channels[pg->channel_count++] = rv_strdup(channel);
    return 0;
}

static int
pg_notify_fd(void *conn)
{
    struct pg *pg = conn;

    return pg->conn ? PQsocket(pg->conn) : -1;
}

static int
pg_notified(void *conn, const char **channel, const char **payload, rv_err *err)
{
    struct pg *pg = conn;

    if (pg->notify)
        PQfreemem(pg->notify);
    pg->notify = NULL;
    if (pg_ready(pg, err) < 0)
        return err->code;
    if (pg->missed > 0) {
        *channel = pg->channels[--pg->missed];
        *payload = "";
        return 1;
    }
    if (!PQconsumeInput(pg->conn))
        return pg_lost(pg, err);
    pg->notify = PQnotifies(pg->conn);
    if (!pg->notify)
        return 0;
    *channel = pg->notify->relname;
    *payload = pg->notify->extra;
    return 1;
}

static void
pg_patience(void *conn, int64_t ms)
{
    struct pg *pg = conn;

    pg->patience_ms = ms;
}

static int64_t
pg_down_since_ms(void *conn)
{
    return ((const struct pg *)conn)->down_since_ms;
}

static int64_t
pg_bytes(void *conn)
{
    void *rows = NULL;
    const rv_value *row = NULL;
    rv_err ignored = RV_ERR_INIT;
    int64_t bytes = 0;

    if (pg_query(conn, &rows, "SELECT pg_database_size(current_database())", NULL, 0, &ignored) < 0)
        return 0;
    if (pg_rows_next(rows, &row, &ignored) == 1 && row[0].type == RV_INT)
        bytes = row[0].v.i;
    pg_rows_close(rows);
    return bytes;
}

static const char *
pg_column_type(int32_t type)
{
    switch (type) {
    case REEVE_DOUBLE:
        return "DOUBLE PRECISION";
    case REEVE_FLAG:
        return "BOOLEAN";
    case REEVE_STRING:
    case REEVE_JSON:
        return "TEXT COLLATE \"C\"";
    default:
        return "BIGINT";
    }
}

static const struct rv_store_driver driver = {
    .version = RV_STORE_DRIVER_VERSION,
    .size = sizeof(struct rv_store_driver),
    .name = "postgres",
    .postgres = 1,
    .skip_locked = " FOR UPDATE SKIP LOCKED",
    .for_update = " FOR UPDATE",
    .table_options = "",
    .serial_key = "BIGINT GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY",
    .columns_sql = "SELECT c.relname, a.attname FROM pg_class c"
                   " JOIN pg_attribute a ON a.attrelid = c.oid"
                   " WHERE c.relnamespace = current_schema()::regnamespace"
                   " AND c.relkind IN ('r', 'p') AND a.attnum > 0 AND NOT a.attisdropped",
    .indexes_sql = "SELECT relname FROM pg_class"
                   " WHERE relnamespace = current_schema()::regnamespace"
                   " AND relkind IN ('i', 'I')",
    .made_sql = "SELECT COUNT(*) FROM pg_class WHERE relname = 'schema_info'"
                " AND relnamespace = current_schema()::regnamespace AND relkind = 'r'",
    /* Partitions belong to their table. */
    .layout_sql = "SELECT c.relname, a.attname, format_type(a.atttypid, NULL),"
                  " COALESCE(array_position(i.indkey::int2[], a.attnum) + 1, 0),"
                  " a.attidentity <> ''"
                  " FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid"
                  " LEFT JOIN pg_index i ON i.indrelid = c.oid AND i.indisprimary"
                  " WHERE c.relnamespace = current_schema()::regnamespace"
                  " AND c.relkind IN ('r', 'p') AND NOT c.relispartition"
                  " AND a.attnum > 0 AND NOT a.attisdropped ORDER BY c.relname, a.attnum",
    .open = pg_open,
    .close = pg_close,
    .exec = pg_exec,
    .script = pg_run_script,
    .query = pg_query,
    .rows_next = pg_rows_next,
    .rows_columns = pg_rows_columns,
    .rows_close = pg_rows_close,
    .begin = pg_begin,
    .begin_snapshot = pg_begin_snapshot,
    .commit = pg_commit,
    .rollback = pg_rollback,
    .insert_rows = pg_bulk_insert,
    .update_rows = pg_bulk_update,
    .lock = pg_lock,
    .notify = pg_notify,
    .listen = pg_listen,
    .notify_fd = pg_notify_fd,
    .notified = pg_notified,
    .bytes = pg_bytes,
    .column_type = pg_column_type,
    .begin_later = pg_begin_later,
    .read_all = pg_read_all,
    .patience = pg_patience,
    .limit = pg_limit,
    .set_timeout = pg_set_timeout,
    .down_since_ms = pg_down_since_ms,
};

__attribute__((visibility("default"))) const struct rv_store_driver *
rv_store_driver_entry(const struct rv_store_host *host)
{
    pg_host = host;
    return &driver;
}
