/* SPDX-License-Identifier: Apache-2.0
 *
 * A small map from names to numbers, for look-ups that a save does per value. Names are
 * borrowed; nothing is ever removed from a map but by emptying it.
 */
#ifndef RV_MODEL_NAMES_H
#define RV_MODEL_NAMES_H

#include <stdint.h>

struct rv_name_slot {
    const char *name;
    int value;
};

struct rv_names {
    struct rv_name_slot *slots;
    uint32_t size; /* a power of two, or 0 */
    int count;
};

/* Good enough for names; the low bits are the best. */
uint32_t rv_names_hash(const char *name);
/* The value that the name has now: the given one, or that of an earlier add. */
int rv_names_add(struct rv_names *names, const char *name, int value);
/* -1 when unknown. */
int rv_names_find(const struct rv_names *names, const char *name);
void rv_names_clear(struct rv_names *names);

#endif
