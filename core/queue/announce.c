/* SPDX-License-Identifier: Apache-2.0
 *
 * Telling other hosts that there is something to take. PostgreSQL lets one transaction at a time
 * commit with a NOTIFY, so under load most puts say nothing: as long as the message of which it was
 * said last waits still, after ours was committed, whoever takes that one looks again and finds
 * ours. Still it is said every few milliseconds, for hosts that have become idle meanwhile.
 */
#include "queue/queue_internal.h"

#include <stdio.h>
#include <string.h>
#include "base/clock.h"
#include "base/text.h"
#include "queue/process.h"

enum { QUIET_MS = 10 };

struct rv_queue_process rv_queue_process;

static uint64_t
hash_of(const struct rv_message_spec *spec)
{
    const char *parts[] = { spec->queue_name, spec->role, spec->zone, spec->server_guid };
    uint64_t hash = (uint64_t)spec->priority;
    for (size_t i = 0; i < RV_COUNT(parts); i++)
        if (parts[i])
            hash = rv_hash64(parts[i], strlen(parts[i]), hash + i + 1);
    return hash;
}

static struct rv_queue_route *
route_of(const struct rv_store *store, const struct rv_message_spec *spec)
{
    struct rv_queue_process *process = &rv_queue_process;
    uint64_t hash = hash_of(spec);
    for (int i = 0; i < RV_QUEUE_ROUTES; i++)
        if (process->routes[i].store == store && process->routes[i].hash == hash)
            return &process->routes[i];
    struct rv_queue_route *route = &process->routes[process->next_route];
    process->next_route = (process->next_route + 1) % RV_QUEUE_ROUTES;
    *route = (struct rv_queue_route){ .store = store, .hash = hash };
    return route;
}

void
rv_queue_announce_later(void)
{
    rv_queue_process.put.going_on = 1;
    rv_queue_process.put.route = NULL;
}

int
rv_queue_announce(struct rv_store *store, const struct rv_message_spec *spec, int64_t id,
                  rv_err *err)
{
    const char *queue = spec->queue_name ? spec->queue_name : "generic";
    int64_t now_ms = rv_monotonic_ms();
    struct rv_queue_process *process = &rv_queue_process;
    /* One that is not to be taken at once may wait for other reasons. */
    int plain = process->put.going_on && rv_store_is_postgres(store) && spec->series == NULL &&
                spec->deliver_on == 0 && spec->expires_on == 0 &&
                strlen(queue) < sizeof(process->put.queue_name);
    struct rv_queue_route *route = plain ? route_of(store, spec) : NULL;
    if (route && route->id && now_ms - route->said_ms < QUIET_MS) {
        process->put.route = route;
        process->put.id = id;
        snprintf(process->put.queue_name, sizeof(process->put.queue_name), "%s", queue);
        return 0;
    }
    if (route) {
        route->id = id;
        route->said_ms = now_ms;
    }
    return rv_store_notify(store, RV_QUEUE_CHANNEL, queue, err);
}

/* The message is put, whatever happens here: at worst it is found by the next look. */
void
rv_queue_announce_now(struct rv_store *store, int was_put)
{
    rv_value row[1];
    rv_err ignored = RV_ERR_INIT;
    struct rv_queue_route *quiet = rv_queue_process.put.route;
    rv_queue_process.put.going_on = 0;
    if (quiet == NULL || !was_put)
        return;
    const rv_value params[] = { rv_vint(quiet->id) };
    /* Its state is read, not asked for: PostgreSQL might look for it among all that are ready. */
    int there = rv_store_one(store, row, 1, "SELECT state FROM miq_queue WHERE id = $1", params, 1,
                             &ignored);
    quiet->id = rv_queue_process.put.id;
    if (there > 0 && rv_streq(row[0].v.text, "ready"))
        return;
    rv_err_clear(&ignored);
    quiet->said_ms = rv_monotonic_ms();
    rv_store_notify(store, RV_QUEUE_CHANNEL, rv_queue_process.put.queue_name, &ignored);
}
