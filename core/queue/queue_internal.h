/* SPDX-License-Identifier: Apache-2.0
 *
 * Shared by the files of this folder.
 */
#ifndef RV_QUEUE_INTERNAL_H
#define RV_QUEUE_INTERNAL_H

#include "queue/queue.h"

enum { RV_DEFAULT_ATTEMPTS = 3, RV_MOST_QUEUES = 16, RV_MOST_ROLES = 64, RV_MOST_DUE = 500 };
#define RV_DEFAULT_TIMEOUT_MS (10 * 60 * 1000LL)

/* A message that has just become dead: what its task must hear. */
struct rv_dead_message {
    int64_t id, task_id;
    int timed_out;
};
/* End the tasks of dead messages, in the transaction that is open. Marks may be repeated. */
int rv_queue_end_tasks(struct rv_store *store, const struct rv_dead_message *dead, int count,
                       const char *why, rv_err *err);

#endif
