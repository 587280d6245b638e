/* SPDX-License-Identifier: Apache-2.0
 *
 * The cluster's events.
 */
#ifndef KUBE_EVENTS_H
#define KUBE_EVENTS_H

#include "reeve/events.h"

#include "list.h"

/* The watch of struct reeve_events_iface. The token is a resource version. */
int kube_watch_events(struct reeve_call *call, void *conn, const char *token,
                      struct reeve_event_sink *sink);
extern const struct reeve_event_type kube_event_types[];
extern const struct kube_collection kube_event_views[];

/* One line of the stream. *version follows it. GONE when it is too old; what the host itself fails
 * with, or a class of the stream. */
int kube_event_notice(const struct kube_work *work, struct kube_map *map, const char *line,
                      uint64_t len, char version[KUBE_VERSION_BYTES]);

#endif
