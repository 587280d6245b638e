/* SPDX-License-Identifier: Apache-2.0
 *
 * Secrets of a request: lent by the host, put where libcurl reads them, wiped
 * as soon as the server has begun to answer, when no part of the request can
 * be needed again.
 *
 * What stays beyond that, since it is out of our hands: libcurl builds the
 * head of the request in a buffer of its own and frees it unwiped once it is
 * sent; OpenSSL keeps the parsed client key as long as the connection lives.
 */
#include "http_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct lending {
    struct reeve_call *call;
    struct rv_sdk_transfer *transfer;
    struct rv_sdk_lent_header *to;
    char name[300];            /* what the secret is, for texts */
    const char *head, *userid; /* what stands in front of it; of a password */
};

/* A token from a file often ends with a line end. */
static uint64_t
without_line_end(const char *bytes, uint64_t len)
{
    while (len > 0 && (bytes[len - 1] == '\n' || bytes[len - 1] == '\r'))
        len--;
    return len;
}

/* A line end inside of a header would let its rest pass for a header of its own. */
static int
check_header_value(const struct lending *lending, const char *bytes, uint64_t len)
{
    for (uint64_t i = 0; i < len; i++) {
        if ((unsigned char)bytes[i] < 0x20 || bytes[i] == 0x7F)
            return reeve_fail(lending->call, REEVE_E_INVALID,
                              "the %s holds a control character, so it cannot be sent",
                              lending->name);
    }
    return 0;
}

static int
take_header(void *arg, const char *bytes, uint64_t len)
{
    struct lending *lending = arg;
    size_t head_len = strlen(lending->head);

    len = without_line_end(bytes, len);
    int status = check_header_value(lending, bytes, len);
    if (status < 0)
        return status;
    char *text = calloc(1, head_len + len + 1);
    if (!text)
        return reeve_fail(lending->call, REEVE_E_INTERNAL, "out of memory for a header");
    memcpy(text, lending->head, head_len);
    memcpy(text + head_len, bytes, len);
    lending->to->node.data = text;
    lending->to->len = head_len + len;
    return 0;
}

static void
encode_base64(char *out, const char *bytes, uint64_t len)
{
    static const char letters[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

    for (uint64_t i = 0; i < len; i += 3) {
        uint32_t three = (uint32_t)(unsigned char)bytes[i] << 16;
        if (i + 1 < len)
            three |= (uint32_t)(unsigned char)bytes[i + 1] << 8;
        if (i + 2 < len)
            three |= (unsigned char)bytes[i + 2];
        *out++ = letters[three >> 18];
        *out++ = letters[three >> 12 & 63];
        *out++ = i + 1 < len ? letters[three >> 6 & 63] : '=';
        *out++ = i + 2 < len ? letters[three & 63] : '=';
    }
}

/* "HEAD base64(userid:bytes)", in memory that is the caller's. */
static int
make_basic(const struct lending *lending, const char *bytes, uint64_t len, char **out,
           uint64_t *out_len)
{
    uint64_t user_len = strlen(lending->userid), pair_len = user_len + 1 + len;
    uint64_t head_len = strlen(lending->head);
    char *pair = malloc(pair_len);

    *out_len = head_len + (pair_len + 2) / 3 * 4;
    *out = calloc(1, *out_len + 1);
    if (pair && *out) {
        memcpy(pair, lending->userid, user_len);
        pair[user_len] = ':';
        memcpy(pair + user_len + 1, bytes, len);
        memcpy(*out, lending->head, head_len);
        encode_base64(*out + head_len, pair, pair_len);
        explicit_bzero(pair, pair_len);
    }
    int failed = !pair || !*out;
    free(pair);
    return failed ? reeve_fail(lending->call, REEVE_E_INTERNAL, "out of memory for a header") : 0;
}

static int
take_password(void *arg, const char *bytes, uint64_t len)
{
    struct lending *lending = arg;

    return make_basic(lending, bytes, len, &lending->to->node.data, &lending->to->len);
}

static int
take_client_key(void *arg, const char *bytes, uint64_t len)
{
    struct lending *lending = arg;
    struct rv_sdk_transfer *transfer = lending->transfer;
    struct curl_blob blob = { .len = len, .flags = CURL_BLOB_NOCOPY };

    if (len == 0)
        return reeve_fail(lending->call, REEVE_E_INVALID, "the client key is empty");
    transfer->client_key = malloc(len);
    if (!transfer->client_key)
        return reeve_fail(lending->call, REEVE_E_INTERNAL, "out of memory for the client key");
    memcpy(transfer->client_key, bytes, len);
    transfer->client_key_len = len;
    blob.data = transfer->client_key;
    if (transfer->setup == CURLE_OK)
        transfer->setup = curl_easy_setopt(transfer->easy, CURLOPT_SSLKEY_BLOB, &blob);
    return 0;
}

static int
lend_header(struct lending *lending, const struct reeve_http_header *header)
{
    char *head = NULL;

    snprintf(lending->name, sizeof(lending->name), "secret in header '%s'", header->name);
    if (asprintf(&head, "%s: %s", header->name, header->value ? header->value : "") < 0)
        return reeve_fail(lending->call, REEVE_E_INTERNAL, "out of memory for a header");
    lending->head = head;
    int status = reeve_secret_with(lending->call, header->secret, take_header, lending);
    free(head);
    return status;
}

/* What the well-known options say, unless the author says it himself. */
static int
lend_authorization(struct lending *lending)
{
    const struct reeve_http *http = lending->transfer->http;

    if (http->bearer) {
        snprintf(lending->name, sizeof(lending->name), "bearer token");
        lending->head = "Authorization: Bearer ";
        return reeve_secret_with(lending->call, http->bearer, take_header, lending);
    }
    lending->head = "Authorization: Basic ";
    lending->userid = http->userid;
    return reeve_secret_with(lending->call, http->password, take_password, lending);
}

static int
has_authorization(const struct rv_sdk_transfer *transfer)
{
    const struct reeve_http *http = transfer->http;

    return (http->bearer || (http->userid && http->password)) &&
           !rv_sdk_headers_have(http, &transfer->request.headers, "Authorization");
}

static int
lend_headers(struct lending *lending)
{
    struct rv_sdk_transfer *transfer = lending->transfer;
    const struct rv_sdk_header_list *list = &transfer->request.headers;
    struct reeve_http_header header;
    uint64_t room = 1, at = 0;
    int status = 0;

    while (rv_sdk_headers_next(transfer->http, list, &at, &header))
        room += header.secret != NULL;
    transfer->lent_headers = calloc(room, sizeof(*transfer->lent_headers));
    if (!transfer->lent_headers)
        return reeve_fail(lending->call, REEVE_E_INTERNAL, "out of memory for a header");
    lending->to = transfer->lent_headers;
    if (has_authorization(transfer)) {
        status = lend_authorization(lending);
        lending->to++;
    }
    for (at = 0; status == 0 && rv_sdk_headers_next(transfer->http, list, &at, &header);) {
        if (!header.secret)
            continue;
        status = lend_header(lending, &header);
        lending->to++;
    }
    transfer->lent_count = (uint64_t)(lending->to - transfer->lent_headers);
    return status;
}

static int
lend_proxy_password(struct lending *lending)
{
    struct reeve_http *http = lending->transfer->http;

    lending->to = &lending->transfer->proxy_authorization;
    lending->head = "Proxy-Authorization: Basic ";
    lending->userid = http->proxy_userid;
    return reeve_secret_with(lending->call, http->proxy_password, take_password, lending);
}

int
rv_sdk_http_lend(struct reeve_call *call, struct rv_sdk_transfer *transfer)
{
    struct reeve_http *http = transfer->http;
    struct lending lending = { .call = call, .transfer = transfer };

    rv_sdk_http_take_back(transfer);
    int status = lend_headers(&lending);
    if (status == 0 && http->proxy_userid && http->proxy_password)
        status = lend_proxy_password(&lending);
    if (status == 0 && http->client_key)
        status = reeve_secret_with(call, http->client_key, take_client_key, &lending);
    return status < 0 ? status : 0;
}

static void
wipe_header(struct rv_sdk_lent_header *header)
{
    if (header->len > 0)
        explicit_bzero(header->node.data, header->len);
    header->len = 0;
}

void
rv_sdk_http_wipe(struct rv_sdk_transfer *transfer)
{
    /* The memory stays, since libcurl still points to it: an empty header is not sent. */
    for (uint64_t i = 0; i < transfer->lent_count; i++)
        wipe_header(&transfer->lent_headers[i]);
    wipe_header(&transfer->proxy_authorization);
    if (transfer->client_key_len > 0)
        explicit_bzero(transfer->client_key, transfer->client_key_len);
    transfer->client_key_len = 0;
}

void
rv_sdk_http_take_back(struct rv_sdk_transfer *transfer)
{
    rv_sdk_http_wipe(transfer);
    for (uint64_t i = 0; i < transfer->lent_count; i++)
        free(transfer->lent_headers[i].node.data);
    free(transfer->lent_headers);
    transfer->lent_headers = NULL;
    transfer->lent_count = 0;
    free(transfer->proxy_authorization.node.data);
    transfer->proxy_authorization.node.data = NULL;
    free(transfer->client_key);
    transfer->client_key = NULL;
}
