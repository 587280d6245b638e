/* SPDX-License-Identifier: Apache-2.0
 *
 * One transaction for what one request brought. The lane is held while it is looked whether an
 * event is there already: two that were sent the same at once do not both write it.
 */
#include "hook/receive.h"

#include "base/clock.h"
#include "event/lanes.h"
#include "model/model.h"
#include "store/record.h"

enum { RETRY_MS = 30000, AHEAD_MS = 10 * 60 * 1000 };

struct receiving {
    const struct rv_receiver *receiver;
    const struct rv_hook_events *events;
    const struct rv_lane *lane;
    int64_t refused, now_ms, written;
};

static rv_value
text_of(const char *text)
{
    return text ? rv_vtext(text) : RV_VNULL;
}

/* 1 when it came before. */
static int
is_there(struct rv_store *store, const struct receiving *receiving,
         const struct rv_hook_event *event, rv_err *err)
{
    int64_t ems_id = receiving->receiver->ems_id;
    const rv_value params[] = { rv_vtext(event->ref), rv_vint(receiving->lane->id),
                                rv_vint(ems_id) };
    rv_value out;
    return rv_store_one(store, &out, 1,
                        ems_id ? "SELECT id FROM event_streams WHERE ems_id = $3 AND ems_ref = $1"
                                 " AND lane_id = $2"
                               : "SELECT id FROM event_streams WHERE ems_id IS NULL"
                                 " AND ems_ref = $1 AND lane_id = $2",
                        params, ems_id ? 3 : 2, err);
}

/* A time far ahead would outlive all others, when old events are purged: it becomes now. What was
 * said is in the event's data. */
static int64_t
time_of(const struct rv_hook_event *event, int64_t now_ms)
{
    return event->time_ms > 0 && event->time_ms <= now_ms + AHEAD_MS ? event->time_ms : now_ms;
}

static int
insert(struct rv_store *store, struct rv_feed *feed, const struct receiving *receiving,
       const struct rv_hook_event *event, int64_t number, rv_err *err)
{
    int64_t ems_id = receiving->receiver->ems_id;
    const struct rv_field fields[] = {
        { "event_type", rv_vtext(event->type) },
        { "type", rv_vtext("CustomEvent") },
        { "source", rv_vtext(event->source) },
        { "message", text_of(event->message) },
        { "timestamp", rv_vint(time_of(event, receiving->now_ms)) },
        { "event_group", rv_vtext("other") },
        { "event_level", text_of(event->level) },
        { "ems_id", ems_id ? rv_vint(ems_id) : RV_VNULL },
        { "ems_ref", rv_vtext(event->ref) },
        { "chain_id", event->chain_id ? rv_vint(event->chain_id) : RV_VNULL },
        { "full_data", text_of(event->data) },
        { "container_namespace", text_of(event->namespace_name) },
        { "container_group_name", text_of(event->pod) },
        { "container_node_name", text_of(event->node) },
        { "container_name", text_of(event->container) },
        { "lane_id", rv_vint(receiving->lane->id) },
        { "number", rv_vint(number) },
    };
    return rv_record_insert(store, feed, rv_model_kind("event_stream"), fields,
                            (int)RV_COUNT(fields), NULL, err);
}

static int
count_up(struct rv_store *store, const struct receiving *receiving, rv_err *err)
{
    const rv_value params[] = { rv_vint(receiving->receiver->id), rv_vint(receiving->written),
                                rv_vint(receiving->refused), rv_vint(receiving->now_ms) };
    return rv_store_exec(store, NULL,
                         "UPDATE event_receivers SET received = COALESCE(received, 0) + $2,"
                         " refused = COALESCE(refused, 0) + $3, last_received_on = $4"
                         " WHERE id = $1",
                         params, (int)RV_COUNT(params), err);
}

static int
write_all(void *arg, struct rv_store *store, struct rv_feed *feed, rv_err *err)
{
    struct receiving *receiving = arg;
    const struct rv_hook_events *events = receiving->events;
    int64_t number;
    if (rv_lane_extend(store, receiving->lane->id, 0, NULL, &number, err) < 0)
        return err->code;
    for (size_t i = 0; i < events->count; i++) {
        int there = is_there(store, receiving, &events->items[i], err);
        if (there < 0 || (!there && insert(store, feed, receiving, &events->items[i], number, err)))
            return err->code;
        receiving->written += !there;
        number += !there;
    }
    if (receiving->written > 0 &&
        rv_lane_extend(store, receiving->lane->id, receiving->written, NULL, &number, err) < 0)
        return err->code;
    return count_up(store, receiving, err);
}

int
rv_hook_receive(struct rv_store *store, const struct rv_receiver *receiver,
                const struct rv_hook_events *events, int64_t refused, int64_t backlog_max,
                int64_t *written, rv_err *err)
{
    struct rv_lane lane;
    struct receiving receiving = { .receiver = receiver,
                                   .events = events,
                                   .lane = &lane,
                                   .refused = refused,
                                   .now_ms = rv_now_ms() };
    if (rv_lane_of_receiver(&lane, store, receiver->id, receiver->name, receiver->ems_id, err) < 0)
        return err->code;
    if (lane.written - lane.handled > backlog_max) {
        rv_fail(err, RV_E_RATE_LIMITED, "%lld events of receiver '%s' wait to be handled",
                (long long)(lane.written - lane.handled), receiver->name);
        err->retry_after_ms = RETRY_MS;
        return err->code;
    }
    if (rv_store_reserve_ids(store, (int64_t)events->count + 1, err) < 0 ||
        rv_record_transaction(store, write_all, &receiving, err) < 0)
        return rv_wrap(err, "receiver '%s'", receiver->name);
    if (written)
        *written = receiving.written;
    return 0;
}
