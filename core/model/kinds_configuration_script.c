/* SPDX-License-Identifier: Apache-2.0
 *
 * Scripts of configuration managers: jobs and playbooks with the sources that they come from, and
 * what operating systems are installed with.
 */
#include "model/kinds.h"
#include "model/columns.h"

#define CONFIGURATION_COLUMNS                                                                      \
    STRING_F(REQUIRED, "manager_ref", "Id that the provider knows it by"),                         \
        STRING_F(INDEX, "name", "Name"), CLASS, STRING("description", "Description")
#define CONFIGURATION_KEY .key = LIST("manager_ref")

static const struct reeve_column configuration_script_columns[] = {
    CONFIGURATION_COLUMNS,
    JSON("variables", "What it is run with: name to value"),
    JSON("survey_spec", "What is asked before it is run"),
    STRING("payload", "The script"),
    STRING("payload_type", "What the script is written in"),
    FLAG("payload_valid", "Whether the script can be read"),
    STRING("payload_error", "Why it cannot"),
    STRING("status", "State in the provider's words"),
    REF("parent_id", "configuration_script", "What it is a part of"),
    REF("configuration_script_source_id", "configuration_script_source", "Where it comes from"),
    REF("inventory_root_group_id", "ems_folder", "The inventory that it is run on"),
    REEVE_COLUMNS_END,
};

static const struct reeve_column configuration_script_source_columns[] = {
    CONFIGURATION_COLUMNS,
    STRING("status", "How its last update ended, in the provider's words"),
    STRING("last_update_error", "Why its last update failed"),
    TIME("last_updated_on", "When it was last updated"),
    STRING("scm_type", "git, svn, hg, ..."),
    STRING("scm_url", "Where it is"),
    STRING("scm_branch", "Branch, tag or commit"),
    FLAG("scm_clean", "Whether local changes are thrown away"),
    FLAG("scm_delete_on_update", "Whether it is fetched anew each time"),
    FLAG("scm_update_on_launch", "Whether it is updated before each run"),
    REEVE_COLUMNS_END,
};

static const struct reeve_column customization_script_columns[] = {
    CONFIGURATION_COLUMNS,
    FLAG("in_use", "Whether something is installed with it"),
    FLAG("user_defined", "Whether a person made it"),
    REEVE_COLUMNS_END,
};

static const struct reeve_column operating_system_flavor_columns[] = {
    CONFIGURATION_COLUMNS,
    REEVE_COLUMNS_END,
};

static const struct reeve_column customization_script_flavor_columns[] = {
    REF_F(REQUIRED, "operating_system_flavor_id", "operating_system_flavor",
          "The operating system"),
    REF_F(REQUIRED, "customization_script_id", "customization_script",
          "A script that it can be installed with"),
    REEVE_COLUMNS_END,
};

const struct reeve_kind rv_kinds_configuration_script[] = {
    KIND(configuration_script, .table = "configuration_scripts",
         .api_name = "configuration_scripts", .title = "Configuration script",
         .help = "A job template, playbook or workflow", CONFIGURATION_KEY,
         .class_name = "ConfigurationScriptBase"),
    KIND(configuration_script_source, .table = "configuration_script_sources",
         .api_name = "configuration_script_sources", .title = "Source of scripts",
         .help = "A repository that scripts come from", CONFIGURATION_KEY,
         .class_name = "ConfigurationScriptSource"),
    KIND(customization_script, .table = "customization_scripts",
         .api_name = "customization_scripts", .title = "Customization script",
         .help = "A medium or partition table that machines are installed with", CONFIGURATION_KEY,
         .class_name = "CustomizationScript"),
    KIND(operating_system_flavor, .table = "operating_system_flavors",
         .api_name = "operating_system_flavors", .title = "Operating system flavor",
         .help = "An operating system that machines can be installed with", CONFIGURATION_KEY,
         .class_name = "OperatingSystemFlavor"),
    KIND(customization_script_flavor, .table = "customization_scripts_operating_system_flavors",
         .api_name = "customization_scripts_operating_system_flavors",
         .title = "Script of an operating system",
         .help = "Says that an operating system can be installed with a script",
         .flags = REEVE_KIND_CHILD, .key = LIST("customization_script_id"),
         .owner_column = "operating_system_flavor_id"),
    KINDS_END,
};
