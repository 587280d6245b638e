/* SPDX-License-Identifier: Apache-2.0
 *
 * Actions of blacklisted events.
 */
#ifndef RV_API_BLACKLIST_H
#define RV_API_BLACKLIST_H

#include "api/job.h"

int rv_blacklist_create_run(struct rv_job *job, const cJSON *item, int64_t id, rv_err *err);
int rv_blacklist_edit_run(struct rv_job *job, const cJSON *item, int64_t id, rv_err *err);
int rv_blacklist_delete_run(struct rv_job *job, const cJSON *item, int64_t id, rv_err *err);

#endif
