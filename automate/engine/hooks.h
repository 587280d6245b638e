/* SPDX-License-Identifier: Apache-2.0
 *
 * What events ask of engines that may or may not be there: policies, scans. A hook that is NULL is
 * noted in the trace, and nothing else happens.
 */
#ifndef RV_AUTOMATE_HOOKS_H
#define RV_AUTOMATE_HOOKS_H

#include <stdint.h>
#include "base/err.h"

struct rv_hook_target {
    const char *kind; /* "vm", "host", "container_group", ...; static */
    int64_t id;
    int64_t event_id; /* that it is about; 0: none */
};

struct rv_automate_hooks {
    void *arg;
    /* A policy event of this name about the target: "vm_start". param may be NULL. */
    int (*policy)(void *arg, const struct rv_hook_target *target, const char *policy_event,
                  const char *param, rv_err *err);
    /* Policies of the target decide about the event: 1 when one of them prevents it. */
    int (*enforce)(void *arg, const struct rv_hook_target *target, rv_err *err);
    int (*scan)(void *arg, const struct rv_hook_target *target, rv_err *err);
};

#endif
