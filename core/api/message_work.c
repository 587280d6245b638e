/* SPDX-License-Identifier: Apache-2.0
 *
 * Actions on messages: dead ones deleted, all counted.
 */
#include "api/works.h"

#include <inttypes.h>
#include "api/api_internal.h"

int
rv_message_delete_run(struct rv_job *job, const cJSON *item, int64_t id, rv_err *err)
{
    (void)item;
    int rc = rv_queue_delete_dead(job->req->api->config.store, id, err);

    if (rc < 0 || job->empty)
        return rc;
    rv_job_result(job, id,
                  rv_arena_format(job->req->arena, "Message id: %" PRId64 " is deleted", id));
    rv_jw_end_object(rv_job_out(job));
    return 0;
}

static void
write_count(void *arg, const struct rv_queue_count *count)
{
    rv_json_writer *w = arg;

    rv_jw_object(w);
    rv_jw_name(w, "state");
    rv_jw_string(w, count->state);
    rv_jw_name(w, "queue_name");
    rv_jw_string(w, count->queue_name);
    rv_jw_name(w, "zone");
    rv_jw_string(w, count->zone);
    rv_jw_name(w, "role");
    rv_jw_string(w, count->role);
    rv_jw_name(w, "count");
    rv_jw_int(w, count->count);
    rv_jw_name(w, "oldest_on");
    if (count->oldest_on)
        rv_jw_time(w, count->oldest_on);
    else
        rv_jw_null(w);
    rv_jw_end_object(w);
}

int
rv_message_counts_run(struct rv_job *job, const cJSON *item, int64_t id, rv_err *err)
{
    rv_json_writer *w = rv_job_out(job);
    (void)item;
    (void)id;

    rv_jw_object(w);
    rv_jw_name(w, "success");
    rv_jw_flag(w, 1);
    rv_jw_name(w, "message");
    rv_jw_string(w, "Messages are counted");
    rv_jw_name(w, "counts");
    rv_jw_array(w);
    int rc = rv_queue_counts(job->req->api->config.store, write_count, w, err);
    rv_jw_end_array(w);
    rv_jw_end_object(w);
    return rc;
}
