/* SPDX-License-Identifier: Apache-2.0
 *
 * Storage classes, persistent volumes and claims. Volume and claim point to each other by
 * name, whichever comes first.
 */
#include "map.h"

#include <string.h>

#include "text.h"

int
kube_map_storage_class(struct kube_map *map, const struct reeve_json *item)
{
    struct reeve_object *obj = kube_object(map, "container_storage_class", item);
    const struct reeve_json *annotations = reeve_json_get(item, "metadata.annotations");
    const struct reeve_json *is_default =
        reeve_json_member(annotations, "storageclass.kubernetes.io/is-default-class");

    kube_set_string(obj, "provisioner", item, "provisioner");
    kube_set_string(obj, "reclaim_policy", item, "reclaimPolicy");
    kube_set_string(obj, "volume_binding_mode", item, "volumeBindingMode");
    reeve_set_flag(obj, "allow_volume_expansion", reeve_json_flag(item, "allowVolumeExpansion", 0));
    reeve_set_flag(obj, "is_default", strcmp(reeve_json_string(is_default, NULL, ""), "true") == 0);
    kube_set_json(map, obj, "parameters", item, "parameters");
    reeve_set_string(obj, "mount_options", kube_join(map->call, item, "mountOptions", ","));
    kube_labels(obj, item);
    return reeve_emit(obj);
}

static void
set_storage_class(struct reeve_object *obj, const struct reeve_json *item)
{
    const char *name = reeve_json_string(item, "spec.storageClassName", "");

    if (!*name)
        return;
    reeve_set_string(obj, "storage_class", name);
    reeve_link_name(obj, "container_storage_class_id", "container_storage_class", NULL, name);
}

static void
set_claim(struct kube_map *map, struct reeve_object *obj, const struct reeve_json *item)
{
    const char *namespace = reeve_json_string(item, "spec.claimRef.namespace", "");
    const char *name = reeve_json_string(item, "spec.claimRef.name", "");
    const char *uid = reeve_json_string(item, "spec.claimRef.uid", "");

    if (!*name)
        return;
    reeve_set_string(obj, "claim_name", reeve_format(map->call, "%s/%s", namespace, name));
    /* By uid where there is one: a released volume still names a claim that is gone, and a new
     * claim of that name is another. */
    if (*uid)
        reeve_link(obj, "persistent_volume_claim_id", "persistent_volume_claim", uid);
    else
        reeve_link_name(obj, "persistent_volume_claim_id", "persistent_volume_claim", namespace,
                        name);
}

int
kube_map_persistent_volume(struct kube_map *map, const struct reeve_json *item)
{
    struct reeve_object *obj = kube_object(map, "persistent_volume", item);
    const struct reeve_json *capacity = reeve_json_get(item, "spec.capacity");

    kube_set_json(map, obj, "capacity", capacity, NULL);
    kube_set_quantity_int(map, obj, "capacity_bytes", reeve_json_member(capacity, "storage"));
    reeve_set_string(obj, "access_modes", kube_join(map->call, item, "spec.accessModes", ","));
    kube_set_string(obj, "reclaim_policy", item, "spec.persistentVolumeReclaimPolicy");
    kube_set_string(obj, "status_phase", item, "status.phase");
    kube_set_string(obj, "status_reason", item, "status.reason");
    kube_set_string(obj, "status_message", item, "status.message");
    kube_set_string(obj, "volume_mode", item, "spec.volumeMode");
    set_storage_class(obj, item);
    set_claim(map, obj, item);
    kube_map_volume_source(map, obj, reeve_json_get(item, "spec"));
    kube_labels(obj, item);
    return reeve_emit(obj);
}

int
kube_map_claim(struct kube_map *map, const struct reeve_json *item)
{
    struct reeve_object *obj = kube_namespaced(map, "persistent_volume_claim", item);
    const struct reeve_json *capacity = reeve_json_get(item, "status.capacity");
    const char *volume = reeve_json_string(item, "spec.volumeName", "");

    kube_set_string(obj, "phase", item, "status.phase");
    kube_set_json(map, obj, "desired_access_modes", item, "spec.accessModes");
    kube_set_json(map, obj, "actual_access_modes", item, "status.accessModes");
    kube_set_json(map, obj, "requests", item, "spec.resources.requests");
    kube_set_json(map, obj, "limits", item, "spec.resources.limits");
    kube_set_json(map, obj, "capacity", capacity, NULL);
    kube_set_quantity_int(map, obj, "capacity_bytes", reeve_json_member(capacity, "storage"));
    kube_set_string(obj, "volume_mode", item, "spec.volumeMode");
    set_storage_class(obj, item);
    if (*volume) {
        reeve_set_string(obj, "volume_name", volume);
        reeve_link_name(obj, "persistent_volume_id", "persistent_volume", NULL, volume);
    }
    kube_labels(obj, item);
    kube_conditions(obj, item);
    return reeve_emit(obj);
}
