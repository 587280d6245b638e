/* SPDX-License-Identifier: Apache-2.0
 *
 * Config maps, secrets and service accounts. Of the first two only the names of their
 * keys leave this file: no value, and none of the annotations, one of which repeats the values.
 */
#include "map.h"

#include <stddef.h>

#include "text.h"

static void
set_keys(struct kube_map *map, struct reeve_object *obj, const struct reeve_json *item)
{
    const struct reeve_json *data = reeve_json_get(item, "data");
    const struct reeve_json *binary = reeve_json_get(item, "binaryData");
    uint64_t count = (kube_members(data, NULL) ? reeve_json_count(data, NULL) : 0) +
                     (kube_members(binary, NULL) ? reeve_json_count(binary, NULL) : 0);

    reeve_set_int(obj, "data_count", (int64_t)count);
    reeve_set_json(obj, "data_keys", kube_names_json(map->call, data, binary));
    reeve_set_flag(obj, "immutable", reeve_json_flag(item, "immutable", 0));
}

int
kube_map_config_map(struct kube_map *map, const struct reeve_json *item)
{
    struct reeve_object *obj = kube_namespaced(map, "container_config_map", item);

    set_keys(map, obj, item);
    kube_labels(obj, item);
    return reeve_emit(obj);
}

int
kube_map_secret(struct kube_map *map, const struct reeve_json *item)
{
    struct reeve_object *obj = kube_namespaced(map, "container_secret", item);

    kube_set_string(obj, "secret_type", item, "type");
    set_keys(map, obj, item);
    kube_labels(obj, item);
    return reeve_emit(obj);
}

int
kube_map_service_account(struct kube_map *map, const struct reeve_json *item)
{
    struct reeve_object *obj = kube_namespaced(map, "container_service_account", item);

    reeve_set_int(obj, "secrets_count", (int64_t)reeve_json_count(item, "secrets"));
    reeve_set_json(obj, "secret_names", kube_member_json(map->call, item, "secrets", "name"));
    reeve_set_json(obj, "image_pull_secret_names",
                   kube_member_json(map->call, item, "imagePullSecrets", "name"));
    kube_set_flag(obj, "automount_token", item, "automountServiceAccountToken");
    kube_labels(obj, item);
    return reeve_emit(obj);
}
