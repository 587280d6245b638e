/* SPDX-License-Identifier: Apache-2.0
 *
 * Single rows of the server's own kinds (providers, tasks, users, ...) by
 * column name, with the feed written along. For bulk inventory see
 * inventory/. Insert, update and delete must run inside a transaction, the ids reserved before.
 */
#ifndef RV_RECORD_H
#define RV_RECORD_H

#include "store/feed.h"

struct rv_field {
    const char *column;
    rv_value value;
};

/* What a transaction does; negative, with err set, when it is to be rolled back. */
typedef int (*rv_record_work)(void *arg, struct rv_store *store, struct rv_feed *feed, rv_err *err);

/* Begins, does the work, writes the feed and commits; nothing is left of it when one of these
 * fails. Inside a transaction of the caller it is a part of that, which the caller ends. */
int rv_record_transaction(struct rv_store *store, rv_record_work work, void *arg, rv_err *err);

/* A transaction of its own by rv_store_begin_later: statements whose outcome nobody asks for are
 * not waited for one by one. */
int rv_record_transaction_later(struct rv_store *store, rv_record_work work, void *arg,
                                rv_err *err);
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
/* rv_record_update as a transaction. */
int rv_record_update_alone(struct rv_store *store, const struct rv_kind *kind, int64_t id,
                           const struct rv_field *fields, int count, rv_err *err);

#endif
