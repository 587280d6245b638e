/* SPDX-License-Identifier: Apache-2.0
 *
 * Objects that were not known when an event about them came: an event of a new pod may be quicker
 * than the pod. By its name it is looked for once more.
 */
#ifndef RV_AUTOMATE_RELINK_H
#define RV_AUTOMATE_RELINK_H

#include "automate/effects.h"
#include "event/lanes.h"

/* Fills in ids, in the rows (whose values must be ours to write to) and, as effects, in the store.
 * *ready: how many from the first on need not wait: the next one is younger than wait_ms and about
 * something that is still not known. */
int rv_automate_relink(struct rv_store *store, int64_t ems_id, struct rv_event_row *rows, int count,
                       int64_t wait_ms, struct rv_effects *effects, int *ready, rv_err *err);

#endif
