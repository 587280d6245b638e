/* SPDX-License-Identifier: Apache-2.0
 *
 * The life of a catcher: its lease, the lane that it alone writes, and one watch after the other.
 */
#include "catcher/catcher_internal.h"

#include <stdio.h>
#include <string.h>
#include "base/clock.h"
#include "base/log.h"
#include "base/wait.h"
#include "event/blacklist.h"
#include "event/event.h"
#include "event/flood.h"

enum {
    OPEN_TIMEOUT_MS = 60000,
    PAUSE_MS = 500, /* when a watch ends by itself, which it should not */
    ASK_MS = 200,   /* whether everything was listed */
    MOST_GONE = 2,
    BATCH_MEMORY = 256 << 20
};

_Static_assert((int)RV_HOST_EVENT_DATA_MAX == (int)RV_EVENT_DATA_MAX,
               "what the host lets by is kept");

/* Not the provider's fault, and nothing that its record should show. */
static int
is_private(const rv_err *failure)
{
    return failure->code == RV_E_CANCELLED || failure->code == RV_E_STALE;
}

static int
stopped(void *arg)
{
    const struct rv_catcher *c = arg;
    return c->changed || (c->config.interrupted && c->config.interrupted(c->config.arg));
}

static struct rv_call_spec
spec_of(struct rv_catcher *c, int64_t timeout_ms, const struct rv_sink *sink)
{
    return (struct rv_call_spec){ .scope = c->session.provider->name,
                                  .timeout_ms = timeout_ms,
                                  .cancelled = stopped,
                                  .arg = c,
                                  .sink = sink };
}

static void
find_columns(struct rv_catcher *c)
{
    const struct rv_kind *kind = rv_model_kind("event_stream");
    const struct {
        int *to;
        const char *name;
    } columns[] = {
        { &c->columns.id, "id" },
        { &c->columns.type, "event_type" },
        { &c->columns.group, "event_group" },
        { &c->columns.level, "event_level" },
        { &c->columns.timestamp, "timestamp" },
        { &c->columns.chain, "chain_id" },
        { &c->columns.ems, "ems_id" },
        { &c->columns.ems_ref, "ems_ref" },
        { &c->columns.lane, "lane_id" },
        { &c->columns.number, "number" },
        { &c->columns.created_on, "created_on" },
        { &c->columns.target, "target_id" },
        { &c->columns.container, "container_id" },
        { &c->columns.container_name, "container_name" },
        { &c->columns.pod, "container_group_id" },
        { &c->columns.node, "container_node_id" },
        { &c->columns.replicator, "container_replicator_id" },
        { &c->columns.project, "container_project_id" },
    };
    c->kind = kind;
    for (size_t i = 0; i < RV_COUNT(columns); i++) {
        *columns[i].to = rv_kind_column(kind, columns[i].name);
        RV_ASSERT(*columns[i].to >= 0);
    }
}

/* Where we are, as the store has it. */
static int
read_lane(struct rv_catcher *c, rv_err *err)
{
    free(c->token);
    c->token = NULL;
    if (rv_lane_of_provider(&c->lane, c->store, c->config.provider_id, err) < 0 ||
        rv_lane_token(&c->token, c->store, c->lane.id, err) < 0)
        return err->code;
    c->uncertain = 0;
    return 0;
}

static int
load(struct rv_catcher *c, rv_err *err)
{
    if (c->config.guard && c->config.guard(c->config.arg, err))
        return err->code;
    if (rv_session_load(&c->session, c->config.module_dir, err) < 0)
        return err->code;
    if (rv_module_provider(c->session.module)->events == NULL)
        return rv_fail(err, RV_E_UNSUPPORTED, "provider module '%s' has no events",
                       c->session.provider->type);
    return rv_catch_seed_blacklist(c, err);
}

static int
take_lease(struct rv_catcher *c, rv_err *err)
{
    char name[64];
    snprintf(name, sizeof(name), "event/%lld", (long long)c->config.provider_id);
    int rc = rv_lease_take(c->store, &c->lease, name, c->config.holder, c->config.lease_ms, err);
    if (rc < 0)
        c->lease.generation = 0;
    return rc;
}

int
rv_catcher_open(struct rv_catcher **out, const struct rv_catcher_config *config, rv_err *err)
{
    struct rv_catcher *c = rv_alloc(sizeof(*c));
    c->config = *config;
    c->store = config->store;
    c->sink = rv_catch_sink(c);
    c->feed = rv_feed_new();
    c->batch.arena = rv_arena_new(BATCH_MEMORY);
    c->opened_ms = rv_monotonic_ms();
    find_columns(c);
    if (rv_session_open(&c->session, c->store, config->vault, config->provider_id, err) < 0 ||
        take_lease(c, err) < 0 || read_lane(c, err) < 0) {
        rv_catcher_close(c);
        return err->code;
    }
    if (load(c, err) < 0) {
        if (!is_private(err))
            rv_catch_report(c, err);
        rv_catcher_close(c);
        return err->code;
    }
    *out = c;
    return 0;
}

void
rv_catcher_configure(struct rv_catcher *catcher, const struct rv_catcher_config *config)
{
    catcher->config.auth = config->auth;
    catcher->config.flood_max = config->flood_max;
}

void
rv_catcher_close(struct rv_catcher *catcher)
{
    rv_err err = RV_ERR_INIT;
    if (catcher == NULL)
        return;
    rv_session_close(&catcher->session);
    if (catcher->lease.generation && rv_lease_release(catcher->store, &catcher->lease, &err) < 0)
        rv_log_err(RV_WARNING, "lease not given back", &err);
    rv_batch_reset(&catcher->batch);
    rv_arena_free(catcher->batch.arena);
    rv_feed_free(catcher->feed);
    rv_blacklist_free(catcher->blacklist);
    rv_flood_free(catcher->flood);
    free(catcher->token);
    free(catcher);
}

void
rv_catcher_counts(const struct rv_catcher *catcher, struct rv_catch_counts *out)
{
    *out = catcher->counts;
}

static int
is_listed(struct rv_catcher *c, rv_err *err)
{
    rv_value param = rv_vint(c->config.provider_id), out;
    int found = rv_store_one(c->store, &out, 1,
                             "SELECT last_refresh_success_date FROM ext_management_systems"
                             " WHERE id = $1",
                             &param, 1, err);
    return found < 0 ? found : found > 0 && out.type != RV_NULL;
}

/* Before the first full listing events find no objects. */
static int
wait_for_listing(struct rv_catcher *c, rv_err *err)
{
    for (;;) {
        int listed = is_listed(c, err);
        if (listed)
            return listed < 0 ? listed : 0;
        if (rv_monotonic_ms() - c->opened_ms >= c->config.listing_ms)
            return 0;
        if (stopped(c))
            return rv_fail(err, RV_E_CANCELLED, "interrupted");
        if (rv_sleep(ASK_MS, err) < 0)
            return err->code;
    }
}

static int
connect(struct rv_catcher *c, rv_err *err)
{
    struct rv_call_spec spec = spec_of(c, OPEN_TIMEOUT_MS, NULL);
    c->changed = 0;
    if (c->uncertain && read_lane(c, err) < 0)
        return err->code;
    int made = rv_session_connect(&c->session, &spec, err);
    return made < 0 ? made : 0;
}

enum { AGAIN = 1 };

/* Its place is too old: it begins without one, and what is told again is known. Twice in a row, and
 * it is not the place. */
static int
begin_anew(struct rv_catcher *c, rv_err *err)
{
    if (c->ignore_token || c->token == NULL || ++c->gone >= MOST_GONE)
        return err->code;
    rv_log_err(RV_INFO,
               "the provider has forgotten where its events are to go on; they are read "
               "from the beginning",
               err);
    c->ignore_token = 1;
    rv_err_clear(err);
    return AGAIN;
}

static int
run(struct rv_catcher *c, rv_err *err)
{
    struct rv_call_spec spec = spec_of(c, 0, &c->sink);
    c->watching_ms = c->looked_ms = rv_monotonic_ms();
    int rc =
        rv_connection_events(c->session.connection, &spec, c->ignore_token ? NULL : c->token, err);
    c->watching_ms = 0;
    if (rc == RV_E_GONE)
        return begin_anew(c, err);
    /* It ends when it is interrupted; what came until then is kept. */
    if (rc == 0 || rc == RV_E_CANCELLED) {
        rv_err flush_err = RV_ERR_INIT;
        if (rv_catch_flush(c, &flush_err) < 0)
            *err = flush_err;
        else
            rv_err_clear(err);
    }
    return err->code;
}

static int
watch(struct rv_catcher *c, rv_err *err)
{
    if (connect(c, err) < 0 || wait_for_listing(c, err) < 0)
        return err->code;
    int rc = run(c, err);
    rv_batch_reset(&c->batch);
    if (rc == 0 && !stopped(c))
        rc = rv_sleep(PAUSE_MS, err);
    return rc == AGAIN ? 0 : rc;
}

int
rv_catcher_watch(struct rv_catcher *catcher, rv_err *err)
{
    int rc = watch(catcher, err);
    if (rc == RV_E_CANCELLED) {
        rv_err_clear(err);
        return 0;
    }
    if (rc == 0)
        return 0;
    rv_wrap(err, "events of provider '%s'", catcher->session.provider->name);
    rv_session_disconnect(&catcher->session); /* it may be in any state */
    if (!is_private(err))
        rv_catch_report(catcher, err);
    return rc;
}
