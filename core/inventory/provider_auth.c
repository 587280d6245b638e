/* SPDX-License-Identifier: Apache-2.0
 *
 * What is known of a provider's credentials: whether they worked, since when, and when they are
 * looked at again. A change of the status is an event.
 */
#include "inventory/provider_internal.h"

#include <stdio.h>
#include <string.h>
#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/text.h"
#include "event/event.h"
#include "model/model.h"
#include "settings/settings.h"

const char *
rv_provider_auth_status(int code)
{
    switch (code) {
    case RV_OK:
        return "Valid";
    case RV_E_AUTH:
    case RV_E_PERMISSION:
        return "Invalid";
    case RV_E_UNAVAILABLE:
    case RV_E_TIMEOUT:
        return "Unreachable";
    default:
        return "Error";
    }
}

struct rv_auth_policy
rv_provider_auth_policy(const struct rv_settings *settings)
{
    return (struct rv_auth_policy){
        .first_ms = rv_settings_int(settings, "refresh.auth_check_retry"),
        .attempts = (int)rv_settings_int(settings, "refresh.auth_check_attempts"),
        .interval_ms = rv_settings_int(settings, "refresh.auth_check"),
        .refused_ms = rv_settings_int(settings, "refresh.auth_retry"),
    };
}

int
rv_provider_rests(struct rv_store *store, int64_t id, rv_err *err)
{
    const rv_value params[] = { rv_vint(rv_now_ms()), rv_vint(id) };
    rv_value out;
    return rv_store_one(store, &out, 1,
                        "SELECT 1 FROM ext_management_systems e WHERE e.id = $2"
                        " AND " RV_PROVIDER_RESTS_SQL,
                        params, 2, err);
}

int
rv_provider_next_check(struct rv_store *store, int64_t id, int64_t *out_ms, rv_err *err)
{
    rv_value param = rv_vint(id), out;
    int found = rv_store_one(store, &out, 1,
                             "SELECT next_check_on FROM authentications"
                             " WHERE resource_type = 'provider' AND resource_id = $1"
                             " AND authtype = 'default'",
                             &param, 1, err);
    *out_ms = found > 0 && out.type == RV_INT ? out.v.i : 0;
    return found < 0 ? found : 0;
}

static int
is_refused(const char *status)
{
    return rv_streq(status, "Invalid");
}

/* Somebody is away, and may be back in a minute. */
static int
is_passing(const char *status)
{
    return rv_streq(status, "Error") || rv_streq(status, "Unreachable");
}

static int
is_failure(const char *status)
{
    return is_passing(status) || is_refused(status);
}

static int64_t
doubled(int64_t first_ms, int64_t times, int64_t most_ms)
{
    int64_t wait_ms = first_ms;
    while (times-- > 0 && wait_ms < most_ms)
        wait_ms *= 2;
    return wait_ms < most_ms ? wait_ms : most_ms;
}

/* When to look again: soon after the first failure, then twice as long each time. Those that were
 * refused so until the longest wait; else, when that did not help, as often as ever. 0: not by
 * itself. */
static int64_t
next_check(const struct rv_auth_policy *policy, const char *status, int64_t failures)
{
    int64_t wait_ms;
    if (is_refused(status))
        wait_ms = doubled(policy->first_ms, failures, policy->refused_ms);
    else if (is_passing(status) && failures < policy->attempts - 1)
        wait_ms = doubled(policy->first_ms, failures, INT64_MAX / 4);
    else
        wait_ms = policy->interval_ms;
    return wait_ms > 0 ? rv_now_ms() + wait_ms : 0;
}

struct auth_report {
    int64_t provider_id;
    int64_t row_id, new_id; /* one of them is 0 */
    int64_t failures, next_ms;
    const char *status, *details;
};

/* Writes the status into the row of credentials, which is made when there is none. */
static int
write_status(void *arg, struct rv_store *store, struct rv_feed *feed, rv_err *err)
{
    const struct auth_report *report = arg;
    const struct rv_kind *kind = rv_model_kind("authentication");
    struct rv_field fields[] = {
        { "status", rv_vtext(report->status) },
        { "status_details", rv_vtext(report->details) },
        { strcmp(report->status, "Valid") == 0 ? "last_valid_on" : "last_invalid_on",
          rv_vint(rv_now_ms()) },
        { "failed_checks", rv_vint(report->failures) },
        { "next_check_on", report->next_ms ? rv_vint(report->next_ms) : RV_VNULL },
        { "id", rv_vint(report->new_id) },
        { "resource_type", rv_vtext("provider") },
        { "resource_id", rv_vint(report->provider_id) },
        { "authtype", rv_vtext("default") },
    };
    if (report->row_id)
        return rv_record_update(store, feed, kind, report->row_id, fields, 5, err);
    return rv_record_insert(store, feed, kind, fields, (int)RV_COUNT(fields), NULL, err);
}

/* "ems_auth_invalid": the original's names. */
static void
raise_event(struct rv_store *store, const struct auth_report *report)
{
    char type[48];
    rv_err err = RV_ERR_INIT;
    snprintf(type, sizeof(type), "ems_auth_%s", report->status);
    rv_lower(type);
    const struct rv_event event = { .event_type = type,
                                    .message = report->details,
                                    .target_kind = "provider",
                                    .target_id = report->provider_id,
                                    .ems_id = report->provider_id };
    if (rv_event_raise(store, &event, NULL, &err) < 0)
        rv_log_err(RV_WARNING, "no event tells of the credentials", &err);
}

/* Status before, "" for none, and failed checks. */
static int
read_before(struct rv_store *store, int64_t row_id, char *status, size_t size, int64_t *failures,
            rv_err *err)
{
    rv_value param = rv_vint(row_id), row[2];
    status[0] = '\0';
    *failures = 0;
    int found =
        row_id ? rv_store_one(store, row, 2,
                              "SELECT status, failed_checks FROM authentications WHERE id = $1",
                              &param, 1, err)
               : 0;
    if (found <= 0)
        return found;
    if (row[0].type == RV_TEXT)
        snprintf(status, size, "%s", row[0].v.text);
    *failures = row[1].type == RV_INT ? row[1].v.i : 0;
    return 0;
}

int
rv_provider_report_check(struct rv_store *store, int64_t id, const char *status,
                         const char *details, const struct rv_auth_policy *policy, rv_err *err)
{
    char before[32];
    int64_t failures = 0;
    struct rv_provider *provider = NULL;
    struct auth_report report = { .provider_id = id, .status = status, .details = details };
    if (rv_provider_load(&provider, store, id, err) < 0)
        return err->code;
    rv_provider_free(provider);
    if (rv_provider_row_of(store, "authentications", "authtype", "default", id, &report.row_id,
                           err) < 0 ||
        read_before(store, report.row_id, before, sizeof(before), &failures, err) < 0 ||
        (report.row_id == 0 && rv_store_new_id(store, &report.new_id, err) < 0))
        return rv_wrap(err, "report on the credentials of provider %lld", (long long)id);
    if (status == NULL)
        report.status = status = before[0] ? before : "Error";
    report.failures = is_failure(status) && is_failure(before) ? failures + 1 : 0;
    report.next_ms = next_check(policy, status, report.failures);
    if (rv_record_transaction(store, write_status, &report, err) < 0)
        return rv_wrap(err, "report on the credentials of provider %lld", (long long)id);
    if (strcmp(before, status) != 0)
        raise_event(store, &report);
    return 0;
}
