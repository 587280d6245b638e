/* SPDX-License-Identifier: Apache-2.0
 *
 * What a store driver module implements; store.c is the only caller. Each
 * module exports rv_store_driver_entry(), which returns its constant table.
 */
#ifndef RV_STORE_DRIVER_H
#define RV_STORE_DRIVER_H

#include "store/store.h"

#define RV_STORE_DRIVER_VERSION 1

struct rv_driver_rows; /* the driver's own */

struct rv_store_driver {
    uint32_t version; /* RV_STORE_DRIVER_VERSION; another is refused */
    uint32_t size;
    const char *name; /* "sqlite", "postgres" */
    const char *scheme;
    int postgres;
    const char *skip_locked;

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
    /* Catalogue: 1 when it exists. column NULL asks for the table. */
    int (*exists)(void *conn, const char *table, const char *column, rv_err *err);
    int (*index_exists)(void *conn, const char *index, rv_err *err);
    /* SQL type of a column: REEVE_STRING ... to "TEXT", "BIGINT", ... */
    const char *(*column_type)(int32_t type);
};

const struct rv_store_driver *rv_store_driver_entry(void);

#endif
