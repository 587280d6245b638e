/* SPDX-License-Identifier: Apache-2.0
 *
 * Events to rows. What several need of the database is asked for together.
 */
#include "event/event.h"

#include <string.h>
#include "base/clock.h"
#include "base/mem.h"
#include "base/text.h"
#include "event/groups.h"
#include "event/lanes.h"
#include "model/model.h"
#include "store/record.h"

enum { OWN = 20, FIELDS = OWN + RV_EVENT_MORE }; /* at most */

struct raising {
    const struct rv_event *event;
    int64_t timestamp_ms;
    int64_t id; /* of one that is there already, later of the row */
    int64_t lane, number;
    int written;
    rv_value key[5]; /* of find_same */
};

struct raising_all {
    struct raising *at;
    size_t count;
};

static rv_value
text(const char *value)
{
    return value ? rv_vtext(value) : RV_VNULL;
}

static rv_value
number(int64_t value)
{
    return value ? rv_vint(value) : RV_VNULL;
}

/* The server's own have no ems_ref and are never the same. */
static int
is_told_by_provider(const struct rv_event *event)
{
    return event->ems_id && event->ems_ref;
}

static int
note_same(void *arg, const rv_value *row, rv_err *err)
{
    (void)err;
    ((struct raising *)arg)->id = row[0].v.i;
    return 0;
}

static struct rv_store_read
read_same(struct raising *raising)
{
    const struct rv_event *event = raising->event;

    raising->key[0] = rv_vint(event->ems_id);
    raising->key[1] = rv_vtext(event->ems_ref);
    raising->key[2] = rv_vtext(event->event_type);
    raising->key[3] = rv_vint(raising->timestamp_ms);
    raising->key[4] = rv_vint(event->chain_id);
    return (struct rv_store_read){
        .sql = "SELECT id FROM event_streams WHERE ems_id = $1 AND ems_ref = $2"
               " AND event_type = $3 AND timestamp = $4 AND COALESCE(chain_id, 0) = $5",
        .params = raising->key,
        .count = RV_COUNT(raising->key),
        .row = note_same,
        .arg = raising,
    };
}

/* Those of providers that are there get their ids; what is not, nobody else writes until our
 * commit. */
static int
find_same(const struct raising_all *all, struct rv_store *store, rv_err *err)
{
    RV_AUTO_FREE struct rv_store_read *reads = rv_alloc((all->count + 1) * sizeof(*reads));
    size_t count = 0;

    for (size_t i = 0; i < all->count; i++)
        if (is_told_by_provider(all->at[i].event))
            reads[count++] = read_same(&all->at[i]);
    if (count == 0)
        return 0;
    if (rv_store_lock(store, "reeve/events", err) < 0)
        return err->code;
    return rv_store_read_all(store, reads, count, err);
}

static int
is_same(const struct raising *a, const struct raising *b)
{
    return a->timestamp_ms == b->timestamp_ms && a->event->chain_id == b->event->chain_id &&
           a->event->ems_id == b->event->ems_id && is_told_by_provider(a->event) &&
           is_told_by_provider(b->event) && rv_streq(a->event->event_type, b->event->event_type) &&
           rv_streq(a->event->ems_ref, b->event->ems_ref);
}

/* The column of what it happened to, so that it is in that one's timeline; else a plain one. */
static const char *
link_of(const struct rv_kind *kind, const struct rv_event *event)
{
    for (int i = 0; event->target_kind && i < kind->column_count; i++)
        if (kind->columns[i].type == REEVE_REF &&
            rv_streq(kind->columns[i].target, event->target_kind))
            return kind->columns[i].name;
    return NULL;
}

static int
has(const struct rv_field *fields, int count, const char *column)
{
    for (int i = 0; i < count; i++)
        if (rv_streq(fields[i].column, column))
            return 1;
    return 0;
}

static int
insert(struct raising *raising, struct rv_store *store, struct rv_feed *feed, rv_err *err)
{
    const struct rv_event *event = raising->event;
    const char *type = event->ems_id && event->source ? "EmsEvent" : "MiqEvent";
    const struct rv_event_class class = rv_event_classify(event->event_type);
    const struct rv_kind *kind = rv_model_table("event_streams");
    const char *link = link_of(kind, event);
    int64_t ems_id = event->ems_id              ? event->ems_id
                     : rv_streq(link, "ems_id") ? event->target_id
                                                : 0;
    struct rv_field fields[FIELDS] = {
        { "event_type", rv_vtext(event->event_type) },
        { "event_group", rv_vtext(class.group) },
        { "event_level", rv_vtext(class.level) },
        { "message", text(event->message) },
        { "source", rv_vtext(event->source ? event->source : "EVM") },
        { "type", rv_vtext(event->type ? event->type : type) },
        { "timestamp", rv_vint(raising->timestamp_ms) },
        { "target_type", text(event->target_kind) },
        { "target_id", number(event->target_kind ? event->target_id : 0) },
        { "ems_id", number(ems_id) },
        { "ems_ref", text(event->ems_ref) },
        { "chain_id", number(event->chain_id) },
        { "username", text(event->username) },
        { "full_data", text(event->full_data) },
        { "user_id", number(event->user_id) },
        { "group_id", number(event->group_id) },
        { "tenant_id", number(event->tenant_id) },
        { "lane_id", number(raising->lane) },
        { "number", number(raising->number) },
    };
    int count = OWN - 1;
    RV_ASSERT(event->more_count <= RV_EVENT_MORE);
    for (int i = 0; i < event->more_count; i++)
        fields[count++] = event->more[i];
    if (link && !has(fields, count, link))
        fields[count++] = (struct rv_field){ link, rv_vint(event->target_id) };
    return rv_record_insert(store, feed, kind, fields, count, &raising->id, err);
}

/* The one before it in the list that is the same event; NULL: none. */
static const struct raising *
twin_of(const struct raising_all *all, size_t index)
{
    for (size_t i = 0; i < index; i++)
        if (is_same(&all->at[i], &all->at[index]))
            return &all->at[i];
    return NULL;
}

/* Which are written. Returns how many of them wait for a handler. */
static int64_t
choose(struct raising_all *all)
{
    int64_t count = 0;

    for (size_t i = 0; i < all->count; i++) {
        struct raising *raising = &all->at[i];
        raising->written = raising->id == 0 && twin_of(all, i) == NULL;
        count += raising->written && !(raising->event->flags & RV_EVENT_KEPT);
    }
    return count;
}

static int
raise_in(void *arg, struct rv_store *store, struct rv_feed *feed, rv_err *err)
{
    struct raising_all *all = arg;
    int64_t lane = 0, next = 0, count;

    if (find_same(all, store, err) < 0)
        return err->code;
    count = choose(all);
    if (count && rv_lane_extend_server(store, &lane, count, &next, err) < 0)
        return err->code;
    for (size_t i = 0; i < all->count; i++) {
        struct raising *raising = &all->at[i];
        if (!raising->written)
            continue;
        if (!(raising->event->flags & RV_EVENT_KEPT)) {
            raising->lane = lane;
            raising->number = next++;
        }
        if (insert(raising, store, feed, err) < 0)
            return rv_wrap(err, "write event '%s'", raising->event->event_type);
    }
    return 0;
}

static int
take(struct raising *out, const struct rv_event *event, rv_err *err)
{
    *out =
        (struct raising){ .event = event,
                          .timestamp_ms = event->timestamp_ms ? event->timestamp_ms : rv_now_ms() };
    if (event->full_data && strlen(event->full_data) > RV_EVENT_DATA_MAX)
        return rv_fail(err, RV_E_LIMIT, "the data of event '%s' is larger than %d bytes",
                       event->event_type, RV_EVENT_DATA_MAX);
    return 0;
}

int
rv_event_raise(struct rv_store *store, const struct rv_event *event, int64_t *id, rv_err *err)
{
    struct raising raising;
    struct raising_all all = { &raising, 1 };

    if (take(&raising, event, err) < 0)
        return err->code;
    if ((!rv_store_in_transaction(store) && rv_store_reserve_ids(store, 2, err)) ||
        rv_record_transaction(store, raise_in, &all, err))
        return rv_wrap(err, "raise event '%s'", event->event_type);
    if (id)
        *id = raising.id;
    return raising.written;
}

int
rv_event_raise_all(struct rv_store *store, const struct rv_event *const *events, size_t count,
                   rv_err *err)
{
    struct raising_all all = { .count = count };

    RV_ASSERT(rv_store_in_transaction(store));
    if (count == 0)
        return 0;
    RV_AUTO_FREE struct raising *list = rv_alloc(count * sizeof(*list));
    for (size_t i = 0; i < count; i++)
        if (take(&list[i], events[i], err) < 0)
            return err->code;
    all.at = list;
    return rv_record_transaction(store, raise_in, &all, err) < 0 ? err->code : 0;
}
