/* SPDX-License-Identifier: Apache-2.0
 *
 * Counting messages, by queue: there are few, and one a provider. A worker mostly stays with one,
 * so its figures are looked up once.
 */
#include "queue/measure.h"

#include <stdio.h>
#include <string.h>
#include "base/mem.h"
#include "base/meter.h"

enum { TAKEN, DONE, FAILED, DEAD, WAIT, RUN, CELLS };

static struct {
    char queue[256];
    struct rv_cell *cells[CELLS];
} last;

static struct rv_cell **
cells_of(const char *queue)
{
    static const enum rv_meter meters[] = {
        [TAKEN] = RV_M_QUEUE_TAKEN, [DONE] = RV_M_QUEUE_DONE, [FAILED] = RV_M_QUEUE_FAILED,
        [DEAD] = RV_M_QUEUE_DEAD,   [WAIT] = RV_M_QUEUE_WAIT, [RUN] = RV_M_QUEUE_RUN,
    };
    if (last.cells[0] && strcmp(last.queue, queue) == 0)
        return last.cells;
    snprintf(last.queue, sizeof(last.queue), "%s", queue);
    for (size_t i = 0; i < RV_COUNT(meters); i++)
        last.cells[i] = rv_meter_cell(meters[i], RV_LABELS(queue));
    return last.cells;
}

void
rv_queue_measure_taken(const struct rv_message *message)
{
    struct rv_cell **cells = cells_of(message->queue_name);
    rv_cell_add(cells[TAKEN], 1);
    if (message->attempts == 1)
        rv_cell_observe(cells[WAIT], (message->dequeued_on - message->created_on) * 1000);
}

void
rv_queue_measure_ended(const struct rv_message *message, int64_t took_us, int code, int dead)
{
    struct rv_cell **cells = cells_of(message->queue_name);
    rv_cell_observe(cells[RUN], took_us);
    rv_cell_add(cells[code == RV_OK ? DONE : FAILED], 1);
    if (dead)
        rv_cell_add(cells[DEAD], 1);
}

void
rv_queue_measure_dead(const struct rv_message *message)
{
    struct rv_cell **cells = cells_of(message->queue_name);
    rv_cell_add(cells[FAILED], 1);
    rv_cell_add(cells[DEAD], 1);
}
