/* SPDX-License-Identifier: Apache-2.0
 *
 * Writes and the pages that they come from. Browsers say it (Sec-Fetch-Site, Origin), other clients
 * say nothing. A token is no browser's to add: whoever has one may write from any page, after the
 * browser has asked us (a preflight request).
 */
#include "api/origin.h"

#include <string.h>
#include "api/answer.h"
#include "base/text.h"

enum { WRITES = RV_M_POST | RV_M_PUT | RV_M_PATCH | RV_M_DELETE, TYPE_MAX = 128 };

#define FORM_TYPE "application/x-www-form-urlencoded"

static int
is_of_page(const struct rv_request *req)
{
    return rv_request_header(req, "Origin") || rv_request_header(req, "Sec-Fetch-Site") ||
           rv_request_header(req, "Sec-Fetch-Mode");
}

static int
ends_in(const char *text, const char *end)
{
    size_t len = strlen(text), end_len = strlen(end);

    return len > end_len && strcmp(text + len - end_len, end) == 0;
}

/* A form's type is what curl -d says when it is told nothing; a page's form says it as well. */
static int
takes_type(const struct rv_request *req)
{
    char type[TYPE_MAX];
    const char *given = rv_request_header(req, "Content-Type");

    if (!given || !*given || req->body_len == 0)
        return 1;
    size_t len = strcspn(given, "; \t,");
    if (len >= sizeof(type))
        return 0;
    memcpy(type, given, len);
    type[len] = '\0';
    rv_lower(type);
    return ends_in(type, "/json") || ends_in(type, "+json") ||
           (rv_streq(type, FORM_TYPE) && !is_of_page(req));
}

/* Length without a port that goes without saying. */
static size_t
host_length(const char *host)
{
    size_t len = strlen(host);

    if (len > 3 && strcmp(host + len - 3, ":80") == 0)
        return len - 3;
    if (len > 4 && strcmp(host + len - 4, ":443") == 0)
        return len - 4;
    return len;
}

static int
is_host(const char *origin_host, const char *host)
{
    size_t len = host ? host_length(host) : 0;

    return len > 0 && host_length(origin_host) == len && strncasecmp(origin_host, host, len) == 0;
}

/* The scheme does not count: a proxy in front may have taken TLS off. */
static int
is_own_origin(const struct rv_request *req, const char *origin)
{
    const char *host = strstr(origin, "://");

    return host && (is_host(host + 3, rv_request_header(req, "Host")) ||
                    is_host(host + 3, rv_request_header(req, "X-Forwarded-Host")));
}

static int
is_foreign(const struct rv_request *req)
{
    const char *site = rv_request_header(req, "Sec-Fetch-Site");
    const char *origin = rv_request_header(req, "Origin");

    if (site && (rv_strcaseeq(site, "cross-site") || rv_strcaseeq(site, "same-site")))
        return 1;
    return origin && !is_own_origin(req, origin);
}

int
rv_origin_refuse(struct rv_request *req)
{
    if (!(req->method & WRITES))
        return 0;
    if (!takes_type(req)) {
        rv_answer_error(req, 415, "the body's Content-Type is not one of JSON",
                        "send Content-Type: application/json");
        return 1;
    }
    if (is_foreign(req) && !rv_request_header(req, "X-Auth-Token")) {
        rv_answer_error(req, 403, "a page of another origin may not write with a password",
                        "log in with a token (X-Auth-Token)");
        return 1;
    }
    return 0;
}
