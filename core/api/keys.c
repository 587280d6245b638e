/* SPDX-License-Identifier: Apache-2.0
 *
 * The server's action rotate_key: a message for one of its own workers, and a task to follow it.
 */
#include "api/keys.h"

#include <inttypes.h>
#include "api/api_internal.h"
#include "api/works.h"

/* How long sealing anew may take; the wait of key.grace comes on top. */
enum { SEALING_MS = 3600 * 1000, ATTEMPTS_MOST = 100 };

int
rv_key_rotate_run(struct rv_job *job, const cJSON *item, int64_t id, rv_err *err)
{
    const struct rv_api_config *config = &job->req->api->config;
    int64_t grace_ms = rv_settings_int(config->settings, "key.grace");
    struct rv_queued queued = { .message = { .queue_name = "generic",
                                             .class_name = "Server",
                                             .method_name = "rotate_key",
                                             .target_id = id,
                                             .server_guid = config->server_guid,
                                             .timeout_ms = SEALING_MS + grace_ms,
                                             .max_attempts = ATTEMPTS_MOST,
                                             .flags = RV_MESSAGE_AGAIN | RV_MESSAGE_ONCE },
                                .task_name = "Rotate the key",
                                .userid = job->req->who.userid };
    int64_t task_id = 0;
    (void)item;

    if (id != config->server_id) {
        rv_fail(err, RV_E_INVALID, "server %" PRId64 " has a key file of its own", id);
        return rv_hint(err, "ask that server's API");
    }
    if (rv_put_with_task(config->store, &queued, &task_id, err) < 0)
        return err->code;
    config->host.wake(config->host.arg, "generic");
    rv_job_audit(job, "key_rotate_initiated", id, "A new key is to seal all secrets");
    rv_job_result(job, id, "The key is being rotated");
    rv_job_add_task(job, task_id);
    rv_jw_end_object(rv_job_out(job));
    return 0;
}
