/* SPDX-License-Identifier: Apache-2.0
 *
 * Keys lie in a table of fixed size, each in one of a few places that follow from it.
 */
#include "event/flood.h"

#include <string.h>
#include "base/mem.h"

enum { SLOTS = 10, SLOT_MS = 6000, KEYS = 4096, PLACES = 8 };

struct one {
    uint64_t key;
    int64_t slot; /* the last one counted in; 0: the place is free */
    int64_t blocked;
    int32_t passed[SLOTS];
};

struct rv_flood {
    struct one keys[KEYS];
};

struct rv_flood *
rv_flood_new(void)
{
    return rv_alloc(sizeof(struct rv_flood));
}

void
rv_flood_free(struct rv_flood *flood)
{
    free(flood);
}

/* Its place, or the one that was quiet for longest, emptied. */
static struct one *
find(struct rv_flood *flood, uint64_t key)
{
    struct one *oldest = NULL;
    for (uint64_t i = 0; i < PLACES; i++) {
        struct one *one = &flood->keys[(key + i) % KEYS];
        if (one->slot && one->key == key)
            return one;
        if (oldest == NULL || one->slot < oldest->slot)
            oldest = one;
    }
    *oldest = (struct one){ .key = key };
    return oldest;
}

/* Slots that have passed since are empty. */
static void
move_to(struct one *one, int64_t slot)
{
    if (one->slot == 0 || slot - one->slot >= SLOTS) {
        memset(one->passed, 0, sizeof(one->passed));
        one->blocked = one->slot ? one->blocked : 0;
    } else {
        for (int64_t i = one->slot + 1; i <= slot; i++)
            one->passed[i % SLOTS] = 0;
    }
    one->slot = slot;
}

int64_t
rv_flood_block(struct rv_flood *flood, uint64_t key, int64_t now_ms, int most)
{
    struct one *one = find(flood, key);
    int64_t slot = now_ms / SLOT_MS + SLOTS, passed = 0;
    move_to(one, slot);
    for (int i = 0; i < SLOTS; i++)
        passed += one->passed[i];
    if (passed >= most)
        return ++one->blocked;
    one->passed[slot % SLOTS]++;
    one->blocked = 0;
    return 0;
}
