/* SPDX-License-Identifier: Apache-2.0
 *
 * How the beginning of a task is found: by the chain that its provider gave both; where there is
 * none, as the last of its type about the same machine or host, not longer ago than some hours.
 */
#include "automate/complete.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include "base/mem.h"
#include "base/text.h"
#include "event/completion.h"
#include "model/model.h"

enum { RECENT_MS = 4 * 3600 * 1000, MOST_LOOKED_AT = 200 };

/* What a completion has of the event that ended the task; with what stands beside it where the two
 * change places. */
static const char *const taken[][2] = {
    { "vm_or_template_id", "dest_vm_or_template_id" },
    { "vm_name", "dest_vm_name" },
    { "vm_location", "dest_vm_location" },
    { "host_id", "dest_host_id" },
    { "host_name", "dest_host_name" },
    { "ems_cluster_id", "dest_ems_cluster_id" },
    { "ems_cluster_name", "dest_ems_cluster_name" },
    { "ems_cluster_uid", "dest_ems_cluster_uid" },
    { "availability_zone_id", NULL },
};

static const char *
text_of(const struct rv_event_row *event, const char *column)
{
    rv_value value = rv_event_row_value(event, column);
    return value.type == RV_TEXT ? value.v.text : NULL;
}

static int64_t
int_of(const struct rv_event_row *event, const char *column)
{
    rv_value value = rv_event_row_value(event, column);
    return value.type == RV_INT ? value.v.i : 0;
}

/* 1 when the task began. */
static int
find_by_chain(struct rv_store *store, const struct rv_event_row *event, const char *task,
              rv_err *err)
{
    rv_value found;
    const rv_value params[] = { rv_vint(int_of(event, "ems_id")),
                                rv_vint(int_of(event, "chain_id")), rv_vtext(task),
                                rv_vint(event->id) };
    return rv_store_one(store, &found, 1,
                        "SELECT id FROM event_streams WHERE ems_id = $1 AND chain_id = $2"
                        " AND event_type = $3 AND id <> $4 LIMIT 1",
                        params, (int)RV_COUNT(params), err);
}

static int
find_by_object(struct rv_store *store, const struct rv_event_row *event, const char *task,
               rv_err *err)
{
    const char *column = int_of(event, "vm_or_template_id") ? "vm_or_template_id" : "host_id";
    int64_t at_ms = int_of(event, "timestamp");
    rv_value found;
    const rv_value params[] = { rv_vint(int_of(event, column)), rv_vint(at_ms - RECENT_MS),
                                rv_vint(at_ms), rv_vtext(task), rv_vint(MOST_LOOKED_AT) };
    if (int_of(event, column) == 0)
        return 0;
    RV_AUTO_FREE char *sql =
        rv_format("SELECT t.id FROM (SELECT id, event_type, chain_id FROM event_streams"
                  " WHERE %s = $1 AND timestamp >= $2 AND timestamp <= $3"
                  " ORDER BY timestamp DESC LIMIT $5) t"
                  " WHERE t.event_type = $4 AND t.chain_id IS NULL LIMIT 1",
                  column);
    return rv_store_one(store, &found, 1, sql, params, (int)RV_COUNT(params), err);
}

/* source and dest as the completion has them. */
static int
take_columns(struct rv_field *out, const struct rv_event_row *event, int swaps)
{
    int count = 0;
    for (size_t i = 0; i < RV_COUNT(taken); i++) {
        const char *here = taken[i][0], *there = taken[i][1];
        rv_value source = rv_event_row_value(event, here);
        rv_value dest = there ? rv_event_row_value(event, there) : RV_VNULL;
        if (swaps && dest.type != RV_NULL) {
            rv_value before = source;
            source = dest;
            dest = before;
        }
        if (source.type != RV_NULL)
            out[count++] = (struct rv_field){ here, source };
        if (there && dest.type != RV_NULL)
            out[count++] = (struct rv_field){ there, dest };
    }
    return count;
}

/* ems_ref: an event that is sent again has one completion all the same. */
static void
raise_completion(struct rv_effects *effects, const struct rv_event_row *event,
                 const struct rv_completion *rule)
{
    char type[128], message[256], ref[64];
    struct rv_field more[2 * RV_COUNT(taken)];
    snprintf(type, sizeof(type), "%s_Complete", rule->task);
    snprintf(message, sizeof(message), "%s is complete: %s", rule->task, rule->final);
    snprintf(ref, sizeof(ref), "complete/%" PRId64, event->id);
    rv_effects_raise(effects,
                     &(struct rv_event){ .event_type = type,
                                         .message = message,
                                         .source = "EVM",
                                         .type = "EmsEvent",
                                         .timestamp_ms = int_of(event, "timestamp"),
                                         .ems_id = int_of(event, "ems_id"),
                                         .ems_ref = ref,
                                         .chain_id = int_of(event, "chain_id"),
                                         .username = text_of(event, "username"),
                                         .target_kind = text_of(event, "target_type"),
                                         .target_id = int_of(event, "target_id"),
                                         .more = more,
                                         .more_count = take_columns(more, event, rule->swaps) });
}

int
rv_automate_complete(struct rv_store *store, const struct rv_event_row *event,
                     struct rv_effects *effects, rv_err *err)
{
    const struct rv_completion *rule;
    const char *type = text_of(event, "event_type");
    int at = 0;
    if (type == NULL || int_of(event, "ems_id") == 0 ||
        rv_streq(text_of(event, "source"), "EVM")) /* the server's own end nothing */
        return 0;
    while ((rule = rv_completion_next(type, &at)) != NULL) {
        int began = int_of(event, "chain_id") ? find_by_chain(store, event, rule->task, err)
                                              : find_by_object(store, event, rule->task, err);
        if (began < 0)
            return rv_wrap(err, "find the beginning of %s", rule->task);
        if (began)
            raise_completion(effects, event, rule);
    }
    return 0;
}
