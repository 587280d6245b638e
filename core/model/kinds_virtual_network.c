/* SPDX-License-Identifier: Apache-2.0
 *
 * Networks of virtual infrastructure: switches of hosts, their port groups and subnets.
 */
#include "model/kinds.h"
#include "model/columns.h"

#define SECURITY_COLUMNS                                                                           \
    FLAG("allow_promiscuous", "Whether machines may see what is not for them"),                    \
        FLAG("mac_changes", "Whether machines may change their hardware address"),                 \
        FLAG("forged_transmits", "Whether machines may send as another")

static const struct reeve_column switch_columns[] = {
    STRING_F(REQUIRED, "uid_ems", "Id that the provider knows it by"),
    STRING_F(INDEX, "name", "Name"),
    CLASS,
    STRING("switch_uuid", "UUID of a distributed switch"),
    FLAG("shared", "Whether it spans hosts"),
    INT("ports", "How many ports it has"),
    INT("mtu", "Largest frame in bytes"),
    SECURITY_COLUMNS,
    STRING("health_state", "State of a physical switch"),
    STRING("power_state", "Power state of a physical switch"),
    REEVE_COLUMNS_END,
};

static const struct reeve_column host_switch_columns[] = {
    REF_F(REQUIRED, "host_id", "host", "The host"),
    REF_F(REQUIRED, "switch_id", "switch", "A virtual switch that it has"),
    REEVE_COLUMNS_END,
};

static const struct reeve_column lan_columns[] = {
    STRING_F(REQUIRED, "uid_ems", "Id that the provider knows it by"),
    STRING_F(INDEX, "name", "Name"),
    STRING("ems_ref", "Second id that the provider knows it by"),
    STRING("tag", "Number of its VLAN"),
    SECURITY_COLUMNS,
    FLAG("computed_allow_promiscuous", "allow_promiscuous, with what the switch says"),
    FLAG("computed_mac_changes", "mac_changes, with what the switch says"),
    FLAG("computed_forged_transmits", "forged_transmits, with what the switch says"),
    REF("switch_id", "switch", "Its switch"),
    REF("parent_id", "lan", "The network that it is a part of"),
    REEVE_COLUMNS_END,
};

static const struct reeve_column subnet_columns[] = {
    MANAGED_COLUMNS,
    STRING("cidr", "Its addresses"),
    REF("lan_id", "lan", "The network that it is a part of"),
    REEVE_COLUMNS_END,
};

const struct reeve_kind rv_kinds_virtual_network[] = {
    KIND(switch, .table = "switches", .api_name = "switches", .title = "Virtual switch",
         .help = "A switch of one host or of many", .key = LIST("uid_ems"), .class_name = "Switch"),
    KIND(host_switch, .table = "host_switches", .api_name = "host_switches",
         .title = "Switch of a host", .help = "Says that a host has a virtual switch",
         .flags = REEVE_KIND_CHILD, .key = LIST("switch_id"), .owner_column = "host_id",
         .class_name = "HostSwitch"),
    KIND(lan, .table = "lans", .api_name = "lans", .title = "Virtual network",
         .help = "A port group of a virtual switch", .key = LIST("uid_ems"), .class_name = "Lan"),
    KIND(subnet, .table = "subnets", .api_name = "subnets", .title = "Subnet",
         .help = "Addresses of a virtual network", MANAGED_KEY, .class_name = "Subnet"),
    KINDS_END,
};
