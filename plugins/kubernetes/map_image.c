/* SPDX-License-Identifier: Apache-2.0
 *
 * Images and registries, as the statuses of a pod's containers name them. A
 * cluster has no collection of them.
 */
#include "map.h"

#include <string.h>

#include "image.h"

/* What the host takes as a key. */
#define MAX_REF 1024

static const char *const lists[][2] = {
    { "spec.initContainers", "status.initContainerStatuses" },
    { "spec.containers", "status.containerStatuses" },
    { "spec.ephemeralContainers", "status.ephemeralContainerStatuses" },
};

static int
emit_registry(struct kube_map *map, const char *ref, const struct kube_image_name *image)
{
    struct reeve_object *obj = reeve_object(map->inv, "container_image_registry", ref);

    reeve_set_string(obj, "name", image->host);
    reeve_set_string(obj, "host", image->host);
    if (image->port[0])
        reeve_set_string(obj, "port", image->port);
    return reeve_emit(obj);
}

static int
emit_image(struct kube_map *map, const char *ref, const struct kube_image_name *image)
{
    struct reeve_object *obj;
    char registry[264];

    kube_image_registry(registry, sizeof(registry), image);
    if (registry[0]) {
        int rc = emit_registry(map, registry, image);

        if (rc)
            return rc;
    }
    obj = reeve_object(map->inv, "container_image", ref);
    reeve_set_string(obj, "name", image->name);
    if (image->tag[0])
        reeve_set_string(obj, "tag", image->tag);
    if (image->digest[0])
        reeve_set_string(obj, "digest", image->digest);
    if (registry[0])
        reeve_link(obj, "container_image_registry_id", "container_image_registry", registry);
    return reeve_emit(obj);
}

const char *
kube_image_ref(const struct kube_map *map, const struct reeve_json *container,
               const struct reeve_json *status)
{
    const char *ref = reeve_json_string(status, "imageID", "");
    struct kube_image_name image;

    if (kube_image_cache_has(map->images, ref))
        return ref;
    if (!*ref || strlen(ref) > MAX_REF)
        return NULL;
    return kube_image_running(&image, reeve_json_string(container, "image", NULL), ref) ? NULL
                                                                                        : ref;
}

static int
map_one(struct kube_map *map, const struct reeve_json *container, const struct reeve_json *status)
{
    const char *ref = reeve_json_string(status, "imageID", "");
    struct kube_image_name image;

    if (!*ref || strlen(ref) > MAX_REF || kube_image_cache_has(map->images, ref) ||
        kube_image_running(&image, reeve_json_string(container, "image", NULL), ref))
        return 0;
    kube_image_cache_add(map->images, ref);
    return emit_image(map, ref, &image);
}

int
kube_map_images(struct kube_map *map, const struct reeve_json *pod)
{
    for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
        const struct reeve_json *at = reeve_json_first(pod, lists[i][0]);

        for (; at; at = reeve_json_next(at)) {
            const char *name = reeve_json_string(at, "name", "");
            int rc = map_one(map, at, kube_container_status(pod, lists[i][1], name));

            if (rc)
                return rc;
        }
    }
    return 0;
}
