/* SPDX-License-Identifier: Apache-2.0
 *
 * Who may pass: security groups, what they are put on, and rules, which hosts and operating
 * systems have too.
 */
#include "model/kinds.h"
#include "model/columns.h"

static const struct reeve_column security_group_columns[] = {
    MANAGED_COLUMNS,
    STRING("description", "Description"),
    REF("cloud_network_id", "cloud_network", "The network that it is for"),
    REF("cloud_subnet_id", "cloud_subnet", "The subnet that it is for"),
    REF("network_group_id", "network_group", "The group of networks that it is in"),
    REF("network_router_id", "network_router", "The router that it is for"),
    REF("cloud_tenant_id", "cloud_tenant", "The tenant that it belongs to"),
    REF("orchestration_stack_id", "orchestration_stack", "The stack that made it"),
    REF("resource_group_id", "resource_group", "The resource group that it is in"),
    REEVE_COLUMNS_END,
};

static const struct reeve_column security_group_vm_columns[] = {
    REF_F(REQUIRED, "vm_id", "vm", "The machine"),
    REF_F(REQUIRED, "security_group_id", "security_group", "A group whose rules it has"),
    REEVE_COLUMNS_END,
};

static const struct reeve_column network_port_security_group_columns[] = {
    REF_F(REQUIRED, "network_port_id", "network_port", "The port"),
    REF_F(REQUIRED, "security_group_id", "security_group", "A group whose rules it has"),
    REEVE_COLUMNS_END,
};

static const struct reeve_column firewall_rule_columns[] = {
    POLY("resource", "security_group operating_system", "What it is a rule of"),
    STRING_F(REQUIRED, "ems_ref", "What tells it from the others of its owner"),
    STRING("name", "Name"),
    STRING("display_name", "Name for people"),
    STRING("group", "Rules that it is turned on and off with"),
    FLAG("enabled", "Whether it counts"),
    FLAG("required", "Whether it cannot be turned off"),
    STRING("direction", "inbound or outbound"),
    STRING("host_protocol", "TCP, UDP, ICMP, ..."),
    STRING("network_protocol", "IPV4 or IPV6"),
    INT("port", "The port, or first of them"),
    INT("end_port", "Last port"),
    STRING("source_ip_range", "Addresses at the other end"),
    REF("source_security_group_id", "security_group", "Group of what is at the other end"),
    REEVE_COLUMNS_END,
};

const struct reeve_kind rv_kinds_security_group[] = {
    KIND(security_group, .table = "security_groups", .api_name = "security_groups",
         .title = "Security group", .help = "Rules of who may reach a machine of a cloud",
         MANAGED_KEY, .class_name = "SecurityGroup"),
    KIND(security_group_vm, .table = "security_groups_vms", .api_name = "security_groups_vms",
         .title = "Security group of a machine",
         .help = "Says that a machine has the rules of a group", .flags = REEVE_KIND_CHILD,
         .key = LIST("security_group_id"), .owner_column = "vm_id"),
    KIND(network_port_security_group, .table = "network_ports_security_groups",
         .api_name = "network_ports_security_groups", .title = "Security group of a port",
         .help = "Says that a port has the rules of a group", .flags = REEVE_KIND_CHILD,
         .key = LIST("security_group_id"), .owner_column = "network_port_id"),
    KIND(firewall_rule, .table = "firewall_rules", .api_name = "firewall_rules",
         .title = "Firewall rule", .help = "Says what may pass", .flags = REEVE_KIND_CHILD,
         .key = LIST("ems_ref"), .owner_column = "resource_id", .class_name = "FirewallRule"),
    KINDS_END,
};
