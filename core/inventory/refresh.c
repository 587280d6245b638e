/* SPDX-License-Identifier: Apache-2.0
 *
 * The work of a refresh worker. Between the host and the saver stands a sink of our
 * own, which counts for the progress and sees that a watch that had failed works again: what
 * arrives is the proof. When a save fails, the saver's memory of the store is no longer certain (a
 * commit may have reached it all the same), so it is read anew before the next call.
 */
#include "inventory/refresh_internal.h"

#include <malloc.h>
#include <stdio.h>
#include <string.h>
#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/text.h"
#include "base/wait.h"
#include "host/host.h"
#include "inventory/saver.h"
#include "inventory/stats.h"
#include "model/model.h"
#include "queue/task.h"
#include "store/schema.h"

enum {
    STATS_MAX = 1 << 20,
    OPEN_TIMEOUT_MS = 60000,
    VERIFY_TIMEOUT_MS = 60000,
    PAUSE_MS = 500, /* when a watch ends by itself, which it should not */
};

/* Not the provider's fault, and nothing that its record should show. */
static int
is_private(const rv_err *failure)
{
    return failure->code == RV_E_CANCELLED || failure->code == RV_E_STALE;
}

static int
stopped(void *arg)
{
    const struct rv_refresher *r = arg;
    int why = r->config.interrupted ? r->config.interrupted(r->config.arg) : 0;
    return r->full ? why == 1 : why != 0;
}

struct rv_call_spec
rv_refresh_spec(struct rv_refresher *r, int64_t timeout_ms)
{
    return (struct rv_call_spec){ .scope = r->session.provider->name,
                                  .timeout_ms = timeout_ms,
                                  .cancelled = stopped,
                                  .arg = r,
                                  .sink = &r->sink };
}

/* Whether it has events, for those who have never loaded its module. */
static int
note_events(struct rv_refresher *r, rv_err *err)
{
    rv_value param = rv_vint(r->config.provider_id), out;
    int has = rv_config_wants_events(r->session.options);
    int found = rv_store_one(r->store, &out, 1,
                             "SELECT COALESCE(supports_events, FALSE) FROM ext_management_systems"
                             " WHERE id = $1",
                             &param, 1, err);
    if (found <= 0 || (out.v.i != 0) == has)
        return found < 0 ? found : 0;
    const struct rv_field field = { "supports_events", rv_vint(has) };
    return rv_record_update_alone(r->store, rv_model_kind("provider"), r->config.provider_id,
                                  &field, 1, err);
}

static int
ensure_connection(struct rv_refresher *r, rv_err *err)
{
    struct rv_call_spec spec = rv_refresh_spec(r, OPEN_TIMEOUT_MS);
    spec.sink = NULL;
    int made = rv_session_connect(&r->session, &spec, err);
    if (made <= 0)
        return made;
    return note_events(r, err);
}

static int
ensure_saver(struct rv_refresher *r, rv_err *err)
{
    if (r->saver)
        return 0;
    memset(&r->measured, 0, sizeof(r->measured));
    struct rv_saver_config config = { .store = r->store,
                                      .ems_id = r->config.provider_id,
                                      .lease = &r->lease,
                                      .objects_max = r->config.objects_max,
                                      .label_entries_max = r->config.label_entries_max };
    if (rv_saver_open(&r->saver, &config, err) < 0)
        return err->code;
    r->inner = rv_saver_sink(r->saver);
    return 0;
}

int
rv_refresh_ensure(struct rv_refresher *r, rv_err *err)
{
    if (ensure_saver(r, err) < 0)
        return err->code;
    return ensure_connection(r, err);
}

void
rv_refresh_start_over(struct rv_refresher *r, const rv_err *failure)
{
    if (failure->code == RV_E_CANCELLED) {
        rv_saver_drop(r->saver);
        return;
    }
    rv_session_disconnect(&r->session);
    rv_saver_close(r->saver);
    r->saver = NULL;
}

static int
add_kinds(struct rv_refresher *r, rv_err *err)
{
    const struct reeve_kind *const *kinds = rv_module_provider(r->session.module)->kinds;
    for (size_t i = 0; kinds && kinds[i]; i++)
        if (rv_schema_add_kind(r->store, r->session.provider->type, rv_model_kind(kinds[i]->name),
                               err) < 0)
            return rv_wrap(err, "kinds of provider '%s'", r->session.provider->name);
    return 0;
}

/* Another version of the module may know more of an object than was stored: what did not change
 * since is told by a full listing only. */
static int
look_for_upgrade(struct rv_refresher *r, rv_err *err)
{
    rv_value param = rv_vint(r->config.provider_id), out;
    RV_AUTO_JSON cJSON *stats = NULL;
    int found = rv_store_one(r->store, &out, 1,
                             "SELECT refresh_stats FROM ext_management_systems WHERE id = $1",
                             &param, 1, err);
    if (found < 0)
        return found;
    if (found == 0 || out.type == RV_NULL)
        return 0;
    if (rv_json_parse(&stats, out.v.text, (size_t)out.len, STATS_MAX, 0, err) < 0)
        return rv_wrap(err, "figures of the last refresh");
    r->needs_full |= !rv_streq(rv_json_string(stats, "module_version"),
                               rv_module_provider(r->session.module)->version);
    return 0;
}

static int
load(struct rv_refresher *r, rv_err *err)
{
    if (r->config.guard && r->config.guard(r->config.arg, err))
        return err->code;
    if (rv_session_load(&r->session, r->config.module_dir, err) < 0)
        return err->code;
    if (rv_module_provider(r->session.module)->inventory == NULL)
        return rv_fail(err, RV_E_UNSUPPORTED, "provider module '%s' has no inventory",
                       r->session.provider->type);
    if (add_kinds(r, err) < 0 || look_for_upgrade(r, err) < 0)
        return err->code;
    return rv_refresh_ensure(r, err) < 0 ? err->code : rv_refresher_relabel(r, err);
}

static int
read_state(struct rv_refresher *r, rv_err *err)
{
    rv_value param = rv_vint(r->config.provider_id), out[2];
    int found = rv_store_one(r->store, out, 2,
                             "SELECT last_refresh_success_date, last_refresh_error"
                             " FROM ext_management_systems WHERE id = $1",
                             &param, 1, err);
    if (found < 0)
        return found;
    r->needs_full = found == 0 || out[0].type == RV_NULL;
    r->failed = found > 0 && out[1].type != RV_NULL;
    return 0;
}

void
rv_refresher_close(struct rv_refresher *refresher)
{
    rv_err err = RV_ERR_INIT;
    if (refresher == NULL)
        return;
    rv_session_disconnect(&refresher->session);
    rv_saver_close(refresher->saver);
    if (refresher->lease.generation &&
        rv_lease_release(refresher->store, &refresher->lease, &err) < 0)
        rv_log_err(RV_WARNING, "lease not given back", &err);
    rv_session_close(&refresher->session);
    free(refresher);
}

int
rv_refresher_relabel(struct rv_refresher *refresher, rv_err *err)
{
    if (ensure_saver(refresher, err) < 0)
        return err->code;
    int rc = rv_saver_relabel(refresher->saver, err);
    if (rc > 0)
        rv_log(RV_INFO, "label mappings applied",
               RV_F("provider", RV_S(refresher->session.provider->name)));
    return rc < 0 ? rc : 0;
}

int
rv_refresher_open(struct rv_refresher **out, const struct rv_refresher_config *config, rv_err *err)
{
    char name[64];
    struct rv_refresher *r = rv_alloc(sizeof(*r));
    r->config = *config;
    r->store = config->store;
    r->sink = rv_refresh_sink(r);
    snprintf(name, sizeof(name), "refresh/%lld", (long long)config->provider_id);
    if (rv_session_open(&r->session, r->store, config->vault, config->provider_id, err) < 0 ||
        rv_lease_take(r->store, &r->lease, name, config->holder, config->lease_ms, err) < 0) {
        r->lease.generation = 0;
        rv_refresher_close(r);
        return err->code;
    }
    if (read_state(r, err) < 0 || load(r, err) < 0) {
        if (!is_private(err))
            rv_refresh_report_failure(r, err, 0);
        rv_refresher_close(r);
        return err->code;
    }
    *out = r;
    return 0;
}

int
rv_refresher_configure(struct rv_refresher *refresher, const struct rv_refresher_config *config,
                       rv_err *err)
{
    struct rv_refresher *r = refresher;
    int relabel = r->config.label_entries_max != config->label_entries_max;
    r->config.objects_max = config->objects_max;
    r->config.label_entries_max = config->label_entries_max;
    r->config.auth = config->auth;
    if (r->saver)
        rv_saver_limit(r->saver, config->objects_max, config->label_entries_max);
    return relabel ? rv_refresher_relabel(r, err) : 0;
}

int
rv_refresher_needs_full(struct rv_refresher *refresher)
{
    return refresher->needs_full;
}

/* Proves that the other side is there and what it is. Providers that cannot say are believed. */
static int
verify(struct rv_refresher *r, rv_err *err)
{
    struct rv_identity_found found;
    struct rv_call_spec spec = rv_refresh_spec(r, VERIFY_TIMEOUT_MS);
    spec.sink = NULL;
    if (rv_module_provider(r->session.module)->verify == NULL)
        return 0;
    if (rv_connection_verify(r->session.connection, &spec, &found, err) < 0)
        return err->code;
    return rv_provider_identify(r->store, r->config.provider_id, found.uid, found.api_version, err);
}

static int
prove(struct rv_refresher *r, rv_err *err)
{
    return rv_refresh_ensure(r, err) < 0 || verify(r, err) < 0 ? err->code : 0;
}

int
rv_refresher_check(struct rv_refresher *refresher, rv_err *err)
{
    struct rv_refresher *r = refresher;
    int rc = prove(r, err);
    if (rc < 0 && is_private(err))
        return rc;
    rv_err failed = RV_ERR_INIT;
    if (rv_refresh_report_check(r, rc < 0 ? err : NULL, &failed) < 0 ||
        (rc == 0 && rv_refresh_note_success(r, &failed) < 0)) {
        *err = failed;
        return err->code;
    }
    if (rc < 0)
        rv_refresh_start_over(r, err);
    return rc;
}

static int
collect(struct rv_refresher *r, struct rv_refresh_times *times, rv_err *err)
{
    const struct reeve_provider *provider = rv_module_provider(r->session.module);
    struct reeve_scope scope = { .size = sizeof(scope), .whole = 1 };
    struct rv_call_spec spec = rv_refresh_spec(r, 0);
    spec.waited_us = &times->waited_us;
    if (verify(r, err) < 0 || rv_saver_begin_all(r->saver, provider->inventory->kinds, err) < 0 ||
        rv_connection_refresh(r->session.connection, &spec, &scope, err) < 0)
        return err->code;
    if (r->config.progress)
        r->config.progress(r->config.arg, "save", rv_saver_objects(r->saver));
    return rv_saver_end_all(r->saver, err);
}

static int
refresh(struct rv_refresher *r, struct rv_refresh_times *times, rv_err *err)
{
    if (r->config.progress)
        r->config.progress(r->config.arg, "connect", 0);
    if (rv_refresh_ensure(r, err) < 0)
        return err->code;
    r->expected = rv_saver_objects(r->saver);
    rv_saver_counts_reset(r->saver);
    memset(&r->measured, 0, sizeof(r->measured));
    rv_refresh_times_begin(times);
    r->progress_ms = rv_monotonic_ms();
    if (collect(r, times, err) < 0)
        return err->code;
    rv_refresh_times_end(times, r->saver);
    rv_refresh_measure(r);
    return 0;
}

static int
succeed(struct rv_refresher *r, const struct rv_refresh_times *times, char **stats, rv_err *err)
{
    cJSON *json = rv_refresh_stats(times);
    cJSON_AddStringToObject(json, "module_version", rv_module_provider(r->session.module)->version);
    int rc = rv_refresh_report(r, NULL, json, 1, err);
    if (rc == 0)
        rc = rv_refresh_report_auth(r, NULL, err);
    if (rc == 0 && stats)
        *stats = cJSON_PrintUnformatted(json);
    cJSON_Delete(json);
    r->needs_full = rc == 0 ? 0 : r->needs_full;
    r->full_failed = rc == 0 ? 0 : r->full_failed;
    r->noted_rows = -1;
    r->noted_ms = 0;
    return rc == 0 ? rv_refresh_note_change(r, err) : rc;
}

/* So that the watch, and those who read, find rows by index from the first minute on. */
static void
analyze(struct rv_refresher *r)
{
    rv_err err = RV_ERR_INIT;
    if (rv_saver_analyze(r->saver, &err) < 0)
        rv_log_err(RV_WARNING, "tables not analyzed; reading them may be slow for a minute", &err);
}

/* A watch needs little of what a listing took. */
static void
give_memory_back(const struct rv_refresher *r)
{
    rv_store_shrink(r->store);
#ifdef __GLIBC__
    malloc_trim(0);
#endif
}

/* Whether the failure of a full refresh is there until one succeeds. */
static int
stands(const rv_err *err)
{
    return !is_private(err) && err->code != RV_E_UNAVAILABLE && err->code != RV_E_TIMEOUT &&
           err->code != RV_E_RATE_LIMITED && err->code != RV_E_AUTH;
}

int
rv_refresher_full(struct rv_refresher *refresher, int64_t task_id, char **stats, rv_err *err)
{
    struct rv_refresher *r = refresher;
    struct rv_refresh_times times = { 0 };
    r->full = 1;
    r->task_id = task_id;
    int rc = refresh(r, &times, err);
    r->full = 0;
    r->task_id = 0;
    if (rc == 0)
        rc = succeed(r, &times, stats, err);
    if (rc == 0) {
        analyze(r);
        rv_refresh_log(r->session.provider->name, &times);
    }
    give_memory_back(r);
    if (rc < 0) {
        rv_wrap(err, "refresh of provider '%s'", r->session.provider->name);
        r->full_failed |= stands(err);
        if (!is_private(err))
            rv_refresh_report_failure(r, err, 1);
        rv_refresh_start_over(r, err);
    }
    return rc;
}

/* An error that stands on the record goes once the other side answers again. */
static int
recover(struct rv_refresher *r, rv_err *err)
{
    if (!r->failed || r->full_failed || rv_module_provider(r->session.module)->verify == NULL)
        return 0;
    if (verify(r, err) < 0)
        return err->code;
    return rv_refresh_note_success(r, err);
}

static int
watch(struct rv_refresher *r, rv_err *err)
{
    struct rv_call_spec spec = rv_refresh_spec(r, 0);
    if (rv_refresh_ensure(r, err) < 0 || recover(r, err) < 0 || rv_saver_warm(r->saver, err) < 0)
        return err->code;
    r->noted_ms = rv_monotonic_ms();
    int rc = rv_connection_watch(r->session.connection, &spec, err);
    /* It ends when it is interrupted; what it saw until then is kept. */
    if (rc == RV_E_CANCELLED || rc == 0) {
        rv_err flush_err = RV_ERR_INIT;
        if (rv_saver_flush(r->saver, &flush_err) < 0) {
            *err = flush_err;
            return err->code;
        }
    }
    return rc;
}

int
rv_refresher_watch(struct rv_refresher *refresher, rv_err *err)
{
    struct rv_refresher *r = refresher;
    if (rv_module_provider(r->session.module)->inventory->watch == NULL)
        return rv_fail(err, RV_E_UNSUPPORTED, "provider '%s' cannot watch for changes",
                       r->session.provider->name);
    int rc = watch(r, err);
    if (rc == 0 && !stopped(r))
        rc = rv_sleep(PAUSE_MS, err);
    if (rc == 0)
        return 0;
    if (rc == RV_E_CANCELLED) {
        rv_saver_drop(r->saver);
        rv_err_clear(err);
        return 0;
    }
    rv_wrap(err, "watch of provider '%s'", r->session.provider->name);
    /* Its tokens are too old, and it does not list again by itself. */
    if (rc == RV_E_GONE)
        r->needs_full = 1;
    if (!is_private(err))
        rv_refresh_report_failure(r, err, 0);
    rv_refresh_start_over(r, err);
    return rc;
}
