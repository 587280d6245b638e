/* SPDX-License-Identifier: Apache-2.0
 *
 * What one stream is told of a batch of changes. The rows are looked up once, as they are now. When
 * a row no longer fits, but did before (departure.c), its watchers are told "deleted".
 *
 * A provider's host name and the state of its credentials stand in rows of their own: their changes
 * are the provider's for those who watch these attributes.
 */
#include "api/stream.h"

#include <stdlib.h>
#include <string.h>
#include "api/departure.h"
#include "api/http.h"
#include "base/clock.h"
#include "base/text.h"

#define ENOUGH_WAITING (256u << 10)
#define PIECE (32u << 10)
#define EVENT_BYTES 256          /* of an event beside its data */
#define LOOK_UP_BYTES (4u << 20) /* of rows at once, or little more */
#define CHECK_MS 1000 /* so long may a stream be told of changes after its login is over */

static int
take_change(void *arg, const struct rv_change *change)
{
    struct rv_batch *batch = arg;
    struct rv_told *to = &batch->changes[batch->count++];

    *to = (struct rv_told){ .number = change->number,
                            .id = change->id,
                            .ems_id = change->ems_id,
                            .kind = change->kind,
                            .op = change->op,
                            .old_values = rv_arena_strdup(batch->arena, change->old_values) };
    return batch->count == RV_BATCH;
}

/* The provider that a row which is gone stood beside; 0: none. */
static int64_t
old_owner(const struct rv_told *change)
{
    RV_AUTO_JSON cJSON *old = NULL;
    rv_err ignored = RV_ERR_INIT;
    const char *text = change->old_values;

    if (!text || rv_json_parse(&old, text, strlen(text), 1u << 24, 0, &ignored) < 0 ||
        !rv_streq(rv_json_string(old, "resource_type"), "provider"))
        return 0;
    return rv_json_int(old, "resource_id", 0);
}

/* The provider that the changed row stands beside; 0: none. */
static int
find_owner(int64_t *owner, struct rv_store *store, const struct rv_told *change, rv_err *err)
{
    RV_AUTO_FREE char *sql =
        rv_format("SELECT resource_id FROM \"%s\" WHERE id = $1 AND resource_type = 'provider'",
                  change->kind->table);
    rv_value row[1];

    *owner = old_owner(change);
    if (change->op == RV_DELETED)
        return 0;
    int rc = rv_store_one(store, row, 1, sql, (rv_value[]){ rv_vint(change->id) }, 1, err);
    *owner = rc == 1 && row[0].type == RV_INT ? row[0].v.i : 0;
    return rc < 0 ? rc : 0;
}

/* Behind each change of such a row one of its provider. */
static int
add_owners(struct rv_batch *batch, struct rv_store *store, rv_err *err)
{
    struct rv_told *read = rv_arena_alloc(batch->arena, sizeof(batch->changes));
    int count = batch->count;

    memcpy(read, batch->changes, (size_t)count * sizeof(*read));
    batch->count = 0;
    for (int i = 0; i < count; i++) {
        int64_t owner = 0;
        batch->changes[batch->count++] = read[i];
        if ((rv_streq(read[i].kind->name, "endpoint") ||
             rv_streq(read[i].kind->name, "authentication")) &&
            find_owner(&owner, store, &read[i], err) < 0)
            return err->code;
        if (owner)
            batch->changes[batch->count++] = (struct rv_told){ .number = read[i].number,
                                                               .id = owner,
                                                               .kind = rv_model_kind("provider"),
                                                               .op = RV_UPDATED,
                                                               .beside = read[i].kind->name };
    }
    return 0;
}

struct rv_batch *
rv_batch_read(struct rv_store *store, struct rv_cursor from, int limit, rv_err *err)
{
    struct rv_arena *arena = rv_arena_new(0);
    struct rv_batch *batch = rv_arena_alloc(arena, sizeof(*batch));

    batch->arena = arena;
    batch->to = from;
    if (rv_feed_read(store, &batch->to, limit, take_change, batch, err) >= 0 &&
        add_owners(batch, store, err) == 0)
        return batch;
    rv_arena_free(arena);
    return NULL;
}

void
rv_batch_free(struct rv_batch *batch)
{
    rv_arena_free(batch->arena);
}

/* A copy of the stream's request for one piece of work, so that memory ends with it. */
static struct rv_request *
piece_of_work(const struct rv_stream *stream)
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

/* Rows that are gone are told of as well. */
static int
opening(struct rv_listing *listing, struct rv_request *req, const struct rv_kind *kind, rv_err *err)
{
    int rc = rv_listing_open(listing, req, kind, NULL, 0, 0, err);

    if (rc < 0)
        return rc;
    listing->params.gone_too = 1;
    rv_listing_free(listing);
    return rv_listing_restrict(listing, err);
}

static void
add_event(rv_buf *out, const struct rv_stream *stream, const struct rv_told *change,
          const char *name, const char *data, size_t len)
{
    struct rv_cursor cursor = { stream->cursor.epoch, change->number };
    char id[48];

    rv_cursor_format(id, &cursor);
    rv_buf_addf(out, "event: %s\nid: %s\ndata: ", name, id);
    rv_buf_add(out, data, len);
    rv_buf_add_string(out, "\n\n");
}

static void
add_bare(rv_buf *out, const struct rv_stream *stream, const struct rv_request *req,
         const struct rv_told *change, const char *name)
{
    rv_buf data = rv_buf_limited(4096);
    rv_json_writer w = rv_json_to(&data);

    rv_jw_object(&w);
    rv_jw_name(&w, "href");
    rv_jw_string(&w, rv_document_href(req, stream->kind, change->id));
    rv_jw_name(&w, "id");
    rv_document_id(&w, change->id);
    rv_jw_end_object(&w);
    add_event(out, stream, change, name, rv_buf_text(&data), data.len);
    rv_buf_free(&data);
}

int
rv_stream_shows_beside(const struct rv_listing *listing)
{
    for (int i = 0; i < listing->select.field_count; i++) {
        const struct rv_output *field = &listing->select.fields[i];
        if (field->hop == 0 && field->virtual && field->virtual->of)
            return 1;
    }
    for (int i = 0; i < listing->params.filter_count; i++) {
        const struct rv_virtual *virtual = rv_virtual_find(listing->kind,
                                                           listing->params.filters[i].attribute);
        if (virtual && virtual->of)
            return 1;
    }
    return 0;
}

/* Whether the stream is to be told of it. */
static int
is_for(const struct rv_stream *stream, const struct rv_told *change)
{
    return change->kind == stream->kind && change->number > stream->cursor.number &&
           (!change->beside || stream->shows_beside);
}

/* Changes [from, to) of a batch. */
struct piece {
    const struct rv_batch *batch;
    int from, to;
};

/* Ids, each once, of the changes that concern the stream. */
static int
collect_ids(const struct rv_stream *stream, const struct piece *piece, int64_t *ids)
{
    const struct rv_batch *batch = piece->batch;
    int count = 0, unique = 0;

    for (int i = piece->from; i < piece->to; i++) {
        const struct rv_told *change = &batch->changes[i];
        if (is_for(stream, change))
            ids[count++] = change->id;
    }
    qsort(ids, (size_t)count, sizeof(ids[0]), rv_compare_ids);
    for (int i = 0; i < count; i++) {
        if (unique == 0 || ids[unique - 1] != ids[i])
            ids[unique++] = ids[i];
    }
    return unique;
}

/* The row; its href and id alone when it is too large to wait for its client. */
static void
add_row(rv_buf *out, struct rv_stream *stream, const struct rv_listing *listing,
        const struct rv_told *change, const char *document, size_t len)
{
    size_t most = out->limit - EVENT_BYTES;

    if (len > most) {
        add_bare(out, stream, listing->req, change, rv_op_name(change->op));
        return;
    }
    if (out->len > most - len)
        rv_stream_put(stream, out);
    add_event(out, stream, change, rv_op_name(change->op), document, len);
}

static int
tell(struct rv_stream *stream, const struct rv_listing *listing,
     const struct rv_documents *documents, const struct rv_batch *batch,
     const struct rv_told *change, rv_buf *out, rv_err *err)
{
    int at = rv_documents_find(documents, change->id);

    if (change->op != RV_DELETED && at >= 0) {
        add_row(out, stream, listing, change, documents->text.data + documents->starts[at],
                documents->ends[at] - documents->starts[at]);
        return 0;
    }
    int rc = change->op == RV_CREATED ? 0 : rv_departure_find(listing, batch, change, err);
    if (rc > 0)
        add_bare(out, stream, listing->req, change, "deleted");
    return rc < 0 ? rc : 0;
}

void
rv_stream_put(struct rv_stream *stream, rv_buf *text)
{
    if (text->len == 0)
        return;
    rv_http_stream_write(stream->req, text->data, text->len);
    rv_buf_reset(text);
    stream->wrote_ms = rv_monotonic_ms();
}

int
rv_stream_has_room(const struct rv_stream *stream)
{
    return rv_http_stream_waiting(stream->req) < ENOUGH_WAITING;
}

/* In pieces, as far as there is room: a stream whose client does not keep up is behind from here
 * on. */
static int
tell_all(struct rv_stream *stream, const struct rv_listing *listing,
         const struct rv_documents *documents, const struct piece *piece, rv_err *err)
{
    const struct rv_batch *batch = piece->batch;
    rv_buf out = rv_buf_limited(
        (size_t)rv_settings_int(stream->req->api->config.settings, "api.stream_buffer_max"));
    int rc = 0;

    for (int i = piece->from; i < piece->to && rc == 0 && !stream->behind; i++) {
        const struct rv_told *change = &batch->changes[i];
        if (!is_for(stream, change))
            continue;
        rc = tell(stream, listing, documents, batch, change, &out, err);
        if (rc == 0)
            rc = rv_buf_check(&out, err);
        if (rc == 0 && out.len >= PIECE) {
            rv_stream_put(stream, &out);
            stream->behind = !rv_stream_has_room(stream);
        }
        if (rc == 0)
            stream->cursor.number = change->number;
    }
    if (!out.failed)
        rv_stream_put(stream, &out);
    rv_buf_free(&out);
    return rc;
}

/* 1 when the rows are too large to be looked up together. */
static int
look_up_and_tell(struct rv_stream *stream, const struct piece *piece, const int64_t *ids, int count,
                 rv_err *err)
{
    RV_AUTO_DOCUMENTS struct rv_documents documents = { 0 };
    RV_AUTO_LISTING struct rv_listing listing;
    struct rv_request *work = piece_of_work(stream);
    int rc = opening(&listing, work, stream->kind, err);

    listing.bytes_max = LOOK_UP_BYTES;
    if (rc == 0)
        rc = rv_listing_documents(&listing, ids, count, &documents, err);
    if (rc == RV_E_LIMIT && count == 1) {
        rv_err_clear(err);
        rv_documents_free(&documents);
        listing.bare = 1;
        rc = rv_listing_documents(&listing, ids, count, &documents, err);
    }
    int apart = count > 1 && (rc == RV_E_LIMIT || (rc == 0 && documents.cut));
    if (rc == 0 && !apart)
        rc = tell_all(stream, &listing, &documents, piece, err);
    rv_request_free(work);
    return apart ? 1 : rc;
}

static int
tell_piece(struct rv_stream *stream, struct piece piece, rv_err *err)
{
    int64_t ids[RV_BATCH_TOLD];
    int count = collect_ids(stream, &piece, ids);
    int rc = count > 0 ? look_up_and_tell(stream, &piece, ids, count, err) : 0;

    if (rc != 1)
        return rc;
    rv_err_clear(err);
    int middle = piece.from + (piece.to - piece.from) / 2;
    rc = tell_piece(stream, (struct piece){ piece.batch, piece.from, middle }, err);
    if (rc == 0 && !stream->behind)
        rc = tell_piece(stream, (struct piece){ piece.batch, middle, piece.to }, err);
    return rc;
}

int
rv_stream_check(struct rv_stream *stream, int64_t after_ms, rv_err *err)
{
    int64_t now_ms = rv_monotonic_ms();

    if (now_ms - stream->checked_ms < after_ms)
        return 0;
    stream->checked_ms = now_ms;
    return rv_auth_hold_check(stream->req->api->config.store, &stream->login, stream->renews, err);
}

static int
concerns(const struct rv_stream *stream, const struct rv_batch *batch)
{
    for (int i = 0; i < batch->count; i++) {
        if (is_for(stream, &batch->changes[i]))
            return 1;
    }
    return 0;
}

/* Tell a level stream of a batch; its cursor moves with what was written. */
int
rv_stream_deliver(struct rv_stream *stream, const struct rv_batch *batch, rv_err *err)
{
    int rc = 0;

    if (concerns(stream, batch))
        rc = rv_stream_check(stream, CHECK_MS, err);
    if (rc == 0)
        rc = tell_piece(stream, (struct piece){ batch, 0, batch->count }, err);
    if (rc == 0 && !stream->behind && batch->to.number > stream->cursor.number)
        stream->cursor.number = batch->to.number;
    return rc;
}
