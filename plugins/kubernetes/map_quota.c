/* SPDX-License-Identifier: Apache-2.0
 *
 * Quotas and limit ranges of a namespace.
 */
#include "map.h"

#include <string.h>

#include "text.h"

/* Quantities of one resource, and where the status has them. */
static void
add_quota_item(struct kube_map *map, struct reeve_object *quota, const struct reeve_json *item,
               const char *resource)
{
    struct reeve_object *obj = reeve_child(quota, "container_quota_item");
    const struct reeve_json *asked = reeve_json_get(item, "spec.hard");
    const struct reeve_json *enforced = reeve_json_get(item, "status.hard");
    const struct reeve_json *used = reeve_json_get(item, "status.used");

    reeve_set_string(obj, "resource", resource);
    kube_set_quantity(map, obj, "quota_desired", reeve_json_member(asked, resource));
    kube_set_quantity(map, obj, "quota_enforced", reeve_json_member(enforced, resource));
    kube_set_quantity(map, obj, "quota_observed", reeve_json_member(used, resource));
}

static void
add_quota_items(struct kube_map *map, struct reeve_object *quota, const struct reeve_json *item)
{
    const struct reeve_json *asked = reeve_json_get(item, "spec.hard");
    const struct reeve_json *at = kube_members(asked, NULL);

    for (; at; at = reeve_json_next(at))
        add_quota_item(map, quota, item, reeve_json_name(at));
    /* Still enforced, though no longer asked for. */
    for (at = kube_members(item, "status.hard"); at; at = reeve_json_next(at)) {
        if (!reeve_json_member(asked, reeve_json_name(at)))
            add_quota_item(map, quota, item, reeve_json_name(at));
    }
}

/* As kubectl's columns REQUEST and LIMIT: "pods: 3/50, requests.cpu: 0/8". */
static void
set_usage(struct kube_map *map, struct reeve_object *quota, const struct reeve_json *item)
{
    const struct reeve_json *used = reeve_json_get(item, "status.used");
    const struct reeve_json *at = kube_members(item, "status.hard");
    struct kube_text requests = kube_text(map->call), limits = kube_text(map->call);

    for (; at; at = reeve_json_next(at)) {
        const char *name = reeve_json_name(at);
        const char *hard = kube_quantity_text(map->call, at);
        const char *now = kube_quantity_text(map->call, reeve_json_member(used, name));
        struct kube_text *text = strncmp(name, "limits.", 7) == 0 ? &limits : &requests;

        kube_text_join(text, ", ", name);
        kube_text_add(text, ": ");
        kube_text_add(text, now ? now : "0");
        kube_text_add(text, "/");
        kube_text_add(text, hard ? hard : "0");
    }
    reeve_set_string(quota, "requests", kube_text_done(&requests));
    reeve_set_string(quota, "limits", kube_text_done(&limits));
}

static void
add_scopes(struct kube_map *map, struct reeve_object *quota, const struct reeve_json *item)
{
    const struct reeve_json *at = reeve_json_first(item, "spec.scopes");
    struct kube_set seen;

    if (!at || kube_set_open(map->call, reeve_json_count(item, "spec.scopes"), &seen))
        return;
    for (; at; at = reeve_json_next(at)) {
        const char *scope = reeve_json_string(at, NULL, "");

        if (*scope && kube_set_add(&seen, scope))
            reeve_set_string(reeve_child(quota, "container_quota_scope"), "scope", scope);
    }
}

int
kube_map_quota(struct kube_map *map, const struct reeve_json *item)
{
    struct reeve_object *obj = kube_namespaced(map, "container_quota", item);

    set_usage(map, obj, item);
    kube_set_json(map, obj, "scope_selector", item, "spec.scopeSelector");
    add_quota_items(map, obj, item);
    add_scopes(map, obj, item);
    kube_labels(obj, item);
    return reeve_emit(obj);
}

static const char *const limit_columns[][2] = {
    { "max", "max" },
    { "min", "min" },
    { "default", "default" },
    { "defaultRequest", "default_request" },
    { "maxLimitRequestRatio", "max_limit_request_ratio" },
};
#define LIMIT_COUNT (sizeof(limit_columns) / sizeof(limit_columns[0]))

static void
add_limit_item(struct kube_map *map, struct reeve_object *range, const struct reeve_json *limit,
               const char *resource)
{
    struct reeve_object *obj = reeve_child(range, "container_limit_item");

    reeve_set_string(obj, "resource", resource);
    kube_set_string(obj, "item_type", limit, "type");
    for (size_t i = 0; i < LIMIT_COUNT; i++) {
        const struct reeve_json *values = reeve_json_get(limit, limit_columns[i][0]);

        reeve_set_string(obj, limit_columns[i][1],
                         kube_quantity_text(map->call, reeve_json_member(values, resource)));
    }
}

/* One row for a type and resource, whichever of the five name it. */
static void
add_limit(struct kube_map *map, struct reeve_object *range, const struct reeve_json *limit)
{
    uint64_t count = 0;
    struct kube_set seen;

    for (size_t i = 0; i < LIMIT_COUNT; i++)
        count += reeve_json_count(limit, limit_columns[i][0]);
    if (kube_set_open(map->call, count, &seen))
        return;
    for (size_t i = 0; i < LIMIT_COUNT; i++) {
        const struct reeve_json *at = kube_members(limit, limit_columns[i][0]);

        for (; at; at = reeve_json_next(at)) {
            if (kube_set_add(&seen, reeve_json_name(at)))
                add_limit_item(map, range, limit, reeve_json_name(at));
        }
    }
}

int
kube_map_limit_range(struct kube_map *map, const struct reeve_json *item)
{
    struct reeve_object *obj = kube_namespaced(map, "container_limit", item);
    const struct reeve_json *at = reeve_json_first(item, "spec.limits");

    for (; at; at = reeve_json_next(at))
        add_limit(map, obj, at);
    kube_labels(obj, item);
    return reeve_emit(obj);
}
