/* SPDX-License-Identifier: Apache-2.0
 *
 * The change feed: what changed in the model, in commit order. Written in the
 * transaction of the change itself; rv_feed_flush takes the advisory lock just
 * before it inserts, so nothing but the commit comes after it.
 *
 * changes: number (ordered, gaps allowed), kind, row_id, ems_id, op, columns
 * (JSON object: name -> old value; NULL for created), at (ms).
 *
 * A change is small whatever the row is, so that a reader always gets on: an old text beyond
 * RV_FEED_TEXT_MAX bytes is null, old values beyond RV_FEED_VALUES_MAX together are NULL.
 */
#ifndef RV_FEED_H
#define RV_FEED_H

#include "store/store.h"
#include "base/buf.h"

struct rv_kind;
struct rv_feed;

enum { RV_FEED_TEXT_MAX = 64 << 10, RV_FEED_VALUES_MAX = 2 << 20 };

enum { RV_CREATED = 1, RV_UPDATED = 2, RV_ARCHIVED = 3, RV_DELETED = 4, RV_RESTORED = 5 };

/* Collects the rows of one transaction. */
struct rv_feed *rv_feed_new(void);
void rv_feed_free(struct rv_feed *feed);
void rv_feed_reset(struct rv_feed *feed);
/* old_values: JSON object text of the changed columns' old values (NULL for none); secret and
 * internal columns must not be in it. */
void rv_feed_add(struct rv_feed *feed, const struct rv_kind *kind, int64_t id, int64_t ems_id,
                 int op, const char *old_values);
size_t rv_feed_count(const struct rv_feed *feed);
/* Insert what was collected, and forget it; the last thing before commit. Also NOTIFYs
 * "reeve_changes". */
int rv_feed_flush(struct rv_feed *feed, struct rv_store *store, rv_err *err);
/* One member of old_values: name and value as the column's type has it in JSON (times in ms).
 * Nothing for a secret or internal column. */
struct rv_column;
struct rv_json_writer;
void rv_feed_write_value(struct rv_json_writer *out, const struct rv_column *column,
                         const rv_value *value);

/* A reader's position: "EPOCH-NUMBER" as text in the API (Last-Event-ID). */
struct rv_cursor {
    int64_t epoch;
    int64_t number; /* last one seen */
};
int rv_cursor_now(struct rv_cursor *out, struct rv_store *store, rv_err *err);
int rv_cursor_parse(struct rv_cursor *out, const char *text, rv_err *err);
void rv_cursor_format(char out[48], const struct rv_cursor *cursor);

struct rv_change {
    int64_t number;
    const struct rv_kind *kind;
    int64_t id, ems_id, at_ms;
    int op;
    const char *old_values; /* JSON text or NULL */
};
/* Up to limit changes after the cursor (fewer when they are large), in order; fn's nonzero return
 * ends it. The cursor moves behind the last one handed over. fn may use the store. Returns how many
 * were handed over; 0: there are no more now. Changes of a kind that nobody here knows are passed
 * over. GONE when the epoch is another or the number has expired. */
int rv_feed_read(struct rv_store *store, struct rv_cursor *cursor, int limit,
                 int (*fn)(void *arg, const struct rv_change *change), void *arg, rv_err *err);
const char *rv_op_name(int op); /* "created", ... */
/* Drop what is older than keep_ms, at most limit rows. *dropped may be NULL. */
int rv_feed_expire(struct rv_store *store, int64_t keep_ms, int limit, int64_t *dropped,
                   rv_err *err);

/* Drop the oldest of those that are more than `most`, at most limit rows. */
int rv_feed_cap(struct rv_store *store, int64_t most, int limit, int64_t *dropped, rv_err *err);

#endif
