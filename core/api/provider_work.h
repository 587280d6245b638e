/* SPDX-License-Identifier: Apache-2.0
 *
 * What the actions of providers share.
 */
#ifndef RV_API_PROVIDER_WORK_H
#define RV_API_PROVIDER_WORK_H

#include "api/api_internal.h"
#include "api/job.h"

struct rv_api *rv_job_api(const struct rv_job *job);
void rv_provider_wake(const struct rv_api *api, const char *word);
/* "Provider id:1 name:'x' refreshing"; the arena's. */
const char *rv_provider_say(struct rv_job *job, int64_t id, const char *what);
/* A result of success false. hint may be NULL. */
void rv_provider_refuse(struct rv_job *job, int64_t id, const char *message, const char *hint);
/* A result with the task that follows what was asked; task_id 0: none. */
void rv_provider_write_task(struct rv_job *job, int64_t id, const char *message, int64_t task_id);
/* refresh.c. Its worker goes on with the options that it has until it is told: queues a refresh. */
int rv_provider_refresh_soon(struct rv_api *api, int64_t id, rv_err *err);

#endif
