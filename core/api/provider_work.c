/* SPDX-License-Identifier: Apache-2.0
 *
 * What is asked of a provider's workers: pausing, deleting. The work itself is a
 * message.
 */
#include "api/provider_work.h"

#include <inttypes.h>
#include "api/document.h"
#include "api/providers.h"
#include "api/works.h"
#include "queue/queue.h"

/* Work on a provider may be begun again whenever its worker was ended from outside; a module that
 * crashes by itself is put in quarantine long before this number is reached. */
enum { ATTEMPTS_MOST = 100, LONGEST_WORK_MS = 2 * 3600 * 1000 };

struct rv_api *
rv_job_api(const struct rv_job *job)
{
    return job->req->api;
}

void
rv_provider_wake(const struct rv_api *api, const char *word)
{
    api->config.host.wake(api->config.host.arg, word);
}

/* "Provider id:1 name:'x' refreshing" */
const char *
rv_provider_say(struct rv_job *job, int64_t id, const char *what)
{
    rv_err ignored = RV_ERR_INIT;
    struct rv_provider *provider = NULL;
    const char *text;

    rv_provider_load(&provider, rv_job_api(job)->config.store, id, &ignored);
    text = rv_arena_format(job->req->arena, "Provider id:%" PRId64 " name:'%s' %s", id,
                           provider ? provider->name : "", what);
    rv_provider_free(provider);
    return text;
}

void
rv_provider_refuse(struct rv_job *job, int64_t id, const char *message, const char *hint)
{
    rv_json_writer *w = rv_job_out(job);

    rv_jw_object(w);
    rv_jw_name(w, "success");
    rv_jw_flag(w, 0);
    rv_jw_name(w, "message");
    rv_jw_string(w, message);
    if (hint && *hint) {
        rv_jw_name(w, "hint");
        rv_jw_string(w, hint);
    }
    rv_jw_name(w, "href");
    rv_jw_string(w, rv_document_href(job->req, job->kind, id));
    rv_jw_end_object(w);
}

static struct rv_message_spec
provider_message(const char *queue, const char *method, int64_t id)
{
    return (struct rv_message_spec){ .queue_name = queue,
                                     .class_name = "Provider",
                                     .method_name = method,
                                     .target_id = id,
                                     .timeout_ms = LONGEST_WORK_MS,
                                     .max_attempts = ATTEMPTS_MOST,
                                     .flags = RV_MESSAGE_AGAIN };
}

void
rv_provider_write_task(struct rv_job *job, int64_t id, const char *message, int64_t task_id)
{
    rv_json_writer *w = rv_job_out(job);

    rv_job_result(job, id, message);
    rv_job_add_task(job, task_id);
    rv_jw_end_object(w);
}

static int
set_enabled(struct rv_job *job, int64_t id, int enabled, const char *what, rv_err *err)
{
    struct rv_api *api = rv_job_api(job);
    int rc = rv_row_exists(job->req, job->kind, id, err);

    if (rc == 0)
        rc = rv_provider_set_enabled(api->config.store, id, enabled, err);
    if (rc < 0)
        return rc;
    rv_provider_wake(api, "workers");
    rv_job_audit(job, enabled ? "provider_record_resume" : "provider_record_pause", id,
                 rv_provider_say(job, id, what));
    rv_job_result(job, id, rv_provider_say(job, id, what));
    rv_jw_end_object(rv_job_out(job));
    return 0;
}

int
rv_provider_pause_run(struct rv_job *job, const cJSON *item, int64_t id, rv_err *err)
{
    (void)item;
    return set_enabled(job, id, 0, "paused", err);
}

int
rv_provider_resume_run(struct rv_job *job, const cJSON *item, int64_t id, rv_err *err)
{
    (void)item;
    return set_enabled(job, id, 1, "resumed", err);
}

int
rv_provider_delete_run(struct rv_job *job, const cJSON *item, int64_t id, rv_err *err)
{
    struct rv_api *api = rv_job_api(job);
    struct rv_queued queued = { .message = provider_message("generic", "destroy", id),
                                .userid = job->req->who.userid };
    struct rv_provider *provider = NULL;
    int64_t task_id;
    (void)item;
    int rc = rv_provider_load(&provider, api->config.store, id, err);

    if (rc < 0)
        return rc;
    queued.task_name = rv_arena_format(job->req->arena, "Delete provider '%s'", provider->name);
    queued.message.flags |= RV_MESSAGE_ONCE;
    queued.message.user_id = job->req->who.user_id;
    rv_provider_free(provider);
    rc = rv_put_with_task(api->config.store, &queued, &task_id, err);
    if (rc < 0)
        return rc;
    rv_provider_wake(api, "generic");
    rv_job_audit(job, "provider_record_delete_initiated", id,
                 rv_provider_say(job, id, "is to be deleted"));
    if (!job->empty)
        rv_provider_write_task(job, id, rv_provider_say(job, id, "deleting"), task_id);
    return 0;
}
