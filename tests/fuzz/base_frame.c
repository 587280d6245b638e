/* SPDX-License-Identifier: Apache-2.0
 *
 * Frames: bytes come through a socket in pieces whose sizes the input chooses
 * (its first byte); every frame that is accepted survives being sent again.
 */
#include "fuzz.h"

#include <sys/socket.h>
#include <unistd.h>
#include "base/frame.h"
#include "base/mem.h"

static void
check_round_trip(const cJSON *message)
{
    rv_err err = RV_ERR_INIT;
    rv_frame_reader reader = rv_frame_reader_new();
    RV_ASSERT(rv_frame_append(&reader.bytes, message, &err) == 0);
    RV_AUTO_JSON cJSON *again = NULL;
    RV_ASSERT(rv_frame_next(&reader, &again, &err) == 1);
    RV_ASSERT(cJSON_IsObject(again));
    RV_ASSERT(reader.start == reader.bytes.len);
    rv_frame_reader_free(&reader);
}

/* 0 when the peer broke the protocol. */
static int
take_frames(rv_frame_reader *reader)
{
    for (;;) {
        rv_err err = RV_ERR_INIT;
        RV_AUTO_JSON cJSON *message = NULL;
        int got = rv_frame_next(reader, &message, &err);
        RV_ASSERT((message != NULL) == (got == 1) && (got >= 0 || got == err.code));
        if (got <= 0)
            return got == 0;
        check_round_trip(message);
    }
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    size_t piece = (size_t)data[0] + 1;
    int pair[2];
    RV_ASSERT(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair) == 0);
    RV_AUTO_FD int ours = pair[0];
    RV_AUTO_FD int theirs = pair[1];
    rv_frame_reader reader = rv_frame_reader_new();
    int good = 1;
    for (size_t at = 1; good && at < size; at += piece) {
        rv_err err = RV_ERR_INIT;
        size_t len = size - at < piece ? size - at : piece;
        RV_ASSERT(write(theirs, data + at, len) == (ssize_t)len);
        RV_ASSERT(rv_frame_fill(&reader, ours, &err) == 1);
        good = take_frames(&reader);
    }
    rv_frame_reader_free(&reader);
    return 0;
}
