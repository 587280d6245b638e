/* SPDX-License-Identifier: Apache-2.0
 *
 * A direct-mapped cache of exact references: bounded, and never wrong about a hit.
 */
#include "image_cache.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static uint32_t
slot_of(const char *ref)
{
    uint64_t hash = 14695981039346656037ULL; /* FNV-1a */

    for (; *ref; ref++)
        hash = (hash ^ (unsigned char)*ref) * 1099511628211ULL;
    return (uint32_t)((hash ^ hash >> 32) % KUBE_IMAGE_CACHE_SLOTS);
}

void
kube_image_cache_clear(struct kube_image_cache *cache)
{
    for (int i = 0; i < KUBE_IMAGE_CACHE_SLOTS; i++) {
        free(cache->slots[i]);
        cache->slots[i] = NULL;
    }
}

int
kube_image_cache_has(const struct kube_image_cache *cache, const char *ref)
{
    const char *kept = cache && *ref ? cache->slots[slot_of(ref)] : NULL;

    return kept && strcmp(kept, ref) == 0;
}

void
kube_image_cache_add(struct kube_image_cache *cache, const char *ref)
{
    char **slot = cache ? &cache->slots[slot_of(ref)] : NULL;

    if (!slot || strlen(ref) >= KUBE_IMAGE_CACHE_BYTES)
        return;
    free(*slot);
    *slot = strdup(ref); /* without memory an image is emitted once more */
}
