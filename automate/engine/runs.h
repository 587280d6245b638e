/* SPDX-License-Identifier: Apache-2.0
 *
 * Rows of automate_runs: one for each path that was run for an event, or for a person. It tells
 * what came of it, and is what a state machine lives by while it waits.
 */
#ifndef RV_AE_RUNS_H
#define RV_AE_RUNS_H

#include "store/record.h"

enum {
    RV_RUN_URI_MAX = 2000,
    RV_RUN_ATTRS_MAX = 256 << 10, /* bytes that a client may give */
    RV_RUN_STATE_MAX = 4 << 20
};

/* Messages of automate: deliver.h. */
#define RV_AUTOMATE_CLASS "Automate"
#define RV_AUTOMATE_DELIVER "deliver"
#define RV_AUTOMATE_QUEUE "automate"
#define RV_AUTOMATE_ROLE "automate"
/* Workers that may die of a message without any progress: one finds out, two try each event alone,
 * and two more for those that died of something else. */
enum { RV_AUTOMATE_ATTEMPTS = 5 };

struct rv_run {
    int64_t id; /* 0: has no row yet */
    int64_t event_id, target_id, task_id, message_id, worker_id, generation;
    char *uri, *message, *target_kind;
    char status[12]; /* "queued", "running", "retry", "finished", "error", "stopped" */
    char *ae_state, *result, *error, *error_place, *entered, *server_guid, *stopped_by;
    char *attrs, *state; /* JSON */
    int64_t ae_state_started, ae_state_retries;
    int64_t next_on, began_on, ended_on, took_us, methods, attempts;
};
void rv_run_clear(struct rv_run *run); /* all zero afterwards */
#define RV_AUTO_RUN __attribute__((cleanup(rv_run_clear)))
/* Replaces an owned text; NULL allowed. */
void rv_run_text(char **text, const char *value);
/* It is over, or waits: it need not be run by a message that is delivered again. */
int rv_run_is_over(const struct rv_run *run);

/* 1 with *out, 0 when there is no such row. */
int rv_run_load(struct rv_run *out, struct rv_store *store, int64_t id, rv_err *err);
/* That of an event by this path: 1, 0 or an error. */
int rv_run_of_event(struct rv_run *out, struct rv_store *store, int64_t event_id, const char *uri,
                    rv_err *err);
/* All of it, in the transaction that is open; without a row it takes an id that was reserved.
 * CONFLICT when the event was run by this path meanwhile, by somebody else. */
int rv_run_write(struct rv_run *run, struct rv_store *store, struct rv_feed *feed, rv_err *err);
/* Order per object: "ae/KIND/ID". "" without a target. */
void rv_run_series(char out[96], const struct rv_run *run);

/* A run of a path that a person asks for, in the transaction that is open (RV_RUN_IDS reserved):
 * its row, queued, and its message. *run_id is the row's. Of an event that ran by this path it is
 * the same row, begun anew; its traces stay. INVALID for a path or attributes that cannot be;
 * NOT_FOUND for a target or an event that is not there; CONFLICT when the event's run is not
 * over. */
enum { RV_RUN_IDS = 4 };
struct rv_run_request {
    const char *uri;         /* NULL with an event: the path of events */
    int64_t event_id;        /* 0: none */
    const char *attrs;       /* JSON object: attributes of the root; NULL: none */
    const char *target_kind; /* becomes an attribute of its name; NULL: none */
    int64_t target_id;
    int64_t task_id, user_id;
    const char *zone; /* NULL: any */
};
int rv_run_put(struct rv_store *store, struct rv_feed *feed, const struct rv_run_request *request,
               int64_t *run_id, rv_err *err);
/* INVALID for what is no path that a run can begin with. NULL is none. */
int rv_run_uri_check(const char *uri, rv_err *err);

/* In the transaction that is open, which nobody else changes it in then: 1, or 0 when there is no
 * such row. *stopped_by (NULL: nobody wants it to end) is the caller's. */
int rv_run_state(char status[12], char **stopped_by, struct rv_store *store, int64_t id,
                 rv_err *err);
/* 1 when somebody wants it to end, *who (may be NULL) is the caller's. */
int rv_run_stop_wanted(struct rv_store *store, int64_t id, char **who, rv_err *err);

/* Runs whose message is gone (its task was cancelled, its queue removed) will not go on: stopped,
 * some at a time; *count of them (may be NULL). */
int rv_runs_end_forsaken(struct rv_store *store, int *count, rv_err *err);

/* A person stops a run: one that waits is over at once, one that a worker holds ends within a
 * second, by itself when it was done before it was told. 1 when it is over, 0 when it will be;
 * CONFLICT when it was over before, NOT_FOUND. */
int rv_run_stop(struct rv_store *store, int64_t id, const char *who, rv_err *err);

#endif
