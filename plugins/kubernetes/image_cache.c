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
kube_image_cache_seen(struct kube_image_cache *cache, const char *ref)
{
    size_t len = strlen(ref);
    char *slot = cache->slots[slot_of(ref)];

    if (len >= KUBE_IMAGE_CACHE_BYTES)
        return 0;
    if (strcmp(slot, ref) == 0)
        return 1;
    memcpy(slot, ref, len + 1);
    return 0;
}
