/* SPDX-License-Identifier: Apache-2.0
 *
 * The map: open addressing, at most half full.
 */
#include "model/names.h"
#include <string.h>
#include "base/mem.h"

uint32_t
rv_names_hash(const char *name)
{
    uint32_t hash = 2166136261u;

    for (const unsigned char *c = (const unsigned char *)name; *c; c++)
        hash = (hash ^ *c) * 16777619u;
    return hash ^ (hash >> 15);
}

static struct rv_name_slot *
slot_for(const struct rv_names *names, const char *name)
{
    uint32_t at = rv_names_hash(name) & (names->size - 1);

    while (names->slots[at].name && strcmp(names->slots[at].name, name) != 0)
        at = (at + 1) & (names->size - 1);
    return &names->slots[at];
}

static void
grow(struct rv_names *names)
{
    struct rv_names larger = { .size = names->size ? names->size * 2 : 16 };

    larger.slots = rv_alloc(larger.size * sizeof(*larger.slots));
    larger.count = names->count;
    for (uint32_t i = 0; i < names->size; i++) {
        if (names->slots[i].name)
            *slot_for(&larger, names->slots[i].name) = names->slots[i];
    }
    free(names->slots);
    *names = larger;
}

int
rv_names_add(struct rv_names *names, const char *name, int value)
{
    if ((uint32_t)names->count * 2 >= names->size)
        grow(names);
    struct rv_name_slot *slot = slot_for(names, name);
    if (!slot->name) {
        *slot = (struct rv_name_slot){ .name = name, .value = value };
        names->count++;
    }
    return slot->value;
}

int
rv_names_find(const struct rv_names *names, const char *name)
{
    if (names->size == 0 || !name)
        return -1;
    const struct rv_name_slot *slot = slot_for(names, name);
    return slot->name ? slot->value : -1;
}

void
rv_names_clear(struct rv_names *names)
{
    free(names->slots);
    *names = (struct rv_names){ 0 };
}
