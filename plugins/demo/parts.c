/* SPDX-License-Identifier: Apache-2.0
 *
 * What the estate is listed as: kind by kind, how many there are, and which of them change.
 */
#include <stddef.h>
#include "emit.h"

static int64_t
least(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* COUNT_OF(name, expression): a function of the size. */
#define COUNT_OF(name, expression)                                                                 \
    static int64_t count_##name(const struct demo_size *s)                                         \
    {                                                                                              \
        return expression;                                                                         \
    }

COUNT_OF(folders, s->datacenters > 0 ? 1 + 5 * s->datacenters : 0)
COUNT_OF(clusters, s->clusters)
COUNT_OF(resource_pools, 3 * s->clusters)
COUNT_OF(storages, s->storages)
COUNT_OF(storage_profiles, s->storages > 0 ? 2 : 0)
COUNT_OF(lans, s->lans)
COUNT_OF(customization_specs, s->clusters > 0 ? 2 : 0)
COUNT_OF(hosts, s->hosts)
COUNT_OF(vms, s->vms)
COUNT_OF(projects, s->projects)
COUNT_OF(nodes, s->nodes)
COUNT_OF(pods, s->pods)
COUNT_OF(cloud_pairs, s->tenants > 0 ? 2 : 0)
COUNT_OF(flavors, s->flavors)
COUNT_OF(tenants, s->tenants)
COUNT_OF(quotas, 2 * s->tenants)
COUNT_OF(services, s->tenants > 0 ? 1 + (s->hosts < 10 ? s->hosts : 10) : 0)
COUNT_OF(database_flavors, s->databases > 0 ? 2 : 0)
COUNT_OF(databases, s->databases)
COUNT_OF(templates, s->stacks > 0 ? 2 : 0)
COUNT_OF(stacks, s->stacks)
COUNT_OF(network_groups, s->networks > 0)
COUNT_OF(networks, s->networks)
COUNT_OF(cloud_subnets, 2 * s->networks)
COUNT_OF(ports, s->networks > 0 ? (least(s->vms, s->details) + 3) / 4 : 0)
COUNT_OF(floating_ips, least(s->networks, (s->vms + 3) / 4))
COUNT_OF(load_balancers, s->load_balancers)
COUNT_OF(members, 2 * s->load_balancers)
COUNT_OF(volumes, s->volumes)
COUNT_OF(buckets, s->buckets)
COUNT_OF(stored_objects, 3 * s->buckets)
COUNT_OF(racks, (s->servers + 63) / 64)
COUNT_OF(chassis, (s->servers + 15) / 16)
COUNT_OF(servers, s->servers)
COUNT_OF(config_pairs, s->systems > 0 ? 2 : 0)
COUNT_OF(config_triples, s->systems > 0 ? 3 : 0)
COUNT_OF(script_sources, s->systems > 0 ? 1 : 0)
COUNT_OF(systems, s->systems)

const struct demo_part demo_parts[] = {
    { "ems_folder", demo_emit_folder, count_folders, DEMO_STILL },
    { "ems_cluster", demo_emit_cluster, count_clusters, DEMO_STILL },
    { "resource_pool", demo_emit_resource_pool, count_resource_pools, DEMO_STILL },
    { "storage", demo_emit_storage, count_storages, DEMO_STILL },
    { "storage_profile", demo_emit_storage_profile, count_storage_profiles, DEMO_STILL },
    { "switch", demo_emit_switch, count_clusters, DEMO_STILL },
    { "lan", demo_emit_lan, count_lans, DEMO_STILL },
    { "subnet", demo_emit_subnet, count_lans, DEMO_STILL },
    { "customization_spec", demo_emit_customization_spec, count_customization_specs, DEMO_STILL },
    { "host", demo_emit_host, count_hosts, DEMO_STILL },
    { "vm", demo_emit_vm, count_vms, DEMO_VM },
    { "container_project", demo_emit_project, count_projects, DEMO_STILL },
    { "container_node", demo_emit_node, count_nodes, DEMO_STILL },
    { "container_group", demo_emit_pod, count_pods, DEMO_POD },
    { "availability_zone", demo_emit_zone, count_cloud_pairs, DEMO_STILL },
    { "flavor", demo_emit_flavor, count_flavors, DEMO_STILL },
    { "cloud_tenant", demo_emit_tenant, count_tenants, DEMO_STILL },
    { "cloud_resource_quota", demo_emit_quota, count_quotas, DEMO_STILL },
    { "host_aggregate", demo_emit_aggregate, count_cloud_pairs, DEMO_STILL },
    { "resource_group", demo_emit_resource_group, count_cloud_pairs, DEMO_STILL },
    { "cloud_service", demo_emit_service, count_services, DEMO_STILL },
    { "cloud_database_flavor", demo_emit_database_flavor, count_database_flavors, DEMO_STILL },
    { "cloud_database", demo_emit_database, count_databases, DEMO_STILL },
    { "auth_key_pair", demo_emit_key_pair, count_cloud_pairs, DEMO_STILL },
    { "orchestration_template", demo_emit_template, count_templates, DEMO_STILL },
    { "orchestration_stack", demo_emit_stack, count_stacks, DEMO_STACK },
    { "network_group", demo_emit_network_group, count_network_groups, DEMO_STILL },
    { "cloud_network", demo_emit_network, count_networks, DEMO_STILL },
    { "network_router", demo_emit_router, count_networks, DEMO_STILL },
    { "cloud_subnet", demo_emit_cloud_subnet, count_cloud_subnets, DEMO_STILL },
    { "network_port", demo_emit_port, count_ports, DEMO_STILL },
    { "floating_ip", demo_emit_floating_ip, count_floating_ips, DEMO_STILL },
    { "security_group", demo_emit_security_group, count_quotas, DEMO_STILL },
    { "load_balancer", demo_emit_load_balancer, count_load_balancers, DEMO_STILL },
    { "load_balancer_listener", demo_emit_listener, count_load_balancers, DEMO_STILL },
    { "load_balancer_pool", demo_emit_pool, count_load_balancers, DEMO_STILL },
    { "load_balancer_pool_member", demo_emit_member, count_members, DEMO_STILL },
    { "load_balancer_health_check", demo_emit_health_check, count_load_balancers, DEMO_STILL },
    { "cloud_volume", demo_emit_volume, count_volumes, DEMO_VOLUME },
    { "cloud_volume_snapshot", demo_emit_volume_snapshot, count_volumes, DEMO_STILL },
    { "cloud_volume_backup", demo_emit_backup, count_volumes, DEMO_BACKUP },
    { "cloud_object_store_container", demo_emit_bucket, count_buckets, DEMO_STILL },
    { "cloud_object_store_object", demo_emit_stored_object, count_stored_objects,
      DEMO_STORED_OBJECT },
    { "physical_rack", demo_emit_rack, count_racks, DEMO_STILL },
    { "physical_chassis", demo_emit_chassis, count_chassis, DEMO_STILL },
    { "physical_server", demo_emit_server, count_servers, DEMO_SERVER },
    { "configuration_location", demo_emit_location, count_config_pairs, DEMO_STILL },
    { "configuration_organization", demo_emit_organization, count_config_pairs, DEMO_STILL },
    { "configuration_tag", demo_emit_tag, count_config_triples, DEMO_STILL },
    { "operating_system_flavor", demo_emit_os_flavor, count_config_pairs, DEMO_STILL },
    { "customization_script", demo_emit_customization_script, count_config_pairs, DEMO_STILL },
    { "configuration_script_source", demo_emit_script_source, count_script_sources, DEMO_STILL },
    { "configuration_script", demo_emit_script, count_config_triples, DEMO_STILL },
    { "configuration_profile", demo_emit_profile, count_config_pairs, DEMO_STILL },
    { "configured_system", demo_emit_system, count_systems, DEMO_SYSTEM },
    { NULL, NULL, NULL, DEMO_STILL },
};

const char *const demo_kinds[] = {
    /* listed */
    "ems_folder",
    "ems_cluster",
    "resource_pool",
    "storage",
    "storage_profile",
    "switch",
    "lan",
    "subnet",
    "customization_spec",
    "host",
    "vm",
    "container_project",
    "container_node",
    "container_group",
    "availability_zone",
    "flavor",
    "cloud_tenant",
    "cloud_resource_quota",
    "host_aggregate",
    "resource_group",
    "cloud_service",
    "cloud_database_flavor",
    "cloud_database",
    "auth_key_pair",
    "orchestration_template",
    "orchestration_stack",
    "network_group",
    "cloud_network",
    "network_router",
    "cloud_subnet",
    "network_port",
    "floating_ip",
    "security_group",
    "load_balancer",
    "load_balancer_listener",
    "load_balancer_pool",
    "load_balancer_pool_member",
    "load_balancer_health_check",
    "cloud_volume",
    "cloud_volume_snapshot",
    "cloud_volume_backup",
    "cloud_object_store_container",
    "cloud_object_store_object",
    "physical_rack",
    "physical_chassis",
    "physical_server",
    "configuration_location",
    "configuration_organization",
    "configuration_tag",
    "operating_system_flavor",
    "customization_script",
    "configuration_script_source",
    "configuration_script",
    "configuration_profile",
    "configured_system",
    /* with others */
    "hardware",
    "operating_system",
    "disk",
    "network",
    "guest_device",
    "firmware",
    "miq_scsi_target",
    "miq_scsi_lun",
    "computer_system",
    "asset_detail",
    "snapshot",
    "relationship",
    "advanced_setting",
    "system_service",
    "host_service_group",
    "host_storage",
    "host_switch",
    "storage_vm",
    "storage_profile_storage",
    "firewall_rule",
    "custom_attribute",
    "container_condition",
    "container",
    "container_image",
    "security_group_vm",
    "key_pair_vm",
    "cloud_tenant_flavor",
    "host_aggregate_host",
    "cloud_subnet_network_port",
    "network_port_security_group",
    "orchestration_stack_resource",
    "orchestration_stack_output",
    "orchestration_stack_parameter",
    "load_balancer_listener_pool",
    "load_balancer_pool_member_pool",
    "load_balancer_health_check_member",
    "configuration_location_profile",
    "configuration_organization_profile",
    "configuration_profile_tag",
    "direct_configuration_profile_tag",
    "configuration_tag_system",
    "direct_configuration_tag_system",
    "customization_script_flavor",
    NULL,
};
