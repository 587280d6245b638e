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
