/* SPDX-License-Identifier: Apache-2.0
 *
 * What a store driver module implements; store.c is the only caller. Each
 * module exports rv_store_driver_entry(), which takes the host's functions and
 * returns its constant table.
 *
 * A module has its own copy of those parts of rv_base that keep no state (errors, memory,
 * buffers, text). What does keep state (the wait hooks, the log) is the process's and is reached
 * through struct rv_store_host only: a driver includes neither base/wait.h nor base/log.h. So one
 * module serves every program without exporting anything from it. A test looks that no copy of
 * the stateful parts gets in.
 */
#ifndef RV_STORE_DRIVER_H
#define RV_STORE_DRIVER_H

#include <stddef.h>
#include "store/store.h"

#define RV_STORE_DRIVER_VERSION 1

/* What a driver may ask of the process that loaded it. */
struct rv_store_host {
    uint32_t version; /* RV_STORE_DRIVER_VERSION */
    uint32_t size;
    int (*wait_fd)(int fd, short events, int64_t timeout_ms, rv_err *err); /* rv_wait_fd */
    int (*sleep)(int64_t ms, rv_err *err);                                 /* rv_sleep */
    int (*poll)(rv_err *err);                                              /* rv_wait_poll */
    /* One line about the store, with what it is about ("" for nothing). */
    void (*warn)(const char *message, const char *detail);
    void (*info)(const char *message, const char *detail); /* the same, of less weight */
};

struct rv_store_driver {
    uint32_t version; /* RV_STORE_DRIVER_VERSION; another is refused */
    uint32_t size;
    const char *name; /* "sqlite", "postgres" */
    int postgres;
    const char *skip_locked;   /* " FOR UPDATE SKIP LOCKED" or "" */
    const char *for_update;    /* " FOR UPDATE" or "" */
    const char *table_options; /* behind the ')' of CREATE TABLE: " STRICT" or "" */
    const char *serial_key;    /* type of a key that counts by itself and never goes back */
    /* Catalogue: rows of (table, column), and of (index). */
    const char *columns_sql;
    const char *indexes_sql;
    const char *made_sql; /* one number: of tables called schema_info */
    /* Rows of (table, column, SQL type in lower case, place in the primary key from 1 or 0, 1 when
     * it counts by itself), in the order of tables and their columns. */
    const char *layout_sql;

    int (*open)(void **conn, const struct rv_store_config *config, rv_err *err);
    void (*close)(void *conn);
    int (*exec)(void *conn, int64_t *changed, const char *sql, const rv_value *params, int count,
                rv_err *err);
    int (*script)(void *conn, const char *sql, rv_err *err);
    int (*query)(void *conn, void **rows, const char *sql, const rv_value *params, int count,
                 rv_err *err);
    int (*rows_next)(void *rows, const rv_value **row, rv_err *err);
    int (*rows_columns)(const void *rows);
    void (*rows_close)(void *rows);
    int (*begin)(void *conn, rv_err *err);
    int (*begin_snapshot)(void *conn, rv_err *err); /* as rv_store_begin_snapshot */
    int (*commit)(void *conn, rv_err *err);
    void (*rollback)(void *conn);
    int (*insert_rows)(void *conn, const char *table, const char *const *columns, int column_count,
                       const rv_value *values, size_t rows, rv_err *err);
    int (*update_rows)(void *conn, const char *table, const char *const *columns, int column_count,
                       const rv_value *values, size_t rows, rv_err *err);
    int (*lock)(void *conn, const char *name, rv_err *err);
    int (*notify)(void *conn, const char *channel, const char *payload, rv_err *err);
    int (*listen)(void *conn, const char *channel, rv_err *err);
    int (*notify_fd)(void *conn);
    int (*notified)(void *conn, const char **channel, const char **payload, rv_err *err);
    int64_t (*bytes)(void *conn);
    /* SQL type of a column: REEVE_STRING ... to "TEXT", "BIGINT", ... */
    const char *(*column_type)(int32_t type);
    /* As rv_store_begin_later. NULL: nothing to gain over begin. */
    int (*begin_later)(void *conn, rv_err *err);
    /* As rv_store_read_all. NULL: nothing to gain over one after the other. */
    int (*read_all)(void *conn, const struct rv_store_read *reads, size_t count, rv_err *err);
    /* As rv_store_patience. NULL: it is never silent. */
    void (*patience)(void *conn, int64_t ms);
    /* As rv_store_shrink. NULL: it keeps nothing worth it. */
    void (*shrink)(void *conn);
    /* As rv_store_relax. NULL: nothing to gain. */
    void (*relax)(void *conn, int relaxed);
    int64_t (*log_bytes)(void *conn); /* of a log beside the database; may be NULL */
    /* The next statements may take so long only; 0: as configured. Outside of transactions. */
    int (*limit)(void *conn, int64_t ms, rv_err *err);
    int (*set_timeout)(void *conn, int64_t ms, rv_err *err); /* as rv_store_set_timeout */
    int64_t (*down_since_ms)(void *conn); /* as rv_store_down_since_ms. NULL: always there */
};

/* host lives as long as the process. */
const struct rv_store_driver *rv_store_driver_entry(const struct rv_store_host *host);

#endif
