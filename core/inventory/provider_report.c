/* SPDX-License-Identifier: Apache-2.0
 *
 * Small changes of a provider's record: whether it is enabled, how its last refresh
 * fared, what the other side said of itself.
 */
#include "inventory/provider_internal.h"

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
    /* Who has it enabled wants it tried, whatever its worker did before. */
    const struct rv_field fields[] = { { "enabled", rv_vint(enabled != 0) },
                                       { "quarantine_reason", RV_VNULL },
                                       { "quarantined_on", RV_VNULL } };
    return update_record(store, id, fields, enabled ? RV_COUNT(fields) : 1, err);
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
