/* SPDX-License-Identifier: Apache-2.0
 *
 * What a path leads to, without running a method: objects are made, fields get their values, states
 * count as having gone well. Nothing is written.
 */
#ifndef RV_AUTOMATE_SIMULATE_H
#define RV_AUTOMATE_SIMULATE_H

#include "base/buf.h"
#include "store/store.h"
#include "tree/tree.h"

struct rv_simulation {
    const char *uri;         /* NULL: that of an event */
    const char *attrs;       /* JSON object: attributes of the root; NULL: none */
    const char *target_kind; /* becomes an attribute of its name; NULL: none */
    int64_t target_id;
    int64_t event_id; /* the event that the root is told of; 0: none */
};

/* Appends {"uri", "outcome", "reason", "steps": [...]} to out; steps are those of a trace
 * (trace.h). source NULL: the definitions in the database. What the domains say wrongly is told
 * there, with outcome "error"; INVALID and NOT_FOUND are the request's. */
int rv_automate_simulate(rv_buf *out, struct rv_store *store, const struct rv_ae_source *source,
                         const struct rv_simulation *simulation, rv_err *err);

#endif
