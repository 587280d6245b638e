/* SPDX-License-Identifier: Apache-2.0
 *
 * What virtual infrastructure is arranged by and what belongs to its machines: folders, resource
 * pools, storage policies, snapshots, settings and services.
 *
 * Folders, datacenters and storage clusters are one kind, told apart by `folder_type`. Where one
 * lies is said by relationships (kinds_relationship.c). What a customization specification holds
 * is not kept: there are passwords in it.
 */
#include "model/kinds.h"
#include "model/columns.h"

static const struct reeve_column ems_folder_columns[] = {
    MANAGED_COLUMNS,
    STRING_F(INDEX, "uid_ems", "Second id that the provider knows it by"),
    STRING_F(INDEX, "folder_type", "folder, datacenter, storage_cluster or inventory_group"),
    FLAG("hidden", "Whether the provider made it for itself"),
    REEVE_COLUMNS_END,
};

static const struct reeve_column resource_pool_columns[] = {
    STRING_F(REQUIRED, "uid_ems", "Id that the provider knows it by"),
    STRING_F(INDEX, "ems_ref", "Second id that the provider knows it by"),
    STRING_F(INDEX, "name", "Name"),
    CLASS,
    FLAG("is_default", "Whether it is the one that a cluster or host begins with"),
    FLAG("vapp", "Whether it is a vApp"),
    INT("cpu_reserve", "Reserved processor speed in MHz"),
    FLAG("cpu_reserve_expand", "Whether more can be reserved from the pool above"),
    INT("cpu_limit", "Limit of processor speed in MHz, -1 for none"),
    INT("cpu_shares", "Its share of processors"),
    STRING("cpu_shares_level", "low, normal, high or custom"),
    INT("memory_reserve", "Reserved memory in MB"),
    FLAG("memory_reserve_expand", "Whether more can be reserved from the pool above"),
    INT("memory_limit", "Limit of memory in MB, -1 for none"),
    INT("memory_shares", "Its share of memory"),
    STRING("memory_shares_level", "low, normal, high or custom"),
    DOUBLE("cpu_cores_available", "Cores that it has"),
    DOUBLE("cpu_cores_reserve", "Reserved cores"),
    DOUBLE("cpu_cores_limit", "Limit of cores"),
    REEVE_COLUMNS_END,
};

static const struct reeve_column storage_profile_columns[] = {
    MANAGED_COLUMNS,
    STRING("profile_type", "Who made it: a person or the system"),
    REEVE_COLUMNS_END,
};

static const struct reeve_column storage_profile_storage_columns[] = {
    REF_F(REQUIRED, "storage_profile_id", "storage_profile", "The policy"),
    REF_F(REQUIRED, "storage_id", "storage", "A datastore that fits it"),
    REEVE_COLUMNS_END,
};

static const struct reeve_column host_storage_columns[] = {
    REF_F(REQUIRED, "host_id", "host", "The host"),
    REF_F(REQUIRED, "storage_id", "storage", "A datastore that it sees"),
    STRING("ems_ref", "Id that the provider knows the datastore by on this host"),
    FLAG("read_only", "Whether the host cannot write to it"),
    FLAG("accessible", "Whether the host reaches it now"),
    REEVE_COLUMNS_END,
};

static const struct reeve_column storage_vm_columns[] = {
    REF_F(REQUIRED, "vm_or_template_id", "vm", "The machine"),
    REF_F(REQUIRED, "storage_id", "storage", "A datastore that holds files of it"),
    REEVE_COLUMNS_END,
};

static const struct reeve_column snapshot_columns[] = {
    REF_F(REQUIRED, "vm_or_template_id", "vm", "Its machine"),
    STRING_F(REQUIRED, "uid", "What tells it from the machine's others"),
    STRING("parent_uid", "The snapshot that it was made after; null for the first"),
    STRING("uid_ems", "Second id that the provider knows it by"),
    STRING("ems_ref", "Id that the provider knows it by"),
    STRING("name", "Name"),
    CLASS,
    STRING("description", "Description"),
    INT("current", "1 for the one that the machine goes on from"),
    INT("total_size", "Bytes that it takes"),
    STRING("filename", "Its file"),
    JSON("disks", "Files of its disks: array"),
    TIME("create_time", "When it was made"),
    REEVE_COLUMNS_END,
};

static const struct reeve_column advanced_setting_columns[] = {
    POLY("resource", "vm host", "Whose setting it is"),
    STRING_F(REQUIRED, "name", "Name"),
    STRING("display_name", "Name for people"),
    STRING("description", "Description"),
    STRING("value", "Value"),
    STRING("default_value", "Value when nobody set it"),
    STRING("min", "Least value"),
    STRING("max", "Greatest value"),
    FLAG("read_only", "Whether it cannot be set"),
    REEVE_COLUMNS_END,
};

static const struct reeve_column host_service_group_columns[] = {
    REF_F(REQUIRED, "host_id", "host", "Its host"),
    STRING_F(REQUIRED, "name", "Name"),
    CLASS,
    REEVE_COLUMNS_END,
};

static const struct reeve_column system_service_columns[] = {
    POLY("resource", "vm host host_service_group", "The machine, or group of its host's services"),
    STRING_F(REQUIRED, "name", "Name"),
    STRING_F(REQUIRED, "typename", "linux_systemd, linux_initprocess, win32_service, kernel, ..."),
    STRING("display_name", "Name for people"),
    STRING("description", "Description"),
    STRING("svc_type", "Sort of service, in the system's words"),
    STRING("start", "When it is started, in the system's words"),
    FLAG("running", "Whether it runs"),
    STRING("image_path", "Its program"),
    STRING("object_name", "As whom it runs"),
    STRING("enable_run_levels", "Run levels that it is on in"),
    STRING("disable_run_levels", "Run levels that it is off in"),
    STRING("depend_on_service", "Services that it needs"),
    STRING("depend_on_group", "Groups of services that it needs"),
    JSON("dependencies", "What it needs: array"),
    STRING("systemd_load", "systemd: loaded, error, masked, ..."),
    STRING("systemd_active", "systemd: active, failed, inactive, ..."),
    STRING("systemd_sub", "systemd: running, dead, exited, ..."),
    REEVE_COLUMNS_END,
};

static const struct reeve_column customization_spec_columns[] = {
    STRING_F(REQUIRED, "name", "Name"),
    STRING("typ", "Windows or Linux"),
    STRING("description", "Description"),
    TIME("last_update_time", "When it was last changed"),
    REEVE_COLUMNS_END,
};

const struct reeve_kind rv_kinds_infra_parts[] = {
    KIND(ems_folder, .table = "ems_folders", .api_name = "folders", .title = "Folder",
         .help = "A folder, datacenter or cluster of datastores", MANAGED_KEY,
         .class_name = "EmsFolder", .aliases = LIST("folder", "datacenter", "datacenters")),
    KIND(resource_pool, .table = "resource_pools", .api_name = "resource_pools",
         .title = "Resource pool", .help = "A share of a cluster or host, and limits of it",
         .key = LIST("uid_ems"), .class_name = "ResourcePool"),
    KIND(storage_profile, .table = "storage_profiles", .api_name = "storage_profiles",
         .title = "Storage policy", .help = "Says which datastores are good for what", MANAGED_KEY,
         .class_name = "StorageProfile"),
    KIND(storage_profile_storage, .table = "storage_profile_storages",
         .api_name = "storage_profile_storages", .title = "Datastore of a policy",
         .help = "Says that a datastore fits a storage policy", .flags = REEVE_KIND_CHILD,
         .key = LIST("storage_id"), .owner_column = "storage_profile_id",
         .class_name = "StorageProfileStorage"),
    KIND(host_storage, .table = "host_storages", .api_name = "host_storages",
         .title = "Datastore of a host", .help = "Says that a host sees a datastore",
         .flags = REEVE_KIND_CHILD, .key = LIST("storage_id"), .owner_column = "host_id",
         .class_name = "HostStorage"),
    KIND(storage_vm, .table = "storages_vms_and_templates",
         .api_name = "storages_vms_and_templates", .title = "Datastore of a machine",
         .help = "Says that a datastore holds files of a machine", .flags = REEVE_KIND_CHILD,
         .key = LIST("storage_id"), .owner_column = "vm_or_template_id"),
    KIND(snapshot, .table = "snapshots", .api_name = "snapshots", .title = "Snapshot",
         .help = "A state of a machine that it can go back to", .flags = REEVE_KIND_CHILD,
         .key = LIST("uid"), .owner_column = "vm_or_template_id", .class_name = "Snapshot"),
    KIND(advanced_setting, .table = "advanced_settings", .api_name = "advanced_settings",
         .title = "Advanced setting", .help = "A setting of a host or machine",
         .flags = REEVE_KIND_CHILD, .key = LIST("name"), .owner_column = "resource_id",
         .class_name = "AdvancedSetting"),
    KIND(host_service_group, .table = "host_service_groups", .api_name = "host_service_groups",
         .title = "Services of a host", .help = "Services of a host that belong together",
         .flags = REEVE_KIND_CHILD, .key = LIST("name"), .owner_column = "host_id",
         .class_name = "HostServiceGroup"),
    KIND(system_service, .table = "system_services", .api_name = "system_services",
         .title = "System service", .help = "A service of an operating system",
         .flags = REEVE_KIND_CHILD, .key = LIST("typename", "name"), .owner_column = "resource_id",
         .class_name = "SystemService"),
    KIND(customization_spec, .table = "customization_specs", .api_name = "customization_specs",
         .title = "Customization specification",
         .help = "How a new machine's operating system is set up", .key = LIST("name"),
         .class_name = "CustomizationSpec"),
    KINDS_END,
};
