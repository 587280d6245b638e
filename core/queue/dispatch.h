/* SPDX-License-Identifier: Apache-2.0
 *
 * From a message to the function that carries it out, and its end: done, failed, timed out.
 */
#ifndef RV_DISPATCH_H
#define RV_DISPATCH_H

#include "queue/floors.h"
#include "queue/hand.h"
#include "queue/queue.h"

struct rv_command {
    const char *class_name;
    const char *method_name;
    /* 0 done; RV_COMMAND_LATER, ..._CONTINUED, ..._ENDED; negative: retried by class (RATE_LIMITED,
     * UNAVAILABLE, TIMEOUT), else dead. May set *results (JSON, malloc'd) for the task. */
    int (*run)(void *arg, const struct rv_message *message, char **results, rv_err *err);
    void *arg;
    int flags;
    /* A kind of the dictionary whose row the message's target_id must name: a message about a row
     * that is gone is not delivered, it ends as warn. NULL: none needed. */
    const char *needs_row;
};

/* A failure is final whatever its class: who asked wants to know now (a worker's death still
 * gives the message to the next one). */
#define RV_COMMAND_NO_RETRY (1 << 0)

/* What run returns (as it is) when nothing was done yet and it shall be tried again after delay_ms:
 * the attempt does not count, whatever the message's flags. why is what its task shows. ManageIQ's
 * "retry later" (QUE-11), for commands whose other side is not ready. */
#define RV_COMMAND_LATER 1
int rv_command_later(rv_err *err, int64_t delay_ms, const char *why);

/* What run returns when it has put the message back itself, by rv_queue_continue; or ended it, by
 * rv_queue_end_in. */
#define RV_COMMAND_CONTINUED 2
#define RV_COMMAND_ENDED 3

/* Take and carry out one message: starts and finishes its task, acknowledges. 1 when there was one,
 * 0 when none, RV_E_STALE when the lease was lost meanwhile (end the worker), else the store's
 * error: then nothing is in hand any more, and rv_queue_release_holder frees what was. on_begin and
 * on_end (may be NULL) tell the worker what it is busy with and for how long it may. */
struct rv_dispatcher {
    struct rv_store *store;
    struct rv_taker taker;
    const struct rv_command *commands;
    int command_count;
    int64_t retry_delay_ms; /* before the second attempt; doubles with each */
    void (*on_begin)(void *arg, const struct rv_message *message);
    void (*on_end)(void *arg, const struct rv_message *message);
    void *arg;
    /* Most messages taken together, when they are quick; 0 and 1: one by one. taker.alike, floors
     * and arg are its own then. */
    int at_once;
    /* No concern of whoever sets one up: zeroed, then dispatch.c's alone. */
    struct {
        int64_t began_us; /* when the message at work was begun */
        struct rv_hand hand;
        struct rv_floors floors;
        int kept; /* the message is done, and acknowledged later */
    } own;
};
int rv_dispatch_one(struct rv_dispatcher *dispatcher, rv_err *err);
/* To be called in the waits of a command: when it runs long, and the store is idle, what else was
 * taken goes back. Returns how many went. */
int rv_dispatch_waiting(struct rv_dispatcher *dispatcher);
/* Acknowledges what is done and gives back what was not begun: before the worker ends. */
int rv_dispatch_settle(struct rv_dispatcher *dispatcher, rv_err *err);
/* Messages in hand that wait for the one at work. */
int rv_dispatch_in_hand(const struct rv_dispatcher *dispatcher);

#endif
