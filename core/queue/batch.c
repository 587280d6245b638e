/* SPDX-License-Identifier: Apache-2.0
 *
 * Many messages in one statement: acknowledged, given back.
 */
#include "queue/queue_internal.h"

#include <stdlib.h>
#include <string.h>
#include "base/clock.h"
#include "base/mem.h"

enum { LIST_MAX_BYTES = 1 << 20 };

/* One parameter for all ids, so that the statement is the same for any number: an array, or
 * SQLite's JSON. */
static void
add_ids(rv_buf *list, int array, struct rv_message *const *messages, int count)
{
    rv_buf_add_char(list, array ? '{' : '[');
    for (int i = 0; i < count; i++)
        rv_buf_addf(list, "%s%lld", i ? "," : "", (long long)messages[i]->id);
    rv_buf_add_char(list, array ? '}' : ']');
}

/* Both name the ids as $1. */
#define IN_ARRAY "= ANY(CAST($1 AS BIGINT[]))"
#define IN_JSON "IN (SELECT value FROM json_each($1))"
static const char done_postgres[] = "DELETE FROM miq_queue" RV_QUEUE_HELD IN_ARRAY;
static const char done_sqlite[] = "DELETE FROM miq_queue" RV_QUEUE_HELD IN_JSON;
#define READY_AGAIN                                                                                \
    "UPDATE miq_queue SET state = 'ready', handler_type = NULL, handler_id = NULL,"                \
    " lease_expires_on = NULL, attempts = attempts - 1, updated_on = $4,"                          \
    " lock_version = COALESCE(lock_version, 0) + 1"
static const char back_postgres[] = READY_AGAIN RV_QUEUE_HELD IN_ARRAY;
static const char back_sqlite[] = READY_AGAIN RV_QUEUE_HELD IN_JSON;

static int
run_on_generation(struct rv_store *store, struct rv_message *const *messages, int count,
                  int64_t holder, const char *const sql[2], int params_count, rv_err *err)
{
    int64_t changed = 0;
    int array = rv_store_is_postgres(store);
    RV_AUTO_BUF rv_buf ids = rv_buf_limited(LIST_MAX_BYTES);
    add_ids(&ids, array, messages, count);
    const rv_value params[] = { rv_vtext(rv_buf_text(&ids)), rv_vint(messages[0]->generation),
                                rv_vint(holder), rv_vint(rv_now_ms()) };
    if (rv_buf_check(&ids, err) ||
        rv_store_exec(store, &changed, sql[array], params, params_count, err))
        return err->code;
    return (int)changed;
}

static int
by_generation(const void *a, const void *b)
{
    const struct rv_message *x = *(struct rv_message *const *)a;
    const struct rv_message *y = *(struct rv_message *const *)b;
    return (x->generation > y->generation) - (x->generation < y->generation);
}

/* A statement for each generation: what is taken together is fresh, so that there is one, mostly. A
 * join with pairs of id and generation costs PostgreSQL the square of their number. */
static int
run(struct rv_store *store, struct rv_message **messages, int count, int64_t holder,
    const char *const sql[2], int params_count, rv_err *err)
{
    int changed = 0, here;
    qsort(messages, (size_t)count, sizeof(*messages), by_generation);
    for (int from = 0; from < count; from += here) {
        for (here = 1; from + here < count &&
                       messages[from + here]->generation == messages[from]->generation;)
            here++;
        int some = run_on_generation(store, messages + from, here, holder, sql, params_count, err);
        if (some < 0)
            return some;
        changed += some;
    }
    return changed;
}

/* A message with a task or a callback has more to its end. The others are left in plain. */
static int
end_singly(struct rv_store *store, struct rv_message *const *messages, int count, int64_t holder,
           struct rv_message **plain, int *stale, rv_err *err)
{
    int plain_count = 0;
    for (int i = 0; i < count; i++) {
        if (messages[i]->task_id == 0 && messages[i]->callback == NULL) {
            plain[plain_count++] = messages[i];
            continue;
        }
        int failed = rv_queue_done(store, messages[i], holder, err);
        if (failed && failed != RV_E_STALE)
            return failed;
        *stale += failed != 0;
        rv_err_clear(err);
    }
    return plain_count;
}

int
rv_queue_done_some(struct rv_store *store, struct rv_message *const *messages, int count,
                   int64_t holder, rv_err *err)
{
    static const char *const sql[] = { done_sqlite, done_postgres };
    RV_AUTO_FREE struct rv_message **plain = rv_alloc(sizeof(*plain) * (size_t)(count + 1));
    int stale = 0, done = 0;
    int plain_count = end_singly(store, messages, count, holder, plain, &stale, err);
    if (plain_count > 0)
        done = run(store, plain, plain_count, holder, sql, 3, err);
    if (plain_count < 0 || done < 0)
        return rv_wrap(err, "end %d messages", count);
    stale += plain_count - done;
    return stale ? rv_fail(err, RV_E_STALE, "the lease on %d of %d messages has passed on", stale,
                           count)
                 : 0;
}

int
rv_queue_give_back_some(struct rv_store *store, struct rv_message *const *messages, int count,
                        int64_t holder, rv_err *err)
{
    static const char *const sql[] = { back_sqlite, back_postgres };
    RV_AUTO_FREE struct rv_message **all = rv_alloc(sizeof(*all) * (size_t)(count + 1));
    for (int i = 0; i < count; i++)
        RV_ASSERT(messages[i]->flags & RV_MESSAGE_AGAIN);
    memcpy(all, messages, sizeof(*all) * (size_t)count);
    int back = run(store, all, count, holder, sql, 4, err);
    return back < 0 ? rv_wrap(err, "give back %d messages", count) : 0;
}
