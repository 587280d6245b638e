/* SPDX-License-Identifier: Apache-2.0
 *
 * One answer for all, on an evhttp of its own with small ceilings. Nothing that a request says is
 * looked at but its path, and whether it comes from this machine.
 */
#include "api/waiting.h"

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <event2/http.h>
#include <event2/listener.h>
#include <string.h>
#include "api/answer.h"
#include "api/local.h"
#include "api/page.h"
#include "base/clock.h"
#include "base/mem.h"
#include "base/meter.h"
#include "base/text.h"
#include "tls/tls.h"

enum { BODY_MAX = 64 << 10, HEAD_MAX = 16 << 10, PATIENCE_S = 5, LEAVE_MS = 50 };

struct rv_waiting {
    struct event_base *base;
    struct evhttp *http;
    struct evconnlistener *listener;
    struct rv_tls *tls;
    int64_t since_ms;
    rv_err why;
};

/* What all processes of the server share; what is counted in the database is not there. */
static void
write_metrics(rv_buf *out)
{
    for (int meter = 0; meter < RV_METERS; meter++) {
        rv_meter_write_head(out, (enum rv_meter)meter);
        rv_meter_write_cells(out, (enum rv_meter)meter);
        if (meter == RV_M_STORE_UP)
            rv_meter_write_sample(out, RV_M_STORE_UP, RV_NO_LABELS, 0);
    }
}

static int
write_answer(const struct rv_waiting *waiting, struct evhttp_request *http, rv_buf *out,
             const char **type)
{
    const char *path = evhttp_uri_get_path(evhttp_request_get_evhttp_uri(http));
    int near = rv_local_peer(http);
    char since[32];
    rv_format_time(since, waiting->since_ms / 1000 * 1000);
    RV_AUTO_FREE char *silent = rv_format("the server has waited for its database since %s", since);
    /* The error tells of the last attempt, which may be a moment ago. */
    RV_AUTO_FREE char *full =
        near && waiting->why.text[0] ? rv_format("%s (%s)", silent, waiting->why.text) : NULL;
    *type = "text/plain; charset=utf-8";
    if (rv_streq(path, "/healthz")) {
        rv_buf_add_string(out, "ok\n");
        return 200;
    }
    if (rv_streq(path, "/readyz")) {
        rv_buf_addf(out, "not ready: %s\n", silent);
        return 503;
    }
    if (near && rv_streq(path, "/metrics")) {
        *type = "text/plain; version=0.0.4; charset=utf-8";
        write_metrics(out);
        return 200;
    }
    *type = "application/json; charset=utf-8";
    rv_answer_error_body(out, 503, full ? full : silent,
                         near && waiting->why.hint[0]
                             ? waiting->why.hint
                             : "it goes on by itself; on the server's machine its log says why");
    return 503;
}

static void
on_request(struct evhttp_request *http, void *arg)
{
    struct evkeyvalq *headers = evhttp_request_get_output_headers(http);
    const char *type = NULL;
    RV_AUTO_BUF rv_buf body = rv_buf_limited(4 << 20);
    int status = write_answer(arg, http, &body, &type);
    evhttp_add_header(headers, "Content-Type", type);
    evhttp_add_header(headers, "Access-Control-Allow-Origin", "*");
    evhttp_add_header(headers, "X-Content-Type-Options", "nosniff");
    evhttp_add_header(headers, "Connection", "close");
    if (status == 503)
        evhttp_add_header(headers, "Retry-After", "5");
    struct evbuffer *out = evbuffer_new();
    evbuffer_add(out, rv_buf_text(&body), body.len);
    evhttp_send_reply(http, status, rv_reason_of(status), out);
    evbuffer_free(out);
}

static struct bufferevent *
on_connection(struct event_base *base, void *arg)
{
    struct rv_waiting *waiting = arg;
    struct bufferevent *bev =
        waiting->tls ? rv_tls_connection(waiting->tls, base) : bufferevent_socket_new(base, -1, 0);
    RV_ASSERT(bev);
    bufferevent_setwatermark(bev, EV_READ, 0, BODY_MAX + HEAD_MAX);
    rv_page_replace(bev);
    return bev;
}

int
rv_waiting_open(struct rv_waiting **out, struct event_base *base, int listen_fd, struct rv_tls *tls,
                rv_err *err)
{
    struct rv_waiting *waiting = rv_alloc(sizeof(*waiting));
    *waiting = (struct rv_waiting){ .base = base, .tls = tls, .since_ms = rv_now_ms() };
    waiting->http = evhttp_new(base);
    waiting->listener = evconnlistener_new(base, NULL, NULL, LEV_OPT_CLOSE_ON_EXEC, 0, listen_fd);
    if (!waiting->http || !waiting->listener ||
        !evhttp_bind_listener(waiting->http, waiting->listener)) {
        rv_waiting_close(waiting);
        return rv_fail(err, RV_E_INTERNAL, "libevent gave no HTTP server to wait with");
    }
    evutil_make_socket_nonblocking(listen_fd);
    evhttp_set_timeout(waiting->http, PATIENCE_S);
    evhttp_set_max_headers_size(waiting->http, HEAD_MAX);
    evhttp_set_max_body_size(waiting->http, BODY_MAX);
    evhttp_set_allowed_methods(waiting->http, 0xffff);
    evhttp_set_default_content_type(waiting->http, NULL);
    evhttp_set_gencb(waiting->http, on_request, waiting);
    evhttp_set_bevcb(waiting->http, on_connection, waiting);
    *out = waiting;
    return 0;
}

void
rv_waiting_say(struct rv_waiting *waiting, const rv_err *why)
{
    waiting->why = *why;
}

void
rv_waiting_close(struct rv_waiting *waiting)
{
    if (!waiting)
        return;
    if (waiting->listener) {
        const struct timeval leave = { .tv_usec = LEAVE_MS * 1000 };
        evconnlistener_disable(waiting->listener);
        event_base_loopexit(waiting->base, &leave);
        event_base_loop(waiting->base, 0);
    }
    if (waiting->http)
        evhttp_free(waiting->http); /* and the listener, but not its socket */
    free(waiting);
}
