/* SPDX-License-Identifier: Apache-2.0
 *
 * What the queue remembers for the process, all of it. A worker is a process with one thread and
 * carries out one message at a time, so "the message at work" and "the put that is going on" are
 * the process's: given along instead, they would pass through every module that may put a message.
 * What was said to other hosts is kept here as well, since it saves only this process's words: that
 * it is lost costs one notification too many.
 */
#ifndef RV_QUEUE_PROCESS_H
#define RV_QUEUE_PROCESS_H

#include "queue/queue.h"

enum { RV_QUEUE_ROUTES = 8 };

struct rv_queue_process {
    const struct rv_message *working_on; /* NULL: none */
    /* What was put last on a route (queue, role, zone, server, priority) of a store, and when that
     * was said. */
    struct rv_queue_route {
        const struct rv_store *store;
        uint64_t hash;
        int64_t id, said_ms;
    } routes[RV_QUEUE_ROUTES];
    int next_route;
    /* The put that is going on in a transaction of its own. */
    struct {
        int going_on;
        struct rv_queue_route *route; /* nothing was said of it yet; NULL: nothing to say */
        int64_t id;
        char queue_name[128];
    } put;
};
extern struct rv_queue_process rv_queue_process;

#endif
