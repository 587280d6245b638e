/* SPDX-License-Identifier: Apache-2.0
 *
 * The cloud that runs on the infrastructure: what it offers, its tenants, databases, stacks.
 */
#include <stdio.h>
#include "emit.h"

int
demo_emit_zone(struct reeve_inventory *inv, const struct demo_estate *estate, int64_t index)
{
    struct reeve_object *obj = demo_begin(inv, estate, "availability_zone", "zone", index, "zone");

    reeve_set_string(obj, "provider_services_supported", "compute,volume");
    return reeve_emit(obj);
}

int
demo_emit_flavor(struct reeve_inventory *inv, const struct demo_estate *estate, int64_t index)
{
    static const char *const names[] = { "tiny", "small", "medium", "large", "huge" };
    struct reeve_object *obj = demo_begin(inv, estate, "flavor", "flavor", index, NULL);
    int64_t size = index % (int64_t)COUNT(names);

    demo_set_format(obj, "name", "%lld.%s", (long long)(index / (int64_t)COUNT(names)) + 1,
                    names[size]);
    reeve_set_flag(obj, "enabled", 1);
    reeve_set_flag(obj, "publicly_available", size != 4);
    reeve_set_int(obj, "cpus", 1ll << size);
    reeve_set_int(obj, "cpu_cores", 1);
    reeve_set_int(obj, "cpu_total_cores", 1ll << size);
    reeve_set_int(obj, "memory", (1ll << size) * 2 * GIB);
    reeve_set_int(obj, "root_disk_size", 20 * GIB);
    reeve_set_int(obj, "ephemeral_disk_size", size * 10 * GIB);
    reeve_set_int(obj, "ephemeral_disk_count", size > 0);
    reeve_set_int(obj, "swap_disk_size", 0);
    reeve_set_flag(obj, "supports_64_bit", 1);
    for (int64_t i = 0; i < estate->size.tenants && i < 10; i++)
        demo_link(reeve_child(obj, "cloud_tenant_flavor"), "cloud_tenant_id", "cloud_tenant",
                  estate, "tenant", i, estate->size.tenants);
    return reeve_emit(obj);
}

int
demo_emit_tenant(struct reeve_inventory *inv, const struct demo_estate *estate, int64_t index)
{
    struct reeve_object *obj = demo_begin(inv, estate, "cloud_tenant", "tenant", index, "tenant");

    demo_set_format(obj, "description", "Team %s", demo_words[(uint64_t)index % COUNT(demo_words)]);
    reeve_set_flag(obj, "enabled", 1);
    if (index > 0) /* two in each */
        demo_link(obj, "parent_id", "cloud_tenant", estate, "tenant", (index - 1) / 2,
                  estate->size.tenants);
    return reeve_emit(obj);
}

/* Two a tenant. */
int
demo_emit_quota(struct reeve_inventory *inv, const struct demo_estate *estate, int64_t index)
{
    struct reeve_object *obj =
        demo_begin(inv, estate, "cloud_resource_quota", "quota", index, NULL);

    reeve_set_string(obj, "service_name", "Compute");
    reeve_set_string(obj, "name", index % 2 ? "ram" : "cores");
    reeve_set_int(obj, "value", index % 2 ? 51200 : 20);
    demo_link(obj, "cloud_tenant_id", "cloud_tenant", estate, "tenant", index / 2,
              estate->size.tenants);
    return reeve_emit(obj);
}

int
demo_emit_aggregate(struct reeve_inventory *inv, const struct demo_estate *estate, int64_t index)
{
    struct reeve_object *obj =
        demo_begin(inv, estate, "host_aggregate", "aggregate", index, "aggregate");

    reeve_set_json(obj, "metadata", index ? "{\"ssd\":\"false\"}" : "{\"ssd\":\"true\"}");
    for (int64_t i = index; i < estate->size.hosts && i < 100; i += 2)
        demo_link(reeve_child(obj, "host_aggregate_host"), "host_id", "host", estate, "host", i,
                  estate->size.hosts);
    return reeve_emit(obj);
}

int
demo_emit_resource_group(struct reeve_inventory *inv, const struct demo_estate *estate,
                         int64_t index)
{
    return reeve_emit(demo_begin(inv, estate, "resource_group", "group", index, "group"));
}

/* One that schedules, and one on each of the first hosts. */
int
demo_emit_service(struct reeve_inventory *inv, const struct demo_estate *estate, int64_t index)
{
    struct reeve_object *obj = demo_begin(inv, estate, "cloud_service", "service", index, NULL);

    reeve_set_string(obj, "source", "compute");
    reeve_set_string(obj, "executable_name", index ? "nova-compute" : "nova-scheduler");
    reeve_set_string(obj, "status", "up");
    reeve_set_flag(obj, "scheduling_disabled", 0);
    demo_link(obj, "availability_zone_id", "availability_zone", estate, "zone", index, 2);
    if (index > 0) {
        demo_set_format(obj, "hostname", "host-%03lld.demo.example", (long long)index);
        demo_link(obj, "host_id", "host", estate, "host", index - 1, estate->size.hosts);
    }
    return reeve_emit(obj);
}

int
demo_emit_database_flavor(struct reeve_inventory *inv, const struct demo_estate *estate,
                          int64_t index)
{
    struct reeve_object *obj =
        demo_begin(inv, estate, "cloud_database_flavor", "dbflavor", index, "db.size");

    reeve_set_int(obj, "cpus", 2ll << index);
    reeve_set_int(obj, "memory", (8ll << index) * GIB);
    reeve_set_int(obj, "max_size", 6144 * GIB);
    reeve_set_int(obj, "max_connections", 500ll << index);
    reeve_set_string(obj, "performance", index ? "High" : "Moderate");
    reeve_set_flag(obj, "enabled", 1);
    return reeve_emit(obj);
}

int
demo_emit_database(struct reeve_inventory *inv, const struct demo_estate *estate, int64_t index)
{
    struct reeve_object *obj =
        demo_begin(inv, estate, "cloud_database", "database", index, "database");

    reeve_set_string(obj, "db_engine", index % 2 ? "mysql 8.0" : "postgres 16.4");
    reeve_set_string(obj, "status", "available");
    reeve_set_int(obj, "used_storage", (1 + demo_pick(estate, "database", index, 1, 90)) * GIB);
    reeve_set_int(obj, "max_storage", 100 * GIB);
    reeve_set_json(obj, "extra_attributes", "{\"multi_az\":true}");
    demo_link(obj, "cloud_database_flavor_id", "cloud_database_flavor", estate, "dbflavor", index,
              2);
    demo_link(obj, "cloud_tenant_id", "cloud_tenant", estate, "tenant", index,
              estate->size.tenants);
    if (estate->size.tenants > 0)
        demo_link(obj, "resource_group_id", "resource_group", estate, "group", index, 2);
    return reeve_emit(obj);
}

int
demo_emit_key_pair(struct reeve_inventory *inv, const struct demo_estate *estate, int64_t index)
{
    struct reeve_object *obj =
        demo_begin(inv, estate, "auth_key_pair", index ? "deployment" : "operators", index, NULL);

    demo_set_format(obj, "fingerprint", "SHA256:%016llx",
                    (unsigned long long)demo_random(estate, "key", index, 0));
    return reeve_emit(obj);
}

int
demo_emit_template(struct reeve_inventory *inv, const struct demo_estate *estate, int64_t index)
{
    struct reeve_object *obj =
        demo_begin(inv, estate, "orchestration_template", "template", index, NULL);

    reeve_set_string(obj, "name", index ? "database tier" : "web tier");
    reeve_set_string(obj, "description", "Machines behind a load balancer");
    reeve_set_string(obj, "content",
                     index ? "heat_template_version: 2021-04-16\nresources: {db: {type: "
                             "'OS::Nova::Server'}}\n"
                           : "heat_template_version: 2021-04-16\nresources: {web: {type: "
                             "'OS::Nova::Server'}}\n");
    demo_set_format(obj, "md5", "%032llx", (unsigned long long)index + 1);
    reeve_set_flag(obj, "orderable", 1);
    reeve_set_flag(obj, "draft", 0);
    return reeve_emit(obj);
}

static void
add_stack_parts(struct reeve_object *stack, const char *status, int64_t made_on)
{
    static const char *const types[] = { "OS::Nova::Server", "OS::Neutron::Port" };
    struct reeve_object *obj;

    for (size_t i = 0; i < COUNT(types); i++) {
        obj = reeve_child(stack, "orchestration_stack_resource");
        demo_set_format(obj, "ems_ref", "resource-%zu", i);
        reeve_set_string(obj, "name", i ? "port" : "server");
        reeve_set_string(obj, "logical_resource", i ? "port" : "server");
        reeve_set_string(obj, "resource_category", types[i]);
        reeve_set_string(obj, "resource_status", status);
        reeve_set_time(obj, "last_updated", made_on + 60000);
    }
    obj = reeve_child(stack, "orchestration_stack_output");
    reeve_set_string(obj, "ems_ref", "output-address");
    reeve_set_string(obj, "key", "address");
    reeve_set_string(obj, "value", "192.0.2.10");
    obj = reeve_child(stack, "orchestration_stack_parameter");
    reeve_set_string(obj, "ems_ref", "parameter-size");
    reeve_set_string(obj, "name", "size");
    reeve_set_string(obj, "value", "small");
}

int
demo_emit_stack(struct reeve_inventory *inv, const struct demo_estate *estate, int64_t index)
{
    struct reeve_object *obj =
        demo_begin(inv, estate, "orchestration_stack", "stack", index, "stack");
    uint64_t salt = demo_salt(estate, DEMO_STACK, index);
    const char *status = salt % 3 == 1   ? "UPDATE_IN_PROGRESS"
                         : salt % 3 == 2 ? "UPDATE_COMPLETE"
                                         : "CREATE_COMPLETE";
    int64_t made_on = demo_made_on(estate, "stack", index);

    reeve_set_string(obj, "description", "Made by the demo estate");
    reeve_set_string(obj, "status", status);
    demo_set_format(obj, "status_reason", "Stack %s", status);
    reeve_set_time(obj, "start_time", made_on);
    reeve_set_time(obj, "finish_time", made_on + 90000);
    if (index % 2 == 1) /* in the one before */
        demo_link(obj, "parent_id", "orchestration_stack", estate, "stack", index - 1,
                  estate->size.stacks);
    demo_link(obj, "orchestration_template_id", "orchestration_template", estate, "template", index,
              2);
    demo_link(obj, "cloud_tenant_id", "cloud_tenant", estate, "tenant", index,
              estate->size.tenants);
    if (estate->size.systems > 0)
        demo_link(obj, "configuration_script_base_id", "configuration_script", estate, "script",
                  index, 3);
    add_stack_parts(obj, status, made_on);
    return reeve_emit(obj);
}
