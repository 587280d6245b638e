/* SPDX-License-Identifier: Apache-2.0
 *
 * Messages that were not begun in time: they end as expired.
 */
#include "queue/queue_internal.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"

enum { AT_ONCE = 100 };

static int
delete_expired(struct rv_message **out, struct rv_store *store, int64_t now_ms, rv_err *err)
{
    RV_AUTO_ROWS struct rv_rows *rows = NULL;
    const rv_value *row = NULL;
    const rv_value params[] = { rv_vint(now_ms), rv_vint(AT_ONCE) };
    RV_AUTO_FREE char *sql =
        rv_format("DELETE FROM miq_queue WHERE state = 'ready' AND id IN (SELECT id FROM miq_queue"
                  " WHERE state = 'ready' AND expires_on <= $1 ORDER BY id LIMIT $2%s)"
                  " RETURNING " RV_MESSAGE_COLUMNS,
                  rv_store_skip_locked(store));
    int count = 0, more;
    if (rv_store_query(store, &rows, sql, params, 2, err))
        return err->code;
    while ((more = rv_rows_next(rows, &row, err)) > 0)
        out[count++] = rv_queue_message_of(row);
    return more < 0 ? more : count;
}

static int
end_expired(struct rv_store *store, struct rv_message **messages, int count, rv_err *err)
{
    static const struct rv_ended ended = { .state = "expired", .text = "not begun in time" };
    for (int i = 0; i < count; i++)
        if (rv_queue_follow_up(store, messages[i], &ended, err))
            return err->code;
    return 0;
}

static void
say_expired(const struct rv_message *message)
{
    rv_log(RV_WARNING, "message expired", RV_F("message", RV_I(message->id)),
           RV_F("queue", RV_S(message->queue_name)), RV_F("class", RV_S(message->class_name)),
           RV_F("method", RV_S(message->method_name)), RV_F("target", RV_I(message->target_id)));
}

/* How many of them there were, or an error. */
static int
expire_some(struct rv_store *store, int64_t now_ms, rv_err *err)
{
    struct rv_message *messages[AT_ONCE] = { 0 };
    if (rv_store_reserve_ids(store, 3 * AT_ONCE, err) || rv_store_begin(store, err))
        return err->code;
    int count = delete_expired(messages, store, now_ms, err);
    int well = count >= 0 && end_expired(store, messages, count, err) == 0 &&
               rv_store_commit(store, err) == 0;
    if (!well)
        rv_store_rollback(store);
    for (int i = 0; i < AT_ONCE && messages[i]; i++) {
        if (well)
            say_expired(messages[i]);
        rv_message_free(messages[i]);
    }
    return well ? count : err->code;
}

int
rv_queue_expire(struct rv_store *store, int64_t *count, rv_err *err)
{
    rv_value row[1];
    int64_t now_ms = rv_now_ms(), all = 0;
    const rv_value params[] = { rv_vint(now_ms) };
    /* A look without locks first: there is hardly ever one. */
    int some =
        rv_store_one(store, row, 1,
                     "SELECT id FROM miq_queue WHERE state = 'ready' AND expires_on <= $1 LIMIT 1",
                     params, 1, err);
    if (some > 0)
        do {
            some = expire_some(store, now_ms, err);
            all += some > 0 ? some : 0;
        } while (some == AT_ONCE);
    if (count)
        *count = all;
    return some < 0 ? rv_wrap(err, "end messages that have expired") : 0;
}
