/* SPDX-License-Identifier: Apache-2.0
 *
 * The database that is filled: made empty, marked, filled by a flow, finished.
 */
#ifndef RV_KEEPING_TARGET_H
#define RV_KEEPING_TARGET_H

#include "store/layout.h"

struct rv_copy_target {
    struct rv_store *store;
    const struct rv_layout *layout; /* of what is to come */
    int64_t region;
    int64_t ids_used; /* by what it held before; 0: nothing */
};

/* Makes the tables. CONFLICT when there are some and flags do not say that they may go, or when
 * they are of another region. */
int rv_copy_target_begin(struct rv_copy_target *target, int flags, rv_err *err);
/* All rows are there: what belongs to the old server is cleared, the feed and the ids go on where
 * nobody has been, the mark goes, and the schema is brought up to date. */
int rv_copy_target_finish(struct rv_copy_target *target, rv_err *err);

#endif
