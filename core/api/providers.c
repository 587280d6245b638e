/* SPDX-License-Identifier: Apache-2.0
 *
 * Creating, editing and proving providers. What needs the other side is asked of the host and
 * finished later; nothing is stored before it has worked.
 */
#include "api/providers.h"

#include <inttypes.h>
#include <string.h>
#include "api/document.h"
#include "api/provider_form.h"
#include "api/provider_work.h"
#include "api/types.h"
#include "api/works.h"
#include "base/log.h"
#include "base/text.h"
#include "store/record.h"

/* What a waiting entry must remember. */
struct pending {
    struct rv_job *job;
    struct rv_provider_form form;
    const char *type; /* plugin's name */
    cJSON *patched;   /* what a PATCH list stands for */
    int stored_ones;  /* verify: what is stored was proved, nothing else */
};

static void
free_pending(void *state)
{
    struct pending *pending = state;

    rv_provider_form_free(&pending->form);
    rv_wipe_json(pending->patched);
    free(pending);
}

static struct pending *
new_pending(struct rv_job *job)
{
    struct pending *pending = rv_alloc(sizeof(*pending));

    pending->job = job;
    job->state = pending;
    job->free_state = free_pending;
    return pending;
}

/* Whatever class a proof failed with: the request is what was wrong. */
static int
refused(const struct rv_err *result, rv_err *err)
{
    *err = *result;
    if (err->code != RV_E_INTERNAL)
        err->code = RV_E_INVALID;
    return err->code;
}

static int
name_taken(struct rv_store *store, const char *name, int64_t but_id, rv_err *err)
{
    rv_value row[1];
    int rc = rv_store_one(store, row, 1,
                          "SELECT id FROM ext_management_systems WHERE name = $1 AND id <> $2",
                          (rv_value[]){ rv_vtext(name), rv_vint(but_id) }, 2, err);

    if (rc == 1)
        return rv_fail(err, RV_E_CONFLICT, "Name has already been taken: '%.200s'", name);
    return rc;
}

#define EXTRAS_MAX 12

struct extras {
    struct rv_field fields[EXTRAS_MAX];
    int count;
};

/* One value a column: the later one. */
static void
add_extra(struct extras *extras, const char *name, const cJSON *value)
{
    int at = 0;

    while (at < extras->count && !rv_streq(extras->fields[at].column, name))
        at++;
    if (at == EXTRAS_MAX || rv_kind_column(rv_model_kind("provider"), name) < 0)
        return;
    extras->fields[at] =
        (struct rv_field){ name, cJSON_IsString(value) ? rv_vtext(value->valuestring)
                                 : cJSON_IsBool(value) ? rv_vint(cJSON_IsTrue(value))
                                                       : RV_VNULL };
    if (at == extras->count)
        extras->count++;
}

/* Columns of the record that are no options: what the other side said, and what the client did,
 * who knows better. */
static struct extras
extras_of(const struct rv_provider_form *form, const cJSON *identity)
{
    struct extras extras = { .count = 0 };
    const cJSON *item;

    if (rv_json_string(identity, "uid") && *rv_json_string(identity, "uid"))
        add_extra(&extras, "uid_ems", cJSON_GetObjectItemCaseSensitive(identity, "uid"));
    if (rv_json_string(identity, "api_version") && *rv_json_string(identity, "api_version"))
        add_extra(&extras, "api_version",
                  cJSON_GetObjectItemCaseSensitive(identity, "api_version"));
    cJSON_ArrayForEach(item, form->columns) add_extra(&extras, item->string, item);
    return extras;
}

static int
store_extras(struct rv_store *store, const struct extras *extras, int64_t id, rv_err *err)
{
    if (extras->count == 0)
        return 0;
    return rv_record_update_alone(store, rv_model_kind("provider"), id, extras->fields,
                                  extras->count, err);
}

static const cJSON *
part(const cJSON *prepared, const char *name)
{
    return cJSON_GetObjectItemCaseSensitive(prepared, name);
}

static int
report_credentials(struct rv_api *api, int64_t id, int code, const char *details, rv_err *err)
{
    const struct rv_auth_policy policy = rv_provider_auth_policy(api->config.settings);

    return rv_provider_report_check(api->config.store, id, rv_provider_auth_status(code), details,
                                    &policy, err);
}

static int
store_new(struct pending *pending, const cJSON *prepared, int64_t *id, rv_err *err)
{
    struct rv_api *api = rv_job_api(pending->job);
    const struct rv_provider_form *form = &pending->form;
    const struct extras extras = extras_of(form, part(prepared, "identity"));
    const struct rv_provider_new made = { .name = form->name,
                                          .type = pending->type,
                                          .zone_id =
                                              form->zone_id ? form->zone_id : api->config.zone_id,
                                          .plain = part(prepared, "plain"),
                                          .secrets = part(prepared, "secrets"),
                                          .fields = extras.fields,
                                          .field_count = extras.count };
    rv_err ignored = RV_ERR_INIT;
    int rc = rv_provider_create_with(api->config.store, &api->config.host.vault, &made, id, err);

    /* The first refresh says it again. */
    if (rc == 0 && report_credentials(api, *id, RV_OK, NULL, &ignored) < 0)
        rv_log_err(RV_WARNING, "a new provider's state was not stored", &ignored);
    return rc;
}

static void
created(void *arg, const rv_err *result, const cJSON *prepared)
{
    struct pending *pending = arg;
    struct rv_job *job = pending->job;
    rv_err err = RV_ERR_INIT;
    int64_t id;
    int rc = result->code < 0 ? refused(result, &err) : store_new(pending, prepared, &id, &err);

    if (rc == 0) {
        rv_provider_wake(rv_job_api(job), "workers");
        rv_job_audit(job, "provider_record_add", id, rv_provider_say(job, id, "was added"));
        rc = rv_document_one(job->req, rv_job_out(job), job->kind, id, &err);
    }
    rv_job_done(job, &err);
}

int
rv_provider_create_run(struct rv_job *job, const cJSON *item, int64_t id, rv_err *err)
{
    struct pending *pending = new_pending(job);
    struct rv_api *api = rv_job_api(job);
    (void)id;
    int rc = rv_provider_form_read(&pending->form, item, RV_FORM_CREATE, err);

    if (rc == 0)
        rc = rv_types_installed(api, pending->form.type, &pending->type, err);
    if (rc == 0)
        rc = rv_provider_form_zone(job->req, item, &pending->form.zone_id, err);
    if (rc == 0)
        rc = name_taken(api->config.store, pending->form.name, 0, err);
    if (rc < 0)
        return rc;
    /* The list of modules may be another one when the proof is there. */
    pending->type = rv_arena_strdup(job->req->arena, pending->type);
    if (!pending->form.given)
        pending->form.given = cJSON_CreateObject();
    rc = api->config.host.verify(api->config.host.arg, pending->type, pending->form.given, created,
                                 pending, err);
    return rc < 0 ? rc : 1;
}

/* Prove a provider's options with what was given laid over the stored ones. */
static int
verify_stored(struct pending *pending, int64_t id, rv_verify_done done, rv_err *err)
{
    const struct rv_api_host *host = &rv_job_api(pending->job)->config.host;

    return host->verify_stored(host->arg, id, pending->form.given, done, pending, err);
}

static int
store_edit(struct pending *pending, const cJSON *prepared, rv_err *err)
{
    struct rv_api *api = rv_job_api(pending->job);
    int64_t id = pending->job->item_id;
    const struct rv_provider_form *form = &pending->form;
    int rc = 0;

    if (form->name || form->zone_id || prepared)
        rc = rv_provider_edit(api->config.store, &api->config.host.vault, id, form->name,
                              form->zone_id, part(prepared, "plain"), part(prepared, "secrets"),
                              err);
    if (rc == 0 && prepared)
        rc = report_credentials(api, id, RV_OK, NULL, err);
    const struct extras extras = extras_of(form, part(prepared, "identity"));
    if (rc == 0)
        rc = store_extras(api->config.store, &extras, id, err);
    if (rc == 0 && prepared)
        rc = rv_provider_refresh_soon(api, id, err);
    if (rc == 0)
        rv_provider_wake(api, "workers");
    if (rc == 0)
        rv_job_audit(
            pending->job, "provider_record_update", id,
            rv_provider_say(pending->job, id,
                            prepared ? "was changed, with its connection" : "was changed"));
    return rc;
}

static void
edited(void *arg, const rv_err *result, const cJSON *prepared)
{
    struct pending *pending = arg;
    struct rv_job *job = pending->job;
    rv_err err = RV_ERR_INIT;
    int rc = result->code < 0 ? refused(result, &err) : store_edit(pending, prepared, &err);

    if (rc == 0)
        rc = rv_document_one(job->req, rv_job_out(job), job->kind, job->item_id, &err);
    rv_job_done(job, &err);
}

/* Reads the form of an edit or verify of the row; the type must stay. */
static int
read_change(struct pending *pending, const cJSON *item, int64_t id, int purpose, rv_err *err)
{
    struct rv_api *api = rv_job_api(pending->job);
    struct rv_provider *provider = NULL;
    int rc = 0;

    if (cJSON_IsArray(item)) {
        rc = rv_provider_form_patch(&pending->patched, item, err);
        item = pending->patched;
    }
    if (rc == 0)
        rc = rv_provider_form_read(&pending->form, item, purpose, err);
    if (rc == 0)
        rc = rv_provider_form_zone(pending->job->req, item, &pending->form.zone_id, err);
    if (rc == 0)
        rc = rv_provider_load(&provider, api->config.store, id, err);
    if (rc < 0)
        return rc;
    const char *type = pending->form.type ? rv_types_name(api, pending->form.type) : NULL;
    if (pending->form.type && !rv_streq(type, provider->type))
        rc = rv_fail(err, RV_E_INVALID, "the type of a provider cannot be changed");
    pending->type = rv_arena_strdup(pending->job->req->arena, provider->type);
    rv_provider_free(provider);
    return rc;
}

int
rv_provider_edit_run(struct rv_job *job, const cJSON *item, int64_t id, rv_err *err)
{
    struct pending *pending = new_pending(job);
    struct rv_api *api = rv_job_api(job);
    int rc = read_change(pending, item, id, RV_FORM_EDIT, err);

    /* In a list an entry's name says which row it is about. */
    if (rc == 0 && job->bulk && !cJSON_HasObjectItem(item, "id") &&
        !cJSON_HasObjectItem(item, "href"))
        pending->form.name = NULL;
    if (rc == 0 && pending->form.name)
        rc = name_taken(api->config.store, pending->form.name, id, err);
    if (rc < 0)
        return rc;
    if (pending->form.given) {
        rc = verify_stored(pending, id, edited, err);
        return rc < 0 ? rc : 1;
    }
    rc = store_edit(pending, NULL, err);
    return rc < 0 ? rc : rv_document_one(job->req, rv_job_out(job), job->kind, id, err);
}

static void
verified(void *arg, const rv_err *result, const cJSON *prepared)
{
    struct pending *pending = arg;
    struct rv_job *job = pending->job;
    rv_err err = RV_ERR_INIT;
    int rc = 0;

    (void)prepared;
    if (pending->stored_ones)
        rc = report_credentials(rv_job_api(job), job->item_id, result->code,
                                result->code < 0 ? result->text : NULL, &err);
    if (rc == 0 && result->code < 0) {
        rv_provider_refuse(job, job->item_id, result->text, result->hint);
    } else if (rc == 0) {
        rv_job_result(job, job->item_id,
                      rv_provider_say(job, job->item_id, "credentials are valid"));
        rv_jw_end_object(rv_job_out(job));
    }
    rv_job_done(job, &err);
}

int
rv_provider_verify_run(struct rv_job *job, const cJSON *item, int64_t id, rv_err *err)
{
    struct pending *pending = new_pending(job);
    int rc = read_change(pending, item, id, RV_FORM_VERIFY, err);

    if (rc < 0)
        return rc;
    pending->stored_ones = pending->form.given == NULL;
    rc = verify_stored(pending, id, verified, err);
    return rc < 0 ? rc : 1;
}
