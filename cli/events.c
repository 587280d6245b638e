/* SPDX-License-Identifier: Apache-2.0
 *
 * A collection's changes as server-sent events: one connection after the other, each from where the
 * last one ended.
 */
#include "base/clock.h"
#include "base/mem.h"
#include "base/wait.h"
#include "client_internal.h"

#define TRIES 150 /* about five minutes */

/* A stream of events as curl's callbacks see it. */
struct reading {
    const struct cli_stream *stream;
    struct cli_sse sse;
    CURL *curl;
    rv_buf refusal; /* body of a status that is not 200 */
    rv_err err;     /* of the parser */
    int listed;     /* ready was called for the position that we have */
    int ever;       /* a connection was answered with 200 */
    int opened;     /* this one was */
    int heard;      /* something came over this connection */
    int verdict;
};

static size_t
keep(rv_buf *body, const char *bytes, size_t len)
{
    rv_buf_add(body, bytes, len);
    return body->failed ? 0 : len;
}

static long
status_of(CURL *curl)
{
    long status = 0;

    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
    return status;
}

/* The empty line that ends the answer's head: time to list, before the first event. */
static size_t
take_head(char *bytes, size_t size, size_t count, void *arg)
{
    struct reading *reading = arg;

    (void)bytes;
    if (size * count > 2 || status_of(reading->curl) != 200 || reading->opened)
        return size * count;
    reading->opened = reading->ever = 1;
    if (!reading->listed && reading->stream->ready)
        reading->verdict = reading->stream->ready(reading->stream->arg);
    reading->listed = 1;
    return reading->verdict ? 0 : size * count;
}

static size_t
take_events(char *bytes, size_t size, size_t count, void *arg)
{
    struct reading *reading = arg;

    if (!reading->opened)
        return keep(&reading->refusal, bytes, size * count);
    reading->heard = 1;
    reading->verdict = cli_sse_feed(&reading->sse, bytes, size * count, &reading->err);
    return reading->verdict ? 0 : size * count;
}

/* One connection until it ends: what a callback returned, or the class of why it ended. */
static int
read_once(struct cli_client *client, const char *url, struct reading *reading, rv_err *err)
{
    struct curl_slist *headers = cli_headers_of(client, "text/event-stream");
    int64_t begun_ms = rv_monotonic_ms();
    CURLcode code;

    if (reading->sse.id[0])
        cli_add_header(&headers, "Last-Event-ID", reading->sse.id);
    cli_sse_restart(&reading->sse);
    rv_buf_reset(&reading->refusal);
    reading->opened = reading->heard = 0;
    cli_set_up(client, url, headers);
    curl_easy_setopt(client->curl, CURLOPT_WRITEFUNCTION, take_events);
    curl_easy_setopt(client->curl, CURLOPT_WRITEDATA, reading);
    curl_easy_setopt(client->curl, CURLOPT_HEADERFUNCTION, take_head);
    curl_easy_setopt(client->curl, CURLOPT_HEADERDATA, reading);
    /* The server says something at least each 15 s: longer silence means that it is gone. */
    curl_easy_setopt(client->curl, CURLOPT_LOW_SPEED_LIMIT, 1L);
    curl_easy_setopt(client->curl, CURLOPT_LOW_SPEED_TIME, 60L);
    code = curl_easy_perform(client->curl);
    cli_trace(client, "GET", url, begun_ms);
    cli_free_headers(headers);
    if (reading->verdict) {
        *err = reading->err;
        return reading->verdict;
    }
    if (!reading->opened && status_of(client->curl) >= 300)
        return cli_answer_error(rv_buf_text(&reading->refusal), reading->refusal.len,
                                status_of(client->curl), err);
    return code == CURLE_OK ? rv_fail(err, RV_E_UNAVAILABLE, "the server ended the stream")
                            : cli_fail_transfer(client, code, err);
}

/* What ends a stream for good: a verdict, an error that will not pass, too many failures. */
static int
is_over(const struct reading *reading, int status, int failures)
{
    return status > 0 || reading->verdict || !reading->ever || failures > TRIES ||
           (status != RV_E_UNAVAILABLE && status != RV_E_GONE && status != RV_E_RATE_LIMITED);
}

int
cli_events(struct cli_client *client, const char *path, const struct cli_stream *stream,
           rv_err *err)
{
    RV_AUTO_FREE char *url = rv_format("%s%s", client->url, path);
    struct reading reading = { .stream = stream,
                               .curl = client->curl,
                               .refusal = rv_buf_limited(CLI_ERROR_LIMIT) };
    int failures = 0, status;

    cli_sse_init(&reading.sse, stream->event, stream->arg);
    for (;;) {
        rv_err_clear(err);
        status = read_once(client, url, &reading, err);
        failures = reading.heard ? 1 : failures + 1;
        if (is_over(&reading, status, failures))
            break;
        if (status == RV_E_GONE || !reading.sse.id[0]) {
            reading.sse.id[0] = '\0'; /* our position is no longer known: start over */
            reading.listed = 0;
        }
        rv_sleep(cli_sse_pause_ms(&reading.sse, failures), err);
    }
    cli_sse_free(&reading.sse);
    rv_buf_free(&reading.refusal);
    return status;
}
