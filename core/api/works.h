/* SPDX-License-Identifier: Apache-2.0
 *
 * Actions of small kinds (queries, tasks, messages), and what actions share.
 */
#ifndef RV_API_WORKS_H
#define RV_API_WORKS_H

#include "api/job.h"
#include "queue/queue.h"

int rv_query_all(struct rv_job *job, const cJSON *first, rv_err *err);
int rv_task_cancel_run(struct rv_job *job, const cJSON *item, int64_t id, rv_err *err);
int rv_task_delete_run(struct rv_job *job, const cJSON *item, int64_t id, rv_err *err);
int rv_message_retry_run(struct rv_job *job, const cJSON *item, int64_t id, rv_err *err);
int rv_message_delete_run(struct rv_job *job, const cJSON *item, int64_t id, rv_err *err);
int rv_message_counts_run(struct rv_job *job, const cJSON *item, int64_t id, rv_err *err);

/* In the result that is open: task_id, task_href and tasks; nothing for 0. */
void rv_job_add_task(struct rv_job *job, int64_t task_id);
/* Into the audit trail: what the caller has done to a row (of the job's kind). */
void rv_job_audit(struct rv_job *job, const char *event, int64_t id, const char *what);

/* Put a message that a task follows. When the same one waits already, its task is the answer's:
 * *task_id either way. */
struct rv_queued {
    struct rv_message_spec message;
    const char *task_name, *userid;
};
int rv_put_with_task(struct rv_store *store, const struct rv_queued *queued, int64_t *task_id,
                     rv_err *err);

#endif
