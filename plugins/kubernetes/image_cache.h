/* SPDX-License-Identifier: Apache-2.0
 *
 * Images that were emitted in the present list. A thousand pods share a few images, and one
 * that runs under two tags would otherwise be written twice in every refresh.
 */
#ifndef KUBE_IMAGE_CACHE_H
#define KUBE_IMAGE_CACHE_H

enum { KUBE_IMAGE_CACHE_SLOTS = 512, KUBE_IMAGE_CACHE_BYTES = 240 };

/* Zeroed is empty. One reference a slot, the newest wins. */
struct kube_image_cache {
    char slots[KUBE_IMAGE_CACHE_SLOTS][KUBE_IMAGE_CACHE_BYTES];
};

void kube_image_cache_clear(struct kube_image_cache *cache);
/* 1 when ref was there already; else 0, and it is from now on unless it is too long. */
int kube_image_cache_seen(struct kube_image_cache *cache, const char *ref);

#endif
