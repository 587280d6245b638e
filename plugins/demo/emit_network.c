/* SPDX-License-Identifier: Apache-2.0
 *
 * Networks: the switches of the infrastructure, and what the cloud has: networks, routers, ports,
 * floating addresses, security groups.
 */
#include <stdio.h>
#include "emit.h"

/* One a cluster. */
int
demo_emit_switch(struct reeve_inventory *inv, const struct demo_estate *estate, int64_t index)
{
    struct reeve_object *obj = demo_begin(inv, estate, "switch", "switch", index, "dvswitch");

    reeve_set_flag(obj, "shared", 1);
    reeve_set_int(obj, "ports", 512);
    reeve_set_int(obj, "mtu", 9000);
    reeve_set_flag(obj, "allow_promiscuous", 0);
    reeve_set_flag(obj, "mac_changes", 0);
    reeve_set_flag(obj, "forged_transmits", 0);
    return reeve_emit(obj);
}

int
demo_emit_lan(struct reeve_inventory *inv, const struct demo_estate *estate, int64_t index)
{
    struct reeve_object *obj = demo_begin(inv, estate, "lan", "lan", index, "network");

    demo_set_format(obj, "tag", "%lld", 100 + (long long)index);
    reeve_set_flag(obj, "allow_promiscuous", 0);
    reeve_set_flag(obj, "computed_allow_promiscuous", 0);
    demo_link(obj, "switch_id", "switch", estate, "switch", index, estate->size.clusters);
    return reeve_emit(obj);
}

/* One a lan. */
int
demo_emit_subnet(struct reeve_inventory *inv, const struct demo_estate *estate, int64_t index)
{
    struct reeve_object *obj = demo_begin(inv, estate, "subnet", "lansubnet", index, "subnet");

    demo_set_format(obj, "cidr", "10.16.%lld.0/24", (long long)(index & 255));
    demo_link(obj, "lan_id", "lan", estate, "lan", index, estate->size.lans);
    return reeve_emit(obj);
}

static void
link_group(struct reeve_object *obj, const struct demo_estate *estate, int64_t index)
{
    if (estate->size.tenants > 0)
        demo_link(obj, "resource_group_id", "resource_group", estate, "group", index, 2);
}

int
demo_emit_network_group(struct reeve_inventory *inv, const struct demo_estate *estate,
                        int64_t index)
{
    struct reeve_object *obj = demo_begin(inv, estate, "network_group", "netgroup", index, "vpc");

    reeve_set_string(obj, "cidr", "172.16.0.0/12");
    reeve_set_string(obj, "status", "active");
    reeve_set_flag(obj, "enabled", 1);
    demo_link(obj, "orchestration_stack_id", "orchestration_stack", estate, "stack", index,
              estate->size.stacks);
    return reeve_emit(obj);
}

int
demo_emit_network(struct reeve_inventory *inv, const struct demo_estate *estate, int64_t index)
{
    struct reeve_object *obj =
        demo_begin(inv, estate, "cloud_network", "network", index, "cloud-network");

    demo_set_format(obj, "cidr", "172.%lld.0.0/16", 16 + (long long)(index & 15));
    reeve_set_string(obj, "status", "active");
    reeve_set_flag(obj, "enabled", 1);
    reeve_set_flag(obj, "external_facing", index == 0);
    reeve_set_flag(obj, "shared", index == 0);
    reeve_set_string(obj, "provider_network_type", "vxlan");
    demo_set_format(obj, "provider_segmentation_id", "%lld", 5000 + (long long)index);
    reeve_set_json(obj, "extra_attributes", "{\"mtu\":1450}");
    link_group(obj, estate, index);
    demo_link(obj, "cloud_tenant_id", "cloud_tenant", estate, "tenant", index,
              estate->size.tenants);
    demo_link(obj, "orchestration_stack_id", "orchestration_stack", estate, "stack", index,
              estate->size.stacks);
    return reeve_emit(obj);
}

/* One a network. */
int
demo_emit_router(struct reeve_inventory *inv, const struct demo_estate *estate, int64_t index)
{
    const struct demo_size *size = &estate->size;
    struct reeve_object *obj = demo_begin(inv, estate, "network_router", "router", index, "router");

    reeve_set_string(obj, "status", "ACTIVE");
    reeve_set_string(obj, "admin_state_up", "true");
    demo_link(obj, "cloud_network_id", "cloud_network", estate, "network", 0, size->networks);
    demo_link(obj, "network_group_id", "network_group", estate, "netgroup", 0, 1);
    demo_link(obj, "cloud_tenant_id", "cloud_tenant", estate, "tenant", index, size->tenants);
    return reeve_emit(obj);
}

/* Two a network. */
int
demo_emit_cloud_subnet(struct reeve_inventory *inv, const struct demo_estate *estate, int64_t index)
{
    const struct demo_size *size = &estate->size;
    struct reeve_object *obj =
        demo_begin(inv, estate, "cloud_subnet", "subnet", index, "cloud-subnet");
    long long network = 16 + (index / 2 & 15), part = index % 2 * 128;

    demo_set_format(obj, "cidr", "172.%lld.%lld.0/17", network, part);
    demo_set_format(obj, "gateway", "172.%lld.%lld.1", network, part);
    reeve_set_string(obj, "status", "active");
    reeve_set_string(obj, "network_protocol", "ipv4");
    reeve_set_flag(obj, "dhcp_enabled", 1);
    reeve_set_json(obj, "dns_nameservers", "[\"172.16.0.2\"]");
    demo_link(obj, "cloud_network_id", "cloud_network", estate, "network", index / 2,
              size->networks);
    demo_link(obj, "network_router_id", "network_router", estate, "router", index / 2,
              size->networks);
    demo_link(obj, "network_group_id", "network_group", estate, "netgroup", 0, 1);
    demo_link(obj, "cloud_tenant_id", "cloud_tenant", estate, "tenant", index / 2, size->tenants);
    if (size->tenants > 0)
        demo_link(obj, "availability_zone_id", "availability_zone", estate, "zone", index, 2);
    return reeve_emit(obj);
}

static void
link_instance(struct reeve_object *obj, const char *column, const struct demo_estate *estate,
              int64_t instance)
{
    char ref[48];

    if (instance * 4 >= estate->size.vms)
        return;
    demo_moving_ref(ref, estate, DEMO_VM, instance * 4, (struct demo_object){ 0, 0 });
    reeve_link(obj, column, "vm", ref);
}

/* One an instance of which everything is told. */
int
demo_emit_port(struct reeve_inventory *inv, const struct demo_estate *estate, int64_t index)
{
    const struct demo_size *size = &estate->size;
    struct reeve_object *obj = demo_begin(inv, estate, "network_port", "port", index, "port");
    struct reeve_object *address = reeve_child(obj, "cloud_subnet_network_port");

    demo_set_format(obj, "mac_address", "fa:16:3e:00:%02x:%02x", (unsigned)(index >> 8 & 255),
                    (unsigned)(index & 255));
    reeve_set_string(obj, "status", "ACTIVE");
    reeve_set_flag(obj, "admin_state_up", 1);
    reeve_set_string(obj, "device_owner", "compute:nova");
    reeve_set_string(obj, "source", "refresh");
    link_group(obj, estate, index);
    link_instance(obj, "device_id", estate, index);
    demo_link(obj, "cloud_tenant_id", "cloud_tenant", estate, "tenant", index, size->tenants);
    demo_set_format(address, "address", "172.%lld.1.%lld",
                    16 + (long long)(index % size->networks & 15), (long long)(index & 255));
    demo_link(address, "cloud_subnet_id", "cloud_subnet", estate, "subnet", index * 2,
              2 * size->networks);
    if (size->tenants > 0)
        demo_link(reeve_child(obj, "network_port_security_group"), "security_group_id",
                  "security_group", estate, "security", index, 2 * size->tenants);
    return reeve_emit(obj);
}

/* Leads to the instance of the same number. */
int
demo_emit_floating_ip(struct reeve_inventory *inv, const struct demo_estate *estate, int64_t index)
{
    const struct demo_size *size = &estate->size;
    struct reeve_object *obj = demo_begin(inv, estate, "floating_ip", "floating", index, NULL);

    demo_set_format(obj, "address", "198.51.100.%lld", 10 + (long long)(index & 127));
    demo_set_format(obj, "fixed_ip_address", "172.%lld.1.%lld",
                    16 + (long long)(index % size->networks & 15), (long long)(index & 255));
    reeve_set_string(obj, "status", "ACTIVE");
    reeve_set_flag(obj, "cloud_network_only", 1);
    link_instance(obj, "vm_id", estate, index);
    if (index * 4 < size->details && index * 4 < size->vms)
        demo_link(obj, "network_port_id", "network_port", estate, "port", index, index + 1);
    demo_link(obj, "network_router_id", "network_router", estate, "router", 0, size->networks);
    demo_link(obj, "cloud_network_id", "cloud_network", estate, "network", 0, size->networks);
    demo_link(obj, "cloud_tenant_id", "cloud_tenant", estate, "tenant", index, size->tenants);
    return reeve_emit(obj);
}

static void
add_rule(struct reeve_object *group, const char *direction, const char *protocol, int64_t port,
         const char *range)
{
    struct reeve_object *rule = reeve_child(group, "firewall_rule");

    demo_set_format(rule, "ems_ref", "%s-%lld", protocol, (long long)port);
    reeve_set_string(rule, "direction", direction);
    reeve_set_string(rule, "host_protocol", protocol);
    reeve_set_string(rule, "network_protocol", "IPV4");
    reeve_set_int(rule, "port", port);
    reeve_set_int(rule, "end_port", port);
    if (range)
        reeve_set_string(rule, "source_ip_range", range);
}

/* Two a tenant, each of which lets the other in. */
int
demo_emit_security_group(struct reeve_inventory *inv, const struct demo_estate *estate,
                         int64_t index)
{
    const struct demo_size *size = &estate->size;
    struct reeve_object *obj = demo_begin(inv, estate, "security_group", "security", index, NULL),
                        *rule;

    reeve_set_string(obj, "name", index % 2 ? "web" : "default");
    reeve_set_string(obj, "description", "Who may come in");
    demo_link(obj, "cloud_tenant_id", "cloud_tenant", estate, "tenant", index / 2, size->tenants);
    demo_link(obj, "cloud_network_id", "cloud_network", estate, "network", index / 2,
              size->networks);
    demo_link(obj, "orchestration_stack_id", "orchestration_stack", estate, "stack", index,
              size->stacks);
    demo_link(obj, "cloud_subnet_id", "cloud_subnet", estate, "subnet", index, 2 * size->networks);
    demo_link(obj, "network_router_id", "network_router", estate, "router", index / 2,
              size->networks);
    demo_link(obj, "network_group_id", "network_group", estate, "netgroup", 0, size->networks > 0);
    link_group(obj, estate, index);
    add_rule(obj, "inbound", "TCP", index % 2 ? 443 : 22, "0.0.0.0/0");
    rule = reeve_child(obj, "firewall_rule");
    reeve_set_string(rule, "ems_ref", "neighbours");
    reeve_set_string(rule, "direction", "inbound");
    reeve_set_string(rule, "host_protocol", "TCP");
    reeve_set_int(rule, "port", 5432);
    reeve_set_int(rule, "end_port", 5433);
    demo_link(rule, "source_security_group_id", "security_group", estate, "security", index ^ 1,
              2 * size->tenants);
    return reeve_emit(obj);
}
