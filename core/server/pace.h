/* SPDX-License-Identifier: Apache-2.0
 *
 * Waits that double up to a longest one, until something goes well: polls of an idle worker, tries
 * while the store is away.
 */
#ifndef RV_SERVER_PACE_H
#define RV_SERVER_PACE_H

#include <stdint.h>

struct rv_pace {
    int64_t wait_ms; /* the last one; 0: none since the last reset */
};

/* The next wait: first_ms, then twice the last, at most most_ms. */
int64_t rv_pace_next(struct rv_pace *pace, int64_t first_ms, int64_t most_ms);
void rv_pace_reset(struct rv_pace *pace);

#endif
