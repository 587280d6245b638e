/* SPDX-License-Identifier: Apache-2.0
 *
 * Completions of tasks (event/completion.h).
 */
#ifndef RV_AUTOMATE_COMPLETE_H
#define RV_AUTOMATE_COMPLETE_H

#include "automate/effects.h"
#include "event/lanes.h"

/* What was found out of some events together, so that none waits for a round trip of its own. Zero
 * it first. */
struct rv_completions {
    struct rv_completion_look *at;
    int count, capacity;
};

/* Looks for the beginnings of the tasks that these events may end; what was there before goes. */
int rv_completions_look(struct rv_completions *out, struct rv_store *store,
                        const struct rv_event_row *events, int count, rv_err *err);
void rv_completions_free(struct rv_completions *completions);

/* When the event ends a task that began before it, that one's completion is to be raised. What
 * `known` (may be NULL) does not say is looked for. */
int rv_automate_complete(struct rv_store *store, const struct rv_completions *known,
                         const struct rv_event_row *event, struct rv_effects *effects, rv_err *err);

#endif
