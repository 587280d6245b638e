/* SPDX-License-Identifier: Apache-2.0
 *
 * The virtual infrastructure: datacenters with their folders, clusters with their pools, hosts,
 * datastores, virtual machines.
 */
#include <stdio.h>
#include <string.h>
#include "emit.h"

/* Folder 0 is the root. Each datacenter has five more: itself, those of its hosts, machines and
 * datastores, and a cluster of datastores. */
#define FOLDERS_OF_ONE 5

static void
place_folder(struct reeve_object *obj, const struct demo_estate *estate, int64_t index)
{
    int64_t part = (index - 1) % FOLDERS_OF_ONE;

    if (index == 0)
        return;
    if (part == 0)
        demo_lies_in(obj, "ems_folder", estate, "folder", 0);
    else if (part < 4)
        demo_lies_in(obj, "ems_folder", estate, "folder", index - part);
    else
        demo_lies_in(obj, "ems_folder", estate, "folder", index - 1);
}

int
demo_emit_folder(struct reeve_inventory *inv, const struct demo_estate *estate, int64_t index)
{
    static const char *const names[] = { NULL, "host", "vm", "datastore", "gold" };
    int64_t part = index == 0 ? 0 : (index - 1) % FOLDERS_OF_ONE;
    struct reeve_object *obj = demo_begin(inv, estate, "ems_folder", "folder", index, NULL);

    if (index == 0)
        reeve_set_string(obj, "name", "Datacenters");
    else if (part == 0)
        demo_set_format(obj, "name", "datacenter-%02lld", (long long)index / FOLDERS_OF_ONE + 1);
    else
        reeve_set_string(obj, "name", names[part]);
    demo_set_format(obj, "uid_ems", "group-d%lld", (long long)index);
    reeve_set_string(obj, "folder_type",
                     index == 0  ? "folder"
                     : part == 0 ? "datacenter"
                     : part == 4 ? "storage_cluster"
                                 : "folder");
    reeve_set_flag(obj, "hidden", index == 0);
    place_folder(obj, estate, index);
    return reeve_emit(obj);
}

/* Puts something into a folder of datacenter `which`; part as above. */
static void
lies_in_datacenter(struct reeve_object *obj, const struct demo_estate *estate, int64_t which,
                   int64_t part)
{
    if (estate->size.datacenters > 0)
        demo_lies_in(obj, "ems_folder", estate, "folder",
                     1 + which % estate->size.datacenters * FOLDERS_OF_ONE + part);
}

int
demo_emit_cluster(struct reeve_inventory *inv, const struct demo_estate *estate, int64_t index)
{
    struct reeve_object *obj = demo_begin(inv, estate, "ems_cluster", "cluster", index, "cluster");
    char ref[48];

    demo_ref(ref, "cluster", estate, index);
    reeve_set_string(obj, "uid_ems", ref);
    reeve_set_flag(obj, "ha_enabled", demo_pick(estate, "cluster", index, 1, 4) != 0);
    reeve_set_flag(obj, "ha_admit_control", 1);
    reeve_set_int(obj, "ha_max_failures", 1);
    reeve_set_flag(obj, "drs_enabled", demo_pick(estate, "cluster", index, 2, 2) != 0);
    reeve_set_string(obj, "drs_automation_level", "fullyAutomated");
    reeve_set_int(obj, "drs_migration_threshold", 3);
    reeve_set_int(obj, "effective_cpu", 4 * 16 * 2600);
    reeve_set_int(obj, "effective_memory", 4 * 256 * GIB);
    reeve_set_flag(obj, "hidden", 0);
    lies_in_datacenter(obj, estate, index, 1);
    return reeve_emit(obj);
}

/* Three pools a cluster: its own, and two in that. */
int
demo_emit_resource_pool(struct reeve_inventory *inv, const struct demo_estate *estate,
                        int64_t index)
{
    static const char *const names[] = { "Resources", "production", "test" };
    int64_t part = index % 3;
    struct reeve_object *obj = demo_begin(inv, estate, "resource_pool", "pool", index, NULL);

    reeve_set_string(obj, "name", names[part]);
    demo_set_format(obj, "ems_ref", "resgroup-%lld", (long long)index);
    reeve_set_flag(obj, "is_default", part == 0);
    reeve_set_flag(obj, "vapp", 0);
    reeve_set_int(obj, "cpu_reserve", part == 1 ? 20000 : 0);
    reeve_set_flag(obj, "cpu_reserve_expand", 1);
    reeve_set_int(obj, "cpu_limit", -1);
    reeve_set_int(obj, "cpu_shares", part == 1 ? 8000 : 4000);
    reeve_set_string(obj, "cpu_shares_level", part == 1 ? "high" : "normal");
    reeve_set_int(obj, "memory_reserve", part == 1 ? 65536 : 0);
    reeve_set_flag(obj, "memory_reserve_expand", 1);
    reeve_set_int(obj, "memory_limit", part == 2 ? 131072 : -1);
    reeve_set_int(obj, "memory_shares", 163840);
    reeve_set_string(obj, "memory_shares_level", "normal");
    if (part == 0)
        demo_lies_in(obj, "ems_cluster", estate, "cluster", index / 3);
    else
        demo_lies_in(obj, "resource_pool", estate, "pool", index - part);
    return reeve_emit(obj);
}

int
demo_emit_storage(struct reeve_inventory *inv, const struct demo_estate *estate, int64_t index)
{
    int64_t total = (1 + demo_pick(estate, "storage", index, 1, 16)) << 40;
    struct reeve_object *obj = demo_begin(inv, estate, "storage", "datastore", index, "datastore");
    char ref[48];

    demo_ref(ref, "datastore", estate, index);
    reeve_set_string(obj, "location", ref);
    reeve_set_string(obj, "store_type", demo_pick(estate, "storage", index, 2, 3) ? "VMFS" : "NFS");
    reeve_set_int(obj, "total_space", total);
    reeve_set_int(obj, "free_space",
                  total / 100 * (10 + demo_pick(estate, "storage", index, 3, 80)));
    reeve_set_int(obj, "uncommitted", total / 10);
    reeve_set_int(obj, "multiplehostaccess", estate->size.hosts);
    reeve_set_flag(obj, "directory_hierarchy_supported", 1);
    reeve_set_flag(obj, "thin_provisioning_supported", 1);
    reeve_set_flag(obj, "raw_disk_mappings_supported", 0);
    reeve_set_flag(obj, "maintenance", 0);
    lies_in_datacenter(obj, estate, index, index % 2 == 0 ? 4 : 3);
    return reeve_emit(obj);
}

int
demo_emit_storage_profile(struct reeve_inventory *inv, const struct demo_estate *estate,
                          int64_t index)
{
    static const char *const names[] = { "gold", "silver" };
    struct reeve_object *obj = demo_begin(inv, estate, "storage_profile", "profile", index, NULL);

    reeve_set_string(obj, "name", names[index % 2]);
    reeve_set_string(obj, "profile_type", "REQUIREMENT");
    for (int64_t i = index; i < estate->size.storages && i < 20; i += 2)
        demo_link(reeve_child(obj, "storage_profile_storage"), "storage_id", "storage", estate,
                  "datastore", i, estate->size.storages);
    return reeve_emit(obj);
}

int
demo_emit_customization_spec(struct reeve_inventory *inv, const struct demo_estate *estate,
                             int64_t index)
{
    struct reeve_object *obj =
        demo_begin(inv, estate, "customization_spec", index ? "windows" : "linux", index, NULL);

    reeve_set_string(obj, "typ", index ? "Windows" : "Linux");
    reeve_set_string(obj, "description", "How new machines are set up");
    reeve_set_time(obj, "last_update_time", demo_made_on(estate, "spec", index));
    return reeve_emit(obj);
}

int
demo_emit_host(struct reeve_inventory *inv, const struct demo_estate *estate, int64_t index)
{
    const struct demo_size *size = &estate->size;
    char ref[48], name[64];
    struct reeve_object *obj = demo_begin(inv, estate, "host", "host", index, NULL);

    demo_ref(ref, "host", estate, index);
    demo_host_name(name, index);
    reeve_set_string(obj, "name", name);
    reeve_set_string(obj, "hostname", name);
    demo_set_format(obj, "ipaddress", "10.%lld.%lld.%lld", (long long)(index >> 16 & 255),
                    (long long)(index >> 8 & 255), (long long)(index & 255));
    reeve_set_string(obj, "uid_ems", ref);
    reeve_set_string(obj, "vmm_vendor", "demo");
    reeve_set_string(obj, "vmm_product", "Invented Hypervisor");
    reeve_set_string(obj, "vmm_version", "8.0.2");
    reeve_set_string(obj, "vmm_buildnumber", "22380479");
    reeve_set_string(obj, "power_state", "on");
    reeve_set_string(obj, "connection_state", "connected");
    reeve_set_flag(obj, "maintenance", demo_pick(estate, "host", index, 1, 20) == 0);
    reeve_set_flag(obj, "hyperthreading", 1);
    reeve_set_string(obj, "hypervisor_hostname", name);
    demo_link(obj, "ems_cluster_id", "ems_cluster", estate, "cluster", index, size->clusters);
    if (size->tenants > 0)
        demo_link(obj, "availability_zone_id", "availability_zone", estate, "zone", index, 2);
    if (index < size->servers)
        demo_link(obj, "physical_server_id", "physical_server", estate, "server", index,
                  size->servers);
    if (size->clusters > 0)
        demo_lies_in(obj, "ems_cluster", estate, "cluster", index % size->clusters);
    if (index < size->details)
        demo_add_host_parts(obj, estate, index);
    return reeve_emit(obj);
}

/* Where it runs: a host and that host's cluster, a datastore, and in the cloud's words. */
static void
link_vm(struct reeve_object *obj, const struct demo_estate *estate, int64_t index, uint64_t salt)
{
    const struct demo_size *size = &estate->size;
    int64_t host = demo_pick(estate, "vm", index, 100 + salt, size->hosts);

    demo_link(obj, "storage_id", "storage", estate, "datastore",
              demo_pick(estate, "vm", index, 4, size->storages), size->storages);
    demo_link(obj, "host_id", "host", estate, "host", host, size->hosts);
    if (size->hosts > 0)
        demo_link(obj, "ems_cluster_id", "ems_cluster", estate, "cluster", host, size->clusters);
    if (size->storages > 0)
        demo_link(obj, "storage_profile_id", "storage_profile", estate, "profile", index, 2);
    if (!demo_is_instance(index) || size->tenants == 0)
        return;
    demo_link(obj, "availability_zone_id", "availability_zone", estate, "zone", host, 2);
    demo_link(obj, "cloud_tenant_id", "cloud_tenant", estate, "tenant", index / 4, size->tenants);
    demo_link(obj, "resource_group_id", "resource_group", estate, "group", index / 4, 2);
    demo_link(obj, "flavor_id", "flavor", estate, "flavor", index / 4, size->flavors);
    demo_link(obj, "orchestration_stack_id", "orchestration_stack", estate, "stack", index / 4,
              size->stacks);
    demo_link(obj, "cloud_network_id", "cloud_network", estate, "network", index / 4,
              size->networks);
    demo_link(obj, "cloud_subnet_id", "cloud_subnet", estate, "subnet", index / 4 * 2,
              2 * size->networks);
}

static void
set_power(struct reeve_object *obj, const struct demo_estate *estate, int64_t index, uint64_t salt)
{
    int template = demo_is_template(index);
    int on = !template && demo_pick(estate, "power", index, salt, 10) != 0;

    reeve_set_flag(obj, "template", template);
    reeve_set_string(obj, "raw_power_state", on ? "poweredOn" : "poweredOff");
    reeve_set_string(obj, "power_state", template ? "never" : on ? "on" : "off");
    if (on)
        reeve_set_time(obj, "boot_time",
                       demo_made_on(estate, "boot", index) + (int64_t)salt * 1000);
}

int
demo_emit_vm(struct reeve_inventory *inv, const struct demo_estate *estate, int64_t index)
{
    uint64_t salt = demo_salt(estate, DEMO_VM, index);
    struct reeve_object *obj, *hardware;
    char ref[48], name[64];

    demo_moving_ref(ref, estate, DEMO_VM, index, estate->moving[DEMO_VM][index]);
    obj = reeve_object(inv, "vm", ref);
    demo_vm_name(name, estate, index);
    reeve_set_string(obj, "name", name);
    reeve_set_string(obj, "uid_ems", ref);
    reeve_set_string(obj, "vendor", "demo");
    reeve_set_string(obj, "location", ref);
    set_power(obj, estate, index, salt);
    reeve_set_string(obj, "connection_state", "connected");
    reeve_set_flag(obj, "cloud", demo_is_instance(index) && estate->size.tenants > 0);
    reeve_set_time(obj, "ems_created_on", demo_made_on(estate, "vm", index));
    link_vm(obj, estate, index, salt);
    hardware = reeve_child(obj, "hardware");
    reeve_set_int(hardware, "cpu_total_cores", 1ll << demo_pick(estate, "vm", index, 5, 5));
    reeve_set_int(hardware, "memory_mb", 1024ll << demo_pick(estate, "vm", index, 6, 6));
    reeve_set_string(hardware, "guest_os",
                     demo_systems[demo_pick(estate, "vm", index, 7, COUNT(demo_systems))]);
    if (index < estate->size.details) {
        lies_in_datacenter(obj, estate, index, 2);
        demo_add_vm_parts(obj, hardware, estate, index, ref);
    }
    return reeve_emit(obj);
}
