/* SPDX-License-Identifier: Apache-2.0
 *
 * Rows that leave a watch: whether one that a listing does not hold now was held before a change.
 * For stream.c.
 */
#ifndef RV_API_DEPARTURE_H
#define RV_API_DEPARTURE_H

#include "api/listing.h"
#include "api/stream.h"

/* 1 when the listing held the change's row before it, or may have: where the feed does not say what
 * was, that counts. 0 when it did not, or when the change cannot have made the difference. May ask
 * the store. */
int rv_departure_find(const struct rv_listing *listing, const struct rv_batch *batch,
                      const struct rv_told *change, rv_err *err);

#endif
