/* SPDX-License-Identifier: Apache-2.0
 *
 * Small changes of a provider's record: whether it is enabled, how its last refresh
 * and its credentials fared, what the other side said of itself.
 */
#include "inventory/provider_internal.h"

#include <string.h>
#include "base/clock.h"
#include "base/mem.h"
#include "model/model.h"

enum { TEXT_BYTES = 4 << 20 };

static int
update_record(struct rv_store *store, int64_t id, const struct rv_field *fields, int count,
              rv_err *err)
{
    return rv_record_update_alone(store, rv_model_kind("provider"), id, fields, count, err);
}

int
rv_provider_set_enabled(struct rv_store *store, int64_t id, int enabled, rv_err *err)
{
    struct rv_field field = { "enabled", rv_vint(enabled != 0) };
    return update_record(store, id, &field, 1, err);
}

/* Canonical text of an object; NULL for none and for an empty one. */
static char *
object_text(const cJSON *object)
{
    if (object == NULL || cJSON_GetArraySize(object) == 0)
        return NULL;
    rv_buf text = rv_buf_limited(TEXT_BYTES);
    rv_json_canonical(&text, object);
    return rv_buf_take_string(&text);
}

int
rv_provider_report(struct rv_store *store, int64_t id, const char *error, const char *hint,
                   const cJSON *warnings, const cJSON *stats, int full_refresh, rv_err *err)
{
    struct rv_field fields[10];
    int count = 0;
    int64_t now = rv_now_ms();
    const char *advice = error && hint && hint[0] ? hint : NULL;
    RV_AUTO_FREE char *warning_text = object_text(warnings);
    RV_AUTO_FREE char *stats_text = object_text(stats);
    fields[count++] = (struct rv_field){ "last_refresh_error", rv_vtext(error) };
    fields[count++] = (struct rv_field){ "last_refresh_hint", rv_vtext(advice) };
    fields[count++] = (struct rv_field){ "last_refresh_error_on", error ? rv_vint(now) : RV_VNULL };
    if (full_refresh)
        fields[count++] = (struct rv_field){ "last_refresh_date", rv_vint(now) };
    if (full_refresh && error == NULL)
        fields[count++] = (struct rv_field){ "last_refresh_success_date", rv_vint(now) };
    if (warnings) {
        fields[count++] = (struct rv_field){ "warnings", rv_vtext(warning_text) };
        fields[count++] =
            (struct rv_field){ "warnings_count", rv_vint(cJSON_GetArraySize(warnings)) };
    }
    if (stats)
        fields[count++] = (struct rv_field){ "refresh_stats", rv_vtext(stats_text) };
    return update_record(store, id, fields, count, err) < 0
               ? rv_wrap(err, "report on provider %lld", (long long)id)
               : 0;
}

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

int
rv_provider_refused(struct rv_store *store, int64_t id, rv_err *err)
{
    rv_value param = rv_vint(id), out;
    return rv_store_one(store, &out, 1,
                        "SELECT 1 FROM authentications WHERE resource_type = 'provider'"
                        " AND resource_id = $1 AND status = 'Invalid'",
                        &param, 1, err);
}

struct auth_report {
    int64_t provider_id;
    int64_t row_id, new_id; /* one of them is 0 */
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
        { "id", rv_vint(report->new_id) },
        { "resource_type", rv_vtext("provider") },
        { "resource_id", rv_vint(report->provider_id) },
        { "authtype", rv_vtext("default") },
    };
    if (report->row_id)
        return rv_record_update(store, feed, kind, report->row_id, fields, 3, err);
    return rv_record_insert(store, feed, kind, fields, (int)RV_COUNT(fields), NULL, err);
}

int
rv_provider_report_auth(struct rv_store *store, int64_t id, const char *status, const char *details,
                        rv_err *err)
{
    struct rv_provider *provider = NULL;
    struct auth_report report = { .provider_id = id, .status = status, .details = details };
    if (rv_provider_load(&provider, store, id, err) < 0)
        return err->code;
    rv_provider_free(provider);
    if (rv_provider_row_of(store, "authentications", "authtype", "default", id, &report.row_id,
                           err) < 0 ||
        (report.row_id == 0 && rv_store_new_id(store, &report.new_id, err) < 0) ||
        rv_record_transaction(store, write_status, &report, err) < 0)
        return rv_wrap(err, "report on the credentials of provider %lld", (long long)id);
    return 0;
}

int
rv_provider_identify(struct rv_store *store, int64_t id, const char *uid, const char *api_version,
                     rv_err *err)
{
    struct rv_field fields[2];
    int count = 0;
    if (uid && uid[0])
        fields[count++] = (struct rv_field){ "uid_ems", rv_vtext(uid) };
    if (api_version && api_version[0])
        fields[count++] = (struct rv_field){ "api_version", rv_vtext(api_version) };
    return count ? update_record(store, id, fields, count, err) : 0;
}
