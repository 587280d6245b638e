/* SPDX-License-Identifier: Apache-2.0
 *
 * Entries that are made of labels' values.
 */
#ifndef RV_LABEL_ENTRIES_H
#define RV_LABEL_ENTRIES_H

#include "inventory/saver_internal.h"

/* What one batch knows of them. Begins as { .plan = plan }. */
struct rv_label_entries {
    struct rv_plan *plan;
    struct rv_map known; /* (category, value) to the tag, 0 for none */
    struct rv_label_category **categories;
    size_t category_count;
};

/* The tag of a value, which lives as long as the plan; 0 when there can be none, or an error. One
 * that is to be made joins the plan's new_tags. */
int64_t rv_label_entry(struct rv_label_entries *entries, int64_t category_tag_id, const char *value,
                       rv_err *err);
void rv_label_entries_free(struct rv_label_entries *entries);
/* In the transaction: makes the new ones. Taggings of the plan whose tag_id is 0 then are none. */
int rv_label_entries_write(struct rv_plan *plan, rv_err *err);

#endif
