/* SPDX-License-Identifier: Apache-2.0
 *
 * One worker process as the supervisor sees it: starting it, and the frames to
 * and from it. Nothing in here blocks.
 */
#ifndef RV_SERVER_CHILD_H
#define RV_SERVER_CHILD_H

#include <event2/event.h>
#include <sys/types.h>
#include "base/frame.h"
#include "server/roster.h"

enum { RV_CHILD_OUT_MAX = 8 << 20 };

struct rv_child {
    pid_t pid;
    int fd;
    struct event *readable, *writable;
    rv_frame_reader in;
    rv_buf out;           /* not yet sent */
    struct rv_slot *slot; /* NULL for one-shot workers */

    char type[24], guid[37];
    char lend_word[33];
    int64_t provider;
    int64_t row; /* miq_workers; 0 until it is ready */
    int ready;
    char queues[8][64];
    int queue_count;

    int64_t started_ms, beat_ms; /* monotonic */
    int64_t busy_until_ms;       /* 0: no limit */
    int64_t message;
    int must_finish;    /* the message may not be broken off */
    double silent_cpu;  /* its processor time, when it was silent and last looked at */
    int64_t cpu_ms;     /* when that had grown */
    double cpu_seconds; /* that /metrics was told of */
    char busy[160];
    int silent; /* it says nothing, and people were told so */

    int64_t end_ms;  /* when its socket ended; 0: it is open */
    int64_t stop_ms; /* when it was told to; 0: not */
    int gentle;
    int ended_by_us; /* killed: do not count it as a crash */
    char why[160];   /* why we ended it */
    char crash_callback[64];
    int crash_signal;

    /* One-shot workers. */
    char asker[37];
    int64_t ticket, deadline_ms;
    int answered;
    cJSON *lent; /* the stored secrets that it was given: name to digest and stand-in */

    void (*on_frame)(void *arg, struct rv_child *child, const cJSON *frame);
    void (*on_end)(void *arg,
                   struct rv_child *child); /* the socket is at its end, or broke the rules */
    void *arg;
    struct rv_child *next;
};

struct rv_child_spec {
    struct event_base *base;
    const char *type;
    int64_t provider;
    const char *name; /* for people who look at ps; may be NULL */
    int listen_fd;    /* -1: none */
    int metrics_fd;   /* -1: none */
    int nice;         /* over the supervisor's own */
    int64_t now_ms;
    void (*on_frame)(void *arg, struct rv_child *child, const cJSON *frame);
    void (*on_end)(void *arg, struct rv_child *child);
    void *arg;
};

int rv_child_start(struct rv_child **out, const struct rv_child_spec *spec, rv_err *err);
/* LIMIT when the message is larger than a frame or the worker does not read; NOT_FOUND when it has
 * ended. */
int rv_child_try_send(struct rv_child *child, const cJSON *message, rv_err *err);
/* A worker that does not read is told less and less, and is killed by its silence. */
void rv_child_send(struct rv_child *child, const cJSON *message);
/* Handle what it has written, also after its death. */
void rv_child_drain(struct rv_child *child);
void rv_child_kill(struct rv_child *child, const char *why);
/* Close the socket and free; the process must be gone. */
void rv_child_free(struct rv_child *child);
int64_t rv_child_memory(const struct rv_child *child); /* resident bytes; 0 when unknown */

#endif
