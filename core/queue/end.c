/* SPDX-License-Identifier: Apache-2.0
 *
 * The end of a message, by the worker that took it: done, failed, given back.
 * Each statement names the claim's generation, so a worker that has lost its
 * lease changes nothing.
 */
#include "queue/queue_internal.h"

#include <string.h>
#include "base/clock.h"
#include "base/mem.h"
#include "queue/task.h"

static int
stale(const struct rv_message *message, rv_err *err)
{
    return rv_fail(err, RV_E_STALE, "the lease on message %lld has passed on",
                   (long long)message->id);
}

static int
delete_held(struct rv_store *store, const struct rv_message *message, int64_t holder, rv_err *err)
{
    int64_t changed = 0;
    const rv_value params[] = { rv_vint(message->id), rv_vint(message->generation),
                                rv_vint(holder) };
    if (rv_store_exec(store, &changed, "DELETE FROM miq_queue" RV_QUEUE_HELD "= $1", params, 3,
                      err))
        return err->code;
    return changed ? 0 : stale(message, err);
}

/* For what follows: its callback is a new message, and its task has a log. */
static int
begin_end(struct rv_store *store, const struct rv_message *message, rv_err *err)
{
    if ((message->callback || message->task_id) &&
        rv_store_reserve_ids(store, RV_QUEUE_END_IDS, err))
        return err->code;
    return rv_store_begin(store, err);
}

int
rv_queue_end_in(struct rv_store *store, const struct rv_message *message, int64_t holder,
                const struct rv_ended *ended, rv_err *err)
{
    RV_ASSERT(rv_store_in_transaction(store));
    if (delete_held(store, message, holder, err) || rv_queue_follow_up(store, message, ended, err))
        return rv_wrap(err, "end message %lld", (long long)message->id);
    return 0;
}

static int
end_in_transaction(struct rv_store *store, const struct rv_message *message, int64_t holder,
                   const struct rv_ended *ended, rv_err *err)
{
    if (begin_end(store, message, err))
        return err->code;
    if (delete_held(store, message, holder, err) == 0 &&
        rv_queue_follow_up(store, message, ended, err) == 0)
        return rv_store_commit(store, err);
    rv_store_rollback(store);
    return err->code;
}

int
rv_queue_end(struct rv_store *store, const struct rv_message *message, int64_t holder,
             const struct rv_ended *ended, rv_err *err)
{
    int failed = message->task_id || message->callback
                     ? end_in_transaction(store, message, holder, ended, err)
                     : delete_held(store, message, holder, err);
    return failed ? rv_wrap(err, "end message %lld", (long long)message->id) : 0;
}

int
rv_queue_done(struct rv_store *store, const struct rv_message *message, int64_t holder, rv_err *err)
{
    static const struct rv_ended ok = { .state = "ok", .text = "Finished" };
    return rv_queue_end(store, message, holder, &ok, err);
}

/* Let go of a message: ready again at deliver_on, or dead. */
struct letting_go {
    const struct rv_message *message;
    int64_t holder, deliver_on;
    const rv_err *why;
    int dead, attempts;
};

static int
let_go(struct rv_store *store, const struct letting_go *go, rv_err *err)
{
    int64_t changed = 0, now_ms = rv_now_ms();
    const struct rv_message *message = go->message;
    const rv_value params[] = {
        rv_vint(message->id),
        rv_vint(message->generation),
        rv_vint(go->holder),
        rv_vtext(go->dead ? "error" : "ready"),
        go->deliver_on ? rv_vint(go->deliver_on) : RV_VNULL,
        rv_vtext(go->why->text),
        rv_vtext(rv_class_name(go->why->code)),
        go->dead ? rv_vint(now_ms) : RV_VNULL,
        rv_vint(go->attempts),
        rv_vint(now_ms),
    };
    if (rv_store_exec(store, &changed,
                      "UPDATE miq_queue SET state = $4, handler_type = NULL, handler_id = NULL,"
                      " lease_expires_on = NULL, deliver_on = $5, error = $6, error_class = $7,"
                      " dead_on = $8, attempts = $9, updated_on = $10,"
                      " lock_version = COALESCE(lock_version, 0) + 1" RV_QUEUE_HELD "= $1",
                      params, RV_COUNT(params), err))
        return err->code;
    return changed ? 0 : stale(message, err);
}

/* The task of one that waits shows why. */
static int
tell_task(struct rv_store *store, const struct letting_go *go, rv_err *err)
{
    int64_t task_id = go->message->task_id;
    if (task_id == 0 || (rv_task_progress(store, task_id, -1, go->why->text, err) == 0 &&
                         rv_task_log(store, task_id, "warning", go->why->text, err) == 0))
        return 0;
    if (err->code != RV_E_NOT_FOUND)
        return err->code;
    rv_err_clear(err);
    return 0;
}

static int
let_go_with_task(struct rv_store *store, const struct letting_go *go, rv_err *err)
{
    const struct rv_ended ended = { .state = go->why->code == RV_E_TIMEOUT ? "timeout" : "error",
                                    .text = go->why->text };
    if (begin_end(store, go->message, err))
        return err->code;
    int failed = let_go(store, go, err);
    if (!failed)
        failed = go->dead ? rv_queue_follow_up(store, go->message, &ended, err)
                          : tell_task(store, go, err);
    if (failed) {
        rv_store_rollback(store);
        return failed;
    }
    return rv_store_commit(store, err);
}

int
rv_queue_failed(struct rv_store *store, const struct rv_message *message, int64_t holder,
                const rv_err *why, int64_t delay_ms, rv_err *err)
{
    struct letting_go go = { .message = message, .holder = holder, .why = why };
    go.attempts = message->attempts;
    go.dead = delay_ms < 0 || !(message->flags & RV_MESSAGE_AGAIN) ||
              message->attempts >= message->max_attempts;
    if (!go.dead && delay_ms > 0)
        go.deliver_on = rv_now_ms() + delay_ms;
    if (let_go_with_task(store, &go, err))
        return rv_wrap(err, "end failed message %lld", (long long)message->id);
    return go.dead;
}

int
rv_queue_give_back(struct rv_store *store, const struct rv_message *message, int64_t holder,
                   rv_err *err)
{
    rv_err why = RV_ERR_INIT;
    rv_fail(&why, RV_E_CANCELLED, "its worker was asked to stop");
    struct letting_go go = { .message = message, .holder = holder, .why = &why };
    go.dead = !(message->flags & RV_MESSAGE_AGAIN);
    go.attempts = message->attempts - (go.dead ? 0 : 1);
    if (let_go_with_task(store, &go, err))
        return rv_wrap(err, "give back message %lld", (long long)message->id);
    return go.dead;
}

int
rv_queue_later(struct rv_store *store, const struct rv_message *message, int64_t holder,
               const rv_err *why, int64_t delay_ms, rv_err *err)
{
    struct letting_go go = { .message = message,
                             .holder = holder,
                             .why = why,
                             .attempts = message->attempts - 1,
                             .deliver_on = delay_ms > 0 ? rv_now_ms() + delay_ms : 0 };
    if (let_go_with_task(store, &go, err))
        return rv_wrap(err, "put off message %lld", (long long)message->id);
    return 0;
}

/* As a put would, of this args: who puts the same unless it exists must find it. */
static void
continued_digest(char out[33], const struct rv_message *message, const char *args)
{
    const struct rv_message_spec spec = { .queue_name = message->queue_name,
                                          .class_name = message->class_name,
                                          .method_name = message->method_name,
                                          .target_id = message->target_id,
                                          .args = args,
                                          .role = message->role,
                                          .zone = message->zone };
    rv_queue_digest(out, &spec, RV_SAME);
}

static int
put_back(struct rv_store *store, const struct rv_message *message, int64_t holder,
         const struct rv_message_spec *changed, rv_err *err)
{
    char digest[33];
    int64_t count = 0;
    const char *args = changed->args ? changed->args : message->args;
    const char *series = changed->series ? changed->series : message->series;
    continued_digest(digest, message, args);
    const rv_value params[] = {
        rv_vint(message->id),
        rv_vint(message->generation),
        rv_vint(holder),
        rv_vtext(args),
        changed->deliver_on ? rv_vint(changed->deliver_on) : RV_VNULL,
        rv_vtext(changed->server_guid),
        rv_vtext(series && *series ? series : NULL),
        rv_vtext(digest),
        rv_vint(rv_now_ms()),
    };
    if (rv_store_exec(store, &count,
                      "UPDATE miq_queue SET state = 'ready', handler_type = NULL,"
                      " handler_id = NULL, lease_expires_on = NULL, error = NULL,"
                      " error_class = NULL, attempts = 0, args = $4, deliver_on = $5,"
                      " server_guid = $6, task_id = $7, digest = $8, updated_on = $9,"
                      " lock_version = COALESCE(lock_version, 0) + 1" RV_QUEUE_HELD "= $1",
                      params, RV_COUNT(params), err))
        return err->code;
    return count ? 0 : stale(message, err);
}

int
rv_queue_continue(struct rv_store *store, const struct rv_message *message, int64_t holder,
                  const struct rv_message_spec *changed, rv_err *err)
{
    const struct rv_message_spec said = { .queue_name = message->queue_name,
                                          .deliver_on = changed->deliver_on,
                                          .role = message->role,
                                          .zone = message->zone,
                                          .server_guid = changed->server_guid };
    RV_ASSERT(rv_store_in_transaction(store));
    if (changed->args && strlen(changed->args) > RV_ARGS_MAX_BYTES)
        return rv_fail(err, RV_E_LIMIT, "arguments of a message over %d bytes", RV_ARGS_MAX_BYTES);
    if (put_back(store, message, holder, changed, err) ||
        rv_queue_announce(store, &said, message->id, err))
        return rv_wrap(err, "continue message %lld", (long long)message->id);
    return 0;
}

int
rv_queue_guard(struct rv_store *store, const struct rv_message *message, int64_t holder,
               rv_err *err)
{
    rv_value row[1];
    const rv_value params[] = { rv_vint(message->id), rv_vint(message->generation),
                                rv_vint(holder) };
    const char *sql = rv_store_is_postgres(store) ? "SELECT id FROM miq_queue" RV_QUEUE_HELD
                                                    "= $1 FOR UPDATE"
                                                  : "SELECT id FROM miq_queue" RV_QUEUE_HELD "= $1";
    int found = rv_store_one(store, row, 1, sql, params, 3, err);
    return found < 0 ? found : found ? 0 : stale(message, err);
}

int
rv_queue_progress(struct rv_store *store, const struct rv_message *message, int64_t holder,
                  rv_err *err)
{
    int64_t changed = 0;
    const rv_value params[] = { rv_vint(message->id), rv_vint(message->generation),
                                rv_vint(holder) };
    if (rv_store_exec(store, &changed,
                      "UPDATE miq_queue SET attempts = 1" RV_QUEUE_HELD "= $1 AND attempts > 1",
                      params, 3, err))
        return rv_wrap(err, "note progress of message %lld", (long long)message->id);
    return changed ? 0 : rv_queue_guard(store, message, holder, err);
}

int
rv_queue_now(struct rv_store *store, int64_t id, rv_err *err)
{
    int64_t changed = 0;
    const rv_value params[] = { rv_vint(id), rv_vint(rv_now_ms()) };
    if (rv_store_exec(store, &changed,
                      "UPDATE miq_queue SET deliver_on = NULL, server_guid = NULL, updated_on = $2,"
                      " lock_version = COALESCE(lock_version, 0) + 1"
                      " WHERE id = $1 AND state = 'ready'",
                      params, 2, err))
        return rv_wrap(err, "bring message %lld forward", (long long)id);
    return changed > 0 ? rv_store_notify(store, RV_QUEUE_CHANNEL, "", err) ? err->code : 1 : 0;
}

static int
give_up(struct rv_store *store, int64_t id, const rv_err *why, rv_err *err)
{
    rv_value row[RV_MESSAGE_COLUMN_COUNT];
    const struct rv_ended ended = { .state = "error", .text = why->text };
    const rv_value params[] = { rv_vint(id), rv_vint(rv_now_ms()), rv_vtext(why->text),
                                rv_vtext(rv_class_name(why->code)) };
    int found = rv_store_one(store, row, RV_MESSAGE_COLUMN_COUNT,
                             "UPDATE miq_queue SET state = 'error', dead_on = $2, error = $3,"
                             " error_class = $4, updated_on = $2,"
                             " lock_version = COALESCE(lock_version, 0) + 1"
                             " WHERE id = $1 AND state = 'ready' RETURNING " RV_MESSAGE_COLUMNS,
                             params, 4, err);
    if (found < 0)
        return found;
    if (!found)
        return rv_fail(err, RV_E_NOT_FOUND, "message %lld is not ready", (long long)id);
    struct rv_message *message = rv_queue_message_of(row);
    int failed = rv_queue_follow_up(store, message, &ended, err);
    rv_message_free(message);
    return failed;
}

int
rv_queue_give_up(struct rv_store *store, int64_t id, const rv_err *why, rv_err *err)
{
    if (rv_store_in_transaction(store))
        return give_up(store, id, why, err) ? rv_wrap(err, "give up message %lld", (long long)id)
                                            : 0;
    if (rv_store_reserve_ids(store, 4, err) || rv_store_begin(store, err))
        return err->code;
    if (give_up(store, id, why, err)) {
        rv_store_rollback(store);
        return rv_wrap(err, "give up message %lld", (long long)id);
    }
    return rv_store_commit(store, err);
}

/* Why nothing was done to it: it is gone, or not dead. */
static int
fail_not_dead(struct rv_store *store, int64_t id, const char *what, rv_err *err)
{
    rv_value row[1];
    const rv_value params[] = { rv_vint(id) };
    int found =
        rv_store_one(store, row, 1, "SELECT state FROM miq_queue WHERE id = $1", params, 1, err);

    if (found < 0)
        return found;
    if (found == 0)
        return rv_fail(err, RV_E_NOT_FOUND, "there is no message %lld", (long long)id);
    return rv_fail(err, RV_E_CONFLICT, "message %lld is %s; only dead messages are %s",
                   (long long)id, row[0].v.text, what);
}

/* Its task ended when it died, and waits with it again. */
static int
send_again(struct rv_store *store, int64_t id, rv_err *err)
{
    rv_value row[1];
    const rv_value params[] = { rv_vint(id), rv_vint(rv_now_ms()) };
    int found = rv_store_one(store, row, 1,
                             "UPDATE miq_queue SET state = 'ready', attempts = 0, error = NULL,"
                             " error_class = NULL, dead_on = NULL, deliver_on = NULL,"
                             " updated_on = $2, expires_on = NULL,"
                             " lock_version = COALESCE(lock_version, 0) + 1"
                             " WHERE id = $1 AND state = 'error' RETURNING miq_task_id",
                             params, 2, err);
    if (found < 0)
        return found;
    if (!found)
        return fail_not_dead(store, id, "sent again", err);
    if (row[0].type != RV_INT || rv_task_again(store, row[0].v.i, err) == 0)
        return 0;
    if (err->code != RV_E_NOT_FOUND)
        return err->code;
    rv_err_clear(err);
    return 0;
}

int
rv_queue_send_again(struct rv_store *store, int64_t id, rv_err *err)
{
    if (rv_store_reserve_ids(store, 4, err) || rv_store_begin(store, err))
        return err->code;
    if (send_again(store, id, err)) {
        rv_store_rollback(store);
        return err->code == RV_E_CONFLICT || err->code == RV_E_NOT_FOUND
                   ? err->code
                   : rv_wrap(err, "send message %lld again", (long long)id);
    }
    return rv_store_commit(store, err);
}

int
rv_queue_delete_dead(struct rv_store *store, int64_t id, rv_err *err)
{
    int64_t deleted = 0;
    const rv_value params[] = { rv_vint(id) };
    if (rv_store_exec(store, &deleted, "DELETE FROM miq_queue WHERE id = $1 AND state = 'error'",
                      params, 1, err))
        return rv_wrap(err, "delete message %lld", (long long)id);
    return deleted ? 0 : fail_not_dead(store, id, "deleted", err);
}
