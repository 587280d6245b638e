/* SPDX-License-Identifier: Apache-2.0
 *
 * A client in the server's own event loop: whole answers by evhttp, raw bytes and streams by a
 * bufferevent.
 */
#include "api_fixture.h"

#include <arpa/inet.h>
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <event2/http.h>
#include <event2/keyvalq_struct.h>
#include <inttypes.h>
#include <stdio.h>
#include <sys/socket.h>
#include "base/clock.h"
#include "base/text.h"

#define PATIENCE_MS 20000

struct waiting {
    struct event_base *base;
    struct reply reply;
    int done;
};

static void
take_reply(struct evhttp_request *request, void *arg)
{
    struct waiting *waiting = arg;
    struct evkeyval *header;
    rv_buf headers = rv_buf_limited(65536);

    waiting->done = 1;
    if (request) {
        struct evbuffer *body = evhttp_request_get_input_buffer(request);
        waiting->reply.status = evhttp_request_get_response_code(request);
        waiting->reply.len = evbuffer_get_length(body);
        waiting->reply.body = rv_alloc(waiting->reply.len + 1);
        evbuffer_remove(body, waiting->reply.body, waiting->reply.len);
        for (header = evhttp_request_get_input_headers(request)->tqh_first; header;
             header = header->next.tqe_next)
            rv_buf_addf(&headers, "%s: %s\n", header->key, header->value);
    }
    waiting->reply.headers = rv_buf_take_string(&headers);
    event_base_loopbreak(waiting->base);
}

static int
command_of(const char *method)
{
    static const struct {
        const char *name;
        int command;
    } methods[] = {
        { "GET", EVHTTP_REQ_GET },         { "POST", EVHTTP_REQ_POST },
        { "PUT", EVHTTP_REQ_PUT },         { "PATCH", EVHTTP_REQ_PATCH },
        { "DELETE", EVHTTP_REQ_DELETE },   { "HEAD", EVHTTP_REQ_HEAD },
        { "OPTIONS", EVHTTP_REQ_OPTIONS }, { "TRACE", EVHTTP_REQ_TRACE },
    };

    for (size_t i = 0; i < RV_COUNT(methods); i++) {
        if (strcmp(methods[i].name, method) == 0)
            return methods[i].command;
    }
    fail_msg("no such method: %s", method);
    return 0;
}

static void
add_headers(struct evkeyvalq *to, const char *headers)
{
    while (*headers) {
        size_t len = strcspn(headers, "\n");
        const char *colon = memchr(headers, ':', len);
        RV_AUTO_FREE char *name = rv_strndup(headers, (size_t)(colon - headers));
        RV_AUTO_FREE char *value = rv_strndup(colon + 2, len - (size_t)(colon - headers) - 2);
        evhttp_add_header(to, name, value);
        headers += len + (headers[len] == '\n');
    }
}

static void
loop_until(struct event_base *base, const int *done)
{
    int64_t until = rv_monotonic_ms() + PATIENCE_MS;

    while (!*done && rv_monotonic_ms() < until) {
        struct timeval most = { .tv_usec = 100000 };
        event_base_loopexit(base, &most);
        event_base_dispatch(base);
    }
}

struct reply
ask(struct api_fixture *f, const char *method, const char *target, const char *headers,
    const char *body)
{
    struct waiting waiting = { .base = f->base };
    struct evhttp_connection *connection =
        evhttp_connection_base_new(f->base, NULL, "127.0.0.1", (ev_uint16_t)f->port);
    struct evhttp_request *request = evhttp_request_new(take_reply, &waiting);
    struct evkeyvalq *to = evhttp_request_get_output_headers(request);

    if (!headers || strncmp(headers, "Host: ", strlen("Host: ")) != 0)
        evhttp_add_header(to, "Host", "reeve.example:7400");
    if (headers)
        add_headers(to, headers);
    else
        evhttp_add_header(to, "X-Auth-Token", f->token);
    if (body) {
        RV_AUTO_FREE char *length = rv_format("%zu", strlen(body));
        evhttp_add_header(to, "Content-Length", length);
        evbuffer_add(evhttp_request_get_output_buffer(request), body, strlen(body));
    }
    assert_int_equal(
        evhttp_make_request(connection, request, (enum evhttp_cmd_type)command_of(method), target),
        0);
    loop_until(f->base, &waiting.done);
    assert_true(waiting.done);
    evhttp_connection_free(connection);
    if (waiting.reply.body)
        waiting.reply.json = cJSON_Parse(waiting.reply.body);
    return waiting.reply;
}

void
reply_free(struct reply *reply)
{
    free(reply->body);
    free(reply->headers);
    cJSON_Delete(reply->json);
}

struct reply
get(struct api_fixture *f, const char *target)
{
    return ask(f, "GET", target, NULL, NULL);
}

struct reply
post(struct api_fixture *f, const char *target, const char *body)
{
    return ask(f, "POST", target, NULL, body);
}

const char *
reply_header(const struct reply *reply, const char *name, char out[256])
{
    size_t len = strlen(name);

    for (const char *line = reply->headers; *line; line += strcspn(line, "\n") + 1) {
        if (strncasecmp(line, name, len) == 0 && line[len] == ':') {
            snprintf(out, 256, "%.*s", (int)strcspn(line + len + 2, "\n"), line + len + 2);
            return out;
        }
    }
    return NULL;
}

static const cJSON *
walk(const cJSON *json, const char *path)
{
    char name[128];

    while (json && *path) {
        size_t len = strcspn(path, ".[]");
        if (len > 0) {
            snprintf(name, sizeof(name), "%.*s", (int)len, path);
            json = strspn(name, "0123456789") == len
                       ? cJSON_GetArrayItem(json, (int)strtol(name, NULL, 10))
                       : cJSON_GetObjectItemCaseSensitive(json, name);
        }
        path += len;
        path += strspn(path, ".[]");
    }
    return json;
}

static const char *
text_of(const cJSON *json, char *out, size_t size)
{
    if (!json)
        return "(none)";
    if (cJSON_IsString(json))
        snprintf(out, size, "%s", json->valuestring);
    else if (cJSON_IsNumber(json))
        snprintf(out, size, "%.15g", json->valuedouble);
    else if (cJSON_IsBool(json))
        snprintf(out, size, "%s", cJSON_IsTrue(json) ? "true" : "false");
    else
        snprintf(out, size, "(%s)",
                 cJSON_IsArray(json)    ? "array"
                 : cJSON_IsObject(json) ? "object"
                                        : "null");
    return out;
}

const char *
at(const struct reply *reply, const char *path)
{
    static char text[8][2048];
    static int next;

    next = (next + 1) % 8;
    return text_of(walk(reply->json, path), text[next], sizeof(text[next]));
}

int
count_at(const struct reply *reply, const char *path)
{
    return cJSON_GetArraySize(walk(reply->json, path));
}

const char *
all_of(const struct reply *reply, const char *list, const char *member)
{
    static char text[65536];
    const cJSON *item;
    char one[2048];
    size_t len = 0;

    text[0] = '\0';
    cJSON_ArrayForEach(item, walk(reply->json, list))
    {
        int wrote = snprintf(text + len, sizeof(text) - len, "%s%s", len ? "," : "",
                             text_of(walk(item, member), one, sizeof(one)));
        len += (size_t)wrote < sizeof(text) - len ? (size_t)wrote : 0;
    }
    return text;
}

struct events {
    struct api_fixture *f;
    struct bufferevent *bev;
    rv_buf text;
    int ended;
};

static void
on_read(struct bufferevent *bev, void *arg)
{
    struct events *events = arg;
    struct evbuffer *input = bufferevent_get_input(bev);
    size_t len = evbuffer_get_length(input);

    rv_buf_add(&events->text, evbuffer_pullup(input, -1), len);
    evbuffer_drain(input, len);
    event_base_loopbreak(events->f->base);
}

static void
on_event(struct bufferevent *bev, short what, void *arg)
{
    struct events *events = arg;

    (void)bev;
    if (what & (BEV_EVENT_EOF | BEV_EVENT_ERROR)) {
        events->ended = 1;
        event_base_loopbreak(events->f->base);
    }
}

static struct events *
connect_from(struct api_fixture *f, const char *from)
{
    struct sockaddr_in source = { .sin_family = AF_INET };
    struct events *events = rv_alloc(sizeof(*events));
    struct sockaddr_in address = { .sin_family = AF_INET,
                                   .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
                                   .sin_port = htons((uint16_t)f->port) };

    events->f = f;
    events->text = rv_buf_limited(64u << 20);
    /* A small window, so that a reader that pauses is felt soon. */
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), window = 32768;
    setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &window, sizeof(window));
    assert_int_equal(inet_pton(AF_INET, from, &source.sin_addr), 1);
    assert_int_equal(bind(fd, (struct sockaddr *)&source, sizeof(source)), 0);
    events->bev = bufferevent_socket_new(f->base, fd, BEV_OPT_CLOSE_ON_FREE);
    bufferevent_setcb(events->bev, on_read, NULL, on_event, events);
    bufferevent_enable(events->bev, EV_READ | EV_WRITE);
    assert_int_equal(
        bufferevent_socket_connect(events->bev, (struct sockaddr *)&address, sizeof(address)), 0);
    return events;
}

static struct events *
connect_raw(struct api_fixture *f)
{
    return connect_from(f, "127.0.0.1");
}

struct events *
events_send(struct api_fixture *f, const char *bytes)
{
    return events_send_from(f, "127.0.0.1", bytes);
}

struct events *
events_send_from(struct api_fixture *f, const char *from, const char *bytes)
{
    struct events *events = connect_from(f, from);

    bufferevent_write(events->bev, bytes, strlen(bytes));
    return events;
}

void
events_write(struct events *events, const char *bytes)
{
    bufferevent_write(events->bev, bytes, strlen(bytes));
}

struct events *
events_open(struct api_fixture *f, const char *target, const char *headers)
{
    struct events *events = connect_raw(f);
    RV_AUTO_FREE char *text =
        rv_format("GET %s HTTP/1.1\r\nHost: x\r\nAccept: text/event-stream\r\n"
                  "X-Auth-Token: %s\r\n%s\r\n",
                  target, f->token, headers ? headers : "");

    bufferevent_write(events->bev, text, strlen(text));
    return events;
}

int
events_wait(struct events *events, const char *text)
{
    int64_t until = rv_monotonic_ms() + 5000;

    while (rv_monotonic_ms() < until) {
        struct timeval most = { .tv_usec = 50000 };
        if (strstr(rv_buf_text(&events->text), text))
            return 1;
        if (events->ended)
            return 0;
        event_base_loopexit(events->f->base, &most);
        event_base_dispatch(events->f->base);
    }
    return 0;
}

const char *
events_text(struct events *events)
{
    return rv_buf_text(&events->text);
}

int
events_ended(struct events *events)
{
    return events->ended;
}

void
events_pause(struct events *events, int paused)
{
    if (paused)
        bufferevent_disable(events->bev, EV_READ);
    else
        bufferevent_enable(events->bev, EV_READ);
}

void
events_close(struct events *events)
{
    struct api_fixture *f = events->f;

    bufferevent_free(events->bev);
    rv_buf_free(&events->text);
    free(events);
    run_loop(f, 20);
}

void
run_loop(struct api_fixture *f, int64_t ms)
{
    int64_t until = rv_monotonic_ms() + ms;

    while (rv_monotonic_ms() < until) {
        struct timeval most = { .tv_usec = 5000 };
        event_base_loopexit(f->base, &most);
        event_base_dispatch(f->base);
    }
}

/* Content-Length many bytes are there, or the other side has closed. */
static int
is_whole(struct events *events)
{
    const char *text = events_text(events), *blank = strstr(text, "\r\n\r\n");
    const char *length = strstr(text, "Content-Length: ");

    if (events->ended)
        return 1;
    if (!blank || !length)
        return 0;
    return events->text.len >=
           (size_t)(blank + 4 - text) + strtoul(length + strlen("Content-Length: "), NULL, 10);
}

char *
ask_raw(struct api_fixture *f, const char *bytes)
{
    struct events *events = connect_raw(f);
    int64_t until = rv_monotonic_ms() + 5000;

    bufferevent_write(events->bev, bytes, strlen(bytes));
    while (!is_whole(events) && rv_monotonic_ms() < until)
        run_loop(f, 10);
    char *text = rv_strdup(events_text(events));
    events_close(events);
    return text;
}
