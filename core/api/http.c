/* SPDX-License-Identifier: Apache-2.0
 *
 * The HTTP server of an API worker, on evhttp. It has ceilings for everything that a client sends;
 * conn.c has those for all clients together. What evhttp itself refuses (a request line that it
 * cannot read, headers over their ceiling, a body over twice ours) is answered by page.c.
 */
#include "api/http.h"

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <event2/http.h>
#include <event2/http_struct.h>
#include <event2/keyvalq_struct.h>
#include <event2/listener.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "api/answer.h"
#include "api/backlog.h"
#include "api/conn.h"
#include "api/page.h"
#include "api/route.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/meter.h"
#include "base/text.h"

#define HOST_MAX 256
#define GATE_MS 100
/* Every bit: methods that evhttp does not know reach us as well and get a proper 405. */
#define ALL_METHODS 0xffff

static const char *
header_of(const struct rv_request *req, const char *name)
{
    return evhttp_find_header(evhttp_request_get_input_headers(req->http), name);
}

static int
method_of(struct evhttp_request *http)
{
    switch (evhttp_request_get_command(http)) {
    case EVHTTP_REQ_GET:
        return RV_M_GET;
    case EVHTTP_REQ_POST:
        return RV_M_POST;
    case EVHTTP_REQ_PUT:
        return RV_M_PUT;
    case EVHTTP_REQ_PATCH:
        return RV_M_PATCH;
    case EVHTTP_REQ_DELETE:
        return RV_M_DELETE;
    case EVHTTP_REQ_OPTIONS:
        return RV_M_OPTIONS;
    default:
        return RV_M_OTHER;
    }
}

static int
is_host(const char *text)
{
    size_t len = text ? strlen(text) : 0;

    return len > 0 && len <= HOST_MAX &&
           strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_:[]%") ==
               len;
}

/* hrefs have the scheme and host that the client used; a proxy in front says them. */
static const char *
root_of(const struct rv_request *req)
{
    const char *host = header_of(req, "X-Forwarded-Host");
    const char *scheme = header_of(req, "X-Forwarded-Proto");

    if (!is_host(host))
        host = header_of(req, "Host");
    if (!is_host(host))
        host = "localhost";
    if (!scheme || (!rv_strcaseeq(scheme, "https") && !rv_strcaseeq(scheme, "http")))
        scheme = req->api->config.tls ? "https" : "http";
    return rv_arena_format(req->arena, "%s://%s", rv_strcaseeq(scheme, "https") ? "https" : "http",
                           host);
}

static void
add_common_headers(struct rv_request *req)
{
    struct evkeyvalq *headers = evhttp_request_get_output_headers(req->http);

    evhttp_add_header(headers, "Access-Control-Allow-Origin", "*");
    evhttp_add_header(headers, "Access-Control-Allow-Headers",
                      "origin, content-type, authorization, x-auth-token");
    evhttp_add_header(headers, "Access-Control-Allow-Methods",
                      "GET, POST, PUT, DELETE, PATCH, OPTIONS");
    evhttp_add_header(headers, "X-Content-Type-Options", "nosniff");
    for (int i = 0; i < req->answer.header_count; i++)
        evhttp_add_header(headers, req->answer.headers[i].name, req->answer.headers[i].value);
    if (req->api->draining || req->method == RV_M_OTHER)
        evhttp_add_header(headers, "Connection", "close");
}

static void
free_body(const void *data, size_t len, void *arg)
{
    (void)len;
    (void)arg;
    free((void *)(uintptr_t)data);
}

/* While an answer is on its way, silence of the client is no reason to end it. */
static void
set_timeouts(struct rv_api *api, struct evhttp_request *http, int reading)
{
    struct evhttp_connection *connection = evhttp_request_get_connection(http);
    int64_t ms = rv_settings_int(api->config.settings, "api.idle_timeout");
    struct timeval limit = { .tv_sec = ms / 1000, .tv_usec = ms % 1000 * 1000 };

    if (connection)
        bufferevent_set_timeouts(evhttp_connection_get_bufferevent(connection),
                                 reading ? &limit : NULL, &limit);
}

static void
on_complete(struct evhttp_request *http, void *arg)
{
    struct rv_api *api = arg;

    struct rv_conn *conn = rv_conn_of(api->conns, evhttp_request_get_connection(http));

    set_timeouts(api, http, 1);
    rv_conn_watch(conn, NULL, NULL);
    rv_conn_set(conn, RV_CONN_IDLE);
    api->in_flight--;
}

/* The client went away before it had its answer. */
static void
on_closed(void *arg)
{
    struct rv_api *api = arg;

    api->in_flight--;
}

static int
has_body(const struct rv_request *req)
{
    int command = (int)evhttp_request_get_command(req->http);

    return command != EVHTTP_REQ_HEAD && command != EVHTTP_REQ_CONNECT;
}

static void
note(const struct rv_request *req)
{
    int64_t took_us = rv_monotonic_us() - req->started_us;

    const char *route = req->route ? req->route->pattern : "none";
    char code[16];

    snprintf(code, sizeof(code), "%d", req->answer.status);
    rv_meter_add(RV_M_HTTP_REQUESTS, 1, RV_LABELS(route, rv_method_name(req->method), code));
    rv_meter_observe(RV_M_HTTP_DURATION, took_us, RV_LABELS(route));
    if (rv_log_enabled(RV_DEBUG))
        rv_log(RV_DEBUG, "request", RV_F("method", RV_S(rv_method_name(req->method))),
               RV_F("target", RV_S(req->target ? req->target : "")),
               RV_F("status", RV_I(req->answer.status)), RV_F("ms", RV_D((double)took_us / 1000)));
}

/* NULL when the client has gone. */
static struct rv_conn *
conn_of(const struct rv_request *req)
{
    struct evhttp_connection *connection = evhttp_request_get_connection(req->http);

    return connection ? rv_conn_of(req->api->conns, connection) : NULL;
}

void
rv_http_answer(struct rv_request *req)
{
    struct rv_answer *answer = &req->answer;
    struct evkeyvalq *headers = evhttp_request_get_output_headers(req->http);

    if (answer->body.failed)
        rv_answer_error(req, 400, "the answer would be too large",
                        "ask for fewer rows or attributes");
    note(req);
    add_common_headers(req);
    if (answer->content_type)
        evhttp_add_header(headers, "Content-Type", answer->content_type);
    struct rv_conn *conn = conn_of(req);
    if (conn)
        rv_conn_set(conn, RV_CONN_SENDING);
    set_timeouts(req->api, req->http, 0);
    evhttp_request_set_on_complete_cb(req->http, on_complete, req->api);
    struct evbuffer *body = evbuffer_new();
    size_t len = answer->body.len;
    if (len > 0 && has_body(req))
        evbuffer_add_reference(body, rv_buf_take_string(&answer->body), len, free_body, NULL);
    evhttp_send_reply(req->http, answer->status, rv_reason_of(answer->status), body);
    evbuffer_free(body);
    rv_request_free(req);
}

static struct bufferevent *
bufferevent_of(const struct rv_request *req)
{
    return evhttp_connection_get_bufferevent(evhttp_request_get_connection(req->http));
}

/* The client of a stream went away. evhttp has let go of the request by then, unless it is being
 * closed itself. */
static void
on_stream_closed(void *arg)
{
    struct rv_request *req = arg;

    req->api->in_flight--;
    if (!evhttp_request_get_connection(req->http))
        evhttp_request_free(req->http);
    req->http = NULL;
    req->calls->closed(req->calls_arg);
}

static void
on_stream_drained(struct evhttp_connection *connection, void *arg)
{
    struct rv_request *req = arg;

    (void)connection;
    req->calls->drained(req->calls_arg);
}

void
rv_http_stream_begin(struct rv_request *req, const struct rv_stream_calls *calls, void *arg)
{
    struct evkeyvalq *headers = evhttp_request_get_output_headers(req->http);

    req->streaming = 1;
    req->calls = calls;
    req->calls_arg = arg;
    req->answer.status = 200;
    note(req);
    add_common_headers(req);
    evhttp_add_header(headers, "Content-Type", "text/event-stream; charset=utf-8");
    evhttp_add_header(headers, "Cache-Control", "no-store");
    evhttp_add_header(headers, "X-Accel-Buffering", "no");
    set_timeouts(req->api, req->http, 0);
    rv_conn_watch(conn_of(req), on_stream_closed, req);
    evhttp_send_reply_start(req->http, 200, "OK");
}

void
rv_http_stream_write(struct rv_request *req, const char *bytes, size_t len)
{
    struct evbuffer *piece = evbuffer_new();

    evbuffer_add(piece, bytes, len);
    evhttp_send_reply_chunk_with_cb(req->http, piece, on_stream_drained, req);
    evbuffer_free(piece);
}

size_t
rv_http_stream_waiting(const struct rv_request *req)
{
    return evbuffer_get_length(bufferevent_get_output(bufferevent_of(req)));
}

void
rv_http_stream_end(struct rv_request *req)
{
    rv_conn_watch(conn_of(req), on_closed, req->api);
    rv_conn_set(conn_of(req), RV_CONN_SENDING);
    evhttp_request_set_on_complete_cb(req->http, on_complete, req->api);
    evhttp_send_reply_end(req->http);
    rv_request_free(req);
}

static int
read_body(struct rv_request *req, rv_err *err)
{
    struct evbuffer *body = evhttp_request_get_input_buffer(req->http);
    size_t len = evbuffer_get_length(body);
    int64_t limit = rv_settings_int(req->api->config.settings, "api.body_max");

    if ((int64_t)len > limit)
        return rv_fail(err, RV_E_LIMIT, "a request body of %zu bytes; at most %lld are read", len,
                       (long long)limit);
    req->body_len = len;
    req->body = len > 0 ? (const char *)evbuffer_pullup(body, -1) : "";
    return 0;
}

static void
handle(struct rv_request *req)
{
    rv_err err = RV_ERR_INIT;

    if (rv_request_parse(req, evhttp_request_get_uri(req->http), &err) < 0) {
        if (err.code == RV_E_NOT_FOUND)
            rv_answer_error(req, 404, err.text, NULL);
        else
            rv_answer_err(req, &err);
        return;
    }
    req->root = root_of(req);
    req->api_root = rv_arena_format(req->arena, "%s/api", req->root);
    if (read_body(req, &err) < 0) {
        rv_answer_error(req, 413, err.text, NULL);
        return;
    }
    rv_route_dispatch(req);
}

void
rv_http_carry_out(struct rv_request *req)
{
    handle(req);
    if (!req->parked && !req->streaming)
        rv_http_answer(req);
}

int
rv_http_connected(const struct rv_request *req)
{
    return req->http && evhttp_request_get_connection(req->http) != NULL;
}

static void
on_request(struct evhttp_request *http, void *arg)
{
    struct rv_api *api = arg;
    struct rv_request *req = rv_request_new(api);

    api->in_flight++;
    struct rv_conn *conn = rv_conn_of(api->conns, evhttp_request_get_connection(http));
    rv_conn_set(conn, RV_CONN_WORKING);
    rv_conn_watch(conn, on_closed, api);
    req->http = http;
    req->method = method_of(http);
    req->header = header_of;
    if (api->config.outside)
        rv_backlog_add(req);
    else
        rv_http_carry_out(req);
}

static void
shut_gate(struct rv_api *api)
{
    struct timeval after = { .tv_usec = GATE_MS * 1000 };

    evconnlistener_disable(api->listener);
    event_add(api->gate, &after);
}

/* Once a minute: under load the gate opens and shuts all the time. */
static void
complain_full(struct rv_api *api)
{
    int64_t now_ms = rv_monotonic_ms();

    if (api->full_ms && now_ms - api->full_ms < 60000)
        return;
    api->full_ms = now_ms;
    rv_log(RV_WARNING, "too many connections at work; new ones wait",
           RV_F("limit", RV_I(rv_settings_int(api->config.settings, "api.connections_max"))));
}

static int
somebody_waits(const struct rv_api *api)
{
    struct pollfd wait = { .fd = api->config.listen_fd, .events = POLLIN };

    return poll(&wait, 1, 0) > 0;
}

static void
on_gate(evutil_socket_t fd, short what, void *arg)
{
    struct rv_api *api = arg;

    (void)fd;
    (void)what;
    if (api->draining)
        return;
    if (rv_conns_full(api->conns) && somebody_waits(api) && !rv_conns_make_room(api->conns))
        complain_full(api);
    if (rv_conns_full(api->conns))
        shut_gate(api);
    else
        evconnlistener_enable(api->listener);
}

/* What a new connection gets: by the settings of now. */
static void
set_changing_limits(struct rv_api *api)
{
    const struct rv_settings *settings = api->config.settings;
    int64_t idle_ms = rv_settings_int(settings, "api.idle_timeout");
    struct timeval idle = { .tv_sec = idle_ms / 1000, .tv_usec = idle_ms % 1000 * 1000 };

    evhttp_set_timeout_tv(api->http, &idle);
    evhttp_set_max_body_size(api->http, 2 * rv_settings_int(settings, "api.body_max"));
}

static struct bufferevent *
on_connection(struct event_base *base, void *arg)
{
    struct rv_api *api = arg;

    struct bufferevent *bev = api->config.tls ? rv_tls_connection(api->config.tls, base)
                                              : bufferevent_socket_new(base, -1, 0);
    size_t most = (size_t)(2 * rv_settings_int(api->config.settings, "api.body_max"));
    RV_ASSERT(bev);
    set_changing_limits(api);
    bufferevent_setwatermark(bev, EV_READ, 0, most + 2 * RV_HEADERS_MAX);
    rv_page_replace(bev);
    rv_conns_add(api->conns, bev);
    if (rv_conns_full(api->conns))
        shut_gate(api);
    return bev;
}

/* Out of file descriptors, most likely: whoever has one for nothing gives it back. */
static void
on_accept_error(struct evconnlistener *listener, void *arg)
{
    rv_err err = RV_ERR_INIT;

    (void)listener;
    rv_fail_errno(&err, "accept");
    rv_log_err(RV_WARNING, "no new connections for a moment", &err);
    rv_conns_make_room(((struct rv_api *)arg)->conns);
    shut_gate(arg);
}

static void
set_limits(struct rv_api *api)
{
    evhttp_set_max_headers_size(api->http, RV_HEADERS_MAX);
    evhttp_set_flags(api->http, EVHTTP_SERVER_LINGERING_CLOSE);
    evhttp_set_allowed_methods(api->http, ALL_METHODS);
    evhttp_set_default_content_type(api->http, NULL);
    evhttp_set_gencb(api->http, on_request, api);
    evhttp_set_bevcb(api->http, on_connection, api);
}

int
rv_http_open(struct rv_api *api, rv_err *err)
{
    api->conns = rv_conns_new(api);
    api->http = evhttp_new(api->config.base);
    api->gate = event_new(api->config.base, -1, 0, on_gate, api);
    api->listener = evconnlistener_new(api->config.base, NULL, NULL, LEV_OPT_CLOSE_ON_EXEC, 0,
                                       api->config.listen_fd);
    if (!api->http || !api->gate || !api->listener)
        return rv_fail(err, RV_E_INTERNAL, "libevent gave no HTTP server");
    set_limits(api);
    evutil_make_socket_nonblocking(api->config.listen_fd);
    if (!evhttp_bind_listener(api->http, api->listener))
        return rv_fail(err, RV_E_INTERNAL, "libevent took no listening socket");
    evconnlistener_set_error_cb(api->listener, on_accept_error);
    return 0;
}

void
rv_http_drain(struct rv_api *api)
{
    event_del(api->gate);
    evconnlistener_disable(api->listener);
}

void
rv_http_close(struct rv_api *api)
{
    if (api->http)
        evhttp_free(api->http);
    rv_conns_free(api->conns); /* uses the gate */
    if (api->gate)
        event_free(api->gate);
}
