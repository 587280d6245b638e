/* SPDX-License-Identifier: Apache-2.0
 *
 * How pods are reached: services, their endpoints, ingresses and network policies.
 */
#include "model/kinds.h"
#include "model/columns.h"

static const struct reeve_column container_service_columns[] = {
    NAMESPACED_COLUMNS,
    STRING("service_type", "ClusterIP, NodePort, LoadBalancer or ExternalName"),
    STRING("portal_ip", "Its address in the cluster, None for a headless service"),
    STRING("external_ipaddresses", "Addresses from outside, comma between, as kubectl shows them"),
    STRING("external_name", "Name that an ExternalName service stands for"),
    STRING("ports", "Its ports, as kubectl shows them"),
    STRING("selector", "Label selector of its pods, as kubectl shows it"),
    STRING("session_affinity", "None or ClientIP"),
    STRING("ip_families", "IPv4, IPv6 or both, comma between"),
    STRING("internal_traffic_policy", "Cluster or Local"),
    STRING("external_traffic_policy", "Cluster or Local"),
    STRING("load_balancer_class", "Class of its load balancer"),
    REF("container_image_registry_id", "container_image_registry", "The registry behind it"),
    REEVE_COLUMNS_END,
};

static const struct reeve_column container_service_port_config_columns[] = {
    REF_F(REQUIRED, "container_service_id", "container_service", "Its service"),
    STRING_F(REQUIRED, "ems_ref", "Uid of the service, port and target port, '_' between"),
    STRING("name", "Name"),
    INT("port", "Port of the service"),
    STRING("target_port", "Port of the pods, number or name"),
    INT("node_port", "Port on every node"),
    STRING_F(REQUIRED, "protocol", "TCP, UDP or SCTP"),
    STRING("app_protocol", "What is spoken over it"),
    REEVE_COLUMNS_END,
};

static const struct reeve_column container_endpoint_set_columns[] = {
    NAMESPACED_COLUMNS,
    REF("container_service_id", "container_service", "The service of the same name"),
    STRING("endpoints", "Addresses and ports, as kubectl shows them"),
    INT("ready_addresses", "Addresses that take traffic"),
    INT("not_ready_addresses", "Addresses that do not take traffic yet"),
    REEVE_COLUMNS_END,
};

static const struct reeve_column container_service_group_columns[] = {
    REF_F(REQUIRED, "container_endpoint_set_id", "container_endpoint_set",
          "The endpoints that name both"),
    STRING_F(REQUIRED, "ems_ref", "Uid of the pod"),
    REF("container_service_id", "container_service", "The service"),
    REF("container_group_id", "container_group", "A pod behind it"),
    STRING("ipaddress", "Address of the pod"),
    FLAG("ready", "Whether it takes traffic"),
    REEVE_COLUMNS_END,
};

static const struct reeve_column container_ingress_columns[] = {
    NAMESPACED_COLUMNS,
    STRING("ingress_class", "Name of its ingress class"),
    STRING("hosts", "Host names of its rules, comma between; * for any"),
    STRING("addresses", "Addresses that it is reached by, comma between"),
    STRING("ports", "80, or 80 and 443 with TLS, comma between"),
    STRING("default_service_name", "Service for what no rule matches"),
    STRING("default_service_port", "Its port, number or name"),
    REF("default_service_id", "container_service", "Service for what no rule matches"),
    JSON("tls", "TLS: array of hosts and name of the secret"),
    REEVE_COLUMNS_END,
};

static const struct reeve_column container_ingress_rule_columns[] = {
    REF_F(REQUIRED, "container_ingress_id", "container_ingress", "Its ingress"),
    INT_F(REQUIRED, "position", "Place among the paths of the ingress, from 0"),
    STRING("host_name", "Host name, with * as its first part; null for any"),
    STRING("path", "Path"),
    STRING("path_type", "Exact, Prefix or ImplementationSpecific"),
    STRING("service_name", "Service that takes the request"),
    STRING("service_port", "Its port, number or name"),
    REF("container_service_id", "container_service", "Service that takes the request"),
    STRING("backend_resource", "KIND/NAME of the object that takes it, when it is no service"),
    REEVE_COLUMNS_END,
};

static const struct reeve_column container_network_policy_columns[] = {
    NAMESPACED_COLUMNS,
    STRING("policy_types", "Ingress, Egress or both, comma between"),
    STRING("pod_selector", "Label selector of its pods, as kubectl shows it"),
    JSON("ingress", "What may come in: array of rules"),
    JSON("egress", "What may go out: array of rules"),
    REEVE_COLUMNS_END,
};

const struct reeve_kind rv_kinds_network[] = {
    KIND(container_service, .table = "container_services", .api_name = "container_services",
         .title = "Service", .help = "One address for a set of pods", NAMESPACED_KEYS,
         .class_name = "ContainerService", .aliases = LIST("svc", "service", "services")),
    KIND(container_service_port_config, .table = "container_service_port_configs",
         .api_name = "container_service_port_configs", .title = "Service port",
         .help = "A port of a service", .flags = REEVE_KIND_CHILD,
         .key = LIST("ems_ref", "protocol"), .owner_column = "container_service_id",
         .class_name = "ContainerServicePortConfig"),
    KIND(container_endpoint_set, .table = "container_endpoint_sets",
         .api_name = "container_endpoint_sets", .title = "Endpoints",
         .help = "The addresses behind a service", NAMESPACED_KEYS,
         .aliases = LIST("ep", "endpoint", "endpoints")),
    KIND(container_service_group, .table = "container_groups_container_services",
         .api_name = "container_groups_container_services", .title = "Pod of a service",
         .help = "A pod that a service sends traffic to", .flags = REEVE_KIND_CHILD,
         .key = LIST("ems_ref"), .owner_column = "container_endpoint_set_id"),
    KIND(container_ingress, .table = "container_ingresses", .api_name = "container_ingresses",
         .title = "Ingress", .help = "Leads HTTP requests from outside to services",
         NAMESPACED_KEYS, .aliases = LIST("ing", "ingress", "ingresses")),
    KIND(container_ingress_rule, .table = "container_ingress_rules",
         .api_name = "container_ingress_rules", .title = "Ingress rule",
         .help = "One host and path of an ingress", .flags = REEVE_KIND_CHILD,
         .key = LIST("position"), .owner_column = "container_ingress_id"),
    KIND(container_network_policy, .table = "container_network_policies",
         .api_name = "container_network_policies", .title = "Network policy",
         .help = "Says which traffic pods may have", NAMESPACED_KEYS,
         .aliases = LIST("netpol", "networkpolicy", "networkpolicies")),
    KINDS_END,
};
