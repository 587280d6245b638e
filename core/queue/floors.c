/* SPDX-License-Identifier: Apache-2.0
 *
 * Where a taker's looks begin. Rows that were taken stay in the index as long as some snapshot is
 * held open (a report, a backup), and a look from the beginning reads past all of them. So a taker
 * remembers for each priority the lowest id that it has found, and looks from there. Messages with
 * lower ids can still turn up (ids are handed out in blocks, delays end, workers die): a look at
 * all happens ten times a second, or, where one takes long, as often as costs a tenth of the time.
 */
#include "queue/floors.h"

#include <stdio.h>
#include <string.h>
#include "base/clock.h"
#include "queue/queue_internal.h"

enum { EVERY_US = 100000, TIMES_ITS_COST = 10, DEAR_US = 3000 };

int
rv_floors_full_is_due(const struct rv_floors *floors)
{
    int64_t rest_us = TIMES_ITS_COST * floors->full_took_us;
    return floors->count == 0 ||
           rv_monotonic_us() >= floors->full_ended_us + (rest_us > EVERY_US ? rest_us : EVERY_US);
}

int
rv_floors_full_is_allowed(const struct rv_floors *floors)
{
    return rv_monotonic_us() >= floors->full_ended_us + TIMES_ITS_COST * floors->full_took_us;
}

int64_t
rv_floors_wait_ms(const struct rv_floors *floors)
{
    int64_t at_us = floors->full_ended_us + TIMES_ITS_COST * floors->full_took_us;
    int64_t left_us = at_us - rv_monotonic_us();
    return !floors->partly ? -1 : left_us > 0 ? (left_us + 999) / 1000 : 0;
}

void
rv_floors_full_done(struct rv_floors *floors, int64_t began_us)
{
    floors->full_ended_us = rv_monotonic_us();
    floors->full_took_us = floors->full_ended_us - began_us;
}

/* Sorted by priority; when there is no room the one with the highest number goes. */
void
rv_floors_found(struct rv_floors *floors, int priority, int64_t id)
{
    int at = 0;
    while (at < floors->count && floors->at[at].priority < priority)
        at++;
    if (at == floors->count || floors->at[at].priority != priority) {
        if (at == RV_FLOORS)
            return;
        if (floors->count == RV_FLOORS)
            floors->count--;
        for (int i = floors->count; i > at; i--)
            floors->at[i] = floors->at[i - 1];
        floors->count++;
        floors->at[at].priority = priority;
    }
    floors->at[at].id = id;
}

int
rv_floors_look_is_spared(const struct rv_floors *floors)
{
    return floors->last.found && floors->full_took_us < DEAR_US && !rv_floors_full_is_due(floors);
}

struct rv_first
rv_floors_last(struct rv_floors *floors)
{
    return (struct rv_first){ .id = floors->last.id,
                              .priority = floors->last.priority,
                              .class_name = floors->last.class_name,
                              .method_name = floors->last.method_name,
                              .with_others = floors->last.with_others };
}

void
rv_floors_taken(struct rv_floors *floors, const struct rv_first *first)
{
    memset(&floors->last, 0, sizeof(floors->last));
    if (first == NULL)
        return;
    floors->last.found = 1;
    floors->last.priority = first->priority;
    floors->last.id = first->id;
    floors->last.with_others = first->with_others &&
                               strlen(first->class_name) < sizeof(floors->last.class_name) &&
                               strlen(first->method_name) < sizeof(floors->last.method_name);
    if (floors->last.with_others) {
        snprintf(floors->last.class_name, sizeof(floors->last.class_name), "%s", first->class_name);
        snprintf(floors->last.method_name, sizeof(floors->last.method_name), "%s",
                 first->method_name);
    }
}

void
rv_floors_forget(struct rv_floors *floors)
{
    if (floors) {
        floors->count = 0;
        floors->last.found = 0;
    }
}
