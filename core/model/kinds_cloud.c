/* SPDX-License-Identifier: Apache-2.0
 *
 * What a cloud offers and how it is divided: zones, sizes, tenants and their quotas, groups of
 * hosts and resources, services, databases, keys.
 */
#include "model/kinds.h"
#include "model/columns.h"

static const struct reeve_column availability_zone_columns[] = {
    MANAGED_COLUMNS,
    STRING("provider_services_supported", "What can be had in it, comma between"),
    REEVE_COLUMNS_END,
};

static const struct reeve_column flavor_columns[] = {
    MANAGED_COLUMNS,
    STRING("description", "Description"),
    FLAG("enabled", "Whether it can be chosen"),
    FLAG("publicly_available", "Whether every tenant can choose it"),
    INT("cpus", "Processors"),
    INT("cpu_cores", "Cores of a processor"),
    INT("cpu_sockets", "Processors, as the guest sees them"),
    INT("cpu_cores_per_socket", "Cores of one, as the guest sees them"),
    INT("cpu_total_cores", "Cores of all processors"),
    INT("memory", "Memory in bytes"),
    INT("root_disk_size", "Size of the first disk in bytes"),
    INT("swap_disk_size", "Size of the swap disk in bytes"),
    INT("ephemeral_disk_size", "Size of a disk that ends with the machine, in bytes"),
    INT("ephemeral_disk_count", "How many of those there are"),
    FLAG("block_storage_based_only", "Whether it has no disks that end with the machine"),
    FLAG("cloud_subnet_required", "Whether it needs a subnet"),
    FLAG("supports_32_bit", "Whether a system of 32 bits runs"),
    FLAG("supports_64_bit", "Whether a system of 64 bits runs"),
    FLAG("supports_hvm", "Whether a system that knows nothing of virtual machines runs"),
    FLAG("supports_paravirtual", "Whether a paravirtual system runs"),
    REEVE_COLUMNS_END,
};

static const struct reeve_column cloud_tenant_flavor_columns[] = {
    REF_F(REQUIRED, "flavor_id", "flavor", "The flavor"),
    REF_F(REQUIRED, "cloud_tenant_id", "cloud_tenant", "A tenant that can choose it"),
    REEVE_COLUMNS_END,
};

static const struct reeve_column cloud_tenant_columns[] = {
    MANAGED_COLUMNS,
    STRING("description", "Description"),
    FLAG("enabled", "Whether it can be used"),
    REF("parent_id", "cloud_tenant", "The tenant that it belongs to"),
    REEVE_COLUMNS_END,
};

static const struct reeve_column cloud_resource_quota_columns[] = {
    MANAGED_COLUMNS,
    STRING("service_name", "Service that keeps it: Compute, Network, Volume"),
    INT("value", "What the tenant may have, -1 for no limit"),
    REF("cloud_tenant_id", "cloud_tenant", "Whose quota it is"),
    REEVE_COLUMNS_END,
};

static const struct reeve_column host_aggregate_columns[] = {
    MANAGED_COLUMNS,
    JSON("metadata", "What the scheduler goes by: name to value"),
    REEVE_COLUMNS_END,
};

static const struct reeve_column host_aggregate_host_columns[] = {
    REF_F(REQUIRED, "host_aggregate_id", "host_aggregate", "The group"),
    REF_F(REQUIRED, "host_id", "host", "A host in it"),
    REEVE_COLUMNS_END,
};

static const struct reeve_column resource_group_columns[] = {
    MANAGED_COLUMNS,
    REEVE_COLUMNS_END,
};

static const struct reeve_column cloud_service_columns[] = {
    STRING_F(REQUIRED, "ems_ref", "Id that the provider knows it by"),
    STRING("source", "Which part of the cloud says so: compute, network, ..."),
    STRING_F(INDEX, "executable_name", "Its program"),
    STRING("hostname", "Name of its host"),
    STRING("status", "up or down"),
    FLAG("scheduling_disabled", "Whether it is given no work"),
    STRING("scheduling_disabled_reason", "Why it is given none"),
    REF("host_id", "host", "Its host"),
    REF("availability_zone_id", "availability_zone", "Its zone"),
    REEVE_COLUMNS_END,
};

static const struct reeve_column cloud_database_flavor_columns[] = {
    MANAGED_COLUMNS,
    INT("cpus", "Processors"),
    INT("memory", "Memory in bytes"),
    INT("max_size", "Largest database in bytes"),
    INT("max_connections", "Most connections"),
    STRING("performance", "How fast its network is, in the provider's words"),
    FLAG("enabled", "Whether it can be chosen"),
    REEVE_COLUMNS_END,
};

static const struct reeve_column cloud_database_columns[] = {
    MANAGED_COLUMNS,
    STRING("db_engine", "What it is: mysql, postgres, ... and its version"),
    STRING("status", "State in the provider's words"),
    STRING("status_reason", "Why it is so"),
    INT("used_storage", "Bytes that it takes"),
    INT("max_storage", "Bytes that it may take"),
    JSON("extra_attributes", "More that the provider says: name to value"),
    REF("cloud_database_flavor_id", "cloud_database_flavor", "Its size"),
    REF("cloud_tenant_id", "cloud_tenant", "The tenant that it belongs to"),
    REF("resource_group_id", "resource_group", "The resource group that it is in"),
    REEVE_COLUMNS_END,
};

/* ManageIQ keeps these among credentials; a cloud gives away no private key, so none is kept. */
static const struct reeve_column auth_key_pair_columns[] = {
    STRING_F(REQUIRED, "name", "Name"),
    CLASS,
    STRING("fingerprint", "Fingerprint of the public key"),
    STRING("public_key", "The public key"),
    REEVE_COLUMNS_END,
};

static const struct reeve_column key_pair_vm_columns[] = {
    REF_F(REQUIRED, "vm_id", "vm", "The machine"),
    REF_F(REQUIRED, "authentication_id", "auth_key_pair", "A key that its first user logs in with"),
    REEVE_COLUMNS_END,
};

const struct reeve_kind rv_kinds_cloud[] = {
    KIND(availability_zone, .table = "availability_zones", .api_name = "availability_zones",
         .title = "Availability zone", .help = "A part of a cloud that fails by itself",
         MANAGED_KEY, .class_name = "AvailabilityZone"),
    KIND(flavor, .table = "flavors", .api_name = "flavors", .title = "Flavor",
         .help = "A size of machine that a cloud offers", MANAGED_KEY, .class_name = "Flavor",
         .aliases = LIST("instance_type", "instance_types")),
    KIND(cloud_tenant_flavor, .table = "cloud_tenant_flavors", .api_name = "cloud_tenant_flavors",
         .title = "Tenant of a flavor", .help = "Says that a tenant can choose a flavor",
         .flags = REEVE_KIND_CHILD, .key = LIST("cloud_tenant_id"), .owner_column = "flavor_id",
         .class_name = "CloudTenantFlavor"),
    KIND(cloud_tenant, .table = "cloud_tenants", .api_name = "cloud_tenants",
         .title = "Cloud tenant", .help = "A project or tenant of a cloud", MANAGED_KEY,
         .class_name = "CloudTenant"),
    KIND(cloud_resource_quota, .table = "cloud_resource_quotas",
         .api_name = "cloud_resource_quotas", .title = "Cloud quota",
         .help = "How much a tenant of a cloud may have", MANAGED_KEY,
         .class_name = "CloudResourceQuota"),
    KIND(host_aggregate, .table = "host_aggregates", .api_name = "host_aggregates",
         .title = "Host aggregate", .help = "Hosts of a cloud that the scheduler takes together",
         MANAGED_KEY, .class_name = "HostAggregate"),
    KIND(host_aggregate_host, .table = "host_aggregate_hosts", .api_name = "host_aggregate_hosts",
         .title = "Host of an aggregate", .help = "Says that a host is in a host aggregate",
         .flags = REEVE_KIND_CHILD, .key = LIST("host_id"), .owner_column = "host_aggregate_id",
         .class_name = "HostAggregateHost"),
    KIND(resource_group, .table = "resource_groups", .api_name = "resource_groups",
         .title = "Resource group", .help = "Things of a cloud that live and go together",
         MANAGED_KEY, .class_name = "ResourceGroup"),
    KIND(cloud_service, .table = "cloud_services", .api_name = "cloud_services",
         .title = "Cloud service", .help = "A service that a cloud is made of", MANAGED_KEY,
         .class_name = "CloudService"),
    KIND(cloud_database_flavor, .table = "cloud_database_flavors",
         .api_name = "cloud_database_flavors", .title = "Database flavor",
         .help = "A size of database that a cloud offers", MANAGED_KEY,
         .class_name = "CloudDatabaseFlavor"),
    KIND(cloud_database, .table = "cloud_databases", .api_name = "cloud_databases",
         .title = "Cloud database", .help = "A database that a cloud runs", MANAGED_KEY,
         .class_name = "CloudDatabase"),
    KIND(auth_key_pair, .table = "auth_key_pairs", .api_name = "auth_key_pairs",
         .title = "Key pair", .help = "A key that new machines of a cloud let in",
         .key = LIST("name"), .class_name = "ManageIQ::Providers::CloudManager::AuthKeyPair",
         .aliases = LIST("key_pair", "key_pairs", "keypair", "keypairs")),
    KIND(key_pair_vm, .table = "key_pairs_vms", .api_name = "key_pairs_vms",
         .title = "Key of a machine", .help = "Says that a machine lets a key in",
         .flags = REEVE_KIND_CHILD, .key = LIST("authentication_id"), .owner_column = "vm_id"),
    KINDS_END,
};
