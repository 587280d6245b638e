/* SPDX-License-Identifier: Apache-2.0
 *
 * What the files of the catcher share: catcher.c runs it, sink.c collects a batch, links.c finds
 * what its events are about, save.c writes it, report.c puts outcomes on the lane's record.
 */
#ifndef RV_CATCHER_INTERNAL_H
#define RV_CATCHER_INTERNAL_H

#include "catcher/catcher.h"
#include "base/mem.h"
#include "event/lanes.h"
#include "host/host.h"
#include "inventory/session.h"
#include "model/names.h"
#include "store/feed.h"

/* An event that waits to be written. */
struct rv_caught {
    rv_value *values; /* one a column of event_stream */
    int dropped;      /* it is there already, or not wanted */
    int unwanted;
};

/* What an event points to. */
struct rv_caught_link {
    int event; /* index */
    struct rv_link link;
};

/* Events until the next commit; everything lies in the arena. */
struct rv_batch {
    struct rv_arena *arena;
    struct rv_caught *events;
    int count, size;
    struct rv_caught_link *links;
    int link_count, link_size;
    char *token; /* where to go on after them; NULL: as it was */
    int64_t begun_ms;
};

/* Columns of event_stream, by index. */
struct rv_event_columns {
    int id, type, group, level, timestamp, chain, ems, ems_ref, lane, number, created_on, target,
        container, container_name, pod, node, replicator, project;
};

struct rv_catcher {
    struct rv_catcher_config config;
    struct rv_store *store;
    struct rv_session session;
    struct rv_lease lease;
    struct rv_lane lane;
    struct rv_sink sink;
    struct rv_feed *feed;
    const struct rv_kind *kind; /* event_stream */
    struct rv_event_columns columns;
    struct rv_batch batch;
    struct rv_catch_counts counts;
    struct rv_blacklist *blacklist;
    int64_t blacklist_generation; /* when the batch was looked up */
    struct rv_flood *flood;       /* NULL: not needed so far */
    char *token;                  /* that is stored; NULL: none */
    int uncertain;                /* a commit may have reached the store all the same */
    int ignore_token;             /* the other side does not know it any more */
    int gone;                     /* so often in a row, without an event between */
    int failed;                   /* an error stands on the record */
    int connected;                /* ... since when stands there */
    int changed;                  /* the options of the connection are others now */
    int64_t opened_ms;            /* monotonic */
    int64_t watching_ms;          /* since when the module's watch runs; 0: it does not */
    int64_t position_ms;          /* when a token was last stored */
    int64_t looked_ms;            /* at the options */
    int64_t options_mark;         /* when they were last written */
};

/* sink.c */
struct rv_sink rv_catch_sink(struct rv_catcher *c);
void rv_batch_reset(struct rv_batch *batch);
/* Writes what is pending, a token alone too. */
int rv_catch_flush(struct rv_catcher *c, rv_err *err);

/* links.c: ids for the batch's links, and what follows from them; marks events that are there
 * already. One round trip, or few. */
int rv_catch_look_up(struct rv_catcher *c, rv_err *err);

/* filter.c: the list of the provider's type has what its module says of it; marks events that are
 * not wanted. */
int rv_catch_seed_blacklist(struct rv_catcher *c, rv_err *err);
int rv_catch_filter(struct rv_catcher *c, rv_err *err);

/* save.c: the batch in one transaction. */
int rv_catch_save(struct rv_catcher *c, rv_err *err);

/* report.c: failure NULL: all is well. What goes wrong in that is logged. */
void rv_catch_report(struct rv_catcher *c, const rv_err *failure);
/* Something came from the other side. */
void rv_catch_note_success(struct rv_catcher *c);

#endif
