/* SPDX-License-Identifier: Apache-2.0
 *
 * Actions of events.
 */
#ifndef RV_API_EVENTS_H
#define RV_API_EVENTS_H

#include "api/job.h"

int rv_event_create_run(struct rv_job *job, const cJSON *item, int64_t id, rv_err *err);

#endif
