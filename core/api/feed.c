/* SPDX-License-Identifier: Apache-2.0
 *
 * Streams. The hub reads the feed from its cursor and hands each batch to the streams that are
 * level with it. A stream that is behind (it resumed, or too much waits in its buffer) reads for
 * itself, a bounded piece at a time, whenever its buffer has room: memory stays flat, and nothing
 * is lost as long as the feed is kept.
 */
#include "api/feed.h"

#include <event2/event.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include "api/answer.h"
#include "api/api_internal.h"
#include "api/http.h"
#include "api/listing.h"
#include "api/stream.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"

#define CATCH_UP_BATCH 100 /* of a stream by itself */
#define ROUNDS 8           /* batches in one go, so that requests are not kept waiting */

struct rv_hub {
    struct rv_api *api;
    struct rv_stream *streams;
    int count;
    struct rv_cursor cursor;
    struct event *timer; /* the next look at the feed; every wake-up moves it */
    struct event *beats; /* the next heartbeat; nothing but time moves it */
    int64_t complained_ms;
};

static void
unlink_stream(struct rv_stream *stream)
{
    struct rv_stream **at = &stream->hub->streams;

    while (*at != stream)
        at = &(*at)->next;
    *at = stream->next;
    stream->hub->count--;
}

/* It left, or evhttp cut it off because it took nothing for as long as a connection may be idle. */
static void
on_client_gone(void *arg)
{
    struct rv_stream *stream = arg;
    int64_t idle_ms = rv_settings_int(stream->req->api->config.settings, "api.idle_timeout");
    int slow = stream->behind && rv_monotonic_ms() - stream->wrote_ms >= idle_ms / 2;

    unlink_stream(stream);
    rv_log(slow ? RV_WARNING : RV_DEBUG, "stream ended",
           RV_F("collection", RV_S(stream->kind->api_name)),
           RV_F("reason", RV_S(slow ? "its client reads too slowly" : "its client is gone")));
    rv_request_free(stream->req);
    free(stream);
}

static void
end_stream(struct rv_stream *stream, const char *why)
{
    unlink_stream(stream);
    rv_log(RV_INFO, "stream ended", RV_F("collection", RV_S(stream->kind->api_name)),
           RV_F("reason", RV_S(why)));
    rv_http_stream_end(stream->req);
    free(stream);
}

static void
complain(struct rv_hub *hub, const rv_err *err)
{
    if (rv_monotonic_ms() - hub->complained_ms < 60000 && hub->complained_ms)
        return;
    hub->complained_ms = rv_monotonic_ms();
    rv_log_err(RV_WARNING, "streams cannot read the change feed; tried again", err);
}

/* 1 when the stream is over. An error of the store that may pass leaves it for the next time. */
static int
failed(struct rv_stream *stream, const rv_err *err)
{
    if (err->code == RV_E_UNAVAILABLE || err->code == RV_E_TIMEOUT) {
        stream->behind = 1;
        complain(stream->hub, err);
        return 0;
    }
    end_stream(stream, err->text);
    return 1;
}

/* One batch for a stream that is behind; it is level again when there was nothing to read. */
static void
catch_up(struct rv_stream *stream)
{
    rv_err err = RV_ERR_INIT;
    struct rv_batch *batch =
        rv_batch_read(stream->req->api->config.store, stream->cursor, CATCH_UP_BATCH, &err);

    if (!batch) {
        failed(stream, &err);
        return;
    }
    int last = batch->count == 0;
    stream->behind = 0;
    int rc = rv_stream_deliver(stream, batch, &err);
    rv_batch_free(batch);
    if (rc < 0)
        failed(stream, &err);
    else if (!last)
        stream->behind = 1;
}

/* 1 when somebody could go on at once. */
static int
catch_up_all(struct rv_hub *hub)
{
    struct rv_stream *next;
    int more = 0;

    for (struct rv_stream *stream = hub->streams; stream; stream = next) {
        next = stream->next;
        if (stream->behind && rv_stream_has_room(stream)) {
            catch_up(stream);
            more = 1;
        }
    }
    return more;
}

static void
fan_out(struct rv_hub *hub, const struct rv_batch *batch)
{
    struct rv_stream *next;

    for (struct rv_stream *stream = hub->streams; stream; stream = next) {
        rv_err err = RV_ERR_INIT;
        next = stream->next;
        if (!stream->behind && !rv_stream_has_room(stream))
            stream->behind = 1;
        if (!stream->behind && rv_stream_deliver(stream, batch, &err) < 0)
            failed(stream, &err);
    }
}

static int
any_level(const struct rv_hub *hub)
{
    for (const struct rv_stream *stream = hub->streams; stream; stream = stream->next) {
        if (!stream->behind)
            return 1;
    }
    return 0;
}

/* The feed of another database, or its beginning is gone: clients start over. */
static void
end_all(struct rv_hub *hub, const char *why)
{
    while (hub->streams)
        end_stream(hub->streams, why);
}

static void
start_timer(struct event *timer, int64_t ms)
{
    struct timeval after = { .tv_sec = ms / 1000, .tv_usec = ms % 1000 * 1000 };

    event_add(timer, &after);
}

void
rv_hub_poll(struct rv_hub *hub)
{
    int64_t poll_ms = rv_settings_int(hub->api->config.settings, "api.feed_poll");
    int full = 1;

    if (!hub->streams)
        return;
    hub->api->telling++;
    int behind = catch_up_all(hub);
    for (int i = 0; full && i < ROUNDS && any_level(hub); i++) {
        rv_err err = RV_ERR_INIT;
        struct rv_batch *batch = rv_batch_read(hub->api->config.store, hub->cursor, RV_BATCH, &err);
        if (!batch && err.code == RV_E_GONE)
            end_all(hub, err.text);
        if (!batch) {
            complain(hub, &err);
            full = 0;
            break;
        }
        full = batch->count > 0; /* a batch may be small because its changes are large */
        fan_out(hub, batch);
        hub->cursor = batch->to;
        rv_batch_free(batch);
    }
    hub->api->telling--;
    if (hub->streams)
        start_timer(hub->timer, behind || (full && any_level(hub)) ? 1 : poll_ms);
}

static void
on_timer(evutil_socket_t fd, short what, void *arg)
{
    struct rv_hub *hub = arg;

    (void)fd;
    (void)what;
    if (hub->api->config.outside)
        hub->api->due |= RV_DUE_POLL;
    else
        rv_hub_poll(hub);
}

static int64_t
heartbeat_ms(const struct rv_hub *hub)
{
    return rv_settings_int(hub->api->config.settings, "api.stream_heartbeat");
}

void
rv_hub_later(struct rv_hub *hub)
{
    start_timer(hub->timer, rv_settings_int(hub->api->config.settings, "api.feed_poll"));
    start_timer(hub->beats, heartbeat_ms(hub));
}

static void
beat(struct rv_stream *stream)
{
    rv_buf text = rv_buf_limited(128);
    char id[48];

    rv_cursor_format(id, &stream->cursor);
    rv_buf_addf(&text, ": still here\nid: %s\n\n", id);
    rv_stream_put(stream, &text);
    rv_buf_free(&text);
}

/* Whether it goes on: each looks at its login once in a while, and says that it is there when it
 * had nothing to tell for as long. */
static int
attend(struct rv_stream *stream, int64_t every_ms)
{
    rv_err err = RV_ERR_INIT;

    if (rv_stream_check(stream, every_ms, &err) < 0 && failed(stream, &err))
        return 0;
    if (rv_monotonic_ms() - stream->wrote_ms >= every_ms)
        beat(stream);
    return 1;
}

/* Again when the next of them will be due. */
void
rv_hub_beat(struct rv_hub *hub)
{
    struct rv_stream *stream = hub->streams, *next;
    int64_t every_ms = heartbeat_ms(hub), next_ms = every_ms;

    hub->api->telling++;
    for (; stream; stream = next) {
        next = stream->next;
        if (!attend(stream, every_ms))
            continue;
        int64_t before =
            stream->wrote_ms < stream->checked_ms ? stream->wrote_ms : stream->checked_ms;
        int64_t left_ms = before + every_ms - rv_monotonic_ms();
        if (left_ms < next_ms)
            next_ms = left_ms;
    }
    hub->api->telling--;
    if (hub->streams)
        start_timer(hub->beats, next_ms > 0 ? next_ms : 1);
}

static void
on_beats(evutil_socket_t fd, short what, void *arg)
{
    struct rv_hub *hub = arg;

    (void)fd;
    (void)what;
    if (hub->api->config.outside)
        hub->api->due |= RV_DUE_BEATS;
    else
        rv_hub_beat(hub);
}

struct rv_hub *
rv_hub_new(struct rv_api *api)
{
    struct rv_hub *hub = rv_alloc(sizeof(*hub));

    hub->api = api;
    hub->timer = event_new(api->config.base, -1, 0, on_timer, hub);
    hub->beats = event_new(api->config.base, -1, 0, on_beats, hub);
    return hub;
}

void
rv_hub_free(struct rv_hub *hub)
{
    if (!hub)
        return;
    RV_ASSERT(!hub->streams);
    event_free(hub->timer);
    event_free(hub->beats);
    free(hub);
}

void
rv_hub_drain(struct rv_hub *hub)
{
    end_all(hub, "the server goes down");
    event_del(hub->timer);
    event_del(hub->beats);
}

int
rv_hub_streams(const struct rv_hub *hub)
{
    return hub->count;
}

/* Where the stream begins: behind Last-Event-ID, or now. */
static int
find_start(struct rv_request *req, struct rv_cursor *now, struct rv_cursor *from, rv_err *err)
{
    struct rv_store *store = req->api->config.store;
    const char *last = rv_request_header(req, "Last-Event-ID");
    int rc = rv_cursor_now(now, store, err);

    *from = *now;
    if (rc < 0 || !last || !*last)
        return rc;
    if (rv_cursor_parse(from, last, err) < 0)
        return rv_fail(err, RV_E_INVALID, "Last-Event-ID: '%.100s' is none of ours", last);
    struct rv_batch *probe = rv_batch_read(store, *from, 1, err);
    if (!probe)
        return err->code;
    rv_batch_free(probe);
    return 0;
}

static void
greet(struct rv_stream *stream)
{
    rv_buf text = rv_buf_limited(128);
    char id[48];

    rv_cursor_format(id, &stream->cursor);
    rv_buf_addf(&text, "retry: 1000\nid: %s\n\n", id);
    rv_stream_put(stream, &text);
    rv_buf_free(&text);
}

/* Its buffer has room again. */
static void
on_drained(void *arg)
{
    struct rv_stream *stream = arg;

    if (stream->behind)
        start_timer(stream->hub->timer, 1);
}

static const struct rv_stream_calls calls = { on_client_gone, on_drained };

static struct rv_stream *
new_stream(struct rv_request *req, rv_err *err)
{
    const char *token = rv_request_header(req, "X-Auth-Token");
    const char *skip = rv_request_header(req, "X-Auth-Skip-Token-Renewal");
    struct rv_stream *stream = rv_alloc(sizeof(*stream));

    *stream = (struct rv_stream){ .hub = req->api->hub,
                                  .req = req,
                                  .kind = req->kind,
                                  .renews = skip && rv_strcaseeq(skip, "true") ? 0 : RV_TOKEN_RENEW,
                                  .checked_ms = rv_monotonic_ms() };
    if (rv_auth_hold(&stream->login, req->api->config.store, token, req->who.user_id, err) == 0)
        return stream;
    free(stream);
    return NULL;
}

static void
add_stream(struct rv_stream *stream, struct rv_cursor from, struct rv_cursor now)
{
    struct rv_hub *hub = stream->hub;

    stream->cursor = from;
    if (!hub->streams)
        hub->cursor = now;
    stream->behind = from.number < hub->cursor.number;
    stream->next = hub->streams;
    hub->streams = stream;
    hub->count++;
    rv_http_stream_begin(stream->req, &calls, stream);
    greet(stream);
    start_timer(hub->timer, 1);
    if (!event_pending(hub->beats, EV_TIMEOUT, NULL))
        start_timer(hub->beats, heartbeat_ms(hub));
}

int
rv_stream_start(struct rv_request *req, rv_err *err)
{
    struct rv_api *api = req->api;
    RV_AUTO_LISTING struct rv_listing listing;
    struct rv_cursor now, from;
    int rc = rv_listing_open(&listing, req, req->kind, NULL, 0, 0, err);

    if (rc == 0)
        rc = find_start(req, &now, &from, err);
    if (rc == RV_E_GONE)
        rv_hint(err, "list the collection again, then watch without Last-Event-ID");
    if (rc < 0)
        return rc;
    if (api->draining ||
        api->hub->count >= rv_settings_int(api->config.settings, "api.streams_max"))
        return rv_fail(err, RV_E_UNAVAILABLE, "there are %d streams already; no more are taken",
                       api->hub->count);
    struct rv_stream *stream = new_stream(req, err);
    if (!stream)
        return err->code;
    if (!rv_http_connected(req)) { /* it went while we asked the store */
        free(stream);
        return rv_fail(err, RV_E_UNAVAILABLE, "the client has gone");
    }
    stream->shows_beside = rv_stream_shows_beside(&listing);
    add_stream(stream, from, now);
    return 0;
}
