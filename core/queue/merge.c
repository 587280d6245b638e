/* SPDX-License-Identifier: Apache-2.0
 *
 * Messages that are found again before they are taken, and changed.
 */
#include "queue/queue_internal.h"

#include <stdio.h>
#include "base/clock.h"
#include "base/mem.h"

/* How often a worker may be quicker than we before we give up: it takes what is ready, so the next
 * look finds nothing or a new one. */
enum { MOST_TRIES = 20, MINE_NOT_FOUND = 1, MINE_FOUND = 0, GONE_MEANWHILE = 2 };

struct merging {
    rv_queue_merge merge;
    void *arg;
};

static void
free_message_p(struct rv_message **message)
{
    rv_message_free(*message);
}
#define AUTO_MESSAGE __attribute__((cleanup(free_message_p)))

static int
find(struct rv_store *store, const char *digest, struct rv_message **out, int64_t *version,
     rv_err *err)
{
    rv_value row[RV_MESSAGE_COLUMN_COUNT + 1];
    const rv_value params[] = { rv_vtext(digest) };
    int found =
        rv_store_one(store, row, RV_MESSAGE_COLUMN_COUNT + 1,
                     "SELECT " RV_MESSAGE_COLUMNS ", COALESCE(lock_version, 0)"
                     " FROM miq_queue WHERE digest = $1 AND state = 'ready'" RV_QUEUE_NOT_CANCELLED
                     " ORDER BY id LIMIT 1",
                     params, 1, err);
    if (found > 0) {
        *out = rv_queue_message_of(row);
        *version = row[RV_MESSAGE_COLUMN_COUNT].v.i;
    }
    return found;
}

/* 0 is now. */
static rv_value
earlier(int64_t one, int64_t other)
{
    int64_t first = one < other ? one : other;
    return first ? rv_vint(first) : RV_VNULL;
}

static int
change(struct rv_store *store, const struct rv_message *found, int64_t version,
       const struct rv_message_spec *spec, rv_err *err)
{
    int64_t changed = 0;
    int64_t timeout_ms =
        spec->timeout_ms > found->timeout_ms ? spec->timeout_ms : found->timeout_ms;
    const rv_value params[] = {
        rv_vint(found->id),
        rv_vint(version),
        rv_vtext(spec->args ? spec->args : found->args),
        rv_vint(spec->priority ? spec->priority : found->priority),
        rv_vint((timeout_ms + 999) / 1000),
        rv_vint(rv_now_ms()),
        spec->task_id ? rv_vint(spec->task_id) : RV_VNULL,
        earlier(found->deliver_on, spec->deliver_on),
    };
    if (rv_store_exec(store, &changed,
                      "UPDATE miq_queue SET args = $3, priority = $4, msg_timeout = $5,"
                      " updated_on = $6, miq_task_id = COALESCE(miq_task_id, $7),"
                      " deliver_on = $8,"
                      " lock_version = COALESCE(lock_version, 0) + 1"
                      " WHERE id = $1 AND state = 'ready' AND COALESCE(lock_version, 0) = $2",
                      params, RV_COUNT(params), err))
        return err->code;
    return changed ? MINE_FOUND : GONE_MEANWHILE;
}

static int
try_once(struct rv_store *store, const struct rv_message_spec *given, const struct merging *merging,
         const char *digest, int64_t *id, rv_err *err)
{
    AUTO_MESSAGE struct rv_message *found = NULL;
    struct rv_message_spec spec = *given;
    int64_t version = 0;
    int there = find(store, digest, &found, &version, err);
    if (there < 0)
        return there;
    int left = merging->merge(merging->arg, found, &spec, err);
    if (left < 0)
        return left;
    if (found)
        *id = found->id;
    if (left)
        return MINE_FOUND;
    if (rv_queue_check(&spec, err))
        return err->code;
    if (found)
        return change(store, found, version, &spec, err);
    return rv_queue_insert(store, &spec, digest, id, err) ? err->code : MINE_NOT_FOUND;
}

static int
put_or_update(struct rv_store *store, const struct rv_message_spec *spec, void *arg, int64_t *id,
              rv_err *err)
{
    char digest[33], lock[48];
    rv_queue_digest(digest, spec, RV_SAME_BUT_ARGS);
    snprintf(lock, sizeof(lock), "miq_queue/%s", digest);
    if (rv_store_lock(store, lock, err))
        return err->code;
    for (int i = 0; i < MOST_TRIES; i++) {
        int done = try_once(store, spec, arg, digest, id, err);
        if (done != GONE_MEANWHILE)
            return done;
    }
    return rv_fail(err, RV_E_CONFLICT, "workers took it %d times while it was changed", MOST_TRIES);
}

int
rv_queue_put_or_update(struct rv_store *store, const struct rv_message_spec *spec,
                       rv_queue_merge merge, void *arg, int64_t *id, rv_err *err)
{
    struct merging merging = { .merge = merge, .arg = arg };
    int done = rv_queue_in_transaction(store, spec, put_or_update, &merging, id, err);
    if (done < 0)
        return rv_wrap(err, "put or change message '%s'",
                       spec->method_name ? spec->method_name : "");
    return done;
}

int
rv_queue_follow(struct rv_store *store, int64_t id, int64_t *task_id, rv_err *err)
{
    rv_value row[1];
    const rv_value params[] = { rv_vint(id), rv_vint(*task_id) };
    int64_t changed = 0;
    if (rv_store_exec(store, &changed,
                      "UPDATE miq_queue SET miq_task_id = $2 WHERE id = $1"
                      " AND miq_task_id IS NULL AND state = 'ready'",
                      params, 2, err))
        return rv_wrap(err, "follow message %lld", (long long)id);
    if (changed > 0)
        return 1;
    int found = rv_store_one(store, row, 1, "SELECT miq_task_id FROM miq_queue WHERE id = $1",
                             params, 1, err);
    *task_id = found > 0 && row[0].type == RV_INT ? row[0].v.i : 0;
    return found < 0 ? rv_wrap(err, "follow message %lld", (long long)id) : 0;
}
