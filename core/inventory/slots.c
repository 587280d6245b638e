/* SPDX-License-Identifier: Apache-2.0
 *
 * Linear probing in partitions. Sizes need not be powers of two, since partitions grow by a
 * seventh: the home of a digest is its share of the size (multiply and shift), not a
 * remainder. Removal moves the followers back, so there are no tombstones.
 */
#include "inventory/slots.h"

#include <string.h>
#include "base/mem.h"

enum { FIRST_SLOTS = 8 };

static struct rv_partition *
partition_of(const struct rv_slots *slots, uint64_t low)
{
    union {
        const struct rv_partition *shared;
        struct rv_partition *own;
    } at = { .shared = &slots->partitions[low >> 58] };
    return at.own;
}

static uint32_t
home_of(const struct rv_partition *partition, uint64_t low)
{
    return (uint32_t)(((low & 0xffffffffu) * partition->size) >> 32);
}

int
rv_slot_used(const struct rv_slots *slots, const uint64_t *slot)
{
    return slot[0] != 0 || (slot[1] & slots->match) != 0;
}

/* Where the digest is, or the empty slot where it would be. */
static uint32_t
probe(const struct rv_slots *slots, const struct rv_partition *partition, uint64_t low,
      uint64_t high)
{
    uint32_t at = home_of(partition, low);
    for (;;) {
        const uint64_t *slot = rv_slot_at(slots, partition, at);
        if (!rv_slot_used(slots, slot) ||
            (slot[0] == low && ((slot[1] ^ high) & slots->match) == 0))
            return at;
        at = at + 1 == partition->size ? 0 : at + 1;
    }
}

uint64_t *
rv_slots_find(const struct rv_slots *slots, uint64_t low, uint64_t high)
{
    const struct rv_partition *partition = partition_of(slots, low);
    if (partition->size == 0)
        return NULL;
    uint64_t *slot = rv_slot_at(slots, partition, probe(slots, partition, low, high));
    return rv_slot_used(slots, slot) ? slot : NULL;
}

static void
grow(struct rv_slots *slots, struct rv_partition *partition)
{
    struct rv_partition old = *partition;
    partition->size = old.size ? old.size + old.size / 7 + 1 : FIRST_SLOTS;
    partition->bytes = rv_alloc((size_t)partition->size * slots->slot_bytes);
    for (uint32_t i = 0; i < old.size; i++) {
        const uint64_t *from = rv_slot_at(slots, &old, i);
        if (rv_slot_used(slots, from))
            memcpy(rv_slot_at(slots, partition, probe(slots, partition, from[0], from[1])), from,
                   slots->slot_bytes);
    }
    free(old.bytes);
}

uint64_t *
rv_slots_add(struct rv_slots *slots, uint64_t low, uint64_t high)
{
    uint64_t *slot = rv_slots_find(slots, low, high);
    if (slot)
        return slot;
    struct rv_partition *partition = partition_of(slots, low);
    /* Nine tenths full at most: then a look-up in vain passes some 50 slots, in line. */
    if ((uint64_t)(partition->count + 1) * 10 > (uint64_t)partition->size * 9)
        grow(slots, partition);
    partition->count++;
    slot = rv_slot_at(slots, partition, probe(slots, partition, low, high));
    memset(slot, 0, slots->slot_bytes);
    slot[0] = low;
    slot[1] = high & slots->match;
    return slot;
}

/* Whether a slot whose home is `home` may move from `from` back to the hole. */
static int
may_move(uint32_t hole, uint32_t home, uint32_t from)
{
    if (hole <= from)
        return home <= hole || home > from;
    return home <= hole && home > from;
}

void
rv_slots_remove(struct rv_slots *slots, uint64_t low, uint64_t high)
{
    if (rv_slots_find(slots, low, high) == NULL)
        return;
    struct rv_partition *partition = partition_of(slots, low);
    uint32_t hole = probe(slots, partition, low, high);
    for (uint32_t at = hole;;) {
        at = at + 1 == partition->size ? 0 : at + 1;
        const uint64_t *slot = rv_slot_at(slots, partition, at);
        if (!rv_slot_used(slots, slot))
            break;
        if (!may_move(hole, home_of(partition, slot[0]), at))
            continue;
        memcpy(rv_slot_at(slots, partition, hole), slot, slots->slot_bytes);
        hole = at;
    }
    memset(rv_slot_at(slots, partition, hole), 0, slots->slot_bytes);
    partition->count--;
}

void
rv_slots_free(struct rv_slots *slots)
{
    for (int i = 0; i < RV_PARTITIONS; i++)
        free(slots->partitions[i].bytes);
    memset(slots->partitions, 0, sizeof(slots->partitions));
}

size_t
rv_slots_bytes(const struct rv_slots *slots)
{
    size_t total = 0;
    for (int i = 0; i < RV_PARTITIONS; i++)
        total += (size_t)slots->partitions[i].size * slots->slot_bytes;
    return total;
}
