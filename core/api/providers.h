/* SPDX-License-Identifier: Apache-2.0
 *
 * Actions of providers.
 */
#ifndef RV_API_PROVIDERS_H
#define RV_API_PROVIDERS_H

#include "api/job.h"

int rv_provider_create_run(struct rv_job *job, const cJSON *item, int64_t id, rv_err *err);
int rv_provider_edit_run(struct rv_job *job, const cJSON *item, int64_t id, rv_err *err);
int rv_provider_verify_run(struct rv_job *job, const cJSON *item, int64_t id, rv_err *err);
int rv_provider_refresh_run(struct rv_job *job, const cJSON *item, int64_t id, rv_err *err);
/* Of any row of inventory. */
int rv_inventory_refresh_run(struct rv_job *job, const cJSON *item, int64_t id, rv_err *err);
int rv_provider_pause_run(struct rv_job *job, const cJSON *item, int64_t id, rv_err *err);
int rv_provider_resume_run(struct rv_job *job, const cJSON *item, int64_t id, rv_err *err);
int rv_provider_delete_run(struct rv_job *job, const cJSON *item, int64_t id, rv_err *err);

#endif
