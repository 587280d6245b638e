/* SPDX-License-Identifier: Apache-2.0
 *
 * Many long answers at once, read line by line. A stream whose lines are not
 * taken fills its window and then holds its sender back; the others go on.
 */
#include "http_internal.h"

#include <stdlib.h>
#include <string.h>

#define MAX_LINE_BYTES ((uint64_t)16 << 20)

struct reeve_http_stream {
    struct rv_sdk_transfer transfer;
    struct reeve_http_stream *next, *before;
    void *tag;
    char *path;
    int reported; /* its end was */
};

static void
attach(struct reeve_http_stream *stream)
{
    struct reeve_http *http = stream->transfer.http;

    stream->next = http->streams;
    if (http->streams)
        http->streams->before = stream;
    http->streams = stream;
}

static void
detach(struct reeve_http_stream *stream)
{
    struct reeve_http *http = stream->transfer.http;

    if (http->turn == stream)
        http->turn = stream->next;
    if (stream->next)
        stream->next->before = stream->before;
    if (stream->before)
        stream->before->next = stream->next;
    else if (http->streams == stream)
        http->streams = stream->next;
}

int
reeve_http_stream_open(struct reeve_call *call, struct reeve_http *http, const char *path,
                       uint64_t max_line_bytes, void *tag, struct reeve_http_stream **out)
{
    *out = NULL;
    struct reeve_http_stream *stream = calloc(1, sizeof(*stream));
    char *copy = path ? strdup(path) : NULL;
    if (!stream || !copy) {
        free(stream);
        free(copy);
        return reeve_fail(call, REEVE_E_INTERNAL, "out of memory for a stream");
    }
    struct rv_sdk_http_request request = {
        .method = "GET",
        .path = copy,
        .mode = RV_SDK_BODY_LINES,
        .max_line_bytes = max_line_bytes > 0 ? max_line_bytes : MAX_LINE_BYTES,
        .silence_ms = http->stream_silence_ms,
    };
    int status = rv_sdk_transfer_begin(call, http, &stream->transfer, &request);
    if (status < 0) {
        free(stream);
        free(copy);
        return status;
    }
    stream->path = copy;
    stream->tag = tag;
    attach(stream);
    *out = stream;
    return 0;
}

void
reeve_http_stream_close(struct reeve_http_stream *stream)
{
    if (!stream)
        return;
    detach(stream);
    rv_sdk_transfer_end(&stream->transfer);
    free(stream->path);
    free(stream);
}

void
rv_sdk_http_streams_close(struct reeve_http *http)
{
    while (http->streams)
        reeve_http_stream_close(http->streams);
}

/* Is the next line already whole? Called when one was taken. */
static void
find_line(struct rv_sdk_transfer *transfer)
{
    struct rv_sdk_inbox *inbox = &transfer->inbox;
    uint64_t waiting = rv_sdk_inbox_len(inbox);
    const char *from = waiting > 0 ? inbox->data + inbox->start : NULL;
    const char *line_end = from ? memchr(from, '\n', waiting) : NULL;
    uint64_t len = line_end ? (uint64_t)(line_end - from) : waiting;

    transfer->has_line = line_end != NULL;
    transfer->line_len = line_end ? len : 0;
    if (len <= transfer->request.max_line_bytes)
        return;
    transfer->has_line = 0;
    rv_sdk_transfer_stop(transfer, RV_SDK_STOP_LINE);
}

/* Take back the line that the last reeve_http_next gave out. */
static void
take_back(struct reeve_http *http)
{
    struct rv_sdk_transfer *transfer = http->lent;

    http->lent = NULL;
    if (!transfer)
        return;
    transfer->lent = 0;
    uint64_t waiting = rv_sdk_inbox_len(&transfer->inbox);
    uint64_t used = transfer->line_len + 1;
    rv_sdk_inbox_drop(&transfer->inbox, used < waiting ? used : waiting);
    find_line(transfer);
    rv_sdk_transfer_resume(transfer);
}

static int
give_line(struct reeve_http_stream *stream, struct reeve_http_next *out)
{
    struct rv_sdk_transfer *transfer = &stream->transfer;
    char *line = transfer->inbox.data + transfer->inbox.start;
    uint64_t len = transfer->line_len;

    line[len] = 0; /* over the line end, or in the byte of room behind */
    transfer->lent = 1;
    transfer->http->lent = transfer;
    if (len > 0 && line[len - 1] == '\r')
        line[--len] = 0;
    out->what = REEVE_STREAM_LINE;
    out->status = transfer->status;
    out->stream = stream;
    out->tag = stream->tag;
    out->line = line;
    out->len = len;
    return 1;
}

/* Class and text of the end. */
static int
judge(struct reeve_call *call, struct reeve_http_stream *stream, struct reeve_http_next *out)
{
    struct rv_sdk_transfer *transfer = &stream->transfer;
    struct rv_sdk_inbox *inbox = &transfer->inbox;
    struct reeve_http_answer answer;

    if (!rv_sdk_transfer_is_whole(transfer)) {
        out->status = transfer->status;
        return rv_sdk_http_explain(call, transfer);
    }
    rv_sdk_transfer_answer(call, transfer, &answer);
    out->status = answer.status;
    out->retry_after_ms = answer.retry_after_ms;
    if (rv_sdk_inbox_len(inbox) > 0) {
        inbox->data[inbox->end] = 0;
        answer.body = inbox->data + inbox->start;
        answer.len = rv_sdk_inbox_len(inbox);
    }
    return reeve_http_check(call, stream->path, &answer);
}

/* 1: *out is set, 0: it runs on (at the place of a redirect). */
static int
give_end(struct reeve_call *call, struct reeve_http_stream *stream, struct reeve_http_next *out)
{
    struct rv_sdk_transfer *transfer = &stream->transfer;
    int status = rv_sdk_transfer_follow(call, transfer);

    if (status > 0)
        return 0;
    /* The last line needs no line end, when the answer is whole. */
    if (status == 0 && rv_sdk_transfer_is_whole(transfer) && transfer->status / 100 == 2 &&
        rv_sdk_inbox_len(&transfer->inbox) > 0) {
        transfer->has_line = 1;
        transfer->line_len = rv_sdk_inbox_len(&transfer->inbox);
        return give_line(stream, out);
    }
    out->what = REEVE_STREAM_END;
    out->stream = stream;
    out->tag = stream->tag;
    out->status = transfer->status;
    out->error_class = status < 0 ? status : judge(call, stream, out);
    stream->reported = 1;
    return 1;
}

static int
look_at(struct reeve_call *call, struct reeve_http_stream *stream, struct reeve_http_next *out)
{
    if (stream->reported)
        return 0;
    if (stream->transfer.has_line)
        return give_line(stream, out);
    return stream->transfer.done ? give_end(call, stream, out) : 0;
}

/* Around the streams, from the one after that which had its turn last. */
static int
look_around(struct reeve_call *call, struct reeve_http *http, struct reeve_http_next *out)
{
    struct reeve_http_stream *first = http->turn ? http->turn : http->streams;
    struct reeve_http_stream *stream = first;

    if (!stream)
        return 0;
    do {
        struct reeve_http_stream *after = stream->next ? stream->next : http->streams;
        if (look_at(call, stream, out)) {
            http->turn = after;
            return 1;
        }
        stream = after;
    } while (stream != first);
    return 0;
}

static int
any_running(const struct reeve_http *http)
{
    for (const struct reeve_http_stream *s = http->streams; s; s = s->next) {
        if (!s->reported)
            return 1;
    }
    return 0;
}

int
reeve_http_next(struct reeve_call *call, struct reeve_http *http, int64_t timeout_ms,
                struct reeve_http_next *out)
{
    int64_t until_ms = timeout_ms < 0 ? -1 : rv_sdk_clock_ms() + timeout_ms;

    memset(out, 0, sizeof(*out));
    take_back(http);
    if (reeve_cancelled(call))
        return reeve_fail(call, REEVE_E_CANCELLED, "cancelled");
    for (int rounds = 0;; rounds++) {
        if (look_around(call, http, out))
            return 0;
        if (until_ms < 0 && !any_running(http))
            return reeve_fail(call, REEVE_E_INTERNAL, "waiting for lines, but no stream is open");
        int64_t left_ms = until_ms < 0 ? -1 : until_ms - rv_sdk_clock_ms();
        if (until_ms >= 0 && left_ms <= 0) {
            if (rounds > 0)
                break;
            left_ms = 0;
        }
        int status = rv_sdk_http_round(call, http, left_ms);
        if (status < 0)
            return rv_sdk_http_interrupted(call, status, "watching");
    }
    out->what = REEVE_STREAM_IDLE;
    return 0;
}
