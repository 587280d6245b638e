/* SPDX-License-Identifier: Apache-2.0
 *
 * Messages whose worker is gone: by its death, which the server worker sees at
 * once, or by a lease that ran out, which any host sees. What may run again is
 * ready again; the rest is dead, and so are their tasks.
 */
#include "queue/queue_internal.h"

#include <stdio.h>
#include "base/clock.h"
#include "base/log.h"
#include "queue/measure.h"

/* AT_ONCE: messages of one transaction, each of which may put a callback. */
enum { SQL_MAX_BYTES = 16384, HOLDERS_AT_ONCE = 100, AT_ONCE = 200 };

struct released {
    struct rv_message *dead[AT_ONCE];
    int dead_count;
    int64_t ready_count;
};

static int
read_released(struct released *out, struct rv_rows *rows, rv_err *err)
{
    const rv_value *row = NULL;
    int more;
    while ((more = rv_rows_next(rows, &row, err)) > 0) {
        if (row[RV_MESSAGE_COLUMN_COUNT].type == RV_NULL) /* not dead: ready */
            out->ready_count++;
        else
            out->dead[out->dead_count++] = rv_queue_message_of(row);
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
    /* In the order of ids, and past what others hold: two hosts that clean up do not block each
     * other. */
    rv_buf_addf(
        &sql,
        "UPDATE miq_queue SET handler_type = NULL, handler_id = NULL,"
        " lease_expires_on = NULL, updated_on = $1, error = $2, error_class = 'unavailable',"
        " lock_version = COALESCE(lock_version, 0) + 1,"
        " dead_on = CASE WHEN retryable AND attempts < COALESCE(max_attempts, %d)"
        "  THEN NULL ELSE CAST($1 AS BIGINT) END,"
        " state = CASE WHEN retryable AND attempts < COALESCE(max_attempts, %d)"
        "  THEN 'ready' ELSE 'error' END"
        " WHERE id IN (SELECT id FROM miq_queue WHERE state = 'dequeue' AND %s"
        "  ORDER BY id LIMIT %d%s)"
        " RETURNING " RV_MESSAGE_COLUMNS ", dead_on",
        RV_DEFAULT_ATTEMPTS, RV_DEFAULT_ATTEMPTS, which, AT_ONCE, rv_store_skip_locked(store));
    const rv_value params[] = { rv_vint(rv_now_ms()), rv_vtext(why), rv_vint(number) };
    if (rv_store_query(store, &rows, rv_buf_text(&sql), params, 3, err))
        return err->code;
    return read_released(out, rows, err);
}

/* Who took it is gone, perhaps with its host: the wall clock is the only one that we share. One
 * that was set meanwhile costs the word of this end, no more. */
static int
follow_up(struct rv_store *store, const struct rv_message *message, const char *why, rv_err *err)
{
    int over = rv_now_ms() >= message->dequeued_on + message->timeout_ms;
    const struct rv_ended ended = { .state = over ? "timeout" : "error", .text = why };
    return rv_queue_follow_up(store, message, &ended, err);
}

static int
release_in_transaction(struct released *out, struct rv_store *store, const char *which,
                       int64_t number, const char *why, rv_err *err)
{
    if (release_rows(out, store, which, number, why, err))
        return err->code;
    for (int i = 0; i < out->dead_count; i++)
        if (follow_up(store, out->dead[i], why, err))
            return err->code;
    return out->ready_count ? rv_store_notify(store, RV_QUEUE_CHANNEL, "", err) : 0;
}

static void
say_dead(const struct released *released, const char *why)
{
    for (int i = 0; i < released->dead_count; i++) {
        const struct rv_message *message = released->dead[i];
        rv_queue_measure_dead(message);
        rv_log(RV_WARNING, "message given up", RV_F("message", RV_I(message->id)),
               RV_F("class", RV_S(message->class_name)), RV_F("method", RV_S(message->method_name)),
               RV_F("target", RV_I(message->target_id)), RV_F("attempt", RV_I(message->attempts)),
               RV_F("error", RV_S(why)));
    }
}

static int
release_some(struct released *released, struct rv_store *store, const char *which, int64_t number,
             const char *why, rv_err *err)
{
    if (rv_store_reserve_ids(store, 3 * AT_ONCE, err) || rv_store_begin(store, err))
        return err->code;
    if (release_in_transaction(released, store, which, number, why, err) == 0 &&
        rv_store_commit(store, err) == 0) {
        say_dead(released, why);
        return 0;
    }
    rv_store_rollback(store);
    return err->code;
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
    int64_t ready = 0;
    int held = anything_held(store, look, number, err), failed = 0, full = 1;
    while (held > 0 && !failed && full) {
        struct released released = { 0 };
        failed = release_some(&released, store, which, number, why, err);
        full = released.ready_count + released.dead_count == AT_ONCE;
        ready += released.ready_count;
        for (int i = 0; i < released.dead_count; i++)
            rv_message_free(released.dead[i]);
    }
    if (returned)
        *returned = ready;
    return held < 0 ? held : failed;
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
    int64_t ready = 0;
    if (returned == NULL)
        returned = &ready;
    if (release(store, "lease_expires_on <= $1", "lease_expires_on <= $3", rv_now_ms(),
                "the lease ran out: its worker hangs, or its server is gone", returned, err))
        return rv_wrap(err, "release messages whose lease ran out");
    if (*returned)
        rv_log(RV_WARNING, "messages are ready again: the lease of who worked on them ran out",
               RV_F("count", RV_I(*returned)));
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
