/* SPDX-License-Identifier: Apache-2.0
 *
 * Messages whose worker is gone: by its death, which the server worker sees at
 * once, or by a lease that ran out, which any host sees. What may run again is
 * ready again; the rest is dead, and so are their tasks.
 */
#include "queue/queue_internal.h"

#include <stdio.h>
#include "base/buf.h"
#include "base/clock.h"
#include "base/mem.h"

enum { SQL_MAX_BYTES = 16384, HOLDERS_AT_ONCE = 100 };

struct released {
    struct rv_dead_message *dead;
    int dead_count;
    int64_t ready_count;
};

static int
read_released(struct released *out, struct rv_rows *rows, int64_t now_ms, rv_err *err)
{
    const rv_value *row = NULL;
    int more;
    while ((more = rv_rows_next(rows, &row, err)) > 0) {
        if (row[3].type == RV_NULL) { /* not dead: ready */
            out->ready_count++;
            continue;
        }
        int64_t deadline_ms = row[2].type == RV_INT ? row[2].v.i : INT64_MAX;
        out->dead = rv_realloc(out->dead, (size_t)out->dead_count + 1, sizeof(*out->dead));
        out->dead[out->dead_count++] =
            (struct rv_dead_message){ .id = row[0].v.i,
                                      .task_id = row[1].type == RV_INT ? row[1].v.i : 0,
                                      .timed_out = now_ms >= deadline_ms };
    }
    return more;
}

/* which: "handler_id = $3" or "lease_expires_on <= $3". */
static int
release_rows(struct released *out, struct rv_store *store, const char *which, int64_t number,
             const char *why, rv_err *err)
{
    RV_AUTO_BUF
    rv_buf sql = rv_buf_limited(SQL_MAX_BYTES);
    RV_AUTO_ROWS struct rv_rows *rows = NULL;
    int64_t now_ms = rv_now_ms();
    /* In the order of ids, and past what others hold: two hosts that clean up do not block each
     * other. */
    rv_buf_addf(
        &sql,
        "UPDATE miq_queue SET handler_type = NULL, handler_id = NULL,"
        " lease_expires_on = NULL, updated_on = $1, error = $2, error_class = 'unavailable',"
        " dead_on = CASE WHEN retryable AND attempts < COALESCE(max_attempts, %d)"
        "  THEN NULL ELSE CAST($1 AS BIGINT) END,"
        " state = CASE WHEN retryable AND attempts < COALESCE(max_attempts, %d)"
        "  THEN 'ready' ELSE 'error' END"
        " WHERE id IN (SELECT id FROM miq_queue WHERE state = 'dequeue' AND %s"
        "  ORDER BY id%s)"
        " RETURNING id, miq_task_id, dequeued_on + msg_timeout * 1000, dead_on",
        RV_DEFAULT_ATTEMPTS, RV_DEFAULT_ATTEMPTS, which, rv_store_skip_locked(store));
    const rv_value params[] = { rv_vint(now_ms), rv_vtext(why), rv_vint(number) };
    if (rv_store_query(store, &rows, rv_buf_text(&sql), params, 3, err))
        return err->code;
    return read_released(out, rows, now_ms, err);
}

static int
release_in_transaction(struct released *out, struct rv_store *store, const char *which,
                       int64_t number, const char *why, rv_err *err)
{
    if (release_rows(out, store, which, number, why, err))
        return err->code;
    if (out->ready_count && rv_store_notify(store, RV_QUEUE_CHANNEL, "", err))
        return err->code;
    return rv_queue_end_tasks(store, out->dead, out->dead_count, why, err);
}

/* Most times there is nothing to release, and nothing should be locked to find that out. */
static int
anything_held(struct rv_store *store, const char *which, int64_t number, rv_err *err)
{
    rv_value row[1];
    char sql[256];
    const rv_value params[] = { rv_vint(number) };
    snprintf(sql, sizeof(sql), "SELECT id FROM miq_queue WHERE state = 'dequeue' AND %s LIMIT 1",
             which);
    return rv_store_one(store, row, 1, sql, params, 1, err);
}

static int
release(struct rv_store *store, const char *look, const char *which, int64_t number,
        const char *why, int64_t *returned, rv_err *err)
{
    struct released released = { 0 };
    if (returned)
        *returned = 0;
    int held = anything_held(store, look, number, err);
    if (held <= 0)
        return held;
    if (rv_store_begin(store, err))
        return err->code;
    int failed = release_in_transaction(&released, store, which, number, why, err);
    free(released.dead);
    if (failed) {
        rv_store_rollback(store);
        return failed;
    }
    if (returned)
        *returned = released.ready_count;
    return rv_store_commit(store, err);
}

int
rv_queue_release_holder(struct rv_store *store, int64_t holder, const char *why, int64_t *returned,
                        rv_err *err)
{
    if (release(store, "handler_id = $1", "handler_id = $3", holder, why, returned, err))
        return rv_wrap(err, "release the messages of worker %lld", (long long)holder);
    return 0;
}

int
rv_queue_release_expired(struct rv_store *store, int64_t *returned, rv_err *err)
{
    if (release(store, "lease_expires_on <= $1", "lease_expires_on <= $3", rv_now_ms(),
                "the lease ran out: its worker or server is gone", returned, err))
        return rv_wrap(err, "release messages whose lease ran out");
    return 0;
}

static int
renew_some(struct rv_store *store, const int64_t *holders, int count, int64_t lease_ms, rv_err *err)
{
    rv_value params[HOLDERS_AT_ONCE + 1];
    RV_AUTO_BUF
    rv_buf sql = rv_buf_limited(SQL_MAX_BYTES);
    params[0] = rv_vint(rv_now_ms() + lease_ms);
    rv_buf_add_string(&sql, "UPDATE miq_queue SET lease_expires_on = $1"
                            " WHERE state = 'dequeue' AND handler_id IN (");
    for (int i = 0; i < count; i++) {
        rv_buf_addf(&sql, "%s$%d", i ? ", " : "", i + 2);
        params[i + 1] = rv_vint(holders[i]);
    }
    rv_buf_add_string(&sql, ")");
    return rv_store_exec(store, NULL, rv_buf_text(&sql), params, count + 1, err);
}

int
rv_queue_renew(struct rv_store *store, const int64_t *holders, int count, int64_t lease_ms,
               rv_err *err)
{
    for (int i = 0; i < count; i += HOLDERS_AT_ONCE) {
        int some = count - i < HOLDERS_AT_ONCE ? count - i : HOLDERS_AT_ONCE;
        if (renew_some(store, holders + i, some, lease_ms, err))
            return rv_wrap(err, "renew the leases of messages");
    }
    return 0;
}
