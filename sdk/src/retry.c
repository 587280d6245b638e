/* SPDX-License-Identifier: Apache-2.0
 *
 * When to try again. The spread keeps workers that failed together from coming
 * back together.
 */
#include "reeve/retry.h"

#include <sys/random.h>

/* RETRY_AFTER: whatever the server says; as core's. */
enum { FIRST_MS = 500, MAX_MS = 30 * 1000, RETRY_AFTER_MAX_MS = 15 * 60 * 1000 };

/* 0 to below `below`; without randomness, the middle. */
static int64_t
random_below(int64_t below)
{
    uint64_t bits;

    if (below <= 0)
        return 0;
    if (getrandom(&bits, sizeof(bits), GRND_NONBLOCK) != (ssize_t)sizeof(bits))
        return below / 2;
    return (int64_t)(bits % (uint64_t)below);
}

int
reeve_retryable(struct reeve_call *call, int error_class)
{
    if (error_class != REEVE_E_RATE_LIMITED && error_class != REEVE_E_UNAVAILABLE &&
        error_class != REEVE_E_TIMEOUT)
        return 0;
    return reeve_monotonic_ms(call) < reeve_deadline_ms(call);
}

int64_t
reeve_backoff_next(struct reeve_backoff *backoff, int64_t retry_after_ms)
{
    int64_t max = backoff->max_ms > 0 ? backoff->max_ms : MAX_MS;
    int64_t pause = backoff->first_ms > 0 ? backoff->first_ms : FIRST_MS;

    for (int32_t i = 0; i < backoff->failures && pause < max; i++)
        pause = pause > max / 2 ? max : pause * 2;
    if (pause > max)
        pause = max;
    if (backoff->failures < INT32_MAX)
        backoff->failures++;
    pause += random_below(pause / 2 + 1) - pause / 4;
    if (retry_after_ms > RETRY_AFTER_MAX_MS)
        retry_after_ms = RETRY_AFTER_MAX_MS;
    return pause > retry_after_ms ? pause : retry_after_ms;
}

void
reeve_backoff_reset(struct reeve_backoff *backoff)
{
    backoff->failures = 0;
}
