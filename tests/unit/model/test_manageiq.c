/* SPDX-License-Identifier: Apache-2.0
 *
 * The kinds of infrastructure, clouds, networks, storage, physical machines and configuration have
 * the columns of ManageIQ's tables, with their types: reports, filters and clients name them.
 *
 * Left out on purpose: the second form of an id (ems_ref_obj), the manager's second name
 * (manager_id), paths of trees (ancestry: see relationships), columns that name one sort of owner
 * each (here an owner is polymorphic), and texts that hold secrets (spec, product_key).
 */
#include "support.h"
#include "base/text.h"

/* NAME:TYPE, blanks between. s text (or JSON), i integer, f double, ? flag, @ time, r reference. */
static const struct {
    const char *table, *columns;
} tables[] = {
    { "vms", "autostart:s availability_zone_id:r boot_time:@ busy:? cloud:? cloud_network_id:r"
             " cloud_subnet_id:r cloud_tenant_id:r config_xml:s connection_state:s"
             " cpu_affinity:s cpu_hot_add_enabled:? cpu_hot_remove_enabled:? cpu_limit:i"
             " cpu_reserve:i cpu_reserve_expand:? cpu_shares:i cpu_shares_level:s deprecated:?"
             " description:s ems_cluster_id:r ems_created_on:@ ems_ref:s evm_owner_id:r"
             " fault_tolerance:? flavor_id:r format:s guid:s host_id:r last_perf_capture_on:@"
             " last_scan_attempt_on:@ last_scan_on:@ last_sync_on:@ linked_clone:? location:s"
             " memory_hot_add_enabled:? memory_hot_add_increment:i memory_hot_add_limit:i"
             " memory_limit:i memory_reserve:i memory_reserve_expand:? memory_shares:i"
             " memory_shares_level:s miq_group_id:i name:s orchestration_stack_id:r"
             " power_state:s previous_state:s publicly_available:? raw_power_state:s"
             " registered:? resource_group_id:r retired:? retirement_last_warn:@"
             " retirement_requester:s retirement_state:s retirement_warn:i retires_on:@ smart:?"
             " standby_action:s state_changed_on:@ storage_id:r storage_profile_id:r template:?"
             " tenant_id:i tools_status:s type:s uid_ems:s vendor:s version:s vnc_port:i" },
    { "hosts", "admin_disabled:? asset_tag:s availability_zone_id:r connection_state:s"
               " ems_cluster_id:r ems_ref:s failover:? guid:s hostname:s hyperthreading:?"
               " hypervisor_hostname:s ipaddress:s ipmi_address:s last_perf_capture_on:@"
               " mac_address:s maintenance:? maintenance_reason:s name:s next_available_vnc_port:i"
               " physical_server_id:r power_state:s service_tag:s settings:s smart:i"
               " ssh_permit_root_login:s type:s uid_ems:s user_assigned_os:s vmm_buildnumber:s"
               " vmm_product:s vmm_vendor:s vmm_version:s" },
    { "ems_clusters",
      "drs_automation_level:s drs_enabled:? drs_migration_threshold:i effective_cpu:i"
      " effective_memory:i ems_ref:s ha_admit_control:? ha_enabled:? ha_max_failures:i"
      " last_perf_capture_on:@ name:s type:s uid_ems:s" },
    { "storages", "directory_hierarchy_supported:? ems_ref:s free_space:i last_perf_capture_on:@"
                  " last_scan_on:@ location:s master:? multiplehostaccess:i name:s"
                  " raw_disk_mappings_supported:? storage_domain_type:s store_type:s"
                  " thin_provisioning_supported:? total_space:i uncommitted:i" },
    { "computer_systems", "managed_entity_id:r managed_entity_type:s" },
    { "hardwares",
      "annotation:s bios:s bios_location:s bitness:i config_version:s"
      " cpu_cores_per_socket:i cpu_sockets:i cpu_speed:i cpu_total_cores:i cpu_type:s"
      " cpu_usage:i disk_capacity:i disk_free_space:i disk_size_minimum:i guest_os:s"
      " guest_os_full_name:s introspected:? manufacturer:s memory_console:i memory_mb:i"
      " memory_mb_minimum:i memory_usage:i model:s number_of_nics:i provision_state:s"
      " root_device_type:s serial_number:s size_on_disk:i time_sync:s"
      " virtual_hw_version:s virtualization_type:s vmotion_enabled:?" },
    { "operating_systems",
      "bitness:i build_number:s distribution:s kernel_version:s lockout_duration:i"
      " lockout_threshold:i max_pw_age:i min_pw_age:i min_pw_len:i name:s product_name:s"
      " product_type:s productid:s pw_complex:? pw_encrypt:? pw_hist:i"
      " reset_lockout_counter:i service_pack:s system_root:s system_type:s version:s" },
    { "disks", "auto_detect:? backing_id:r backing_type:s bootable:? controller_type:s"
               " device_name:s device_type:s disk_type:s filename:s free_space:i hardware_id:r"
               " location:s mode:s present:? size:i size_on_disk:i start_connected:? storage_id:r"
               " storage_profile_id:r" },
    { "networks",
      "default_gateway:s description:s dhcp_enabled:? dhcp_server:s dns_server:s domain:s"
      " guid:s hardware_id:r hostname:s ipaddress:s ipv6address:s lease_expires:@"
      " lease_obtained:@ subnet_mask:s" },
    { "ems_folders", "ems_ref:s hidden:? name:s type:s uid_ems:s" },
    { "resource_pools",
      "cpu_limit:i cpu_reserve:i cpu_reserve_expand:? cpu_shares:i cpu_shares_level:s"
      " ems_ref:s is_default:? memory_limit:i memory_reserve:i memory_reserve_expand:?"
      " memory_shares:i memory_shares_level:s name:s uid_ems:s vapp:?" },
    { "storage_profiles", "ems_ref:s name:s profile_type:s" },
    { "storage_profile_storages", "storage_id:r storage_profile_id:r" },
    { "host_storages", "ems_ref:s host_id:r read_only:? storage_id:r" },
    { "storages_vms_and_templates", "storage_id:r vm_or_template_id:r" },
    { "snapshots", "create_time:@ current:i description:s disks:s ems_ref:s filename:s name:s"
                   " parent_uid:s total_size:i uid:s uid_ems:s vm_or_template_id:r" },
    { "advanced_settings",
      "default_value:s description:s display_name:s max:s min:s name:s read_only:?"
      " resource_id:r resource_type:s value:s" },
    { "host_service_groups", "host_id:r name:s type:s" },
    { "system_services",
      "depend_on_group:s depend_on_service:s dependencies:s description:s"
      " disable_run_levels:s display_name:s enable_run_levels:s image_path:s name:s"
      " object_name:s running:? start:s svc_type:s systemd_active:s systemd_load:s"
      " systemd_sub:s typename:s" },
    { "customization_specs", "description:s last_update_time:@ name:s typ:s" },
    { "guest_devices",
      "address:s auto_detect:? chap_auth_enabled:? controller_type:s device_name:s"
      " device_type:s field_replaceable_unit:s filename:s free_space:i hardware_id:r"
      " iscsi_alias:s iscsi_name:s lan_id:r location:s manufacturer:s mode:s model:s"
      " present:? size:i size_on_disk:i start_connected:? switch_id:r uid_ems:s" },
    { "miq_scsi_targets",
      "address:s guest_device_id:r iscsi_alias:s iscsi_name:s target:i uid_ems:s" },
    { "miq_scsi_luns",
      "block:i block_size:i canonical_name:s capacity:i device_name:s device_type:s lun:i"
      " lun_type:s miq_scsi_target_id:r uid_ems:s" },
    { "firmwares", "build:s name:s release_date:@ resource_id:r resource_type:s version:s" },
    { "physical_racks", "ems_ref:s name:s uid_ems:s" },
    { "physical_chassis",
      "blade_slot_count:i ems_ref:s fan_slot_count:i health_state:s"
      " management_module_slot_count:i name:s overall_health_state:s"
      " parent_physical_chassis_id:r physical_rack_id:r powersupply_slot_count:i"
      " switch_slot_count:i type:s uid_ems:s vendor:s" },
    { "physical_servers",
      "ems_ref:s field_replaceable_unit:s health_state:s hostname:s location_led_state:s"
      " machine_type:s manufacturer:s model:s name:s power_state:s product_name:s"
      " raw_power_state:s serial_number:s type:s uid_ems:s vendor:s" },
    { "asset_details",
      "contact:s description:s location:s lowest_rack_unit:s rack_name:s resource_id:r"
      " resource_type:s room:s" },
    { "switches",
      "allow_promiscuous:? forged_transmits:? mac_changes:? mtu:i name:s ports:i shared:?"
      " switch_uuid:s uid_ems:s" },
    { "host_switches", "host_id:r switch_id:r" },
    { "lans", "allow_promiscuous:? computed_allow_promiscuous:? computed_forged_transmits:?"
              " computed_mac_changes:? forged_transmits:? mac_changes:? name:s parent_id:r"
              " switch_id:r tag:s uid_ems:s" },
    { "subnets", "cidr:s ems_ref:s lan_id:r name:s type:s" },
    { "availability_zones", "ems_ref:s name:s type:s" },
    { "flavors",
      "block_storage_based_only:? cloud_subnet_required:? cpu_cores:i cpus:i"
      " description:s ems_ref:s enabled:? ephemeral_disk_count:i ephemeral_disk_size:i"
      " memory:i name:s publicly_available:? root_disk_size:i supports_32_bit:?"
      " supports_64_bit:? supports_hvm:? supports_paravirtual:? swap_disk_size:i type:s" },
    { "cloud_tenant_flavors", "cloud_tenant_id:r flavor_id:r" },
    { "cloud_tenants", "description:s ems_ref:s enabled:? name:s parent_id:r type:s" },
    { "cloud_resource_quotas", "cloud_tenant_id:r ems_ref:s name:s service_name:s type:s value:i" },
    { "host_aggregates", "ems_ref:s metadata:s name:s type:s" },
    { "host_aggregate_hosts", "host_aggregate_id:r host_id:r" },
    { "resource_groups", "ems_ref:s name:s type:s" },
    { "cloud_services", "availability_zone_id:r ems_ref:s executable_name:s host_id:r hostname:s"
                        " scheduling_disabled:? scheduling_disabled_reason:s source:s status:s" },
    { "cloud_database_flavors",
      "cpus:i ems_ref:s enabled:? max_connections:i max_size:i memory:i name:s"
      " performance:s type:s" },
    { "cloud_databases", "cloud_database_flavor_id:r cloud_tenant_id:r db_engine:s ems_ref:s"
                         " extra_attributes:s max_storage:i name:s resource_group_id:r status:s"
                         " status_reason:s type:s used_storage:i" },
    { "key_pairs_vms", "authentication_id:r vm_id:r" },
    { "orchestration_templates",
      "content:s description:s draft:? ems_ref:s md5:s name:s orderable:? type:s" },
    { "orchestration_stacks",
      "cloud_tenant_id:r configuration_script_base_id:r description:s ems_ref:s"
      " finish_time:@ hosts:s name:s orchestration_template_id:r resource_group:s"
      " retired:? retirement_last_warn:@ retirement_requester:s retirement_state:s"
      " retirement_warn:i retires_on:@ start_time:@ status:s status_reason:s type:s"
      " verbosity:i" },
    { "orchestration_stack_resources",
      "description:s ems_ref:s finish_time:@ last_updated:@ logical_resource:s name:s"
      " physical_resource:s resource_category:s resource_status:s"
      " resource_status_reason:s stack_id:r start_time:@" },
    { "orchestration_stack_outputs", "description:s ems_ref:s key:s stack_id:r value:s" },
    { "orchestration_stack_parameters", "ems_ref:s name:s stack_id:r value:s" },
    { "cloud_networks",
      "cidr:s cloud_tenant_id:r ems_ref:s enabled:? external_facing:? extra_attributes:s"
      " name:s orchestration_stack_id:r provider_network_type:s"
      " provider_physical_network:s provider_segmentation_id:s shared:? status:s type:s"
      " vlan_transparent:?" },
    { "cloud_subnets",
      "availability_zone_id:r cidr:s cloud_network_id:r cloud_tenant_id:r dhcp_enabled:?"
      " dns_nameservers:s ems_ref:s extra_attributes:s gateway:s ipv6_address_mode:s"
      " ipv6_router_advertisement_mode:s name:s network_group_id:r network_protocol:s"
      " network_router_id:r parent_cloud_subnet_id:r status:s type:s" },
    { "network_routers",
      "admin_state_up:s cloud_network_id:r cloud_tenant_id:r ems_ref:s extra_attributes:s"
      " name:s network_group_id:r status:s type:s" },
    { "network_ports",
      "admin_state_up:? binding_host_id:s binding_virtual_interface_type:s"
      " cloud_tenant_id:r device_id:r device_owner:s device_ref:s device_type:s ems_ref:s"
      " extra_attributes:s mac_address:s name:s source:s status:s type:s" },
    { "cloud_subnets_network_ports", "address:s cloud_subnet_id:r network_port_id:r" },
    { "floating_ips",
      "address:s cloud_network_id:r cloud_network_only:? cloud_tenant_id:r ems_ref:s"
      " fixed_ip_address:s network_port_id:r status:s type:s vm_id:r" },
    { "network_groups",
      "cidr:s ems_ref:s enabled:? name:s orchestration_stack_id:r status:s type:s" },
    { "security_groups", "cloud_network_id:r cloud_tenant_id:r description:s ems_ref:s name:s"
                         " network_group_id:r orchestration_stack_id:r type:s" },
    { "security_groups_vms", "security_group_id:r vm_id:r" },
    { "network_ports_security_groups", "network_port_id:r security_group_id:r" },
    { "firewall_rules",
      "direction:s display_name:s ems_ref:s enabled:? end_port:i group:s host_protocol:s"
      " name:s network_protocol:s port:i required:? resource_id:r resource_type:s"
      " source_ip_range:s source_security_group_id:r" },
    { "load_balancers",
      "cloud_tenant_id:r description:s ems_ref:s name:s retired:? retirement_last_warn:@"
      " retirement_requester:s retirement_state:s retirement_warn:i retires_on:@ type:s" },
    { "load_balancer_listeners",
      "cloud_tenant_id:r description:s ems_ref:s instance_port_range:s"
      " instance_protocol:s load_balancer_id:r load_balancer_port_range:s"
      " load_balancer_protocol:s name:s type:s" },
    { "load_balancer_listener_pools", "load_balancer_listener_id:r load_balancer_pool_id:r" },
    { "load_balancer_pools",
      "cloud_tenant_id:r description:s ems_ref:s load_balancer_algorithm:s name:s"
      " protocol:s type:s" },
    { "load_balancer_pool_members",
      "address:s cloud_subnet_id:r cloud_tenant_id:r ems_ref:s network_port_id:r port:i"
      " resource_group_id:r type:s vm_id:r" },
    { "load_balancer_pool_member_pools", "load_balancer_pool_id:r load_balancer_pool_member_id:r" },
    { "load_balancer_health_checks",
      "cloud_tenant_id:r ems_ref:s healthy_threshold:i interval:i load_balancer_id:r"
      " load_balancer_listener_id:r name:s port:i protocol:s timeout:i type:s"
      " unhealthy_threshold:i url_path:s" },
    { "load_balancer_health_check_members",
      "load_balancer_health_check_id:r load_balancer_pool_member_id:r status:s"
      " status_reason:s" },
    { "cloud_volumes",
      "availability_zone_id:r bootable:? cloud_tenant_id:r cloud_volume_snapshot_id:r"
      " creation_time:@ description:s ems_ref:s encrypted:? iops:i name:s size:i status:s"
      " type:s volume_type:s" },
    { "cloud_volume_snapshots",
      "cloud_tenant_id:r cloud_volume_id:r creation_time:@ description:s ems_ref:s"
      " encrypted:? name:s size:i status:s type:s" },
    { "cloud_volume_backups",
      "availability_zone_id:r cloud_volume_id:r creation_time:@ description:s ems_ref:s"
      " has_dependent_backups:? is_incremental:? name:s object_count:i size:i status:s"
      " type:s" },
    { "cloud_object_store_containers",
      "bytes:i cloud_tenant_id:r ems_ref:s key:s name:s object_count:i type:s" },
    { "cloud_object_store_objects",
      "cloud_object_store_container_id:r cloud_tenant_id:r content_length:i"
      " content_type:s ems_ref:s etag:s key:s last_modified:@ name:s type:s" },
    { "configured_systems",
      "build_state:s configuration_location_id:r configuration_organization_id:r"
      " configuration_profile_id:r counterpart_id:r counterpart_type:s"
      " customization_script_medium_id:r customization_script_ptable_id:r"
      " direct_customization_script_medium_id:r direct_customization_script_ptable_id:r"
      " direct_operating_system_flavor_id:r hostname:s inventory_root_group_id:r"
      " ipaddress:s ipmi_present:? last_checkin:@ mac_address:s manager_ref:s"
      " operating_system_flavor_id:r puppet_status:s type:s virtual_instance_ref:s" },
    { "configuration_profiles",
      "customization_script_medium_id:r customization_script_ptable_id:r description:s"
      " direct_customization_script_medium_id:r direct_customization_script_ptable_id:r"
      " direct_operating_system_flavor_id:r manager_ref:s name:s"
      " operating_system_flavor_id:r parent_id:r parent_ref:s type:s" },
    { "configuration_locations", "manager_ref:s name:s parent_id:r parent_ref:s title:s type:s" },
    { "configuration_organizations",
      "manager_ref:s name:s parent_id:r parent_ref:s title:s type:s" },
    { "configuration_tags", "manager_ref:s name:s type:s" },
    { "configuration_locations_configuration_profiles",
      "configuration_location_id:r configuration_profile_id:r" },
    { "configuration_organizations_configuration_profiles",
      "configuration_organization_id:r configuration_profile_id:r" },
    { "configuration_profiles_configuration_tags",
      "configuration_profile_id:r configuration_tag_id:r" },
    { "direct_configuration_profiles_configuration_tags",
      "configuration_profile_id:r configuration_tag_id:r" },
    { "configuration_tags_configured_systems", "configuration_tag_id:r configured_system_id:r" },
    { "direct_configuration_tags_configured_systems",
      "configuration_tag_id:r configured_system_id:r" },
    { "configuration_scripts",
      "configuration_script_source_id:r description:s inventory_root_group_id:r"
      " manager_ref:s name:s parent_id:r survey_spec:s type:s variables:s" },
    { "configuration_script_sources",
      "description:s manager_ref:s name:s scm_branch:s scm_clean:? scm_delete_on_update:?"
      " scm_type:s scm_update_on_launch:? scm_url:s status:s type:s" },
    { "customization_scripts",
      "description:s in_use:? manager_ref:s name:s type:s user_defined:?" },
    { "operating_system_flavors", "description:s manager_ref:s name:s" },
    { "customization_scripts_operating_system_flavors",
      "customization_script_id:r operating_system_flavor_id:r" },
    { "relationships", "relationship:s resource_id:r resource_type:s" },
};

static int
fits(char letter, int32_t type)
{
    switch (letter) {
    case 's':
        return type == REEVE_STRING || type == REEVE_JSON;
    case 'i':
        return type == REEVE_INT;
    case 'f':
        return type == REEVE_DOUBLE;
    case '?':
        return type == REEVE_FLAG;
    case '@':
        return type == REEVE_TIME;
    default:
        return letter == 'r' && type == REEVE_REF;
    }
}

static int
check_columns(const struct rv_kind *kind, const char *columns)
{
    int count = 0;

    for (const char *at = columns; *at; at += strspn(at, " "), count++) {
        char name[64];
        size_t len = strcspn(at, ":");
        assert_in_range(len, 1, sizeof(name) - 1);
        memcpy(name, at, len);
        name[len] = '\0';
        int column = rv_kind_column(kind, name);
        if (column < 0)
            fail_msg("%s has no %s", kind->table, name);
        if (!fits(at[len + 1], kind->columns[column].type))
            fail_msg("%s.%s is a %s, not %c", kind->table, name,
                     rv_type_name(kind->columns[column].type), at[len + 1]);
        at += len + 2;
    }
    return count;
}

static void
every_column_of_manageiqs_tables_is_there_with_its_type(void **state)
{
    int count = 0;

    (void)state;
    for (size_t i = 0; i < RV_COUNT(tables); i++) {
        const struct rv_kind *kind = rv_model_table(tables[i].table);
        if (!kind)
            fail_msg("no table %s", tables[i].table);
        count += check_columns(kind, tables[i].columns);
    }
    assert_true(count > 700);
}

/* What a provider says of itself a provider must be able to set, and nothing else. */
static void
what_people_and_the_server_decide_is_not_the_providers(void **state)
{
    static const struct {
        const char *kind, *column;
    } cases[] = { { "vm", "evm_owner_id" },
                  { "vm", "miq_group_id" },
                  { "vm", "tenant_id" },
                  { "vm", "retires_on" },
                  { "vm", "retired" },
                  { "vm", "last_scan_on" },
                  { "orchestration_stack", "retirement_state" },
                  { "load_balancer", "retirement_warn" } };

    (void)state;
    for (size_t i = 0; i < RV_COUNT(cases); i++) {
        const struct rv_kind *kind = rv_model_kind(cases[i].kind);
        int column = rv_kind_column(kind, cases[i].column);
        assert_true(column > 0);
        assert_true(kind->columns[column].flags & REEVE_COL_CORE);
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(every_column_of_manageiqs_tables_is_there_with_its_type),
        TEST(what_people_and_the_server_decide_is_not_the_providers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
