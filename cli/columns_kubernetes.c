/* SPDX-License-Identifier: Apache-2.0
 *
 * Tables of what Kubernetes has: titles, order and cells of kubectl 1.36, and provider and id
 * behind them with -o wide.
 */
#include "columns.h"

static const struct cli_column namespaces[] = {
    NAME, COL("STATUS", "phase", text), AGE, PROVIDER, ID, CLI_COLUMNS_END,
};

static const struct cli_column nodes[] = {
    NAME,
    COL_OR("STATUS", "status", text, "Unknown"),
    COL("ROLES", "roles", text),
    AGE,
    COL("VERSION", "kubernetes_kubelet_version", text),
    WIDE("INTERNAL-IP", "internal_ipaddress", text),
    WIDE("EXTERNAL-IP", "external_ipaddress", text),
    WIDE_OR("OS-IMAGE", "os_image", text, "<unknown>"),
    WIDE_OR("KERNEL-VERSION", "kernel_version,architecture", with_note, "<unknown>"),
    WIDE_OR("CONTAINER-RUNTIME", "container_runtime_version", text, "<unknown>"),
    PROVIDER,
    ID,
    CLI_COLUMNS_END,
};

static const struct cli_column pods[] = {
    NAMESPACE,
    NAME,
    COL("READY", "ready_containers,total_containers", ratio),
    COL("STATUS", "status,phase", first),
    COL("RESTARTS", "restart_count,last_restart_on", restarts),
    AGE,
    WIDE("IP", "ipaddress", text),
    WIDE("NODE", "container_node.name", text),
    WIDE("NOMINATED NODE", "nominated_node_name", text),
    WIDE("READINESS GATES", "readiness_gates", text),
    PROVIDER,
    ID,
    CLI_COLUMNS_END,
};

static const struct cli_column containers[] = {
    COL("NAMESPACE", "container_group.namespace", text),
    COL("POD", "container_group.name", text),
    NAME,
    COL("STATE", "state", text),
    COL("RESTARTS", "restart_count", text),
    COL("IMAGE", "image", text),
    WIDE("REASON", "reason", text),
    WIDE("CPU LIMIT", "limit_cpu_cores", text),
    WIDE("MEMORY LIMIT", "limit_memory_bytes", bytes),
    PROVIDER,
    ID,
    CLI_COLUMNS_END,
};

static const struct cli_column images[] = {
    NAME,
    COL("TAG", "tag", text),
    COL("REGISTRY", "container_image_registry.name", text),
    COL("SEEN", "created_on", age),
    WIDE("SIZE", "size", bytes),
    WIDE("DIGEST", "digest", text),
    PROVIDER,
    ID,
    CLI_COLUMNS_END,
};

static const struct cli_column registries[] = {
    NAME, COL("HOST", "host", text), COL("PORT", "port", text), PROVIDER, ID, CLI_COLUMNS_END,
};

#define POD_TEMPLATE                                                                               \
    WIDE("CONTAINERS", "container_names", text), WIDE("IMAGES", "image_names", text)
#define SELECTOR WIDE("SELECTOR", "selector", text)

static const struct cli_column deployments[] = {
    NAMESPACE,
    NAME,
    COL("READY", "ready_replicas,replicas", ratio),
    COL_OR("UP-TO-DATE", "updated_replicas", text, "0"),
    COL_OR("AVAILABLE", "available_replicas", text, "0"),
    AGE,
    POD_TEMPLATE,
    SELECTOR,
    PROVIDER,
    ID,
    CLI_COLUMNS_END,
};

static const struct cli_column replicators[] = {
    NAMESPACE,
    NAME,
    COL_OR("DESIRED", "replicas", text, "0"),
    COL_OR("CURRENT", "current_replicas", text, "0"),
    COL_OR("READY", "ready_replicas", text, "0"),
    AGE,
    POD_TEMPLATE,
    SELECTOR,
    WIDE("KIND", "object_kind", text),
    PROVIDER,
    ID,
    CLI_COLUMNS_END,
};

static const struct cli_column stateful_sets[] = {
    NAMESPACE,
    NAME,
    COL("READY", "ready_replicas,replicas", ratio),
    AGE,
    POD_TEMPLATE,
    PROVIDER,
    ID,
    CLI_COLUMNS_END,
};

static const struct cli_column daemon_sets[] = {
    NAMESPACE,
    NAME,
    COL_OR("DESIRED", "replicas", text, "0"),
    COL_OR("CURRENT", "current_replicas", text, "0"),
    COL_OR("READY", "ready_replicas", text, "0"),
    COL_OR("UP-TO-DATE", "updated_replicas", text, "0"),
    COL_OR("AVAILABLE", "available_replicas", text, "0"),
    COL("NODE SELECTOR", "node_selector", text),
    AGE,
    POD_TEMPLATE,
    SELECTOR,
    PROVIDER,
    ID,
    CLI_COLUMNS_END,
};

static const struct cli_column jobs[] = {
    NAMESPACE,
    NAME,
    COL("STATUS", "status", text),
    COL("COMPLETIONS", "succeeded,completions,parallelism", completions),
    COL_OR("DURATION", "start_time,completion_time", span, ""),
    AGE,
    POD_TEMPLATE,
    SELECTOR,
    PROVIDER,
    ID,
    CLI_COLUMNS_END,
};

static const struct cli_column cron_jobs[] = {
    NAMESPACE,
    NAME,
    COL("SCHEDULE", "schedule", text),
    COL("TIMEZONE", "time_zone", text),
    COL_OR("SUSPEND", "suspend", flag, "<unset>"),
    COL_OR("ACTIVE", "active", text, "0"),
    COL("LAST SCHEDULE", "last_schedule_time", age),
    AGE,
    POD_TEMPLATE,
    SELECTOR,
    PROVIDER,
    ID,
    CLI_COLUMNS_END,
};

static const struct cli_column autoscalers[] = {
    NAMESPACE,
    NAME,
    COL("REFERENCE", "target_kind,target_name", path),
    COL("TARGETS", "targets", text),
    COL_OR("MINPODS", "min_replicas", text, "<unset>"),
    COL_OR("MAXPODS", "max_replicas", text, "0"),
    COL_OR("REPLICAS", "current_replicas", text, "0"),
    AGE,
    PROVIDER,
    ID,
    CLI_COLUMNS_END,
};

static const struct cli_column services[] = {
    NAMESPACE,
    NAME,
    COL("TYPE", "service_type", text),
    COL("CLUSTER-IP", "portal_ip", text),
    COL("EXTERNAL-IP", "external_ipaddresses", text),
    COL("PORT(S)", "ports", text),
    AGE,
    SELECTOR,
    PROVIDER,
    ID,
    CLI_COLUMNS_END,
};

static const struct cli_column endpoint_sets[] = {
    NAMESPACE, NAME, COL("ENDPOINTS", "endpoints", text), AGE, PROVIDER, ID, CLI_COLUMNS_END,
};

static const struct cli_column ingresses[] = {
    NAMESPACE,
    NAME,
    COL("CLASS", "ingress_class", text),
    COL_OR("HOSTS", "hosts", text, "*"),
    COL_OR("ADDRESS", "addresses", text, ""),
    COL("PORTS", "ports", text),
    AGE,
    PROVIDER,
    ID,
    CLI_COLUMNS_END,
};

static const struct cli_column network_policies[] = {
    NAMESPACE, NAME, COL("POD-SELECTOR", "pod_selector", text), AGE, PROVIDER, ID, CLI_COLUMNS_END,
};

static const struct cli_column storage_classes[] = {
    COL("NAME", "name,is_default", class_name),
    COL("PROVISIONER", "provisioner", text),
    COL_OR("RECLAIMPOLICY", "reclaim_policy", text, "Delete"),
    COL_OR("VOLUMEBINDINGMODE", "volume_binding_mode", text, "Immediate"),
    COL_OR("ALLOWVOLUMEEXPANSION", "allow_volume_expansion", text, "false"),
    AGE,
    PROVIDER,
    ID,
    CLI_COLUMNS_END,
};

static const struct cli_column volumes[] = {
    NAME,
    COL_OR("CAPACITY", "capacity", storage, "0"),
    COL_OR("ACCESS MODES", "access_modes", modes, ""),
    COL_OR("RECLAIM POLICY", "reclaim_policy", text, ""),
    COL_OR("STATUS", "status_phase", text, ""),
    COL_OR("CLAIM", "claim_name", text, ""),
    COL_OR("STORAGECLASS", "storage_class", text, ""),
    COL_OR("REASON", "status_reason", text, ""),
    AGE,
    WIDE_OR("VOLUMEMODE", "volume_mode", text, "<unset>"),
    PROVIDER,
    ID,
    CLI_COLUMNS_END,
};

static const struct cli_column claims[] = {
    NAMESPACE,
    NAME,
    COL_OR("STATUS", "phase", text, ""),
    COL_OR("VOLUME", "volume_name", text, ""),
    COL_OR("CAPACITY", "capacity", storage, ""),
    COL_OR("ACCESS MODES", "actual_access_modes", modes, ""),
    COL_OR("STORAGECLASS", "storage_class", text, ""),
    AGE,
    WIDE_OR("VOLUMEMODE", "volume_mode", text, "<unset>"),
    PROVIDER,
    ID,
    CLI_COLUMNS_END,
};

static const struct cli_column config_maps[] = {
    NAMESPACE, NAME, COL_OR("DATA", "data_count", text, "0"), AGE, PROVIDER, ID, CLI_COLUMNS_END,
};

static const struct cli_column secrets[] = {
    NAMESPACE,
    NAME,
    COL("TYPE", "secret_type", text),
    COL_OR("DATA", "data_count", text, "0"),
    AGE,
    PROVIDER,
    ID,
    CLI_COLUMNS_END,
};

static const struct cli_column service_accounts[] = {
    NAMESPACE,       NAME, AGE, WIDE_OR("SECRETS", "secrets_count", text, "0"), PROVIDER, ID,
    CLI_COLUMNS_END,
};

static const struct cli_column definitions[] = {
    NAME,
    COL("CREATED AT", "ems_created_on", text),
    WIDE("GROUP", "api_group", text),
    WIDE("KIND", "object_kind", text),
    WIDE("SCOPE", "scope", text),
    PROVIDER,
    ID,
    CLI_COLUMNS_END,
};

static const struct cli_column quotas[] = {
    NAMESPACE,
    NAME,
    COL_OR("REQUEST", "requests", text, ""),
    COL_OR("LIMIT", "limits", text, ""),
    AGE,
    PROVIDER,
    ID,
    CLI_COLUMNS_END,
};

static const struct cli_column limits[] = {
    NAMESPACE, NAME, COL("CREATED AT", "ems_created_on", text), PROVIDER, ID, CLI_COLUMNS_END,
};

static const struct cli_column routes[] = {
    NAMESPACE,
    NAME,
    COL("HOST/PORT", "host_name", text),
    COL_OR("PATH", "path", text, ""),
    COL("SERVICES", "service_name", text),
    COL("PORT", "target_port", text),
    COL_OR("TERMINATION", "tls_termination", text, ""),
    COL_OR("WILDCARD", "wildcard_policy", text, "None"),
    WIDE_OR("AGE", "ems_created_on", age, "<unknown>"),
    PROVIDER,
    ID,
    CLI_COLUMNS_END,
};

const struct cli_columns_of cli_columns_kubernetes[] = {
    { "container_project", namespaces },
    { "container_node", nodes },
    { "container_group", pods },
    { "container", containers },
    { "container_image", images },
    { "container_image_registry", registries },
    { "container_deployment", deployments },
    { "container_replicator", replicators },
    { "container_stateful_set", stateful_sets },
    { "container_daemon_set", daemon_sets },
    { "container_job", jobs },
    { "container_cron_job", cron_jobs },
    { "container_autoscaler", autoscalers },
    { "container_service", services },
    { "container_endpoint_set", endpoint_sets },
    { "container_ingress", ingresses },
    { "container_network_policy", network_policies },
    { "container_storage_class", storage_classes },
    { "persistent_volume", volumes },
    { "persistent_volume_claim", claims },
    { "container_config_map", config_maps },
    { "container_secret", secrets },
    { "container_service_account", service_accounts },
    { "custom_resource_definition", definitions },
    { "container_quota", quotas },
    { "container_limit", limits },
    { "container_route", routes },
    { NULL, NULL },
};
