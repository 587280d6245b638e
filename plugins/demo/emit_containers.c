/* SPDX-License-Identifier: Apache-2.0
 *
 * The Kubernetes cluster of the estate: projects, nodes, pods with a container each, images.
 */
#include <stdio.h>
#include <string.h>
#include "emit.h"

int
demo_emit_project(struct reeve_inventory *inv, const struct demo_estate *estate, int64_t index)
{
    char ref[48], name[64];
    struct reeve_object *obj, *label;

    demo_ref(ref, "project", estate, index);
    obj = reeve_object(inv, "container_project", ref);
    snprintf(name, sizeof(name), "%s-%lld", demo_words[(uint64_t)index % COUNT(demo_words)],
             (long long)index + 1);
    reeve_set_string(obj, "name", name);
    reeve_set_time(obj, "ems_created_on", demo_made_on(estate, "project", index));
    label = reeve_child(obj, "custom_attribute");
    reeve_set_string(label, "section", "labels");
    reeve_set_string(label, "name", "team");
    reeve_set_string(label, "value",
                     demo_words[demo_pick(estate, "project", index, 1, COUNT(demo_words))]);
    reeve_set_string(label, "source", "demo");
    return reeve_emit(obj);
}

int
demo_emit_node(struct reeve_inventory *inv, const struct demo_estate *estate, int64_t index)
{
    char ref[48], name[64];
    struct reeve_object *obj, *condition;

    demo_ref(ref, "node", estate, index);
    obj = reeve_object(inv, "container_node", ref);
    snprintf(name, sizeof(name), "node-%03lld", (long long)index + 1);
    reeve_set_string(obj, "name", name);
    reeve_set_string(obj, "identity_system", ref);
    reeve_set_string(obj, "kubernetes_kubelet_version", "v1.36.3");
    reeve_set_string(obj, "status", "Ready");
    reeve_set_string(obj, "roles", index == 0 ? "control-plane" : "worker");
    reeve_set_string(obj, "os_image",
                     demo_systems[demo_pick(estate, "node", index, 1, COUNT(demo_systems) - 1)]);
    snprintf(name, sizeof(name), "10.200.%lld.%lld", (long long)(index >> 8 & 255),
             (long long)(index & 255));
    reeve_set_string(obj, "internal_ipaddress", name);
    reeve_set_double(obj, "cpu_cores", (double)(4ll << demo_pick(estate, "node", index, 2, 4)));
    reeve_set_int(obj, "memory_bytes", 16ll << (30 + demo_pick(estate, "node", index, 3, 4)));
    reeve_set_string(obj, "container_runtime_version", "containerd://2.1.0");
    reeve_set_int(obj, "max_container_groups", 110);
    reeve_set_time(obj, "ems_created_on", demo_made_on(estate, "node", index));
    condition = reeve_child(obj, "container_condition");
    reeve_set_string(condition, "name", "Ready");
    reeve_set_string(condition, "status", "True");
    return reeve_emit(obj);
}

static int
emit_image(struct reeve_inventory *inv, const struct demo_estate *estate, int64_t index)
{
    char ref[128], name[64];
    struct reeve_object *obj;

    snprintf(ref, sizeof(ref), "docker-pullable://registry.demo.example/image-%lld:%llu",
             (long long)index, (unsigned long long)(demo_random(estate, "image", index, 0) % 30));
    obj = reeve_object(inv, "container_image", ref);
    snprintf(name, sizeof(name), "image-%lld", (long long)index);
    reeve_set_string(obj, "name", name);
    reeve_set_string(obj, "tag", strrchr(ref, ':') + 1);
    return reeve_emit(obj);
}

static void
add_container(struct reeve_object *pod, const struct demo_estate *estate, int64_t index,
              const char *pod_ref, int64_t image, uint64_t salt)
{
    char ref[200], image_ref[128];
    struct reeve_object *container = reeve_child(pod, "container");

    snprintf(image_ref, sizeof(image_ref),
             "docker-pullable://registry.demo.example/image-%lld:%llu", (long long)image,
             (unsigned long long)(demo_random(estate, "image", image, 0) % 30));
    snprintf(ref, sizeof(ref), "%s_main_image-%lld", pod_ref, (long long)image);
    reeve_set_string(container, "ems_ref", ref);
    reeve_set_string(container, "name", "main");
    reeve_set_string(container, "image", image_ref + strlen("docker-pullable://"));
    reeve_set_string(container, "state",
                     demo_pick(estate, "phase", index, salt, 20) ? "running" : "waiting");
    reeve_set_int(container, "restart_count", demo_pick(estate, "restarts", index, salt, 5));
    reeve_set_int(container, "limit_memory_bytes",
                  128ll << (20 + demo_pick(estate, "pod", index, 5, 5)));
    reeve_link(container, "container_image_id", "container_image", image_ref);
}

int
demo_emit_pod(struct reeve_inventory *inv, const struct demo_estate *estate, int64_t index)
{
    struct demo_object state = estate->moving[DEMO_POD][index];
    uint64_t salt = demo_salt(estate, DEMO_POD, index);
    int64_t project = demo_pick(estate, "pod", index, 1, estate->size.projects);
    int64_t image = demo_pick(estate, "pod", index, 3, estate->size.images);
    int running = demo_pick(estate, "phase", index, salt, 20) != 0;
    char ref[48], name[64], other[48], scope[64];
    struct reeve_object *obj;
    int status = emit_image(inv, estate, image);

    if (status < 0)
        return status;
    demo_moving_ref(ref, estate, DEMO_POD, index, state);
    obj = reeve_object(inv, "container_group", ref);
    snprintf(
        name, sizeof(name), "%s-%05llx",
        demo_tiers[demo_pick(estate, "pod", index, 2, COUNT(demo_tiers))],
        (unsigned long long)((demo_random(estate, "name", index, state.incarnation) & 0xfffff)));
    snprintf(scope, sizeof(scope), "%s-%lld", demo_words[(uint64_t)project % COUNT(demo_words)],
             (long long)project + 1);
    reeve_set_string(obj, "name", name);
    reeve_set_string(obj, "namespace", scope);
    reeve_set_string(obj, "phase", running ? "Running" : "Pending");
    reeve_set_string(obj, "status", running ? "Running" : "ContainerCreating");
    reeve_set_int(obj, "ready_containers", running);
    reeve_set_int(obj, "total_containers", 1);
    reeve_set_int(obj, "restart_count", demo_pick(estate, "restarts", index, salt, 5));
    reeve_set_string(obj, "restart_policy", "Always");
    reeve_set_time(obj, "ems_created_on",
                   demo_made_on(estate, "pod", index) + state.incarnation * 60000ll);
    if (estate->size.projects > 0)
        reeve_link_name(obj, "container_project_id", "container_project", NULL, scope);
    if (estate->size.nodes > 0) {
        demo_ref(other, "node", estate, demo_pick(estate, "pod", index, 4, estate->size.nodes));
        reeve_link(obj, "container_node_id", "container_node", other);
    }
    add_container(obj, estate, index, ref, image, salt);
    return reeve_emit(obj);
}
