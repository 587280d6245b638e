/* SPDX-License-Identifier: Apache-2.0
 *
 * What the files of the PostgreSQL driver share. libpq is used without ever
 * blocking in it: everything is sent, then waited for with the host's wait, so
 * that a worker's heart beats and a cancellation is seen.
 */
#ifndef RV_PG_H
#define RV_PG_H

#include <libpq-fe.h>
#include "base/buf.h"
#include "store/driver.h"

/* The dictionary has some 160 kinds, and each has a few statements; what is full remembers nothing
 * new in the middle of a save. */
#define PG_CACHE 1024
#define PG_CHANNELS 16
#define PG_QUEUE 64
#define PG_BULK_TIMES 20

/* A statement that was run before. It is prepared at its second run: most dynamic ones have none.
 */
struct pg_statement {
    uint64_t hash;
    char *sql;
    uint64_t used;
    int prepared;
    int number; /* its name is "s<number>" */
};

struct pg {
    PGconn *conn; /* NULL: not connected */
    char *url;
    char *application;
    int64_t statement_timeout_ms;
    int in_transaction;
    int lost;    /* the connection went in the middle of the transaction */
    int ended;   /* the server has said that it ends the connection */
    int reading; /* rows are open: nothing else may run */
    int copying; /* a COPY has begun */
    int later;   /* statements may be sent without waiting */
    char
        *queue[PG_QUEUE]; /* statements sent and not answered: the connection is in pipeline mode */
    int queued;
    int queue_number;      /* statement_number when the queue began */
    int64_t finish_by_ms;  /* not 0: waits go on until then, whatever is cancelled */
    int64_t silence_ms;    /* how long the server may say nothing, as configured */
    int64_t answer_ms;     /* the same, and at least as long as a statement may take */
    int64_t patience_ms;   /* not 0: in place of that */
    int64_t again_ms;      /* a server that was silent is not connected to before */
    rv_err failure;        /* why it could not be connected to last */
    int bulk;              /* what runs now may take PG_BULK_TIMES as long */
    int64_t alive_ms;      /* not 0: as alive_timeout_ms */
    int64_t down_ms;       /* not 0: since when it cannot be had */
    int64_t down_since_ms; /* the same by the wall clock */
    int told;              /* that it does not answer */
    int gone;              /* nor does it answer anybody else */
    uint64_t clock;
    int statement_number;
    struct pg_statement cache[PG_CACHE];
    int cached;
    char *channels[PG_CHANNELS]; /* listened to; again after a reconnection */
    int channel_count;
    int missed;       /* how many channels are yet to be reported after a reconnection */
    PGnotify *notify; /* lent to the caller */
    char *scratch;    /* numbers as text */
    const char **texts;
    size_t texts_size;
};

extern const struct rv_store_host *pg_host;

/* connection.c */
int pg_open(void **conn, const struct rv_store_config *config, rv_err *err);
void pg_close(void *conn);
/* A statement may take so long from now on (0: any time), and the server be silent meanwhile. The
 * session hears of it with the next pg_limit, or when it is made anew. */
void pg_take_timeout(struct pg *pg, int64_t statement_ms);
/* Connected and idle enough for a next statement; connects again outside of a transaction. */
int pg_ready(struct pg *pg, rv_err *err);
/* The connection is of no more use. */
void pg_drop(struct pg *pg);
/* It broke: drops it and says so. */
int pg_lost(struct pg *pg, rv_err *err);
/* "HOST:PORT/DATABASE": never a password. */
void pg_place(char *out, size_t size, const PGconn *conn);
/* Nothing came in time: says so once, until it answers again. UNAVAILABLE. */
int pg_silent(struct pg *pg, int64_t waited_ms, rv_err *err);

/* wait.c */
int64_t pg_now_ms(void);
int pg_flush(struct pg *pg, rv_err *err);
/* The next result, NULL at the end of the statement. The caller's to clear. When the wait is
 * cancelled, the statement is cancelled at the server and the connection is clean again. */
int pg_next_result(struct pg *pg, PGresult **out, rv_err *err);
/* Read what is left of the statement; the first error counts, also one that err holds already. */
int pg_finish(struct pg *pg, const char *sql, rv_err *err);
/* End what runs at the server and read it away; drops the connection when that takes too long. */
void pg_abandon(struct pg *pg);
/* Whether anybody is there, by a connection of its own: 1, 0 after alive_ms, or cancelled. */
int pg_server_answers(struct pg *pg, rv_err *err);
void pg_result_clear_p(PGresult **result);
#define PG_AUTO_RESULT __attribute__((cleanup(pg_result_clear_p)))

/* errors.c */
int pg_fail(const struct pg *pg, const PGresult *result, const char *sql, rv_err *err);
/* libpq's text about the connection, on one line. */
void pg_connection_text(char *out, size_t size, const PGconn *conn);

/* statements.c */
/* Send, and get the first result. By row: the rows come one result each. */
enum { PG_WHOLE, PG_BY_ROW };
int pg_start(struct pg *pg, PGresult **first, const char *sql, const rv_value *params, int count,
             int mode, rv_err *err);
int pg_exec(void *conn, int64_t *changed, const char *sql, const rv_value *params, int count,
            rv_err *err);
int pg_script(void *conn, const char *sql, rv_err *err);
void pg_forget_statements(struct pg *pg);
/* A double as text that reads back the same; "" for what is not finite (NULL). */
void pg_double_text(char out[32], double number);

/* In pipeline mode: sends a statement, preparing it on the way at its second run. Each thing sent
 * is put into the queue. */
int pg_send_queued(struct pg *pg, const char *sql, const rv_value *params, int count, rv_err *err);
/* A prepared statement that the server has forgotten (DISCARD, a pooler), or whose result columns
 * have changed with the table. */
int pg_is_stale(const PGresult *result);
/* What was prepared since is in doubt. */
void pg_forget_prepared(struct pg *pg, int since_number);

/* later.c */
int pg_exec_later(struct pg *pg, const char *sql, const rv_value *params, int count, rv_err *err);
/* Into pipeline mode, unless the connection is in it. */
int pg_begin_queue(struct pg *pg, rv_err *err);
/* The results of one thing that was sent, read to their end; the first failure is kept. */
int pg_read_queued(struct pg *pg, const char *sql, rv_err *failure, rv_err *err);
/* The synchronisation's own answer, and out of pipeline mode. */
int pg_end_queue(struct pg *pg, rv_err *err);
/* Wait for what was sent; the first failure is the error. */
int pg_settle(struct pg *pg, rv_err *err);
/* The queue with COMMIT at its end. */
int pg_settle_commit(struct pg *pg, rv_err *err);
void pg_queue_clear(struct pg *pg);

/* rows.c */
int pg_query(void *conn, void **rows, const char *sql, const rv_value *params, int count,
             rv_err *err);
int pg_rows_next(void *rows, const rv_value **row, rv_err *err);
int pg_rows_columns(const void *rows);
void pg_rows_close(void *rows);
rv_value pg_column_value(const PGresult *result, int row, int column);

/* together.c */
int pg_read_all(void *conn, const struct rv_store_read *reads, size_t count, rv_err *err);

/* copy.c */
int pg_insert_rows(void *conn, const char *table, const char *const *columns, int column_count,
                   const rv_value *values, size_t rows, rv_err *err);
int pg_update_rows(void *conn, const char *table, const char *const *columns, int column_count,
                   const rv_value *values, size_t rows, rv_err *err);

#endif
