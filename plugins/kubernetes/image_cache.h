/* SPDX-License-Identifier: Apache-2.0
 *
 * Images that were emitted in the present list. A thousand pods share a few images, and one
 * that runs under two tags would otherwise be written twice in every refresh.
 */
#ifndef KUBE_IMAGE_CACHE_H
#define KUBE_IMAGE_CACHE_H

enum { KUBE_IMAGE_CACHE_SLOTS = 512, KUBE_IMAGE_CACHE_BYTES = 240 };

/* Zeroed is empty. One reference a slot, the newest wins. To be cleared in the end. */
struct kube_image_cache {
    char *slots[KUBE_IMAGE_CACHE_SLOTS];
};

void kube_image_cache_clear(struct kube_image_cache *cache);
/* NULL for no cache: nothing is ever in it. */
int kube_image_cache_has(const struct kube_image_cache *cache, const char *ref);
/* Nothing happens to a reference that is too long. */
void kube_image_cache_add(struct kube_image_cache *cache, const char *ref);

#endif
