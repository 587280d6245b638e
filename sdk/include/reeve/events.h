/* SPDX-License-Identifier: Apache-2.0
 *
 * What happens at a provider: a watch that hands over event after event, each with
 * the token from which to go on after it. Since 1.3.
 *
 * An event is an object of the kind event_stream: its columns (docs/dictionary.md) are set as those
 * of inventory (inventory.h), and what it is about is linked: the virtual machine, the host, the
 * pod. Set the names along with the links, so that an event still says what it was about when the
 * object is gone. Event and token are stored together: what was stored is not asked for again, and
 * what was not, is.
 */
#ifndef REEVE_EVENTS_H
#define REEVE_EVENTS_H

#include <stdint.h>
#include "reeve/call.h"
#include "reeve/inventory.h"

#ifdef __cplusplus
extern "C" {
#endif

struct reeve_event_sink;

/* It happens all the time and matters seldom: blacklisted until an operator asks for it. */
#define REEVE_EVENT_QUIET (1 << 0)

/* A type of events that the provider may emit. Lies in an array: struct reeve_sizes says how long
 * it is. A name may end in '*' where the provider does not know all of them. */
struct reeve_event_type {
    const char *name; /* "POD_FAILED", "VmPoweredOnEvent": as ManageIQ has it, where it has it */
    const char
        *group; /* "power", "status" ...; NULL: by the name, as ManageIQ has it, or "other" */
    const char *level; /* "critical" or "detail"; with a group only */
    const char *help;  /* one line, no full stop */
    int32_t flags;
    int32_t reserved;
};

#define REEVE_EVENT_TYPES_END                                                                      \
    {                                                                                              \
        0, 0, 0, 0, 0, 0                                                                           \
    }

/* What a provider offers about events. */
struct reeve_events_iface {
    uint64_t size;
    const char *source;                   /* who says so: "KUBERNETES", "VC"; [A-Z0-9_]+ */
    const struct reeve_event_type *types; /* ends with REEVE_EVENT_TYPES_END */
    /* Hand over what happens until cancelled; blocks. token: where to go on, as it was emitted,
     * valid as long as the call; NULL: begin with what is still there to be told, or with now. GONE
     * when the other side does not know the token any more: watch is called again without one, and
     * events that are stored already are known by ref, type and time, and dropped. */
    int (*watch)(struct reeve_call *call, void *conn, const char *token,
                 struct reeve_event_sink *sink);
};

/* Begin an event. ref is its unique id at the provider, at most 1024 bytes; type at most 255.
 * time_ms: when it happened. One is open at a time, as with reeve_object; it is set with the
 * setters of inventory.h, has no children, and is dropped with reeve_discard. Never NULL. Texts are
 * cut where they are too long: names at 1024 bytes, message at 16 KiB; full_data over 64 KiB is
 * replaced by a note of its size. */
struct reeve_object *reeve_event(struct reeve_event_sink *sink, const char *type, const char *ref,
                                 int64_t time_ms);
/* Hand the event over. token: where to go on after it, at most 4096 bytes; NULL: where to go on
 * stays as it was. 0, or the class of the first failure; after INVALID or LIMIT only this event is
 * lost, the others end the call. May store what is pending: this is the backpressure. */
int reeve_event_emit(struct reeve_object *event, const char *token);
/* Nothing happened up to here (a bookmark). */
int reeve_event_position(struct reeve_event_sink *sink, const char *token);

#ifdef __cplusplus
}
#endif
#endif
