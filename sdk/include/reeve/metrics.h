/* SPDX-License-Identifier: Apache-2.0
 *
 * UNFROZEN: declared, not used by any release yet; it may change.
 * Samples of many objects in one call.
 */
#ifndef REEVE_METRICS_H
#define REEVE_METRICS_H

#include <stdint.h>
#include "reeve/call.h"

struct reeve_metric_sink;

enum { REEVE_GAUGE = 1, REEVE_COUNTER = 2 };

struct reeve_metric {
    const char *name;
    const char *unit;
    int32_t form; /* REEVE_GAUGE or REEVE_COUNTER */
    int32_t reserved;
};

/* The host lays these out as long as the module's struct reeve_sizes says: plain indexing is right
 * on both sides of a minor. */
struct reeve_target {
    const char *kind;
    const char *ref;
};

struct reeve_metrics_iface {
    uint64_t size;
    const struct reeve_metric *metrics; /* ends with a NULL name */
    int (*collect)(struct reeve_call *call, void *conn, const struct reeve_target *targets,
                   uint64_t count, int64_t from_ms, int64_t to_ms, int64_t step_ms,
                   struct reeve_metric_sink *sink);
};

#endif
