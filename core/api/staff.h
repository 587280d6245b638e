/* SPDX-License-Identifier: Apache-2.0
 *
 * What is asked of a server's staff: its roles, and single workers.
 */
#ifndef RV_API_STAFF_H
#define RV_API_STAFF_H

#include "api/job.h"

int rv_worker_restart_run(struct rv_job *job, const cJSON *item, int64_t id, rv_err *err);
int rv_worker_kill_run(struct rv_job *job, const cJSON *item, int64_t id, rv_err *err);
/* item: {"role": name} */
int rv_server_add_role_run(struct rv_job *job, const cJSON *item, int64_t id, rv_err *err);
int rv_server_remove_role_run(struct rv_job *job, const cJSON *item, int64_t id, rv_err *err);

#endif
