/* SPDX-License-Identifier: Apache-2.0
 *
 * What is not kept of a batch: types of events that are blacklisted, and, where the guard is on,
 * what happens to one object more often in a minute than it may.
 */
#include "catcher/catcher_internal.h"

#include <string.h>
#include "base/clock.h"
#include "base/log.h"
#include "base/meter.h"
#include "base/text.h"
#include "event/blacklist.h"
#include "event/flood.h"

enum { QUIET_TYPES_MAX = 512, LOG_EACH = 100, KEY_BYTES = 4096 };

int
rv_catch_seed_blacklist(struct rv_catcher *c, rv_err *err)
{
    const struct reeve_event_type *types = rv_module_event_types(c->session.module);
    const char *names[QUIET_TYPES_MAX];
    int count = 0;
    for (; types && types->name && count < QUIET_TYPES_MAX; types++)
        if (types->flags & REEVE_EVENT_QUIET)
            names[count++] = types->name;
    if (c->blacklist == NULL)
        c->blacklist = rv_blacklist_new(c->session.provider->type, c->config.provider_id);
    return count ? rv_blacklist_seed(c->store, c->session.provider->type, names, count, err) : 0;
}

/* What happened, and to what: an object that is not known has a name. */
static uint64_t
key_of(const struct rv_catcher *c, const rv_value *values)
{
    static const char *const names[] = { "container_group_name", "container_node_name", "vm_name",
                                         "host_name", "ems_cluster_name" };
    RV_AUTO_BUF rv_buf text = rv_buf_limited(KEY_BYTES);
    const rv_value *target = &values[c->columns.target];
    rv_buf_addf(&text, "%s\x1f", values[c->columns.type].v.text);
    if (target->type == RV_INT)
        rv_buf_addf(&text, "%lld", (long long)target->v.i);
    for (size_t i = 0; target->type != RV_INT && i < RV_COUNT(names); i++) {
        const rv_value *name = &values[rv_kind_column(c->kind, names[i])];
        rv_buf_addf(&text, "%s\x1f", name->type == RV_TEXT ? name->v.text : "");
    }
    return rv_hash64(text.data, text.len, 0);
}

static int
is_flood(struct rv_catcher *c, const rv_value *values)
{
    if (c->config.flood_max == 0)
        return 0;
    if (c->flood == NULL)
        c->flood = rv_flood_new();
    int64_t blocked =
        rv_flood_block(c->flood, key_of(c, values), rv_monotonic_ms(), c->config.flood_max);
    if (blocked % LOG_EACH == 1)
        rv_log(RV_WARNING, "events blocked: one of its type about one object comes too often",
               RV_F("provider", RV_S(c->session.provider->name)),
               RV_F("event_type", RV_S(values[c->columns.type].v.text)),
               RV_F("blocked", RV_I(blocked)), RV_F("a_minute", RV_I(c->config.flood_max)));
    return blocked > 0;
}

static void
count(struct rv_catcher *c, const char *why, int64_t *counter, int64_t number)
{
    *counter += number;
    if (number)
        rv_meter_add(RV_M_EVENTS_REFUSED, number, RV_LABELS(c->session.provider->name, why));
}

int
rv_catch_filter(struct rv_catcher *c, rv_err *err)
{
    int64_t listed = 0, flooded = 0;
    if (rv_blacklist_follow(c->blacklist, c->store, c->blacklist_generation, err) < 0)
        return err->code;
    for (int i = 0; i < c->batch.count; i++) {
        struct rv_caught *event = &c->batch.events[i];
        if (event->dropped)
            continue;
        if (rv_blacklist_has(c->blacklist, event->values[c->columns.type].v.text)) {
            event->dropped = event->unwanted = 1;
            listed++;
        } else if (is_flood(c, event->values)) {
            event->dropped = event->unwanted = 1;
            flooded++;
        }
    }
    count(c, "blacklisted", &c->counts.blacklisted, listed);
    count(c, "flood", &c->counts.flooded, flooded);
    return 0;
}
