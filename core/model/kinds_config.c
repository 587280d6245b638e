/* SPDX-License-Identifier: Apache-2.0
 *
 * Configuration inside a cluster. Of config maps and secrets only the names of their keys are
 * kept, never a value.
 */
#include "model/kinds.h"
#include "model/columns.h"

static const struct reeve_column container_config_map_columns[] = {
    NAMESPACED_COLUMNS,
    INT("data_count", "How many keys it has"),
    JSON("data_keys", "Names of its keys: array"),
    FLAG("immutable", "Whether it can no longer be changed"),
    REEVE_COLUMNS_END,
};

static const struct reeve_column container_secret_columns[] = {
    NAMESPACED_COLUMNS,
    STRING("secret_type", "Opaque, kubernetes.io/tls, ..."),
    INT("data_count", "How many keys it has"),
    JSON("data_keys", "Names of its keys: array"),
    FLAG("immutable", "Whether it can no longer be changed"),
    REEVE_COLUMNS_END,
};

static const struct reeve_column container_service_account_columns[] = {
    NAMESPACED_COLUMNS,
    INT("secrets_count", "How many secrets it names"),
    JSON("secret_names", "Names of these secrets: array"),
    JSON("image_pull_secret_names", "Names of its secrets for registries: array"),
    FLAG("automount_token", "Whether its pods get a token"),
    REEVE_COLUMNS_END,
};

static const struct reeve_column custom_resource_definition_columns[] = {
    KUBERNETES_COLUMNS,
    STRING("api_group", "Group of the API that it adds"),
    STRING("object_kind", "Kind of its objects"),
    STRING("plural", "Name of its collection"),
    STRING("singular", "Name of one object"),
    JSON("short_names", "Short names: array"),
    JSON("categories", "Categories, such as all: array"),
    STRING("scope", "Namespaced or Cluster"),
    JSON("versions", "Versions: array of name, served, storage, deprecated"),
    STRING("storage_version", "Version that objects are kept in"),
    FLAG("established", "Whether the cluster serves it"),
    STRING("conversion_strategy", "None or Webhook"),
    REEVE_COLUMNS_END,
};

const struct reeve_kind rv_kinds_config[] = {
    KIND(container_config_map, .table = "container_config_maps",
         .api_name = "container_config_maps", .title = "Config map",
         .help = "Configuration for pods; only the names of its keys are kept", NAMESPACED_KEYS,
         .aliases = LIST("cm", "configmap", "configmaps")),
    KIND(container_secret, .table = "container_secrets", .api_name = "container_secrets",
         .title = "Secret", .help = "A secret for pods; only the names of its keys are kept",
         NAMESPACED_KEYS, .aliases = LIST("secret", "secrets")),
    KIND(container_service_account, .table = "container_service_accounts",
         .api_name = "container_service_accounts", .title = "Service account",
         .help = "Who pods are towards the cluster", NAMESPACED_KEYS,
         .aliases = LIST("sa", "serviceaccount", "serviceaccounts")),
    KIND(custom_resource_definition, .table = "custom_resource_definitions",
         .api_name = "custom_resource_definitions", .title = "Custom resource definition",
         .help = "A kind of object that was added to a cluster", CLUSTER_KEYS,
         .aliases = LIST("crd", "crds", "customresourcedefinition", "customresourcedefinitions")),
    KINDS_END,
};
