/* SPDX-License-Identifier: Apache-2.0
 *
 * Custom resource definitions. Their schemas, which can take a megabyte, are left out.
 */
#include "map.h"

#include <stddef.h>

#include "text.h"

static const char *
versions_json(struct kube_map *map, const struct reeve_json *item)
{
    const struct reeve_json *at = reeve_json_first(item, "spec.versions");
    struct kube_text text = kube_text(map->call);

    kube_text_add(&text, "[");
    for (; at; at = reeve_json_next(at)) {
        if (text.len > 1)
            kube_text_add(&text, ",");
        kube_text_add(&text, "{\"name\":");
        kube_text_add_json(&text, reeve_json_string(at, "name", ""));
        kube_text_addf(&text, ",\"served\":%s,\"storage\":%s,\"deprecated\":%s}",
                       reeve_json_flag(at, "served", 0) ? "true" : "false",
                       reeve_json_flag(at, "storage", 0) ? "true" : "false",
                       reeve_json_flag(at, "deprecated", 0) ? "true" : "false");
    }
    kube_text_add(&text, "]");
    return kube_text_done(&text);
}

static const char *
storage_version(const struct reeve_json *item)
{
    const struct reeve_json *at = reeve_json_first(item, "spec.versions");

    for (; at; at = reeve_json_next(at)) {
        if (reeve_json_flag(at, "storage", 0))
            return reeve_json_string(at, "name", NULL);
    }
    return NULL;
}

int
kube_map_resource_definition(struct kube_map *map, const struct reeve_json *item)
{
    struct reeve_object *obj = kube_object(map, "custom_resource_definition", item);

    kube_set_string(obj, "api_group", item, "spec.group");
    kube_set_string(obj, "object_kind", item, "spec.names.kind");
    kube_set_string(obj, "plural", item, "spec.names.plural");
    kube_set_string(obj, "singular", item, "spec.names.singular");
    kube_set_json(map, obj, "short_names", item, "spec.names.shortNames");
    kube_set_json(map, obj, "categories", item, "spec.names.categories");
    kube_set_string(obj, "scope", item, "spec.scope");
    reeve_set_json(obj, "versions", versions_json(map, item));
    reeve_set_string(obj, "storage_version", storage_version(item));
    reeve_set_flag(obj, "established", kube_has_condition(item, "Established"));
    kube_set_string(obj, "conversion_strategy", item, "spec.conversion.strategy");
    kube_labels(obj, item);
    kube_conditions(obj, item);
    return reeve_emit(obj);
}
