/* SPDX-License-Identifier: Apache-2.0
 *
 * Tables of what clouds have: sizes, tenants, stacks, networks, volumes, object stores.
 */
#include "columns.h"

#define TENANT COL("TENANT", "cloud_tenant.name", text)

static const struct cli_column flavors[] = {
    NAME,
    COL("CPUS", "cpus", text),
    COL("MEMORY", "memory", bytes),
    COL("DISK", "root_disk_size", bytes),
    COL("PUBLIC", "publicly_available", text),
    WIDE("EPHEMERAL", "ephemeral_disk_size", bytes),
    PROVIDER,
    ID,
    CLI_COLUMNS_END,
};

static const struct cli_column zones[] = { NAME, PROVIDER, ID, CLI_COLUMNS_END };

static const struct cli_column tenants[] = {
    NAME,
    COL("ENABLED", "enabled", text),
    COL("IN", "parent.name", text),
    COL("DESCRIPTION", "description", text),
    PROVIDER,
    ID,
    CLI_COLUMNS_END,
};

static const struct cli_column quotas[] = {
    TENANT,
    COL("SERVICE", "service_name", text),
    NAME,
    COL("VALUE", "value", text),
    PROVIDER,
    ID,
    CLI_COLUMNS_END,
};

static const struct cli_column stacks[] = {
    NAME,
    COL("STATUS", "status", text),
    COL("TEMPLATE", "orchestration_template.name", text),
    TENANT,
    COL_OR("AGE", "start_time", age, "<unknown>"),
    WIDE("IN", "parent.name", text),
    WIDE("REASON", "status_reason", text),
    PROVIDER,
    ID,
    CLI_COLUMNS_END,
};

static const struct cli_column databases[] = {
    NAME,
    COL("ENGINE", "db_engine", text),
    COL("STATUS", "status", text),
    COL("SIZE", "cloud_database_flavor.name", text),
    COL("USED", "used_storage", bytes),
    WIDE("MOST", "max_storage", bytes),
    PROVIDER,
    ID,
    CLI_COLUMNS_END,
};

static const struct cli_column networks[] = {
    NAME,
    COL("CIDR", "cidr", text),
    COL("STATUS", "status", text),
    COL("EXTERNAL", "external_facing", text),
    COL("SHARED", "shared", text),
    TENANT,
    WIDE("TYPE", "provider_network_type", text),
    PROVIDER,
    ID,
    CLI_COLUMNS_END,
};

static const struct cli_column subnets[] = {
    NAME,
    COL("CIDR", "cidr", text),
    COL("GATEWAY", "gateway", text),
    COL("NETWORK", "cloud_network.name", text),
    WIDE("ROUTER", "network_router.name", text),
    WIDE("DHCP", "dhcp_enabled", text),
    PROVIDER,
    ID,
    CLI_COLUMNS_END,
};

static const struct cli_column routers[] = {
    NAME,
    COL("STATUS", "status", text),
    COL("LEADS TO", "cloud_network.name", text),
    TENANT,
    PROVIDER,
    ID,
    CLI_COLUMNS_END,
};

static const struct cli_column ports[] = {
    NAME,
    COL("STATUS", "status", text),
    COL("MAC", "mac_address", text),
    COL("OF", "device_type,device_id", path),
    TENANT,
    PROVIDER,
    ID,
    CLI_COLUMNS_END,
};

static const struct cli_column floating_ips[] = {
    COL("ADDRESS", "address", text),
    COL("INSIDE", "fixed_ip_address", text),
    COL("STATUS", "status", text),
    COL("VM", "vm.name", text),
    WIDE("NETWORK", "cloud_network.name", text),
    PROVIDER,
    ID,
    CLI_COLUMNS_END,
};

static const struct cli_column security_groups[] = {
    NAME,
    TENANT,
    COL("NETWORK", "cloud_network.name", text),
    COL("DESCRIPTION", "description", text),
    PROVIDER,
    ID,
    CLI_COLUMNS_END,
};

static const struct cli_column firewall_rules[] = {
    COL("OF", "resource_type,resource_id", path),
    COL("DIRECTION", "direction", text),
    COL("PROTOCOL", "host_protocol", text),
    COL("PORT", "port", text),
    COL("TO PORT", "end_port", text),
    COL("RANGE", "source_ip_range", text),
    COL("GROUP", "source_security_group.name", text),
    PROVIDER,
    ID,
    CLI_COLUMNS_END,
};

static const struct cli_column balancers[] = {
    NAME, TENANT, COL("DESCRIPTION", "description", text), PROVIDER, ID, CLI_COLUMNS_END,
};

static const struct cli_column volumes[] = {
    NAME,
    COL("STATUS", "status", text),
    COL("SIZE", "size", bytes),
    COL("TYPE", "volume_type", text),
    COL("ENCRYPTED", "encrypted", text),
    TENANT,
    WIDE("ZONE", "availability_zone.name", text),
    WIDE("IOPS", "iops", text),
    PROVIDER,
    ID,
    CLI_COLUMNS_END,
};

static const struct cli_column volume_copies[] = {
    NAME,
    COL("VOLUME", "cloud_volume.name", text),
    COL("STATUS", "status", text),
    COL("SIZE", "size", bytes),
    COL_OR("AGE", "creation_time", age, "<unknown>"),
    PROVIDER,
    ID,
    CLI_COLUMNS_END,
};

static const struct cli_column buckets[] = {
    COL("NAME", "key", text),
    COL("OBJECTS", "object_count", text),
    COL("SIZE", "bytes", bytes),
    TENANT,
    PROVIDER,
    ID,
    CLI_COLUMNS_END,
};

static const struct cli_column objects[] = {
    COL("BUCKET", "cloud_object_store_container.key", text),
    COL("NAME", "key", text),
    COL("SIZE", "content_length", bytes),
    COL("TYPE", "content_type", text),
    COL("MODIFIED", "last_modified", age),
    WIDE("ETAG", "etag", text),
    PROVIDER,
    ID,
    CLI_COLUMNS_END,
};

const struct cli_columns_of cli_columns_cloud[] = {
    { "flavor", flavors },
    { "availability_zone", zones },
    { "cloud_tenant", tenants },
    { "cloud_resource_quota", quotas },
    { "orchestration_stack", stacks },
    { "cloud_database", databases },
    { "cloud_network", networks },
    { "cloud_subnet", subnets },
    { "network_router", routers },
    { "network_port", ports },
    { "floating_ip", floating_ips },
    { "security_group", security_groups },
    { "firewall_rule", firewall_rules },
    { "load_balancer", balancers },
    { "cloud_volume", volumes },
    { "cloud_volume_snapshot", volume_copies },
    { "cloud_volume_backup", volume_copies },
    { "cloud_object_store_container", buckets },
    { "cloud_object_store_object", objects },
    { NULL, NULL },
};
