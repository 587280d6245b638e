/* SPDX-License-Identifier: Apache-2.0
 *
 * An HTTP request and its answer. Redirects are not followed: the next host might be one that
 * nobody allowed.
 */
#include <string.h>
#include "base/mem.h"
#include "base/text.h"
#include "transfer.h"

struct exchange {
    const struct rv_net_request *request;
    struct rv_net_response *response;
    CURLU *url;
    CURL *curl;
    struct curl_slist *headers;
    char detail[CURL_ERROR_SIZE];
};

static int
check_host(CURLU *url, const struct rv_net_request *request, rv_err *err)
{
    char *scheme = NULL, *host = NULL, *port = NULL, *user = NULL;
    int code = 0;
    curl_url_get(url, CURLUPART_USER, &user, 0);
    if (curl_url_get(url, CURLUPART_SCHEME, &scheme, 0) ||
        curl_url_get(url, CURLUPART_HOST, &host, 0) ||
        curl_url_get(url, CURLUPART_PORT, &port, CURLU_DEFAULT_PORT))
        code = rv_fail(err, RV_E_INVALID, "'%.200s' is no URL of a host", request->url);
    else if (strcmp(scheme, "http") != 0 && strcmp(scheme, "https") != 0)
        code = rv_fail(err, RV_E_INVALID, "only http and https can be asked, not '%.40s'", scheme);
    else if (user)
        code = rv_fail(err, RV_E_INVALID,
                       "an URL must have no user in it: give an Authorization header");
    else if (!rv_net_allowed(request->hosts, host, port, scheme[4] ? "443" : "80")) {
        code =
            rv_fail(err, RV_E_PERMISSION, "%.200s:%s is no host that methods may ask", host, port);
        rv_hint(err, "an operator allows it in automate.http_hosts");
    }
    curl_free(scheme);
    curl_free(host);
    curl_free(port);
    curl_free(user);
    return code;
}

static int
read_url(struct exchange *exchange, rv_err *err)
{
    const char *text = exchange->request->url ? exchange->request->url : "";
    exchange->url = curl_url();
    CURLUcode bad =
        exchange->url ? curl_url_set(exchange->url, CURLUPART_URL, text, 0) : CURLUE_OUT_OF_MEMORY;
    if (bad)
        return rv_fail(err, RV_E_INVALID, "'%.200s' is no URL: %s", text, curl_url_strerror(bad));
    return check_host(exchange->url, exchange->request, err);
}

static int
add_headers(struct exchange *exchange, rv_err *err)
{
    const struct rv_net_request *request = exchange->request;
    for (size_t i = 0; i < request->header_count; i++) {
        const struct rv_net_header *header = &request->headers[i];
        if (header->name[0] == '\0' || strpbrk(header->name, ": \t") != NULL)
            return rv_fail(err, RV_E_INVALID, "'%.80s' is no name of a header", header->name);
        if (rv_net_check_line("a header's name", header->name, err) < 0 ||
            rv_net_check_line("a header", header->value, err) < 0)
            return err->code;
        /* A header without a value is written "Name;" for libcurl. */
        RV_AUTO_FREE char *line = header->value[0]
                                      ? rv_format("%s: %s", header->name, header->value)
                                      : rv_format("%s;", header->name);
        exchange->headers = curl_slist_append(exchange->headers, line);
    }
    return 0;
}

static size_t
take_body(char *bytes, size_t size, size_t count, void *arg)
{
    struct exchange *exchange = arg;
    rv_buf_add(&exchange->response->body, bytes, size * count);
    return exchange->response->body.failed ? 0 : size * count;
}

/* "Name: value\r\n"; a status line begins anew (after "100 Continue"). */
static size_t
take_header(char *bytes, size_t size, size_t count, void *arg)
{
    struct exchange *exchange = arg;
    rv_buf *out = &exchange->response->headers;
    size_t len = size * count;
    const char *colon = memchr(bytes, ':', len);
    if (len > 5 && memcmp(bytes, "HTTP/", 5) == 0)
        rv_buf_reset(out);
    else if (colon) {
        size_t begin = out->len, end = len;
        while (end > 0 && (bytes[end - 1] == '\r' || bytes[end - 1] == '\n'))
            end--;
        rv_buf_add(out, bytes, end);
        for (char *c = out->failed ? NULL : out->data + begin; c && *c && *c != ':'; c++)
            if (*c >= 'A' && *c <= 'Z')
                *c = (char)(*c - 'A' + 'a');
        rv_buf_add_char(out, '\n');
    }
    return out->failed ? 0 : len;
}

static void
set_up(struct exchange *exchange)
{
    const struct rv_net_request *request = exchange->request;
    CURL *curl = exchange->curl;
    rv_net_prepare(curl, &(struct rv_net_tls){ request->ca_file, request->flags },
                   request->timeout_ms, exchange->detail);
    curl_easy_setopt(curl, CURLOPT_CURLU, exchange->url);
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, exchange->headers);
    curl_easy_setopt(curl, CURLOPT_USERAGENT, "reeve-automate");
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take_body);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, exchange);
    curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, take_header);
    curl_easy_setopt(curl, CURLOPT_HEADERDATA, exchange);
    if (request->body) {
        curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)request->body_len);
        curl_easy_setopt(curl, CURLOPT_POSTFIELDS, request->body);
    }
    if (request->method && strcmp(request->method, "HEAD") == 0)
        curl_easy_setopt(curl, CURLOPT_NOBODY, 1L);
    else if (request->method)
        curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, request->method);
}

static int
check_request(const struct rv_net_request *request, rv_err *err)
{
    const char *method = request->method;
    if (method && (method[0] == '\0' || strlen(method) > 20 ||
                   strspn(method, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != strlen(method)))
        return rv_fail(err, RV_E_INVALID, "'%.40s' is no method of HTTP", method);
    if (request->body && request->body_len > RV_NET_BODY_MAX)
        return rv_fail(err, RV_E_LIMIT, "a request's body has at most %d bytes", RV_NET_BODY_MAX);
    return 0;
}

static int
ask(struct exchange *exchange, rv_net_wait wait, rv_err *err)
{
    CURLcode code = CURLE_OK;
    long status = 0;
    set_up(exchange);
    if (rv_net_perform(exchange->curl, &code, wait, err) < 0)
        return err->code;
    if (rv_buf_check(&exchange->response->body, err) < 0 ||
        rv_buf_check(&exchange->response->headers, err) < 0)
        return rv_wrap(err, "the answer of %.200s", exchange->request->url);
    if (code != CURLE_OK)
        return rv_net_failed(code, exchange->request->url, exchange->detail, err);
    curl_easy_getinfo(exchange->curl, CURLINFO_RESPONSE_CODE, &status);
    exchange->response->status = (int32_t)status;
    return 0;
}

int
rv_net_curl_http(const struct rv_net_request *request, struct rv_net_response *response,
                 rv_net_wait wait, rv_err *err)
{
    struct exchange exchange = { .request = request, .response = response };
    int code = check_request(request, err);
    if (code == 0)
        code = read_url(&exchange, err);
    if (code == 0)
        code = add_headers(&exchange, err);
    exchange.curl = code == 0 ? curl_easy_init() : NULL;
    if (code == 0)
        code = exchange.curl ? ask(&exchange, wait, err)
                             : rv_fail(err, RV_E_INTERNAL, "libcurl does not begin a transfer");
    curl_easy_cleanup(exchange.curl);
    curl_slist_free_all(exchange.headers);
    curl_url_cleanup(exchange.url);
    return code;
}
