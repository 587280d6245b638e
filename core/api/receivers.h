/* SPDX-License-Identifier: Apache-2.0
 *
 * Actions of event receivers.
 */
#ifndef RV_API_RECEIVERS_H
#define RV_API_RECEIVERS_H

#include "api/job.h"

int rv_receiver_create_run(struct rv_job *job, const cJSON *item, int64_t id, rv_err *err);
int rv_receiver_edit_run(struct rv_job *job, const cJSON *item, int64_t id, rv_err *err);
int rv_receiver_secret_run(struct rv_job *job, const cJSON *item, int64_t id, rv_err *err);
int rv_receiver_delete_run(struct rv_job *job, const cJSON *item, int64_t id, rv_err *err);

#endif
