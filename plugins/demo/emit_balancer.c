/* SPDX-License-Identifier: Apache-2.0
 *
 * Load balancers: each has a listener, a pool with two members, and a health check of both.
 */
#include <stdio.h>
#include "emit.h"

static void
link_tenant(struct reeve_object *obj, const struct demo_estate *estate, int64_t index)
{
    demo_link(obj, "cloud_tenant_id", "cloud_tenant", estate, "tenant", index,
              estate->size.tenants);
}

int
demo_emit_load_balancer(struct reeve_inventory *inv, const struct demo_estate *estate,
                        int64_t index)
{
    struct reeve_object *obj =
        demo_begin(inv, estate, "load_balancer", "balancer", index, "balancer");

    reeve_set_string(obj, "description", "In front of the web servers");
    link_tenant(obj, estate, index);
    return reeve_emit(obj);
}

int
demo_emit_listener(struct reeve_inventory *inv, const struct demo_estate *estate, int64_t index)
{
    int64_t count = estate->size.load_balancers;
    struct reeve_object *obj =
        demo_begin(inv, estate, "load_balancer_listener", "listener", index, "listener");

    reeve_set_string(obj, "load_balancer_protocol", "HTTPS");
    reeve_set_string(obj, "load_balancer_port_range", "443-443");
    reeve_set_string(obj, "instance_protocol", "HTTP");
    reeve_set_string(obj, "instance_port_range", "8080-8080");
    demo_link(obj, "load_balancer_id", "load_balancer", estate, "balancer", index, count);
    link_tenant(obj, estate, index);
    demo_link(reeve_child(obj, "load_balancer_listener_pool"), "load_balancer_pool_id",
              "load_balancer_pool", estate, "lbpool", index, count);
    return reeve_emit(obj);
}

int
demo_emit_pool(struct reeve_inventory *inv, const struct demo_estate *estate, int64_t index)
{
    struct reeve_object *obj =
        demo_begin(inv, estate, "load_balancer_pool", "lbpool", index, "pool");

    reeve_set_string(obj, "load_balancer_algorithm", "ROUND_ROBIN");
    reeve_set_string(obj, "protocol", "HTTP");
    link_tenant(obj, estate, index);
    for (int64_t i = 0; i < 2; i++)
        demo_link(reeve_child(obj, "load_balancer_pool_member_pool"),
                  "load_balancer_pool_member_id", "load_balancer_pool_member", estate, "member",
                  2 * index + i, 2 * estate->size.load_balancers);
    return reeve_emit(obj);
}

int
demo_emit_member(struct reeve_inventory *inv, const struct demo_estate *estate, int64_t index)
{
    const struct demo_size *size = &estate->size;
    struct reeve_object *obj =
        demo_begin(inv, estate, "load_balancer_pool_member", "member", index, NULL);
    char ref[48];

    demo_set_format(obj, "address", "172.16.1.%lld", (long long)(index & 255));
    reeve_set_int(obj, "port", 8080);
    demo_link(obj, "cloud_subnet_id", "cloud_subnet", estate, "subnet", 0, 2 * size->networks);
    link_tenant(obj, estate, index / 2);
    if (size->tenants > 0)
        demo_link(obj, "resource_group_id", "resource_group", estate, "group", index, 2);
    if (size->networks > 0 && index * 4 < size->vms && index * 4 < size->details)
        demo_link(obj, "network_port_id", "network_port", estate, "port", index, index + 1);
    if (index * 4 < size->vms) {
        demo_moving_ref(ref, estate, DEMO_VM, index * 4, (struct demo_object){ 0, 0 });
        reeve_link(obj, "vm_id", "vm", ref);
    }
    return reeve_emit(obj);
}

int
demo_emit_health_check(struct reeve_inventory *inv, const struct demo_estate *estate, int64_t index)
{
    int64_t count = estate->size.load_balancers;
    struct reeve_object *obj = demo_begin(inv, estate, "load_balancer_health_check", "check", index,
                                          "check"),
                        *member;

    reeve_set_string(obj, "protocol", "HTTP");
    reeve_set_int(obj, "port", 8080);
    reeve_set_string(obj, "url_path", "/health");
    reeve_set_int(obj, "interval", 10);
    reeve_set_int(obj, "timeout", 5);
    reeve_set_int(obj, "healthy_threshold", 2);
    reeve_set_int(obj, "unhealthy_threshold", 3);
    demo_link(obj, "load_balancer_id", "load_balancer", estate, "balancer", index, count);
    demo_link(obj, "load_balancer_listener_id", "load_balancer_listener", estate, "listener", index,
              count);
    link_tenant(obj, estate, index);
    for (int64_t i = 0; i < 2; i++) {
        member = reeve_child(obj, "load_balancer_health_check_member");
        demo_link(member, "load_balancer_pool_member_id", "load_balancer_pool_member", estate,
                  "member", 2 * index + i, 2 * count);
        reeve_set_string(member, "status", "InService");
    }
    return reeve_emit(obj);
}
