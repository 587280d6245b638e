/* SPDX-License-Identifier: Apache-2.0
 *
 * The functions of events.h on top of the host's table. A host that is older than they are never
 * calls a watch of events.
 */
#include "host_table.h"
#include "reeve/events.h"

struct reeve_object *
reeve_event(struct reeve_event_sink *sink, const char *type, const char *ref, int64_t time_ms)
{
    return rv_sdk_host()->event(sink, type, ref, time_ms);
}

int
reeve_event_emit(struct reeve_object *event, const char *token)
{
    return rv_sdk_host()->event_emit(event, token);
}

int
reeve_event_position(struct reeve_event_sink *sink, const char *token)
{
    return rv_sdk_host()->event_position(sink, token);
}
