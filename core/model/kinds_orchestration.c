/* SPDX-License-Identifier: Apache-2.0
 *
 * Stacks: what a cloud made from a template in one go, with what came of it. ManageIQ keeps the
 * whole path of a nested stack as text; here `parent_id` names the stack around it.
 */
#include "model/kinds.h"
#include "model/columns.h"

static const struct reeve_column orchestration_template_columns[] = {
    MANAGED_COLUMNS,
    STRING("description", "Description"),
    STRING("content", "The template"),
    STRING_F(INDEX, "md5", "MD5 of the template, by which equal ones are found"),
    FLAG("orderable", "Whether it can be ordered"),
    FLAG("draft", "Whether it is not ready"),
    REEVE_COLUMNS_END,
};

static const struct reeve_column orchestration_stack_columns[] = {
    MANAGED_COLUMNS,
    STRING("description", "Description"),
    STRING("status", "State in the provider's words"),
    STRING("status_reason", "Why it is so"),
    STRING("resource_group", "Name of the resource group that it is in"),
    TIME("start_time", "When its making began"),
    TIME("finish_time", "When its making ended"),
    INT("verbosity", "How much a job writes down, 0 to 5"),
    STRING("hosts", "Hosts of a job, comma between"),
    REF("parent_id", "orchestration_stack", "The stack around it"),
    REF("orchestration_template_id", "orchestration_template", "What it was made from"),
    REF("configuration_script_base_id", "configuration_script", "The job template that it ran"),
    REF("cloud_tenant_id", "cloud_tenant", "The tenant that it belongs to"),
    OWNERSHIP_COLUMNS,
    RETIREMENT_COLUMNS,
    REEVE_COLUMNS_END,
};

static const struct reeve_column orchestration_stack_resource_columns[] = {
    REF_F(REQUIRED, "stack_id", "orchestration_stack", "Its stack"),
    STRING_F(REQUIRED, "ems_ref", "Id that the provider knows it by"),
    STRING("name", "Name"),
    STRING("description", "Description"),
    STRING("logical_resource", "Name that the template has for it"),
    STRING_F(INDEX, "physical_resource", "Id of what was made"),
    STRING("resource_category", "Sort of thing, in the provider's words"),
    STRING("resource_status", "State in the provider's words"),
    STRING("resource_status_reason", "Why it is so"),
    TIME("last_updated", "When it was last changed"),
    TIME("start_time", "When its making began"),
    TIME("finish_time", "When its making ended"),
    REEVE_COLUMNS_END,
};

static const struct reeve_column orchestration_stack_output_columns[] = {
    REF_F(REQUIRED, "stack_id", "orchestration_stack", "Its stack"),
    STRING_F(REQUIRED, "ems_ref", "Id that the provider knows it by"),
    STRING("key", "Name"),
    STRING("value", "Value"),
    STRING("description", "Description"),
    REEVE_COLUMNS_END,
};

static const struct reeve_column orchestration_stack_parameter_columns[] = {
    REF_F(REQUIRED, "stack_id", "orchestration_stack", "Its stack"),
    STRING_F(REQUIRED, "ems_ref", "Id that the provider knows it by"),
    STRING("name", "Name"),
    STRING("value", "Value"),
    REEVE_COLUMNS_END,
};

const struct reeve_kind rv_kinds_orchestration[] = {
    KIND(orchestration_template, .table = "orchestration_templates",
         .api_name = "orchestration_templates", .title = "Orchestration template",
         .help = "A text that a stack is made from", MANAGED_KEY,
         .class_name = "OrchestrationTemplate"),
    KIND(orchestration_stack, .table = "orchestration_stacks", .api_name = "orchestration_stacks",
         .title = "Orchestration stack", .help = "What a cloud made from a template", MANAGED_KEY,
         .class_name = "OrchestrationStack", .aliases = LIST("stack", "stacks")),
    KIND(orchestration_stack_resource, .table = "orchestration_stack_resources",
         .api_name = "orchestration_stack_resources", .title = "Resource of a stack",
         .help = "Something that a stack made", .flags = REEVE_KIND_CHILD, .key = LIST("ems_ref"),
         .owner_column = "stack_id", .class_name = "OrchestrationStackResource"),
    KIND(orchestration_stack_output, .table = "orchestration_stack_outputs",
         .api_name = "orchestration_stack_outputs", .title = "Output of a stack",
         .help = "Something that a stack says of what it made", .flags = REEVE_KIND_CHILD,
         .key = LIST("ems_ref"), .owner_column = "stack_id",
         .class_name = "OrchestrationStackOutput"),
    KIND(orchestration_stack_parameter, .table = "orchestration_stack_parameters",
         .api_name = "orchestration_stack_parameters", .title = "Parameter of a stack",
         .help = "A value that a stack was made with", .flags = REEVE_KIND_CHILD,
         .key = LIST("ems_ref"), .owner_column = "stack_id",
         .class_name = "OrchestrationStackParameter"),
    KINDS_END,
};
