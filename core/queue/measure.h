/* SPDX-License-Identifier: Apache-2.0
 *
 * What /metrics tells of messages that this process took.
 */
#ifndef RV_QUEUE_MEASURE_H
#define RV_QUEUE_MEASURE_H

#include "queue/queue.h"

void rv_queue_measure_taken(const struct rv_message *message);
/* The attempt is over, and why it failed: OK, or a class. dead: it was the last one. */
void rv_queue_measure_ended(const struct rv_message *message, int64_t took_us, int code, int dead);
/* It was given up because the worker that had it is gone. */
void rv_queue_measure_dead(const struct rv_message *message);

#endif
