/* SPDX-License-Identifier: Apache-2.0
 *
 * What /metrics tells that only the store knows: queue, objects, providers, the database itself.
 * Counted at most once in a while, however often it is asked for, and the more seldom the longer it
 * takes.
 */
#ifndef RV_API_GAUGES_H
#define RV_API_GAUGES_H

#include "api/api_internal.h"
#include "base/meter.h"

/* Counts anew when the last count is old. When it fails that one stays. */
int rv_gauges_count(struct rv_api *api, rv_err *err);
/* How old the last count is; -1: there is none. */
int64_t rv_gauges_age_ms(const struct rv_api *api);
/* Samples of one series, of the last count. */
void rv_gauges_write(const struct rv_api *api, rv_buf *out, enum rv_meter meter);
void rv_gauges_free(struct rv_api *api);

#endif
