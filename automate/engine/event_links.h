/* SPDX-License-Identifier: Apache-2.0
 *
 * The objects that an event may be about, and what the root of its path calls them.
 */
#ifndef RV_AUTOMATE_EVENT_LINKS_H
#define RV_AUTOMATE_EVENT_LINKS_H

struct rv_event_link {
    const char *column; /* of event_streams */
    const char *name;   /* the root's attribute */
    const char *kind;
    int is_target; /* runs about the same one keep their order */
};

/* What says most of the event first; column NULL at the end. */
extern const struct rv_event_link rv_event_links[];

#endif
