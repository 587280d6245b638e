/* SPDX-License-Identifier: Apache-2.0
 *
 * Single objects of the estate. A ref ends with the object's number, and for those that the churn
 * replaces with the number of the replacement: an older one is gone.
 */
#include <stdlib.h>
#include <string.h>
#include "demo.h"

/* The number in "PREFIX-SEED-NUMBER" or "PREFIX-SEED-NUMBER-INCARNATION"; -1 when it is none of
 * this estate's. */
static int64_t
index_of(const struct demo_estate *estate, const char *ref)
{
    const char *seed = strchr(ref, '-');
    char *end;
    long long index;

    if (!seed || strtoull(seed + 1, &end, 16) != estate->seed || *end != '-')
        return -1;
    index = strtoll(end + 1, &end, 10);
    return *end == 0 || *end == '-' ? index : -1;
}

static const struct demo_part *
part_of(const char *kind)
{
    for (const struct demo_part *part = demo_parts; part->kind; part++)
        if (strcmp(part->kind, kind) == 0)
            return part;
    return NULL;
}

int
demo_emit_targets(struct reeve_call *call, const struct demo_estate *estate,
                  const struct reeve_inventory_target *const *targets, struct reeve_inventory *inv)
{
    int status = 0;

    for (; *targets && status == 0; targets++) {
        const struct reeve_inventory_target *target = *targets;
        const struct demo_part *part = part_of(target->kind);
        int64_t index;

        if (!part || !target->ref)
            return reeve_fail(call, REEVE_E_UNSUPPORTED, "the demo estate lists %s by number only",
                              target->kind);
        index = index_of(estate, target->ref);
        if (index >= 0 && index < part->count(&estate->size))
            status = part->emit(inv, estate, index);
    }
    return status;
}
