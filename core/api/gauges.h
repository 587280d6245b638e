/* SPDX-License-Identifier: Apache-2.0
 *
 * What /metrics tells of the region: queue, objects, providers, workers, feed, store. Counted at
 * most once in a while, however often it is asked for.
 */
#ifndef RV_API_GAUGES_H
#define RV_API_GAUGES_H

#include "api/api_internal.h"
#include "base/buf.h"

/* Counts anew when the last count is old. When it fails that one stays. */
int rv_gauges_count(struct rv_api *api, rv_err *err);
/* The last count, if there is one, and its age. */
void rv_gauges_write(const struct rv_api *api, rv_buf *out);
void rv_gauges_free(struct rv_api *api);

#endif
