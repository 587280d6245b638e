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

/* What it is called in references, and whether another may take its place, which nothing may that
 * others point to. */
static const struct {
    const char *prefix;
    int replaced;
} traits[DEMO_MOVING_COUNT] = {
    [DEMO_VM] = { "vm", 1 },         [DEMO_POD] = { "pod", 1 },
    [DEMO_STACK] = { "stack", 0 },   [DEMO_VOLUME] = { "volume", 0 },
    [DEMO_BACKUP] = { "backup", 1 }, [DEMO_STORED_OBJECT] = { "object", 1 },
    [DEMO_SERVER] = { "server", 0 }, [DEMO_SYSTEM] = { "system", 0 },
};

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

const struct demo_part *
demo_part_of(enum demo_moving what)
{
    const struct demo_part *part = demo_parts;

    while (part->kind && part->moving != what)
        part++;
    return part;
}

int64_t
demo_moving_size(const struct demo_estate *estate, enum demo_moving what)
{
    return demo_part_of(what)->count(&estate->size);
}

int
demo_is_template(int64_t vm)
{
    return vm % 20 == 19;
}

int
demo_is_instance(int64_t vm)
{
    return vm % 4 == 0;
}

int
demo_estate_open(struct reeve_call *call, struct demo_estate *estate, uint64_t seed,
                 const struct demo_size *size)
{
    *estate = (struct demo_estate){ .seed = seed, .size = *size };
    for (int i = 0; i < DEMO_MOVING_COUNT; i++) {
        int64_t count = demo_moving_size(estate, (enum demo_moving)i);
        estate->moving[i] = calloc((size_t)count + 1, sizeof(*estate->moving[i]));
        if (!estate->moving[i])
            return reeve_fail(call, REEVE_E_LIMIT, "no memory for an estate of %lld objects '%s'",
                              (long long)count, traits[i].prefix);
    }
    return 0;
}

void
demo_estate_close(struct demo_estate *estate)
{
    for (int i = 0; i < DEMO_MOVING_COUNT; i++)
        free(estate->moving[i]);
}

/* Of seven steps six concern VMs and pods, in equal parts; the last any of the others. */
static enum demo_moving
choose(const struct demo_estate *estate, uint64_t dice, int64_t *index)
{
    enum demo_moving what = (dice & 1) ? DEMO_POD : DEMO_VM;
    int64_t others = 0, at;

    for (int i = DEMO_STACK; i < DEMO_MOVING_COUNT; i++)
        others += demo_moving_size(estate, (enum demo_moving)i);
    if (demo_moving_size(estate, what) == 0)
        what = what == DEMO_POD ? DEMO_VM : DEMO_POD;
    *index = (int64_t)(dice >> 8);
    if (others == 0 || ((dice >> 4) % 7 != 0 && demo_moving_size(estate, what) > 0))
        return what;
    at = (int64_t)((dice >> 8) % (uint64_t)others);
    for (int i = DEMO_STACK; i < DEMO_MOVING_COUNT; i++) {
        *index = at;
        if (at < demo_moving_size(estate, (enum demo_moving)i))
            return (enum demo_moving)i;
        at -= demo_moving_size(estate, (enum demo_moving)i);
    }
    return what;
}

struct demo_change
demo_estate_step(struct demo_estate *estate)
{
    uint64_t dice = demo_random(estate, "step", estate->step++, 0);
    struct demo_change change = { .index = 0 };
    struct demo_object *object;

    change.what = choose(estate, dice, &change.index);
    int64_t count = demo_moving_size(estate, change.what);
    if (count == 0) {
        change.index = -1;
        return change;
    }
    change.index = (int64_t)((uint64_t)change.index % (uint64_t)count);
    object = &estate->moving[change.what][change.index];
    change.before = *object;
    int kept = !traits[change.what].replaced ||
               (change.what == DEMO_VM &&
                (demo_is_template(change.index) || demo_is_instance(change.index)));
    if (((dice >> 1) & 7) == 0 && !kept)
        *object = (struct demo_object){ .incarnation = (uint16_t)(object->incarnation + 1) };
    else
        object->changes++;
    return change;
}

void
demo_moving_ref(char out[48], const struct demo_estate *estate, enum demo_moving what,
                int64_t index, struct demo_object state)
{
    if (traits[what].replaced)
        snprintf(out, 48, "%s-%llx-%lld-%u", traits[what].prefix, (unsigned long long)estate->seed,
                 (long long)index, state.incarnation);
    else
        snprintf(out, 48, "%s-%llx-%lld", traits[what].prefix, (unsigned long long)estate->seed,
                 (long long)index);
}

uint64_t
demo_salt(const struct demo_estate *estate, enum demo_moving what, int64_t index)
{
    struct demo_object state = estate->moving[what][index];

    return (uint64_t)state.incarnation << 16 | state.changes;
}
