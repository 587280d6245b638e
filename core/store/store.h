/* SPDX-License-Identifier: Apache-2.0
 *
 * Where everything is kept. One connection a worker process; calls block, and
 * wait through rv_wait. Two drivers, loaded as modules: SQLite and PostgreSQL.
 * SQL is the subset that both speak; parameters are written $1, $2, ... and are
 * always bound. What differs sits behind a call below.
 *
 * Errors: UNAVAILABLE (database locked, gone, disk full: try again), CONFLICT
 * (unique index), TIMEOUT (statement timeout), INTERNAL (wrong SQL: a bug). When a
 * connection is lost outside of a transaction it is opened again by the next call; inside,
 * the transaction fails with UNAVAILABLE and is over.
 *
 * On both engines a statement that fails ends its transaction: what follows is refused, commit
 * answers with that first failure and rolls back. So expect a conflict with ON CONFLICT, not by
 * trying. CANCELLED: the worker was told to stop, or its wait was ended.
 *
 * For SQL that means the same on both: NULLS LAST wherever it matters, LIKE with ESCAPE '\', names
 * that are reserved words in double quotes, flags compared with TRUE, FALSE or a parameter. A
 * parameter has the type of what it is compared with or stored into; CAST it where it stands alone.
 *
 * A store belongs to the process that opened it: never use, or close, one after a fork.
 */
#ifndef RV_STORE_H
#define RV_STORE_H

#include "base/err.h"
#include "base/value.h"

struct rv_store;
struct rv_rows;

struct rv_store_config {
    const char *url;              /* sqlite:PATH or postgresql://... (store/url.h) */
    const char *module_dir;       /* where store_sqlite.so and store_postgres.so are */
    const char *application;      /* shown in pg_stat_activity; may be NULL */
    int64_t statement_timeout_ms; /* 0: none */
    int64_t busy_timeout_ms;      /* how long to wait for SQLite's writer; 0: 10 s */
    /* How long PostgreSQL may say nothing while an answer is waited for; 0: 30 s. Then the
     * connection is dropped: UNAVAILABLE. Bulk rows, scripts and ANALYZE have twenty times as
     * long, and a statement its whole statement timeout. */
    int64_t answer_timeout_ms;
    /* How long PostgreSQL may leave somebody new without an answer; 0: 10 s. When it is given, and
     * a statement takes longer, it is asked about now and then in that way: UNAVAILABLE when
     * nobody is there, without waiting for the rest of the statement's time. */
    int64_t alive_timeout_ms;
    int flags;
};

enum {
    RV_STORE_THERE = 1, /* NOT_FOUND when SQLite's file is absent: none is made */
};

/* On success *out is the caller's to close. SQLite makes the file (0600) when it is absent. */
int rv_store_open(struct rv_store **out, const struct rv_store_config *config, rv_err *err);
void rv_store_close(struct rv_store *store); /* rolls back what is open; NULL allowed */
int rv_store_is_postgres(const struct rv_store *store);
/* PostgreSQL: from now on it may say nothing for so long only; 0: as configured. For asking whether
 * it is there. */
void rv_store_patience(struct rv_store *store, int64_t ms);
/* From now until rv_store_limit_end all statements together may take as long as one (the statement
 * timeout): TIMEOUT. For what somebody waits for, however many statements it takes. */
void rv_store_limit(struct rv_store *store);
void rv_store_limit_end(struct rv_store *store);
/* Another statement timeout from now on; 0: none. Not within a transaction. A failure is the
 * database's: the connection that is made anew has it. */
int rv_store_set_timeout(struct rv_store *store, int64_t ms, rv_err *err);
/* Since when (Unix time) the database cannot be had, as far as we have tried; 0: it can. */
int64_t rv_store_down_since_ms(const struct rv_store *store);
/* Much was read and written, and little will be for a while: give back what was kept in memory for
 * it. Not within a transaction. */
void rv_store_shrink(struct rv_store *store);
/* Whether what is committed from now on need not wait for the disk: a power cut may take it until
 * something later is committed that did (their order is kept). For what is worth nothing without
 * that. Not within a transaction. */
void rv_store_relax(struct rv_store *store, int relaxed);

/* Run a statement that returns nothing. *changed (may be NULL): rows touched. */
int rv_store_exec(struct rv_store *store, int64_t *changed, const char *sql, const rv_value *params,
                  int count, rv_err *err);
/* Several statements without parameters, ';' between them (schema, fixtures). */
int rv_store_script(struct rv_store *store, const char *sql, rv_err *err);
/* A SELECT, or a statement with RETURNING. Rows arrive in pieces, so a long answer does not fill
 * memory; other statements may run before it is finished on SQLite, but not on PostgreSQL: read
 * to the end or close first. */
int rv_store_query(struct rv_store *store, struct rv_rows **out, const char *sql,
                   const rv_value *params, int count, rv_err *err);
/* 1 with *row borrowed until the next step, 0 at the end, or an error. */
int rv_rows_next(struct rv_rows *rows, const rv_value **row, rv_err *err);
int rv_rows_columns(const struct rv_rows *rows);
void rv_rows_close(struct rv_rows *rows); /* NULL allowed */
void rv_rows_close_p(struct rv_rows **rows);
#define RV_AUTO_ROWS __attribute__((cleanup(rv_rows_close_p)))
/* First row of a query into out[columns]; texts are copied into memory of the store that
 * lives until its next rv_store_one. 1 found, 0 none, or an error. */
int rv_store_one(struct rv_store *store, rv_value *out, int columns, const char *sql,
                 const rv_value *params, int count, rv_err *err);
/* One of several SELECTs, none of which needs another's answer. row: called for each row, which is
 * borrowed; a negative code, with err set, ends everything. It must not use the store. */
struct rv_store_read {
    const char *sql;
    const rv_value *params;
    int count;
    int (*row)(void *arg, const rv_value *row, rv_err *err);
    void *arg;
};
/* All of them in one round trip to PostgreSQL; their rows come in the order of the reads. */
int rv_store_read_all(struct rv_store *store, const struct rv_store_read *reads, size_t count,
                      rv_err *err);

/* BEGIN IMMEDIATE on SQLite, READ COMMITTED on PostgreSQL. No nesting: asserted. */
int rv_store_begin(struct rv_store *store, rv_err *err);
/* For reading only: every statement until its end sees what was committed when it began, and nobody
 * waits for it. Let it not last longer than it must: meanwhile SQLite's log grows, and PostgreSQL
 * keeps rows that were deleted. */
int rv_store_begin_snapshot(struct rv_store *store, rv_err *err);
int rv_store_commit(struct rv_store *store, rv_err *err); /* on failure it is rolled back */
void rv_store_rollback(struct rv_store *store);           /* nothing when none is open */
int rv_store_in_transaction(const struct rv_store *store);
/* Nothing goes on: no transaction, no call, no rows half read. For what runs in the middle of
 * another's wait, and would use the same connection. */
int rv_store_is_idle(const struct rv_store *store);
/* The same, and until its end statements whose outcome nobody asks for (the begin itself, exec
 * without `changed`, bulk rows up to some hundred, locks, notifications) may be sent without
 * waiting for each. The first failure shows at the next query, or at the commit. Saves round trips
 * to PostgreSQL. */
int rv_store_begin_later(struct rv_store *store, rv_err *err);

/* Many rows at once: COPY, or one prepared statement. values holds rows * columns values, row
 * after row. */
int rv_store_insert_rows(struct rv_store *store, const char *table, const char *const *columns,
                         int column_count, const rv_value *values, size_t rows, rv_err *err);
/* columns[0] is the key ("id"); the others are set. */
int rv_store_update_rows(struct rv_store *store, const char *table, const char *const *columns,
                         int column_count, const rv_value *values, size_t rows, rv_err *err);
int rv_store_delete_rows(struct rv_store *store, const char *table, const char *key_column,
                         const rv_value *keys, size_t count, rv_err *err);

/* The planner learns what is in a table that has grown a lot; else it thinks of it as empty until
 * the server looks by itself. Nothing on SQLite, which goes by the indexes. */
int rv_store_analyze(struct rv_store *store, const char *table, rv_err *err);

/* Ids: reserve before a transaction, then take from what was reserved. new_id reserves by itself
 * when none is left and no transaction is open; inside one it fails with INTERNAL (a bug). */
int rv_store_reserve_ids(struct rv_store *store, int64_t count, rv_err *err);
int rv_store_new_id(struct rv_store *store, int64_t *out, rv_err *err);
int64_t rv_store_region(struct rv_store *store); /* known after rv_schema_open */

/* Lock by name until the end of the transaction (advisory on PostgreSQL, nothing on SQLite,
 * whose writer is alone anyway). */
int rv_store_lock(struct rv_store *store, const char *name, rv_err *err);
/* " FOR UPDATE SKIP LOCKED" or "": to append to a SELECT that claims. */
const char *rv_store_skip_locked(const struct rv_store *store);
/* NOTIFY channel (PostgreSQL; on SQLite nothing: one host, the supervisor wakes). Delivered at
 * commit. */
int rv_store_notify(struct rv_store *store, const char *channel, const char *payload, rv_err *err);
int rv_store_listen(struct rv_store *store, const char *channel, rv_err *err);
/* fd to poll for notifications, -1 on SQLite. */
int rv_store_notify_fd(struct rv_store *store);
/* Takes one that has arrived: 1 with channel and payload (borrowed until the next call), or 0. */
int rv_store_notified(struct rv_store *store, const char **channel, const char **payload,
                      rv_err *err);
/* Statements run so far; for tests and metrics. */
int64_t rv_store_statements(const struct rv_store *store);
/* Bytes of SQLite's write-ahead log, for /metrics; 0 on PostgreSQL. */
int64_t rv_store_log_bytes(struct rv_store *store);
/* Size on disk for /metrics, 0 when unknown. */
int64_t rv_store_bytes(struct rv_store *store);

#endif
