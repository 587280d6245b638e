/* SPDX-License-Identifier: Apache-2.0
 *
 * Which workers this server should have: computed from settings and providers,
 * told to the supervisor when it changes.
 */
#ifndef RV_SERVER_STAFFING_H
#define RV_SERVER_STAFFING_H

#include "server/headcount.h"
#include "server/worker.h"

/* {"type":"want","workers":[...]}; the caller's. NULL on error. */
cJSON *rv_staffing_want(struct rv_worker *worker, const struct rv_headcount_input *input,
                        rv_err *err);
/* End requests to providers that have no worker and will get none until a person acts: whoever
 * waits for them hears why. */
int rv_staffing_refuse(struct rv_worker *worker, rv_err *err);
/* Put a provider in quarantine: its worker is not started until its options or its module change.
 */
int rv_staffing_quarantine(struct rv_worker *worker, int64_t provider_id, const char *reason,
                           rv_err *err);
/* End quarantines whose reason may have gone: a newer module, credentials proved since. */
int rv_staffing_pardon(struct rv_worker *worker, rv_err *err);

#endif
