/* SPDX-License-Identifier: Apache-2.0
 *
 * Streams. The hub reads the feed from its cursor and hands each batch to the streams that are
 * level with it. A stream that is behind (it resumed, or too much waits in its buffer) reads for
 * itself, a bounded piece at a time, whenever its buffer has room: memory stays flat, and nothing
 * is lost as long as the feed is kept.
 *
 * What happened is told with the row as it is now. When a filter is given and a row no longer fits,
 * but may have before, its watchers are told "deleted".
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
#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"
#include "store/feed.h"

#define BATCH 500
#define CATCH_UP_BATCH 100 /* of a stream by itself */
#define ROUNDS 8           /* batches in one go, so that requests are not kept waiting */
#define ENOUGH_WAITING (256u << 10)
#define PIECE (32u << 10)
#define HEARTBEAT_MS 15000

struct change {
    int64_t number, id;
    const struct rv_kind *kind;
    int op;
    const char *old_values; /* the batch's arena */
};

struct batch {
    struct rv_arena *arena;
    struct change changes[BATCH];
    int count;
    struct rv_cursor from, to;
};

struct stream {
    struct stream *next;
    struct rv_hub *hub;
    struct rv_request *req;
    const struct rv_kind *kind;
    struct rv_cursor cursor; /* all up to here is sent */
    int behind;
    int64_t wrote_ms;
};

struct rv_hub {
    struct rv_api *api;
    struct stream *streams;
    int count;
    struct rv_cursor cursor;
    struct event *timer;
    int64_t complained_ms;
};

static int
take_change(void *arg, const struct rv_change *change)
{
    struct batch *batch = arg;
    struct change *to = &batch->changes[batch->count++];

    *to = (struct change){ .number = change->number,
                           .id = change->id,
                           .kind = change->kind,
                           .op = change->op,
                           .old_values = rv_arena_strdup(batch->arena, change->old_values) };
    return batch->count == BATCH;
}

static struct batch *
read_batch(struct rv_hub *hub, struct rv_cursor from, int limit, rv_err *err)
{
    struct rv_arena *arena = rv_arena_new(0);
    struct batch *batch = rv_arena_alloc(arena, sizeof(*batch));

    batch->arena = arena;
    batch->from = batch->to = from;
    if (rv_feed_read(hub->api->config.store, &batch->to, limit, take_change, batch, err) >= 0)
        return batch;
    rv_arena_free(arena);
    return NULL;
}

static void
free_batch(struct batch *batch)
{
    rv_arena_free(batch->arena);
}

static void
unlink_stream(struct stream *stream)
{
    struct stream **at = &stream->hub->streams;

    while (*at != stream)
        at = &(*at)->next;
    *at = stream->next;
    stream->hub->count--;
}

static void
on_client_gone(void *arg)
{
    struct stream *stream = arg;

    unlink_stream(stream);
    rv_log(RV_DEBUG, "stream ended by its client",
           RV_F("collection", RV_S(stream->kind->api_name)));
    rv_request_free(stream->req);
    free(stream);
}

static void
end_stream(struct stream *stream, const char *why)
{
    unlink_stream(stream);
    rv_log(RV_INFO, "stream ended", RV_F("collection", RV_S(stream->kind->api_name)),
           RV_F("reason", RV_S(why)));
    rv_http_stream_end(stream->req);
    free(stream);
}

/* A copy of the stream's request for one piece of work, so that memory ends with it. */
static struct rv_request *
piece_of_work(const struct stream *stream)
{
    const struct rv_request *from = stream->req;
    struct rv_request *req = rv_request_new(from->api);

    req->method = from->method;
    req->target = from->target;
    memcpy(req->params, from->params, sizeof(req->params));
    req->param_count = from->param_count;
    req->root = from->root;
    req->api_root = from->api_root;
    req->who = from->who;
    return req;
}

static int
opening(struct rv_listing *listing, struct rv_request *req, const struct rv_kind *kind, rv_err *err)
{
    /* Rows that are gone are told of as well. */
    if (req->param_count < RV_PARAMS_MAX)
        req->params[req->param_count++] = (struct rv_param){ "archived", "true" };
    return rv_listing_open(listing, req, kind, NULL, 0, 0, err);
}

static void
add_event(rv_buf *out, const struct stream *stream, const struct change *change, const char *name,
          const char *data, size_t len)
{
    struct rv_cursor cursor = { stream->cursor.epoch, change->number };
    char id[48];

    rv_cursor_format(id, &cursor);
    rv_buf_addf(out, "event: %s\nid: %s\ndata: ", name, id);
    rv_buf_add(out, data, len);
    rv_buf_add_string(out, "\n\n");
}

static void
add_gone(rv_buf *out, const struct stream *stream, const struct rv_request *req,
         const struct change *change)
{
    rv_buf data = rv_buf_limited(4096);
    rv_json_writer w = rv_json_to(&data);

    rv_jw_object(&w);
    rv_jw_name(&w, "href");
    rv_jw_string(&w, rv_document_href(req, stream->kind, change->id));
    rv_jw_name(&w, "id");
    rv_document_id(&w, change->id);
    rv_jw_end_object(&w);
    add_event(out, stream, change, "deleted", rv_buf_text(&data), data.len);
    rv_buf_free(&data);
}

/* Whether a column changed that decides about the filters. What they say about other kinds' rows
 * cannot be told from this change; such are taken for changed. */
static int
may_have_left(const struct rv_listing *listing, const struct change *change)
{
    rv_err ignored = RV_ERR_INIT;
    cJSON *old = NULL, *item;
    int uses = 0;

    if (listing->params.filter_count == 0 || !change->old_values)
        return 0;
    if (rv_json_parse(&old, change->old_values, strlen(change->old_values), 1u << 24, 0, &ignored) <
        0)
        return 1;
    cJSON_ArrayForEach(item, old)
    {
        uses |=
            rv_condition_uses(listing->params.filters, listing->params.filter_count, item->string);
        uses |= rv_streq(item->string, "deleted_on") &&
                rv_condition_about_life(listing->params.filters, listing->params.filter_count);
    }
    cJSON_Delete(old);
    for (int i = 0; i < listing->params.filter_count; i++)
        uses |= strchr(listing->params.filters[i].attribute, '.') != NULL;
    return uses;
}

static int
compare_ids(const void *a, const void *b)
{
    int64_t left = *(const int64_t *)a, right = *(const int64_t *)b;

    return left < right ? -1 : left > right;
}

/* Ids, each once, of the changes that concern the stream. */
static int
collect_ids(const struct stream *stream, const struct batch *batch, int64_t *ids)
{
    int count = 0, unique = 0;

    for (int i = 0; i < batch->count; i++) {
        const struct change *change = &batch->changes[i];
        if (change->kind == stream->kind && change->number > stream->cursor.number)
            ids[count++] = change->id;
    }
    qsort(ids, (size_t)count, sizeof(ids[0]), compare_ids);
    for (int i = 0; i < count; i++) {
        if (unique == 0 || ids[unique - 1] != ids[i])
            ids[unique++] = ids[i];
    }
    return unique;
}

static void
tell(const struct stream *stream, const struct rv_listing *listing,
     const struct rv_documents *documents, const struct change *change, rv_buf *out)
{
    const int64_t *found = documents->count == 0
                               ? NULL
                               : bsearch(&change->id, documents->ids, (size_t)documents->count,
                                         sizeof(documents->ids[0]), compare_ids);

    if (change->op == RV_DELETED) {
        add_gone(out, stream, listing->req, change);
    } else if (found) {
        size_t at = (size_t)(found - documents->ids);
        add_event(out, stream, change, rv_op_name(change->op),
                  documents->text.data + documents->starts[at],
                  documents->ends[at] - documents->starts[at]);
    } else if (change->op != RV_CREATED && may_have_left(listing, change)) {
        add_gone(out, stream, listing->req, change);
    }
}

static void
put(struct stream *stream, rv_buf *text)
{
    if (text->len == 0)
        return;
    rv_http_stream_write(stream->req, text->data, text->len);
    rv_buf_reset(text);
    stream->wrote_ms = rv_monotonic_ms();
}

static int
has_room(const struct stream *stream)
{
    return rv_http_stream_waiting(stream->req) < ENOUGH_WAITING;
}

/* In pieces, as far as there is room: a stream whose client does not keep up is behind from here
 * on. */
static int
tell_all(struct stream *stream, const struct rv_listing *listing,
         const struct rv_documents *documents, const struct batch *batch, rv_err *err)
{
    rv_buf out = rv_buf_limited(
        (size_t)rv_settings_int(stream->hub->api->config.settings, "api.stream_buffer_max"));
    int rc = 0;

    for (int i = 0; i < batch->count && rc == 0 && !stream->behind; i++) {
        const struct change *change = &batch->changes[i];
        if (change->kind != stream->kind || change->number <= stream->cursor.number)
            continue;
        tell(stream, listing, documents, change, &out);
        rc = rv_buf_check(&out, err);
        if (rc == 0 && out.len >= PIECE) {
            put(stream, &out);
            stream->behind = !has_room(stream);
        }
        if (rc == 0)
            stream->cursor.number = change->number;
    }
    if (rc == 0)
        put(stream, &out);
    rv_buf_free(&out);
    return rc;
}

static int
look_up_and_tell(struct stream *stream, const struct batch *batch, const int64_t *ids, int count,
                 rv_err *err)
{
    RV_AUTO_DOCUMENTS struct rv_documents documents = { 0 };
    RV_AUTO_LISTING struct rv_listing listing;
    struct rv_request *work = piece_of_work(stream);
    int rc = opening(&listing, work, stream->kind, err);

    if (rc == 0)
        rc = rv_listing_documents(&listing, ids, count, &documents, err);
    if (rc == 0)
        rc = tell_all(stream, &listing, &documents, batch, err);
    rv_request_free(work);
    return rc;
}

/* Tell a level stream of a batch; its cursor moves with what was written. */
static int
deliver(struct stream *stream, const struct batch *batch, rv_err *err)
{
    int64_t ids[BATCH];
    int count = collect_ids(stream, batch, ids), rc = 0;

    if (count > 0)
        rc = look_up_and_tell(stream, batch, ids, count, err);
    if (rc == 0 && !stream->behind && batch->to.number > stream->cursor.number)
        stream->cursor.number = batch->to.number;
    return rc;
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
failed(struct stream *stream, const rv_err *err)
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
catch_up(struct stream *stream)
{
    rv_err err = RV_ERR_INIT;
    struct batch *batch = read_batch(stream->hub, stream->cursor, CATCH_UP_BATCH, &err);

    if (!batch) {
        failed(stream, &err);
        return;
    }
    int last = batch->count == 0;
    stream->behind = 0;
    int rc = deliver(stream, batch, &err);
    free_batch(batch);
    if (rc < 0)
        failed(stream, &err);
    else if (!last)
        stream->behind = 1;
}

/* 1 when somebody could go on at once. */
static int
catch_up_all(struct rv_hub *hub)
{
    struct stream *next;
    int more = 0;

    for (struct stream *stream = hub->streams; stream; stream = next) {
        next = stream->next;
        if (stream->behind && has_room(stream)) {
            catch_up(stream);
            more = 1;
        }
    }
    return more;
}

static void
fan_out(struct rv_hub *hub, const struct batch *batch)
{
    struct stream *next;

    for (struct stream *stream = hub->streams; stream; stream = next) {
        rv_err err = RV_ERR_INIT;
        next = stream->next;
        if (!stream->behind && !has_room(stream))
            stream->behind = 1;
        if (!stream->behind && deliver(stream, batch, &err) < 0)
            failed(stream, &err);
    }
}

static int
any_level(const struct rv_hub *hub)
{
    for (const struct stream *stream = hub->streams; stream; stream = stream->next) {
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
again_soon(struct rv_hub *hub, int64_t ms)
{
    struct timeval after = { .tv_sec = ms / 1000, .tv_usec = ms % 1000 * 1000 };

    event_add(hub->timer, &after);
}

void
rv_hub_poll(struct rv_hub *hub)
{
    int64_t poll_ms = rv_settings_int(hub->api->config.settings, "api.feed_poll");
    int full = 1;

    if (!hub->streams)
        return;
    int behind = catch_up_all(hub);
    for (int i = 0; full && i < ROUNDS && any_level(hub); i++) {
        rv_err err = RV_ERR_INIT;
        struct batch *batch = read_batch(hub, hub->cursor, BATCH, &err);
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
        free_batch(batch);
    }
    if (hub->streams)
        again_soon(hub, behind || (full && any_level(hub)) ? 1 : poll_ms);
}

static void
beat(struct stream *stream)
{
    rv_buf text = rv_buf_limited(128);
    char id[48];

    rv_cursor_format(id, &stream->cursor);
    rv_buf_addf(&text, ": still here\nid: %s\n\n", id);
    put(stream, &text);
    rv_buf_free(&text);
}

static void
on_timer(evutil_socket_t fd, short what, void *arg)
{
    struct rv_hub *hub = arg;

    (void)fd;
    (void)what;
    rv_hub_poll(hub);
    for (struct stream *stream = hub->streams; stream; stream = stream->next) {
        if (rv_monotonic_ms() - stream->wrote_ms >= HEARTBEAT_MS)
            beat(stream);
    }
}

struct rv_hub *
rv_hub_new(struct rv_api *api)
{
    struct rv_hub *hub = rv_alloc(sizeof(*hub));

    hub->api = api;
    hub->timer = event_new(api->config.base, -1, 0, on_timer, hub);
    return hub;
}

void
rv_hub_free(struct rv_hub *hub)
{
    if (!hub)
        return;
    RV_ASSERT(!hub->streams);
    event_free(hub->timer);
    free(hub);
}

void
rv_hub_drain(struct rv_hub *hub)
{
    end_all(hub, "the server goes down");
    event_del(hub->timer);
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
    struct rv_cursor probe;
    int rc = rv_cursor_now(now, store, err);

    *from = *now;
    if (rc < 0 || !last || !*last)
        return rc;
    if (rv_cursor_parse(from, last, err) < 0)
        return rv_fail(err, RV_E_INVALID, "Last-Event-ID: '%.100s' is none of ours", last);
    struct batch nothing = { .arena = req->arena };
    probe = *from;
    rc = rv_feed_read(store, &probe, 1, take_change, &nothing, err);
    return rc < 0 ? rc : 0;
}

static void
greet(struct stream *stream)
{
    rv_buf text = rv_buf_limited(128);
    char id[48];

    rv_cursor_format(id, &stream->cursor);
    rv_buf_addf(&text, "retry: 1000\nid: %s\n\n", id);
    put(stream, &text);
    rv_buf_free(&text);
}

/* Its buffer has room again. */
static void
on_drained(void *arg)
{
    struct stream *stream = arg;

    if (stream->behind)
        again_soon(stream->hub, 1);
}

static const struct rv_stream_calls calls = { on_client_gone, on_drained };

static void
add_stream(struct rv_request *req, struct rv_cursor from, struct rv_cursor now)
{
    struct rv_hub *hub = req->api->hub;
    struct stream *stream = rv_alloc(sizeof(*stream));

    *stream = (struct stream){ .hub = hub, .req = req, .kind = req->kind, .cursor = from };
    if (!hub->streams)
        hub->cursor = now;
    stream->behind = from.number < hub->cursor.number;
    stream->next = hub->streams;
    hub->streams = stream;
    hub->count++;
    rv_http_stream_begin(req, &calls, stream);
    greet(stream);
    again_soon(hub, 1);
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
    add_stream(req, from, now);
    return 0;
}
