/* SPDX-License-Identifier: Apache-2.0
 *
 * The datastore of automate: domains of namespaces of classes, with their fields, instances, values
 * and methods. Tables and columns are ManageIQ's, but that domains have a table of their own: a
 * collection of the API is a kind. *_key columns are names folded (ASCII), by which things are
 * found; `sealed_value` holds what a password is, of which `value` shows stars.
 */
#include "model/kinds.h"
#include "model/columns.h"

#define UPDATED_BY                                                                                 \
    STRING("updated_by", "Who changed it last"),                                                   \
        INT_F(CORE, "updated_by_user_id", "User who changed it last")
#define NAMED                                                                                      \
    STRING_F(REQUIRED, "name", "Name, as it is shown"),                                            \
        STRING("display_name", "Title for people"), STRING("description", "What it is for")

static const struct reeve_column miq_ae_domain_columns[] = {
    NAMED,
    STRING_F(REQUIRED | INTERNAL, "name_key", "Name, folded"),
    INT("priority", "Higher wins where two domains have the same path; 0: what Reeve ships"),
    FLAG("enabled", "Whether its content is looked at"),
    STRING_F(REQUIRED, "source", "user, user_locked, remote (git) or system"),
    INT("tenant_id", "Tenant that owns it"),
    STRING("top_level_namespace", "Namespace that it is shown below"),
    STRING("ref", "Branch or tag it is read from"),
    STRING("ref_type", "branch or tag"),
    INT("git_repository_id", "Repository it is read from"),
    STRING("commit_sha", "Commit it was read at"),
    STRING("commit_message", "What that commit says"),
    TIME("commit_time", "When that commit was made"),
    TIME("last_import_on", "When it was last imported"),
    STRING_F(INTERNAL, "digest", "Of the files it was imported from, when Reeve ships them"),
    UPDATED_BY,
    CREATED_ON,
    UPDATED_ON,
    REEVE_COLUMNS_END,
};

static const struct reeve_column miq_ae_namespace_columns[] = {
    NAMED,
    REF_F(REQUIRED, "domain_id", "miq_ae_domain", "Its domain"),
    REF("parent_id", "miq_ae_namespace", "Namespace that it lies in; null: at the top"),
    STRING_F(REQUIRED, "relative_path", "Its path below the domain"),
    STRING_F(REQUIRED | INTERNAL, "path_key", "That path, folded"),
    UPDATED_BY,
    CREATED_ON,
    UPDATED_ON,
    REEVE_COLUMNS_END,
};

static const struct reeve_column miq_ae_class_columns[] = {
    NAMED,
    REF_F(REQUIRED, "domain_id", "miq_ae_domain", "Its domain"),
    REF("namespace_id", "miq_ae_namespace", "Its namespace"),
    STRING_F(REQUIRED, "relative_path", "Its path below the domain"),
    STRING_F(REQUIRED | INTERNAL, "path_key", "That path, folded"),
    STRING("inherits", "Class that it is like"),
    STRING("type", "Sort of class"),
    STRING("visibility", "Who sees it"),
    STRING("owner", "Whose it is"),
    UPDATED_BY,
    CREATED_ON,
    UPDATED_ON,
    REEVE_COLUMNS_END,
};

static const struct reeve_column miq_ae_field_columns[] = {
    STRING_F(REQUIRED, "name", "Name"),
    STRING("display_name", "Title for people"),
    STRING("description", "What it is for"),
    REF_F(CORE, "domain_id", "miq_ae_domain", "Its domain"),
    REF("class_id", "miq_ae_class", "Class whose schema it is in; null: of a method"),
    REF("method_id", "miq_ae_method", "Method whose input it is; null: of a class"),
    STRING("aetype", "attribute, assertion, method, relationship or state"),
    STRING("datatype", "string, integer, boolean, password, ..., or a class of objects"),
    INT("priority", "Its place among the others"),
    STRING("default_value", "What it is when nothing else is said; stars for a password"),
    STRING_F(SECRET, "sealed_value", "Default value of a password"),
    FLAG("substitute", "Whether ${...} in its value is replaced"),
    STRING("message", "Messages that it is for"),
    STRING("collect", "Where its value goes"),
    STRING("scope", "class, instance or local"),
    STRING("condition", "When it is looked at"),
    STRING("on_entry", "Methods before a state"),
    STRING("on_exit", "Methods after a state"),
    STRING("on_error", "Methods when a state fails"),
    STRING("max_retries", "How often a state is tried again"),
    STRING("max_time", "How long a state may take: 10.minutes"),
    FLAG("once", "Whether a state is begun at most once, whatever dies"),
    STRING("visibility", "Who sees it"),
    STRING("owner", "Whose it is"),
    UPDATED_BY,
    CREATED_ON,
    UPDATED_ON,
    REEVE_COLUMNS_END,
};

static const struct reeve_column miq_ae_instance_columns[] = {
    NAMED,
    REF_F(REQUIRED, "class_id", "miq_ae_class", "Its class"),
    REF_F(REQUIRED, "domain_id", "miq_ae_domain", "Its domain"),
    STRING_F(REQUIRED | INTERNAL, "name_key", "Name, folded"),
    STRING_F(REQUIRED, "relative_path", "Its path below the domain"),
    STRING("inherits", "Instance that it is like"),
    UPDATED_BY,
    CREATED_ON,
    UPDATED_ON,
    REEVE_COLUMNS_END,
};

static const struct reeve_column miq_ae_value_columns[] = {
    REF_F(REQUIRED, "instance_id", "miq_ae_instance", "Instance that says it"),
    REF_F(REQUIRED, "field_id", "miq_ae_field", "Field that it is of"),
    REF_F(CORE, "domain_id", "miq_ae_domain", "Its domain"),
    STRING("value", "What it is; stars for a password"),
    STRING_F(SECRET, "sealed_value", "What a password is"),
    STRING("display_name", "Title for people"),
    STRING("collect", "Where its value goes"),
    STRING("condition", "When it is looked at"),
    STRING("on_entry", "Methods before the state"),
    STRING("on_exit", "Methods after the state"),
    STRING("on_error", "Methods when the state fails"),
    STRING("max_retries", "How often the state is tried again"),
    STRING("max_time", "How long the state may take"),
    UPDATED_BY,
    CREATED_ON,
    UPDATED_ON,
    REEVE_COLUMNS_END,
};

static const struct reeve_column miq_ae_method_columns[] = {
    NAMED,
    REF_F(REQUIRED, "class_id", "miq_ae_class", "Its class"),
    REF_F(REQUIRED, "domain_id", "miq_ae_domain", "Its domain"),
    STRING_F(REQUIRED | INTERNAL, "name_key", "Name, folded"),
    STRING_F(REQUIRED, "relative_path", "Its path below the domain"),
    STRING("scope", "class or instance"),
    STRING("language", "lua; others are kept and not run"),
    STRING("location", "inline, builtin, expression, playbook, ..."),
    STRING("data", "Its text"),
    JSON("embedded_methods", "Paths of methods that are loaded before it: array"),
    JSON("options", "What its location needs: object"),
    UPDATED_BY,
    CREATED_ON,
    UPDATED_ON,
    REEVE_COLUMNS_END,
};

static const struct reeve_column automate_import_columns[] = {
    JSON("options", "How it is to be imported"),
    STRING_F(INTERNAL, "data", "What is imported: YAML, or a zip archive in base64"),
    REF("miq_task_id", "task", "Task that imports it"),
    CREATED_ON,
    UPDATED_ON,
    REEVE_COLUMNS_END,
};

#define AE_KIND(kind, collection, name, text, class, ...)                                          \
    KIND(kind, .table = #kind "s", .api_name = collection, .title = name, .help = text,            \
         .flags = REEVE_KIND_SERVER, .class_name = class, __VA_ARGS__)

const struct reeve_kind rv_kinds_automate[] = {
    AE_KIND(miq_ae_domain, "automate_domains", "Automate domain",
            "What one author or product says of automate; the highest one wins", "MiqAeDomain",
            .key = LIST("name_key"), .aliases = LIST("domain", "domains")),
    AE_KIND(miq_ae_namespace, "automate_namespaces", "Automate namespace",
            "A folder of classes in a domain", "MiqAeNamespace",
            .key = LIST("domain_id", "path_key")),
    KIND(miq_ae_class, .table = "miq_ae_classes", .api_name = "automate_classes",
         .title = "Automate class", .help = "A schema with its instances and methods",
         .flags = REEVE_KIND_SERVER, .class_name = "MiqAeClass",
         .key = LIST("domain_id", "path_key")),
    AE_KIND(miq_ae_field, "automate_fields", "Automate field",
            "A row of a class's schema, or an input of a method", "MiqAeField", .key = LIST("id")),
    AE_KIND(miq_ae_instance, "automate_instances", "Automate instance",
            "Values for the fields of a class", "MiqAeInstance",
            .key = LIST("class_id", "name_key")),
    AE_KIND(miq_ae_value, "automate_values", "Automate value", "What an instance says of a field",
            "MiqAeValue", .key = LIST("instance_id", "field_id")),
    AE_KIND(miq_ae_method, "automate_methods", "Automate method",
            "Something to run, or that the server runs", "MiqAeMethod",
            .key = LIST("class_id", "name_key")),
    AE_KIND(automate_import, "automate_imports", "Automate import",
            "Content that waits to be imported", NULL, .key = LIST("id")),
    KINDS_END,
};
