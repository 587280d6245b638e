/* SPDX-License-Identifier: Apache-2.0
 *
 * Actions on the key that seals secrets.
 */
#ifndef RV_API_KEYS_H
#define RV_API_KEYS_H

#include "api/job.h"

int rv_key_rotate_run(struct rv_job *job, const cJSON *item, int64_t id, rv_err *err);

#endif
