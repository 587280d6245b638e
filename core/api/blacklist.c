/* SPDX-License-Identifier: Apache-2.0
 *
 * Actions of blacklisted events. Each change is in the audit trail: what is not kept cannot be
 * looked for later.
 */
#include "api/blacklist.h"

#include <inttypes.h>
#include <string.h>
#include "api/answer.h"
#include "api/api_internal.h"
#include "api/document.h"
#include "api/identify.h"
#include "api/works.h"
#include "base/text.h"
#include "event/blacklist.h"
#include "model/provider_types.h"

enum { MODEL_MAX = 250 };

static int
read_enabled(int *out, const cJSON *value, rv_err *err)
{
    if (!cJSON_IsBool(value))
        return rv_fail(err, RV_E_INVALID, "enabled: true or false is expected");
    *out = cJSON_IsTrue(value);
    return 0;
}

static int
read_name(const char **out, const cJSON *value, rv_err *err)
{
    if (!cJSON_IsString(value))
        return rv_fail(err, RV_E_INVALID, "%s: a text is expected", value->string);
    *out = value->valuestring;
    return 0;
}

static int
read_provider(int64_t *out, const cJSON *value, rv_err *err)
{
    if (rv_id_read(out, value, err) == 0)
        return 0;
    rv_err_clear(err);
    return rv_fail(err, RV_E_INVALID, "ems_id: an id is expected, as a string");
}

static int
read_member(struct rv_blacklist_rule *rule, const cJSON *value, rv_err *err)
{
    if (rv_streq(value->string, "enabled"))
        return read_enabled(&rule->enabled, value, err);
    if (rv_streq(value->string, "event_name"))
        return read_name(&rule->event_name, value, err);
    if (rv_streq(value->string, "provider_model") && !cJSON_IsNull(value))
        return read_name(&rule->provider_model, value, err);
    if (rv_streq(value->string, "ems_id") && !cJSON_IsNull(value))
        return read_provider(&rule->ems_id, value, err);
    return 0;
}

/* The provider must be there; a class of ManageIQ becomes our type. */
static int
check_rule(struct rv_job *job, struct rv_blacklist_rule *rule, rv_err *err)
{
    if (rule->event_name == NULL)
        return rv_fail(err, RV_E_INVALID, "an event_name is needed");
    if (rule->provider_model) {
        size_t len = strlen(rule->provider_model);
        if (len == 0 || len > MODEL_MAX)
            return rv_fail(err, RV_E_INVALID,
                           "provider_model: the name of a type of provider, or its class");
        const char *type = rv_provider_type_of(rule->provider_model);
        rule->provider_model = type ? type : rule->provider_model;
    }
    return rule->ems_id ? rv_row_exists(job->req, rv_model_kind("provider"), rule->ems_id, err) : 0;
}

static void
finish(struct rv_job *job, int64_t id, const char *event, const char *what)
{
    const char *text =
        rv_arena_format(job->req->arena, "Blacklisted event id:%" PRId64 " %s", id, what);
    rv_job_audit(job, event, id, text);
    if (job->empty)
        return;
    rv_job_result(job, id, text);
    rv_jw_end_object(rv_job_out(job));
}

int
rv_blacklist_create_run(struct rv_job *job, const cJSON *item, int64_t id, rv_err *err)
{
    static const char *const keys[] = { "action", "event_name", "provider_model",
                                        "ems_id", "enabled",    NULL };
    struct rv_blacklist_rule rule = { .enabled = 1 };
    const cJSON *value;
    if (rv_json_check_keys(item, keys, "a blacklisted event", err) < 0)
        return err->code;
    cJSON_ArrayForEach(value, item)
    {
        if (read_member(&rule, value, err) < 0)
            return err->code;
    }
    if (check_rule(job, &rule, err) < 0 ||
        rv_blacklist_add(job->req->api->config.store, &rule, &id, err) < 0)
        return err->code;
    finish(job, id, "blacklisted_event_record_add",
           rv_arena_format(job->req->arena, "name:'%s' created", rule.event_name));
    return 0;
}

int
rv_blacklist_edit_run(struct rv_job *job, const cJSON *item, int64_t id, rv_err *err)
{
    static const char *const keys[] = { "action", "id", "href", "enabled", NULL };
    const cJSON *value = cJSON_GetObjectItemCaseSensitive(item, "enabled");
    int enabled = 0;
    if (rv_row_exists(job->req, job->kind, id, err) < 0 ||
        rv_json_check_keys(item, keys, "a blacklisted event that is there", err) < 0)
        return err->code;
    if (value == NULL)
        return rv_fail(err, RV_E_INVALID, "enabled is what can be changed; it is missing");
    if (read_enabled(&enabled, value, err) < 0 ||
        rv_blacklist_enable(job->req->api->config.store, id, enabled, err) < 0)
        return err->code;
    finish(job, id, "blacklisted_event_record_update", enabled ? "enabled" : "disabled");
    return 0;
}

int
rv_blacklist_delete_run(struct rv_job *job, const cJSON *item, int64_t id, rv_err *err)
{
    (void)item;
    if (rv_row_exists(job->req, job->kind, id, err) < 0 ||
        rv_blacklist_remove(job->req->api->config.store, id, err) < 0)
        return err->code;
    finish(job, id, "blacklisted_event_record_delete", "deleted");
    return 0;
}
