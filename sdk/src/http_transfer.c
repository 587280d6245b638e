/* SPDX-License-Identifier: Apache-2.0
 *
 * One transfer of libcurl: begun, received into its inbox, led on by a redirect
 * within the origin, ended.
 */
#include "http_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int
is_good(const struct rv_sdk_transfer *transfer)
{
    return transfer->status >= 200 && transfer->status <= 299;
}

/* The author is slower than the sender: let it wait. */
static int
must_pause(const struct rv_sdk_transfer *transfer)
{
    uint64_t waiting = rv_sdk_inbox_len(&transfer->inbox);

    if (transfer->lent)
        return 1;
    if (waiting < RV_SDK_HTTP_WINDOW || !is_good(transfer))
        return 0;
    return transfer->request.mode == RV_SDK_BODY_PIECES ||
           (transfer->request.mode == RV_SDK_BODY_LINES && transfer->has_line);
}

static enum rv_sdk_stop
over_limit(const struct rv_sdk_transfer *transfer)
{
    const struct rv_sdk_http_request *request = &transfer->request;

    if (request->mode != RV_SDK_BODY_WHOLE && !is_good(transfer))
        return transfer->received > RV_SDK_HTTP_ERROR_BODY ? RV_SDK_STOP_ENOUGH : RV_SDK_STOP_NONE;
    if (request->max_bytes > 0 && transfer->received > request->max_bytes)
        return RV_SDK_STOP_BODY;
    return RV_SDK_STOP_NONE;
}

/* Bytes of lines: is one whole now, or is the one that comes too long? */
static enum rv_sdk_stop
watch_line(struct rv_sdk_transfer *transfer, uint64_t added)
{
    const struct rv_sdk_inbox *inbox = &transfer->inbox;

    if (transfer->request.mode != RV_SDK_BODY_LINES || transfer->has_line || !is_good(transfer))
        return RV_SDK_STOP_NONE;
    const char *from = inbox->data + inbox->end - added;
    const char *line_end = memchr(from, '\n', added);
    uint64_t len =
        line_end ? (uint64_t)(line_end - (inbox->data + inbox->start)) : rv_sdk_inbox_len(inbox);
    if (len > transfer->request.max_line_bytes)
        return RV_SDK_STOP_LINE;
    if (line_end) {
        transfer->has_line = 1;
        transfer->line_len = len;
    }
    return RV_SDK_STOP_NONE;
}

static void
read_status(struct rv_sdk_transfer *transfer)
{
    long status = 0;

    curl_easy_getinfo(transfer->easy, CURLINFO_RESPONSE_CODE, &status);
    transfer->status = (int32_t)status;
}

static size_t
on_body(char *bytes, size_t size, size_t count, void *arg)
{
    struct rv_sdk_transfer *transfer = arg;
    size_t len = size * count;

    transfer->moved = transfer->answered = 1;
    transfer->http->progress = 1;
    if (transfer->status == 0)
        read_status(transfer);
    if (must_pause(transfer)) {
        transfer->paused = 1;
        return CURL_WRITEFUNC_PAUSE;
    }
    transfer->received += len;
    transfer->stop = over_limit(transfer);
    if (transfer->stop != RV_SDK_STOP_NONE)
        return 0;
    if (rv_sdk_inbox_add(&transfer->inbox, bytes, len) < 0)
        transfer->stop = RV_SDK_STOP_MEMORY;
    else
        transfer->stop = watch_line(transfer, len);
    return transfer->stop == RV_SDK_STOP_NONE ? len : 0;
}

static size_t
on_header(char *bytes, size_t size, size_t count, void *arg)
{
    struct rv_sdk_transfer *transfer = arg;
    size_t len = size * count;

    (void)bytes;
    transfer->moved = transfer->answered = 1;
    transfer->header_bytes += len;
    transfer->header_lines++;
    if (transfer->header_bytes <= RV_SDK_HTTP_HEADER_BYTES &&
        transfer->header_lines <= RV_SDK_HTTP_HEADER_LINES)
        return len;
    transfer->stop = RV_SDK_STOP_HEADER;
    return 0;
}

static void
set_callbacks(struct rv_sdk_transfer *transfer)
{
    CURL *easy = transfer->easy;

    curl_easy_setopt(easy, CURLOPT_PRIVATE, transfer);
    curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, transfer->error);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, transfer);
    curl_easy_setopt(easy, CURLOPT_HEADERDATA, transfer);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
    curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_header);
}

/* Into the hands of libcurl, for the first time or after a redirect. */
static int
launch(struct reeve_call *call, struct rv_sdk_transfer *transfer)
{
    int status = rv_sdk_transfer_set_headers(call, transfer);

    if (status < 0)
        return status;
    if (transfer->setup == CURLE_OK)
        transfer->setup = curl_easy_setopt(transfer->easy, CURLOPT_URL, transfer->url);
    if (transfer->setup == CURLE_OUT_OF_MEMORY)
        return reeve_fail(call, REEVE_E_INTERNAL, "out of memory for a request");
    if (transfer->setup != CURLE_OK)
        return reeve_fail(call, REEVE_E_INVALID, "%s: the request cannot be made: %s",
                          transfer->label, curl_easy_strerror(transfer->setup));
    CURLMcode code = curl_multi_add_handle(transfer->http->multi, transfer->easy);
    if (code != CURLM_OK)
        return reeve_fail(call, REEVE_E_INTERNAL, "%s: the request cannot be made: %s",
                          transfer->label, curl_multi_strerror(code));
    transfer->running = 1;
    return 0;
}

/* The path must be escaped: what stands in it goes out as it is. */
static int
check_path(struct reeve_call *call, const char *path)
{
    for (const char *at = path; *at; at++) {
        if ((unsigned char)*at <= ' ' || (unsigned char)*at >= 0x7F || *at == '#')
            return reeve_fail(call, REEVE_E_INVALID,
                              "the path '%.200s' is not escaped: character %d", path,
                              (int)(at - path) + 1);
    }
    return 0;
}

static char *
join(const char *first, const char *separator, const char *second, size_t second_len)
{
    size_t first_len = strlen(first), separator_len = strlen(separator);
    char *text = malloc(first_len + separator_len + second_len + 1);

    if (!text)
        return NULL;
    memcpy(text, first, first_len);
    memcpy(text + first_len, separator, separator_len);
    memcpy(text + first_len + separator_len, second, second_len);
    text[first_len + separator_len + second_len] = 0;
    return text;
}

const char *
rv_sdk_http_path_of(const char *url)
{
    const char *host = strstr(url, "://");

    return host ? host + 3 + strcspn(host + 3, "/?") : url;
}

size_t
rv_sdk_http_label_length(const char *path)
{
    size_t len = strcspn(path, "?");

    return len > 200 ? 200 : len;
}

static void
attach(struct rv_sdk_transfer *transfer)
{
    struct reeve_http *http = transfer->http;

    transfer->next = http->transfers;
    if (http->transfers)
        http->transfers->before = transfer;
    http->transfers = transfer;
}

static void
detach(struct rv_sdk_transfer *transfer)
{
    struct reeve_http *http = transfer->http;

    if (transfer->next)
        transfer->next->before = transfer->before;
    if (transfer->before)
        transfer->before->next = transfer->next;
    else if (http->transfers == transfer)
        http->transfers = transfer->next;
    transfer->next = transfer->before = NULL;
    if (http->lent == transfer)
        http->lent = NULL;
}

static int
make_names(struct reeve_call *call, struct rv_sdk_transfer *transfer)
{
    const struct rv_sdk_http_request *request = &transfer->request;
    const char *path = request->path ? request->path : "";
    int status = check_path(call, request->url ? request->url : path);

    if (status < 0)
        return status;
    const char *slash = *path == '/' || *path == '?' || *path == 0 ? "" : "/";
    transfer->url = request->url ? strdup(request->url)
                                 : join(transfer->http->base_url, slash, path, strlen(path));
    transfer->label = join(request->method, " ", *path ? path : "/",
                           rv_sdk_http_label_length(*path ? path : "/"));
    transfer->easy = curl_easy_init();
    if (!transfer->url || !transfer->label || !transfer->easy)
        return reeve_fail(call, REEVE_E_INTERNAL, "out of memory for a request");
    return 0;
}

int
rv_sdk_transfer_begin(struct reeve_call *call, struct reeve_http *http,
                      struct rv_sdk_transfer *transfer, const struct rv_sdk_http_request *request)
{
    memset(transfer, 0, sizeof(*transfer));
    transfer->http = http;
    transfer->request = *request;
    attach(transfer);
    int status = make_names(call, transfer);
    if (status == 0) {
        set_callbacks(transfer);
        rv_sdk_transfer_set_up(transfer);
        status = launch(call, transfer);
    }
    if (status < 0)
        rv_sdk_transfer_end(transfer);
    return status;
}

void
rv_sdk_transfer_end(struct rv_sdk_transfer *transfer)
{
    detach(transfer);
    if (transfer->running)
        curl_multi_remove_handle(transfer->http->multi, transfer->easy);
    transfer->running = 0;
    curl_easy_cleanup(transfer->easy);
    transfer->easy = NULL;
    rv_sdk_http_take_back(transfer);
    curl_slist_free_all(transfer->headers);
    transfer->headers = NULL;
    free(transfer->url);
    free(transfer->label);
    transfer->url = transfer->label = NULL;
    rv_sdk_inbox_free(&transfer->inbox);
}

void
rv_sdk_transfer_stop(struct rv_sdk_transfer *transfer, enum rv_sdk_stop why)
{
    if (transfer->running)
        curl_multi_remove_handle(transfer->http->multi, transfer->easy);
    transfer->running = 0;
    transfer->done = 1;
    transfer->stop = why;
    transfer->result = CURLE_ABORTED_BY_CALLBACK;
    transfer->http->progress = 1;
}

void
rv_sdk_transfer_resume(struct rv_sdk_transfer *transfer)
{
    if (!transfer->paused || must_pause(transfer))
        return;
    transfer->paused = 0;
    if (transfer->running)
        curl_easy_pause(transfer->easy, CURLPAUSE_CONT);
}

int
rv_sdk_transfer_is_whole(const struct rv_sdk_transfer *transfer)
{
    return transfer->result == CURLE_OK || transfer->stop == RV_SDK_STOP_ENOUGH;
}

static int
is_redirect(const struct rv_sdk_transfer *transfer)
{
    int32_t status = transfer->status;
    const char *method = transfer->request.method;

    return (status == 301 || status == 302 || status == 303 || status == 307 || status == 308) &&
           (strcmp(method, "GET") == 0 || strcmp(method, "HEAD") == 0);
}

static void
forget_answer(struct rv_sdk_transfer *transfer)
{
    rv_sdk_inbox_free(&transfer->inbox);
    transfer->done = transfer->answered = transfer->moved = transfer->paused = 0;
    transfer->has_line = 0;
    transfer->stop = RV_SDK_STOP_NONE;
    transfer->result = CURLE_OK;
    transfer->status = 0;
    transfer->silent_ms = 0;
    transfer->received = transfer->header_bytes = transfer->header_lines = 0;
}

int
rv_sdk_transfer_follow(struct reeve_call *call, struct rv_sdk_transfer *transfer)
{
    char *target = NULL;

    if (!rv_sdk_transfer_is_whole(transfer))
        return 0;
    read_status(transfer);
    if (!is_redirect(transfer))
        return 0;
    curl_easy_getinfo(transfer->easy, CURLINFO_REDIRECT_URL, &target);
    if (!target)
        return 0;
    if (!rv_sdk_http_has_origin(transfer->http, target)) {
        reeve_fail(call, REEVE_E_INVALID, "%s: the server sends us to another place, '%.*s'",
                   transfer->label, (int)rv_sdk_http_label_length(target), target);
        reeve_hint(call, "credentials are not sent there; if it is right, make it the address of "
                         "this connection");
        return REEVE_E_INVALID;
    }
    if (transfer->redirects == RV_SDK_HTTP_REDIRECTS)
        return reeve_fail(call, REEVE_E_PROTOCOL, "%s: redirected more than %d times",
                          transfer->label, RV_SDK_HTTP_REDIRECTS);
    char *url = strdup(target);
    if (!url)
        return reeve_fail(call, REEVE_E_INTERNAL, "out of memory for a request");
    free(transfer->url);
    transfer->url = url;
    transfer->redirects++;
    forget_answer(transfer);
    int status = launch(call, transfer);
    return status < 0 ? status : 1;
}

void
rv_sdk_transfer_answer(struct reeve_call *call, struct rv_sdk_transfer *transfer,
                       struct reeve_http_answer *out)
{
    char *type = NULL;
    curl_off_t retry_after_s = 0;

    read_status(transfer);
    curl_easy_getinfo(transfer->easy, CURLINFO_CONTENT_TYPE, &type);
    curl_easy_getinfo(transfer->easy, CURLINFO_RETRY_AFTER, &retry_after_s);
    memset(out, 0, sizeof(*out));
    out->status = transfer->status;
    out->body = "";
    /* The path of a whole address has it already. */
    if (!transfer->request.url)
        out->base_path = rv_sdk_http_path_of(transfer->http->base_url);
    out->content_type = type ? reeve_strdup(call, type) : NULL;
    if (!out->content_type)
        out->content_type = "";
    if (retry_after_s > 0 && retry_after_s < INT64_MAX / 1000)
        out->retry_after_ms = (int64_t)retry_after_s * 1000;
}
