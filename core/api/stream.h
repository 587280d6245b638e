/* SPDX-License-Identifier: Apache-2.0
 *
 * One stream of server-sent events, and batches of changes to tell it of. For feed.c.
 */
#ifndef RV_API_STREAM_H
#define RV_API_STREAM_H

#include "api/api_internal.h"
#include "api/listing.h"
#include "store/feed.h"

#define RV_BATCH 500 /* changes of one batch at most */
#define RV_BATCH_TOLD (2 * RV_BATCH)

struct rv_told {
    int64_t number, id, ems_id;
    const struct rv_kind *kind;
    int op;
    const char *old_values; /* the batch's arena; NULL for an update: not kept */
    const char *beside;     /* kind of the row that changed, when it is another's that shows here */
};

struct rv_batch {
    struct rv_arena *arena;
    struct rv_told changes[RV_BATCH_TOLD];
    int count;
    struct rv_cursor to; /* behind the last one */
};

struct rv_stream {
    struct rv_stream *next;
    struct rv_hub *hub;
    struct rv_request *req;
    const struct rv_kind *kind;
    struct rv_cursor cursor; /* all up to here was told */
    int shows_beside;        /* is told of changes of rows beside its own */
    int behind;              /* reads the feed by itself until it is level with the others */
    int64_t wrote_ms;
    struct rv_hold login; /* what it may go on with */
    int renews;           /* RV_TOKEN_RENEW: being there is use of the token */
    int64_t checked_ms;
};

/* NULL on failure. count 0: there is nothing more now. */
struct rv_batch *rv_batch_read(struct rv_store *store, struct rv_cursor from, int limit,
                               rv_err *err);
void rv_batch_free(struct rv_batch *batch);
/* Whether the listing shows, or goes by, attributes that are made from rows of another kind. */
int rv_stream_shows_beside(const struct rv_listing *listing);
/* Tell a stream that is not behind of what is new to it; its cursor moves with what was written.
 * It is behind afterwards when its client does not keep up. */
int rv_stream_deliver(struct rv_stream *stream, const struct rv_batch *batch, rv_err *err);
/* AUTH when its login is over. Looks again when the last look is after_ms ago. */
int rv_stream_check(struct rv_stream *stream, int64_t after_ms, rv_err *err);
/* Little enough waits for its client. */
int rv_stream_has_room(const struct rv_stream *stream);
/* Write text and empty it. */
void rv_stream_put(struct rv_stream *stream, rv_buf *text);

#endif
