/* SPDX-License-Identifier: Apache-2.0
 *
 * Following one collection: its stream, its position, and what went wrong with it.
 */
#ifndef KUBE_FOLLOW_H
#define KUBE_FOLLOW_H

#include "reeve/retry.h"
#include "list.h"

struct kube_follow {
    const struct kube_collection *what;
    struct reeve_http_stream *stream; /* NULL while closed */
    char version[KUBE_VERSION_BYTES]; /* from where the next stream goes on */
    int must_list;                    /* version is not known, or too old */
    int refused;                      /* 403 or 404, how often in a row */
    int warned;                       /* the collection's warning was set here */
    int auth_failures;                /* 401, in a row */
    int lines;                        /* that the open stream has brought */
    int64_t opened_at_ms;
    int64_t due_at_ms;            /* while closed: when to open it */
    struct reeve_backoff backoff; /* .failures in a row */
    int error_class;              /* of the last failure */
    char error[512];
};

struct kube_watch {
    struct kube_work work;
    struct kube_map map;
    uint64_t random;
    struct kube_follow follows[KUBE_COLLECTIONS_MAX];
    int count;
};

/* Open the stream at f->version. */
int kube_follow_open(struct kube_watch *watch, struct kube_follow *f);
void kube_follow_close(struct kube_follow *f);
/* It works (a line came, a list ended): forget failures, clear the warning. */
int kube_follow_works(struct kube_watch *watch, struct kube_follow *f);
/* It failed with the call's error, which is taken over: close, plan the next try, warn. 0, or a
 * class that ends the whole watch (AUTH for the second time, the host's own failures). */
int kube_follow_failed(struct kube_watch *watch, struct kube_follow *f, int error_class,
                       int64_t retry_after_ms);
/* The stream ended; next says how. As kube_follow_failed. */
int kube_follow_ended(struct kube_watch *watch, struct kube_follow *f,
                      const struct reeve_http_next *next);
/* List again everything of f's kind, since only a whole kind can be complete. As
 * kube_follow_failed. */
int kube_follow_list(struct kube_watch *watch, struct kube_follow *f);

/* One line of the stream. As kube_follow_failed. */
int kube_follow_notice(struct kube_watch *watch, struct kube_follow *f, const char *line,
                       uint64_t len);

#endif
