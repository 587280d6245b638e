/* SPDX-License-Identifier: Apache-2.0
 *
 * Actions of event receivers. A secret is shown in the answer that made it, and never again.
 */
#include "api/receivers.h"

#include <inttypes.h>
#include "api/answer.h"
#include "api/api_internal.h"
#include "api/document.h"
#include "api/identify.h"
#include "api/works.h"
#include "base/secret.h"
#include "base/text.h"
#include "hook/receiver.h"

static int
read_number(const cJSON *value, int64_t *out, rv_err *err)
{
    if (cJSON_IsNull(value)) {
        *out = 0;
        return 0;
    }
    if (!cJSON_IsNumber(value) || value->valuedouble < 0 || value->valuedouble > INT32_MAX ||
        value->valuedouble != (double)(int64_t)value->valuedouble)
        return rv_fail(err, RV_E_INVALID, "%s: a whole number from 0 is expected", value->string);
    *out = (int64_t)value->valuedouble;
    return 0;
}

static int
read_provider(const cJSON *value, int64_t *out, rv_err *err)
{
    if (cJSON_IsNull(value)) {
        *out = 0;
        return 0;
    }
    if (rv_id_read(out, value, err) == 0)
        return 0;
    rv_err_clear(err);
    return rv_fail(err, RV_E_INVALID, "ems_id: an id is expected, as a string");
}

static int
read_text(const cJSON *value, const char **out, rv_err *err)
{
    if (!cJSON_IsString(value))
        return rv_fail(err, RV_E_INVALID, "%s: a text is expected", value->string);
    *out = value->valuestring;
    return 0;
}

static int
read_member(struct rv_receiver_spec *out, const cJSON *value, rv_err *err)
{
    if (rv_streq(value->string, "name"))
        return read_text(value, &out->name, err);
    if (rv_streq(value->string, "description"))
        return read_text(value, &out->description, err);
    if (rv_streq(value->string, "format"))
        return read_text(value, &out->format, err);
    if (rv_streq(value->string, "rate"))
        return read_number(value, &out->rate, err);
    if (rv_streq(value->string, "ems_id"))
        return read_provider(value, &out->ems_id, err);
    if (rv_streq(value->string, "enabled")) {
        if (!cJSON_IsBool(value))
            return rv_fail(err, RV_E_INVALID, "enabled: true or false is expected");
        out->enabled = cJSON_IsTrue(value);
        return 0;
    }
    if (rv_streq(value->string, "action") || rv_streq(value->string, "id") ||
        rv_streq(value->string, "href"))
        return 0;
    return rv_fail(err, RV_E_INVALID,
                   "unknown attribute '%.80s'; there are name, description, format, ems_id, rate "
                   "and enabled",
                   value->string);
}

static int
read_spec(struct rv_receiver_spec *out, const cJSON *item, rv_err *err)
{
    const cJSON *value;

    cJSON_ArrayForEach(value, item)
    {
        if (read_member(out, value, err) < 0)
            return err->code;
    }
    return 0;
}

/* secret NULL: none to show. It is wiped. */
static void
finish(struct rv_job *job, int64_t id, const char *event, const char *what, char *secret)
{
    const char *text =
        rv_arena_format(job->req->arena, "Event receiver id:%" PRId64 " %s", id, what);

    rv_job_audit(job, event, id, text);
    if (!job->empty) {
        rv_job_result(job, id, text);
        if (secret) {
            rv_jw_name(rv_job_out(job), "secret");
            rv_jw_string(rv_job_out(job), secret);
        }
        rv_jw_end_object(rv_job_out(job));
    }
    if (secret)
        rv_wipe(secret, 2 * RV_RECEIVER_SECRET_BYTES);
}

int
rv_receiver_create_run(struct rv_job *job, const cJSON *item, int64_t id, rv_err *err)
{
    struct rv_receiver_spec spec = { .rate = -1, .enabled = -1 };
    char secret[2 * RV_RECEIVER_SECRET_BYTES + 1];

    if (read_spec(&spec, item, err) < 0 ||
        rv_receiver_create(job->req->api->config.store, &spec, secret, &id, err) < 0)
        return err->code;
    finish(job, id, "event_receiver_record_add", "created", secret);
    return 0;
}

int
rv_receiver_edit_run(struct rv_job *job, const cJSON *item, int64_t id, rv_err *err)
{
    struct rv_receiver_spec spec = { .ems_id = -1, .rate = -1, .enabled = -1 };

    if (rv_row_exists(job->req, job->kind, id, err) < 0 || read_spec(&spec, item, err) < 0)
        return err->code;
    if (spec.name)
        return rv_fail(err, RV_E_INVALID, "the name of a receiver stays: it is its address");
    if (rv_receiver_edit(job->req->api->config.store, id, &spec, err) < 0)
        return err->code;
    finish(job, id, "event_receiver_record_update", "changed", NULL);
    return 0;
}

int
rv_receiver_secret_run(struct rv_job *job, const cJSON *item, int64_t id, rv_err *err)
{
    char secret[2 * RV_RECEIVER_SECRET_BYTES + 1];

    (void)item;
    if (rv_row_exists(job->req, job->kind, id, err) < 0 ||
        rv_receiver_new_secret(job->req->api->config.store, id, secret, err) < 0)
        return err->code;
    finish(job, id, "event_receiver_record_update", "has a new secret", secret);
    return 0;
}

int
rv_receiver_delete_run(struct rv_job *job, const cJSON *item, int64_t id, rv_err *err)
{
    (void)item;
    if (rv_row_exists(job->req, job->kind, id, err) < 0 ||
        rv_receiver_delete(job->req->api->config.store, id, err) < 0)
        return err->code;
    finish(job, id, "event_receiver_record_delete", "deleted", NULL);
    return 0;
}
