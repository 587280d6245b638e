/* SPDX-License-Identifier: Apache-2.0
 *
 * What sort of thing an event is, and whether a person looking at a timeline wants to see it at
 * first: ManageIQ's groups and levels. They are written into the row, so that old rows keep what
 * was said then.
 */
#ifndef RV_EVENT_GROUPS_H
#define RV_EVENT_GROUPS_H

/* addition, configuration, console, deletion, general, import_export, migration, network, power,
 * snapshot, status, storage, update; and other. Ends with NULL. */
extern const char *const rv_event_groups[];
/* critical, warning, detail. */
extern const char *const rv_event_levels[];

struct rv_event_class {
    const char *group, *level; /* "power"; "critical", of some modules "warning", "detail" */
};

/* Of a type that is known here; another is "other", "detail". */
struct rv_event_class rv_event_classify(const char *event_type);
/* The same, after what its provider's module says of it: NULL where that says nothing, and what is
 * no group or level counts as nothing. */
struct rv_event_class rv_event_classify_with(const char *event_type, const char *group,
                                             const char *level);

#endif
