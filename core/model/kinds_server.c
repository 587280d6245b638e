/* SPDX-License-Identifier: Apache-2.0
 *
 * The server's own house: region, zones, servers, their roles and workers.
 */
#include "model/kinds.h"
#include "model/columns.h"

#define PROCESS_COLUMNS                                                                            \
    INT("pid", "Process id"), INT("memory_usage", "Resident memory in bytes"),                     \
        INT("memory_size", "Virtual memory in bytes"),                                             \
        INT("proportional_set_size", "Memory in bytes, shared pages by share"),                    \
        INT("unique_set_size", "Memory in bytes that is its alone"),                               \
        DOUBLE("percent_memory", "Share of the machine's memory in percent"),                      \
        DOUBLE("percent_cpu", "Share of a processor in percent"),                                  \
        DOUBLE("cpu_time", "Processor time so far in seconds"),                                    \
        INT("os_priority", "Priority in the operating system"),                                    \
        INT("sql_spid", "Process id of its database connection")

static const struct reeve_column region_columns[] = {
    INT_F(REQUIRED, "region", "Number: ids are this times 10^12 and more"),
    STRING("description", "Name for people"),
    STRING("guid", "Unique id"),
    CREATED_AT,
    UPDATED_AT,
    REEVE_COLUMNS_END,
};

static const struct reeve_column zone_columns[] = {
    STRING_F(REQUIRED, "name", "Name, unique"),
    STRING("description", "Name for people"),
    FLAG("visible", "Whether people see it"),
    JSON("settings", "Settings of the zone"),
    CREATED_ON,
    UPDATED_ON,
    REEVE_COLUMNS_END,
};

static const struct reeve_column server_columns[] = {
    STRING_F(REQUIRED, "guid", "Unique id"),
    STRING("name", "Name for people"),
    STRING("hostname", "Host name"),
    STRING("ipaddress", "Address"),
    STRING("mac_address", "Hardware address"),
    STRING("url", "Where its API is"),
    REF("zone_id", "zone", "Its zone"),
    STRING("status", "starting, started, quiesce, stopped, killed or not responding"),
    STRING("version", "Version"),
    STRING("build", "Commit that it was built from"),
    TIME("started_on", "When it last started"),
    TIME("stopped_on", "When it last stopped"),
    TIME("last_heartbeat", "When it was last alive"),
    FLAG("is_master", "Whether it decides about the region's roles"),
    FLAG("has_active_webservices", "Whether it serves the API"),
    FLAG("has_active_userinterface", "Whether it serves web pages"),
    JSON("capabilities", "What it can do: name to value"),
    JSON("warnings", "What somebody should look at now: a list of text and hint"),
    PROCESS_COLUMNS,
    INT("system_memory_free", "Free memory of the machine in bytes"),
    INT("system_memory_used", "Used memory of the machine in bytes"),
    INT("system_swap_free", "Free swap of the machine in bytes"),
    INT("system_swap_used", "Used swap of the machine in bytes"),
    CREATED_ON,
    UPDATED_ON,
    REEVE_COLUMNS_END,
};

static const struct reeve_column server_role_columns[] = {
    STRING_F(REQUIRED, "name", "Name, unique"),
    STRING("description", "Name for people"),
    INT("max_concurrent", "Servers that may have it active at once; 0: all"),
    FLAG("external_failover", "Whether something else decides who has it"),
    STRING("role_scope", "region or zone: where that is counted"),
    CREATED_ON,
    UPDATED_ON,
    REEVE_COLUMNS_END,
};

static const struct reeve_column assigned_server_role_columns[] = {
    REF_F(REQUIRED, "miq_server_id", "server", "The server"),
    REF_F(REQUIRED, "server_role_id", "server_role", "The role"),
    FLAG("active", "Whether the server has it now"),
    INT("priority", "Who gets it first: 1 primary, 2 secondary, 3 others"),
    REEVE_COLUMNS_END,
};

static const struct reeve_column worker_columns[] = {
    STRING_F(REQUIRED, "guid", "Unique id"),
    STRING_F(INDEX, "type", "What it does: server, generic, priority, refresh, api, ..."),
    STRING("status", "starting, ready, working, silent (it owes several heartbeats) or stopping"),
    STRING("queue_name", "Queue that it serves"),
    STRING("uri", "Address that it listens on"),
    REF("miq_server_id", "server", "Its server"),
    REF("ems_id", "provider", "The provider that it serves, when it serves one only"),
    TIME("started_on", "When it started"),
    TIME("stopped_on", "When it ended"),
    TIME("last_heartbeat", "When it was last alive"),
    STRING("stop_reason", "How it ended: exit code or signal, and why"),
    INT("message_id", "Message that it works on"),
    STRING("fence",
           "What a provider's module in it is kept from: files,calls, one of them, none, off"),
    PROCESS_COLUMNS,
    REEVE_COLUMNS_END,
};

static const struct reeve_column settings_change_columns[] = {
    POLY_F(REQUIRED, "resource", "region zone server", "What the setting is for"),
    STRING_F(REQUIRED, "key", "Path of the setting: workers.generic.count"),
    STRING("value", "Value as it was written; of a secret only that there is one"),
    STRING_F(SECRET, "sealed_value", "Value of a secret"),
    CREATED_AT,
    UPDATED_AT,
    REEVE_COLUMNS_END,
};

static const struct reeve_column audit_event_columns[] = {
    STRING_F(REQUIRED | INDEX, "event",
             "What was done: vmdb_config_update, authenticate_database, ..."),
    STRING("status", "success or failure"),
    STRING("severity", "info or warn"),
    STRING("message", "The same for people"),
    STRING("userid", "Who did it; system: the server itself"),
    STRING("source", "Where it came from: an address"),
    STRING("target_class", "ManageIQ's class of what it was done to"),
    INT("target_id", "Id of what it was done to"),
    JSON("details", "What belongs to it, by event: of a setting its key, old and new value"),
    TIME_F(CORE | INDEX, "created_on", "When the row was made"),
    REEVE_COLUMNS_END,
};

const struct reeve_kind rv_kinds_server[] = {
    KIND(region, .table = "miq_regions", .api_name = "regions", .title = "Region",
         .help = "The servers that share a database", .flags = REEVE_KIND_SERVER,
         .key = LIST("region"), .class_name = "MiqRegion"),
    KIND(zone, .table = "zones", .api_name = "zones", .title = "Zone",
         .help = "Servers and providers of one place", .flags = REEVE_KIND_SERVER,
         .key = LIST("name"), .class_name = "Zone"),
    KIND(server, .table = "miq_servers", .api_name = "servers", .title = "Server",
         .help = "A reeved of this region", .flags = REEVE_KIND_SERVER, .key = LIST("guid"),
         .class_name = "MiqServer"),
    KIND(server_role, .table = "server_roles", .api_name = "server_roles", .title = "Server role",
         .help = "Something that servers can be asked to do", .flags = REEVE_KIND_SERVER,
         .key = LIST("name"), .class_name = "ServerRole"),
    KIND(assigned_server_role, .table = "assigned_server_roles",
         .api_name = "assigned_server_roles", .title = "Assigned server role",
         .help = "Says that a server may have a role", .flags = REEVE_KIND_SERVER,
         .key = LIST("miq_server_id", "server_role_id"), .class_name = "AssignedServerRole"),
    KIND(worker, .table = "miq_workers", .api_name = "workers", .title = "Worker",
         .help = "A process of a server", .flags = REEVE_KIND_SERVER, .key = LIST("guid"),
         .class_name = "MiqWorker"),
    KIND(settings_change, .table = "settings_changes", .api_name = "settings_changes",
         .title = "Setting", .help = "A setting that was changed from its default",
         .flags = REEVE_KIND_SERVER, .key = LIST("resource_type", "resource_id", "key"),
         .class_name = "SettingsChange", .aliases = LIST("setting")),
    KIND(audit_event, .table = "audit_events", .api_name = "audit_events", .title = "Audit event",
         .help = "Who did what, when", .flags = REEVE_KIND_SERVER, .key = LIST("id"),
         .class_name = "AuditEvent", .aliases = LIST("audit")),
    KINDS_END,
};
