/* SPDX-License-Identifier: Apache-2.0
 *
 * The objects that an event may be about, and what the root of its path calls them.
 */
#ifndef RV_AUTOMATE_EVENT_LINKS_H
#define RV_AUTOMATE_EVENT_LINKS_H

#include <stdint.h>

struct rv_event_link {
    const char *column; /* of event_streams */
    const char *name;   /* the root's attribute */
    const char *kind;
    int is_target; /* runs about the same one keep their order */
};

struct rv_event_row;

/* What says most of the event first; column NULL at the end. */
extern const struct rv_event_link rv_event_links[];

/* What runs for the event are about: what it names itself, else its first link. 0: nothing. */
int rv_event_about(const struct rv_event_row *event, const char **kind, int64_t *id);

#endif
