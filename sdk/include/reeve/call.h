/* SPDX-License-Identifier: Apache-2.0
 *
 * The call: first argument of every callback. It carries the deadline,
 * cancellation, scratch memory, log scope and the error of one piece of work.
 * Valid until the callback returns.
 */
#ifndef REEVE_CALL_H
#define REEVE_CALL_H

#include <stdarg.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct reeve_call;
struct reeve_secret; /* a lent handle; its bytes are seen only inside reeve_secret_with */

/* Error classes. Callbacks return 0 or one of these; core decides about a retry from
 * the class alone. */
enum {
    REEVE_OK = 0,
    REEVE_E_AUTH = -1,       /* credentials refused */
    REEVE_E_PERMISSION = -2, /* known, but not allowed */
    REEVE_E_NOT_FOUND = -3,
    REEVE_E_CONFLICT = -4,
    REEVE_E_INVALID = -5,      /* what was given is wrong: do not retry */
    REEVE_E_RATE_LIMITED = -6, /* retry after a while */
    REEVE_E_UNAVAILABLE = -7,  /* cannot be reached, or not now: retry */
    REEVE_E_TIMEOUT = -8,      /* the deadline passed, or a request took too long: retry */
    REEVE_E_CANCELLED = -9,
    REEVE_E_GONE = -10, /* a resume token is too old: list again */
    REEVE_E_UNSUPPORTED = -11,
    REEVE_E_PROTOCOL = -12, /* the other side answered something else than its protocol says */
    REEVE_E_INTERNAL = -13,
    REEVE_E_LIMIT = -14 /* an answer, name or nesting over its ceiling */
};

enum { REEVE_LOG_DEBUG = 0, REEVE_LOG_INFO = 1, REEVE_LOG_WARNING = 2, REEVE_LOG_ERROR = 3 };

#if defined(__GNUC__)
#define REEVE_PRINTF(f, a) __attribute__((format(printf, f, a)))
#else
#define REEVE_PRINTF(f, a)
#endif

/* Set the error text and return error_class, so that one can write
 * `return reeve_fail(call, REEVE_E_AUTH, "...")`. Text: lower case, no full stop,
 * names the thing and the reason. A later call replaces the text. Never NULL. */
int reeve_fail(struct reeve_call *call, int error_class, const char *format, ...)
    REEVE_PRINTF(3, 4);
/* Put "what was being done: " before the text that is there. Returns error_class. */
int reeve_wrap(struct reeve_call *call, int error_class, const char *format, ...)
    REEVE_PRINTF(3, 4);
/* Advice for a person who must act: what to do next. */
void reeve_hint(struct reeve_call *call, const char *format, ...) REEVE_PRINTF(2, 3);
/* The remote side's own status (an HTTP code, say), and its wish when to come back. */
void reeve_fail_status(struct reeve_call *call, int32_t remote_status, int64_t retry_after_ms);
/* The text set so far, "" when none. Lives until the next reeve_fail or reeve_wrap. */
const char *reeve_fail_text(struct reeve_call *call);
/* Forget the error (a failure that was dealt with). */
void reeve_fail_clear(struct reeve_call *call);
/* "auth", "unavailable" ... : stable word for a class. */
const char *reeve_class_name(int error_class);

void reeve_log(struct reeve_call *call, int32_t level, const char *format, ...) REEVE_PRINTF(3, 4);

/* Wall clock, and a clock that only goes forward; milliseconds. */
int64_t reeve_now_ms(struct reeve_call *call);
int64_t reeve_monotonic_ms(struct reeve_call *call);
/* On the monotonic clock; INT64_MAX when there is none. */
int64_t reeve_deadline_ms(struct reeve_call *call);
/* Not 0 when the work should end soon. Loops without waits must ask. */
int reeve_cancelled(struct reeve_call *call);

/* What a wait looks at. The same bits as poll(2), and as final: this struct never grows. */
struct reeve_pollfd {
    int32_t fd;
    int16_t events;
    int16_t revents;
};
/* Wait until an fd is ready or timeout_ms (-1: no limit of its own) passes. Returns how
 * many fds are ready, 0 at the timeout, REEVE_E_CANCELLED, or REEVE_E_TIMEOUT past the
 * deadline, or the error of a save that was due (the call carries the text then). Every
 * wait of a provider must go through here: it beats the worker's heart, and what was
 * emitted so far is made visible before it sleeps. */
int reeve_wait(struct reeve_call *call, struct reeve_pollfd *fds, uint64_t count,
               int64_t timeout_ms);
/* 0, or as reeve_wait. */
int reeve_sleep(struct reeve_call *call, int64_t ms);

/* Scratch memory, zeroed, gone when the callback returns. NULL (and the error set) only
 * when memory is out or the call's ceiling of 256 MiB is reached. */
void *reeve_alloc(struct reeve_call *call, uint64_t bytes);
char *reeve_strdup(struct reeve_call *call, const char *text);
char *reeve_format(struct reeve_call *call, const char *format, ...) REEVE_PRINTF(2, 3);
/* A long loop that allocates per item: take a mark, and drop what came after it. */
uint64_t reeve_alloc_mark(struct reeve_call *call);
void reeve_alloc_release(struct reeve_call *call, uint64_t mark);

/* Lends the secret's bytes (len, not NUL-terminated) for the time of fn; returns what fn
 * returns. fn must not keep or copy them beyond its end. */
int reeve_secret_with(struct reeve_call *call, const struct reeve_secret *secret,
                      int (*fn)(void *arg, const char *bytes, uint64_t len), void *arg);
/* A secret that is got at run time (the token of a login) becomes a handle like that of a secret
 * option: its bytes (1 to 1 MiB, copied) are locked in memory, readable only while they are lent,
 * and masked in logs and errors from now on. The caller's, until reeve_secret_free (in close at the
 * latest); it may outlive the call. UNSUPPORTED by hosts of version 1.0. */
int reeve_secret_new(struct reeve_call *call, const char *bytes, uint64_t len,
                     struct reeve_secret **out);
void reeve_secret_free(struct reeve_secret *secret); /* wiped; NULL is allowed */

#ifdef __cplusplus
}
#endif
#endif
