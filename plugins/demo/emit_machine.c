/* SPDX-License-Identifier: Apache-2.0
 *
 * What is inside machines: disks, cards, operating systems, settings, services, snapshots.
 */
#include <stdio.h>
#include "emit.h"

static void
add_disk(struct reeve_object *hardware, const struct demo_estate *estate, int64_t vm, int64_t disk,
         const char *ref)
{
    const struct demo_size *size = &estate->size;
    struct reeve_object *obj = reeve_child(hardware, "disk");
    int64_t bytes = (20 + 20 * demo_pick(estate, "disk", vm, (uint64_t)disk, 10)) * GIB;

    demo_set_format(obj, "device_name", "Hard disk %lld", (long long)disk + 1);
    reeve_set_string(obj, "device_type", "disk");
    reeve_set_string(obj, "controller_type", "scsi");
    demo_set_format(obj, "location", "0:%lld", (long long)disk);
    demo_set_format(obj, "filename", "[datastore] %s/disk-%lld.img", ref, (long long)disk);
    reeve_set_string(obj, "disk_type", "thin");
    reeve_set_string(obj, "mode", "persistent");
    reeve_set_int(obj, "size", bytes);
    reeve_set_int(obj, "size_on_disk", bytes / 3);
    reeve_set_flag(obj, "thin", 1);
    reeve_set_flag(obj, "bootable", disk == 0);
    reeve_set_flag(obj, "present", 1);
    reeve_set_flag(obj, "start_connected", 1);
    demo_link(obj, "storage_id", "storage", estate, "datastore",
              demo_pick(estate, "vm", vm, 4, size->storages), size->storages);
    /* The second disk of an instance is a volume of the cloud. */
    if (disk == 1 && demo_is_instance(vm) && vm / 4 < size->volumes)
        demo_link(obj, "backing_id", "cloud_volume", estate, "volume", vm / 4, size->volumes);
}

static void
add_card(struct reeve_object *hardware, const struct demo_estate *estate, int64_t vm)
{
    const struct demo_size *size = &estate->size;
    struct reeve_object *obj = reeve_child(hardware, "guest_device");

    reeve_set_string(obj, "uid_ems", "ethernet0");
    reeve_set_string(obj, "device_name", "Network adapter 1");
    reeve_set_string(obj, "device_type", "ethernet");
    reeve_set_string(obj, "controller_type", "ethernet");
    demo_set_format(obj, "address", "00:50:56:%02x:%02x:%02x", (unsigned)(vm >> 16 & 255),
                    (unsigned)(vm >> 8 & 255), (unsigned)(vm & 255));
    reeve_set_flag(obj, "present", 1);
    reeve_set_flag(obj, "start_connected", 1);
    demo_link(obj, "lan_id", "lan", estate, "lan", vm, size->lans);
}

static void
add_address(struct reeve_object *hardware, const char *interface, const char *hostname,
            int64_t second, int64_t index)
{
    struct reeve_object *obj = reeve_child(hardware, "network");

    reeve_set_string(obj, "description", interface);
    demo_set_format(obj, "ipaddress", "10.%lld.%lld.%lld", (long long)second,
                    (long long)(index >> 8 & 255), (long long)(index & 255));
    demo_set_format(obj, "ipv6address", "fd00:%llx::%llx", (unsigned long long)second,
                    (unsigned long long)index + 1);
    reeve_set_string(obj, "subnet_mask", "255.255.0.0");
    reeve_set_string(obj, "hostname", hostname);
    demo_set_format(obj, "default_gateway", "10.%lld.255.254", (long long)second);
    reeve_set_flag(obj, "dhcp_enabled", 1);
}

static struct reeve_object *
add_system(struct reeve_object *machine, const char *name)
{
    struct reeve_object *obj = reeve_child(machine, "operating_system");

    reeve_set_string(obj, "product_name", name);
    reeve_set_int(obj, "bitness", 64);
    return obj;
}

static void
add_firewall_rule(struct reeve_object *owner, const char *name, int64_t port, const char *range)
{
    struct reeve_object *obj = reeve_child(owner, "firewall_rule");

    reeve_set_string(obj, "ems_ref", name);
    reeve_set_string(obj, "name", name);
    reeve_set_flag(obj, "enabled", 1);
    reeve_set_string(obj, "direction", "inbound");
    reeve_set_string(obj, "host_protocol", "TCP");
    reeve_set_int(obj, "port", port);
    reeve_set_int(obj, "end_port", port);
    reeve_set_string(obj, "source_ip_range", range);
}

/* A chain of up to three; every third machine has none. */
static void
add_snapshots(struct reeve_object *vm, const struct demo_estate *estate, int64_t index)
{
    int64_t count = index % 3;

    for (int64_t i = 0; i < count; i++) {
        struct reeve_object *obj = reeve_child(vm, "snapshot");
        demo_set_format(obj, "uid", "snapshot-%lld", (long long)i);
        if (i > 0)
            demo_set_format(obj, "parent_uid", "snapshot-%lld", (long long)i - 1);
        reeve_set_string(obj, "name", i == 0 ? "before the upgrade" : "before the fix");
        reeve_set_int(obj, "current", i == count - 1);
        reeve_set_int(obj, "total_size", (1 + i) * GIB);
        reeve_set_time(obj, "create_time", demo_made_on(estate, "snapshot", index) + i * 86400000);
    }
}

static void
add_setting(struct reeve_object *machine, const char *name, const char *value,
            const char *default_value)
{
    struct reeve_object *obj = reeve_child(machine, "advanced_setting");

    reeve_set_string(obj, "name", name);
    reeve_set_string(obj, "display_name", name);
    reeve_set_string(obj, "value", value);
    reeve_set_string(obj, "default_value", default_value);
    reeve_set_flag(obj, "read_only", 0);
}

static void
add_service(struct reeve_object *owner, const char *name, const char *description, int running)
{
    struct reeve_object *obj = reeve_child(owner, "system_service");

    reeve_set_string(obj, "name", name);
    reeve_set_string(obj, "typename", "linux_systemd");
    reeve_set_string(obj, "description", description);
    reeve_set_flag(obj, "running", running);
    reeve_set_string(obj, "systemd_load", "loaded");
    reeve_set_string(obj, "systemd_active", running ? "active" : "inactive");
    reeve_set_string(obj, "systemd_sub", running ? "running" : "dead");
}

static void
lies_in_pool(struct reeve_object *vm, const struct demo_estate *estate, int64_t index)
{
    int64_t host =
        demo_pick(estate, "vm", index, 100 + demo_salt(estate, DEMO_VM, index), estate->size.hosts);

    if (estate->size.clusters > 0 && estate->size.hosts > 0)
        demo_lies_in(vm, "resource_pool", estate, "pool",
                     host % estate->size.clusters * 3 + 1 + index % 2);
}

static void
was_made_from(struct reeve_object *vm, const struct demo_estate *estate, int64_t index)
{
    int64_t template = index / 20 * 20 + 19;
    char ref[48];

    if (template == index || template >= estate->size.vms)
        return;
    struct reeve_object *place = reeve_child(vm, "relationship");
    demo_moving_ref(ref, estate, DEMO_VM, template, (struct demo_object){ 0, 0 });
    reeve_set_string(place, "relationship", "genealogy");
    reeve_link(place, "parent_id", "vm", ref);
}

static void
add_cloud_parts(struct reeve_object *vm, const struct demo_estate *estate, int64_t index)
{
    if (!demo_is_instance(index) || estate->size.tenants == 0)
        return;
    demo_link(reeve_child(vm, "security_group_vm"), "security_group_id", "security_group", estate,
              "security", index / 4, 2 * estate->size.tenants);
    demo_link(reeve_child(vm, "key_pair_vm"), "authentication_id", "auth_key_pair", estate,
              "operators", 0, 1);
}

void
demo_add_vm_parts(struct reeve_object *vm, struct reeve_object *hardware,
                  const struct demo_estate *estate, int64_t index, const char *ref)
{
    const char *name = demo_systems[demo_pick(estate, "vm", index, 7, COUNT(demo_systems))];
    int64_t disks = demo_is_instance(index) ? 2 : 1 + index % 2;
    struct reeve_object *label;

    reeve_set_int(hardware, "cpu_sockets", 1);
    reeve_set_string(hardware, "virtual_hw_version", "20");
    reeve_set_int(hardware, "bitness", 64);
    for (int64_t i = 0; i < disks; i++)
        add_disk(hardware, estate, index, i, ref);
    add_card(hardware, estate, index);
    add_address(hardware, "eth0", ref, 16, index);
    add_firewall_rule(add_system(vm, name), "ssh", 22, "10.0.0.0/8");
    add_snapshots(vm, estate, index);
    add_setting(vm, "isolation.tools.copy.disable", "true", "false");
    if (index % 5 == 0)
        add_service(vm, "nginx.service", "A web server", 1);
    if (estate->size.storages > 0)
        demo_link(reeve_child(vm, "storage_vm"), "storage_id", "storage", estate, "datastore",
                  demo_pick(estate, "vm", index, 4, estate->size.storages), estate->size.storages);
    lies_in_pool(vm, estate, index);
    was_made_from(vm, estate, index);
    add_cloud_parts(vm, estate, index);
    label = reeve_child(vm, "custom_attribute");
    reeve_set_string(label, "section", "labels");
    reeve_set_string(label, "name", "environment");
    reeve_set_string(label, "value", index % 2 ? "test" : "prod");
    reeve_set_string(label, "source", "demo");
}

/* A card with a port group, and one that reaches disks. */
static void
add_host_cards(struct reeve_object *hardware, const struct demo_estate *estate, int64_t index)
{
    struct reeve_object *card = reeve_child(hardware, "guest_device"), *target, *lun;

    reeve_set_string(card, "uid_ems", "vmnic0");
    reeve_set_string(card, "device_name", "vmnic0");
    reeve_set_string(card, "device_type", "ethernet");
    reeve_set_string(card, "controller_type", "ethernet");
    reeve_set_int(card, "speed", 10000);
    demo_link(card, "switch_id", "switch", estate, "switch", index, estate->size.clusters);
    card = reeve_child(hardware, "guest_device");
    reeve_set_string(card, "uid_ems", "vmhba0");
    reeve_set_string(card, "device_name", "vmhba0");
    reeve_set_string(card, "device_type", "storage");
    reeve_set_string(card, "controller_type", "iscsi");
    demo_set_format(card, "iscsi_name", "iqn.2025-01.example.demo:host-%lld", (long long)index);
    target = reeve_child(card, "miq_scsi_target");
    reeve_set_string(target, "uid_ems", "target-0");
    reeve_set_int(target, "target", 0);
    reeve_set_string(target, "iscsi_name", "iqn.2025-01.example.demo:array");
    for (int64_t i = 0; i < estate->size.storages && i < 4; i++) {
        lun = reeve_child(target, "miq_scsi_lun");
        demo_set_format(lun, "uid_ems", "lun-%lld", (long long)i);
        reeve_set_int(lun, "lun", i);
        demo_set_format(lun, "canonical_name", "naa.600508b1%08llx", (unsigned long long)i);
        reeve_set_string(lun, "device_type", "disk");
        reeve_set_int(lun, "block_size", 512);
        reeve_set_int(lun, "block", 2ll << 30);
        reeve_set_int(lun, "capacity", 1ll << 30);
    }
}

void
demo_add_host_parts(struct reeve_object *host, const struct demo_estate *estate, int64_t index)
{
    struct reeve_object *hardware = reeve_child(host, "hardware"), *child;

    reeve_set_int(hardware, "cpu_sockets", 2);
    reeve_set_int(hardware, "cpu_cores_per_socket", 16);
    reeve_set_int(hardware, "cpu_total_cores", 32);
    reeve_set_int(hardware, "cpu_speed", 2600);
    reeve_set_string(hardware, "cpu_type", "Invented CPU 6430");
    reeve_set_int(hardware, "memory_mb", 262144);
    reeve_set_string(hardware, "manufacturer", "Invented Machines");
    reeve_set_string(hardware, "model", "IM-2U");
    reeve_set_int(hardware, "number_of_nics", 1);
    reeve_set_flag(hardware, "vmotion_enabled", 1);
    add_host_cards(hardware, estate, index);
    add_address(hardware, "vmk0", "management", 0, index);
    add_firewall_rule(add_system(host, "Invented Hypervisor"), "management", 443, "0.0.0.0/0");
    for (int64_t i = 0; i < estate->size.storages && i < 16; i++) {
        child = reeve_child(host, "host_storage");
        demo_link(child, "storage_id", "storage", estate, "datastore", i, estate->size.storages);
        reeve_set_flag(child, "read_only", 0);
        reeve_set_flag(child, "accessible", 1);
    }
    if (estate->size.clusters > 0)
        demo_link(reeve_child(host, "host_switch"), "switch_id", "switch", estate, "switch", index,
                  estate->size.clusters);
    add_setting(host, "Mem.ShareScanTime", "60", "60");
    add_service(host, "sshd.service", "Remote login", 1);
    child = reeve_child(host, "host_service_group");
    reeve_set_string(child, "name", "Compute services");
    add_service(child, "nova-compute.service", "Runs the cloud's machines", 1);
}

/* A computer system with a network card of two ports, and firmware in the machine and the card. */
void
demo_add_server_parts(struct reeve_object *server, const struct demo_estate *estate, int64_t index)
{
    struct reeve_object *system = reeve_child(server, "computer_system");
    struct reeve_object *hardware = reeve_child(system, "hardware"), *card, *firmware;

    reeve_set_int(hardware, "cpu_sockets", 2);
    reeve_set_int(hardware, "cpu_total_cores", 32);
    reeve_set_int(hardware, "memory_mb", 262144);
    reeve_set_int(hardware, "disk_capacity", 960 * GIB);
    firmware = reeve_child(hardware, "firmware");
    reeve_set_string(firmware, "name", "UEFI");
    demo_set_format(firmware, "build", "TEE1%02llX", (unsigned long long)index);
    reeve_set_string(firmware, "version", index % 3 ? "2.61" : "2.10");
    reeve_set_time(firmware, "release_date", demo_made_on(estate, "firmware", index % 3));
    for (int i = 0; i < 3; i++) {
        card = reeve_child(hardware, "guest_device");
        demo_set_format(card, "uid_ems", "slot-1%s%.0d", i ? "-port-" : "", i);
        if (i > 0)
            reeve_set_string(card, "parent_device_uid", "slot-1");
        reeve_set_string(card, "device_name", i ? "Physical port" : "Network card");
        reeve_set_string(card, "device_type", i ? "physical_port" : "ethernet");
        reeve_set_string(card, "manufacturer", "Invented Networks");
        if (i > 0)
            continue;
        firmware = reeve_child(card, "firmware");
        reeve_set_string(firmware, "name", "Primary firmware");
        reeve_set_string(firmware, "version", "17.4.4");
    }
}
