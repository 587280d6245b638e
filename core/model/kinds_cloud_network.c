/* SPDX-License-Identifier: Apache-2.0
 *
 * Networks of clouds: networks and subnets, routers, ports, floating addresses. Who may pass is in
 * kinds_security_group.c.
 */
#include "model/kinds.h"
#include "model/columns.h"

#define EXTRA JSON("extra_attributes", "More that the provider says: name to value")

static const struct reeve_column cloud_network_columns[] = {
    MANAGED_COLUMNS,
    STRING("description", "Description"),
    STRING("cidr", "Its addresses"),
    STRING("status", "active or inactive"),
    FLAG("enabled", "Whether it carries traffic"),
    FLAG("external_facing", "Whether it leads out of the cloud"),
    FLAG("shared", "Whether every tenant can use it"),
    FLAG("vlan_transparent", "Whether machines may tag their frames"),
    STRING("provider_network_type", "vlan, vxlan, flat, local, ..."),
    STRING("provider_physical_network", "The network that carries it"),
    STRING("provider_segmentation_id", "Its number on that"),
    EXTRA,
    REF("cloud_tenant_id", "cloud_tenant", "The tenant that it belongs to"),
    REF("orchestration_stack_id", "orchestration_stack", "The stack that made it"),
    REF("resource_group_id", "resource_group", "The resource group that it is in"),
    REEVE_COLUMNS_END,
};

static const struct reeve_column cloud_subnet_columns[] = {
    MANAGED_COLUMNS,
    STRING("cidr", "Its addresses"),
    STRING("status", "active or inactive"),
    STRING("network_protocol", "ipv4 or ipv6"),
    STRING("gateway", "Address of its gateway"),
    FLAG("dhcp_enabled", "Whether it gives addresses by DHCP"),
    JSON("dns_nameservers", "Name servers: array"),
    STRING("ipv6_address_mode", "IPv6: how machines come to their address"),
    STRING("ipv6_router_advertisement_mode", "IPv6: who says which addresses there are"),
    EXTRA,
    REF("cloud_network_id", "cloud_network", "Its network"),
    REF("network_group_id", "network_group", "The group of networks that it is in"),
    REF("network_router_id", "network_router", "The router that it is behind"),
    REF("parent_cloud_subnet_id", "cloud_subnet", "The subnet that it is a part of"),
    REF("availability_zone_id", "availability_zone", "The zone that it is in"),
    REF("cloud_tenant_id", "cloud_tenant", "The tenant that it belongs to"),
    REEVE_COLUMNS_END,
};

static const struct reeve_column network_router_columns[] = {
    MANAGED_COLUMNS,
    STRING("status", "State in the provider's words"),
    STRING("admin_state_up", "Whether it is meant to run, in the provider's words"),
    EXTRA,
    REF("cloud_network_id", "cloud_network", "The network that it leads to"),
    REF("network_group_id", "network_group", "The group of networks that it is in"),
    REF("cloud_tenant_id", "cloud_tenant", "The tenant that it belongs to"),
    REEVE_COLUMNS_END,
};

static const struct reeve_column network_port_columns[] = {
    MANAGED_COLUMNS,
    STRING_F(INDEX, "mac_address", "Hardware address"),
    STRING("status", "State in the provider's words"),
    FLAG("admin_state_up", "Whether it is meant to carry traffic"),
    POLY("device", "vm host network_router load_balancer", "What is plugged in"),
    STRING("device_ref", "Id that the provider knows that by"),
    STRING("device_owner", "Sort of that, in the provider's words"),
    STRING("binding_host_id", "The host that it is on, in the provider's words"),
    STRING("binding_virtual_interface_type", "How it is plugged in there"),
    STRING("source", "Where it is known from: refresh or a scan"),
    EXTRA,
    REF("cloud_tenant_id", "cloud_tenant", "The tenant that it belongs to"),
    REF("resource_group_id", "resource_group", "The resource group that it is in"),
    REEVE_COLUMNS_END,
};

static const struct reeve_column cloud_subnet_network_port_columns[] = {
    REF_F(REQUIRED, "network_port_id", "network_port", "The port"),
    REF_F(REQUIRED, "cloud_subnet_id", "cloud_subnet", "A subnet that it has an address in"),
    STRING_F(REQUIRED, "address", "The address"),
    REEVE_COLUMNS_END,
};

static const struct reeve_column floating_ip_columns[] = {
    STRING_F(REQUIRED, "ems_ref", "Id that the provider knows it by"),
    CLASS,
    STRING_F(INDEX, "address", "The address that is seen from outside"),
    STRING("fixed_ip_address", "The address inside that it stands for"),
    STRING("status", "State in the provider's words"),
    FLAG("cloud_network_only", "Whether it works in virtual networks alone"),
    REF("vm_id", "vm", "The machine that it leads to"),
    REF("network_port_id", "network_port", "The port that it leads to"),
    REF("network_router_id", "network_router", "The router that has it"),
    REF("cloud_network_id", "cloud_network", "The network that it is from"),
    REF("cloud_tenant_id", "cloud_tenant", "The tenant that it belongs to"),
    REEVE_COLUMNS_END,
};

static const struct reeve_column network_group_columns[] = {
    MANAGED_COLUMNS,
    STRING("cidr", "Its addresses"),
    STRING("status", "State in the provider's words"),
    FLAG("enabled", "Whether it can be used"),
    REF("orchestration_stack_id", "orchestration_stack", "The stack that made it"),
    REEVE_COLUMNS_END,
};

const struct reeve_kind rv_kinds_cloud_network[] = {
    KIND(cloud_network, .table = "cloud_networks", .api_name = "cloud_networks",
         .title = "Cloud network", .help = "A network of a cloud", MANAGED_KEY,
         .class_name = "CloudNetwork"),
    KIND(cloud_subnet, .table = "cloud_subnets", .api_name = "cloud_subnets",
         .title = "Cloud subnet", .help = "Addresses of a cloud's network", MANAGED_KEY,
         .class_name = "CloudSubnet"),
    KIND(network_router, .table = "network_routers", .api_name = "network_routers",
         .title = "Router", .help = "Leads from a cloud's subnets to another network", MANAGED_KEY,
         .class_name = "NetworkRouter", .aliases = LIST("router", "routers")),
    KIND(network_port, .table = "network_ports", .api_name = "network_ports",
         .title = "Network port", .help = "Where something is plugged into a cloud's network",
         MANAGED_KEY, .class_name = "NetworkPort"),
    KIND(cloud_subnet_network_port, .table = "cloud_subnets_network_ports",
         .api_name = "cloud_subnets_network_ports", .title = "Address of a port",
         .help = "Says that a port has an address in a subnet", .flags = REEVE_KIND_CHILD,
         .key = LIST("cloud_subnet_id", "address"), .owner_column = "network_port_id",
         .class_name = "CloudSubnetNetworkPort"),
    KIND(floating_ip, .table = "floating_ips", .api_name = "floating_ips",
         .title = "Floating address", .help = "An address that is led to a machine of a cloud",
         MANAGED_KEY, .class_name = "FloatingIp"),
    KIND(network_group, .table = "network_groups", .api_name = "network_groups",
         .title = "Network group", .help = "Networks of a cloud that belong together", MANAGED_KEY,
         .class_name = "NetworkGroup"),
    KINDS_END,
};
