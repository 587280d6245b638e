/* SPDX-License-Identifier: Apache-2.0
 *
 * Headers of an author's own: those of a client, those of a request, which
 * stand in for the client's, and those of an answer. What belongs to the
 * connection or to libcurl is refused, and so is what could end a header and
 * begin another one.
 */
#include "http_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* SIZE_1_1: an element of an array, as version 1.1 had it. */
enum {
    MAX_HEADERS = 64,
    MAX_NAME_BYTES = 256,
    MAX_VALUE_BYTES = 64 * 1024,
    SIZE_1_1 = 3 * sizeof(void *)
};

struct reeve_http_headers {
    uint64_t count;
    struct {
        const char *name, *value;
    } list[];
};

static int
is_same(const char *a, const char *b)
{
    return strcasecmp(a, b) == 0;
}

/* NULL, or why nobody but the client sets it. */
static const char *
reserved_for(const char *name)
{
    static const struct {
        const char *name, *why;
    } reserved[] = {
        { "Host", "it is that of base_url" },
        { "Content-Length", "it is counted" },
        { "Content-Type", "it is given with the body, as content_type" },
        { "Accept-Encoding", "the client unpacks what it asks for" },
        { "Expect", "the client decides on it" },
        { "Connection", "it is about the connection" },
        { "Keep-Alive", "it is about the connection" },
        { "Proxy-Connection", "it is about the connection" },
        { "Proxy-Authorization", "it is made of proxy_userid and proxy_password" },
        { "Proxy-Authenticate", "it is about the connection" },
        { "TE", "it is about the connection" },
        { "Trailer", "it is about the connection" },
        { "Transfer-Encoding", "it is about the connection" },
        { "Upgrade", "it is about the connection" },
    };

    for (size_t i = 0; i < sizeof(reserved) / sizeof(reserved[0]); i++) {
        if (is_same(name, reserved[i].name))
            return reserved[i].why;
    }
    return NULL;
}

/* How much of the text is a token of RFC 9110. */
static size_t
token_length(const char *text)
{
    return strspn(text, "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyz"
                        "ABCDEFGHIJKLMNOPQRSTUVWXYZ");
}

static int
check_name(struct reeve_call *call, const char *name)
{
    size_t len = token_length(name);

    if (name[len])
        return reeve_fail(call, REEVE_E_INVALID, "'%.100s' is no name of a header: character %zu",
                          name, len + 1);
    if (len == 0)
        return reeve_fail(call, REEVE_E_INVALID, "a header without a name");
    if (len > MAX_NAME_BYTES)
        return reeve_fail(call, REEVE_E_LIMIT, "the name of a header has more than %d bytes",
                          MAX_NAME_BYTES);
    const char *why = reserved_for(name);
    return why ? reeve_fail(call, REEVE_E_INVALID, "header '%s' cannot be set: %s", name, why) : 0;
}

/* Its text is not shown: it may be what should have been given as a secret. */
int
rv_sdk_headers_check_value(struct reeve_call *call, const char *name, const char *value)
{
    size_t len = 0;

    for (; value[len]; len++) {
        unsigned char c = (unsigned char)value[len];
        if ((c < ' ' && c != '\t') || c == 0x7F)
            return reeve_fail(call, REEVE_E_INVALID,
                              "the value of header '%s' holds a control character (byte %zu), so "
                              "it cannot be sent",
                              name, len + 1);
    }
    if (len > MAX_VALUE_BYTES)
        return reeve_fail(call, REEVE_E_LIMIT, "the value of header '%s' has more than %d bytes",
                          name, MAX_VALUE_BYTES);
    return 0;
}

static int
check_header(struct reeve_call *call, const struct reeve_http_header *header)
{
    int status = check_name(call, header->name);

    return status == 0 && header->value
               ? rv_sdk_headers_check_value(call, header->name, header->value)
               : status;
}

/* One element of an author's array, which may have been compiled with other headers than this.
 * Returns 0 at the end. */
static int
element(const struct rv_sdk_header_list *list, uint64_t index, struct reeve_http_header *out)
{
    uint64_t size = list->size > SIZE_1_1 ? list->size : SIZE_1_1;
    const char *from = list->first ? (const char *)list->first + index * size : NULL;

    memset(out, 0, sizeof(*out));
    if (!from)
        return 0;
    memcpy(out, from, size < sizeof(*out) ? size : sizeof(*out));
    return out->name != NULL;
}

int
rv_sdk_headers_check(struct reeve_call *call, const struct rv_sdk_header_list *list)
{
    struct reeve_http_header header;
    int status = 0;

    for (uint64_t i = 0; status == 0 && element(list, i, &header); i++) {
        if (i == MAX_HEADERS)
            return reeve_fail(call, REEVE_E_LIMIT, "more than %d headers", MAX_HEADERS);
        status = check_header(call, &header);
    }
    return status;
}

/* What goes into the head beside the author's headers. */
int
rv_sdk_headers_check_request(struct reeve_call *call, const struct rv_sdk_http_request *request)
{
    int status = rv_sdk_headers_check(call, &request->headers);

    if (status == 0 && (!*request->method || request->method[token_length(request->method)]))
        return reeve_fail(call, REEVE_E_INVALID, "'%.50s' is no method of HTTP", request->method);
    if (status == 0 && request->content_type)
        status = rv_sdk_headers_check_value(call, "Content-Type", request->content_type);
    return status;
}

static struct rv_sdk_header *
find(const struct reeve_http *http, const char *name)
{
    for (uint64_t i = 0; i < http->header_count; i++) {
        if (is_same(http->headers[i].name, name))
            return &http->headers[i];
    }
    return NULL;
}

static int
is_in_list(const struct rv_sdk_header_list *list, const char *name)
{
    struct reeve_http_header header;

    for (uint64_t i = 0; element(list, i, &header); i++) {
        if (is_same(header.name, name))
            return 1;
    }
    return 0;
}

int
rv_sdk_headers_next(const struct reeve_http *http, const struct rv_sdk_header_list *list,
                    uint64_t *at, struct reeve_http_header *out)
{
    while (*at < http->header_count) {
        const struct rv_sdk_header *own = &http->headers[(*at)++];
        if (is_in_list(list, own->name))
            continue;
        *out = (struct reeve_http_header){ own->name, own->value, own->secret };
        return 1;
    }
    while (element(list, *at - http->header_count, out)) {
        ++*at;
        if (out->value || out->secret)
            return 1;
    }
    return 0;
}

int
rv_sdk_headers_have(const struct reeve_http *http, const struct rv_sdk_header_list *list,
                    const char *name)
{
    return find(http, name) != NULL || is_in_list(list, name);
}

static void
drop(struct reeve_http *http, struct rv_sdk_header *header)
{
    free(header->name);
    free(header->value);
    *header = http->headers[--http->header_count];
}

/* Where a header of this name is kept: in the place of the one that is there, or in a new one. */
static struct rv_sdk_header *
place_for(struct reeve_http *http, const char *name)
{
    struct rv_sdk_header *own = find(http, name);

    if (own) {
        free(own->name);
        free(own->value);
        return own;
    }
    struct rv_sdk_header *grown =
        realloc(http->headers, (http->header_count + 1) * sizeof(*http->headers));
    if (!grown)
        return NULL;
    http->headers = grown;
    return &grown[http->header_count++];
}

static int
keep(struct reeve_call *call, struct reeve_http *http, const struct reeve_http_header *header)
{
    char *name = strdup(header->name), *value = header->value ? strdup(header->value) : NULL;
    int whole = name && (value || !header->value);
    struct rv_sdk_header *own = whole ? place_for(http, header->name) : NULL;

    if (!own) {
        free(name);
        free(value);
        return reeve_fail(call, REEVE_E_INTERNAL, "out of memory for a header");
    }
    *own = (struct rv_sdk_header){ name, value, header->secret };
    return 0;
}

int
reeve_http_set_header(struct reeve_call *call, struct reeve_http *http, const char *name,
                      const char *value, const struct reeve_secret *secret)
{
    struct reeve_http_header header = { name ? name : "", value, secret };
    struct rv_sdk_header *own = find(http, header.name);
    int status = check_header(call, &header);

    if (status < 0)
        return status;
    if (value || secret) {
        if (!own && http->header_count == MAX_HEADERS)
            return reeve_fail(call, REEVE_E_LIMIT, "more than %d headers", MAX_HEADERS);
        return keep(call, http, &header);
    }
    if (own)
        drop(http, own);
    return 0;
}

int
rv_sdk_headers_keep(struct reeve_call *call, struct reeve_http *http,
                    const struct rv_sdk_header_list *list)
{
    struct reeve_http_header header;
    int status = 0;

    for (uint64_t i = 0; status == 0 && element(list, i, &header); i++)
        status = reeve_http_set_header(call, http, header.name, header.value, header.secret);
    return status;
}

void
rv_sdk_headers_free(struct reeve_http *http)
{
    while (http->header_count > 0)
        drop(http, &http->headers[http->header_count - 1]);
    free(http->headers);
    http->headers = NULL;
}

/* How many lines an answer's head has, and how many bytes their names and values take. */
static uint64_t
measure(CURL *easy, uint64_t *bytes)
{
    struct curl_header *header = NULL;
    uint64_t count = 0;

    *bytes = 0;
    while ((header = curl_easy_nextheader(easy, CURLH_HEADER, -1, header))) {
        *bytes += strlen(header->name) + strlen(header->value) + 2;
        count++;
    }
    return count;
}

/* libcurl leaves the line end behind an empty value. */
static const char *
copy_text(char **to, const char *text)
{
    char *copy = *to;
    size_t len = strlen(text);

    while (len > 0 && strchr(" \t\r\n", text[len - 1]))
        len--;
    memcpy(copy, text, len);
    copy[len] = 0;
    *to += len + 1;
    return copy;
}

int
rv_sdk_headers_take(struct reeve_call *call, struct rv_sdk_transfer *transfer,
                    struct reeve_http_answer *out)
{
    struct reeve_http_headers *headers;
    struct curl_header *header = NULL;
    uint64_t bytes, count = measure(transfer->easy, &bytes);
    uint64_t room = sizeof(*headers) + count * sizeof(headers->list[0]);

    headers = reeve_alloc(call, room + bytes);
    if (!headers)
        return reeve_wrap(call, REEVE_E_LIMIT, "%s: keep the answer's headers", transfer->label);
    char *to = (char *)headers + room;
    while (headers->count < count &&
           (header = curl_easy_nextheader(transfer->easy, CURLH_HEADER, -1, header))) {
        headers->list[headers->count].name = copy_text(&to, header->name);
        headers->list[headers->count].value = copy_text(&to, header->value);
        headers->count++;
    }
    out->headers = headers;
    return 0;
}

const char *
reeve_http_answer_header(const struct reeve_http_answer *answer, const char *name, uint64_t index)
{
    const struct reeve_http_headers *headers = answer->headers;

    for (uint64_t i = 0; headers && i < headers->count; i++) {
        if (is_same(headers->list[i].name, name) && index-- == 0)
            return headers->list[i].value;
    }
    return NULL;
}
