/* SPDX-License-Identifier: Apache-2.0
 *
 * Runs one callback of the module under a time limit, and makes its
 * surroundings fail on purpose: cancellation, deadline, a sink that refuses.
 */
#ifndef CONFORM_CALLBACK_H
#define CONFORM_CALLBACK_H

#include "trial.h"
#include "model/names.h"

/* What of the sink fails. */
enum sink_call {
    SINK_NONE,
    SINK_EMIT,
    SINK_GONE,
    SINK_BEGIN,
    SINK_COMPLETE,
    SINK_CHECKPOINT,
    SINK_WARN,
    SINK_DRAIN,
    SINK_EVENT,
    SINK_CALLS
};

/* Events that were handed over, as "TYPE REF TIME", in order. */
struct events {
    char **keys;
    struct rv_names by_key;
    int count, size, unkept; /* unkept: over the ceiling */
    int settled;             /* so many lie before the last token */
    int twice;               /* of them */
    int undeclared, replaced;
    char *undeclared_type; /* the first */
    char *token;           /* the last one; NULL: none */
};
void events_free(struct events *events);

struct run {
    struct events *events;  /* takes what a watch of events hands over */
    struct record *record;  /* takes what refresh and watch emit; one that is full of an earlier run
                             * lends its tokens */
    int64_t timeout_ms;     /* the call's deadline; 0: none */
    int late_start;         /* the deadline is over before the module gets to do anything */
    int64_t cancel_at_ms;   /* after its start; 0: never. 1 is at once */
    int64_t cancel_at_emit; /* 0: never */
    enum sink_call fails;
    int64_t fails_at; /* the first time is 1 */
    int fail_class;
    /* What became of it. */
    int rc;       /* as the host sees it */
    int returned; /* what the callback returned */
    rv_err err;
    int64_t took_ms;
    int64_t told_ms;    /* when it was told to end, monotonic; 0: it was not */
    int64_t late_ms;    /* how long it went on after that */
    int64_t after_told; /* objects that it tried to emit after that */
    int64_t emits_told; /* before that; -1: it was a moment, not an emit */
    int64_t started_ms;
    int64_t count[SINK_CALLS];
    struct trial *trial;
    const char *name;
};

/* Around a callback that is not run by the functions below: its name for a report of a crash, and
 * when it must be back. */
void callback_begin(struct trial *trial, const char *name, int64_t limit_ms);
void callback_end(struct trial *trial);

/* 0 or the class. Of open: *out stays the trial's. run may be NULL. */
int callback_open(struct trial *trial, struct rv_config *config, struct run *run,
                  struct rv_connection **out);
void callback_close(struct trial *trial, struct rv_connection *connection);
int callback_verify(struct trial *trial, struct rv_connection *connection, struct run *run,
                    struct rv_identity_found *found);
int callback_refresh(struct trial *trial, struct rv_connection *connection, struct run *run);
/* One object alone, by refresh_targets. */
int callback_target(struct trial *trial, struct rv_connection *connection, struct run *run,
                    const struct rv_target *target);
int callback_refresh_scope(struct trial *trial, struct rv_connection *connection, struct run *run,
                           const struct reeve_scope *scope);
int callback_watch(struct trial *trial, struct rv_connection *connection, struct run *run);

/* The watch of events, from that token. */
int callback_events(struct trial *trial, struct rv_connection *connection, struct run *run,
                    const char *token);

/* open that must work: NULL when it did not (failed, or skipped for lack of options). */
struct rv_connection *callback_connect(struct trial *trial);
/* The same with invented options where required ones are missing: what is opened is not to be used,
 * but by what may fail. */
struct rv_connection *callback_connect_invented(struct trial *trial);
/* A whole refresh that must work; 0, or -1 when it did not. */
int callback_list(struct trial *trial, struct rv_connection *connection, struct record *record);
/* It came back in time, and soon, after it was told to end; 0, or -1 when it did not. */
int callback_prompt(struct trial *trial, const struct run *run);
/* As callback_prompt, and it returned this class. */
int callback_ended_with(struct trial *trial, const struct run *run, int error_class);

#endif
