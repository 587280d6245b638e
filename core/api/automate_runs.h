/* SPDX-License-Identifier: Apache-2.0
 *
 * Actions of runs of automate.
 */
#ifndef RV_API_AUTOMATE_RUNS_H
#define RV_API_AUTOMATE_RUNS_H

#include "api/job.h"

/* {"uri": "/A/b/c", "attributes": {}, "target": {"kind": "vm", "id": "12"}, "event": "12"}: of uri
 * and event one suffices; an event that was run is run again. */
int rv_automate_run_run(struct rv_job *job, const cJSON *item, int64_t id, rv_err *err);
/* {"uri": ..., "attributes": {}, "target": {...}, "event": "12"}: of uri and event one suffices. */
int rv_automate_simulate_run(struct rv_job *job, const cJSON *item, int64_t id, rv_err *err);
int rv_automate_stop_run(struct rv_job *job, const cJSON *item, int64_t id, rv_err *err);

/* {"kind": "vm", "id": "12"}; nothing for NULL and null. */
int rv_automate_target(const char **kind, int64_t *id, const cJSON *target, rv_err *err);

#endif
