/* SPDX-License-Identifier: Apache-2.0
 *
 * Tables of machines, and of what the server itself has.
 */
#include "columns.h"

static const struct cli_column vms[] = {
    NAME,
    COL("POWER", "power_state", text),
    COL("HOST", "host.name", text),
    COL("CLUSTER", "ems_cluster.name", text),
    COL("VENDOR", "vendor", text),
    AGE,
    WIDE("CPUS", "hardware.cpu_total_cores", text),
    WIDE("MEMORY MB", "hardware.memory_mb", text),
    WIDE("DATASTORE", "storage.name", text),
    WIDE("TEMPLATE", "template", text),
    WIDE("FLAVOR", "flavor.name", text),
    WIDE("TENANT", "cloud_tenant.name", text),
    WIDE("UUID", "uid_ems", text),
    PROVIDER,
    ID,
    CLI_COLUMNS_END,
};

static const struct cli_column hosts[] = {
    NAME,
    COL("POWER", "power_state", text),
    COL("CONNECTION", "connection_state", text),
    COL("CLUSTER", "ems_cluster.name", text),
    COL("VERSION", "vmm_version", text),
    WIDE("PRODUCT", "vmm_product", text),
    WIDE("ADDRESS", "ipaddress", text),
    WIDE("CPUS", "hardware.cpu_total_cores", text),
    WIDE("MEMORY MB", "hardware.memory_mb", text),
    WIDE("PHYSICAL", "physical_server.name", text),
    PROVIDER,
    ID,
    CLI_COLUMNS_END,
};

static const struct cli_column clusters[] = {
    NAME,
    COL("HA", "ha_enabled", text),
    COL("DRS", "drs_enabled", text),
    WIDE("CPU MHZ", "effective_cpu", text),
    WIDE("MEMORY", "effective_memory", bytes),
    PROVIDER,
    ID,
    CLI_COLUMNS_END,
};

static const struct cli_column datastores[] = {
    NAME,
    COL("TYPE", "store_type", text),
    COL("TOTAL", "total_space", bytes),
    COL("FREE", "free_space", bytes),
    WIDE("LOCATION", "location", text),
    PROVIDER,
    ID,
    CLI_COLUMNS_END,
};

static const struct cli_column providers[] = {
    NAME,
    COL("TYPE", "emstype", text),
    COL("STATE", "state", text),
    COL("CREDENTIALS", "authentication_status", text),
    COL("VERSION", "api_version", text),
    COL_OR("REFRESHED", "last_refresh_success_date", age, "never"),
    WIDE("NEXT LOOK", "authentication_next_check_on", text),
    COL_OR("WARNINGS", "warnings_count", text, "0"),
    WIDE("HOST", "hostname", text),
    WIDE("ENABLED", "enabled", text),
    WIDE("ZONE", "zone.name", text),
    ID,
    COL("ERROR", "last_refresh_error", text),
    CLI_COLUMNS_END,
};

static const struct cli_column tasks[] = {
    COL("ID", "id", text),
    NAME,
    COL("STATE", "state", text),
    COL("STATUS", "status", text),
    COL_OR("%", "pct_complete", text, ""),
    COL_OR("AGE", "created_on", age, "<unknown>"),
    WIDE("USER", "userid", text),
    COL_OR("MESSAGE", "message", text, ""),
    CLI_COLUMNS_END,
};

static const struct cli_column servers[] = {
    NAME,
    COL("STATUS", "status", text),
    COL("VERSION", "version", text),
    COL("ZONE", "zone.name", text),
    COL("PID", "pid", text),
    COL("HEARTBEAT", "last_heartbeat", age),
    COL("STARTED", "started_on", age),
    WIDE("HOST", "hostname", text),
    WIDE("URL", "url", text),
    ID,
    CLI_COLUMNS_END,
};

static const struct cli_column workers[] = {
    COL("TYPE", "type", text),
    COL("STATUS", "status", text),
    COL("PID", "pid", text),
    COL_OR("QUEUE", "queue_name", text, ""),
    COL_OR("PROVIDER", "ext_management_system.name", text, ""),
    COL("MEMORY", "memory_usage", bytes),
    COL("HEARTBEAT", "last_heartbeat", age),
    COL("STARTED", "started_on", age),
    WIDE("STOPPED", "stopped_on", age),
    WIDE("REASON", "stop_reason", text),
    ID,
    CLI_COLUMNS_END,
};

static const struct cli_column messages[] = {
    COL("ID", "id", text),
    COL("QUEUE", "queue_name", text),
    COL("STATE", "state", text),
    COL("COMMAND", "class_name,method_name", path),
    COL("PRIORITY", "priority", text),
    COL_OR("ATTEMPTS", "attempts", text, "0"),
    COL_OR("AGE", "created_on", age, "<unknown>"),
    WIDE("TARGET", "target_id", text),
    WIDE("ROLE", "role", text),
    WIDE("ZONE", "zone", text),
    WIDE("SERIES", "task_id", text),
    WIDE("HANDLER", "handler_id", text),
    WIDE("NOT BEFORE", "deliver_on", text),
    COL_OR("ERROR", "error", text, ""),
    CLI_COLUMNS_END,
};

static const struct cli_column events[] = {
    COL("TIME", "timestamp", text),
    COL("EVENT", "event_type", text),
    COL("SOURCE", "source", text),
    COL_OR("PROVIDER", "ext_management_system.name", text, ""),
    COL_OR("OBJECT",
           "container_group_name,container_replicator_name,container_node_name,vm_name,host_name",
           first, ""),
    COL_OR("MESSAGE", "message", text, ""),
    WIDE("GROUP", "event_group", text),
    WIDE("LEVEL", "event_level", text),
    WIDE("TARGET", "target_type,target_id", path),
    ID,
    CLI_COLUMNS_END,
};

static const struct cli_column blacklisted[] = {
    COL("EVENT", "event_name", text),
    COL_OR("MODEL", "provider_model", text, "<any>"),
    COL_OR("PROVIDER", "ext_management_system.name", text, "<any>"),
    COL("ENABLED", "enabled", flag),
    COL("SYSTEM", "system", flag),
    COL("ID", "id", text),
    CLI_COLUMNS_END,
};

static const struct cli_column automate_runs[] = {
    COL("ID", "id", text),
    COL("STATUS", "status", text),
    COL("PATH", "uri", text),
    COL_OR("EVENT", "event_stream.event_type", text, ""),
    COL("TARGET", "target_type,target_id", path),
    COL_OR("STATE", "ae_state", text, ""),
    COL_OR("METHODS", "methods", text, ""),
    COL_OR("AGE", "created_on", age, "<unknown>"),
    WIDE("EVENT ID", "event_stream_id", text),
    WIDE("GOES ON", "next_on", text),
    WIDE("RETRIES", "ae_state_retries", text),
    WIDE("MICROSECONDS", "took_us", text),
    WIDE("PLACE", "error_place", text),
    COL_OR("ERROR", "error", text, ""),
    CLI_COLUMNS_END,
};

static const struct cli_column users[] = {
    COL("USER", "userid", text), NAME, COL("LAST LOGON", "lastlogon", age),
    WIDE("MAIL", "email", text), ID,   CLI_COLUMNS_END,
};

static const struct cli_column custom_attributes[] = {
    COL("SECTION", "section", text),
    NAME,
    COL_OR("VALUE", "value", text, ""),
    COL("OF", "resource_type,resource_id", path),
    WIDE("SOURCE", "source", text),
    ID,
    CLI_COLUMNS_END,
};

static const struct cli_column receivers[] = {
    NAME,
    COL("FORMAT", "format", text),
    COL("ENABLED", "enabled", text),
    COL("RECEIVED", "received", text),
    COL("REFUSED", "refused", text),
    COL("LAST", "last_received_on", age),
    WIDE("RATE", "rate", text),
    WIDE("DESCRIPTION", "description", text),
    PROVIDER,
    ID,
    CLI_COLUMNS_END,
};

static const struct cli_column mappings[] = {
    COL("ID", "id", text),
    COL("LABEL", "label_name", text),
    COL_OR("VALUE", "label_value", text, "<any>"),
    COL_OR("KIND", "labeled_resource_type", text, "<any>"),
    COL("TAG", "tag.name", text),
    CLI_COLUMNS_END,
};

const struct cli_columns_of cli_columns_others[] = {
    { "vm", vms },
    { "host", hosts },
    { "ems_cluster", clusters },
    { "storage", datastores },
    { "provider", providers },
    { "task", tasks },
    { "server", servers },
    { "worker", workers },
    { "message", messages },
    { "event_stream", events },
    { "blacklisted_event", blacklisted },
    { "event_receiver", receivers },
    { "automate_run", automate_runs },
    { "user", users },
    { "custom_attribute", custom_attributes },
    { "container_label_tag_mapping", mappings },
    { NULL, NULL },
};
