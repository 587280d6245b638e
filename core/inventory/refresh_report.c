/* SPDX-License-Identifier: Apache-2.0
 *
 * Outcomes of refreshes and watches, on the provider's record.
 */
#include "inventory/refresh_internal.h"

#include <string.h>
#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/meter.h"
#include "base/text.h"

enum { NOTE_MS = 10000 }; /* how often a watch notes that the inventory changed */

int
rv_refresh_report(struct rv_refresher *r, const rv_err *failure, const cJSON *stats, int full,
                  rv_err *err)
{
    cJSON *warnings = r->saver ? rv_saver_warnings(r->saver) : NULL;
    int rc = rv_provider_report(r->store, r->config.provider_id, failure ? failure->text : NULL,
                                failure ? failure->hint : NULL, warnings, stats, full, err);
    cJSON_Delete(warnings);
    if (rc == 0) {
        r->failed = failure != NULL;
        r->warned = 0;
    }
    return rc;
}

static int
is_refusal(const rv_err *failure)
{
    return failure && strcmp(rv_provider_auth_status(failure->code), "Invalid") == 0;
}

static const char *
status_of(const struct rv_refresher *r, const rv_err *failure)
{
    if (failure && r->session.incomplete)
        return "Incomplete";
    return rv_provider_auth_status(failure ? failure->code : RV_OK);
}

int
rv_refresh_report_check(struct rv_refresher *r, const rv_err *failure, rv_err *err)
{
    return rv_provider_report_check(r->store, r->config.provider_id, status_of(r, failure),
                                    failure ? failure->text : NULL, &r->config.auth, err);
}

/* The status of the credentials, when it is another than before. Of a refusal each time: the next
 * try goes by the last one's time. */
int
rv_refresh_report_auth(struct rv_refresher *r, const rv_err *failure, rv_err *err)
{
    const char *status = status_of(r, failure);
    rv_value param = rv_vint(r->config.provider_id), out[2];
    int found = rv_store_one(r->store, out, 2,
                             "SELECT status, next_check_on FROM authentications"
                             " WHERE resource_type = 'provider' AND resource_id = $1"
                             " AND authtype = 'default'",
                             &param, 1, err);
    if (found < 0)
        return found;
    int planned = found > 0 && (out[1].type != RV_NULL || r->config.auth.interval_ms == 0);
    if (planned && out[0].type == RV_TEXT && strcmp(out[0].v.text, status) == 0 &&
        !is_refusal(failure))
        return 0;
    return rv_refresh_report_check(r, failure, err);
}

/* Credentials that are refused are tried again more and more seldom, so that no account is locked
 * for it: said where it is seen. */
static void
advise(const struct rv_refresher *r, rv_err *failure)
{
    char when[32] = "";
    int64_t next_ms = 0;
    rv_err ignored = RV_ERR_INIT;
    if (!is_refusal(failure))
        return;
    if (rv_provider_next_check(r->store, r->config.provider_id, &next_ms, &ignored) == 0 && next_ms)
        rv_format_time(when, next_ms);
    RV_AUTO_FREE char *given = rv_strdup(failure->hint);
    failure->hint[0] = '\0'; /* a hint that is there would stay as it is */
    rv_hint(
        failure,
        "%s%s%s%s; at once: reevectl provider refresh %s; with new ones: reevectl provider edit "
        "%s",
        given, given[0] ? "; " : "", when[0] ? "tried again at " : "not tried again by itself",
        when, r->session.provider->name, r->session.provider->name);
}

/* Puts the failure on the record, with advice; what goes wrong in that is logged, the failure
 * counts. */
void
rv_refresh_report_failure(struct rv_refresher *r, rv_err *failure, int full)
{
    rv_err err = RV_ERR_INIT;
    int failed = rv_refresh_report_auth(r, failure, &err); /* and when they are tried again */
    advise(r, failure);
    if (failed < 0 || rv_refresh_report(r, failure, NULL, full, &err) < 0)
        rv_log_err(RV_WARNING, "the failure could not be put on the provider's record", &err);
}

/* Pending changes are in the store: if the record says otherwise, it works again. */
int
rv_refresh_note_success(struct rv_refresher *r, rv_err *err)
{
    if (r->full || r->full_failed || (!r->failed && !r->warned))
        return 0;
    if (r->failed && rv_refresh_report_auth(r, NULL, err) < 0)
        return err->code;
    return rv_refresh_report(r, NULL, NULL, 0, err);
}

/* When the inventory last changed: a column of the record, without a row in the feed. */
int
rv_refresh_note_change(struct rv_refresher *r, rv_err *err)
{
    struct rv_save_counts counts;
    rv_saver_counts(r->saver, &counts);
    int64_t now = rv_monotonic_ms();
    if (counts.rows == r->noted_rows || now - r->noted_ms < NOTE_MS)
        return 0;
    r->noted_rows = counts.rows;
    r->noted_ms = now;
    rv_value params[] = { rv_vint(rv_now_ms()), rv_vint(r->config.provider_id) };
    return rv_store_exec(r->store, NULL,
                         "UPDATE ext_management_systems SET last_inventory_date = $1 WHERE id = $2",
                         params, 2, err);
}

void
rv_refresh_measure(struct rv_refresher *r)
{
    struct rv_save_counts now, *old = &r->measured;
    rv_saver_counts(r->saver, &now);
    if (now.seen < old->seen) /* counted from the start again */
        memset(old, 0, sizeof(*old));
    const struct {
        const char *change;
        int64_t count;
    } changes[] = {
        { "created", now.created - old->created },    { "updated", now.updated - old->updated },
        { "archived", now.archived - old->archived }, { "deleted", now.deleted - old->deleted },
        { "restored", now.restored - old->restored }, { "rejected", now.rejected - old->rejected },
    };
    for (size_t i = 0; i < RV_COUNT(changes); i++)
        if (changes[i].count > 0)
            rv_meter_add(RV_M_INVENTORY_CHANGES, changes[i].count,
                         RV_LABELS(r->session.provider->name, changes[i].change));
    r->measured = now;
}
