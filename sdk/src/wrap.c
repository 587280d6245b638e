/* SPDX-License-Identifier: Apache-2.0
 *
 * The functions of call.h on top of the host's table: they format texts and
 * hand them on. A text is cut at TEXT_BYTES, where no character is split.
 */
#include "host_table.h"

#include <stdio.h>
#include <string.h>

enum { TEXT_BYTES = 4096 };

/* Back to the start of the last whole character. */
static void
end_with_dots(char text[TEXT_BYTES])
{
    size_t at = TEXT_BYTES - 4;

    while (at > 0 && ((unsigned char)text[at] & 0xC0) == 0x80)
        at--;
    memcpy(text + at, "...", 4);
}

static void __attribute__((format(printf, 2, 0)))
format_text(char text[TEXT_BYTES], const char *format, va_list args)
{
    int len = vsnprintf(text, TEXT_BYTES, format, args);

    if (len < 0)
        text[0] = 0;
    else if (len >= TEXT_BYTES)
        end_with_dots(text);
}

/* A failure must look like one, whatever was given. */
static int
failure(int error_class)
{
    return error_class < 0 ? error_class : REEVE_E_INTERNAL;
}

int
reeve_fail(struct reeve_call *call, int error_class, const char *format, ...)
{
    char text[TEXT_BYTES];
    va_list args;

    va_start(args, format);
    format_text(text, format, args);
    va_end(args);
    rv_sdk_host()->fail(call, failure(error_class), text);
    return failure(error_class);
}

int
reeve_wrap(struct reeve_call *call, int error_class, const char *format, ...)
{
    char text[TEXT_BYTES];
    va_list args;

    va_start(args, format);
    format_text(text, format, args);
    va_end(args);
    rv_sdk_host()->fail_wrap(call, failure(error_class), text);
    return failure(error_class);
}

void
reeve_hint(struct reeve_call *call, const char *format, ...)
{
    char text[TEXT_BYTES];
    va_list args;

    va_start(args, format);
    format_text(text, format, args);
    va_end(args);
    rv_sdk_host()->fail_hint(call, text);
}

void
reeve_fail_status(struct reeve_call *call, int32_t remote_status, int64_t retry_after_ms)
{
    rv_sdk_host()->fail_status(call, remote_status, retry_after_ms);
}

const char *
reeve_fail_text(struct reeve_call *call)
{
    const char *text = rv_sdk_host()->fail_text(call);

    return text ? text : "";
}

void
reeve_fail_clear(struct reeve_call *call)
{
    rv_sdk_host()->fail_clear(call);
}

const char *
reeve_class_name(int error_class)
{
    static const char *const names[] = {
        "ok",      "auth",         "permission",  "not_found", "conflict",
        "invalid", "rate_limited", "unavailable", "timeout",   "cancelled",
        "gone",    "unsupported",  "protocol",    "internal",  "limit",
    };
    const int count = sizeof(names) / sizeof(names[0]);

    return error_class <= 0 && error_class > -count ? names[-error_class] : "unknown";
}

void
reeve_log(struct reeve_call *call, int32_t level, const char *format, ...)
{
    char text[TEXT_BYTES];
    va_list args;

    va_start(args, format);
    format_text(text, format, args);
    va_end(args);
    rv_sdk_host()->log(call, level, text);
}

int64_t
reeve_now_ms(struct reeve_call *call)
{
    return rv_sdk_host()->now_ms(call);
}

int64_t
reeve_monotonic_ms(struct reeve_call *call)
{
    return rv_sdk_host()->monotonic_ms(call);
}

int64_t
reeve_deadline_ms(struct reeve_call *call)
{
    return rv_sdk_host()->deadline_ms(call);
}

int
reeve_cancelled(struct reeve_call *call)
{
    return rv_sdk_host()->cancelled(call);
}

int
reeve_wait(struct reeve_call *call, struct reeve_pollfd *fds, uint64_t count, int64_t timeout_ms)
{
    return rv_sdk_host()->wait(call, fds, count, timeout_ms);
}

int
reeve_sleep(struct reeve_call *call, int64_t ms)
{
    int status = reeve_wait(call, NULL, 0, ms < 0 ? 0 : ms);

    return status < 0 ? status : 0;
}

void *
reeve_alloc(struct reeve_call *call, uint64_t bytes)
{
    return rv_sdk_host()->alloc(call, bytes);
}

char *
reeve_strdup(struct reeve_call *call, const char *text)
{
    if (!text)
        return NULL;
    size_t bytes = strlen(text) + 1;
    char *copy = reeve_alloc(call, bytes);
    if (copy)
        memcpy(copy, text, bytes);
    return copy;
}

char *
reeve_format(struct reeve_call *call, const char *format, ...)
{
    va_list args, again;
    char *text = NULL;

    va_start(args, format);
    va_copy(again, args);
    int len = vsnprintf(NULL, 0, format, args);
    if (len >= 0)
        text = reeve_alloc(call, (uint64_t)len + 1);
    if (text)
        vsnprintf(text, (size_t)len + 1, format, again);
    va_end(again);
    va_end(args);
    return text;
}

uint64_t
reeve_alloc_mark(struct reeve_call *call)
{
    return rv_sdk_host()->alloc_mark(call);
}

void
reeve_alloc_release(struct reeve_call *call, uint64_t mark)
{
    rv_sdk_host()->alloc_release(call, mark);
}

int
reeve_secret_with(struct reeve_call *call, const struct reeve_secret *secret,
                  int (*fn)(void *arg, const char *bytes, uint64_t len), void *arg)
{
    if (!secret)
        return reeve_fail(call, REEVE_E_INTERNAL, "a secret that was not given was asked for");
    return rv_sdk_host()->secret_with(call, secret, fn, arg);
}

int
reeve_secret_new(struct reeve_call *call, const char *bytes, uint64_t len,
                 struct reeve_secret **out)
{
    *out = NULL;
    return rv_sdk_host()->secret_new(call, bytes, len, out);
}

void
reeve_secret_free(struct reeve_secret *secret)
{
    if (secret)
        rv_sdk_host()->secret_free(secret);
}
