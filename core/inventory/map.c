/* SPDX-License-Identifier: Apache-2.0
 *
 * Open addressing over a power of two.
 */
#include "inventory/map.h"

#include <string.h>
#include "base/mem.h"

enum { FIRST_SLOTS = 64, KEPT_SLOTS = 8192 };

struct rv_map_slot {
    struct rv_digest key;
    int64_t value; /* plus 1; 0 is an empty slot */
};

static size_t
probe(const struct rv_map *map, struct rv_digest key)
{
    size_t at = (size_t)((key.low ^ (key.high * 0x9E3779B97F4A7C15u)) * 0xD6E8FEB86659FD93u >> 20);
    for (;; at++) {
        const struct rv_map_slot *slot = &map->slots[at & (map->size - 1)];
        if (slot->value == 0 || (slot->key.low == key.low && slot->key.high == key.high))
            return at & (map->size - 1);
    }
}

int64_t
rv_map_get(const struct rv_map *map, struct rv_digest key)
{
    return map->count == 0 ? -1 : map->slots[probe(map, key)].value - 1;
}

static void
grow(struct rv_map *map)
{
    struct rv_map old = *map;
    map->size = old.size ? 2 * old.size : FIRST_SLOTS;
    map->slots = rv_alloc(map->size * sizeof(*map->slots));
    for (size_t i = 0; i < old.size; i++)
        if (old.slots[i].value)
            map->slots[probe(map, old.slots[i].key)] = old.slots[i];
    free(old.slots);
}

void
rv_map_put(struct rv_map *map, struct rv_digest key, int64_t value)
{
    RV_ASSERT(value >= 0);
    if (2 * (map->count + 1) > map->size)
        grow(map);
    struct rv_map_slot *slot = &map->slots[probe(map, key)];
    map->count += slot->value == 0;
    slot->key = key;
    slot->value = value + 1;
}

void
rv_map_clear(struct rv_map *map)
{
    if (map->size > KEPT_SLOTS)
        rv_map_free(map);
    else if (map->count)
        memset(map->slots, 0, map->size * sizeof(*map->slots));
    map->count = 0;
}

void
rv_map_free(struct rv_map *map)
{
    free(map->slots);
    *map = (struct rv_map){ 0 };
}
