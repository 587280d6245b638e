/* SPDX-License-Identifier: Apache-2.0
 *
 * Frames over a socketpair. Frames may carry credentials, so their bytes are
 * wiped once they have been read or sent.
 */
#include "base/frame.h"

#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include "base/secret.h"

enum { HEADER_BYTES = 4, READ_BYTES = 65536 };

rv_frame_reader
rv_frame_reader_new(void)
{
    return (rv_frame_reader){ .bytes = rv_buf_secret(RV_FRAME_MAX + HEADER_BYTES + READ_BYTES) };
}

void
rv_frame_reader_free(rv_frame_reader *reader)
{
    rv_buf_wipe(&reader->bytes);
    reader->start = 0;
}

/* Move what is unread to the front. */
static void
compact(rv_frame_reader *reader)
{
    rv_buf *bytes = &reader->bytes;
    if (reader->start == 0)
        return;
    size_t left = bytes->len - reader->start;
    memmove(bytes->data, bytes->data + reader->start, left);
    rv_wipe(bytes->data + left, reader->start);
    bytes->len = left;
    reader->start = 0;
    /* The supervisor has a reader for each worker: one large frame must not cost for ever. */
    if (left == 0 && bytes->size > 4 * READ_BYTES)
        rv_buf_wipe(bytes);
}

int
rv_frame_fill(rv_frame_reader *reader, int fd, rv_err *err)
{
    char piece[READ_BYTES];
    compact(reader);
    /* A whole frame is there already: let the caller take it first. */
    if (reader->bytes.limit - reader->bytes.len < sizeof(piece))
        return 1;
    ssize_t got;
    do {
        got = read(fd, piece, sizeof(piece));
    } while (got < 0 && errno == EINTR);
    if (got > 0) {
        rv_buf_add(&reader->bytes, piece, (size_t)got);
        rv_wipe(piece, (size_t)got);
        int failed = rv_buf_check(&reader->bytes, err);
        return failed ? failed : 1;
    }
    if (got < 0 && errno == EAGAIN)
        return 0;
    /* A peer that died with bytes of ours unread leaves a reset in place of an end. */
    if (got == 0 || errno == ECONNRESET)
        return rv_fail(err, RV_E_NOT_FOUND, "the peer has closed the connection");
    return rv_fail_errno(err, "read a frame");
}

int
rv_frame_next(rv_frame_reader *reader, cJSON **out, rv_err *err)
{
    *out = NULL;
    size_t there = reader->bytes.len - reader->start;
    if (there < HEADER_BYTES)
        return 0;
    char *frame = reader->bytes.data + reader->start;
    uint32_t len;
    memcpy(&len, frame, sizeof(len));
    len = ntohl(len);
    if (len > RV_FRAME_MAX)
        return rv_fail(err, RV_E_LIMIT, "frame of %u bytes is larger than the limit of %u", len,
                       RV_FRAME_MAX);
    if (there - HEADER_BYTES < len)
        return 0;
    int failed = rv_json_parse(out, frame + HEADER_BYTES, len, RV_FRAME_MAX, 0, err);
    if (failed) {
        if (failed == RV_E_INVALID)
            err->code = RV_E_PROTOCOL;
        return rv_wrap(err, "frame of %u bytes", len);
    }
    if (!cJSON_IsObject(*out)) {
        rv_json_delete_p(out);
        return rv_fail(err, RV_E_PROTOCOL, "frame of %u bytes is not a JSON object", len);
    }
    rv_wipe(frame, HEADER_BYTES + len);
    reader->start += HEADER_BYTES + len;
    return 1;
}

int
rv_frame_append(rv_buf *out, const cJSON *message, rv_err *err)
{
    size_t before = out->len;
    uint32_t header = 0;
    rv_buf_add(out, &header, sizeof(header));
    int failed = rv_json_canonical(out, message);
    if (failed == RV_E_LIMIT && out->failed)
        failed = rv_buf_check(out, err);
    else if (failed)
        rv_fail(err, failed, "message cannot be written as JSON");
    size_t len = failed ? 0 : out->len - before - HEADER_BYTES;
    if (len > RV_FRAME_MAX)
        failed =
            rv_fail(err, RV_E_LIMIT, "message of %zu bytes is larger than a frame's limit of %u",
                    len, RV_FRAME_MAX);
    if (failed) {
        /* The frames before this one are whole and may still be sent. */
        out->len = before;
        out->failed = 0;
        return rv_wrap(err, "append a frame");
    }
    header = htonl((uint32_t)len);
    memcpy(out->data + before, &header, sizeof(header));
    return 0;
}

static int
write_all(int fd, const char *bytes, size_t len, rv_err *err)
{
    while (len > 0) {
        /* Never SIGPIPE: a peer's death is an error like any other. */
        ssize_t sent = send(fd, bytes, len, MSG_NOSIGNAL);
        if (sent >= 0) {
            bytes += sent;
            len -= (size_t)sent;
        } else if (errno == EAGAIN) {
            /* Not rv_wait: a beat in the middle of this frame would break into it. */
            struct pollfd one = { .fd = fd, .events = POLLOUT };
            poll(&one, 1, -1);
        } else if (errno == EPIPE || errno == ECONNRESET) {
            return rv_fail(err, RV_E_NOT_FOUND, "the peer has closed the connection");
        } else if (errno != EINTR) {
            return rv_fail_errno(err, "send a frame");
        }
    }
    return 0;
}

int
rv_frame_send(int fd, const cJSON *message, rv_err *err)
{
    rv_buf bytes = rv_buf_secret(RV_FRAME_MAX + HEADER_BYTES);
    int failed = rv_frame_append(&bytes, message, err);
    if (!failed)
        failed = write_all(fd, bytes.data, bytes.len, err);
    rv_buf_wipe(&bytes);
    return failed;
}
