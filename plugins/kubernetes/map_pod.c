/* SPDX-License-Identifier: Apache-2.0
 *
 * Pods: their own columns, owners and children. Containers and volumes are in files of
 * their own.
 */
#include "map.h"

#include <string.h>

static const char *const owner_kinds[] = {
    "container_replicator",
    "container_stateful_set",
    "container_daemon_set",
    "container_job",
    "container_deployment",
    "container_node",
    NULL,
};

static void
set_scheduling(struct reeve_object *obj, const struct reeve_json *pod)
{
    const char *node = reeve_json_string(pod, "spec.nodeName", NULL);

    if (node && *node)
        reeve_link_name(obj, "container_node_id", "container_node", NULL, node);
    kube_set_string(obj, "service_account", pod, "spec.serviceAccountName");
    kube_set_string(obj, "priority_class", pod, "spec.priorityClassName");
    kube_set_int(obj, "priority", pod, "spec.priority");
    kube_set_string(obj, "scheduler_name", pod, "spec.schedulerName");
    kube_set_string(obj, "nominated_node_name", pod, "status.nominatedNodeName");
    kube_set_string(obj, "qos_class", pod, "status.qosClass");
    kube_set_string(obj, "restart_policy", pod, "spec.restartPolicy");
    kube_set_string(obj, "dns_policy", pod, "spec.dnsPolicy");
    reeve_set_flag(obj, "host_network", reeve_json_flag(pod, "spec.hostNetwork", 0));
}

static void
set_state(struct reeve_object *obj, const struct reeve_json *pod)
{
    kube_set_string(obj, "phase", pod, "status.phase");
    kube_set_string(obj, "reason", pod, "status.reason");
    kube_set_string(obj, "message", pod, "status.message");
    kube_set_string(obj, "ipaddress", pod, "status.podIP");
    kube_set_string(obj, "host_ipaddress", pod, "status.hostIP");
    kube_set_time(obj, "started_on", pod, "status.startTime");
    kube_set_time(obj, "deletion_requested_on", pod, "metadata.deletionTimestamp");
}

static void
set_readiness_gates(struct kube_map *map, struct reeve_object *obj, const struct reeve_json *pod)
{
    const struct reeve_json *at = reeve_json_first(pod, "spec.readinessGates");
    int passed = 0, count = 0;

    if (!at)
        return;
    for (; at; at = reeve_json_next(at), count++)
        passed += kube_has_condition(pod, reeve_json_string(at, "conditionType", ""));
    reeve_set_string(obj, "readiness_gates", reeve_format(map->call, "%d/%d", passed, count));
}

static void
set_owner(struct reeve_object *obj, const struct reeve_json *pod)
{
    const char *uid = NULL, *kind = kube_owner(obj, pod, owner_kinds, &uid);

    if (kind && strcmp(kind, "container_replicator") == 0)
        reeve_link(obj, "container_replicator_id", kind, uid);
}

static void
add_security_context(struct reeve_object *obj, const struct reeve_json *pod)
{
    const struct reeve_json *options = reeve_json_get(pod, "spec.securityContext.seLinuxOptions");

    if (options)
        kube_map_se_linux(obj, options);
}

int
kube_map_pod(struct kube_map *map, const struct reeve_json *item)
{
    struct reeve_object *obj;
    int rc = kube_map_images(map, item);

    if (rc)
        return rc;
    obj = kube_namespaced(map, "container_group", item);
    set_scheduling(obj, item);
    set_state(obj, item);
    kube_map_pod_status(map, obj, item);
    set_readiness_gates(map, obj, item);
    set_owner(obj, item);
    kube_map_containers(map, obj, item);
    kube_map_pod_volumes(map, obj, item);
    add_security_context(obj, item);
    kube_labels(obj, item);
    kube_attributes(obj, "node_selectors", reeve_json_get(item, "spec.nodeSelector"));
    kube_conditions(obj, item);
    return reeve_emit(obj);
}
