/* SPDX-License-Identifier: Apache-2.0
 *
 * Configuration managers: the machines that they set up, the profiles by which they do, and what
 * profiles are ordered by. ManageIQ names the manager twice (manager_id, provisioning_manager_id);
 * here it is ems_id, as everywhere.
 */
#include "model/kinds.h"
#include "model/columns.h"

#define CONFIGURATION_COLUMNS                                                                      \
    STRING_F(REQUIRED, "manager_ref", "Id that the provider knows it by"),                         \
        STRING_F(INDEX, "name", "Name"), CLASS
#define CONFIGURATION_KEY .key = LIST("manager_ref")
/* With what a machine is installed; `direct` is what was said for itself, not inherited. */
#define INSTALLATION_COLUMNS                                                                       \
    REF("operating_system_flavor_id", "operating_system_flavor", "The operating system"),          \
        REF("customization_script_medium_id", "customization_script", "Where it comes from"),      \
        REF("customization_script_ptable_id", "customization_script", "How disks are divided"),    \
        REF("direct_operating_system_flavor_id", "operating_system_flavor",                        \
            "The operating system, if not inherited"),                                             \
        REF("direct_customization_script_medium_id", "customization_script",                       \
            "Where it comes from, if not inherited"),                                              \
        REF("direct_customization_script_ptable_id", "customization_script",                       \
            "How disks are divided, if not inherited")

static const struct reeve_column configured_system_columns[] = {
    STRING_F(REQUIRED, "manager_ref", "Id that the provider knows it by"),
    STRING_F(INDEX, "hostname", "Host name"),
    CLASS,
    STRING("vendor", "Who made the machine"),
    STRING("ipaddress", "Address"),
    STRING("mac_address", "Hardware address"),
    FLAG("ipmi_present", "Whether it has a management controller"),
    STRING("puppet_status", "What the last run said"),
    TIME("last_checkin", "When it last reported"),
    STRING("build_state", "Whether it waits for installation"),
    STRING_F(INDEX, "virtual_instance_ref", "Id of the machine that it is, elsewhere"),
    POLY("counterpart", "vm host physical_server", "The machine that it is"),
    REF("configuration_profile_id", "configuration_profile", "Its profile"),
    REF("configuration_location_id", "configuration_location", "Where it is"),
    REF("configuration_organization_id", "configuration_organization", "Whose it is"),
    REF("inventory_root_group_id", "ems_folder", "The inventory that it is in"),
    REF("orchestration_stack_id", "orchestration_stack", "The stack that made it"),
    INSTALLATION_COLUMNS,
    REEVE_COLUMNS_END,
};

static const struct reeve_column configuration_profile_columns[] = {
    CONFIGURATION_COLUMNS,
    STRING("description", "Description"),
    STRING("target_platform", "What it is for"),
    STRING("parent_ref", "Id of the profile that it inherits from"),
    REF("parent_id", "configuration_profile", "The profile that it inherits from"),
    INSTALLATION_COLUMNS,
    REEVE_COLUMNS_END,
};

#define NESTED_COLUMNS(kind)                                                                       \
    CONFIGURATION_COLUMNS, STRING("title", "Its name, with those of what it is in"),               \
        STRING("parent_ref", "Id of what it is in"), REF("parent_id", kind, "What it is in")

static const struct reeve_column configuration_location_columns[] = {
    NESTED_COLUMNS("configuration_location"),
    REEVE_COLUMNS_END,
};

static const struct reeve_column configuration_organization_columns[] = {
    NESTED_COLUMNS("configuration_organization"),
    REEVE_COLUMNS_END,
};

static const struct reeve_column configuration_tag_columns[] = {
    CONFIGURATION_COLUMNS,
    REEVE_COLUMNS_END,
};

#define PROFILE REF_F(REQUIRED, "configuration_profile_id", "configuration_profile", "The profile")

static const struct reeve_column configuration_location_profile_columns[] = {
    PROFILE,
    REF_F(REQUIRED, "configuration_location_id", "configuration_location", "Where it can be used"),
    REEVE_COLUMNS_END,
};

static const struct reeve_column configuration_organization_profile_columns[] = {
    PROFILE,
    REF_F(REQUIRED, "configuration_organization_id", "configuration_organization",
          "Who can use it"),
    REEVE_COLUMNS_END,
};

static const struct reeve_column configuration_profile_tag_columns[] = {
    PROFILE,
    REF_F(REQUIRED, "configuration_tag_id", "configuration_tag", "A word that it has"),
    REEVE_COLUMNS_END,
};

static const struct reeve_column direct_configuration_profile_tag_columns[] = {
    PROFILE,
    REF_F(REQUIRED, "configuration_tag_id", "configuration_tag", "A word that it did not inherit"),
    REEVE_COLUMNS_END,
};

#define SYSTEM REF_F(REQUIRED, "configured_system_id", "configured_system", "The machine")

static const struct reeve_column configuration_tag_system_columns[] = {
    SYSTEM,
    REF_F(REQUIRED, "configuration_tag_id", "configuration_tag", "A word that it has"),
    REEVE_COLUMNS_END,
};

static const struct reeve_column direct_configuration_tag_system_columns[] = {
    SYSTEM,
    REF_F(REQUIRED, "configuration_tag_id", "configuration_tag", "A word that it did not inherit"),
    REEVE_COLUMNS_END,
};

#define PAIR(kind, table_, title_, help_, owner, other)                                            \
    KIND(kind, .table = table_, .api_name = table_, .title = title_, .help = help_,                \
         .flags = REEVE_KIND_CHILD, .key = LIST(other), .owner_column = owner)

const struct reeve_kind rv_kinds_configuration[] = {
    KIND(configured_system, .table = "configured_systems", .api_name = "configured_systems",
         .title = "Configured system", .help = "A machine that a configuration manager sets up",
         CONFIGURATION_KEY, .class_name = "ConfiguredSystem"),
    KIND(configuration_profile, .table = "configuration_profiles",
         .api_name = "configuration_profiles", .title = "Configuration profile",
         .help = "How machines are set up", CONFIGURATION_KEY,
         .class_name = "ConfigurationProfile"),
    KIND(configuration_location, .table = "configuration_locations",
         .api_name = "configuration_locations", .title = "Configuration location",
         .help = "A place that machines and profiles are ordered by", CONFIGURATION_KEY,
         .class_name = "ConfigurationLocation"),
    KIND(configuration_organization, .table = "configuration_organizations",
         .api_name = "configuration_organizations", .title = "Configuration organization",
         .help = "A part of a company that machines and profiles are ordered by", CONFIGURATION_KEY,
         .class_name = "ConfigurationOrganization"),
    KIND(configuration_tag, .table = "configuration_tags", .api_name = "configuration_tags",
         .title = "Configuration tag",
         .help = "A word that a configuration manager knows machines by", CONFIGURATION_KEY,
         .class_name = "ConfigurationTag"),
    PAIR(configuration_location_profile, "configuration_locations_configuration_profiles",
         "Location of a profile", "Says that a profile can be used in a location",
         "configuration_profile_id", "configuration_location_id"),
    PAIR(configuration_organization_profile, "configuration_organizations_configuration_profiles",
         "Organization of a profile", "Says that an organization can use a profile",
         "configuration_profile_id", "configuration_organization_id"),
    PAIR(configuration_profile_tag, "configuration_profiles_configuration_tags", "Tag of a profile",
         "Says that a profile has a word", "configuration_profile_id", "configuration_tag_id"),
    PAIR(direct_configuration_profile_tag, "direct_configuration_profiles_configuration_tags",
         "Own tag of a profile", "Says that a profile has a word that it did not inherit",
         "configuration_profile_id", "configuration_tag_id"),
    PAIR(configuration_tag_system, "configuration_tags_configured_systems",
         "Tag of a configured system", "Says that a machine has a word", "configured_system_id",
         "configuration_tag_id"),
    PAIR(direct_configuration_tag_system, "direct_configuration_tags_configured_systems",
         "Own tag of a configured system", "Says that a machine has a word that it did not inherit",
         "configured_system_id", "configuration_tag_id"),
    KINDS_END,
};
