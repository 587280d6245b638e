/* SPDX-License-Identifier: Apache-2.0
 *
 * Completions of tasks (event/completion.h).
 */
#ifndef RV_AUTOMATE_COMPLETE_H
#define RV_AUTOMATE_COMPLETE_H

#include "automate/effects.h"
#include "event/lanes.h"

/* When the event ends a task that began before it, that one's completion is to be raised. */
int rv_automate_complete(struct rv_store *store, const struct rv_event_row *event,
                         struct rv_effects *effects, rv_err *err);

#endif
