/* SPDX-License-Identifier: Apache-2.0
 *
 * What the files of the SQLite driver share.
 */
#ifndef RV_LITE_H
#define RV_LITE_H

#include <sqlite3.h>
#include <sys/stat.h>
#include "store/driver.h"

#define LITE_CACHE 192

/* A prepared statement with the place of each of its parameters: SQLite numbers "$1" and "$2" in
 * the order in which they appear. */
struct lite_statement {
    sqlite3_stmt *stmt;
    char *sql;
    uint64_t hash;
    uint64_t used; /* clock of the last use, for the cache */
    int *places;   /* places[i]: which of the caller's values (from 0) is SQLite's i + 1 */
    int place_count;
    int highest; /* how many values the caller must give */
    int busy;    /* rows are being read from it */
    int cached;
};

struct lite {
    sqlite3 *db;
    char *path;
    dev_t device; /* of the file that is open */
    ino_t inode;
    int is_new; /* it was empty when it was opened: how it is laid out can still be said */
    int64_t busy_timeout_ms;
    int64_t statement_timeout_ms;
    int64_t busy_since_ms;  /* when the wait for the writer began; 0: none */
    int64_t begun_ms;       /* our transaction */
    int64_t held_ms;        /* how long the last one held the writer */
    int64_t released_ms;    /* when it ended */
    int64_t limit_ms;       /* in place of the statement timeout; 0: none */
    int64_t deadline_ms;    /* of the running statement; 0: none */
    int64_t polled_ms;      /* when the heart was last beaten from a running statement */
    int64_t busy_waited_ms; /* how long the last wait for the writer took */
    int cancelled;          /* the last statement ended because the worker was told to */
    int in_transaction;     /* begun by lite_begin */
    int relax;              /* commits need not wait for the disk: what was asked for */
    int relaxed;            /* and what SQLite was told */
    int finishing;          /* a commit or rollback runs: not to be interrupted */
    uint64_t clock;
    struct lite_statement *cache[LITE_CACHE];
};

extern const struct rv_store_host *lite_host;

int64_t lite_now_ms(void);
int lite_open(void **conn, const struct rv_store_config *config, rv_err *err);
void lite_close(void *conn);
int64_t lite_bytes(void *conn);
int64_t lite_log_bytes(void *conn);
/* UNAVAILABLE when the path no longer leads to the file that is open: what were written now would
 * be lost. */
int lite_check_file(const struct lite *lite, rv_err *err);

/* Error of the last call as a class and text. */
int lite_fail(struct lite *lite, int rc, const char *sql, rv_err *err);

int lite_exec(void *conn, int64_t *changed, const char *sql, const rv_value *params, int count,
              rv_err *err);
int lite_script(void *conn, const char *sql, rv_err *err);
int lite_query(void *conn, void **rows, const char *sql, const rv_value *params, int count,
               rv_err *err);
int lite_rows_next(void *rows, const rv_value **row, rv_err *err);
int lite_rows_columns(const void *rows);
void lite_rows_close(void *rows);
void lite_forget_statements(struct lite *lite);

/* For bulk.c: a statement from the cache, one run of it, and its return. */
int lite_take(struct lite *lite, struct lite_statement **out, const char *sql, rv_err *err);
void lite_return(struct lite_statement *statement);
int lite_run(struct lite *lite, struct lite_statement *statement, const rv_value *params, int count,
             rv_err *err);

int lite_insert_rows(void *conn, const char *table, const char *const *columns, int column_count,
                     const rv_value *values, size_t rows, rv_err *err);
int lite_update_rows(void *conn, const char *table, const char *const *columns, int column_count,
                     const rv_value *values, size_t rows, rv_err *err);

#endif
