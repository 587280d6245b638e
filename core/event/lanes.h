/* SPDX-License-Identifier: Apache-2.0
 *
 * Lanes: event_streams is its handler's queue, and a row of event_lanes is all that is kept of it.
 * Each source has a lane of its own ("ems 1000000000007", "server", "hook alerts"), in which its
 * events are numbered in the order of their commits: a writer raises `written` in the transaction
 * of the rows, and so holds the lane until its commit. The handler holds the lease "events/LANE",
 * takes what is numbered above `handled`, and raises that in the transaction of all that it did for
 * them. No row of an event is written again, and each is handled once, whoever dies.
 *
 * Who locks several things takes messages first, then lanes of providers and receivers, then that
 * of the server, then the feed.
 */
#ifndef RV_EVENT_LANES_H
#define RV_EVENT_LANES_H

#include "store/lease.h"
#include "store/store.h"

struct rv_kind;

struct rv_lane {
    int64_t id;
    int64_t ems_id;           /* 0: of no provider */
    int64_t receiver_id;      /* 0: of none */
    int64_t written, handled; /* when it was read */
    struct rv_lease lease;    /* after rv_lane_take */
};

/* Made when there is none. Not within a transaction. */
int rv_lane_of_provider(struct rv_lane *out, struct rv_store *store, int64_t ems_id, rv_err *err);
/* A receiver that is given another provider, or has the name of one before it, has its lane, too.
 */
int rv_lane_of_receiver(struct rv_lane *out, struct rv_store *store, int64_t receiver_id,
                        const char *name, int64_t ems_id, rv_err *err);
/* Where its source is to be taken up; NULL: from now on. The caller's to free. */
int rv_lane_token(char **out, struct rv_store *store, int64_t lane, rv_err *err);

/* Writers. */

/* Makes room for `count` events, *first and those behind it, and holds the lane until the
 * transaction ends; it must have been begun. Handlers on other hosts are woken with its commit.
 * token NULL: as before; "": none. */
int rv_lane_extend(struct rv_store *store, int64_t lane, int64_t count, const char *token,
                   int64_t *first, rv_err *err);
/* The same for the only writer of a lane (a catcher, under its lease), which knows `written`: its
 * rows are numbered from lane->written + 1, and this comes behind them, last before the feed, so
 * that the handler waits for the commit only. The answer is not waited for; the transaction fails
 * when another has written. After the commit the caller adds count to lane->written. */
int rv_lane_advance(struct rv_store *store, const struct rv_lane *lane, int64_t count,
                    const char *token, rv_err *err);
/* That of the server, which is made when there is none, by so many: within a transaction, for which
 * another id was reserved. *first: the number of the first. */
int rv_lane_extend_server(struct rv_store *store, int64_t *lane, int64_t count, int64_t *first,
                          rv_err *err);

/* The handler. */

/* Up to `most` lanes with events that wait, by id from `after` + 1 on; returns how many. */
int rv_lanes_waiting(struct rv_lane *out, int most, int64_t after, struct rv_store *store,
                     rv_err *err);
/* Takes its lease, and reads it again. CONFLICT: another handles it. NOT_FOUND: it is gone. */
int rv_lane_take(struct rv_lane *lane, struct rv_store *store, int64_t holder, int64_t ttl_ms,
                 rv_err *err);
int rv_lane_release(struct rv_store *store, const struct rv_lane *lane, rv_err *err);
/* Reads written and handled again. */
int rv_lane_read(struct rv_lane *lane, struct rv_store *store, rv_err *err);

struct rv_event_row {
    const struct rv_kind *kind; /* event_stream */
    const rv_value *values;     /* one a column of the kind; full_data is left out: NULL */
    int64_t id, number;
};

/* The next `most` events of the lane in order, as of lane->handled and up to lane->written.
 * fn must not use the store; the row is borrowed; a negative code, with err set, ends it. Returns
 * how many there were: 0 also when those that were counted are not there. */
int rv_lane_range(struct rv_store *store, const struct rv_lane *lane, int most,
                  int (*fn)(void *arg, const struct rv_event_row *row, rv_err *err), void *arg,
                  rv_err *err);
/* One by its id. 1, or 0 when it is gone. */
int rv_event_by_id(struct rv_store *store, int64_t id,
                   int (*fn)(void *arg, const struct rv_event_row *row, rv_err *err), void *arg,
                   rv_err *err);
/* NULL value for a column that there is not. */
rv_value rv_event_row_value(const struct rv_event_row *row, const char *column);
/* full_data of an event, NULL when it has none. The caller's to free. */
int rv_event_data(char **out, struct rv_store *store, int64_t id, rv_err *err);

/* Everything up to `number` is handled; within the transaction of what was done for it. STALE, now
 * or at the commit (rv_lease_blame tells), when the lane has passed to another. */
int rv_lane_handled(struct rv_store *store, const struct rv_lane *lane, int64_t number,
                    rv_err *err);

/* How many events wait, and when the first of them came (ms; 0: none). */
int rv_event_backlog(struct rv_store *store, int64_t *waiting, int64_t *oldest_ms, rv_err *err);

#endif
