/* SPDX-License-Identifier: Apache-2.0
 *
 * What categories and assignments share: a tag as it stands in the store.
 */
#ifndef RV_TAG_INTERNAL_H
#define RV_TAG_INTERNAL_H

#include "store/record.h"
#include "tag/tag.h"

struct rv_tag_row {
    int64_t id, tag_id; /* of classifications, of tags */
    int64_t parent_id, parent_tag_id;
    int single_value; /* of the category */
    int read_only;    /* likewise */
};

enum { RV_TAG_PATH_BYTES = 2 * RV_TAG_NAME_MAX * 8 };

/* entry NULL: the category itself. 1 found, 0 not, or an error. */
int rv_tag_find(struct rv_store *store, struct rv_tag_row *out, const char *category,
                const char *entry, rv_err *err);
/* As rv_tag_find, with NOT_FOUND, and PERMISSION when only the server changes it. */
int rv_tag_must_find(struct rv_store *store, struct rv_tag_row *out, const char *category,
                     const char *entry, rv_err *err);
/* A transaction with its ids. */
int rv_tag_change(struct rv_store *store, rv_record_work work, void *arg, rv_err *err);

#endif
