/* SPDX-License-Identifier: Apache-2.0
 *
 * The call that every callback gets: its error, clock, waiting and scratch memory.
 * Waiting is where a provider meets the rest of the worker: the heart beats, pending
 * objects are saved, cancellation and the deadline are seen.
 */
#include "host/internal.h"

#include <string.h>
#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"
#include "base/wait.h"

enum { FIRST_SLICE_MS = 20, SLICE_MS = 100, MAX_FDS = 4096, RETRY_AFTER_MAX_MS = 15 * 60 * 1000 };

void
rv_call_begin(struct reeve_call *call, const struct rv_call_spec *spec)
{
    memset(call, 0, sizeof(*call));
    call->spec = spec;
    call->arena = rv_arena_new(RV_CALL_MEMORY_BYTES);
    call->deadline_ms = spec->timeout_ms > 0 ? rv_monotonic_ms() + spec->timeout_ms : INT64_MAX;
}

void
rv_call_end(struct reeve_call *call)
{
    if (call->spec->waited_us)
        *call->spec->waited_us += call->waited_us;
    rv_arena_free(call->arena);
    call->arena = NULL;
}

void
rv_call_tidy(char *text)
{
    size_t len = strlen(text);
    for (size_t at = rv_utf8_prefix(text, len); at < len; at += rv_utf8_prefix(text + at, len - at))
        text[at] = '?';
    for (char *c = text; *c; c++)
        if ((unsigned char)*c < ' ' && *c != '\n')
            *c = ' ';
}

void
rv_call_fail(struct reeve_call *call, int32_t error_class, const char *text)
{
    rv_fail(&call->err, error_class < 0 ? error_class : REEVE_E_INTERNAL, "%s", text ? text : "");
}

void
rv_call_wrap(struct reeve_call *call, int32_t error_class, const char *doing)
{
    call->err.code = error_class < 0 ? error_class : REEVE_E_INTERNAL;
    rv_wrap(&call->err, "%s", doing ? doing : "");
}

void
rv_call_hint(struct reeve_call *call, const char *text)
{
    call->err.hint[0] = 0;
    rv_hint(&call->err, "%s", text ? text : "");
}

void
rv_call_status(struct reeve_call *call, int32_t remote_status, int64_t retry_after_ms)
{
    call->err.remote_status = remote_status;
    /* The wish of a stranger: a mistake in it must not put us off for years. */
    call->err.retry_after_ms =
        retry_after_ms < RETRY_AFTER_MAX_MS ? retry_after_ms : RETRY_AFTER_MAX_MS;
}

const char *
rv_call_text(struct reeve_call *call)
{
    return call->err.text;
}

void
rv_call_clear(struct reeve_call *call)
{
    rv_err_clear(&call->err);
}

void
rv_call_log(struct reeve_call *call, int32_t level, const char *text)
{
    static const enum rv_log_level levels[] = { RV_DEBUG, RV_INFO, RV_WARNING, RV_ERROR };
    int known = level >= REEVE_LOG_DEBUG && level <= REEVE_LOG_ERROR;
    const char *scope = call->spec->scope ? call->spec->scope : "";
    rv_log_about(RV_TOPIC_PROVIDER, known ? levels[level] : RV_INFO, "provider says",
                 RV_F("provider", RV_S(scope)), RV_F("text", RV_S(text ? text : "")));
}

int64_t
rv_call_now_ms(struct reeve_call *call)
{
    (void)call;
    return rv_now_ms();
}

int64_t
rv_call_monotonic_ms(struct reeve_call *call)
{
    (void)call;
    return rv_monotonic_ms();
}

int64_t
rv_call_deadline_ms(struct reeve_call *call)
{
    return call->deadline_ms;
}

int
rv_call_broken(struct reeve_call *call, const rv_err *err)
{
    if (call->sink_err.code == RV_OK)
        call->sink_err = *err;
    call->err = call->sink_err;
    /* A lease that has passed on is none of the provider's business: it is to end. */
    if (call->err.code == RV_E_STALE)
        call->err.code = REEVE_E_CANCELLED;
    return call->err.code;
}

int
rv_call_check(struct reeve_call *call)
{
    if (call->sink_err.code)
        return rv_call_broken(call, &call->sink_err);
    if (call->spec->cancelled && call->spec->cancelled(call->spec->arg))
        return rv_fail(&call->err, REEVE_E_CANCELLED, "cancelled");
    if (call->deadline_ms != INT64_MAX && rv_monotonic_ms() >= call->deadline_ms)
        return rv_fail(&call->err, REEVE_E_TIMEOUT, "not done within %lld ms",
                       (long long)call->spec->timeout_ms);
    return 0;
}

int32_t
rv_call_cancelled(struct reeve_call *call)
{
    return call->sink_err.code != 0 ||
           (call->spec->cancelled && call->spec->cancelled(call->spec->arg)) ||
           (call->deadline_ms != INT64_MAX && rv_monotonic_ms() >= call->deadline_ms);
}

static int
drain(struct reeve_call *call)
{
    const struct rv_sink *sink = call->spec->sink;
    rv_err err = RV_ERR_INIT;
    if (sink == NULL || sink->drain == NULL)
        return 0;
    int64_t start_us = rv_monotonic_us();
    int rc = sink->drain(sink->arg, &err);
    call->waited_us -= rv_monotonic_us() - start_us; /* that was no waiting for the other side */
    if (rc == 0)
        return 0;
    rv_wrap(&err, "save inventory");
    return rv_call_broken(call, &err);
}

/* How long the next poll may take. */
static int64_t
slice_until(int64_t until_ms, int64_t slice_ms)
{
    int64_t left = until_ms - rv_monotonic_ms();
    if (left < 0)
        left = 0;
    return left < slice_ms ? left : slice_ms;
}

/* Ready fds, 0 at until_ms, or a class. */
static int
wait_until(struct reeve_call *call, struct pollfd *fds, uint64_t count, int64_t until_ms)
{
    /* The sink may put a save off for a moment: it is asked again soon, then from time to time. */
    for (int64_t slice_ms = FIRST_SLICE_MS;; slice_ms = SLICE_MS) {
        int rc = drain(call);
        if (rc == 0)
            rc = rv_wait(fds, count, slice_until(until_ms, slice_ms), &call->err);
        if (rc == 0)
            rc = rv_call_check(call);
        if (rc != 0)
            return rc;
        if (rv_monotonic_ms() >= until_ms)
            return 0;
    }
}

static int
wait_timed(struct reeve_call *call, struct pollfd *fds, uint64_t count, int64_t timeout_ms)
{
    int64_t start_us = rv_monotonic_us(), start_ms = rv_monotonic_ms();
    int64_t until_ms =
        timeout_ms < 0 || timeout_ms > INT64_MAX - start_ms ? INT64_MAX : start_ms + timeout_ms;
    int own = until_ms < call->deadline_ms;
    int rc = wait_until(call, fds, count, own ? until_ms : call->deadline_ms);
    call->waited_us += rv_monotonic_us() - start_us;
    return rc;
}

/* It lies in arrays whose elements say no size, and the same as struct pollfd. */
_Static_assert(sizeof(struct reeve_pollfd) == 8, "struct reeve_pollfd never grows");

int32_t
rv_call_wait(struct reeve_call *call, struct reeve_pollfd *fds, uint64_t count, int64_t timeout_ms)
{
    if (count > MAX_FDS)
        return rv_fail(&call->err, REEVE_E_LIMIT, "waits for %llu files, more than %d",
                       (unsigned long long)count, MAX_FDS);
    int rc = rv_call_check(call);
    if (rc != 0)
        return rc;
    struct pollfd few[16];
    RV_AUTO_FREE struct pollfd *many =
        count > RV_COUNT(few) ? rv_alloc(count * sizeof(*many)) : NULL;
    struct pollfd *set = many ? many : few;
    for (uint64_t i = 0; i < count; i++)
        set[i] = (struct pollfd){ .fd = fds[i].fd, .events = fds[i].events };
    rc = rv_wait(set, count, 0, &call->err);
    if (rc == 0 && timeout_ms != 0)
        rc = wait_timed(call, set, count, timeout_ms);
    for (uint64_t i = 0; i < count; i++)
        fds[i].revents = set[i].revents;
    return rc;
}

void *
rv_call_alloc(struct reeve_call *call, uint64_t bytes)
{
    void *memory = rv_arena_alloc(call->arena, bytes);
    if (memory == NULL)
        rv_fail(&call->err, REEVE_E_LIMIT, "needs more than %d MiB of scratch memory",
                RV_CALL_MEMORY_BYTES >> 20);
    return memory;
}

uint64_t
rv_call_mark(struct reeve_call *call)
{
    return rv_arena_mark(call->arena);
}

void
rv_call_release(struct reeve_call *call, uint64_t mark)
{
    if (mark <= rv_arena_mark(call->arena))
        rv_arena_release(call->arena, mark);
}
