/* SPDX-License-Identifier: Apache-2.0
 *
 * The methods that are the server's own (location builtin): what an event may ask for. They write
 * nothing by themselves: what is to be done goes into effects, which the switchboard writes for a
 * range of events at once, and a delivery after the call.
 */
#ifndef RV_AUTOMATE_HANDLERS_H
#define RV_AUTOMATE_HANDLERS_H

#include "automate/effects.h"
#include "automate/hooks.h"
#include "resolve/resolve.h"

struct rv_handlers {
    struct rv_effects *effects;
    const struct rv_automate_hooks *hooks; /* may be NULL */
    /* send_email, snmp_trap_v1, snmp_trap_v2; NULL: where no methods run. */
    int (*execute)(void *arg, const char *name, const struct rv_ae_value *inputs, rv_err *err);
    /* What log_object and log_workspace say, a line each; NULL: the server's log. */
    void (*log)(void *arg, const char *text);
    void *arg;
};

/* As rv_ws_calls.builtin. */
int rv_handlers_call(const struct rv_handlers *handlers, struct rv_ws *ws,
                     struct rv_ws_object *self, const struct rv_ae_method *method,
                     const struct rv_ae_value *inputs, rv_err *err);
/* 1 for those that are carried out only where methods run. */
int rv_handlers_needs_run(const char *name);

#endif
