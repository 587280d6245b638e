/* SPDX-License-Identifier: Apache-2.0
 *
 * evm.publish_workspace and evm.take_workspace.
 */
#ifndef RV_AE_WORKSPACE_CALLS_H
#define RV_AE_WORKSPACE_CALLS_H

#include "automate/live.h"

/* A row with the run's objects, its variables and `parameters` (a map; NULL: none); out: {"guid",
 * "href_slug"}. The run knows it from then on, also when it comes back. */
int rv_live_publish(struct rv_live *live, struct rv_ws_object *self,
                    const struct rv_ae_value *parameters, struct rv_ae_value *out, rv_err *err);
/* What was answered goes into the run's objects and variables; out is nil as long as nothing was,
 * else {"objects", "state_vars"}. NOT_FOUND when the run has published nothing. */
int rv_live_take(struct rv_live *live, struct rv_ws_object *self, struct rv_ae_value *out,
                 rv_err *err);

#endif
