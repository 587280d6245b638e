/* SPDX-License-Identifier: Apache-2.0
 *
 * The table of groups_table.c.
 */
#ifndef RV_EVENT_GROUPS_INTERNAL_H
#define RV_EVENT_GROUPS_INTERNAL_H

#include <stddef.h>

struct rv_event_group_list {
    const char *group, *level;
    const char *names; /* blanks between; a name that is in two lists belongs to the first */
};
extern const struct rv_event_group_list rv_event_group_lists[]; /* ends with a NULL group */

#endif
