/* SPDX-License-Identifier: Apache-2.0
 *
 * Horizontal pod autoscalers (autoscaling/v2), with the TARGETS that kubectl shows.
 */
#include "map.h"

#include <string.h>

#include "text.h"

/* Where a metric of each type has its parts. */
static const struct metric_type {
    const char *type, *member, *name;
} metric_types[] = {
    { "Resource", "resource", "name" },        { "ContainerResource", "containerResource", "name" },
    { "Pods", "pods", "metric.name" },         { "Object", "object", "metric.name" },
    { "External", "external", "metric.name" },
};

static const struct metric_type *
type_of(const struct reeve_json *metric)
{
    const char *type = reeve_json_string(metric, "type", "");

    for (size_t i = 0; i < sizeof(metric_types) / sizeof(metric_types[0]); i++) {
        if (strcmp(metric_types[i].type, type) == 0)
            return &metric_types[i];
    }
    return NULL;
}

/* The last value of the n-th metric, when the status has the same type there. */
static const struct reeve_json *
current_of(const struct reeve_json *item, const struct metric_type *type, int n)
{
    const struct reeve_json *at = reeve_json_first(item, "status.currentMetrics");

    for (; at && n > 0; n--)
        at = reeve_json_next(at);
    if (!at || strcmp(reeve_json_string(at, "type", ""), type->type) != 0)
        return NULL;
    return reeve_json_get(reeve_json_get(at, type->member), "current");
}

/* "80%", "200m" or "200m (avg)"; NULL when there is none. */
static const char *
value_text(struct kube_map *map, const struct reeve_json *value, const char *form)
{
    const struct reeve_json *part = reeve_json_get(value, form);
    const char *text = kube_quantity_text(map->call, part);

    if (!text)
        return NULL;
    return strcmp(form, "averageUtilization") == 0 ? reeve_format(map->call, "%s%%", text) : text;
}

static void
add_target(struct kube_map *map, struct kube_text *text, const struct reeve_json *metric,
           const struct reeve_json *current, const struct metric_type *type)
{
    static const char *const forms[] = { "averageUtilization", "averageValue", "value" };
    const struct reeve_json *body = reeve_json_get(metric, type->member);
    const struct reeve_json *target = reeve_json_get(body, "target");

    for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
        const char *wanted = value_text(map, target, forms[i]);
        const char *now = value_text(map, current, forms[i]);
        int named =
            strcmp(type->type, "Resource") == 0 || strcmp(type->type, "ContainerResource") == 0;

        if (!wanted)
            continue;
        if (text->len)
            kube_text_add(text, ", ");
        if (named)
            kube_text_addf(text, "%.100s: ", reeve_json_string(body, type->name, ""));
        kube_text_addf(text, "%.100s/%.100s", now ? now : "<unknown>", wanted);
        if (i == 1 && !named)
            kube_text_add(text, " (avg)");
        return;
    }
}

/* kubectl shows two, and how many more there are. */
static const char *
targets_text(struct kube_map *map, const struct reeve_json *item)
{
    const struct reeve_json *at = reeve_json_first(item, "spec.metrics");
    struct kube_text text = kube_text(map->call);
    int count = 0;

    for (; at; at = reeve_json_next(at), count++) {
        const struct metric_type *type = type_of(at);

        if (type && count < 2)
            add_target(map, &text, at, current_of(item, type, count), type);
    }
    if (count > 2)
        kube_text_addf(&text, " + %d more...", count - 2);
    return kube_text_done(&text);
}

static void
set_target(struct reeve_object *obj, const struct reeve_json *item)
{
    const char *name = reeve_json_string(item, "spec.scaleTargetRef.name", "");
    const char *kind = reeve_json_string(item, "spec.scaleTargetRef.kind", "");
    const char *ours =
        kube_kind_of(reeve_json_string(item, "spec.scaleTargetRef.apiVersion", ""), kind);

    reeve_set_string(obj, "target_kind", kind);
    reeve_set_string(obj, "target_name", name);
    if (ours &&
        (strcmp(ours, "container_deployment") == 0 || strcmp(ours, "container_replicator") == 0 ||
         strcmp(ours, "container_stateful_set") == 0))
        reeve_link_name(obj, "target_id", ours, reeve_json_string(item, "metadata.namespace", ""),
                        name);
}

int
kube_map_autoscaler(struct kube_map *map, const struct reeve_json *item)
{
    struct reeve_object *obj = kube_namespaced(map, "container_autoscaler", item);

    set_target(obj, item);
    reeve_set_int(obj, "min_replicas", reeve_json_int(item, "spec.minReplicas", 1));
    kube_set_int(obj, "max_replicas", item, "spec.maxReplicas");
    kube_set_count(obj, "current_replicas", item, "status.currentReplicas");
    kube_set_count(obj, "desired_replicas", item, "status.desiredReplicas");
    reeve_set_string(obj, "targets", targets_text(map, item));
    kube_set_json(map, obj, "metrics", item, "spec.metrics");
    kube_set_json(map, obj, "current_metrics", item, "status.currentMetrics");
    kube_set_time(obj, "last_scale_time", item, "status.lastScaleTime");
    kube_labels(obj, item);
    kube_conditions(obj, item);
    return reeve_emit(obj);
}
