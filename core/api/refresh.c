/* SPDX-License-Identifier: Apache-2.0
 *
 * Asking for refreshes: of a provider, or of single rows of its inventory. What is asked while a
 * refresh waits joins it, and gets its task.
 */
#include "api/provider_work.h"

#include <inttypes.h>
#include "api/document.h"
#include "api/providers.h"
#include "inventory/targets.h"
#include "queue/queue.h"

static int
most_targets(const struct rv_api *api)
{
    return (int)rv_settings_int(api->config.settings, "refresh.full_threshold");
}

static void
wake(const struct rv_api *api, int64_t provider_id)
{
    char queue[40];

    rv_queue_of_provider(queue, provider_id);
    rv_provider_wake(api, queue);
}

/* Its worker goes on with the options that it has until it is told. */
int
rv_provider_refresh_soon(struct rv_api *api, int64_t id, rv_err *err)
{
    const struct rv_refresh_request request = { .provider_id = id, .most = most_targets(api) };
    int rc = rv_refresh_request(api->config.store, &request, NULL, err);

    if (rc < 0)
        return rc;
    wake(api, id);
    return 0;
}

/* What of the provider is asked for; ask NULL: everything. */
static int
refresh(struct rv_job *job, const struct rv_provider *provider, const struct rv_ask *ask,
        const char *task_name, int64_t *task_id, rv_err *err)
{
    struct rv_api *api = rv_job_api(job);
    const struct rv_refresh_request request = { .provider_id = provider->id,
                                                .asks = ask,
                                                .count = ask ? 1 : 0,
                                                .most = most_targets(api),
                                                .task_name = task_name,
                                                .userid = job->req->who.userid,
                                                .user_id = job->req->who.user_id };
    int rc = rv_refresh_request(api->config.store, &request, task_id, err);

    if (rc < 0)
        return rc;
    wake(api, provider->id);
    return 0;
}

int
rv_provider_refresh_run(struct rv_job *job, const cJSON *item, int64_t id, rv_err *err)
{
    struct rv_provider *provider = NULL;
    int64_t task_id;
    (void)item;
    int rc = rv_provider_load(&provider, rv_job_api(job)->config.store, id, err);

    if (rc < 0)
        return rc;
    if (provider->enabled)
        rc = refresh(job, provider, NULL,
                     rv_arena_format(job->req->arena, "Refresh provider '%s'", provider->name),
                     &task_id, err);
    else
        rv_provider_refuse(job, id, rv_provider_say(job, id, "is paused"), "resume it first");
    if (rc == 0 && provider->enabled)
        rv_provider_write_task(job, id, rv_provider_say(job, id, "refreshing"), task_id);
    rv_provider_free(provider);
    return rc;
}

/* NOT_FOUND for a row that is not there; 0 in *out for one that no provider keeps. */
static int
provider_of(struct rv_job *job, int64_t id, int64_t *out, rv_err *err)
{
    RV_AUTO_FREE char *sql =
        rv_format("SELECT \"ems_id\" FROM \"%s\" WHERE \"id\" = $1", job->kind->table);
    rv_value param = rv_vint(id), row = RV_VNULL;
    int rc = rv_row_exists(job->req, job->kind, id, err);

    if (rc == 0)
        rc = rv_store_one(rv_job_api(job)->config.store, &row, 1, sql, &param, 1, err);
    *out = row.type == RV_INT ? row.v.i : 0;
    return rc < 0 ? rc : 0;
}

int
rv_inventory_refresh_run(struct rv_job *job, const cJSON *item, int64_t id, rv_err *err)
{
    const char *what =
        rv_arena_format(job->req->arena, "%s id:%" PRId64, job->kind->def->title, id);
    const struct rv_ask ask = { .kind = job->kind, .id = id };
    struct rv_provider *provider = NULL;
    int64_t provider_id, task_id;
    (void)item;
    int rc = provider_of(job, id, &provider_id, err);

    if (rc < 0)
        return rc;
    if (provider_id == 0) {
        rv_provider_refuse(job, id, rv_arena_format(job->req->arena, "%s has no provider", what),
                           NULL);
        return 0;
    }
    rc = rv_provider_load(&provider, rv_job_api(job)->config.store, provider_id, err);
    if (rc < 0)
        return rc;
    if (provider->enabled)
        rc = refresh(job, provider, &ask, rv_arena_format(job->req->arena, "Refresh %s", what),
                     &task_id, err);
    else
        rv_provider_refuse(job, id,
                           rv_arena_format(job->req->arena, "%s: its provider '%s' is paused", what,
                                           provider->name),
                           "resume the provider first");
    if (rc == 0 && provider->enabled)
        rv_provider_write_task(job, id, rv_arena_format(job->req->arena, "%s refreshing", what),
                               task_id);
    rv_provider_free(provider);
    return rc;
}
