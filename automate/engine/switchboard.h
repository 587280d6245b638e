/* SPDX-License-Identifier: Apache-2.0
 *
 * What follows from an event: the path /System/Process/Event is resolved for it, as the enabled
 * domains say. Handlers of the server become effects at once; where a method of a domain or a state
 * machine is met, the whole path is left to a worker that runs methods, and nothing of it is done
 * here.
 */
#ifndef RV_AUTOMATE_SWITCHBOARD_H
#define RV_AUTOMATE_SWITCHBOARD_H

#include "automate/effects.h"
#include "automate/hooks.h"
#include "event/lanes.h"
#include "tree/tree.h"

/* What every event begins with. */
#define RV_EVENT_URI "/System/Process/Event"

struct rv_switchboard;

struct rv_switchboard_config {
    struct rv_store *store;                /* of which rows are read; borrowed */
    const struct rv_automate_hooks *hooks; /* may be NULL */
    /* The definitions as of now; what was given out before is gone. */
    int (*source)(void *arg, const struct rv_ae_source **out, rv_err *err);
    void *arg;
};

struct rv_switchboard *rv_switchboard_new(const struct rv_switchboard_config *config);
void rv_switchboard_free(struct rv_switchboard *switchboard); /* NULL allowed */
/* Before a range of events: definitions and rows are read anew. */
int rv_switchboard_begin(struct rv_switchboard *switchboard, rv_err *err);
/* Adds what follows from one. An event of a source or type that nobody knows has no effect; where a
 * domain says something wrong, a run is to tell of it. Errors are the store's. */
int rv_switchboard_route(struct rv_switchboard *switchboard, const struct rv_event_row *event,
                         struct rv_effects *effects, rv_err *err);

#endif
