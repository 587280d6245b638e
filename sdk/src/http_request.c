/* SPDX-License-Identifier: Apache-2.0
 *
 * One request and its answer: asked, awaited, asked again where that is safe
 * and may help.
 */
#include "http_internal.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "reeve/json.h"
#include "reeve/retry.h"

/* A server that wants to be left alone for longer than this is not waited for in here: the caller
 * learns when to come back. */
enum { LONGEST_PAUSE_MS = 30 * 1000, MAX_MESSAGE_BYTES = 300 };

static int
await(struct reeve_call *call, struct rv_sdk_transfer *transfer)
{
    int status = 0;

    while (status == 0 && !transfer->done)
        status = rv_sdk_http_round(call, transfer->http, -1);
    return status < 0 ? rv_sdk_http_interrupted(call, status, transfer->label) : 0;
}

static int
take_body(struct reeve_call *call, struct rv_sdk_transfer *transfer, struct reeve_http_answer *out)
{
    uint64_t len = rv_sdk_inbox_len(&transfer->inbox);

    if (len == 0)
        return 0;
    char *body = reeve_alloc(call, len + 1);
    if (!body)
        return reeve_wrap(call, REEVE_E_LIMIT, "%s: keep an answer of %llu bytes", transfer->label,
                          (unsigned long long)len);
    memcpy(body, transfer->inbox.data + transfer->inbox.start, len);
    body[len] = 0;
    out->body = body;
    out->len = len;
    return 0;
}

/* The transfer is done, and no redirect. */
static int
conclude(struct reeve_call *call, struct rv_sdk_transfer *transfer, struct reeve_http_answer *out)
{
    if (!rv_sdk_transfer_is_whole(transfer))
        return rv_sdk_http_explain(call, transfer);
    rv_sdk_transfer_answer(call, transfer, out);
    return take_body(call, transfer, out);
}

static int
ask_once(struct reeve_call *call, struct reeve_http *http,
         const struct rv_sdk_http_request *request, struct reeve_http_answer *out)
{
    struct rv_sdk_transfer transfer;
    int again = 1;

    memset(out, 0, sizeof(*out));
    out->body = out->content_type = "";
    int status = rv_sdk_transfer_begin(call, http, &transfer, request);
    if (status < 0)
        return status;
    while (status == 0 && again > 0) {
        status = await(call, &transfer);
        again = status == 0 ? rv_sdk_transfer_follow(call, &transfer) : 0;
    }
    if (status == 0)
        status = again < 0 ? again : conclude(call, &transfer, out);
    if (status == 0)
        status = rv_sdk_headers_take(call, &transfer, out);
    /* An answer may outlive its client. */
    if (out->base_path)
        out->base_path = *out->base_path ? reeve_strdup(call, out->base_path) : NULL;
    rv_sdk_transfer_end(&transfer);
    return status;
}

static int
is_safe(const struct rv_sdk_http_request *request)
{
    return strcmp(request->method, "GET") == 0 || strcmp(request->method, "HEAD") == 0;
}

/* How long to wait before asking again; -1: not again. */
static int64_t
pause_before_retry(struct reeve_call *call, struct reeve_backoff *backoff, int32_t retries,
                   int error_class, int64_t retry_after_ms)
{
    if (backoff->failures >= retries || !reeve_retryable(call, error_class))
        return -1;
    int64_t deadline_ms = reeve_deadline_ms(call);
    int64_t pause_ms = reeve_backoff_next(backoff, retry_after_ms);
    if (pause_ms > LONGEST_PAUSE_MS + LONGEST_PAUSE_MS / 4)
        return -1;
    if (deadline_ms != INT64_MAX && deadline_ms - reeve_monotonic_ms(call) <= pause_ms)
        return -1;
    return pause_ms;
}

static void
log_retry(struct reeve_call *call, const struct rv_sdk_http_request *request, int status,
          const struct reeve_http_answer *answer, int64_t pause_ms)
{
    int len = (int)strcspn(request->path, "?");

    if (status < 0)
        reeve_log(call, REEVE_LOG_INFO, "%s; asking again in %lld ms", reeve_fail_text(call),
                  (long long)pause_ms);
    else
        reeve_log(call, REEVE_LOG_INFO, "%s %.*s: status %d; asking again in %lld ms",
                  request->method, len > 200 ? 200 : len, request->path, (int)answer->status,
                  (long long)pause_ms);
}

static int
ask(struct reeve_call *call, struct reeve_http *http, const struct rv_sdk_http_request *request,
    struct reeve_http_answer *out)
{
    struct reeve_backoff backoff = { 0 };

    for (;;) {
        uint64_t mark = reeve_alloc_mark(call);
        int status = ask_once(call, http, request, out);
        int error_class = status < 0 ? status : rv_sdk_http_status_class(out->status);
        if (error_class == 0 || !is_safe(request))
            return status;
        int64_t pause_ms =
            pause_before_retry(call, &backoff, http->retries, error_class, out->retry_after_ms);
        if (pause_ms < 0)
            return status;
        log_retry(call, request, status, out, pause_ms);
        reeve_fail_clear(call);
        reeve_alloc_release(call, mark);
        status = reeve_sleep(call, pause_ms);
        if (status < 0)
            return status;
    }
}

int
reeve_http_ask(struct reeve_call *call, struct reeve_http *http,
               const struct reeve_http_request *request, struct reeve_http_answer *out)
{
    struct reeve_http_request given = { 0 };

    memcpy(&given, request, request->size < sizeof(given) ? (size_t)request->size : sizeof(given));
    struct rv_sdk_http_request own = {
        .method = given.method ? given.method : "GET",
        .path = given.path ? given.path : "",
        .content_type = given.content_type,
        .body = given.body,
        .body_len = given.body ? given.len : 0,
        .headers = { given.headers, given.header_size },
        .mode = RV_SDK_BODY_WHOLE,
        .max_bytes = http->max_response_bytes,
        .whole_ms = http->request_ms,
    };

    return ask(call, http, &own, out);
}

int
reeve_http_send(struct reeve_call *call, struct reeve_http *http, const char *method,
                const char *path, const char *content_type, const char *body, uint64_t len,
                struct reeve_http_answer *out)
{
    struct reeve_http_request request = { .size = sizeof(request),
                                          .method = method,
                                          .path = path,
                                          .content_type = content_type,
                                          .body = body,
                                          .len = len };

    return reeve_http_ask(call, http, &request, out);
}

int
reeve_http_get(struct reeve_call *call, struct reeve_http *http, const char *path,
               struct reeve_http_answer *out)
{
    return reeve_http_send(call, http, "GET", path, NULL, NULL, 0, out);
}

/* Many APIs explain an error in a member "message" ("error" holds it in others). */
static const char *
find_message(const struct reeve_json *json)
{
    static const char *const paths[] = { "message", "error.message", "error", "detail" };
    const char *text = NULL;

    for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]) && !text; i++)
        text = reeve_json_string(json, paths[i], NULL);
    return text;
}

static void
set_status_text(struct reeve_call *call, const char *path, int error_class,
                const struct reeve_http_answer *answer)
{
    struct reeve_json *json = NULL;
    const char *message = NULL;
    const char *base = answer->base_path ? answer->base_path : "";
    const char *slash = *base && *path && *path != '/' && *path != '?' ? "/" : "";

    if (strcasestr(answer->content_type, "json") && answer->len <= RV_SDK_HTTP_ERROR_BODY &&
        reeve_json_parse(call, answer->body, answer->len, 0, &json) == 0)
        message = find_message(json);
    reeve_fail(call, error_class, "%.200s%s%.*s: the server answers with status %d%s%.*s", base,
               slash, (int)rv_sdk_http_label_length(path), path, (int)answer->status,
               message ? ": " : "", MAX_MESSAGE_BYTES, message ? message : "");
    reeve_json_free(json);
}

int
reeve_http_check(struct reeve_call *call, const char *path, const struct reeve_http_answer *answer)
{
    int error_class = rv_sdk_http_status_class(answer->status);

    if (error_class == 0)
        return 0;
    set_status_text(call, path, error_class, answer);
    if (error_class == REEVE_E_AUTH)
        reeve_hint(call, "check the credentials: the server knows nobody by them");
    else if (error_class == REEVE_E_PERMISSION)
        reeve_hint(call, "the credentials are known, but lack a right for this");
    else if (answer->status == 404 && answer->base_path && *answer->base_path)
        reeve_hint(call, "check option 'path': this connection's address has the path %.200s",
                   answer->base_path);
    reeve_fail_status(call, answer->status, answer->retry_after_ms);
    return error_class;
}

struct taker {
    int (*fn)(void *arg, const char *bytes, uint64_t len);
    void *arg;
    int taken; /* some were handed over: the request cannot be made again */
};

/* All that waits goes out as one piece. The inbox must not move meanwhile: fn may use the client.
 */
static int
hand_over(struct rv_sdk_transfer *transfer, struct taker *taker)
{
    uint64_t len = rv_sdk_inbox_len(&transfer->inbox);

    taker->taken = 1;
    transfer->lent = 1;
    int status = taker->fn(taker->arg, transfer->inbox.data + transfer->inbox.start, len);
    transfer->lent = 0;
    rv_sdk_inbox_drop(&transfer->inbox, len);
    rv_sdk_transfer_resume(transfer);
    return status < 0 ? status : 0;
}

/* All that came so far. Handing over lets more in, which may already wait in libcurl. */
static int
hand_over_all(struct rv_sdk_transfer *transfer, struct taker *taker)
{
    int status = 0;

    while (status == 0 && transfer->status / 100 == 2 && rv_sdk_inbox_len(&transfer->inbox) > 0)
        status = hand_over(transfer, taker);
    return status;
}

static int
run_pieces(struct reeve_call *call, struct rv_sdk_transfer *transfer, struct taker *taker)
{
    for (;;) {
        int status = hand_over_all(transfer, taker);
        if (status < 0)
            return status;
        if (!transfer->done) {
            status = rv_sdk_http_round(call, transfer->http, -1);
            if (status < 0)
                return rv_sdk_http_interrupted(call, status, transfer->label);
            continue;
        }
        status = rv_sdk_transfer_follow(call, transfer);
        if (status <= 0)
            return status;
    }
}

static int
get_pieces_once(struct reeve_call *call, struct reeve_http *http,
                const struct rv_sdk_http_request *request, struct taker *taker,
                struct rv_sdk_pieces *pieces, int64_t *retry_after_ms)
{
    struct rv_sdk_transfer transfer;
    struct reeve_http_answer answer = { 0 };

    int status = rv_sdk_transfer_begin(call, http, &transfer, request);
    if (status < 0)
        return status;
    status = run_pieces(call, &transfer, taker);
    if (status == 0)
        status = conclude(call, &transfer, &answer);
    if (status == 0)
        status = reeve_http_check(call, request->path, &answer);
    pieces->status = answer.status;
    *retry_after_ms = answer.retry_after_ms;
    free(pieces->from);
    free(pieces->link);
    pieces->from = transfer.url;
    pieces->link = status == 0 ? rv_sdk_http_find_link(transfer.easy, "next") : NULL;
    transfer.url = NULL;
    rv_sdk_transfer_end(&transfer);
    return status;
}

int
rv_sdk_http_get_pieces(struct reeve_call *call, struct reeve_http *http,
                       struct rv_sdk_pieces *pieces)
{
    struct taker taker = { pieces->fn, pieces->arg, 0 };
    struct reeve_backoff backoff = { 0 };
    struct rv_sdk_http_request request = {
        .method = "GET",
        .path = pieces->path,
        .url = pieces->url,
        .headers = pieces->headers,
        .mode = RV_SDK_BODY_PIECES,
        .max_bytes = pieces->max_bytes > 0 ? pieces->max_bytes : http->max_response_bytes,
        .silence_ms = http->request_ms,
    };

    for (;;) {
        int64_t retry_after_ms = 0;
        int status = get_pieces_once(call, http, &request, &taker, pieces, &retry_after_ms);
        if (status == 0 || taker.taken)
            return status;
        int64_t pause_ms =
            pause_before_retry(call, &backoff, http->retries, status, retry_after_ms);
        if (pause_ms < 0)
            return status;
        log_retry(call, &request, status, NULL, pause_ms);
        reeve_fail_clear(call);
        status = reeve_sleep(call, pause_ms);
        if (status < 0)
            return status;
    }
}

int
reeve_http_get_body(struct reeve_call *call, struct reeve_http *http, const char *path,
                    int (*fn)(void *arg, const char *bytes, uint64_t len), void *arg,
                    uint64_t max_bytes)
{
    struct rv_sdk_pieces pieces = {
        .fn = fn, .arg = arg, .max_bytes = max_bytes, .path = path ? path : ""
    };
    int status = rv_sdk_http_get_pieces(call, http, &pieces);

    free(pieces.from);
    free(pieces.link);
    return status;
}
