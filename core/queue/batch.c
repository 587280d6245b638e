/* SPDX-License-Identifier: Apache-2.0
 *
 * Many messages in one statement: put, acknowledged, given back.
 */
#include "queue/queue_internal.h"

#include <string.h>
#include "base/clock.h"
#include "base/mem.h"

enum { LIST_MAX_BYTES = 1 << 20 };

/* A list of (id, generation) as one parameter, so that the statement is the same for any number.
 * PostgreSQL: two arrays; SQLite: one JSON text of pairs. */
struct pairs {
    rv_buf ids, generations;
};

static void
add_pairs(struct pairs *pairs, struct rv_store *store, struct rv_message *const *messages,
          int count)
{
    int arrays = rv_store_is_postgres(store);
    pairs->ids = rv_buf_limited(LIST_MAX_BYTES);
    pairs->generations = rv_buf_limited(LIST_MAX_BYTES);
    rv_buf_add_char(&pairs->ids, arrays ? '{' : '[');
    rv_buf_add_char(&pairs->generations, '{');
    for (int i = 0; i < count; i++) {
        const char *comma = i ? "," : "";
        if (!arrays) {
            rv_buf_addf(&pairs->ids, "%s[%lld,%lld]", comma, (long long)messages[i]->id,
                        (long long)messages[i]->generation);
            continue;
        }
        rv_buf_addf(&pairs->ids, "%s%lld", comma, (long long)messages[i]->id);
        rv_buf_addf(&pairs->generations, "%s%lld", comma, (long long)messages[i]->generation);
    }
    rv_buf_add_char(&pairs->ids, arrays ? '}' : ']');
    rv_buf_add_char(&pairs->generations, '}');
}

/* Both name $1 (list of ids, or of pairs), $2 (list of generations) and $3 (the holder). */
static const char done_postgres[] =
    "DELETE FROM miq_queue q USING unnest(CAST($1 AS BIGINT[]), CAST($2 AS BIGINT[]))"
    " AS e(id, generation) WHERE q.id = e.id AND q.generation = e.generation"
    " AND q.handler_id = $3 AND q.state = 'dequeue'";
static const char done_sqlite[] =
    "DELETE FROM miq_queue WHERE $2 <> '' AND handler_id = $3 AND state = 'dequeue'"
    " AND id IN (SELECT json_extract(value, '$[0]') FROM json_each($1))"
    " AND (id, generation) IN (SELECT json_extract(value, '$[0]'), json_extract(value, '$[1]')"
    " FROM json_each($1))";
#define READY_AGAIN                                                                                \
    "UPDATE miq_queue SET state = 'ready', handler_type = NULL, handler_id = NULL,"                \
    " lease_expires_on = NULL, attempts = attempts - 1, updated_on = $4,"                          \
    " lock_version = COALESCE(lock_version, 0) + 1"
static const char back_postgres[] =
    READY_AGAIN " FROM unnest(CAST($1 AS BIGINT[]), CAST($2 AS BIGINT[])) AS e(id, generation)"
                " WHERE miq_queue.id = e.id AND miq_queue.generation = e.generation"
                " AND handler_id = $3 AND state = 'dequeue'";
static const char back_sqlite[] = READY_AGAIN
    " WHERE $2 <> '' AND handler_id = $3 AND state = 'dequeue'"
    " AND id IN (SELECT json_extract(value, '$[0]') FROM json_each($1))"
    " AND (id, generation) IN (SELECT json_extract(value, '$[0]'), json_extract(value, '$[1]')"
    " FROM json_each($1))";

static int
run(struct rv_store *store, struct rv_message *const *messages, int count, int64_t holder,
    const char *const sql[2], int params_count, rv_err *err)
{
    struct pairs pairs;
    int64_t changed = 0;
    add_pairs(&pairs, store, messages, count);
    const rv_value params[] = { rv_vtext(rv_buf_text(&pairs.ids)),
                                rv_vtext(rv_buf_text(&pairs.generations)), rv_vint(holder),
                                rv_vint(rv_now_ms()) };
    int failed = rv_buf_check(&pairs.ids, err);
    if (!failed)
        failed = rv_store_exec(store, &changed, sql[rv_store_is_postgres(store)], params,
                               params_count, err);
    rv_buf_free(&pairs.ids);
    rv_buf_free(&pairs.generations);
    return failed ? failed : (int)changed;
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
    for (int i = 0; i < count; i++)
        RV_ASSERT(messages[i]->flags & RV_MESSAGE_AGAIN);
    if (count == 0)
        return 0;
    int back = run(store, messages, count, holder, sql, 4, err);
    return back < 0 ? rv_wrap(err, "give back %d messages", count) : 0;
}

static int
insert_rows(struct rv_store *store, const struct rv_message_spec *specs, int count, int64_t *ids,
            rv_err *err)
{
    enum { COLUMNS = RV_QUEUE_INSERT_COLUMNS };
    RV_AUTO_FREE rv_value *values = rv_alloc(sizeof(rv_value) * COLUMNS * (size_t)count);
    RV_AUTO_FREE char *digests = rv_alloc(33 * (size_t)count);
    for (int i = 0; i < count; i++) {
        if (rv_store_new_id(store, &ids[i], err))
            return err->code;
        rv_queue_digest(digests + 33 * i, &specs[i], RV_SAME);
        rv_queue_insert_values(values + COLUMNS * i, &specs[i], digests + 33 * i, ids[i]);
    }
    return rv_store_insert_rows(store, "miq_queue", rv_queue_insert_columns, COLUMNS, values,
                                (size_t)count, err);
}

/* One word for each queue. */
static int
notify(struct rv_store *store, const struct rv_message_spec *specs, int count, rv_err *err)
{
    const char *last = NULL;
    for (int i = 0; i < count; i++) {
        const char *queue = specs[i].queue_name ? specs[i].queue_name : "generic";
        if (last && strcmp(last, queue) == 0)
            continue;
        last = queue;
        if (rv_store_notify(store, RV_QUEUE_CHANNEL, queue, err))
            return err->code;
    }
    return 0;
}

static int
put_in_transaction(struct rv_store *store, const struct rv_message_spec *specs, int count,
                   int64_t *ids, rv_err *err)
{
    RV_AUTO_FREE int64_t *own = ids ? NULL : rv_alloc(sizeof(int64_t) * (size_t)count);
    return insert_rows(store, specs, count, ids ? ids : own, err) ||
                   notify(store, specs, count, err)
               ? err->code
               : 0;
}

int
rv_queue_put_many(struct rv_store *store, const struct rv_message_spec *specs, int count,
                  int64_t *ids, rv_err *err)
{
    for (int i = 0; i < count; i++)
        if (rv_queue_check(&specs[i], err))
            return rv_wrap(err, "put message %d of %d", i + 1, count);
    if (count == 0)
        return 0;
    if (rv_store_in_transaction(store))
        return put_in_transaction(store, specs, count, ids, err) ? rv_wrap(err, "put messages") : 0;
    if (rv_store_reserve_ids(store, count, err) || rv_store_begin_later(store, err))
        return rv_wrap(err, "put messages");
    if (put_in_transaction(store, specs, count, ids, err) == 0)
        return rv_store_commit(store, err);
    rv_store_rollback(store);
    return rv_wrap(err, "put messages");
}
