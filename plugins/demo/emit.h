/* SPDX-License-Identifier: Apache-2.0
 *
 * Between the files that say what the estate looks like (emit_*.c): one function a kind, which
 * hands over the object of that index, and what they share.
 */
#ifndef DEMO_EMIT_H
#define DEMO_EMIT_H

#include "demo.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define GIB (1ll << 30)

#define DEMO_EMIT(name)                                                                            \
    int demo_emit_##name(struct reeve_inventory *inv, const struct demo_estate *estate,            \
                         int64_t index)

DEMO_EMIT(folder);
DEMO_EMIT(cluster);
DEMO_EMIT(resource_pool);
DEMO_EMIT(storage);
DEMO_EMIT(storage_profile);
DEMO_EMIT(customization_spec);
DEMO_EMIT(switch);
DEMO_EMIT(lan);
DEMO_EMIT(subnet);
DEMO_EMIT(host);
DEMO_EMIT(vm);
DEMO_EMIT(project);
DEMO_EMIT(node);
DEMO_EMIT(pod);
DEMO_EMIT(zone);
DEMO_EMIT(flavor);
DEMO_EMIT(tenant);
DEMO_EMIT(quota);
DEMO_EMIT(aggregate);
DEMO_EMIT(resource_group);
DEMO_EMIT(service);
DEMO_EMIT(database_flavor);
DEMO_EMIT(database);
DEMO_EMIT(key_pair);
DEMO_EMIT(template);
DEMO_EMIT(stack);
DEMO_EMIT(network_group);
DEMO_EMIT(network);
DEMO_EMIT(router);
DEMO_EMIT(cloud_subnet);
DEMO_EMIT(port);
DEMO_EMIT(floating_ip);
DEMO_EMIT(security_group);
DEMO_EMIT(load_balancer);
DEMO_EMIT(listener);
DEMO_EMIT(pool);
DEMO_EMIT(member);
DEMO_EMIT(health_check);
DEMO_EMIT(volume);
DEMO_EMIT(volume_snapshot);
DEMO_EMIT(backup);
DEMO_EMIT(bucket);
DEMO_EMIT(stored_object);
DEMO_EMIT(rack);
DEMO_EMIT(chassis);
DEMO_EMIT(server);
DEMO_EMIT(location);
DEMO_EMIT(organization);
DEMO_EMIT(tag);
DEMO_EMIT(os_flavor);
DEMO_EMIT(customization_script);
DEMO_EMIT(script_source);
DEMO_EMIT(script);
DEMO_EMIT(profile);
DEMO_EMIT(system);

/* What the machine in a VM, host or physical server is made of. */
void demo_add_vm_parts(struct reeve_object *vm, struct reeve_object *hardware,
                       const struct demo_estate *estate, int64_t index, const char *ref);
void demo_add_host_parts(struct reeve_object *host, const struct demo_estate *estate,
                         int64_t index);
void demo_add_server_parts(struct reeve_object *server, const struct demo_estate *estate,
                           int64_t index);

/* Names. words: what applications are called; systems: operating systems. */
extern const char *const demo_words[12], *const demo_tiers[6], *const demo_systems[4];
void demo_ref(char out[48], const char *prefix, const struct demo_estate *estate, int64_t index);
int64_t demo_made_on(const struct demo_estate *estate, const char *what, int64_t index);
/* 0 .. count - 1 */
int64_t demo_pick(const struct demo_estate *estate, const char *what, int64_t index, uint64_t salt,
                  int64_t count);
/* Begins the object PREFIX-SEED-INDEX with the name TITLE-INDEX (from 1); title NULL: no name. */
struct reeve_object *demo_begin(struct reeve_inventory *inv, const struct demo_estate *estate,
                                const char *kind, const char *prefix, int64_t index,
                                const char *title);
/* Points to object index of what is called PREFIX, if there are any: index modulo count. */
void demo_link(struct reeve_object *obj, const char *column, const char *kind,
               const struct demo_estate *estate, const char *prefix, int64_t index, int64_t count);
/* Says in the tree of folders that the object lies in that one. */
void demo_lies_in(struct reeve_object *obj, const char *kind, const struct demo_estate *estate,
                  const char *prefix, int64_t index);
void demo_set_format(struct reeve_object *obj, const char *column, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif
