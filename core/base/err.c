/* SPDX-License-Identifier: Apache-2.0
 *
 * Error objects. Everything is formatted into a local buffer first, because
 * callers may hand the error's own text back as an argument.
 */
#include "base/err.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* After a cut text: drop the pieces of a character that was cut in two, and mark the cut. */
static void
mark_cut(char *text, size_t size)
{
    size_t end = size - 4;
    while (end > 0 && ((unsigned char)text[end] & 0xc0) == 0x80)
        end--;
    memcpy(text + end, "...", 4);
}

RV_PRINTF(3, 0)
static void
format_cut(char *out, size_t size, const char *format, va_list args)
{
    int needed = vsnprintf(out, size, format, args);
    if (needed < 0)
        out[0] = '\0';
    else if ((size_t)needed >= size)
        mark_cut(out, size);
}

static int
class_of_errno(int number)
{
    switch (number) {
    case ENOENT:
    case ENOTDIR:
        return RV_E_NOT_FOUND;
    case EACCES:
    case EPERM:
    case EROFS:
        return RV_E_PERMISSION;
    case EEXIST:
    case EBUSY:
    case EADDRINUSE:
        return RV_E_CONFLICT;
    case EINVAL:
    case EISDIR:
    case ENAMETOOLONG:
    case ELOOP:
        return RV_E_INVALID;
    case ETIMEDOUT:
        return RV_E_TIMEOUT;
    case ECANCELED:
        return RV_E_CANCELLED;
    case ENOSYS:
    case EOPNOTSUPP:
        return RV_E_UNSUPPORTED;
    case EFBIG:
    case EMSGSIZE:
    case EOVERFLOW:
        return RV_E_LIMIT;
    case EBADF:
    case EFAULT:
        return RV_E_INTERNAL;
    default:
        return RV_E_UNAVAILABLE;
    }
}

int
rv_vfail(rv_err *err, int code, const char *format, va_list args)
{
    char text[sizeof(err->text)];
    format_cut(text, sizeof(text), format, args);
    rv_err_clear(err);
    err->code = code < 0 ? code : RV_E_INTERNAL;
    memcpy(err->text, text, strlen(text) + 1);
    return err->code;
}

int
rv_fail(rv_err *err, int code, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    int failed = rv_vfail(err, code, format, args);
    va_end(args);
    return failed;
}

int
rv_fail_errno(rv_err *err, const char *format, ...)
{
    int number = errno;
    char doing[sizeof(err->text)];
    va_list args;
    va_start(args, format);
    format_cut(doing, sizeof(doing), format, args);
    va_end(args);
    const char *reason = strerrordesc_np(number);
    return rv_fail(err, class_of_errno(number), "%s: %s", doing, reason ? reason : "unknown error");
}

int
rv_wrap(rv_err *err, const char *format, ...)
{
    char doing[sizeof(err->text)];
    char text[sizeof(err->text)];
    va_list args;
    va_start(args, format);
    format_cut(doing, sizeof(doing), format, args);
    va_end(args);
    int needed = snprintf(text, sizeof(text), "%s: %s", doing, err->text);
    if (needed >= (int)sizeof(text))
        mark_cut(text, sizeof(text));
    memcpy(err->text, text, strlen(text) + 1);
    return err->code;
}

int
rv_hint(rv_err *err, const char *format, ...)
{
    if (err->hint[0] != '\0')
        return err->code;
    char hint[sizeof(err->hint)];
    va_list args;
    va_start(args, format);
    format_cut(hint, sizeof(hint), format, args);
    va_end(args);
    memcpy(err->hint, hint, strlen(hint) + 1);
    return err->code;
}

void
rv_err_clear(rv_err *err)
{
    err->code = RV_OK;
    err->remote_status = 0;
    err->retry_after_ms = 0;
    err->text[0] = '\0';
    err->hint[0] = '\0';
}

const char *
rv_class_name(int code)
{
    static const char *const names[] = {
        "ok",           "auth",        "permission", "not_found", "conflict", "invalid",
        "rate_limited", "unavailable", "timeout",    "cancelled", "gone",     "unsupported",
        "protocol",     "internal",    "limit",      "stale",
    };
    if (code > 0 || code <= -(int)RV_COUNT(names))
        return "internal";
    return names[-code];
}

void
rv_assert_failed(const char *condition, const char *file, int line)
{
    fprintf(stderr, "%s:%d: this must hold: %s\n", file, line, condition);
    abort();
}
