/* SPDX-License-Identifier: Apache-2.0
 *
 * Namespaces and nodes. A node's machine is kept twice, as ManageIQ has it: as
 * computer_system with hardware and operating_system, and in columns of its own.
 */
#include "map.h"

#include <string.h>

#include "quantity.h"
#include "text.h"

#define ROLE_PREFIX "node-role.kubernetes.io/"

int
kube_map_namespace(struct kube_map *map, const struct reeve_json *item)
{
    struct reeve_object *obj = kube_object(map, "container_project", item);
    const struct reeve_json *annotations = reeve_json_get(item, "metadata.annotations");
    const struct reeve_json *title = reeve_json_member(annotations, "openshift.io/display-name");

    kube_set_string(obj, "display_name", title, NULL);
    kube_set_string(obj, "phase", item, "status.phase");
    kube_labels(obj, item);
    kube_conditions(obj, item);
    return reeve_emit(obj);
}

static const char *
address_of(const struct reeve_json *node, const char *type)
{
    const struct reeve_json *at = reeve_json_first(node, "status.addresses");

    for (; at; at = reeve_json_next(at)) {
        if (strcmp(reeve_json_string(at, "type", ""), type) == 0)
            return reeve_json_string(at, "address", NULL);
    }
    return NULL;
}

/* As kubectl: "Ready", "NotReady", "Unknown", with ",SchedulingDisabled". */
static void
set_status(struct kube_map *map, struct reeve_object *obj, const struct reeve_json *node)
{
    const struct reeve_json *at = reeve_json_first(node, "status.conditions");
    const char *status = "Unknown";

    for (; at; at = reeve_json_next(at)) {
        if (strcmp(reeve_json_string(at, "type", ""), "Ready") == 0)
            status =
                strcmp(reeve_json_string(at, "status", ""), "True") == 0 ? "Ready" : "NotReady";
    }
    if (reeve_json_flag(node, "spec.unschedulable", 0))
        status = reeve_format(map->call, "%s,SchedulingDisabled", status);
    reeve_set_string(obj, "status", status);
}

static void
set_roles(struct kube_map *map, struct reeve_object *obj, const struct reeve_json *node)
{
    struct kube_text text = kube_text(map->call);
    const struct reeve_json *at = kube_members(node, "metadata.labels");

    for (; at; at = reeve_json_next(at)) {
        const char *name = reeve_json_name(at), *role = "";

        if (strncmp(name, ROLE_PREFIX, strlen(ROLE_PREFIX)) == 0)
            role = name + strlen(ROLE_PREFIX);
        else if (strcmp(name, "kubernetes.io/role") == 0)
            role = reeve_json_string(at, NULL, "");
        if (*role)
            kube_text_join(&text, ",", role);
    }
    reeve_set_string(obj, "roles", kube_text_done(&text));
}

static void
set_resources(struct kube_map *map, struct reeve_object *obj, const struct reeve_json *node)
{
    const struct reeve_json *capacity = reeve_json_get(node, "status.capacity");
    const struct reeve_json *allocatable = reeve_json_get(node, "status.allocatable");

    kube_set_json(map, obj, "capacity", capacity, NULL);
    kube_set_json(map, obj, "allocatable", allocatable, NULL);
    kube_set_quantity(map, obj, "cpu_cores", reeve_json_member(capacity, "cpu"));
    kube_set_quantity_int(map, obj, "memory_bytes", reeve_json_member(capacity, "memory"));
    kube_set_quantity_int(map, obj, "max_container_groups", reeve_json_member(capacity, "pods"));
    kube_set_quantity(map, obj, "allocatable_cpu_cores", reeve_json_member(allocatable, "cpu"));
    kube_set_quantity_int(map, obj, "allocatable_memory_bytes",
                          reeve_json_member(allocatable, "memory"));
}

static void
add_machine(struct kube_map *map, struct reeve_object *obj, const struct reeve_json *node)
{
    const struct reeve_json *capacity = reeve_json_get(node, "status.capacity");
    struct reeve_object *system = reeve_child(obj, "computer_system");
    struct reeve_object *hardware = reeve_child(system, "hardware");
    struct reeve_object *os = reeve_child(system, "operating_system");
    int64_t memory_bytes;

    kube_set_quantity_int(map, hardware, "cpu_total_cores", reeve_json_member(capacity, "cpu"));
    if (kube_quantity_int(&memory_bytes,
                          kube_quantity_text(map->call, reeve_json_member(capacity, "memory"))) ==
        0)
        reeve_set_int(hardware, "memory_mb", memory_bytes / (1024 * 1024));
    kube_set_string(os, "distribution", node, "status.nodeInfo.osImage");
    kube_set_string(os, "product_name", node, "status.nodeInfo.operatingSystem");
    kube_set_string(os, "kernel_version", node, "status.nodeInfo.kernelVersion");
}

static void
set_identity(struct reeve_object *obj, const struct reeve_json *node)
{
    kube_set_string(obj, "identity_infra", node, "spec.providerID");
    kube_set_string(obj, "identity_machine", node, "status.nodeInfo.machineID");
    kube_set_string(obj, "identity_system", node, "status.nodeInfo.systemUUID");
    kube_set_string(obj, "kubernetes_kubelet_version", node, "status.nodeInfo.kubeletVersion");
    kube_set_string(obj, "kubernetes_proxy_version", node, "status.nodeInfo.kubeProxyVersion");
    kube_set_string(obj, "container_runtime_version", node,
                    "status.nodeInfo.containerRuntimeVersion");
    kube_set_string(obj, "os_image", node, "status.nodeInfo.osImage");
    kube_set_string(obj, "kernel_version", node, "status.nodeInfo.kernelVersion");
    kube_set_string(obj, "architecture", node, "status.nodeInfo.architecture");
    reeve_set_string(obj, "hostname", address_of(node, "Hostname"));
    reeve_set_string(obj, "internal_ipaddress", address_of(node, "InternalIP"));
    reeve_set_string(obj, "external_ipaddress", address_of(node, "ExternalIP"));
}

/* What the node says of itself and no column holds. */
static void
add_additional_attributes(struct reeve_object *obj, const struct reeve_json *node)
{
    const char *const pairs[][2] = {
        { "boot_id", reeve_json_string(node, "status.nodeInfo.bootID", NULL) },
        { "operating_system", reeve_json_string(node, "status.nodeInfo.operatingSystem", NULL) },
        { "internal_dns", address_of(node, "InternalDNS") },
        { "external_dns", address_of(node, "ExternalDNS") },
    };

    for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
        struct reeve_object *attribute;

        if (!pairs[i][1] || !*pairs[i][1])
            continue;
        attribute = reeve_child(obj, "custom_attribute");
        reeve_set_string(attribute, "section", "additional_attributes");
        reeve_set_string(attribute, "name", pairs[i][0]);
        reeve_set_string(attribute, "value", pairs[i][1]);
        reeve_set_string(attribute, "source", "kubernetes");
    }
}

int
kube_map_node(struct kube_map *map, const struct reeve_json *item)
{
    struct reeve_object *obj = kube_object(map, "container_node", item);

    set_identity(obj, item);
    set_status(map, obj, item);
    set_roles(map, obj, item);
    set_resources(map, obj, item);
    reeve_set_flag(obj, "unschedulable", reeve_json_flag(item, "spec.unschedulable", 0));
    kube_set_json(map, obj, "taints", item, "spec.taints");
    kube_set_string(obj, "pod_cidr", item, "spec.podCIDR");
    add_machine(map, obj, item);
    kube_labels(obj, item);
    add_additional_attributes(obj, item);
    kube_conditions(obj, item);
    return reeve_emit(obj);
}
