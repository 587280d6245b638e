/* SPDX-License-Identifier: Apache-2.0
 *
 * Messages between the supervisor and its workers: a four-byte length (big
 * endian) and that many bytes of one JSON object, over a socketpair. Frames
 * have a ceiling; a peer that breaks it is ended.
 */
#ifndef RV_FRAME_H
#define RV_FRAME_H

#include "base/json.h"

#define RV_FRAME_MAX (4u << 20)

/* Incoming bytes of one peer. */
typedef struct rv_frame_reader {
    rv_buf bytes;
    size_t start; /* of what was not taken yet */
} rv_frame_reader;

rv_frame_reader rv_frame_reader_new(void);
void rv_frame_reader_free(rv_frame_reader *reader);
/* Read what is there (fd may be non-blocking). 1 when bytes came, 0 when none now, NOT_FOUND at
 * the end of the stream, or an error. */
int rv_frame_fill(rv_frame_reader *reader, int fd, rv_err *err);
/* Next whole frame: 1 with *out the caller's (cJSON_Delete), 0 when incomplete, LIMIT/PROTOCOL. */
int rv_frame_next(rv_frame_reader *reader, cJSON **out, rv_err *err);
/* Append one frame to a buffer that is written later. On failure the buffer is as before. */
int rv_frame_append(rv_buf *out, const cJSON *message, rv_err *err);
/* Write one frame whole to a socket, waiting when it is full (blocking fd or poll). NOT_FOUND
 * when the peer is gone. */
int rv_frame_send(int fd, const cJSON *message, rv_err *err);

#endif
