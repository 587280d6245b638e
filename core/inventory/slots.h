/* SPDX-License-Identifier: Apache-2.0
 *
 * A hash table of fixed-size slots that begin with 16 bytes of digest, in
 * partitions, by open addressing. For keys.c only.
 */
#ifndef RV_INVENTORY_SLOTS_H
#define RV_INVENTORY_SLOTS_H

#include <stddef.h>
#include <stdint.h>

enum { RV_PARTITIONS = 64 };

struct rv_partition {
    char *bytes;
    uint32_t size, count; /* slots */
};

/* match is the part of the second word that belongs to the digest. An empty slot is all zero in
 * those parts. */
struct rv_slots {
    struct rv_partition partitions[RV_PARTITIONS];
    size_t slot_bytes;
    uint64_t match;
};

/* The slot, or NULL. Valid until the next add or remove. */
uint64_t *rv_slots_find(const struct rv_slots *slots, uint64_t low, uint64_t high);
/* The slot, made with the digest in place and the rest zero when it is not there. */
uint64_t *rv_slots_add(struct rv_slots *slots, uint64_t low, uint64_t high);
void rv_slots_remove(struct rv_slots *slots, uint64_t low, uint64_t high);
void rv_slots_free(struct rv_slots *slots);
size_t rv_slots_bytes(const struct rv_slots *slots);
int rv_slot_used(const struct rv_slots *slots, const uint64_t *slot);
static inline uint64_t *
rv_slot_at(const struct rv_slots *slots, const struct rv_partition *partition, uint32_t index)
{
    return (uint64_t *)(void *)(partition->bytes + (size_t)index * slots->slot_bytes);
}

#endif
