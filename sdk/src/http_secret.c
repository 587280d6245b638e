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

#include <stdlib.h>
#include <string.h>

struct lending {
    struct reeve_call *call;
    struct rv_sdk_transfer *transfer;
    const char *name;          /* what the secret is, for texts */
    const char *head, *userid; /* of a password */
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

static char *
new_authorization(struct rv_sdk_transfer *transfer, uint64_t len)
{
    transfer->authorization.data = calloc(1, len + 1);
    transfer->authorization_len = transfer->authorization.data ? len : 0;
    return transfer->authorization.data;
}

static int
take_bearer(void *arg, const char *bytes, uint64_t len)
{
    static const char head[] = "Authorization: Bearer ";
    struct lending *lending = arg;

    len = without_line_end(bytes, len);
    int status = check_header_value(lending, bytes, len);
    if (status < 0)
        return status;
    char *text = new_authorization(lending->transfer, sizeof(head) - 1 + len);
    if (!text)
        return reeve_fail(lending->call, REEVE_E_INTERNAL, "out of memory for a header");
    memcpy(text, head, sizeof(head) - 1);
    memcpy(text + sizeof(head) - 1, bytes, len);
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
    struct rv_sdk_transfer *transfer = lending->transfer;

    lending->head = "Authorization: Basic ";
    lending->userid = transfer->http->userid;
    return make_basic(lending, bytes, len, &transfer->authorization.data,
                      &transfer->authorization_len);
}

static int
take_proxy_password(void *arg, const char *bytes, uint64_t len)
{
    struct lending *lending = arg;
    struct rv_sdk_transfer *transfer = lending->transfer;

    lending->head = "Proxy-Authorization: Basic ";
    lending->userid = transfer->http->proxy_userid;
    return make_basic(lending, bytes, len, &transfer->proxy_authorization.data,
                      &transfer->proxy_authorization_len);
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

static void
free_secrets(struct rv_sdk_transfer *transfer)
{
    rv_sdk_http_wipe(transfer);
    free(transfer->authorization.data);
    free(transfer->proxy_authorization.data);
    free(transfer->client_key);
    transfer->authorization.data = NULL;
    transfer->authorization_len = 0;
    transfer->proxy_authorization.data = NULL;
    transfer->proxy_authorization_len = 0;
    transfer->client_key = NULL;
    transfer->client_key_len = 0;
}

int
rv_sdk_http_lend(struct reeve_call *call, struct rv_sdk_transfer *transfer)
{
    struct reeve_http *http = transfer->http;
    struct lending lending = { .call = call, .transfer = transfer, .name = "bearer token" };
    int status = 0;

    free_secrets(transfer);
    if (http->bearer) {
        status = reeve_secret_with(call, http->bearer, take_bearer, &lending);
    } else if (http->userid && http->password) {
        status = reeve_secret_with(call, http->password, take_password, &lending);
    }
    if (status == 0 && http->proxy_userid && http->proxy_password)
        status = reeve_secret_with(call, http->proxy_password, take_proxy_password, &lending);
    if (status == 0 && http->client_key)
        status = reeve_secret_with(call, http->client_key, take_client_key, &lending);
    return status < 0 ? status : 0;
}

void
rv_sdk_http_wipe(struct rv_sdk_transfer *transfer)
{
    /* The memory stays, since libcurl still points to it: an empty header is not sent. */
    if (transfer->authorization_len > 0)
        explicit_bzero(transfer->authorization.data, transfer->authorization_len);
    if (transfer->proxy_authorization_len > 0)
        explicit_bzero(transfer->proxy_authorization.data, transfer->proxy_authorization_len);
    if (transfer->client_key_len > 0)
        explicit_bzero(transfer->client_key, transfer->client_key_len);
    transfer->authorization_len = 0;
    transfer->proxy_authorization_len = 0;
    transfer->client_key_len = 0;
}
