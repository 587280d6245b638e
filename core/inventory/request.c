/* SPDX-License-Identifier: Apache-2.0
 *
 * One message of a provider's queue waits at most; what is asked for while it waits, or while a
 * refresh runs, goes into it. Whoever asks waits for its task, whoever put it.
 */
#include "inventory/targets.h"

#include <stdio.h>
#include "base/clock.h"
#include "base/mem.h"
#include "queue/queue.h"
#include "queue/task.h"

/* Work on a provider may be begun again whenever its worker was ended from outside; a module that
 * crashes by itself is put in quarantine long before this number is reached. */
enum { ATTEMPTS_MOST = 100, LONGEST_WORK_MS = 2 * 3600 * 1000, IDS = 4 };

struct waiting {
    int64_t id, task_id;
    char *args;
};

/* 1 when a message waits. */
static int
find_waiting(struct rv_store *store, const char *queue, struct waiting *out, rv_err *err)
{
    rv_value param = rv_vtext(queue), row[3];
    int found = rv_store_one(store, row, 3,
                             "SELECT id, miq_task_id, args FROM miq_queue WHERE queue_name = $1"
                             " AND class_name = 'Provider' AND method_name = 'refresh'"
                             " AND state = 'ready' ORDER BY id LIMIT 1",
                             &param, 1, err);
    if (found <= 0)
        return found;
    out->id = row[0].v.i;
    out->task_id = row[1].type == RV_INT ? row[1].v.i : 0;
    out->args = rv_strdup(row[2].type == RV_TEXT ? row[2].v.text : "{}");
    return 1;
}

static int
make_task(struct rv_store *store, const struct rv_refresh_request *request, int64_t *task_id,
          rv_err *err)
{
    *task_id = 0;
    return request->task_name
               ? rv_task_create(store, request->task_name, request->userid, task_id, err)
               : 0;
}

/* 1 when the waiting message has taken it in; 0 when a worker took the message meanwhile. */
static int
add_to_waiting(struct rv_store *store, const struct rv_refresh_request *request,
               const struct waiting *waiting, int64_t *task_id, rv_err *err)
{
    RV_AUTO_FREE char *args = NULL;
    int64_t changed = 0;
    *task_id = waiting->task_id;
    if (rv_targets_merge(&args, waiting->args, request->asks, request->count, request->most, err) <
            0 ||
        (waiting->task_id == 0 && make_task(store, request, task_id, err) < 0))
        return err->code;
    const rv_value params[] = { rv_vtext(args), *task_id ? rv_vint(*task_id) : RV_VNULL,
                                rv_vint(rv_now_ms()), rv_vint(waiting->id) };
    if (rv_store_exec(store, &changed,
                      "UPDATE miq_queue SET args = $1, miq_task_id = $2, updated_on = $3"
                      " WHERE id = $4 AND state = 'ready'",
                      params, RV_COUNT(params), err) < 0)
        return err->code;
    return changed > 0;
}

static int
put_new(struct rv_store *store, const struct rv_refresh_request *request, const char *queue,
        int64_t task_id, rv_err *err)
{
    RV_AUTO_FREE char *args = NULL;
    if (rv_targets_merge(&args, NULL, request->asks, request->count, request->most, err) < 0)
        return err->code;
    const struct rv_message_spec spec = { .queue_name = queue,
                                          .class_name = "Provider",
                                          .method_name = "refresh",
                                          .target_id = request->provider_id,
                                          .args = args,
                                          .timeout_ms = LONGEST_WORK_MS,
                                          .max_attempts = ATTEMPTS_MOST,
                                          .flags = RV_MESSAGE_AGAIN,
                                          .task_id = task_id };
    return rv_queue_put(store, &spec, NULL, err);
}

static int
in_transaction(struct rv_store *store, const struct rv_refresh_request *request, int64_t *task_id,
               rv_err *err)
{
    char queue[40], lock[64];
    struct waiting waiting = { 0 };
    int64_t made = 0;
    rv_queue_of_provider(queue, request->provider_id);
    snprintf(lock, sizeof(lock), "refresh of %s", queue);
    if (rv_store_lock(store, lock, err) < 0)
        return err->code;
    int found = find_waiting(store, queue, &waiting, err);
    int merged = found > 0 ? add_to_waiting(store, request, &waiting, task_id, err) : found;
    /* A task that was made for a message which is gone serves the new one. */
    if (merged == 0 && found > 0 && waiting.task_id == 0)
        made = *task_id;
    free(waiting.args);
    if (merged != 0)
        return merged < 0 ? merged : 0;
    if (made == 0 && make_task(store, request, &made, err) < 0)
        return err->code;
    *task_id = made;
    return put_new(store, request, queue, made, err) < 0 ? err->code : 1;
}

int
rv_refresh_request(struct rv_store *store, const struct rv_refresh_request *request,
                   int64_t *task_id, rv_err *err)
{
    int64_t mine;
    if (rv_store_reserve_ids(store, IDS, err) < 0 || rv_store_begin(store, err) < 0)
        return rv_wrap(err, "ask for a refresh");
    int put = in_transaction(store, request, task_id ? task_id : &mine, err);
    if (put < 0)
        rv_store_rollback(store);
    else if (rv_store_commit(store, err) < 0)
        put = err->code;
    return put < 0 ? rv_wrap(err, "ask for a refresh") : put;
}
