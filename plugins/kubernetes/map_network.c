/* SPDX-License-Identifier: Apache-2.0
 *
 * Ingresses and network policies.
 */
#include "map.h"

#include <string.h>

#include "text.h"

/* Port of a backend, by number or name. */
static const char *
backend_port(struct kube_map *map, const struct reeve_json *backend)
{
    const struct reeve_json *number = reeve_json_get(backend, "service.port.number");

    if (number)
        return kube_quantity_text(map->call, number);
    return reeve_json_string(backend, "service.port.name", NULL);
}

static void
set_backend(struct kube_map *map, struct reeve_object *rule, const struct reeve_json *item,
            const struct reeve_json *backend)
{
    const char *service = reeve_json_string(backend, "service.name", NULL);
    const char *kind = reeve_json_string(backend, "resource.kind", NULL);

    if (service) {
        reeve_set_string(rule, "service_name", service);
        reeve_set_string(rule, "service_port", backend_port(map, backend));
        reeve_link_name(rule, "container_service_id", "container_service",
                        reeve_json_string(item, "metadata.namespace", ""), service);
    }
    if (kind)
        reeve_set_string(rule, "backend_resource",
                         reeve_format(map->call, "%s/%s", kind,
                                      reeve_json_string(backend, "resource.name", "")));
}

static void
add_rules(struct kube_map *map, struct reeve_object *ingress, const struct reeve_json *item)
{
    const struct reeve_json *rule = reeve_json_first(item, "spec.rules");
    int64_t position = 0;

    for (; rule; rule = reeve_json_next(rule)) {
        const struct reeve_json *path = reeve_json_first(rule, "http.paths");

        for (; path; path = reeve_json_next(path)) {
            struct reeve_object *obj = reeve_child(ingress, "container_ingress_rule");

            reeve_set_int(obj, "position", position++);
            kube_set_string(obj, "host_name", rule, "host");
            kube_set_string(obj, "path", path, "path");
            kube_set_string(obj, "path_type", path, "pathType");
            set_backend(map, obj, item, reeve_json_get(path, "backend"));
        }
    }
}

static const char *
hosts_text(struct kube_map *map, const struct reeve_json *item)
{
    const struct reeve_json *rule = reeve_json_first(item, "spec.rules");
    struct kube_text text = kube_text(map->call);

    for (; rule; rule = reeve_json_next(rule)) {
        const char *host = reeve_json_string(rule, "host", "");

        if (*host)
            kube_text_join(&text, ",", host);
    }
    return text.len ? kube_text_done(&text) : "*";
}

static const char *
addresses_text(struct kube_map *map, const struct reeve_json *item)
{
    const struct reeve_json *at = reeve_json_first(item, "status.loadBalancer.ingress");
    struct kube_text text = kube_text(map->call);

    for (; at; at = reeve_json_next(at)) {
        const char *address = reeve_json_string(at, "ip", NULL);

        address = address ? address : reeve_json_string(at, "hostname", NULL);
        if (address)
            kube_text_join(&text, ",", address);
    }
    return kube_text_done(&text);
}

static void
set_default_backend(struct kube_map *map, struct reeve_object *obj, const struct reeve_json *item)
{
    const struct reeve_json *backend = reeve_json_get(item, "spec.defaultBackend");
    const char *service = reeve_json_string(backend, "service.name", NULL);

    if (!service)
        return;
    reeve_set_string(obj, "default_service_name", service);
    reeve_set_string(obj, "default_service_port", backend_port(map, backend));
    reeve_link_name(obj, "default_service_id", "container_service",
                    reeve_json_string(item, "metadata.namespace", ""), service);
}

int
kube_map_ingress(struct kube_map *map, const struct reeve_json *item)
{
    struct reeve_object *obj = kube_namespaced(map, "container_ingress", item);

    kube_set_string(obj, "ingress_class", item, "spec.ingressClassName");
    reeve_set_string(obj, "hosts", hosts_text(map, item));
    reeve_set_string(obj, "addresses", addresses_text(map, item));
    reeve_set_string(obj, "ports", reeve_json_count(item, "spec.tls") ? "80,443" : "80");
    set_default_backend(map, obj, item);
    kube_set_json(map, obj, "tls", item, "spec.tls");
    add_rules(map, obj, item);
    kube_labels(obj, item);
    return reeve_emit(obj);
}

int
kube_map_network_policy(struct kube_map *map, const struct reeve_json *item)
{
    struct reeve_object *obj = kube_namespaced(map, "container_network_policy", item);
    const struct reeve_json *pods = reeve_json_get(item, "spec.podSelector");

    reeve_set_string(obj, "policy_types", kube_join(map->call, item, "spec.policyTypes", ","));
    reeve_set_string(obj, "pod_selector", kube_selector_text(map->call, pods));
    kube_set_json(map, obj, "ingress", item, "spec.ingress");
    kube_set_json(map, obj, "egress", item, "spec.egress");
    kube_labels(obj, item);
    return reeve_emit(obj);
}
