/* SPDX-License-Identifier: Apache-2.0
 *
 * The server's own methods within a run.
 */
#ifndef RV_AUTOMATE_LIVE_HANDLERS_H
#define RV_AUTOMATE_LIVE_HANDLERS_H

#include "automate/effects.h"
#include "automate/hooks.h"
#include "automate/live.h"

/* For rv_deliverer_config.builtin. arg: struct rv_automate_hooks, or NULL. */
int rv_live_handler(void *arg, struct rv_live *live, struct rv_effects *effects, struct rv_ws *ws,
                    struct rv_ws_object *self, const struct rv_ae_method *method,
                    const struct rv_ae_value *inputs, rv_err *err);

#endif
