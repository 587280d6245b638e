/* SPDX-License-Identifier: Apache-2.0
 *
 * Where core meets automate: events go in, and what they have for an effect is written.
 */
#ifndef RV_AUTOMATE_H
#define RV_AUTOMATE_H

#include "automate/hooks.h"
#include "event/lanes.h"
#include "settings/settings.h"
#include "tree/tree.h"

struct rv_automate;
struct rv_effects;

/* What follows from an event (effects.h). It writes nothing by itself, and may read the store. What
 * it fails with is the event's fault, but for UNAVAILABLE, TIMEOUT, CANCELLED and STALE. */
typedef int (*rv_automate_route)(void *arg, const struct rv_event_row *event,
                                 struct rv_effects *effects, rv_err *err);

struct rv_automate_config {
    struct rv_store *store;
    struct rv_settings *settings; /* read when they are needed: they may change */
    int64_t holder;               /* the worker's row */
    rv_automate_route route;      /* NULL: the switchboard (switchboard.h) */
    /* For the switchboard: the definitions as of now, asked for before each range. NULL: those in
     * the database. */
    int (*source)(void *arg, const struct rv_ae_source **out, rv_err *err);
    const struct rv_automate_hooks *hooks; /* may be NULL */
    /* Messages were put into this queue, and committed; may be NULL. */
    void (*wake)(void *arg, const char *queue);
    void *arg;
};

int rv_automate_open(struct rv_automate **out, const struct rv_automate_config *config,
                     rv_err *err);
void rv_automate_close(struct rv_automate *automate); /* NULL allowed */

/* A range of a lane that was taken: effects of its events and `handled` are written in one
 * transaction, so each event has its effects once. Ends after until_ms (monotonic) at the latest
 * with the event at hand. *count: how many were handled; lane->handled moves on. An event that
 * fails by itself again and again becomes a dead message Event.handle, which a person sees and can
 * send again, and those behind it go on. STALE: the lane is another's now. */
int rv_automate_events(struct rv_automate *automate, struct rv_lane *lane, int64_t until_ms,
                       int *count, rv_err *err);
/* Whether the last call left off because what the next event is about is not known yet: it is tried
 * again soon, and goes on without it in the end. */
int rv_automate_waits(const struct rv_automate *automate);
/* One event by its id, whatever lane it is in: what a person sends again. NOT_FOUND. */
int rv_automate_event(struct rv_automate *automate, int64_t event_id, rv_err *err);

#endif
