/* SPDX-License-Identifier: Apache-2.0
 *
 * Tables of what machines are arranged by and made of: folders, pools, snapshots, networks,
 * physical machines, and configuration managers.
 */
#include "columns.h"

static const struct cli_column folders[] = {
    NAME,
    COL("TYPE", "folder_type", text),
    WIDE("UID", "uid_ems", text),
    PROVIDER,
    ID,
    CLI_COLUMNS_END,
};

static const struct cli_column resource_pools[] = {
    NAME,
    COL("DEFAULT", "is_default", text),
    COL("CPU MHZ", "cpu_reserve", text),
    COL("CPU LIMIT", "cpu_limit", text),
    COL("MEMORY MB", "memory_reserve", text),
    COL("MEMORY LIMIT", "memory_limit", text),
    WIDE("CPU SHARES", "cpu_shares_level", text),
    WIDE("MEMORY SHARES", "memory_shares_level", text),
    PROVIDER,
    ID,
    CLI_COLUMNS_END,
};

static const struct cli_column snapshots[] = {
    COL("VM", "vm_or_template.name", text),
    NAME,
    COL("SIZE", "total_size", bytes),
    COL("CURRENT", "current", text),
    COL_OR("AGE", "create_time", age, "<unknown>"),
    WIDE("UID", "uid", text),
    WIDE("AFTER", "parent_uid", text),
    PROVIDER,
    ID,
    CLI_COLUMNS_END,
};

static const struct cli_column switches[] = {
    NAME,
    COL("SHARED", "shared", text),
    COL("PORTS", "ports", text),
    COL("MTU", "mtu", text),
    PROVIDER,
    ID,
    CLI_COLUMNS_END,
};

static const struct cli_column lans[] = {
    NAME, COL("VLAN", "tag", text), COL("SWITCH", "switch.name", text), PROVIDER,
    ID,   CLI_COLUMNS_END,
};

static const struct cli_column physical_servers[] = {
    NAME,
    COL("POWER", "power_state", text),
    COL("HEALTH", "health_state", text),
    COL("PRODUCT", "product_name", text),
    COL("SERIAL", "serial_number", text),
    COL("RACK", "physical_rack.name", text),
    WIDE("CHASSIS", "physical_chassis.name", text),
    WIDE("HOSTNAME", "hostname", text),
    WIDE("LED", "location_led_state", text),
    PROVIDER,
    ID,
    CLI_COLUMNS_END,
};

static const struct cli_column chassis[] = {
    NAME,
    COL("HEALTH", "overall_health_state", text),
    COL("RACK", "physical_rack.name", text),
    COL("BLADES", "blade_slot_count", text),
    PROVIDER,
    ID,
    CLI_COLUMNS_END,
};

static const struct cli_column racks[] = { NAME, PROVIDER, ID, CLI_COLUMNS_END };

static const struct cli_column configured_systems[] = {
    COL("HOSTNAME", "hostname", text),
    COL("PROFILE", "configuration_profile.name", text),
    COL("LAST RUN", "puppet_status", text),
    COL("CHECK-IN", "last_checkin", age),
    COL("SYSTEM", "operating_system_flavor.name", text),
    WIDE("ADDRESS", "ipaddress", text),
    WIDE("LOCATION", "configuration_location.title", text),
    WIDE("ORGANIZATION", "configuration_organization.title", text),
    PROVIDER,
    ID,
    CLI_COLUMNS_END,
};

static const struct cli_column configuration_profiles[] = {
    NAME,
    COL("INHERITS FROM", "parent.name", text),
    COL("SYSTEM", "operating_system_flavor.name", text),
    PROVIDER,
    ID,
    CLI_COLUMNS_END,
};

static const struct cli_column configuration_scripts[] = {
    NAME,
    COL("SOURCE", "configuration_script_source.name", text),
    COL("LANGUAGE", "payload_type", text),
    PROVIDER,
    ID,
    CLI_COLUMNS_END,
};

static const struct cli_column script_sources[] = {
    NAME,
    COL("STATUS", "status", text),
    COL("UPDATED", "last_updated_on", age),
    COL("BRANCH", "scm_branch", text),
    COL("URL", "scm_url", text),
    PROVIDER,
    ID,
    CLI_COLUMNS_END,
};

const struct cli_columns_of cli_columns_infra[] = {
    { "ems_folder", folders },
    { "resource_pool", resource_pools },
    { "snapshot", snapshots },
    { "switch", switches },
    { "lan", lans },
    { "physical_server", physical_servers },
    { "physical_chassis", chassis },
    { "physical_rack", racks },
    { "configured_system", configured_systems },
    { "configuration_profile", configuration_profiles },
    { "configuration_script", configuration_scripts },
    { "configuration_script_source", script_sources },
    { NULL, NULL },
};
