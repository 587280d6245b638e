/* SPDX-License-Identifier: Apache-2.0
 *
 * An estate that is a function of (seed, step): a new process that replays the
 * same steps stands where the old one stood, so the step is all that a resume
 * token needs to hold.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "demo.h"

/* Vigna's splitmix64 finalizer (public domain): spreads every input bit over the whole word. */
static uint64_t
spread(uint64_t x)
{
    x += 0x9e3779b97f4a7c15u;
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
    return x ^ (x >> 31);
}

uint64_t
demo_random(const struct demo_estate *estate, const char *what, int64_t index, uint64_t salt)
{
    uint64_t x = spread(estate->seed);

    for (; *what; what++)
        x = spread(x ^ (unsigned char)*what);
    return spread(spread(x ^ (uint64_t)index) ^ salt);
}

int
demo_estate_open(struct reeve_call *call, struct demo_estate *estate, uint64_t seed,
                 const struct demo_size *size)
{
    estate->seed = seed;
    estate->size = *size;
    estate->step = 0;
    estate->vms = calloc((size_t)size->vms + 1, sizeof(*estate->vms));
    estate->pods = calloc((size_t)size->pods + 1, sizeof(*estate->pods));
    if (!estate->vms || !estate->pods)
        return reeve_fail(call, REEVE_E_LIMIT, "no memory for an estate of %lld VMs and %lld pods",
                          (long long)size->vms, (long long)size->pods);
    return 0;
}

void
demo_estate_close(struct demo_estate *estate)
{
    free(estate->vms);
    free(estate->pods);
}

struct demo_change
demo_estate_step(struct demo_estate *estate)
{
    uint64_t dice = demo_random(estate, "step", estate->step++, 0);
    struct demo_change change = { .pod = estate->size.vms == 0 || (dice & 1) };
    int64_t count = change.pod ? estate->size.pods : estate->size.vms;
    struct demo_object *object;

    if (count == 0) {
        change.index = -1;
        return change;
    }
    change.index = (int64_t)((dice >> 8) % (uint64_t)count);
    object = change.pod ? &estate->pods[change.index] : &estate->vms[change.index];
    change.before = *object;
    if (((dice >> 1) & 7) == 0)
        *object = (struct demo_object){ .incarnation = (uint16_t)(object->incarnation + 1) };
    else
        object->changes++;
    return change;
}

void
demo_vm_ref(char out[48], const struct demo_estate *estate, int64_t index, struct demo_object state)
{
    snprintf(out, 48, "vm-%llx-%lld-%u", (unsigned long long)estate->seed, (long long)index,
             state.incarnation);
}

void
demo_pod_ref(char out[48], const struct demo_estate *estate, int64_t index,
             struct demo_object state)
{
    snprintf(out, 48, "pod-%llx-%lld-%u", (unsigned long long)estate->seed, (long long)index,
             state.incarnation);
}
