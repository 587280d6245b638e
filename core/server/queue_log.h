/* SPDX-License-Identifier: Apache-2.0
 *
 * What the log tells of the queue now and then.
 */
#ifndef RV_SERVER_QUEUE_LOG_H
#define RV_SERVER_QUEUE_LOG_H

#include "server/worker.h"

/* One line a state: how many messages, by zone and role. */
int rv_queue_log_counts(struct rv_worker *worker, rv_err *err);

#endif
