/* SPDX-License-Identifier: Apache-2.0
 *
 * What libcurl is told about a transfer. Only http and https are spoken; the
 * environment's proxies are not looked at; libcurl itself follows no redirect.
 * HTTP/1.1 on purpose: a stream that is stuck then holds up its own connection
 * and no other.
 */
#include "http_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { STREAM_BUFFER_BYTES = 4096 };

static void
set_long(struct rv_sdk_transfer *transfer, CURLoption option, long value)
{
    if (transfer->setup == CURLE_OK)
        transfer->setup = curl_easy_setopt(transfer->easy, option, value);
}

static void
set_pointer(struct rv_sdk_transfer *transfer, CURLoption option, const void *value)
{
    if (transfer->setup == CURLE_OK)
        transfer->setup = curl_easy_setopt(transfer->easy, option, value);
}

/* The text must live as long as the transfer. */
static void
set_blob(struct rv_sdk_transfer *transfer, CURLoption option, char *text)
{
    struct curl_blob blob = { .data = text, .len = strlen(text), .flags = CURL_BLOB_NOCOPY };

    set_pointer(transfer, option, &blob);
}

static void
set_connection(struct rv_sdk_transfer *transfer)
{
    struct reeve_http *http = transfer->http;

    set_pointer(transfer, CURLOPT_PROTOCOLS_STR, "http,https");
    /* An empty text, not NULL, keeps libcurl from asking the environment. */
    set_pointer(transfer, CURLOPT_PROXY, http->proxy ? http->proxy : "");
    set_pointer(transfer, CURLOPT_NOPROXY, "");
    set_long(transfer, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1);
    set_long(transfer, CURLOPT_HEADEROPT, CURLHEADER_SEPARATE);
    set_long(transfer, CURLOPT_NOSIGNAL, 1);
    set_long(transfer, CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1);
    set_long(transfer, CURLOPT_CONNECTTIMEOUT_MS, (long)http->connect_ms);
    set_long(transfer, CURLOPT_TIMEOUT_MS, (long)transfer->request.whole_ms);
    set_long(transfer, CURLOPT_TCP_KEEPALIVE, 1);
    set_long(transfer, CURLOPT_TCP_KEEPIDLE, 30);
    set_long(transfer, CURLOPT_TCP_KEEPINTVL, 10);
    /* libcurl keeps a buffer for each open stream, of 16 KiB unless told otherwise, and a worker
     * may follow forty of them, most of which say little. */
    if (transfer->request.mode == RV_SDK_BODY_LINES)
        set_long(transfer, CURLOPT_BUFFERSIZE, STREAM_BUFFER_BYTES);
    /* An abandoned look-up of a name must not hold up a cancelled call. */
    set_long(transfer, CURLOPT_QUICK_EXIT, 1);
}

static void
set_tls(struct rv_sdk_transfer *transfer)
{
    struct reeve_http *http = transfer->http;
    int verify = http->tls != REEVE_TLS_NO_VERIFY;

    set_long(transfer, CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_2);
    set_long(transfer, CURLOPT_SSL_VERIFYPEER, verify);
    set_long(transfer, CURLOPT_SSL_VERIFYHOST, verify ? 2 : 0);
    if (http->tls == REEVE_TLS_VERIFY_CA) {
        /* Without these two the system's authorities would still be trusted beside it. */
        set_pointer(transfer, CURLOPT_CAINFO, NULL);
        set_pointer(transfer, CURLOPT_CAPATH, NULL);
        set_blob(transfer, CURLOPT_CAINFO_BLOB, http->ca_pem);
    }
    if (!http->client_cert_pem)
        return;
    set_blob(transfer, CURLOPT_SSLCERT_BLOB, http->client_cert_pem);
    set_pointer(transfer, CURLOPT_SSLCERTTYPE, "PEM");
    set_pointer(transfer, CURLOPT_SSLKEYTYPE, "PEM");
    if (!http->client_key) /* one text may hold both */
        set_blob(transfer, CURLOPT_SSLKEY_BLOB, http->client_cert_pem);
}

static void
set_method(struct rv_sdk_transfer *transfer)
{
    const struct rv_sdk_http_request *request = &transfer->request;

    set_long(transfer, CURLOPT_PATH_AS_IS, 1);
    set_long(transfer, CURLOPT_FOLLOWLOCATION, 0);
    set_pointer(transfer, CURLOPT_USERAGENT, transfer->http->user_agent);
    /* Lines must come as they are written, not when a compressor's block is full. */
    if (request->mode != RV_SDK_BODY_LINES)
        set_pointer(transfer, CURLOPT_ACCEPT_ENCODING, "gzip");
    if (strcmp(request->method, "HEAD") == 0) {
        set_long(transfer, CURLOPT_NOBODY, 1);
        return;
    }
    if (request->content_type || request->body_len > 0) {
        if (transfer->setup == CURLE_OK)
            transfer->setup = curl_easy_setopt(transfer->easy, CURLOPT_POSTFIELDSIZE_LARGE,
                                               (curl_off_t)request->body_len);
        set_pointer(transfer, CURLOPT_POSTFIELDS, request->body ? request->body : "");
    }
    if (strcmp(request->method, "GET") != 0 || request->content_type)
        set_pointer(transfer, CURLOPT_CUSTOMREQUEST, request->method);
}

static int
add_line(struct rv_sdk_transfer *transfer, const char *line)
{
    struct curl_slist *grown = line ? curl_slist_append(transfer->headers, line) : NULL;

    if (!grown)
        return -1;
    transfer->headers = grown;
    return 0;
}

/* libcurl takes "Name:" for a header that is not to be sent, and "Name;" for an empty one. */
static int
add_header(struct rv_sdk_transfer *transfer, const char *name, const char *value)
{
    char *line = NULL;
    int empty = value[strspn(value, " \t")] == 0;

    if (asprintf(&line, "%s%s%s", name, empty ? ";" : ": ", empty ? "" : value) < 0)
        line = NULL;
    int status = add_line(transfer, line);
    free(line);
    return status;
}

/* All but what holds secrets. */
static int
add_headers(struct rv_sdk_transfer *transfer)
{
    const struct rv_sdk_http_request *request = &transfer->request;
    const struct reeve_http *http = transfer->http;
    struct reeve_http_header header;
    uint64_t at = 0;
    int status = 0;

    if (!rv_sdk_headers_have(http, &request->headers, "Accept"))
        status = add_header(transfer, "Accept", "application/json, */*;q=0.8");
    if (status == 0 && request->content_type)
        status = add_header(transfer, "Content-Type", request->content_type);
    if (status == 0 && request->body_len > 0) /* no round trip to ask whether the body may come */
        status = add_line(transfer, "Expect:");
    while (status == 0 && rv_sdk_headers_next(http, &request->headers, &at, &header)) {
        if (!header.secret)
            status = add_header(transfer, header.name, header.value);
    }
    return status;
}

int
rv_sdk_transfer_set_headers(struct reeve_call *call, struct rv_sdk_transfer *transfer)
{
    int status = rv_sdk_headers_check_request(call, &transfer->request);

    if (status == 0 && !transfer->headers && add_headers(transfer) < 0)
        status = reeve_fail(call, REEVE_E_INTERNAL, "out of memory for a request");
    if (status == 0)
        status = rv_sdk_http_lend(call, transfer);
    if (status < 0)
        return status;
    struct curl_slist *first = transfer->headers;
    for (uint64_t i = 0; i < transfer->lent_count; i++) {
        transfer->lent_headers[i].node.next = first;
        first = &transfer->lent_headers[i].node;
    }
    set_pointer(transfer, CURLOPT_HTTPHEADER, first);
    set_pointer(transfer, CURLOPT_PROXYHEADER,
                transfer->proxy_authorization.node.data ? &transfer->proxy_authorization.node
                                                        : NULL);
    return 0;
}

void
rv_sdk_transfer_set_up(struct rv_sdk_transfer *transfer)
{
    set_connection(transfer);
    set_tls(transfer);
    set_method(transfer);
}
