/* SPDX-License-Identifier: Apache-2.0
 *
 * Taking messages. A look that locks nothing comes first, so that idle workers
 * do not queue up for SQLite's writer; the claim is one statement. For a message of
 * a series the claim is a transaction under the series' lock: two takers that look at the
 * same time would each find that no other of it is worked on.
 */
#include "queue/queue_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include "base/clock.h"
#include "base/mem.h"
#include "base/text.h"

/* How often another taker may be quicker before we say that there is nothing. */
enum { MOST_LOOKS = 20 };

/* What a look has found. */
struct first {
    int64_t id;
    char *series; /* NULL: of none */
};

static int
look(struct first *out, struct rv_store *store, const struct rv_taker *taker, int64_t now_ms,
     rv_err *err)
{
    rv_value row[2];
    struct rv_queue_sql sql = rv_queue_sql_new();
    rv_queue_sql_add(&sql, "SELECT q.id, q.task_id FROM miq_queue q WHERE ");
    rv_queue_sql_fits(&sql, taker);
    rv_queue_sql_due(&sql, now_ms);
    rv_queue_sql_add(&sql, " ORDER BY q.priority, q.id LIMIT 1");
    int found = rv_store_one(store, row, 2, rv_buf_text(&sql.sql), sql.params, sql.count, err);
    rv_buf_free(&sql.sql);
    if (found > 0) {
        out->id = row[0].v.i;
        out->series = row[1].type == RV_TEXT ? rv_strdup(row[1].v.text) : NULL;
    }
    return found;
}

static void
add_claim(struct rv_queue_sql *sql, const struct rv_taker *taker, int64_t now_ms)
{
    rv_queue_sql_add(sql, "UPDATE miq_queue SET state = 'dequeue', handler_type = 'worker',"
                          " generation = generation + 1, attempts = attempts + 1,"
                          " lock_version = COALESCE(lock_version, 0) + 1, handler_id = ");
    rv_queue_sql_param(sql, rv_vint(taker->holder));
    rv_queue_sql_add(sql, ", lease_expires_on = ");
    rv_queue_sql_param(sql, rv_vint(now_ms + taker->lease_ms));
    rv_queue_sql_add(sql, ", dequeued_on = ");
    rv_queue_sql_param(sql, rv_vint(now_ms));
    rv_queue_sql_add(sql, ", updated_on = ");
    rv_queue_sql_param(sql, rv_vint(now_ms));
    rv_queue_sql_add(sql, " WHERE state = 'ready' AND id = (SELECT q.id FROM miq_queue q WHERE ");
    rv_queue_sql_fits(sql, taker);
    rv_queue_sql_due(sql, now_ms);
}

static int
claim(struct rv_store *store, struct rv_queue_sql *sql, struct rv_message **out, rv_err *err)
{
    rv_value row[RV_MESSAGE_COLUMN_COUNT];
    rv_buf_addf(&sql->sql, "%s) RETURNING " RV_MESSAGE_COLUMNS, rv_store_skip_locked(store));
    int found = rv_store_one(store, row, RV_MESSAGE_COLUMN_COUNT, rv_buf_text(&sql->sql),
                             sql->params, sql->count, err);
    rv_buf_free(&sql->sql);
    if (found > 0)
        *out = rv_queue_message_of(row);
    return found;
}

/* The first that is of no series, which may be another than the one that was seen. */
static int
claim_plain(struct rv_store *store, const struct rv_taker *taker, struct rv_message **out,
            int64_t now_ms, rv_err *err)
{
    struct rv_queue_sql sql = rv_queue_sql_new();
    add_claim(&sql, taker, now_ms);
    rv_queue_sql_add(&sql, " AND q.task_id IS NULL ORDER BY q.priority, q.id LIMIT 1");
    return claim(store, &sql, out, err);
}

static int
claim_locked(struct rv_store *store, const struct rv_taker *taker, const struct first *first,
             struct rv_message **out, int64_t now_ms, rv_err *err)
{
    struct rv_queue_sql sql = rv_queue_sql_new();
    RV_AUTO_FREE char *lock = rv_format("miq_queue/series/%s", first->series);
    if (rv_store_lock(store, lock, err))
        return err->code;
    add_claim(&sql, taker, now_ms);
    rv_queue_sql_add(&sql, " AND q.id = ");
    rv_queue_sql_param(&sql, rv_vint(first->id));
    return claim(store, &sql, out, err);
}

static int
claim_of_series(struct rv_store *store, const struct rv_taker *taker, const struct first *first,
                struct rv_message **out, int64_t now_ms, rv_err *err)
{
    if (rv_store_begin_later(store, err))
        return err->code;
    int found = claim_locked(store, taker, first, out, now_ms, err);
    if (found > 0 && rv_store_commit(store, err) == 0)
        return found;
    rv_message_free(*out);
    *out = NULL;
    if (found <= 0)
        rv_store_rollback(store);
    return found < 0 ? found : err->code;
}

static int
take_once(struct rv_store *store, const struct rv_taker *taker, struct rv_message **out, int *seen,
          rv_err *err)
{
    struct first first = { 0 };
    int64_t now_ms = rv_now_ms();
    int found = look(&first, store, taker, now_ms, err);
    *seen = found > 0;
    if (found > 0 && first.series)
        found = claim_of_series(store, taker, &first, out, now_ms, err);
    else if (found > 0)
        found = claim_plain(store, taker, out, now_ms, err);
    free(first.series);
    return found;
}

int
rv_queue_take(struct rv_store *store, const struct rv_taker *taker, struct rv_message **out,
              rv_err *err)
{
    int found = 0, seen = 1;
    *out = NULL;
    for (int i = 0; i < MOST_LOOKS && seen && found == 0; i++)
        found = take_once(store, taker, out, &seen, err);
    if (found > 0)
        rv_queue_log_taken(*out, taker->holder);
    return found < 0 ? rv_wrap(err, "take a message") : found;
}

int
rv_queue_next_due(struct rv_store *store, const struct rv_taker *taker, int64_t *ms, rv_err *err)
{
    rv_value row[1];
    struct rv_queue_sql sql = rv_queue_sql_new();
    rv_queue_sql_add(&sql, "SELECT MIN(COALESCE(q.deliver_on, 0)) FROM miq_queue q WHERE ");
    rv_queue_sql_fits(&sql, taker);
    rv_queue_sql_add(&sql, " AND (q.expires_on IS NULL OR q.expires_on > ");
    rv_queue_sql_param(&sql, rv_vint(rv_now_ms()));
    rv_queue_sql_add(&sql, ")");
    int found = rv_store_one(store, row, 1, rv_buf_text(&sql.sql), sql.params, sql.count, err);
    rv_buf_free(&sql.sql);
    if (found < 0)
        return rv_wrap(err, "look for the next message");
    *ms = -1;
    if (found && row[0].type == RV_INT) {
        int64_t left_ms = row[0].v.i - rv_now_ms();
        *ms = left_ms > 0 ? left_ms : 0;
    }
    return 0;
}

static int
read_names(char ***out, struct rv_rows *rows, rv_err *err)
{
    const rv_value *row = NULL;
    char **names = rv_alloc(sizeof(char *) * (RV_MOST_DUE + 1));
    int count = 0, more;
    while ((more = rv_rows_next(rows, &row, err)) > 0 && count < RV_MOST_DUE)
        names[count++] = rv_strdup(row[0].v.text);
    if (more < 0) {
        rv_queue_names_free(names);
        return more;
    }
    *out = names;
    return 0;
}

int
rv_queue_due(struct rv_store *store, const struct rv_taker *taker, char ***names, rv_err *err)
{
    RV_AUTO_ROWS struct rv_rows *rows = NULL;
    struct rv_taker any = *taker;
    struct rv_queue_sql sql = rv_queue_sql_new();
    any.queues = NULL;
    rv_queue_sql_add(&sql, "SELECT DISTINCT q.queue_name FROM miq_queue q WHERE ");
    rv_queue_sql_fits(&sql, &any);
    rv_queue_sql_due(&sql, rv_now_ms());
    rv_buf_addf(&sql.sql, " LIMIT %d", RV_MOST_DUE);
    int failed = rv_store_query(store, &rows, rv_buf_text(&sql.sql), sql.params, sql.count, err);
    rv_buf_free(&sql.sql);
    if (!failed)
        failed = read_names(names, rows, err);
    return failed ? rv_wrap(err, "look for queues with work") : 0;
}

void
rv_queue_names_free(char **names)
{
    for (int i = 0; names && names[i]; i++)
        free(names[i]);
    free(names);
}
