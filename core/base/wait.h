/* SPDX-License-Identifier: Apache-2.0
 *
 * The one place where a worker sleeps. Every wait beats the heart and sees
 * cancellation: the worker installs hooks once, everybody else just waits.
 */
#ifndef RV_WAIT_H
#define RV_WAIT_H

#include <poll.h>
#include <stdint.h>
#include <stddef.h>
#include "base/err.h"

struct rv_wait_hooks {
    void *arg;
    /* Also watched; on_ready is called when it is readable. -1: none. */
    int fd;
    void (*on_ready)(void *arg);
    /* Called at least every beat_ms while waiting, and before each wait. */
    void (*beat)(void *arg);
    int64_t beat_ms;
    /* Not 0: the wait ends with RV_E_CANCELLED. */
    int (*cancelled)(void *arg);
};

/* hooks must stay valid; NULL removes them (the default: no heart, no cancellation). */
void rv_wait_install(const struct rv_wait_hooks *hooks);
/* poll(2) on fds for up to timeout_ms (-1: for ever). Number of ready fds, 0 at the timeout, or
 * RV_E_CANCELLED. */
int rv_wait(struct pollfd *fds, size_t count, int64_t timeout_ms, rv_err *err);
int rv_wait_fd(int fd, short events, int64_t timeout_ms, rv_err *err);
int rv_sleep(int64_t ms, rv_err *err);
/* A long computation calls this now and then: beats, reads commands. RV_E_CANCELLED or 0. */
int rv_wait_poll(rv_err *err);

#endif
