/* SPDX-License-Identifier: Apache-2.0
 *
 * What follows from a range of events, collected first, joined where it is the same, and then
 * written in one transaction: refreshes of a provider as one request, runs of a path for an object
 * as one message.
 */
#ifndef RV_EFFECTS_H
#define RV_EFFECTS_H

#include "base/value.h"
#include "event/event.h"
#include "inventory/targets.h"
#include "settings/settings.h"
#include "store/feed.h"

struct rv_effects;

struct rv_effects *rv_effects_new(void);
void rv_effects_free(struct rv_effects *effects); /* NULL allowed */
void rv_effects_reset(struct rv_effects *effects);
/* What was added since the mark is forgotten: an event failed half way. */
size_t rv_effects_mark(const struct rv_effects *effects);
void rv_effects_undo(struct rv_effects *effects, size_t mark);

/* All that is handed over is copied. */

/* Reads an object of a provider again, soon; ask NULL: all of the provider. */
void rv_effects_refresh(struct rv_effects *effects, int64_t ems_id, const struct rv_ask *ask);
/* Instantiates a path where methods may run, in a worker of automate. Events about one object run
 * in their order; target_kind NULL: about none. */
void rv_effects_deliver(struct rv_effects *effects, const char *uri, const char *target_kind,
                        int64_t target_id, int64_t event_id);
/* Sets a column of a row; nothing when the row is gone. */
void rv_effects_set(struct rv_effects *effects, const struct rv_kind *kind, int64_t id,
                    const char *column, rv_value value);
/* Sets power_state, as somebody says that it was at a time (0: now); nothing when the row is gone,
 * or its state has changed since. */
void rv_effects_set_state(struct rv_effects *effects, const struct rv_kind *kind, int64_t id,
                          const char *state, int64_t at_ms);
/* Raises an event in the server's lane, which has effects in its turn. */
void rv_effects_raise(struct rv_effects *effects, const struct rv_event *event);
/* An event that cannot be handled: a dead message, with why. */
void rv_effects_poison(struct rv_effects *effects, int64_t event_id, const rv_err *why);

size_t rv_effects_count(const struct rv_effects *effects);

/* When providers were last asked for a refresh on behalf of events. Of one process; zeroed. */
struct rv_refresh_times {
    struct rv_refresh_time {
        int64_t ems_id, asked_ms; /* monotonic */
    } * at;
    size_t count, capacity;
};
void rv_refresh_times_free(struct rv_refresh_times *times);

/* Ids that writing needs at most: reserve them before the transaction. */
int64_t rv_effects_ids(const struct rv_effects *effects);
/* Within the caller's transaction, in the order of locks: messages, rows. Then come the lane, and
 * rv_effects_write_events, and the feed. */
int rv_effects_write(struct rv_effects *effects, struct rv_store *store, struct rv_feed *feed,
                     const struct rv_settings *settings, const struct rv_refresh_times *times,
                     rv_err *err);
int rv_effects_write_events(struct rv_effects *effects, struct rv_store *store, rv_err *err);
/* After the commit: notes the refreshes, and names the queues with something to take now. */
void rv_effects_written(struct rv_effects *effects, struct rv_refresh_times *times,
                        void (*wake)(void *arg, const char *queue), void *arg);

#endif
