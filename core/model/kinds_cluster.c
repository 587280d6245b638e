/* SPDX-License-Identifier: Apache-2.0
 *
 * A cluster's frame: namespaces, nodes, and the conditions that most objects report.
 */
#include "model/kinds.h"
#include "model/columns.h"

static const struct reeve_column container_project_columns[] = {
    KUBERNETES_COLUMNS,
    STRING("display_name", "Name for people (annotation openshift.io/display-name)"),
    STRING("phase", "Active or Terminating"),
    REEVE_COLUMNS_END,
};

static const struct reeve_column container_node_columns[] = {
    KUBERNETES_COLUMNS,
    STRING("identity_infra", "Id that the platform below knows it by (spec.providerID)"),
    STRING("identity_machine", "Machine id of its operating system"),
    STRING("identity_system", "UUID of the machine, from its firmware"),
    STRING("kubernetes_kubelet_version", "Version of its kubelet"),
    STRING("kubernetes_proxy_version", "Version of its kube-proxy"),
    STRING("container_runtime_version", "Container runtime and its version"),
    INT("max_container_groups", "How many pods fit on it (capacity)"),
    STRING("status", "As kubectl shows it: Ready, NotReady, with SchedulingDisabled"),
    STRING("roles", "Its roles, comma between"),
    FLAG("unschedulable", "Whether new pods are kept away from it"),
    JSON("taints", "Taints: array of key, value, effect"),
    STRING("hostname", "Host name that it reports"),
    STRING("internal_ipaddress", "Address inside the cluster's network"),
    STRING("external_ipaddress", "Address that is reachable from outside"),
    STRING("pod_cidr", "Address range of its pods"),
    STRING("os_image", "Operating system, as it reports it"),
    STRING("kernel_version", "Version of its kernel"),
    STRING("architecture", "Processor architecture"),
    DOUBLE("cpu_cores", "Processor cores (capacity)"),
    INT("memory_bytes", "Memory in bytes (capacity)"),
    DOUBLE("allocatable_cpu_cores", "Processor cores that pods may have"),
    INT("allocatable_memory_bytes", "Memory in bytes that pods may have"),
    JSON("capacity", "All resources that it has: name to quantity"),
    JSON("allocatable", "All resources that pods may have: name to quantity"),
    POLY_F(CORE, "lives_on", "vm host", "The machine that it is, known from another provider"),
    TIME_F(CORE, "last_perf_capture_on", "When metrics were last collected"),
    REEVE_COLUMNS_END,
};

static const struct reeve_column container_condition_columns[] = {
    POLY("container_entity",
         "container_project container_node container_group container_service "
         "container_deployment container_replicator container_stateful_set container_daemon_set "
         "container_job container_autoscaler persistent_volume_claim custom_resource_definition "
         "container_route",
         "The object that reports it"),
    STRING_F(REQUIRED, "name", "Type of the condition: Ready, Available, ..."),
    STRING("status", "True, False or Unknown"),
    STRING("reason", "Reason of the last change, one word"),
    STRING("message", "Reason of the last change, for people"),
    TIME("last_transition_time", "When the status last changed"),
    TIME_F(VOLATILE, "last_heartbeat_time", "When it was last reported"),
    REEVE_COLUMNS_END,
};

const struct reeve_kind rv_kinds_cluster[] = {
    KIND(container_project, .table = "container_projects", .api_name = "container_projects",
         .title = "Namespace", .help = "A namespace of Kubernetes, a project of OpenShift",
         .archive = REEVE_ARCHIVE, CLUSTER_KEYS, .class_name = "ContainerProject",
         .aliases = LIST("ns", "namespace", "namespaces", "project", "projects")),
    KIND(container_node, .table = "container_nodes", .api_name = "container_nodes", .title = "Node",
         .help = "A machine that runs pods", .archive = REEVE_ARCHIVE, CLUSTER_KEYS,
         .class_name = "ContainerNode", .aliases = LIST("no", "node", "nodes")),
    KIND(container_condition, .table = "container_conditions", .api_name = "container_conditions",
         .title = "Condition", .help = "One condition that an object of a cluster reports",
         .flags = REEVE_KIND_CHILD, .key = LIST("name"), .owner_column = "container_entity_id",
         .class_name = "ContainerCondition"),
    KINDS_END,
};
