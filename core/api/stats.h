/* SPDX-License-Identifier: Apache-2.0
 *
 * What /metrics tells of requests: how many by route, method and status, and how long they took.
 */
#ifndef RV_API_STATS_H
#define RV_API_STATS_H

#include <stdint.h>
#include "base/buf.h"

struct rv_stats;

struct rv_stats *rv_stats_new(void);
void rv_stats_free(struct rv_stats *stats);
/* route is constant text. */
void rv_stats_request(struct rv_stats *stats, const char *route, int method, int status,
                      int64_t took_us);
void rv_stats_write(const struct rv_stats *stats, rv_buf *out);

#endif
