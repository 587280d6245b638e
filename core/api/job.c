/* SPDX-License-Identifier: Apache-2.0
 *
 * The forms of writing requests, and the walk over their entries. One entry given alone fails the
 * request; of several, each has its own result.
 */
#include "api/job.h"

#include <string.h>
#include "api/action.h"
#include "api/answer.h"
#include "api/api_internal.h"
#include "api/document.h"
#include "api/feed.h"
#include "api/http.h"
#include "api/identify.h"
#include "base/clock.h"
#include "base/text.h"

rv_json_writer *
rv_job_out(struct rv_job *job)
{
    return &job->w;
}

void
rv_job_result(struct rv_job *job, int64_t id, const char *message)
{
    rv_jw_object(&job->w);
    rv_jw_name(&job->w, "success");
    rv_jw_flag(&job->w, 1);
    rv_jw_name(&job->w, "message");
    rv_jw_string(&job->w, message);
    rv_jw_name(&job->w, "href");
    rv_jw_string(&job->w, rv_document_href(job->req, job->kind, id));
}

static const cJSON *
member(const cJSON *object, const char *name)
{
    return cJSON_GetObjectItemCaseSensitive(object, name);
}

/* 0 done, 1 later, negative failed. */
static int
run_entry(struct rv_job *job, const cJSON *item, rv_err *err)
{
    job->item = item;
    job->item_id = job->id;
    if (job->bulk && rv_identifier_check_kind(job->kind, item, err) < 0)
        return err->code;
    if (!job->id && !(job->action->flags & RV_ACTION_NO_ROW)) {
        if (!cJSON_IsObject(item))
            return rv_fail(err, RV_E_INVALID, "%s needs a resource", job->action->name);
        struct rv_identifier identifier;
        int rc = rv_identifier_read(&identifier, job->kind, item, err);
        if (rc == 0)
            rc = rv_identifier_find(job->req->api->config.store, job->kind, &identifier, 1, err);
        job->item_id = identifier.id;
        if (rc < 0)
            return rc;
    }
    return job->action->run(job, item, job->item_id, err);
}

static void
write_failure(struct rv_job *job, const rv_err *err)
{
    rv_jw_object(&job->w);
    rv_jw_name(&job->w, "success");
    rv_jw_flag(&job->w, 0);
    rv_jw_name(&job->w, "message");
    rv_jw_string(&job->w, rv_status_of(err->code) == 500 ? "internal error" : err->text);
    if (*err->hint) {
        rv_jw_name(&job->w, "hint");
        rv_jw_string(&job->w, err->hint);
    }
    rv_jw_end_object(&job->w);
}

static void
free_state(struct rv_job *job)
{
    if (job->state && job->free_state)
        job->free_state(job->state);
    job->state = NULL;
}

static void
close_answer(struct rv_job *job)
{
    if (job->empty) {
        rv_answer_empty(job->req);
    } else if (!job->id) {
        rv_jw_end_array(&job->w);
        rv_jw_end_object(&job->w);
    }
}

/* All entries in one piece of work. */
static void
run_whole(struct rv_job *job)
{
    rv_err err = RV_ERR_INIT;

    if (job->action->run_all(job, job->next, &err) < 0)
        rv_answer_err(job->req, &err);
    else
        close_answer(job);
}

/* Go on with the entries; 1 when one waits, 0 when the answer is whole. */
static int
walk(struct rv_job *job)
{
    for (;;) {
        const cJSON *item = job->next;
        rv_err err = RV_ERR_INIT;
        if (job->finished)
            break;
        job->next = job->bulk && item ? item->next : NULL;
        job->finished = !job->next;
        int rc = run_entry(job, item, &err);
        if (rc == 1)
            return 1;
        if (rc < 0 && (!job->bulk || (job->action->flags & RV_ACTION_STRICT))) {
            rv_answer_err(job->req, &err);
            free_state(job);
            return 0;
        }
        if (rc < 0)
            write_failure(job, &err);
        free_state(job);
    }
    close_answer(job);
    return 0;
}

static void
park(struct rv_job *job)
{
    struct rv_api *api = job->req->api;

    job->req->parked = 1;
    job->next_parked = api->parked;
    api->parked = job;
}

static void
unpark(struct rv_job *job)
{
    struct rv_job **at = &job->req->api->parked;

    while (*at != job)
        at = &(*at)->next_parked;
    *at = job->next_parked;
}

void
rv_jobs_drop(struct rv_api *api)
{
    while (api->parked) {
        struct rv_job *job = api->parked;
        unpark(job);
        free_state(job);
        rv_request_free(job->req);
    }
}

void
rv_job_done(struct rv_job *job, const rv_err *result)
{
    struct rv_request *req = job->req;
    int waiting = 0;

    unpark(job);
    free_state(job);
    if (result->code < 0 && !job->bulk) {
        rv_answer_err(req, result);
    } else {
        if (result->code < 0)
            write_failure(job, result);
        waiting = walk(job);
    }
    if (waiting) {
        park(job);
        return;
    }
    rv_api_touched(req->api);
    rv_http_answer(req);
}

static const char *const envelope_keys[] = { "action", "resource", "resources", NULL };
static const char *const identifier_keys[] = { "action", "id",   "href",        "guid",
                                               "userid", "name", "description", NULL };

/* Actions that take nothing but the row's name are strict about what is beside it. Of several
 * entries, one with the href of another kind fails by itself, where one can. */
static int
check_entry(const struct rv_job *job, const cJSON *entry, rv_err *err)
{
    const cJSON *value;

    if (rv_streq(job->action->name, "create") && (member(entry, "id") || member(entry, "href")))
        return rv_fail(err, RV_E_INVALID,
                       "Resource id or href should not be specified for creating a new %s",
                       job->kind->api_name);
    int rc = rv_identifier_check(entry, err);

    if (rc == 0 && (!job->bulk || (job->action->flags & RV_ACTION_STRICT)))
        rc = rv_identifier_check_kind(job->kind, entry, err);
    if (rc < 0 || (job->action->body && !rv_streq(job->action->body, "Identifiers")))
        return rc;
    cJSON_ArrayForEach(value, entry)
    {
        if (cJSON_IsNull(value))
            return rv_fail(err, RV_E_INVALID, "'%s' must be a text", value->string);
    }
    return rv_json_check_keys(entry, identifier_keys, "the request body", err);
}

static int
read_items(struct rv_job *job, const cJSON *body, rv_err *err)
{
    const cJSON *resource = member(body, "resource"), *resources = member(body, "resources");
    const cJSON *item;
    int rc = resource || resources
                 ? rv_json_check_keys(body, envelope_keys, "the request body", err)
                 : 0;

    if (rc < 0)
        return rc;

    if (resource && resources)
        return rv_fail(err, RV_E_INVALID, "'resource' and 'resources' were both given");
    if (resource && !cJSON_IsObject(resource))
        return rv_fail(err, RV_E_INVALID, "'resource' must be an object");
    job->next = resource ? resource : body;
    if (!resources)
        return check_entry(job, job->next, err);
    if (job->id)
        return rv_fail(err, RV_E_INVALID, "'resources' belongs to a collection, not to one of it");
    if (!cJSON_IsArray(resources) || cJSON_GetArraySize(resources) == 0 ||
        cJSON_GetArraySize(resources) > RV_JOB_ITEMS_MAX)
        return rv_fail(err, RV_E_INVALID, "'resources' must be a list of 1 to %d entries",
                       RV_JOB_ITEMS_MAX);
    job->bulk = 1;
    cJSON_ArrayForEach(item, resources)
    {
        if (!cJSON_IsObject(item))
            return rv_fail(err, RV_E_INVALID, "every entry of 'resources' must be an object");
        rc = check_entry(job, item, err);
        if (rc < 0)
            return rc;
    }
    job->next = resources->child;
    return 0;
}

static int
fail_action(const struct rv_job *job, const char *name, int scope, rv_err *err)
{
    const char *names[32];
    const struct rv_action *action;
    int count = 0;

    for (int at = 0; count < 31 && (action = rv_action_next(job->kind, scope, &at)) != NULL;)
        names[count++] = action->name;
    names[count] = NULL;
    rv_fail(err, RV_E_INVALID, "Unsupported Action %.100s for the %s %s specified", name,
            job->kind->api_name, job->id ? "resource" : "collection");
    const char *nearest = rv_nearest(name, names);
    return nearest ? rv_hint(err, "did you mean '%s'?", nearest) : err->code;
}

/* The body must be of the form that the method asks for; picks the action. */
static int
read_form(struct rv_job *job, const cJSON *body, rv_err *err)
{
    int method = job->req->method, scope = job->id ? RV_ON_RESOURCE : RV_ON_COLLECTION;
    const cJSON *name = member(body, "action");

    if (method == RV_M_DELETE) {
        job->action = rv_action_find(job->kind, scope, method, NULL);
        job->empty = 1;
        return 0;
    }
    if (method == RV_M_PATCH && !cJSON_IsArray(body))
        return rv_fail(err, RV_E_INVALID, "PATCH takes a list of {action, path, value}");
    if (method != RV_M_PATCH && !cJSON_IsObject(body))
        return rv_fail(err, RV_E_INVALID, "the request body must be a JSON object");
    if (method != RV_M_POST) {
        job->action = rv_action_find(job->kind, scope, method, NULL);
        job->next = body;
        return 0;
    }
    if (name && !cJSON_IsString(name))
        return rv_fail(err, RV_E_INVALID, "'action' must be a string");
    if (!name && job->id)
        return rv_fail(err, RV_E_INVALID, "No action was specified");
    const char *wanted = name ? name->valuestring : "create";
    job->action = rv_action_find(job->kind, scope, method, wanted);
    if (!job->action)
        return fail_action(job, wanted, scope, err);
    return read_items(job, body, err);
}

static void
open_answer(struct rv_job *job)
{
    job->w = rv_answer_json(job->req, 200);
    if (job->id)
        return;
    rv_jw_object(&job->w);
    rv_jw_name(&job->w, "results");
    rv_jw_array(&job->w);
}

int
rv_job_start(struct rv_request *req, const struct rv_kind *kind, int64_t id, rv_err *err)
{
    struct rv_job *job = rv_arena_alloc(req->arena, sizeof(*job));
    const cJSON *body;

    *job = (struct rv_job){ .req = req, .kind = kind, .id = id, .began_ms = rv_monotonic_ms() };
    int rc = rv_request_check_params(req, err);
    if (rc == 0)
        rc = rv_request_json(req, &body, err);
    if (rc == 0)
        rc = read_form(job, body, err);
    if (rc == 0 && id)
        rc = rv_row_exists(req, kind, id, err);
    if (rc < 0)
        return rc;
    open_answer(job);
    if (job->action->run_all) {
        run_whole(job);
        return 0;
    }
    if (walk(job)) {
        park(job);
        return 0;
    }
    rv_api_touched(req->api);
    return 0;
}
