/* SPDX-License-Identifier: Apache-2.0
 *
 * UNFROZEN: declared, not used by any release yet; it may change.
 * Events that a provider reports, each with a token from which to go on.
 */
#ifndef REEVE_EVENTS_H
#define REEVE_EVENTS_H

#include <stdint.h>
#include "reeve/call.h"

struct reeve_event_sink;

struct reeve_event {
    uint64_t size;
    const char *type; /* one of the declared types */
    const char *ref;  /* unique id at the provider: duplicates die by it */
    int64_t time_ms;
    const char *target_kind;
    const char *target_ref;
    const char *payload; /* JSON */
    const char *token;   /* where to go on after this event */
};

struct reeve_events_iface {
    uint64_t size;
    const char *const *types; /* ends with NULL */
    int (*watch)(struct reeve_call *call, void *conn, const char *token,
                 struct reeve_event_sink *sink);
};

#endif
