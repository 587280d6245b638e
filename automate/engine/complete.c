/* SPDX-License-Identifier: Apache-2.0
 *
 * How the beginning of a task is found: by the chain that its provider gave both; where there is
 * none, as the last of its type about the same machine or host, not longer ago than some hours.
 */
#include "automate/complete.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
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

/* Whether a task began. */
struct rv_completion_look {
    const struct rv_event_row *event;
    const struct rv_completion *rule;
    const char *sql;
    rv_value params[5];
    int param_count;
    int began;
};

#define BY_OBJECT(column)                                                                          \
    "SELECT t.id FROM (SELECT id, event_type, chain_id FROM event_streams"                         \
    " WHERE " column " = $1 AND timestamp >= $2 AND timestamp <= $3"                               \
    " ORDER BY timestamp DESC LIMIT $5) t"                                                         \
    " WHERE t.event_type = $4 AND t.chain_id IS NULL LIMIT 1"

static void
look_by_chain(struct rv_completion_look *look)
{
    const struct rv_event_row *event = look->event;
    look->sql = "SELECT id FROM event_streams WHERE ems_id = $1 AND chain_id = $2"
                " AND event_type = $3 AND id <> $4 LIMIT 1";
    look->params[0] = rv_vint(int_of(event, "ems_id"));
    look->params[1] = rv_vint(int_of(event, "chain_id"));
    look->params[2] = rv_vtext(look->rule->task);
    look->params[3] = rv_vint(event->id);
    look->param_count = 4;
}

static void
look_by_object(struct rv_completion_look *look)
{
    const struct rv_event_row *event = look->event;
    int64_t at_ms = int_of(event, "timestamp"), vm = int_of(event, "vm_or_template_id");
    look->sql = vm ? BY_OBJECT("vm_or_template_id") : BY_OBJECT("host_id");
    look->params[0] = rv_vint(vm ? vm : int_of(event, "host_id"));
    look->params[1] = rv_vint(at_ms - RECENT_MS);
    look->params[2] = rv_vint(at_ms);
    look->params[3] = rv_vtext(look->rule->task);
    look->params[4] = rv_vint(MOST_LOOKED_AT);
    look->param_count = 5;
}

/* The next task that the event may end; 0 when there is none any more. Begin with *at = 0. */
static int
next_look(struct rv_completion_look *look, const struct rv_event_row *event, int *at)
{
    const char *type = text_of(event, "event_type");
    if (type == NULL || int_of(event, "ems_id") == 0 ||
        rv_streq(text_of(event, "source"), "EVM")) /* the server's own end nothing */
        return 0;
    *look = (struct rv_completion_look){ .event = event, .rule = rv_completion_next(type, at) };
    if (look->rule == NULL)
        return 0;
    if (int_of(event, "chain_id"))
        look_by_chain(look);
    else if (int_of(event, "vm_or_template_id") || int_of(event, "host_id"))
        look_by_object(look);
    return 1;
}

static int
note_began(void *arg, const rv_value *row, rv_err *err)
{
    (void)row, (void)err;
    ((struct rv_completion_look *)arg)->began = 1;
    return 0;
}

static struct rv_store_read
read_of(struct rv_completion_look *look)
{
    return (struct rv_store_read){ look->sql, look->params, look->param_count, note_began, look };
}

static void
add_look(struct rv_completions *out, const struct rv_completion_look *look)
{
    if (out->count == out->capacity) {
        out->capacity = out->capacity ? 2 * out->capacity : 64;
        out->at = rv_realloc(out->at, (size_t)out->capacity, sizeof(*out->at));
    }
    out->at[out->count++] = *look;
}

int
rv_completions_look(struct rv_completions *out, struct rv_store *store,
                    const struct rv_event_row *events, int count, rv_err *err)
{
    struct rv_completion_look look;
    size_t asked = 0;

    out->count = 0;
    for (int i = 0; i < count; i++)
        for (int at = 0; next_look(&look, &events[i], &at);)
            add_look(out, &look);
    RV_AUTO_FREE struct rv_store_read *reads = rv_alloc(((size_t)out->count + 1) * sizeof(*reads));
    for (int i = 0; i < out->count; i++)
        if (out->at[i].sql)
            reads[asked++] = read_of(&out->at[i]);
    if (asked && rv_store_read_all(store, reads, asked, err) < 0) {
        out->count = 0;
        return rv_wrap(err, "find the beginnings of tasks");
    }
    return 0;
}

void
rv_completions_free(struct rv_completions *completions)
{
    free(completions->at);
    *completions = (struct rv_completions){ 0 };
}

/* 1 or 0 when it is known, which fills in `began`. */
static int
is_known(const struct rv_completions *known, struct rv_completion_look *look)
{
    for (int i = 0; known && i < known->count; i++)
        if (known->at[i].event->id == look->event->id && known->at[i].rule == look->rule) {
            look->began = known->at[i].began;
            return 1;
        }
    return 0;
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
rv_automate_complete(struct rv_store *store, const struct rv_completions *known,
                     const struct rv_event_row *event, struct rv_effects *effects, rv_err *err)
{
    struct rv_completion_look look;
    for (int at = 0; next_look(&look, event, &at);) {
        const struct rv_store_read read = read_of(&look);
        if (!is_known(known, &look) && look.sql && rv_store_read_all(store, &read, 1, err) < 0)
            return rv_wrap(err, "find the beginning of %s", look.rule->task);
        if (look.began)
            raise_completion(effects, event, look.rule);
    }
    return 0;
}
