/* SPDX-License-Identifier: Apache-2.0
 *
 * What to do with a worker that is watched: let it be, ask it to end, kill it. No processes and no
 * clock in here; the supervisor brings both.
 */
#ifndef RV_SERVER_VERDICT_H
#define RV_SERVER_VERDICT_H

#include <stdint.h>

enum { RV_LET_BE, RV_ASK_TO_END, RV_KILL };

/* Times are monotonic ms; 0: not. */
struct rv_watched {
    int64_t started_ms;
    int64_t beat_ms;       /* its last word */
    int64_t cpu_ms;        /* when it was last seen to use the processor while it was silent */
    int64_t busy_until_ms; /* the end of its message's time */
    int64_t stop_ms;       /* when it was told to stop */
    int64_t end_ms;        /* when its socket ended */
    int64_t deadline_ms;   /* of a worker for one job */
    int64_t bytes;         /* that are its alone, else resident */
    int64_t young_bytes;   /* what one before it held soon after its start, over its limit; or 0 */
    int ready, has_message, gentle;
    int must_finish; /* its message may not be broken off */
    int is_slot;     /* it will be replaced: not for one job */
    int can_replace; /* another could be started now */
};

/* 0: no limit. */
struct rv_watch_limits {
    int64_t silence_ms;  /* once it is ready */
    int64_t starting_ms; /* until then */
    int64_t stopping_ms; /* after the gentle word, and after the end of its message's time */
    int64_t stop_now_ms; /* after the other one */
    int64_t quiesce_ms;  /* likewise, when its message must be finished */
    int64_t age_ms, bytes;
};

struct rv_verdict {
    int what;
    const char *event; /* "evm_worker_not_responding"; NULL: none of its own */
    const char *why;   /* NULL with RV_LET_BE */
    /* RV_ASK_TO_END: the limit that it is over, by the last part of its setting's name. */
    const char *setting;
    int64_t limit;
};

/* A process over its limit: what replaces it would hold as much from the start when young_bytes
 * says so, and it is kept while it does not hold half as much again. */
int rv_verdict_too_large(int64_t bytes, int64_t limit, int64_t young_bytes);
/* Whether people should be told that it says nothing: long before it is killed for that. */
int rv_verdict_silent(const struct rv_watched *w, int64_t beat_ms, int64_t now_ms);
struct rv_verdict rv_verdict_of(const struct rv_watched *w, const struct rv_watch_limits *limits,
                                int64_t now_ms);

#endif
