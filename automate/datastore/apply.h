/* SPDX-License-Identifier: Apache-2.0
 *
 * Writing a plan's rows, with the feed.
 */
#ifndef RV_DATASTORE_APPLY_H
#define RV_DATASTORE_APPLY_H

#include "datastore/datastore.h"
#include "datastore/plan.h"
#include "store/feed.h"

/* All of it, in the caller's transaction. */
int rv_ae_plan_apply(const struct rv_ae_plan *plan, const struct rv_datastore *ds,
                     struct rv_feed *feed, struct rv_ae_imported *out, rv_err *err);
/* New rows of a set, from the index on and at most `most`. Returns how many, or an error. */
int rv_ae_set_insert(const struct rv_ae_rowset *set, size_t from, size_t most,
                     const struct rv_datastore *ds, struct rv_feed *feed, rv_err *err);

/* Rows of a domain go, at most `most`, children before their parents. Returns how many: fewer when
 * none is left. */
int rv_datastore_clear(struct rv_store *store, struct rv_feed *feed, int64_t domain_id, int most,
                       rv_err *err);

#endif
