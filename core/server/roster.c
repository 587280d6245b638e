/* SPDX-License-Identifier: Apache-2.0
 *
 * Slots are kept in the order they were made, so the surplus that ends first is
 * the newest.
 */
#include "server/roster.h"

#include <stdio.h>
#include <string.h>
#include "base/mem.h"
#include "base/text.h"

struct rv_roster {
    struct rv_slot **slots;
    int count;
    int *marked; /* parallel to slots, between begin and end */
};

struct rv_roster *
rv_roster_new(void)
{
    return rv_alloc(sizeof(struct rv_roster));
}

static void
free_slot(struct rv_slot *slot)
{
    free(slot->name);
    free(slot);
}

void
rv_roster_free(struct rv_roster *roster)
{
    if (roster == NULL)
        return;
    for (int i = 0; i < roster->count; i++)
        free_slot(roster->slots[i]);
    free(roster->slots);
    free(roster->marked);
    free(roster);
}

static void
add_slot(struct rv_roster *roster, const char *type, int64_t provider, int index, int64_t now_ms)
{
    struct rv_slot *slot = rv_alloc(sizeof(*slot));
    snprintf(slot->type, sizeof(slot->type), "%s", type);
    slot->provider = provider;
    slot->index = index;
    slot->start_at_ms = now_ms;
    roster->slots = rv_realloc(roster->slots, (size_t)roster->count + 1, sizeof(struct rv_slot *));
    roster->marked = rv_realloc(roster->marked, (size_t)roster->count + 1, sizeof(int));
    roster->slots[roster->count] = slot;
    roster->marked[roster->count++] = 0;
}

static struct rv_slot *
find_slot(struct rv_roster *roster, const char *type, int64_t provider, int index, int *at)
{
    for (int i = 0; i < roster->count; i++) {
        struct rv_slot *slot = roster->slots[i];
        if (slot->provider == provider && slot->index == index && strcmp(slot->type, type) == 0) {
            *at = i;
            return slot;
        }
    }
    return NULL;
}

void
rv_roster_set(struct rv_roster *roster, const char *type, int64_t provider, const char *name,
              int count, int64_t now_ms)
{
    for (int index = 0; index < count; index++) {
        int at = 0;
        struct rv_slot *slot = find_slot(roster, type, provider, index, &at);
        if (slot == NULL) {
            add_slot(roster, type, provider, index, now_ms);
            slot = find_slot(roster, type, provider, index, &at);
        }
        if (!slot->wanted) {
            slot->wanted = 1;
            slot->failures = 0;
            slot->crashes = 0;
            slot->start_at_ms = now_ms;
        }
        if (!rv_streq(slot->name, name)) {
            free(slot->name);
            slot->name = rv_strdup(name);
        }
        roster->marked[at] = 1;
    }
    for (int i = 0; i < roster->count; i++) {
        struct rv_slot *slot = roster->slots[i];
        if (slot->provider == provider && slot->index >= count && strcmp(slot->type, type) == 0)
            slot->wanted = 0;
    }
}

void
rv_roster_begin(struct rv_roster *roster)
{
    for (int i = 0; i < roster->count; i++)
        roster->marked[i] = 0;
}

void
rv_roster_end(struct rv_roster *roster)
{
    for (int i = 0; i < roster->count; i++)
        if (!roster->marked[i] && strcmp(roster->slots[i]->type, "server") != 0)
            roster->slots[i]->wanted = 0;
}

struct rv_slot **
rv_roster_slots(struct rv_roster *roster, int *count)
{
    int kept = 0;
    for (int i = 0; i < roster->count; i++) {
        struct rv_slot *slot = roster->slots[i];
        if (!slot->wanted && slot->child == NULL)
            free_slot(slot);
        else
            roster->slots[kept++] = slot;
    }
    roster->count = kept;
    *count = kept;
    return roster->slots;
}

void
rv_slot_lives(struct rv_slot *slot, int64_t lived_ms)
{
    if (lived_ms >= RV_GOOD_LIFE_MS)
        slot->failures = 0;
}

int
rv_slot_ended(struct rv_slot *slot, int64_t lived_ms, int64_t now_ms)
{
    int64_t delay_ms = 0;
    rv_slot_lives(slot, lived_ms);
    if (slot->failures > 0) {
        int doublings = slot->failures - 1 < 10 ? slot->failures - 1 : 10;
        delay_ms = (int64_t)RV_FIRST_DELAY_MS << doublings;
        if (delay_ms > RV_LAST_DELAY_MS)
            delay_ms = RV_LAST_DELAY_MS;
    }
    slot->failures++;
    slot->start_at_ms = now_ms + delay_ms;
    return slot->failures == RV_LOOP_FAILURES;
}

int
rv_slot_crashed(struct rv_slot *slot, const char *callback)
{
    if (strcmp(slot->callback, callback) != 0) {
        snprintf(slot->callback, sizeof(slot->callback), "%s", callback);
        slot->crashes = 0;
    }
    return ++slot->crashes;
}
