/* SPDX-License-Identifier: Apache-2.0
 *
 * A client: what it was told at its birth, checked then, and its end.
 */
#include "http_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "reeve/version.h"

enum { MAX_RETRIES = 20 };
#define MAX_RESPONSE_BYTES ((uint64_t)64 << 20)

/* "https://host:port", the port always said; NULL parts become an error. */
static int
read_origin(struct reeve_call *call, struct reeve_http *http, CURLU *parts, const char *url)
{
    char *scheme = NULL, *host = NULL, *port = NULL, *user = NULL, *query = NULL, *fragment = NULL;
    char text[1024];
    int status = 0;

    curl_url_get(parts, CURLUPART_SCHEME, &scheme, 0);
    curl_url_get(parts, CURLUPART_HOST, &host, 0);
    curl_url_get(parts, CURLUPART_PORT, &port, CURLU_DEFAULT_PORT);
    curl_url_get(parts, CURLUPART_USER, &user, 0);
    curl_url_get(parts, CURLUPART_QUERY, &query, 0);
    curl_url_get(parts, CURLUPART_FRAGMENT, &fragment, 0);
    if (!scheme || !host || !port ||
        (strcasecmp(scheme, "https") != 0 && strcasecmp(scheme, "http") != 0))
        status = reeve_fail(call, REEVE_E_INVALID,
                            "'%.200s' is no address: http:// or https:// is needed", url);
    else if (user)
        status = reeve_fail(call, REEVE_E_INVALID,
                            "the address holds a user name; give it as an option");
    else if (query || fragment)
        status = reeve_fail(call, REEVE_E_INVALID,
                            "'%.200s' is no address: it holds a query or fragment", url);
    else if (snprintf(text, sizeof(text), "%s://%s:%s", scheme, host, port) >= (int)sizeof(text))
        status = reeve_fail(call, REEVE_E_LIMIT, "an address of more than %zu bytes", sizeof(text));
    else
        http->origin = strdup(text);
    curl_free(scheme);
    curl_free(host);
    curl_free(port);
    curl_free(user);
    curl_free(query);
    curl_free(fragment);
    return status;
}

static int
read_url(struct reeve_call *call, struct reeve_http *http, const char *url)
{
    CURLU *parts = curl_url();
    int status;

    if (!parts || !url || curl_url_set(parts, CURLUPART_URL, url, 0) != CURLUE_OK)
        status = reeve_fail(call, REEVE_E_INVALID,
                            "'%.200s' is no address: https://host:port is needed", url ? url : "");
    else
        status = read_origin(call, http, parts, url);
    curl_url_cleanup(parts);
    if (status < 0)
        return status;
    http->base_url = strdup(url);
    size_t len = http->base_url ? strlen(http->base_url) : 0;
    while (len > 0 && http->base_url[len - 1] == '/')
        http->base_url[--len] = 0;
    return 0;
}

static int
check(struct reeve_call *call, const struct reeve_http_config *config)
{
    if (config->tls < REEVE_TLS_VERIFY || config->tls > REEVE_TLS_NO_VERIFY)
        return reeve_fail(call, REEVE_E_INVALID, "TLS mode %d is not known", (int)config->tls);
    if (config->tls == REEVE_TLS_VERIFY_CA && (!config->ca_pem || !*config->ca_pem))
        return reeve_fail(call, REEVE_E_INVALID, "no CA certificate to verify the server's with");
    if (config->client_key && !config->client_cert_pem)
        return reeve_fail(call, REEVE_E_INVALID, "a client key without a client certificate");
    if (config->password && !config->userid)
        return reeve_fail(call, REEVE_E_INVALID, "a password without a user name");
    if (config->proxy_password && !config->proxy_userid)
        return reeve_fail(call, REEVE_E_INVALID, "a password for the proxy without a user name");
    if ((config->userid && strchr(config->userid, ':')) ||
        (config->proxy_userid && strchr(config->proxy_userid, ':')))
        return reeve_fail(call, REEVE_E_INVALID, "a user name must not hold a colon");
    if (config->user_agent &&
        rv_sdk_headers_check_value(call, "User-Agent", config->user_agent) < 0)
        return REEVE_E_INVALID;
    /* It would be shown with the address. */
    if (config->proxy && strchr(config->proxy, '@')) {
        reeve_fail(call, REEVE_E_INVALID, "the address of the proxy holds a user name or password");
        reeve_hint(call, "give them as http_proxy_userid and http_proxy_password");
        return REEVE_E_INVALID;
    }
    return 0;
}

/* A copy of a text that may be absent. */
static int
copy(char **out, const char *text)
{
    *out = text && *text ? strdup(text) : NULL;
    return text && *text && !*out ? -1 : 0;
}

static int
keep_texts(struct reeve_call *call, struct reeve_http *http, const struct reeve_http_config *config)
{
    const char *agent = config->user_agent ? config->user_agent : "reeve/" REEVE_SDK_VERSION;

    if (copy(&http->user_agent, agent) < 0 || copy(&http->proxy, config->proxy) < 0 ||
        copy(&http->proxy_userid, config->proxy_userid) < 0 ||
        copy(&http->ca_pem, config->ca_pem) < 0 || copy(&http->userid, config->userid) < 0 ||
        copy(&http->client_cert_pem, config->client_cert_pem) < 0 || !http->base_url ||
        !http->origin)
        return reeve_fail(call, REEVE_E_INTERNAL, "out of memory for an HTTP client");
    return 0;
}

static void
keep_numbers(struct reeve_http *http, const struct reeve_http_config *config)
{
    http->tls = config->tls;
    http->retries = config->retries < MAX_RETRIES ? config->retries : MAX_RETRIES;
    http->client_key = config->client_key;
    http->bearer = config->bearer;
    http->password = config->password;
    http->proxy_password = config->proxy_password;
    http->connect_ms =
        config->connect_timeout_ms > 0 ? config->connect_timeout_ms : RV_SDK_HTTP_CONNECT_MS;
    http->request_ms =
        config->request_timeout_ms > 0 ? config->request_timeout_ms : RV_SDK_HTTP_ANSWER_MS;
    http->stream_silence_ms = config->request_timeout_ms > 0 ? config->request_timeout_ms : 0;
    http->max_response_bytes =
        config->max_response_bytes > 0 ? config->max_response_bytes : MAX_RESPONSE_BYTES;
}

/* Once a process. It is never undone: OpenSSL does not like that. */
static int
begin_curl(struct reeve_call *call)
{
    static int begun;

    if (!begun && curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
        return reeve_fail(call, REEVE_E_INTERNAL, "libcurl cannot be started");
    begun = 1;
    return 0;
}

static int
fill(struct reeve_call *call, struct reeve_http *http, const struct reeve_http_config *config)
{
    int status = begin_curl(call);

    if (status == 0)
        status = check(call, config);
    if (status == 0)
        status = read_url(call, http, config->base_url);
    if (status == 0)
        status = keep_texts(call, http, config);
    if (status < 0)
        return status;
    keep_numbers(http, config);
    const struct rv_sdk_header_list headers = { config->headers, config->header_size };
    status = rv_sdk_headers_check(call, &headers);
    if (status == 0)
        status = rv_sdk_headers_keep(call, http, &headers);
    if (status < 0)
        return status;
    if (rv_sdk_http_loop_begin(http) < 0)
        return reeve_fail(call, REEVE_E_INTERNAL, "out of memory for an HTTP client");
    return 0;
}

int
reeve_http_open(struct reeve_call *call, const struct reeve_http_config *config,
                struct reeve_http **out)
{
    struct reeve_http_config given = { 0 };

    *out = NULL;
    memcpy(&given, config, config->size < sizeof(given) ? (size_t)config->size : sizeof(given));
    struct reeve_http *http = calloc(1, sizeof(*http));
    if (!http)
        return reeve_fail(call, REEVE_E_INTERNAL, "out of memory for an HTTP client");
    int status = fill(call, http, &given);
    if (status < 0)
        reeve_http_close(http);
    else
        *out = http;
    return status;
}

void
reeve_http_close(struct reeve_http *http)
{
    if (!http)
        return;
    rv_sdk_http_streams_close(http);
    if (http->multi)
        rv_sdk_http_loop_end(http);
    free(http->base_url);
    free(http->origin);
    free(http->user_agent);
    free(http->proxy);
    free(http->proxy_userid);
    free(http->ca_pem);
    free(http->client_cert_pem);
    free(http->userid);
    rv_sdk_headers_free(http);
    free(http);
}
