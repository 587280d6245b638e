/* SPDX-License-Identifier: Apache-2.0
 *
 * Outcomes of a watch of events, on the lane's record. Credentials that are refused are put on the
 * provider's, so that nothing is tried with them for a while; whoever may read the inventory and
 * not the events goes on reading the inventory.
 */
#include "catcher/catcher_internal.h"

#include "base/clock.h"
#include "base/log.h"

static int
write_record(struct rv_catcher *c, const rv_err *failure, rv_err *err)
{
    RV_AUTO_FREE char *text =
        failure ? rv_format("%s%s%s", failure->text, failure->hint[0] ? "; " : "", failure->hint)
                : NULL;
    const rv_value params[] = { rv_vint(c->lane.id), rv_vint(rv_now_ms()), rv_vtext(text) };
    if (failure)
        return rv_store_exec(c->store, NULL,
                             "UPDATE event_lanes SET last_error = $3, last_error_on = $2,"
                             " connected_on = NULL WHERE id = $1",
                             params, 3, err);
    return rv_store_exec(c->store, NULL,
                         "UPDATE event_lanes SET last_error = NULL, last_error_on = NULL,"
                         " connected_on = $2 WHERE id = $1",
                         params, 2, err);
}

void
rv_catch_report(struct rv_catcher *c, const rv_err *failure)
{
    rv_err err = RV_ERR_INIT;
    c->connected = failure == NULL;
    c->failed = failure != NULL;
    if (c->lane.id && write_record(c, failure, &err) < 0)
        rv_log_err(RV_WARNING, "the record of the provider's events is not up to date", &err);
    rv_err_clear(&err);
    if (failure && failure->code == RV_E_AUTH &&
        rv_provider_report_check(c->store, c->config.provider_id,
                                 rv_provider_auth_status(failure->code), failure->text,
                                 &c->config.auth, &err) < 0)
        rv_log_err(RV_WARNING, "the provider's record does not tell of its credentials", &err);
}

void
rv_catch_note_success(struct rv_catcher *c)
{
    if (!c->connected)
        rv_catch_report(c, NULL);
}
