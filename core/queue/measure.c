/* SPDX-License-Identifier: Apache-2.0
 *
 * Counting messages, by queue: there are few, and one a provider.
 */
#include "queue/measure.h"

#include "base/meter.h"

void
rv_queue_measure_taken(const struct rv_message *message)
{
    const char *const *labels = RV_LABELS(message->queue_name);
    rv_meter_add(RV_M_QUEUE_TAKEN, 1, labels);
    if (message->attempts == 1)
        rv_meter_observe(RV_M_QUEUE_WAIT, (message->dequeued_on - message->created_on) * 1000,
                         labels);
}

void
rv_queue_measure_ended(const struct rv_message *message, int64_t took_us, int code, int dead)
{
    const char *const *labels = RV_LABELS(message->queue_name);
    rv_meter_observe(RV_M_QUEUE_RUN, took_us, labels);
    rv_meter_add(code == RV_OK ? RV_M_QUEUE_DONE : RV_M_QUEUE_FAILED, 1, labels);
    if (dead)
        rv_meter_add(RV_M_QUEUE_DEAD, 1, labels);
}
