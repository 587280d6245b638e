/* SPDX-License-Identifier: Apache-2.0
 *
 * Single rows of the server's own kinds (providers, tasks, users, ...) by
 * column name, with the feed written along. For bulk inventory see
 * inventory/. All calls must run inside a transaction, the ids reserved before.
 */
#ifndef RV_RECORD_H
#define RV_RECORD_H

#include "store/feed.h"

struct rv_field {
    const char *column;
    rv_value value;
};

/* created_on / created_at, updated_on / updated_at are filled in when the kind has them. *id (may
 * be NULL) is the new row's. */
int rv_record_insert(struct rv_store *store, struct rv_feed *feed, const struct rv_kind *kind,
                     const struct rv_field *fields, int count, int64_t *id, rv_err *err);
/* Writes (and feeds) only what differs. NOT_FOUND when there is no such row. feed NULL: no feed
 * row (heartbeats and such). */
int rv_record_update(struct rv_store *store, struct rv_feed *feed, const struct rv_kind *kind,
                     int64_t id, const struct rv_field *fields, int count, rv_err *err);
int rv_record_delete(struct rv_store *store, struct rv_feed *feed, const struct rv_kind *kind,
                     int64_t id, rv_err *err);

#endif
