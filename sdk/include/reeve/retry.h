/* SPDX-License-Identifier: Apache-2.0
 *
 * When to try again: which classes, and after how long.
 */
#ifndef REEVE_RETRY_H
#define REEVE_RETRY_H

#include <stdint.h>
#include "reeve/call.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Start it as { .first_ms = ..., .max_ms = ... }; 0 means 500 ms and 30 s. */
struct reeve_backoff {
    int64_t first_ms;
    int64_t max_ms;
    int32_t failures; /* in a row */
    int32_t reserved;
};

/* RATE_LIMITED, UNAVAILABLE and TIMEOUT (while the call's own deadline is not over). */
int reeve_retryable(struct reeve_call *call, int error_class);
/* The next pause: doubles from first to max, spread by a quarter either way, at least
 * retry_after_ms when that is given, but of that no more than 15 minutes. Counts the failure. */
int64_t reeve_backoff_next(struct reeve_backoff *backoff, int64_t retry_after_ms);
void reeve_backoff_reset(struct reeve_backoff *backoff);

#ifdef __cplusplus
}
#endif
#endif
