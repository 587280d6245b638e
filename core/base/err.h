/* SPDX-License-Identifier: Apache-2.0
 *
 * Errors: a class that programs look at, and a text that grows from the inside
 * out with what each caller was doing: "add provider 'x': open store: disk full".
 * Passed as the last parameter, never NULL; lives on the caller's stack and
 * allocates nothing, so that "out of memory" can be said too.
 */
#ifndef RV_ERR_H
#define RV_ERR_H

#include <stdarg.h>
#include <stdint.h>

#define RV_PRINTF(f, a) __attribute__((format(printf, f, a)))

/* The first fourteen are the SDK's (reeve/call.h), with the same numbers. */
enum {
    RV_OK = 0,
    RV_E_AUTH = -1,
    RV_E_PERMISSION = -2,
    RV_E_NOT_FOUND = -3,
    RV_E_CONFLICT = -4,
    RV_E_INVALID = -5,
    RV_E_RATE_LIMITED = -6,
    RV_E_UNAVAILABLE = -7,
    RV_E_TIMEOUT = -8,
    RV_E_CANCELLED = -9,
    RV_E_GONE = -10,
    RV_E_UNSUPPORTED = -11,
    RV_E_PROTOCOL = -12,
    RV_E_INTERNAL = -13,
    RV_E_LIMIT = -14,
    RV_E_STALE = -15 /* a lease that we held has passed to another: end without a write */
};

typedef struct rv_err {
    int code; /* RV_OK or a class */
    int32_t remote_status;
    int64_t retry_after_ms;
    char text[2048]; /* always terminated; a longer text is cut with "..." */
    char hint[512];  /* what a person can do, "" when there is nothing to say */
} rv_err;

#define RV_ERR_INIT                                                                                \
    {                                                                                              \
        .code = RV_OK                                                                              \
    }

/* Set class and text; returns the class. */
int rv_fail(rv_err *err, int code, const char *format, ...) RV_PRINTF(3, 4);
int rv_vfail(rv_err *err, int code, const char *format, va_list args) RV_PRINTF(3, 0);
/* As rv_fail with class from errno (ENOENT NOT_FOUND, EACCES PERMISSION, ENOSPC and EIO
 * UNAVAILABLE, ...) and ": strerror" appended. */
int rv_fail_errno(rv_err *err, const char *format, ...) RV_PRINTF(2, 3);
/* Put "what I was doing: " in front; returns the class that is there. */
int rv_wrap(rv_err *err, const char *format, ...) RV_PRINTF(2, 3);
/* Set the hint unless one was given further inside; returns the class that is there. */
int rv_hint(rv_err *err, const char *format, ...) RV_PRINTF(2, 3);
void rv_err_clear(rv_err *err);
/* "auth", "not_found", ...: the stable word of a class; "ok" for 0. */
const char *rv_class_name(int code);

/* For bugs only; stays on in release: prints file and line and aborts. */
#define RV_ASSERT(condition)                                                                       \
    ((condition) ? (void)0 : rv_assert_failed(#condition, __FILE__, __LINE__))
_Noreturn void rv_assert_failed(const char *condition, const char *file, int line);

#define RV_COUNT(array) (sizeof(array) / sizeof((array)[0]))

#endif
