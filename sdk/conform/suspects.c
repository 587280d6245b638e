/* SPDX-License-Identifier: Apache-2.0
 *
 * The intersection of what the rounds named.
 */
#include "suspects.h"

#include "base/mem.h"
#include "base/text.h"

static void
forget(struct suspect_set *set)
{
    for (int i = 0; i < set->count; i++)
        free(set->keys[i]);
    free(set->keys);
    rv_names_clear(&set->by_key);
    *set = (struct suspect_set){ 0 };
}

void
suspects_name(struct suspects *suspects, const char *key)
{
    if (suspects == NULL || (suspects->rounds > 0 && !suspects_hold(suspects, key)))
        return;
    struct suspect_set *now = &suspects->now;
    if (rv_names_find(&now->by_key, key) >= 0)
        return;
    if (now->count == now->size) {
        now->size = now->size ? 2 * now->size : 64;
        now->keys = rv_realloc(now->keys, (size_t)now->size, sizeof(*now->keys));
    }
    now->keys[now->count] = rv_strdup(key);
    rv_names_add(&now->by_key, now->keys[now->count], now->count);
    now->count++;
}

int
suspects_end_round(struct suspects *suspects)
{
    forget(&suspects->kept);
    suspects->kept = suspects->now;
    suspects->now = (struct suspect_set){ 0 };
    suspects->rounds++;
    return suspects->kept.count;
}

int
suspects_hold(const struct suspects *suspects, const char *key)
{
    return rv_names_find(&suspects->kept.by_key, key) >= 0;
}

void
suspects_free(struct suspects *suspects)
{
    forget(&suspects->kept);
    forget(&suspects->now);
    suspects->rounds = 0;
}
