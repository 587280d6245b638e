/* SPDX-License-Identifier: Apache-2.0
 *
 * One event to one row.
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
    int64_t timestamp_ms, id;
    int64_t lane, number;
    int written;
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

/* 1 when this event of a provider is there; if not, nobody else writes it until our commit. The
 * server's own have no ems_ref and are never the same. */
static int
find_same(struct raising *raising, struct rv_store *store, rv_err *err)
{
    const struct rv_event *event = raising->event;
    rv_value row[1];
    const rv_value params[] = { rv_vint(event->ems_id),
                                rv_vtext(event->ems_ref ? event->ems_ref : ""),
                                rv_vtext(event->event_type), rv_vint(raising->timestamp_ms),
                                rv_vint(event->chain_id) };
    if (event->ems_id == 0 || event->ems_ref == NULL)
        return 0;
    if (rv_store_lock(store, "reeve/events", err) < 0)
        return err->code;
    int found = rv_store_one(store, row, 1,
                             "SELECT id FROM event_streams WHERE ems_id = $1 AND ems_ref = $2"
                             " AND event_type = $3 AND timestamp = $4"
                             " AND COALESCE(chain_id, 0) = $5",
                             params, RV_COUNT(params), err);
    if (found > 0)
        raising->id = row[0].v.i;
    return found;
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
has(const struct rv_event *event, const char *column)
{
    for (int i = 0; i < event->more_count; i++)
        if (rv_streq(event->more[i].column, column))
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
    if (link && !rv_streq(link, "ems_id") && !rv_streq(link, "user_id") && !has(event, link))
        fields[count++] = (struct rv_field){ link, rv_vint(event->target_id) };
    return rv_record_insert(store, feed, kind, fields, count, &raising->id, err);
}

static int
raise_in(void *arg, struct rv_store *store, struct rv_feed *feed, rv_err *err)
{
    struct raising *raising = arg;
    int same = find_same(raising, store, err);
    if (same)
        return same < 0 ? same : 0;
    if (!(raising->event->flags & RV_EVENT_KEPT) &&
        rv_lane_extend_server(store, &raising->lane, &raising->number, err) < 0)
        return err->code;
    raising->written = 1;
    return insert(raising, store, feed, err);
}

int
rv_event_raise(struct rv_store *store, const struct rv_event *event, int64_t *id, rv_err *err)
{
    struct raising raising = { .event = event,
                               .timestamp_ms =
                                   event->timestamp_ms ? event->timestamp_ms : rv_now_ms() };
    if (event->full_data && strlen(event->full_data) > RV_EVENT_DATA_MAX)
        return rv_fail(err, RV_E_LIMIT, "the data of event '%s' is larger than %d bytes",
                       event->event_type, RV_EVENT_DATA_MAX);
    if ((!rv_store_in_transaction(store) && rv_store_reserve_ids(store, 2, err)) ||
        rv_record_transaction(store, raise_in, &raising, err))
        return rv_wrap(err, "raise event '%s'", event->event_type);
    if (id)
        *id = raising.id;
    return raising.written;
}
