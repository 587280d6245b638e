/* SPDX-License-Identifier: Apache-2.0
 *
 * Actions of runs of automate: a path is run for a person, a run is stopped. The work is an
 * automate worker's.
 */
#include "api/automate_runs.h"

#include <inttypes.h>
#include <string.h>
#include "api/api_internal.h"
#include "api/document.h"
#include "api/identify.h"
#include "api/works.h"
#include "automate/runs.h"
#include "base/mem.h"
#include "queue/task.h"

struct running {
    struct rv_run_request request;
    const char *task_name, *userid;
    int64_t run_id;
};

static int
put_in(void *arg, struct rv_store *store, struct rv_feed *feed, rv_err *err)
{
    struct running *running = arg;
    if (rv_task_create(store, running->task_name, running->userid, &running->request.task_id, err))
        return err->code;
    return rv_run_put(store, feed, &running->request, &running->run_id, err);
}

int
rv_automate_target(const char **kind, int64_t *id, const cJSON *target, rv_err *err)
{
    static const char *const keys[] = { "kind", "id", NULL };
    if (target == NULL || cJSON_IsNull(target))
        return 0;
    *kind = rv_json_string(target, "kind");
    if (!cJSON_IsObject(target) || *kind == NULL)
        return rv_fail(err, RV_E_INVALID, "target: {\"kind\": ..., \"id\": ...} is expected");
    if (rv_json_check_keys(target, keys, "target", err) ||
        rv_id_read(id, cJSON_GetObjectItemCaseSensitive(target, "id"), err))
        return rv_wrap(err, "target");
    return 0;
}

static int
read_request(struct rv_run_request *request, const cJSON *item, char **attrs, rv_err *err)
{
    static const char *const keys[] = { "action", "uri", "attributes", "target", "event", NULL };
    const cJSON *given = cJSON_GetObjectItemCaseSensitive(item, "attributes");
    const cJSON *event = cJSON_GetObjectItemCaseSensitive(item, "event");
    if (rv_json_check_keys(item, keys, "a run", err))
        return err->code;
    request->uri = rv_json_string(item, "uri");
    if (event && !cJSON_IsNull(event) && rv_id_read(&request->event_id, event, err))
        return rv_wrap(err, "event");
    if (request->uri == NULL && request->event_id == 0)
        return rv_fail(err, RV_E_INVALID,
                       "uri: a path such as /System/Process/Event is expected, or an event");
    if (given && !cJSON_IsNull(given) && !cJSON_IsObject(given))
        return rv_fail(err, RV_E_INVALID, "attributes: an object is expected");
    *attrs = cJSON_IsObject(given) ? cJSON_PrintUnformatted(given) : NULL;
    request->attrs = *attrs;
    return rv_automate_target(&request->target_kind, &request->target_id,
                              cJSON_GetObjectItemCaseSensitive(item, "target"), err);
}

static const char *
task_name(const struct rv_job *job, const struct rv_run_request *request)
{
    struct rv_arena *arena = job->req->arena;
    if (request->event_id == 0)
        return rv_arena_format(arena, "Run %s", request->uri);
    return rv_arena_format(arena, "Run event id:%" PRId64 "%s%s", request->event_id,
                           request->uri ? " by " : "", request->uri ? request->uri : "");
}

int
rv_automate_run_run(struct rv_job *job, const cJSON *item, int64_t id, rv_err *err)
{
    struct rv_api *api = job->req->api;
    RV_AUTO_FREE char *attrs = NULL;
    struct running running = { .userid = job->req->who.userid,
                               .request = { .user_id = job->req->who.user_id } };
    (void)id;
    if (read_request(&running.request, item, &attrs, err) < 0)
        return err->code;
    running.task_name = task_name(job, &running.request);
    if (rv_store_reserve_ids(api->config.store, RV_RUN_IDS + 2, err) < 0 ||
        rv_record_transaction(api->config.store, put_in, &running, err) < 0)
        return err->code;
    rv_job_audit(job, "automate_run", running.run_id, running.task_name);
    if (api->config.host.wake)
        api->config.host.wake(api->config.host.arg, RV_AUTOMATE_QUEUE);
    rv_job_result(job, running.run_id,
                  rv_arena_format(job->req->arena, "Run id:%" PRId64 " of %s", running.run_id,
                                  running.task_name + strlen("Run ")));
    rv_jw_name(rv_job_out(job), "id");
    rv_document_id(rv_job_out(job), running.run_id);
    rv_job_add_task(job, running.request.task_id);
    rv_jw_end_object(rv_job_out(job));
    return 0;
}

int
rv_automate_stop_run(struct rv_job *job, const cJSON *item, int64_t id, rv_err *err)
{
    (void)item;
    const char *who = job->req->who.userid;
    int over = rv_row_exists(job->req, job->kind, id, err);
    if (over == 0)
        over = rv_run_stop(job->req->api->config.store, id, who, err);
    if (over < 0)
        return over;
    const char *text = rv_arena_format(job->req->arena, "Run id:%" PRId64 " %s", id,
                                       over ? "is stopped" : "is asked to end");
    rv_job_audit(job, "automate_run_stop", id, text);
    rv_job_result(job, id, text);
    rv_jw_end_object(rv_job_out(job));
    return 0;
}
