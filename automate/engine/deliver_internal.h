/* SPDX-License-Identifier: Apache-2.0
 *
 * Shared by the files of deliveries: deliver.c goes through a message, run.c runs one path,
 * finished.c writes what came of it.
 */
#ifndef RV_AE_DELIVER_INTERNAL_H
#define RV_AE_DELIVER_INTERNAL_H

#include "automate/deliver.h"
#include "automate/effects.h"

enum { RV_FINISHED_MOST = 64, RV_ALONG_MOST = 32, RV_AHEAD_MOST = 32 };

/* What the next events of a message need, read in one round trip (ahead.c). */
struct rv_ahead {
    int most;      /* events of the next look: as many as are run while it is fresh */
    int end;       /* index behind the last event that was looked at */
    int all, used; /* events of the last look, and those that were begun while it was fresh */
    int64_t generation;
    int64_t have_run[RV_AHEAD_MOST]; /* events that have a run of this path already */
    int have_run_count;
};

/* A run that ended and is not written yet, with its trace. */
struct rv_finished {
    struct rv_run run;
    struct rv_trace *trace; /* NULL: none is kept */
    int own_message;        /* one that waits gets a message of its own */
};

struct rv_deliverer {
    struct rv_deliverer_config config;
    struct rv_live *live;
    const struct rv_message *message;        /* that the dispatcher has given */
    struct rv_message *along[RV_ALONG_MOST]; /* taken with it; they end when it does */
    int64_t along_us[RV_ALONG_MOST];         /* how long each took */
    int along_count;
    struct rv_finished finished[RV_FINISHED_MOST];
    int finished_count;
    int64_t first_finished_ms;
    /* Of the run at work. */
    struct rv_run *run;
    struct rv_ws *ws;
    int64_t began_ms, began_us, asked_stop_ms;
    int shown;  /* its row says that it runs */
    int alone;  /* the message killed a worker: each event is noted before it is begun */
    char *stop; /* who wants it to end */
    struct rv_trace *spare;
    struct rv_effects *effects; /* of handlers; written with the runs that asked for them */
    struct rv_refresh_times times;
    size_t effects_mark; /* of the run at work */
    struct rv_ahead ahead;
    const struct rv_ended *ended; /* the transaction ends the message; NULL: it does not */
};

/* What was read for a message is of no use for another. */
void rv_ahead_forget(struct rv_deliverer *deliverer);
/* Before event `at` of the message: reads what it and those behind it need, unless that is there.
 * Not for messages that were begun before: there each event is looked at by itself. */
int rv_ahead_look(struct rv_deliverer *deliverer, const struct rv_message *message, const char *uri,
                  const int64_t *events, int count, int at, rv_err *err);
/* Whether it is known that the event has no run of this path. */
int rv_ahead_is_new(const struct rv_deliverer *deliverer, int64_t event_id);
/* The datastore's generation; NULL: not known. */
const int64_t *rv_ahead_generation(const struct rv_deliverer *deliverer);

/* One run from its seeds to what came of it; the run's members say so. Negative when the message
 * cannot go on: CANCELLED, STALE, UNAVAILABLE. */
int rv_run_carry_out(struct rv_deliverer *deliverer, struct rv_run *run, rv_err *err);
/* It ends, as who stopped it wanted: not begun, or not gone on with. */
void rv_run_end_stopped(struct rv_run *run, const char *who);
/* Takes over what the run holds. Written when it is time, or by rv_finished_write. */
int rv_finished_add(struct rv_deliverer *deliverer, struct rv_run *run, rv_err *err);
int rv_finished_write(struct rv_deliverer *deliverer, rv_err *err);
/* The last of them, with the message's end: RV_COMMAND_ENDED, or an error. */
int rv_finished_end(struct rv_deliverer *deliverer, const struct rv_ended *ended, rv_err *err);
/* Forgets what was not written: somebody else runs it again. */
void rv_finished_drop(struct rv_deliverer *deliverer);
/* All that ended, and that this one is at work, for good. */
int rv_finished_show(struct rv_deliverer *deliverer, rv_err *err);
/* Puts back a run that waits, with its own message when this one is of events. */
int rv_finished_retry(struct rv_deliverer *deliverer, struct rv_run *run, rv_err *err);

#endif
