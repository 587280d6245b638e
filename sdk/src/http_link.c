/* SPDX-License-Identifier: Apache-2.0
 *
 * Where an answer says to go on: a reference is resolved as RFC 3986 has it,
 * against the address of the document that it stands in. It must not lead to
 * another origin, where the client's secrets would go along.
 */
#include "http_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* "scheme://host:port" of the parts is the client's, and nobody is named in front of it. */
static int
is_origin(CURLU *parts, const char *origin)
{
    char *scheme = NULL, *host = NULL, *port = NULL, *user = NULL;
    int same = 0;

    if (!curl_url_get(parts, CURLUPART_SCHEME, &scheme, 0) &&
        !curl_url_get(parts, CURLUPART_HOST, &host, 0) &&
        !curl_url_get(parts, CURLUPART_PORT, &port, CURLU_DEFAULT_PORT) &&
        curl_url_get(parts, CURLUPART_USER, &user, 0) == CURLUE_NO_USER) {
        char text[1024];
        int len = snprintf(text, sizeof(text), "%s://%s:%s", scheme, host, port);
        same = len > 0 && len < (int)sizeof(text) && strcasecmp(text, origin) == 0;
    }
    curl_free(scheme);
    curl_free(host);
    curl_free(port);
    curl_free(user);
    return same;
}

int
rv_sdk_http_has_origin(const struct reeve_http *http, const char *url)
{
    CURLU *parts = curl_url();
    int same =
        parts && !curl_url_set(parts, CURLUPART_URL, url, 0) && is_origin(parts, http->origin);

    curl_url_cleanup(parts);
    return same;
}

int
rv_sdk_http_resolve(struct reeve_call *call, const struct reeve_http *http, const char *base,
                    const char *reference, char **out)
{
    CURLU *parts = curl_url();
    char *url = NULL;

    *out = NULL;
    if (parts && !curl_url_set(parts, CURLUPART_URL, base, 0) &&
        !curl_url_set(parts, CURLUPART_URL, reference, 0) && is_origin(parts, http->origin) &&
        !curl_url_set(parts, CURLUPART_FRAGMENT, NULL, 0) &&
        !curl_url_get(parts, CURLUPART_URL, &url, 0))
        *out = strdup(url);
    int found = url != NULL;
    curl_free(url);
    curl_url_cleanup(parts);
    if (*out)
        return 0;
    if (found)
        return reeve_fail(call, REEVE_E_INTERNAL, "out of memory for the address of a page");
    reeve_fail(call, REEVE_E_PROTOCOL, "the next page is at another place, '%.*s'",
               (int)rv_sdk_http_label_length(reference), reference);
    reeve_hint(call,
               "credentials go to %s only; if its address is another one, make that the "
               "address of this connection",
               http->origin);
    return REEVE_E_PROTOCOL;
}

/* Behind a parameter's value, which is a word or a quoted text. */
static const char *
skip_value(const char *at, const char **value, size_t *len)
{
    if (*at != '"') {
        *value = at;
        *len = strcspn(at, ";, \t");
        return at + *len;
    }
    *value = ++at;
    while (*at && *at != '"')
        at += at[0] == '\\' && at[1] ? 2 : 1;
    *len = (size_t)(at - *value);
    return *at ? at + 1 : at;
}

static int
has_word(const char *list, size_t len, const char *word)
{
    size_t word_len = strlen(word);

    for (size_t at = 0; at < len;) {
        size_t end = at;
        while (end < len && list[end] != ' ' && list[end] != '\t')
            end++;
        if (end - at == word_len && strncasecmp(list + at, word, word_len) == 0)
            return 1;
        at = end + 1;
    }
    return 0;
}

/* The parameters of one link, to the comma behind them. *fits: it has this relation (the first rel
 * counts), and speaks of the document that it came with. */
static const char *
read_parameters(const char *at, const char *relation, int *fits)
{
    int relations = 0, elsewhere = 0;

    *fits = 0;
    for (;;) {
        at += strspn(at, "; \t");
        if (*at == 0 || *at == ',')
            break;
        const char *name = at, *value = "";
        size_t len = 0, name_len = strcspn(at, "=;, \t");
        at += name_len;
        at += strspn(at, " \t");
        if (*at == '=') {
            at++;
            at = skip_value(at + strspn(at, " \t"), &value, &len);
        }
        if (name_len == 3 && strncasecmp(name, "rel", 3) == 0 && relations++ == 0)
            *fits = has_word(value, len, relation);
        if (name_len == 6 && strncasecmp(name, "anchor", 6) == 0)
            elsewhere = 1;
    }
    *fits &= !elsewhere;
    return at;
}

const char *
rv_sdk_link_find(const char *value, const char *relation, size_t *len)
{
    const char *at = value;

    for (;;) {
        at += strspn(at, ", \t");
        const char *end = *at == '<' ? strchr(at, '>') : NULL;
        if (!end)
            return NULL;
        const char *address = at + 1;
        int fits;
        at = read_parameters(end + 1, relation, &fits);
        if (fits) {
            *len = (size_t)(end - address);
            return address;
        }
    }
}

char *
rv_sdk_http_find_link(CURL *easy, const char *relation)
{
    struct curl_header *header;
    size_t len;

    for (size_t i = 0; curl_easy_header(easy, "Link", i, CURLH_HEADER, -1, &header) == CURLHE_OK;
         i++) {
        const char *address = rv_sdk_link_find(header->value, relation, &len);
        if (address)
            return strndup(address, len);
    }
    return NULL;
}
