/* SPDX-License-Identifier: Apache-2.0
 *
 * The table. Namespaces and nodes come first, since nearly everything points to them; pods
 * come after what owns them. A further collection is one line here and a mapper.
 */
#include "collections.h"

#include <stddef.h>

#define CORE "/api/v1"
#define APPS "/apis/apps/v1"
#define BATCH "/apis/batch/v1"
#define NETWORKING "/apis/networking.k8s.io/v1"

const struct kube_collection kube_collections[] = {
    { "namespaces", CORE, "container_project", kube_map_namespace },
    { "nodes", CORE, "container_node", kube_map_node },
    { "storageclasses", "/apis/storage.k8s.io/v1", "container_storage_class",
      kube_map_storage_class },
    { "persistentvolumes", CORE, "persistent_volume", kube_map_persistent_volume },
    { "persistentvolumeclaims", CORE, "persistent_volume_claim", kube_map_claim },
    { "resourcequotas", CORE, "container_quota", kube_map_quota },
    { "limitranges", CORE, "container_limit", kube_map_limit_range },
    { "serviceaccounts", CORE, "container_service_account", kube_map_service_account },
    { "configmaps", CORE, "container_config_map", kube_map_config_map },
    { "secrets", CORE, "container_secret", kube_map_secret },
    { "deployments", APPS, "container_deployment", kube_map_deployment },
    { "replicationcontrollers", CORE, "container_replicator", kube_map_replication_controller },
    { "replicasets", APPS, "container_replicator", kube_map_replica_set },
    { "statefulsets", APPS, "container_stateful_set", kube_map_stateful_set },
    { "daemonsets", APPS, "container_daemon_set", kube_map_daemon_set },
    { "cronjobs", BATCH, "container_cron_job", kube_map_cron_job },
    { "jobs", BATCH, "container_job", kube_map_job },
    { "horizontalpodautoscalers", "/apis/autoscaling/v2", "container_autoscaler",
      kube_map_autoscaler },
    { "pods", CORE, "container_group", kube_map_pod },
    { "services", CORE, "container_service", kube_map_service },
    { "endpoints", CORE, "container_endpoint_set", kube_map_endpoints },
    { "ingresses", NETWORKING, "container_ingress", kube_map_ingress },
    { "networkpolicies", NETWORKING, "container_network_policy", kube_map_network_policy },
    { "customresourcedefinitions", "/apis/apiextensions.k8s.io/v1", "custom_resource_definition",
      kube_map_resource_definition },
};

const int kube_collection_count = (int)(sizeof(kube_collections) / sizeof(kube_collections[0]));

_Static_assert(sizeof(kube_collections) / sizeof(kube_collections[0]) <= KUBE_COLLECTIONS_MAX,
               "raise KUBE_COLLECTIONS_MAX");

const char *const kube_kinds[] = {
    "container_project",
    "container_node",
    "computer_system",
    "hardware",
    "operating_system",
    "container_storage_class",
    "persistent_volume",
    "persistent_volume_claim",
    "container_quota",
    "container_quota_item",
    "container_quota_scope",
    "container_limit",
    "container_limit_item",
    "container_service_account",
    "container_config_map",
    "container_secret",
    "container_deployment",
    "container_replicator",
    "container_stateful_set",
    "container_daemon_set",
    "container_cron_job",
    "container_job",
    "container_autoscaler",
    "container_group",
    "container",
    "container_port_config",
    "container_env_var",
    "container_volume",
    "security_context",
    "container_image",
    "container_image_registry",
    "container_service",
    "container_service_port_config",
    "container_endpoint_set",
    "container_service_group",
    "container_ingress",
    "container_ingress_rule",
    "container_network_policy",
    "custom_resource_definition",
    "container_condition",
    "custom_attribute",
    NULL,
};
