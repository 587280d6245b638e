/* SPDX-License-Identifier: Apache-2.0
 *
 * The flood guard: of one thing that happens again and again only so much a minute. A minute is ten
 * slots of six seconds, so what was let through is forgotten bit by bit. It has no clock of its
 * own.
 */
#ifndef RV_EVENT_FLOOD_H
#define RV_EVENT_FLOOD_H

#include <stdint.h>

struct rv_flood;

struct rv_flood *rv_flood_new(void);
void rv_flood_free(struct rv_flood *flood); /* NULL allowed */
/* One more of this key at this time (monotonic ms), of which at most `most` a minute pass: 0 when
 * it does, else how many were blocked since the last one that did. So many keys at once that there
 * is no room for them push out those that were quiet for longest. */
int64_t rv_flood_block(struct rv_flood *flood, uint64_t key, int64_t now_ms, int most);

#endif
