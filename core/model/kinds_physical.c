/* SPDX-License-Identifier: Apache-2.0
 *
 * Physical machines, the chassis and racks that they are in, and where those stand. Their
 * processors, cards and firmware hang on a computer system (kinds_hardware.c).
 */
#include "model/kinds.h"
#include "model/columns.h"

static const struct reeve_column physical_rack_columns[] = {
    MANAGED_COLUMNS,
    STRING("uid_ems", "Second id that the provider knows it by"),
    REEVE_COLUMNS_END,
};

static const struct reeve_column physical_chassis_columns[] = {
    MANAGED_COLUMNS,
    STRING("uid_ems", "Second id that the provider knows it by"),
    STRING("vendor", "Who made it"),
    STRING("health_state", "Valid, Warning, Critical, ..."),
    STRING("overall_health_state", "The worst state of its parts"),
    INT("management_module_slot_count", "Places for management modules"),
    INT("switch_slot_count", "Places for switches"),
    INT("fan_slot_count", "Places for fans"),
    INT("blade_slot_count", "Places for servers"),
    INT("powersupply_slot_count", "Places for power supplies"),
    REF("physical_rack_id", "physical_rack", "The rack that it is in"),
    REF("parent_physical_chassis_id", "physical_chassis", "The chassis that it is in"),
    REEVE_COLUMNS_END,
};

static const struct reeve_column physical_server_columns[] = {
    MANAGED_COLUMNS,
    STRING_F(INDEX, "uid_ems", "UUID of the machine"),
    STRING("vendor", "Who manages it: lenovo, redfish, ..."),
    STRING("hostname", "Host name"),
    STRING("product_name", "Product name"),
    STRING("manufacturer", "Who made it"),
    STRING("machine_type", "Type of its maker"),
    STRING("model", "Model"),
    STRING_F(INDEX, "serial_number", "Serial number"),
    STRING("field_replaceable_unit", "Number of the part to order"),
    STRING("raw_power_state", "Power state in the provider's words"),
    STRING("power_state", "on, off or unknown"),
    STRING("health_state", "Valid, Warning, Critical, ..."),
    STRING("location_led_state", "On, Off or Blinking: the light that shows where it is"),
    STRING("ems_compliance_name", "The provider's rules that it is held against"),
    STRING("ems_compliance_status", "Whether it keeps them"),
    REF("physical_chassis_id", "physical_chassis", "The chassis that it is in"),
    REF("physical_rack_id", "physical_rack", "The rack that it is in"),
    REEVE_COLUMNS_END,
};

static const struct reeve_column asset_detail_columns[] = {
    POLY("resource", "physical_server physical_chassis physical_rack switch", "What it is about"),
    STRING("description", "Description"),
    STRING("contact", "Who cares for it"),
    STRING("location", "Where it stands"),
    STRING("room", "Room"),
    STRING("rack_name", "Rack"),
    STRING("lowest_rack_unit", "Lowest place in the rack that it takes"),
    STRING("product_name", "Product name"),
    STRING("manufacturer", "Who made it"),
    STRING("machine_type", "Type of its maker"),
    STRING("model", "Model"),
    STRING("serial_number", "Serial number"),
    STRING("part_number", "Part number"),
    STRING("field_replaceable_unit", "Number of the part to order"),
    STRING("location_led_state", "On, Off or Blinking"),
    STRING("location_led_ems_ref", "Id of that light"),
    REEVE_COLUMNS_END,
};

const struct reeve_kind rv_kinds_physical[] = {
    KIND(physical_rack, .table = "physical_racks", .api_name = "physical_racks", .title = "Rack",
         .help = "A rack of machines", MANAGED_KEY, .class_name = "PhysicalRack",
         .aliases = LIST("rack", "racks")),
    KIND(physical_chassis, .table = "physical_chassis", .api_name = "physical_chassis",
         .title = "Chassis", .help = "A case with places for servers", MANAGED_KEY,
         .class_name = "PhysicalChassis", .aliases = LIST("chassis")),
    KIND(physical_server, .table = "physical_servers", .api_name = "physical_servers",
         .title = "Physical server", .help = "A machine of metal", MANAGED_KEY,
         .class_name = "PhysicalServer"),
    KIND(asset_detail, .table = "asset_details", .api_name = "asset_details",
         .title = "Asset details", .help = "Where a physical machine stands and who cares for it",
         .flags = REEVE_KIND_CHILD, .key = ONE_PER_OWNER, .owner_column = "resource_id",
         .class_name = "AssetDetail"),
    KINDS_END,
};
