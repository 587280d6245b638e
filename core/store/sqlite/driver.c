/* SPDX-License-Identifier: Apache-2.0
 *
 * The SQLite driver's table, and the calls that are a line or two. One machine:
 * locks by name and notifications have nothing to do here, the writer is alone
 * and the supervisor wakes its workers.
 */
#include "lite.h"

#include "reeve/kind.h"

const struct rv_store_host *lite_host;

static void
lite_undo(struct lite *lite)
{
    rv_err err = RV_ERR_INIT;

    /* Some failures (disk full) have rolled back already. */
    if (sqlite3_get_autocommit(lite->db))
        return;
    lite->finishing = 1;
    if (lite_exec(lite, NULL, "ROLLBACK", NULL, 0, &err) < 0)
        lite_host->warn("rollback failed", err.text);
    lite->finishing = 0;
}

/* There is no queue for the writer: who waits looks every few milliseconds. Where we have met
 * others, two long transactions of ours leave a gap that one of them finds; else bulk work would
 * starve what is short. */
static int
let_others_in(struct lite *lite, rv_err *err)
{
    enum { LONG_MS = 10, GAP_MS = 5, MET_MS = 1000 };
    int64_t now_ms = lite_now_ms(), since_ms = now_ms - lite->released_ms;

    if (lite->held_ms < LONG_MS || since_ms >= GAP_MS || lite->busy_since_ms == 0 ||
        now_ms - lite->busy_since_ms > MET_MS)
        return 0;
    return lite_host->sleep(GAP_MS - since_ms, err);
}

static int
lite_begin(void *conn, rv_err *err)
{
    struct lite *lite = conn;

    if (let_others_in(lite, err) < 0 || lite_exec(lite, NULL, "BEGIN IMMEDIATE", NULL, 0, err) < 0)
        return err->code;
    lite->begun_ms = lite_now_ms();
    lite->in_transaction = 1;
    return 0;
}

/* It begins with the first look at the file. */
static int
lite_begin_snapshot(void *conn, rv_err *err)
{
    struct lite *lite = conn;

    if (lite_exec(lite, NULL, "BEGIN", NULL, 0, err) < 0)
        return err->code;
    lite->begun_ms = INT64_MAX; /* a reader keeps nobody waiting */
    lite->in_transaction = 1;
    if (lite_exec(lite, NULL, "SELECT COUNT(*) FROM sqlite_master", NULL, 0, err) == 0)
        return 0;
    lite_undo(lite);
    lite->in_transaction = 0;
    return err->code;
}

static int
lite_commit(void *conn, rv_err *err)
{
    struct lite *lite = conn;

    lite->finishing = 1;
    lite_exec(lite, NULL, "COMMIT", NULL, 0, err);
    lite->finishing = 0;
    lite->released_ms = lite_now_ms();
    lite->held_ms = lite->begun_ms < lite->released_ms ? lite->released_ms - lite->begun_ms : 0;
    if (!err->code)
        lite->in_transaction = 0;
    return err->code;
}

static void
lite_rollback(void *conn)
{
    lite_undo(conn);
    ((struct lite *)conn)->in_transaction = 0;
}

static int
lite_run_script(void *conn, const char *sql, rv_err *err)
{
    struct lite *lite = conn;

    /* A script may begin a transaction of its own and fail in it. */
    if (lite_script(lite, sql, err) < 0 && !lite->in_transaction)
        lite_undo(lite);
    return err->code;
}

static int
lite_lock(void *conn, const char *name, rv_err *err)
{
    (void)conn, (void)name, (void)err;
    return 0;
}

static int
lite_notify(void *conn, const char *channel, const char *payload, rv_err *err)
{
    (void)conn, (void)channel, (void)payload, (void)err;
    return 0;
}

static int
lite_listen(void *conn, const char *channel, rv_err *err)
{
    (void)conn, (void)channel, (void)err;
    return 0;
}

static int
lite_notify_fd(void *conn)
{
    (void)conn;
    return -1;
}

static int
lite_notified(void *conn, const char **channel, const char **payload, rv_err *err)
{
    (void)conn, (void)channel, (void)payload, (void)err;
    return 0;
}

static const char *
lite_column_type(int32_t type)
{
    switch (type) {
    case REEVE_DOUBLE:
        return "REAL";
    case REEVE_STRING:
    case REEVE_JSON:
        return "TEXT";
    default:
        return "INTEGER";
    }
}

/* Pages, and statements: those of wide tables take 10 KiB and more each. */
static void
lite_shrink(void *conn)
{
    struct lite *lite = conn;

    for (int i = 0; i < LITE_CACHE && lite->cache[i]; i++)
        if (lite->cache[i]->busy)
            return;
    lite_forget_statements(lite);
    if (lite->db)
        sqlite3_db_release_memory(lite->db);
}

static void
lite_relax(void *conn, int relaxed)
{
    struct lite *lite = conn;

    lite->relax = relaxed;
}

static int
lite_limit(void *conn, int64_t ms, rv_err *err)
{
    struct lite *lite = conn;

    (void)err;
    lite->limit_ms = ms;
    return 0;
}

static int
lite_set_timeout(void *conn, int64_t ms, rv_err *err)
{
    struct lite *lite = conn;

    (void)err;
    lite->statement_timeout_ms = ms;
    return 0;
}

static const struct rv_store_driver driver = {
    .version = RV_STORE_DRIVER_VERSION,
    .size = sizeof(struct rv_store_driver),
    .name = "sqlite",
    .postgres = 0,
    .skip_locked = "",
    .for_update = "",
    .table_options = " STRICT",
    .serial_key = "INTEGER PRIMARY KEY AUTOINCREMENT",
    .columns_sql = "SELECT t.name, c.name FROM sqlite_master t, pragma_table_info(t.name) c"
                   " WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite\\_%' ESCAPE '\\'",
    .indexes_sql = "SELECT name FROM sqlite_master WHERE type = 'index'"
                   " AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'",
    .made_sql = "SELECT COUNT(*) FROM sqlite_master WHERE type = 'table' AND name = 'schema_info'",
    .layout_sql = "SELECT t.name, c.name, lower(c.type), c.pk,"
                  " t.sql LIKE '%AUTOINCREMENT%' AND c.pk = 1"
                  " FROM sqlite_master t, pragma_table_info(t.name) c"
                  " WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite\\_%' ESCAPE '\\'"
                  " ORDER BY t.name, c.cid",
    .open = lite_open,
    .close = lite_close,
    .exec = lite_exec,
    .script = lite_run_script,
    .query = lite_query,
    .rows_next = lite_rows_next,
    .rows_columns = lite_rows_columns,
    .rows_close = lite_rows_close,
    .begin = lite_begin,
    .begin_snapshot = lite_begin_snapshot,
    .commit = lite_commit,
    .rollback = lite_rollback,
    .insert_rows = lite_insert_rows,
    .update_rows = lite_update_rows,
    .lock = lite_lock,
    .notify = lite_notify,
    .listen = lite_listen,
    .notify_fd = lite_notify_fd,
    .notified = lite_notified,
    .bytes = lite_bytes,
    .log_bytes = lite_log_bytes,
    .column_type = lite_column_type,
    .shrink = lite_shrink,
    .relax = lite_relax,
    .limit = lite_limit,
    .set_timeout = lite_set_timeout,
};

__attribute__((visibility("default"))) const struct rv_store_driver *
rv_store_driver_entry(const struct rv_store_host *host)
{
    lite_host = host;
    return &driver;
}
