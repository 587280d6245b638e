/* SPDX-License-Identifier: Apache-2.0
 *
 * A refresh of few objects. What was asked for and did not come is gone; of the others nothing is
 * said, and so nothing is deleted.
 */
#include "inventory/refresh_internal.h"

#include <string.h>
#include "base/log.h"
#include "base/mem.h"
#include "base/text.h"
#include "inventory/stats.h"

enum { TIMEOUT_MS = 10 * 60 * 1000 };

void
rv_refresh_saw(struct rv_refresher *r, const struct rv_kind *kind, const char *ref)
{
    for (int i = 0; r->asked && i < r->asked->count; i++)
        if (r->asked->at[i].kind == kind && rv_streq(r->asked->at[i].ref, ref))
            r->seen[i] = 1;
}

static int
take_away(struct rv_refresher *r, rv_err *err)
{
    for (int i = 0; i < r->asked->count; i++) {
        const struct rv_target *target = &r->asked->at[i];
        if (!r->seen[i] && target->ref &&
            r->inner->gone(r->inner->arg, target->kind, target->ref, err) < 0)
            return err->code;
    }
    return rv_saver_flush(r->saver, err);
}

static int
collect(struct rv_refresher *r, struct rv_refresh_times *times, rv_err *err)
{
    struct rv_call_spec spec = rv_refresh_spec(r, TIMEOUT_MS);
    spec.waited_us = &times->waited_us;
    rv_saver_counts_reset(r->saver);
    memset(&r->measured, 0, sizeof(r->measured));
    rv_refresh_times_begin(times);
    if (rv_connection_targets(r->session.connection, &spec, r->asked->at, r->asked->count, err) <
            0 ||
        take_away(r, err) < 0)
        return err->code;
    times->targets = r->asked->count;
    rv_refresh_times_end(times, r->saver);
    return 0;
}

static int
succeed(struct rv_refresher *r, const struct rv_refresh_times *times, char **stats, rv_err *err)
{
    r->noted_rows = -1;
    r->noted_ms = 0;
    if (rv_refresh_note_change(r, err) < 0 || rv_refresh_note_success(r, err) < 0)
        return err->code;
    rv_refresh_measure(r);
    cJSON *json = rv_refresh_stats(times);
    if (stats)
        *stats = cJSON_PrintUnformatted(json);
    cJSON_Delete(json);
    return 0;
}

static int
refresh(struct rv_refresher *r, char **stats, rv_err *err)
{
    struct rv_refresh_times times = { 0 };
    RV_AUTO_FREE uint8_t *seen = rv_alloc((size_t)r->asked->count + 1);
    if (rv_refresh_ensure(r, err) < 0)
        return err->code;
    if (r->config.progress)
        r->config.progress(r->config.arg, "targets", r->asked->count);
    r->seen = seen;
    r->full = 1; /* a message does not interrupt it */
    int rc = collect(r, &times, err);
    r->full = 0;
    r->seen = NULL;
    if (rc == 0)
        rc = succeed(r, &times, stats, err);
    if (rc == 0)
        rv_refresh_log(r->session.provider->name, &times);
    return rc;
}

/* Whether everything is to be listed instead. */
static int
check_few(const struct rv_refresher *r, const struct rv_targets *targets, int most, rv_err *err)
{
    if (targets->whole || r->needs_full || (most > 0 && targets->count >= most))
        return rv_fail(err, RV_E_UNSUPPORTED, "everything is to be listed");
    return rv_module_is_targeted(r->session.module)
               ? 0
               : rv_fail(err, RV_E_UNSUPPORTED,
                         "provider '%s' cannot be asked for less than everything",
                         r->session.provider->name);
}

static void
fail(struct rv_refresher *r, rv_err *err)
{
    const struct rv_target *first = &r->asked->at[0];
    if (r->asked->count == 1)
        rv_wrap(err, "refresh of %s '%s' of provider '%s'", first->kind->name,
                first->name ? first->name : first->ref, r->session.provider->name);
    else
        rv_wrap(err, "refresh of %d objects of provider '%s'", r->asked->count,
                r->session.provider->name);
    if (err->code != RV_E_CANCELLED && err->code != RV_E_STALE)
        rv_refresh_report_failure(r, err, 0);
    rv_refresh_start_over(r, err);
}

int
rv_refresher_targets(struct rv_refresher *refresher, const char *args, int most, char **stats,
                     rv_err *err)
{
    struct rv_refresher *r = refresher;
    struct rv_targets targets;
    if (rv_targets_resolve(&targets, r->store, r->config.provider_id, args, err) < 0)
        return err->code;
    int rc = check_few(r, &targets, most, err);
    if (rc == 0 && targets.count > 0) {
        r->asked = &targets;
        rc = refresh(r, stats, err);
        if (rc == RV_E_UNSUPPORTED)
            rv_saver_drop(r->saver);
        else if (rc < 0)
            fail(r, err);
        r->asked = NULL;
    }
    rv_targets_free(&targets);
    return rc;
}
