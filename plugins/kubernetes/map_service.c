/* SPDX-License-Identifier: Apache-2.0
 *
 * Services, and the pods behind them. These are known from another collection, so an
 * endpoints object is kept as a row of its own (container_endpoint_set), whose children say which
 * pod is behind which service: then neither object must wait for the other.
 */
#include "map.h"

#include <string.h>

#include "text.h"

/* "80/TCP,90:30090/UDP" */
static const char *
ports_text(struct kube_map *map, const struct reeve_json *service)
{
    const struct reeve_json *at = reeve_json_first(service, "spec.ports");
    struct kube_text text = kube_text(map->call);

    for (; at; at = reeve_json_next(at)) {
        long long node_port = reeve_json_int(at, "nodePort", 0);

        if (text.len)
            kube_text_add(&text, ",");
        kube_text_addf(&text, "%lld", (long long)reeve_json_int(at, "port", 0));
        if (node_port)
            kube_text_addf(&text, ":%lld", node_port);
        kube_text_addf(&text, "/%.10s", reeve_json_string(at, "protocol", "TCP"));
    }
    return kube_text_done(&text);
}

static void
add_balancer_addresses(struct kube_text *text, const struct reeve_json *item)
{
    const struct reeve_json *at = reeve_json_first(item, "status.loadBalancer.ingress");

    for (; at; at = reeve_json_next(at)) {
        const char *address = reeve_json_string(at, "ip", NULL);

        address = address ? address : reeve_json_string(at, "hostname", NULL);
        if (address)
            kube_text_join(text, ",", address);
    }
}

/* kubectl's EXTERNAL-IP. */
static const char *
external_addresses(struct kube_map *map, const struct reeve_json *service)
{
    const char *type = reeve_json_string(service, "spec.type", "");
    const char *fixed = kube_join(map->call, service, "spec.externalIPs", ",");
    struct kube_text text = kube_text(map->call);

    if (strcmp(type, "ExternalName") == 0)
        return reeve_json_string(service, "spec.externalName", NULL);
    if (strcmp(type, "LoadBalancer") == 0)
        add_balancer_addresses(&text, service);
    if (fixed)
        kube_text_join(&text, ",", fixed);
    if (!text.len && strcmp(type, "LoadBalancer") == 0)
        return "<pending>";
    return kube_text_done(&text);
}

static void
add_service_ports(struct kube_map *map, struct reeve_object *service, const struct reeve_json *item)
{
    const struct reeve_json *at = reeve_json_first(item, "spec.ports");

    for (; at; at = reeve_json_next(at)) {
        struct reeve_object *obj = reeve_child(service, "container_service_port_config");
        const char *target = kube_quantity_text(map->call, reeve_json_get(at, "targetPort"));
        long long port = reeve_json_int(at, "port", 0);

        reeve_set_string(
            obj, "ems_ref",
            reeve_format(map->call, "%s_%lld_%s", kube_uid(item), port, target ? target : ""));
        kube_set_string(obj, "name", at, "name");
        reeve_set_int(obj, "port", port);
        reeve_set_string(obj, "target_port", target);
        kube_set_int(obj, "node_port", at, "nodePort");
        reeve_set_string(obj, "protocol", reeve_json_string(at, "protocol", "TCP"));
        kube_set_string(obj, "app_protocol", at, "appProtocol");
    }
}

int
kube_map_service(struct kube_map *map, const struct reeve_json *item)
{
    struct reeve_object *obj = kube_namespaced(map, "container_service", item);
    const struct reeve_json *selector = reeve_json_get(item, "spec.selector");

    kube_set_string(obj, "service_type", item, "spec.type");
    kube_set_string(obj, "portal_ip", item, "spec.clusterIP");
    reeve_set_string(obj, "external_ipaddresses", external_addresses(map, item));
    kube_set_string(obj, "external_name", item, "spec.externalName");
    reeve_set_string(obj, "ports", ports_text(map, item));
    reeve_set_string(obj, "selector", kube_match_labels_text(map->call, selector));
    kube_set_string(obj, "session_affinity", item, "spec.sessionAffinity");
    reeve_set_string(obj, "ip_families", kube_join(map->call, item, "spec.ipFamilies", ","));
    kube_set_string(obj, "internal_traffic_policy", item, "spec.internalTrafficPolicy");
    kube_set_string(obj, "external_traffic_policy", item, "spec.externalTrafficPolicy");
    kube_set_string(obj, "load_balancer_class", item, "spec.loadBalancerClass");
    add_service_ports(map, obj, item);
    kube_labels(obj, item);
    kube_attributes(obj, "selectors", selector);
    kube_conditions(obj, item);
    return reeve_emit(obj);
}

/* As kubectl: the first three of ADDRESS:PORT, and how many more there are. */
static const char *
endpoints_text(struct kube_map *map, const struct reeve_json *item)
{
    const struct reeve_json *subset = reeve_json_first(item, "subsets");
    struct kube_text text = kube_text(map->call);
    long long shown = 0, count = 0;

    for (; subset; subset = reeve_json_next(subset)) {
        const struct reeve_json *port = reeve_json_first(subset, "ports");
        long long ports = (long long)reeve_json_count(subset, "ports");

        count += (ports ? ports : 1) * (long long)reeve_json_count(subset, "addresses");
        do {
            const struct reeve_json *at = reeve_json_first(subset, "addresses");

            for (; at && shown < 3; at = reeve_json_next(at), shown++) {
                kube_text_join(&text, ",", reeve_json_string(at, "ip", ""));
                if (port)
                    kube_text_addf(&text, ":%lld", (long long)reeve_json_int(port, "port", 0));
            }
            port = port ? reeve_json_next(port) : NULL;
        } while (port);
    }
    if (count > shown)
        kube_text_addf(&text, " + %lld more...", count - shown);
    return kube_text_done(&text);
}

struct addresses {
    struct kube_map *map;
    struct reeve_object *set;
    const struct reeve_json *item;
    struct kube_set pods;
};

static void
add_pod(struct addresses *a, const struct reeve_json *address, int ready)
{
    const char *uid = reeve_json_string(address, "targetRef.uid", "");
    const char *kind = reeve_json_string(address, "targetRef.kind", "");
    struct reeve_object *obj;

    if (strcmp(kind, "Pod") != 0 || !*uid || strlen(uid) > 256 || !kube_set_add(&a->pods, uid))
        return;
    obj = reeve_child(a->set, "container_service_group");
    reeve_set_string(obj, "ems_ref", uid);
    reeve_link_name(obj, "container_service_id", "container_service",
                    reeve_json_string(a->item, "metadata.namespace", ""),
                    reeve_json_string(a->item, "metadata.name", ""));
    reeve_link(obj, "container_group_id", "container_group", uid);
    kube_set_string(obj, "ipaddress", address, "ip");
    reeve_set_flag(obj, "ready", ready);
}

/* Returns how many addresses there are. A pod stands in several subsets when its ports differ. */
static int64_t
add_addresses(struct addresses *a, const char *list, int ready)
{
    const struct reeve_json *subset = reeve_json_first(a->item, "subsets");
    int64_t count = 0;

    for (; subset; subset = reeve_json_next(subset)) {
        const struct reeve_json *at = reeve_json_first(subset, list);

        for (; at; at = reeve_json_next(at), count++)
            add_pod(a, at, ready);
    }
    return count;
}

static uint64_t
count_addresses(const struct reeve_json *item)
{
    const struct reeve_json *subset = reeve_json_first(item, "subsets");
    uint64_t count = 0;

    for (; subset; subset = reeve_json_next(subset))
        count +=
            reeve_json_count(subset, "addresses") + reeve_json_count(subset, "notReadyAddresses");
    return count;
}

int
kube_map_endpoints(struct kube_map *map, const struct reeve_json *item)
{
    struct addresses a = { .map = map, .item = item };
    int rc = kube_set_open(map->call, count_addresses(item), &a.pods);

    if (rc)
        return rc;
    a.set = kube_namespaced(map, "container_endpoint_set", item);
    reeve_link_name(a.set, "container_service_id", "container_service",
                    reeve_json_string(item, "metadata.namespace", ""),
                    reeve_json_string(item, "metadata.name", ""));
    reeve_set_string(a.set, "endpoints", endpoints_text(map, item));
    reeve_set_int(a.set, "ready_addresses", add_addresses(&a, "addresses", 1));
    reeve_set_int(a.set, "not_ready_addresses", add_addresses(&a, "notReadyAddresses", 0));
    kube_labels(a.set, item);
    return reeve_emit(a.set);
}
