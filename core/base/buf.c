/* SPDX-License-Identifier: Apache-2.0
 *
 * Growing buffers. Appending never fails loudly: a buffer that met its ceiling
 * (or the end of memory) remembers it and swallows the rest.
 */
#include "base/buf.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "base/mem.h"

enum { FAILED_LIMIT = 1, FAILED_MEMORY = 2 };

/* realloc would leave the old bytes where they were. */
static char *
move_secret(rv_buf *buf, size_t size)
{
    char *data = malloc(size);
    if (data && buf->data) {
        memcpy(data, buf->data, buf->len);
        explicit_bzero(buf->data, buf->size);
        free(buf->data);
    }
    return data;
}

/* Room for more bytes and a NUL; 0 when there is none, and then the buffer has failed. */
static int
make_room(rv_buf *buf, size_t more)
{
    if (buf->failed)
        return 0;
    if (buf->len > buf->limit || more > buf->limit - buf->len || more > SIZE_MAX / 2) {
        buf->failed = FAILED_LIMIT;
        return 0;
    }
    size_t needed = buf->len + more + 1;
    if (needed <= buf->size)
        return 1;
    size_t size = buf->size * 2;
    if (size > buf->limit)
        size = buf->limit + 1;
    if (size < 64 && needed <= 64)
        size = 64;
    if (size < needed)
        size = needed;
    char *data = buf->secret ? move_secret(buf, size) : realloc(buf->data, size);
    if (data == NULL) {
        buf->failed = FAILED_MEMORY;
        return 0;
    }
    buf->data = data;
    buf->size = size;
    buf->data[buf->len] = '\0';
    return 1;
}

rv_buf
rv_buf_limited(size_t limit_bytes)
{
    /* The NUL needs a byte as well. */
    return (rv_buf){ .limit = limit_bytes < SIZE_MAX / 4 ? limit_bytes : SIZE_MAX / 4 };
}

rv_buf
rv_buf_secret(size_t limit_bytes)
{
    rv_buf buf = rv_buf_limited(limit_bytes);
    buf.secret = 1;
    return buf;
}

void
rv_buf_free(rv_buf *buf)
{
    if (buf->secret && buf->data)
        explicit_bzero(buf->data, buf->size);
    free(buf->data);
    *buf = (rv_buf){ .limit = buf->limit, .secret = buf->secret };
}

void
rv_buf_reset(rv_buf *buf)
{
    buf->len = 0;
    buf->failed = 0;
    if (buf->data)
        buf->data[0] = '\0';
}

void
rv_buf_add(rv_buf *buf, const void *bytes, size_t len)
{
    if (len == 0 || !make_room(buf, len))
        return;
    memcpy(buf->data + buf->len, bytes, len);
    buf->len += len;
    buf->data[buf->len] = '\0';
}

void
rv_buf_add_string(rv_buf *buf, const char *text)
{
    rv_buf_add(buf, text, strlen(text));
}

void
rv_buf_add_char(rv_buf *buf, char c)
{
    rv_buf_add(buf, &c, 1);
}

void
rv_buf_addf(rv_buf *buf, const char *format, ...)
{
    char small[512];
    va_list args;
    va_start(args, format);
    int len = vsnprintf(small, sizeof(small), format, args);
    va_end(args);
    if (len < 0)
        return;
    if ((size_t)len < sizeof(small)) {
        rv_buf_add(buf, small, (size_t)len);
        return;
    }
    if (!make_room(buf, (size_t)len))
        return;
    va_start(args, format);
    vsnprintf(buf->data + buf->len, (size_t)len + 1, format, args);
    va_end(args);
    buf->len += (size_t)len;
}

int
rv_buf_check(const rv_buf *buf, rv_err *err)
{
    if (buf->failed == FAILED_MEMORY)
        return rv_fail(err, RV_E_LIMIT, "out of memory after %zu bytes", buf->len);
    if (buf->failed)
        return rv_fail(err, RV_E_LIMIT, "larger than the limit of %zu bytes", buf->limit);
    return 0;
}

const char *
rv_buf_text(const rv_buf *buf)
{
    return buf->data ? buf->data : "";
}

char *
rv_buf_take_string(rv_buf *buf)
{
    char *text = buf->data ? buf->data : rv_strdup("");
    *buf = (rv_buf){ .limit = buf->limit, .secret = buf->secret };
    return text;
}

int
rv_buf_read_fd(rv_buf *buf, int fd, rv_err *err)
{
    for (;;) {
        /* At the ceiling one more byte is asked for: its absence is the end. */
        char beyond;
        size_t room = buf->limit - buf->len;
        size_t piece = buf->len < 4096 ? 4096 : buf->len;
        if (piece > room)
            piece = room;
        if (room > 0 && !make_room(buf, piece))
            return rv_buf_check(buf, err);
        ssize_t got = room > 0 ? read(fd, buf->data + buf->len, piece) : read(fd, &beyond, 1);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return rv_fail_errno(err, "read");
        if (got == 0)
            return 0;
        if (room == 0) {
            buf->failed = FAILED_LIMIT;
            return rv_buf_check(buf, err);
        }
        buf->len += (size_t)got;
        buf->data[buf->len] = '\0';
    }
}

int
rv_buf_read_file(rv_buf *buf, const char *path, rv_err *err)
{
    RV_AUTO_FD int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return rv_fail_errno(err, "open '%s'", path);
    if (rv_buf_read_fd(buf, fd, err))
        return rv_wrap(err, "file '%s'", path);
    return 0;
}
