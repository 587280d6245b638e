/* SPDX-License-Identifier: Apache-2.0
 *
 * One message of a provider's queue waits at most; what is asked for while it waits, or while a
 * refresh runs, goes into it. Whoever asks waits for its task, whoever put it.
 */
#include "inventory/targets.h"

#include "base/mem.h"
#include "queue/queue.h"
#include "queue/task.h"

/* Work on a provider may be begun again whenever its worker was ended from outside; a module that
 * crashes by itself is put in quarantine long before this number is reached. */
enum { ATTEMPTS_MOST = 100, LONGEST_WORK_MS = 2 * 3600 * 1000 };

struct asking {
    struct rv_store *store;
    const struct rv_refresh_request *request;
    char *args;
    int64_t made;    /* the task that was made for it; 0: none */
    int64_t task_id; /* that stands for it */
};

static int
merge(void *arg, const struct rv_message *found, struct rv_message_spec *spec, rv_err *err)
{
    struct asking *asking = arg;
    const struct rv_refresh_request *request = asking->request;
    free(asking->args);
    asking->args = NULL;
    if (rv_targets_merge(&asking->args, found ? found->args : NULL, request->asks, request->count,
                         request->most, err) < 0)
        return err->code;
    asking->task_id = found && found->task_id ? found->task_id : asking->made;
    if (asking->task_id == 0 && request->task_name) {
        if (rv_task_create(asking->store, request->task_name, request->userid, &asking->made, err))
            return err->code;
        asking->task_id = asking->made;
    }
    spec->args = asking->args;
    spec->task_id = asking->task_id;
    return 0;
}

static int
put(struct asking *asking, rv_err *err)
{
    char queue[40];
    rv_queue_of_provider(queue, asking->request->provider_id);
    const struct rv_message_spec spec = { .queue_name = queue,
                                          .class_name = "Provider",
                                          .method_name = "refresh",
                                          .target_id = asking->request->provider_id,
                                          .timeout_ms = LONGEST_WORK_MS,
                                          .max_attempts = ATTEMPTS_MOST,
                                          .user_id = asking->request->user_id,
                                          .deliver_on = asking->request->not_before,
                                          .flags = RV_MESSAGE_AGAIN };
    return rv_queue_put_or_update(asking->store, &spec, merge, asking, NULL, err);
}

int
rv_refresh_request_in(struct rv_store *store, const struct rv_refresh_request *request,
                      int64_t *task_id, rv_err *err)
{
    struct asking asking = { .store = store, .request = request };
    RV_ASSERT(rv_store_in_transaction(store));
    int rc = put(&asking, err);
    free(asking.args);
    if (task_id)
        *task_id = asking.task_id;
    return rc < 0 ? rv_wrap(err, "ask for a refresh") : rc;
}

int
rv_refresh_request(struct rv_store *store, const struct rv_refresh_request *request,
                   int64_t *task_id, rv_err *err)
{
    if (rv_store_reserve_ids(store, RV_REFRESH_REQUEST_IDS, err) < 0 ||
        rv_store_begin(store, err) < 0)
        return rv_wrap(err, "ask for a refresh");
    int rc = rv_refresh_request_in(store, request, task_id, err);
    if (rc < 0)
        rv_store_rollback(store);
    else if (rv_store_commit(store, err) < 0)
        rc = rv_wrap(err, "ask for a refresh");
    return rc;
}
