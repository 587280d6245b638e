/* SPDX-License-Identifier: Apache-2.0
 *
 * A direct-mapped cache of exact references: bounded, and never wrong about a hit.
 */
#include "image_cache.h"

#include <stdint.h>
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
    memset(cache, 0, sizeof(*cache));
}

int
kube_image_cache_has(const struct kube_image_cache *cache, const char *ref)
{
    return cache && *ref && strcmp(cache->slots[slot_of(ref)], ref) == 0;
}

void
kube_image_cache_add(struct kube_image_cache *cache, const char *ref)
{
    size_t len = strlen(ref);

    if (cache && len < KUBE_IMAGE_CACHE_BYTES)
        memcpy(cache->slots[slot_of(ref)], ref, len + 1);
}
