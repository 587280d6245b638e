/* SPDX-License-Identifier: Apache-2.0
 *
 * What makes pods and keeps them: deployments, replica sets and replication controllers
 * (one kind), stateful sets, daemon sets.
 */
#include "map.h"

#include <stddef.h>

#include "map_workload.h"

#include "text.h"

#define REVISION "deployment.kubernetes.io/revision"

void
kube_map_template(struct kube_map *map, struct reeve_object *obj, const struct reeve_json *item,
                  const char *path)
{
    const struct reeve_json *spec = reeve_json_get(reeve_json_get(item, path), "spec");

    reeve_set_string(obj, "container_names",
                     kube_join_member(map->call, spec, "containers", "name", ","));
    reeve_set_string(obj, "image_names",
                     kube_join_member(map->call, spec, "containers", "image", ","));
    kube_set_string(obj, "service_account", spec, "serviceAccountName");
}

/* A label selector: one text, and its labels as custom attributes. */
static void
set_selector(struct kube_map *map, struct reeve_object *obj, const struct reeve_json *item)
{
    const struct reeve_json *selector = reeve_json_get(item, "spec.selector");

    reeve_set_string(obj, "selector", kube_selector_text(map->call, selector));
    kube_attributes(obj, "selectors", reeve_json_get(selector, "matchLabels"));
}

static void
set_common(struct kube_map *map, struct reeve_object *obj, const struct reeve_json *item)
{
    kube_set_int(obj, "generation", item, "metadata.generation");
    kube_set_int(obj, "observed_generation", item, "status.observedGeneration");
    kube_map_template(map, obj, item, "spec.template");
    kube_labels(obj, item);
    kube_conditions(obj, item);
}

static void
set_revision(struct reeve_object *obj, const struct reeve_json *item)
{
    const struct reeve_json *annotations = reeve_json_get(item, "metadata.annotations");

    kube_set_string(obj, "revision", reeve_json_member(annotations, REVISION), NULL);
}

static void
set_rolling(struct kube_map *map, struct reeve_object *obj, const struct reeve_json *strategy)
{
    kube_set_string(obj, "strategy", strategy, "type");
    kube_set_int_or_string(map, obj, "max_surge", strategy, "rollingUpdate.maxSurge");
    kube_set_int_or_string(map, obj, "max_unavailable", strategy, "rollingUpdate.maxUnavailable");
}

int
kube_map_deployment(struct kube_map *map, const struct reeve_json *item)
{
    struct reeve_object *obj = kube_namespaced(map, "container_deployment", item);

    kube_set_int(obj, "replicas", item, "spec.replicas");
    kube_set_count(obj, "current_replicas", item, "status.replicas");
    kube_set_count(obj, "updated_replicas", item, "status.updatedReplicas");
    kube_set_count(obj, "ready_replicas", item, "status.readyReplicas");
    kube_set_count(obj, "available_replicas", item, "status.availableReplicas");
    kube_set_count(obj, "unavailable_replicas", item, "status.unavailableReplicas");
    set_rolling(map, obj, reeve_json_get(item, "spec.strategy"));
    kube_set_count(obj, "min_ready_seconds", item, "spec.minReadySeconds");
    kube_set_int(obj, "progress_deadline_seconds", item, "spec.progressDeadlineSeconds");
    kube_set_int(obj, "revision_history_limit", item, "spec.revisionHistoryLimit");
    reeve_set_flag(obj, "paused", reeve_json_flag(item, "spec.paused", 0));
    set_revision(obj, item);
    set_selector(map, obj, item);
    set_common(map, obj, item);
    return reeve_emit(obj);
}

static struct reeve_object *
begin_replicator(struct kube_map *map, const struct reeve_json *item, const char *object_kind)
{
    static const char *const owner_kinds[] = { "container_deployment", NULL };
    struct reeve_object *obj = kube_namespaced(map, "container_replicator", item);

    reeve_set_string(obj, "object_kind", object_kind);
    kube_set_int(obj, "replicas", item, "spec.replicas");
    kube_set_count(obj, "current_replicas", item, "status.replicas");
    kube_set_count(obj, "fully_labeled_replicas", item, "status.fullyLabeledReplicas");
    kube_set_count(obj, "ready_replicas", item, "status.readyReplicas");
    kube_set_count(obj, "available_replicas", item, "status.availableReplicas");
    kube_set_count(obj, "min_ready_seconds", item, "spec.minReadySeconds");
    set_revision(obj, item);
    kube_owner(obj, item, owner_kinds, NULL);
    return obj;
}

int
kube_map_replica_set(struct kube_map *map, const struct reeve_json *item)
{
    struct reeve_object *obj = begin_replicator(map, item, "ReplicaSet");

    set_selector(map, obj, item);
    set_common(map, obj, item);
    return reeve_emit(obj);
}

/* The selector of this older kind is a plain map of labels. */
int
kube_map_replication_controller(struct kube_map *map, const struct reeve_json *item)
{
    struct reeve_object *obj = begin_replicator(map, item, "ReplicationController");
    const struct reeve_json *selector = reeve_json_get(item, "spec.selector");

    reeve_set_string(obj, "selector", kube_match_labels_text(map->call, selector));
    kube_attributes(obj, "selectors", selector);
    set_common(map, obj, item);
    return reeve_emit(obj);
}

static void
set_service(struct reeve_object *obj, const struct reeve_json *item)
{
    const char *name = reeve_json_string(item, "spec.serviceName", "");

    if (!*name)
        return;
    reeve_set_string(obj, "service_name", name);
    reeve_link_name(obj, "container_service_id", "container_service",
                    reeve_json_string(item, "metadata.namespace", ""), name);
}

int
kube_map_stateful_set(struct kube_map *map, const struct reeve_json *item)
{
    struct reeve_object *obj = kube_namespaced(map, "container_stateful_set", item);

    kube_set_int(obj, "replicas", item, "spec.replicas");
    kube_set_count(obj, "current_replicas", item, "status.replicas");
    kube_set_count(obj, "updated_replicas", item, "status.updatedReplicas");
    kube_set_count(obj, "ready_replicas", item, "status.readyReplicas");
    kube_set_count(obj, "available_replicas", item, "status.availableReplicas");
    kube_set_string(obj, "strategy", item, "spec.updateStrategy.type");
    kube_set_int(obj, "partition", item, "spec.updateStrategy.rollingUpdate.partition");
    kube_set_string(obj, "pod_management_policy", item, "spec.podManagementPolicy");
    kube_set_count(obj, "min_ready_seconds", item, "spec.minReadySeconds");
    kube_set_int(obj, "revision_history_limit", item, "spec.revisionHistoryLimit");
    kube_set_string(obj, "current_revision", item, "status.currentRevision");
    kube_set_string(obj, "update_revision", item, "status.updateRevision");
    set_service(obj, item);
    reeve_set_json(obj, "volume_claim_templates",
                   kube_member_json(map->call, item, "spec.volumeClaimTemplates", "metadata.name"));
    set_selector(map, obj, item);
    set_common(map, obj, item);
    return reeve_emit(obj);
}

int
kube_map_daemon_set(struct kube_map *map, const struct reeve_json *item)
{
    struct reeve_object *obj = kube_namespaced(map, "container_daemon_set", item);
    const struct reeve_json *nodes = reeve_json_get(item, "spec.template.spec.nodeSelector");

    kube_set_count(obj, "replicas", item, "status.desiredNumberScheduled");
    kube_set_count(obj, "current_replicas", item, "status.currentNumberScheduled");
    kube_set_count(obj, "ready_replicas", item, "status.numberReady");
    kube_set_count(obj, "updated_replicas", item, "status.updatedNumberScheduled");
    kube_set_count(obj, "available_replicas", item, "status.numberAvailable");
    kube_set_count(obj, "unavailable_replicas", item, "status.numberUnavailable");
    kube_set_count(obj, "misscheduled_replicas", item, "status.numberMisscheduled");
    set_rolling(map, obj, reeve_json_get(item, "spec.updateStrategy"));
    kube_set_count(obj, "min_ready_seconds", item, "spec.minReadySeconds");
    kube_set_int(obj, "revision_history_limit", item, "spec.revisionHistoryLimit");
    reeve_set_string(obj, "node_selector", kube_match_labels_text(map->call, nodes));
    kube_attributes(obj, "node_selectors", nodes);
    set_selector(map, obj, item);
    set_common(map, obj, item);
    return reeve_emit(obj);
}
