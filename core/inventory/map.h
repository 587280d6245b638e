/* SPDX-License-Identifier: Apache-2.0
 *
 * A map from digests to numbers for the time of one batch.
 */
#ifndef RV_INVENTORY_MAP_H
#define RV_INVENTORY_MAP_H

#include <stddef.h>
#include <stdint.h>
#include "base/text.h"

struct rv_map {
    struct rv_map_slot *slots;
    size_t size, count;
};

/* The value, or -1. */
int64_t rv_map_get(const struct rv_map *map, struct rv_digest key);
/* value >= 0; replaces what is there. */
void rv_map_put(struct rv_map *map, struct rv_digest key, int64_t value);
void rv_map_clear(struct rv_map *map); /* keeps a small table */
void rv_map_free(struct rv_map *map);

#endif
