/* SPDX-License-Identifier: Apache-2.0
 *
 * Messages that end without being taken: their time is over, their task was cancelled, their queue
 * is gone. They are deleted, their tasks end, their callbacks are put.
 */
#ifndef RV_QUEUE_REMOVE_H
#define RV_QUEUE_REMOVE_H

#include "queue/queue.h"

enum { RV_REMOVED_AT_ONCE = 100 };

struct rv_removal {
    const char *which; /* condition on miq_queue; $1 is param */
    rv_value param;
    int past_locked;       /* what others lock just now is left to them */
    struct rv_ended ended; /* what becomes of the tasks */
};
/* Up to RV_REMOVED_AT_ONCE of them in the transaction that is open, with as many ids reserved as
 * rv_queue_remove_reserve does. Returns how many, or an error. */
int rv_queue_remove_some(struct rv_store *store, const struct rv_removal *removal, rv_err *err);
int rv_queue_remove_reserve(struct rv_store *store, rv_err *err);
/* All of them, in transactions of some; *count may be NULL. Each one is in the log. */
int rv_queue_remove(struct rv_store *store, const struct rv_removal *removal, int64_t *count,
                    rv_err *err);

#endif
