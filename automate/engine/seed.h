/* SPDX-License-Identifier: Apache-2.0
 *
 * What the root of a path knows of the event, or of the object, that it is run for.
 */
#ifndef RV_AE_SEED_H
#define RV_AE_SEED_H

#include "automate/models.h"
#include "automate/runs.h"
#include "resolve/resolve.h"

/* Attributes of an event: event_id, event_stream_id, event_type, event_stream, source, and the rows
 * that it is linked to under ManageIQ's names (vm, dest_vm, host, container_group, ...). The run
 * (may be NULL) gets its target. NOT_FOUND when the event is gone. */
int rv_seed_event(struct rv_ws *ws, struct rv_models *models, int64_t event_id, struct rv_run *run,
                  rv_err *err);
/* The members of a JSON object, with types as rv_ae_to_json wrote them. NULL: none. */
int rv_seed_attrs(struct rv_ws *ws, const char *attrs, rv_err *err);
/* As a client gave them: no row or secret comes of them. More than RV_RUN_ATTRS_MAX bytes: LIMIT.
 */
int rv_seed_given(struct rv_ws *ws, const char *attrs, rv_err *err);

#endif
