/* SPDX-License-Identifier: Apache-2.0
 *
 * What the estate looks like: names and figures come from the seed, so that
 * they are the same at each run and still look like somebody's.
 */
#include <stdio.h>
#include <string.h>
#include "demo.h"

#define EPOCH_MS 1735689600000 /* 2025-01-01: the invented estate was made after it */
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const char *const words[] = { "billing", "search", "mail",   "stock",  "ledger", "portal",
                                     "feeds",   "audit",  "claims", "render", "quotes", "intake" };
static const char *const tiers[] = { "web", "app", "db", "cache", "queue", "batch" };
static const char *const systems[] = { "Debian GNU/Linux 12", "Red Hat Enterprise Linux 9",
                                       "Ubuntu 24.04 LTS", "Windows Server 2022" };

static void
ref_of(char out[48], const char *prefix, const struct demo_estate *estate, int64_t index)
{
    snprintf(out, 48, "%s-%llx-%lld", prefix, (unsigned long long)estate->seed, (long long)index);
}

static int64_t
made_on(const struct demo_estate *estate, const char *what, int64_t index)
{
    return EPOCH_MS + (int64_t)(demo_random(estate, what, index, 99) % (600ull * 86400)) * 1000;
}

static int64_t
one_of(const struct demo_estate *estate, const char *what, int64_t index, uint64_t salt,
       int64_t count)
{
    return (int64_t)(demo_random(estate, what, index, salt) % (uint64_t)(count > 0 ? count : 1));
}

int
demo_emit_cluster(struct reeve_inventory *inv, const struct demo_estate *estate, int64_t index)
{
    char ref[48], name[64];
    struct reeve_object *obj;

    ref_of(ref, "cluster", estate, index);
    obj = reeve_object(inv, "ems_cluster", ref);
    snprintf(name, sizeof(name), "cluster-%02lld", (long long)index + 1);
    reeve_set_string(obj, "name", name);
    reeve_set_string(obj, "uid_ems", ref);
    reeve_set_flag(obj, "ha_enabled", one_of(estate, "cluster", index, 1, 4) != 0);
    reeve_set_flag(obj, "drs_enabled", one_of(estate, "cluster", index, 2, 2) != 0);
    return reeve_emit(obj);
}

int
demo_emit_storage(struct reeve_inventory *inv, const struct demo_estate *estate, int64_t index)
{
    char ref[48], name[64];
    int64_t total = (1 + one_of(estate, "storage", index, 1, 16)) << 40;
    struct reeve_object *obj;

    ref_of(ref, "datastore", estate, index);
    obj = reeve_object(inv, "storage", ref);
    snprintf(name, sizeof(name), "datastore-%02lld", (long long)index + 1);
    reeve_set_string(obj, "name", name);
    reeve_set_string(obj, "location", ref);
    reeve_set_string(obj, "store_type", one_of(estate, "storage", index, 2, 3) ? "VMFS" : "NFS");
    reeve_set_int(obj, "total_space", total);
    reeve_set_int(obj, "free_space", total / 100 * (10 + one_of(estate, "storage", index, 3, 80)));
    return reeve_emit(obj);
}

int
demo_emit_host(struct reeve_inventory *inv, const struct demo_estate *estate, int64_t index)
{
    char ref[48], name[64], other[48];
    struct reeve_object *obj;

    ref_of(ref, "host", estate, index);
    obj = reeve_object(inv, "host", ref);
    snprintf(name, sizeof(name), "host-%03lld.demo.example", (long long)index + 1);
    reeve_set_string(obj, "name", name);
    reeve_set_string(obj, "hostname", name);
    snprintf(name, sizeof(name), "10.%lld.%lld.%lld", (long long)(index >> 16 & 255),
             (long long)(index >> 8 & 255), (long long)(index & 255));
    reeve_set_string(obj, "ipaddress", name);
    reeve_set_string(obj, "uid_ems", ref);
    reeve_set_string(obj, "vmm_vendor", "demo");
    reeve_set_string(obj, "vmm_product", "Invented Hypervisor");
    reeve_set_string(obj, "vmm_version", "8.0.2");
    reeve_set_string(obj, "power_state", "on");
    reeve_set_string(obj, "connection_state", "connected");
    reeve_set_flag(obj, "maintenance", one_of(estate, "host", index, 1, 20) == 0);
    if (estate->size.clusters > 0) {
        ref_of(other, "cluster", estate, index % estate->size.clusters);
        reeve_link(obj, "ems_cluster_id", "ems_cluster", other);
    }
    return reeve_emit(obj);
}

static void
link_vm(struct reeve_object *obj, const struct demo_estate *estate, int64_t index, uint64_t salt)
{
    char other[48];
    int64_t host;

    if (estate->size.storages > 0) {
        ref_of(other, "datastore", estate, one_of(estate, "vm", index, 4, estate->size.storages));
        reeve_link(obj, "storage_id", "storage", other);
    }
    if (estate->size.hosts == 0)
        return;
    host = one_of(estate, "vm", index, 100 + salt, estate->size.hosts);
    ref_of(other, "host", estate, host);
    reeve_link(obj, "host_id", "host", other);
    if (estate->size.clusters > 0) {
        ref_of(other, "cluster", estate, host % estate->size.clusters);
        reeve_link(obj, "ems_cluster_id", "ems_cluster", other);
    }
}

int
demo_emit_vm(struct reeve_inventory *inv, const struct demo_estate *estate, int64_t index)
{
    struct demo_object state = estate->vms[index];
    uint64_t salt = (uint64_t)state.incarnation << 16 | state.changes;
    int on = one_of(estate, "power", index, salt, 10) != 0;
    char ref[48], name[64];
    struct reeve_object *obj, *hardware;

    demo_vm_ref(ref, estate, index, state);
    obj = reeve_object(inv, "vm", ref);
    snprintf(name, sizeof(name), "%s-%s-%04lld",
             words[one_of(estate, "vm", index, 1, COUNT(words))],
             tiers[one_of(estate, "vm", index, 2, COUNT(tiers))], (long long)index + 1);
    reeve_set_string(obj, "name", name);
    reeve_set_string(obj, "uid_ems", ref);
    reeve_set_string(obj, "vendor", "demo");
    reeve_set_string(obj, "location", ref);
    reeve_set_flag(obj, "template", 0);
    reeve_set_string(obj, "raw_power_state", on ? "poweredOn" : "poweredOff");
    reeve_set_string(obj, "power_state", on ? "on" : "off");
    reeve_set_string(obj, "connection_state", "connected");
    reeve_set_time(obj, "ems_created_on", made_on(estate, "vm", index));
    if (on)
        reeve_set_time(obj, "boot_time", made_on(estate, "boot", index) + (int64_t)salt * 1000);
    link_vm(obj, estate, index, salt);
    hardware = reeve_child(obj, "hardware");
    reeve_set_int(hardware, "cpu_total_cores", 1ll << one_of(estate, "vm", index, 5, 5));
    reeve_set_int(hardware, "memory_mb", 1024ll << one_of(estate, "vm", index, 6, 6));
    reeve_set_string(hardware, "guest_os", systems[one_of(estate, "vm", index, 7, COUNT(systems))]);
    return reeve_emit(obj);
}

int
demo_emit_project(struct reeve_inventory *inv, const struct demo_estate *estate, int64_t index)
{
    char ref[48], name[64];
    struct reeve_object *obj, *label;

    ref_of(ref, "project", estate, index);
    obj = reeve_object(inv, "container_project", ref);
    snprintf(name, sizeof(name), "%s-%lld", words[(uint64_t)index % COUNT(words)],
             (long long)index + 1);
    reeve_set_string(obj, "name", name);
    reeve_set_time(obj, "ems_created_on", made_on(estate, "project", index));
    label = reeve_child(obj, "custom_attribute");
    reeve_set_string(label, "section", "labels");
    reeve_set_string(label, "name", "team");
    reeve_set_string(label, "value", words[one_of(estate, "project", index, 1, COUNT(words))]);
    reeve_set_string(label, "source", "demo");
    return reeve_emit(obj);
}

int
demo_emit_node(struct reeve_inventory *inv, const struct demo_estate *estate, int64_t index)
{
    char ref[48], name[64];
    struct reeve_object *obj, *condition;

    ref_of(ref, "node", estate, index);
    obj = reeve_object(inv, "container_node", ref);
    snprintf(name, sizeof(name), "node-%03lld", (long long)index + 1);
    reeve_set_string(obj, "name", name);
    reeve_set_string(obj, "identity_system", ref);
    reeve_set_string(obj, "kubernetes_kubelet_version", "v1.36.3");
    reeve_set_string(obj, "status", "Ready");
    reeve_set_string(obj, "roles", index == 0 ? "control-plane" : "worker");
    reeve_set_string(obj, "os_image",
                     systems[one_of(estate, "node", index, 1, COUNT(systems) - 1)]);
    snprintf(name, sizeof(name), "10.200.%lld.%lld", (long long)(index >> 8 & 255),
             (long long)(index & 255));
    reeve_set_string(obj, "internal_ipaddress", name);
    reeve_set_double(obj, "cpu_cores", (double)(4ll << one_of(estate, "node", index, 2, 4)));
    reeve_set_int(obj, "memory_bytes", 16ll << (30 + one_of(estate, "node", index, 3, 4)));
    reeve_set_string(obj, "container_runtime_version", "containerd://2.1.0");
    reeve_set_int(obj, "max_container_groups", 110);
    reeve_set_time(obj, "ems_created_on", made_on(estate, "node", index));
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
                     one_of(estate, "phase", index, salt, 20) ? "running" : "waiting");
    reeve_set_int(container, "restart_count", one_of(estate, "restarts", index, salt, 5));
    reeve_set_int(container, "limit_memory_bytes",
                  128ll << (20 + one_of(estate, "pod", index, 5, 5)));
    reeve_link(container, "container_image_id", "container_image", image_ref);
}

int
demo_emit_pod(struct reeve_inventory *inv, const struct demo_estate *estate, int64_t index)
{
    struct demo_object state = estate->pods[index];
    uint64_t salt = (uint64_t)state.incarnation << 16 | state.changes;
    int64_t project = one_of(estate, "pod", index, 1, estate->size.projects);
    int64_t image = one_of(estate, "pod", index, 3, estate->size.images);
    int running = one_of(estate, "phase", index, salt, 20) != 0;
    char ref[48], name[64], other[48], scope[64];
    struct reeve_object *obj;
    int status = emit_image(inv, estate, image);

    if (status < 0)
        return status;
    demo_pod_ref(ref, estate, index, state);
    obj = reeve_object(inv, "container_group", ref);
    snprintf(
        name, sizeof(name), "%s-%05llx", tiers[one_of(estate, "pod", index, 2, COUNT(tiers))],
        (unsigned long long)((demo_random(estate, "name", index, state.incarnation) & 0xfffff)));
    snprintf(scope, sizeof(scope), "%s-%lld", words[(uint64_t)project % COUNT(words)],
             (long long)project + 1);
    reeve_set_string(obj, "name", name);
    reeve_set_string(obj, "namespace", scope);
    reeve_set_string(obj, "phase", running ? "Running" : "Pending");
    reeve_set_string(obj, "status", running ? "Running" : "ContainerCreating");
    reeve_set_int(obj, "ready_containers", running);
    reeve_set_int(obj, "total_containers", 1);
    reeve_set_int(obj, "restart_count", one_of(estate, "restarts", index, salt, 5));
    reeve_set_string(obj, "restart_policy", "Always");
    reeve_set_time(obj, "ems_created_on",
                   made_on(estate, "pod", index) + state.incarnation * 60000ll);
    if (estate->size.projects > 0)
        reeve_link_name(obj, "container_project_id", "container_project", NULL, scope);
    if (estate->size.nodes > 0) {
        ref_of(other, "node", estate, one_of(estate, "pod", index, 4, estate->size.nodes));
        reeve_link(obj, "container_node_id", "container_node", other);
    }
    add_container(obj, estate, index, ref, image, salt);
    return reeve_emit(obj);
}
