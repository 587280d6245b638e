/* SPDX-License-Identifier: Apache-2.0
 *
 * Between the host and the store: events are collected until the provider has no more for the
 * moment, or a bound is reached. A commit costs the same for one as for hundreds, so a storm makes
 * its own batches.
 */
#include "catcher/catcher_internal.h"

#include <string.h>
#include "base/clock.h"
#include "base/log.h"
#include "base/meter.h"
#include "base/text.h"

enum {
    BATCH_EVENTS = 500,
    BATCH_MS = 30,
    BATCH_BYTES = 4 << 20,
    POSITION_MS = 10000, /* how often a token alone is stored: nothing happened before it */
    LOOK_MS = 5000,      /* how often at the options of the connection */
    PROOF_MS = 10000,    /* a watch that lasts so long without a failure works */
    LOG_EACH = 100       /* refused events, after the first */
};

void
rv_batch_reset(struct rv_batch *batch)
{
    rv_arena_reset(batch->arena);
    free(batch->token);
    batch->token = NULL;
    batch->events = NULL;
    batch->links = NULL;
    batch->count = batch->size = batch->link_count = batch->link_size = 0;
    batch->begun_ms = 0;
}

/* Room for one element more; what was there before stays in the arena until the commit. */
static void *
grow(struct rv_batch *batch, void *old, int *size, size_t element)
{
    int bigger = *size ? 2 * *size : 64;
    void *made = rv_arena_alloc(batch->arena, (size_t)bigger * element);
    RV_ASSERT(made != NULL);
    if (*size)
        memcpy(made, old, (size_t)*size * element);
    *size = bigger;
    return made;
}

static const char *
copy_text(struct rv_batch *batch, const char *text)
{
    return text ? rv_arena_strdup(batch->arena, text) : NULL;
}

static void
keep_link(struct rv_batch *batch, const struct rv_link *link)
{
    if (batch->link_count == batch->link_size)
        batch->links = grow(batch, batch->links, &batch->link_size, sizeof(*batch->links));
    batch->links[batch->link_count++] =
        (struct rv_caught_link){ .event = batch->count,
                                 .link = { .column = link->column,
                                           .kind = link->kind,
                                           .ref = copy_text(batch, link->ref),
                                           .scope = copy_text(batch, link->scope),
                                           .name = copy_text(batch, link->name) } };
}

static void
keep_event(struct rv_catcher *c, const struct rv_object *event)
{
    struct rv_batch *batch = &c->batch;
    size_t bytes = (size_t)c->kind->column_count * sizeof(rv_value);
    if (batch->count == batch->size)
        batch->events = grow(batch, batch->events, &batch->size, sizeof(*batch->events));
    rv_value *values = rv_arena_alloc(batch->arena, bytes);
    RV_ASSERT(values != NULL);
    memcpy(values, event->values, bytes);
    for (int i = 0; i < c->kind->column_count; i++)
        if (values[i].type == RV_TEXT)
            values[i].v.text =
                rv_arena_strndup(batch->arena, values[i].v.text, (size_t)values[i].len);
    for (int i = 0; i < event->link_count; i++)
        keep_link(batch, &event->links[i]);
    batch->events[batch->count++] = (struct rv_caught){ .values = values };
    if (batch->begun_ms == 0)
        batch->begun_ms = rv_monotonic_ms();
}

static int
is_full(const struct rv_batch *batch)
{
    return batch->count >= BATCH_EVENTS || rv_arena_mark(batch->arena) >= BATCH_BYTES ||
           (batch->count > 0 && rv_monotonic_ms() - batch->begun_ms >= BATCH_MS);
}

static int
sink_event(void *arg, const struct rv_object *event, const char *token, rv_err *err)
{
    struct rv_catcher *c = arg;
    struct rv_batch *batch = &c->batch;
    c->gone = 0;
    rv_catch_note_success(c);
    if (event)
        keep_event(c, event);
    if (token) {
        free(batch->token);
        batch->token = rv_strdup(token);
    }
    return is_full(batch) ? rv_catch_save(c, err) : 0;
}

static void
sink_rejected(void *arg, const struct rv_kind *kind, const char *ref, const rv_err *why)
{
    struct rv_catcher *c = arg;
    (void)kind;
    rv_meter_add(RV_M_EVENTS_REFUSED, 1, RV_LABELS(c->session.provider->name, "invalid"));
    if (c->counts.refused++ % LOG_EACH)
        return;
    rv_log(RV_WARNING, "event refused", RV_F("provider", RV_S(c->session.provider->name)),
           RV_F("ref", RV_S(ref)), RV_F("error", RV_S(why->text)),
           RV_F("so_far", RV_I(c->counts.refused)));
}

/* When the record or its secrets were last written. Most times nobody has, and nothing else is
 * read. */
static int64_t
read_mark(struct rv_catcher *c, rv_err *err)
{
    rv_value param = rv_vint(c->config.provider_id), row[3];
    int64_t mark = 0;
    int found = rv_store_one(c->store, row, 3,
                             "SELECT e.updated_on, (SELECT MAX(n.updated_at) FROM endpoints n"
                             "  WHERE n.resource_type = 'provider' AND n.resource_id = e.id),"
                             " (SELECT MAX(a.updated_on) FROM authentications a"
                             "  WHERE a.resource_type = 'provider' AND a.resource_id = e.id)"
                             " FROM ext_management_systems e WHERE e.id = $1",
                             &param, 1, err);
    for (int i = 0; found > 0 && i < 3; i++)
        if (row[i].type == RV_INT && row[i].v.i > mark)
            mark = row[i].v.i;
    return found < 0 ? found : mark;
}

/* Somebody may have given another address or password: then the watch begins again with these. */
static int
look_at_options(struct rv_catcher *c, rv_err *err)
{
    int64_t now_ms = rv_monotonic_ms();
    if (now_ms - c->looked_ms < LOOK_MS)
        return 0;
    c->looked_ms = now_ms;
    int64_t mark = read_mark(c, err);
    if (mark < 0)
        return (int)mark;
    if (mark == c->options_mark)
        return 0;
    c->options_mark = mark;
    int changed = rv_session_is_stale(&c->session, err);
    c->changed |= changed > 0;
    return changed < 0 ? changed : 0;
}

static int
sink_drain(void *arg, rv_err *err)
{
    struct rv_catcher *c = arg;
    int64_t now_ms = rv_monotonic_ms();
    if (c->batch.count > 0 ||
        (c->batch.token && (c->token == NULL || now_ms - c->position_ms >= POSITION_MS)))
        return rv_catch_save(c, err);
    if (c->watching_ms && now_ms - c->watching_ms >= PROOF_MS)
        rv_catch_note_success(c);
    return look_at_options(c, err);
}

int
rv_catch_flush(struct rv_catcher *c, rv_err *err)
{
    return c->batch.count > 0 || c->batch.token ? rv_catch_save(c, err) : 0;
}

struct rv_sink
rv_catch_sink(struct rv_catcher *c)
{
    return (struct rv_sink){
        .arg = c, .event = sink_event, .drain = sink_drain, .rejected = sink_rejected
    };
}
