/* SPDX-License-Identifier: Apache-2.0
 *
 * Actions of label mappings.
 */
#ifndef RV_API_MAPPINGS_H
#define RV_API_MAPPINGS_H

#include "api/job.h"

int rv_mapping_create_run(struct rv_job *job, const cJSON *item, int64_t id, rv_err *err);
int rv_mapping_edit_run(struct rv_job *job, const cJSON *item, int64_t id, rv_err *err);
int rv_mapping_delete_run(struct rv_job *job, const cJSON *item, int64_t id, rv_err *err);

#endif
