/* SPDX-License-Identifier: Apache-2.0
 *
 * Mappers: each turns one object of the API into one object of the dictionary with its
 * children, and emits it. They see the JSON only, never the network; column names are those of
 * core/model/kinds_*.c.
 */
#ifndef KUBE_MAP_H
#define KUBE_MAP_H

#include "reeve/events.h"
#include "reeve/inventory.h"
#include "reeve/json.h"
#include "image_cache.h"

struct kube_map {
    struct reeve_call *call;
    struct reeve_inventory *inv;
    struct kube_image_cache *images; /* while listing; NULL: emit every image */
    /* Of events, in place of inv; NULL: none is told. */
    struct reeve_event_sink *sink;
    const char *token; /* where to go on after this one; NULL: as before */
    int all_events;    /* those of other types, too */
};

/* metadata.uid and metadata.name, which no object lacks; PROTOCOL or LIMIT otherwise. */
int kube_check_identity(struct reeve_call *call, const struct reeve_json *item);
const char *kube_uid(const struct reeve_json *item);

/* Begin an object: its ref is the uid; name, ems_created_on and resource_version are set. */
struct reeve_object *kube_object(struct kube_map *map, const char *kind,
                                 const struct reeve_json *item);
/* The same, with namespace and container_project_id. */
struct reeve_object *kube_namespaced(struct kube_map *map, const char *kind,
                                     const struct reeve_json *item);

/* Set a column from a path when it is there. */
void kube_set_string(struct reeve_object *obj, const char *column, const struct reeve_json *item,
                     const char *path);
void kube_set_int(struct reeve_object *obj, const char *column, const struct reeve_json *item,
                  const char *path);
/* A count that the API leaves out when it is 0. */
void kube_set_count(struct reeve_object *obj, const char *column, const struct reeve_json *item,
                    const char *path);
void kube_set_flag(struct reeve_object *obj, const char *column, const struct reeve_json *item,
                   const char *path);
void kube_set_time(struct reeve_object *obj, const char *column, const struct reeve_json *item,
                   const char *path);
void kube_set_json(struct kube_map *map, struct reeve_object *obj, const char *column,
                   const struct reeve_json *item, const char *path);
/* A number or text (ports, percentages), as text. */
void kube_set_int_or_string(struct kube_map *map, struct reeve_object *obj, const char *column,
                            const struct reeve_json *item, const char *path);
/* Quantities; what cannot be read is left out with a line in the log. */
void kube_set_quantity(struct kube_map *map, struct reeve_object *obj, const char *column,
                       const struct reeve_json *value);
void kube_set_quantity_int(struct kube_map *map, struct reeve_object *obj, const char *column,
                           const struct reeve_json *value);
/* A quantity as text: the API gives text, but numbers are allowed. NULL when absent. */
const char *kube_quantity_text(struct reeve_call *call, const struct reeve_json *value);

/* Children that many kinds have. */
void kube_attributes(struct reeve_object *obj, const char *section,
                     const struct reeve_json *names_to_values);
void kube_labels(struct reeve_object *obj, const struct reeve_json *item);
void kube_conditions(struct reeve_object *obj, const struct reeve_json *item);
/* Has status.conditions one of this type that is True? */
int kube_has_condition(const struct reeve_json *item, const char *type);

/* Links owner_id to the controller, when that is one of kinds (ends with NULL). Returns which kind,
 * or NULL; *uid (may be NULL) is the controller's. */
const char *kube_owner(struct reeve_object *obj, const struct reeve_json *item,
                       const char *const *kinds, const char **uid);
/* The dictionary's kind for an API group and kind ("apps", "Deployment"); NULL when it has none. */
const char *kube_kind_of(const char *api_version, const char *kind);

/* Texts as kubectl shows them, NULL for <none>. */
const char *kube_selector_text(struct reeve_call *call, const struct reeve_json *selector);
const char *kube_match_labels_text(struct reeve_call *call, const struct reeve_json *labels);

/* One a collection; collections.c says which. */
int kube_map_namespace(struct kube_map *map, const struct reeve_json *item);
int kube_map_node(struct kube_map *map, const struct reeve_json *item);
int kube_map_pod(struct kube_map *map, const struct reeve_json *item);
int kube_map_service(struct kube_map *map, const struct reeve_json *item);
int kube_map_endpoints(struct kube_map *map, const struct reeve_json *item);
int kube_map_replication_controller(struct kube_map *map, const struct reeve_json *item);
int kube_map_replica_set(struct kube_map *map, const struct reeve_json *item);
int kube_map_deployment(struct kube_map *map, const struct reeve_json *item);
int kube_map_stateful_set(struct kube_map *map, const struct reeve_json *item);
int kube_map_daemon_set(struct kube_map *map, const struct reeve_json *item);
int kube_map_job(struct kube_map *map, const struct reeve_json *item);
int kube_map_cron_job(struct kube_map *map, const struct reeve_json *item);
int kube_map_autoscaler(struct kube_map *map, const struct reeve_json *item);
int kube_map_quota(struct kube_map *map, const struct reeve_json *item);
int kube_map_limit_range(struct kube_map *map, const struct reeve_json *item);
int kube_map_persistent_volume(struct kube_map *map, const struct reeve_json *item);
int kube_map_claim(struct kube_map *map, const struct reeve_json *item);
int kube_map_storage_class(struct kube_map *map, const struct reeve_json *item);
int kube_map_config_map(struct kube_map *map, const struct reeve_json *item);
int kube_map_secret(struct kube_map *map, const struct reeve_json *item);
int kube_map_service_account(struct kube_map *map, const struct reeve_json *item);
int kube_map_ingress(struct kube_map *map, const struct reeve_json *item);
int kube_map_network_policy(struct kube_map *map, const struct reeve_json *item);
int kube_map_resource_definition(struct kube_map *map, const struct reeve_json *item);
int kube_map_event(struct kube_map *map, const struct reeve_json *item);

/* Parts of a pod. */
void kube_map_containers(struct kube_map *map, struct reeve_object *pod,
                         const struct reeve_json *item);
/* A security_context of a pod or container. */
void kube_map_se_linux(struct reeve_object *owner, const struct reeve_json *options);
/* The images that a pod's containers run, before the pod itself. */
int kube_map_images(struct kube_map *map, const struct reeve_json *pod);
/* The reference of the image that a container runs; NULL when it is not pulled yet, or is named in
 * a way that says nothing. */
const char *kube_image_ref(const struct kube_map *map, const struct reeve_json *container,
                           const struct reeve_json *status);
void kube_map_pod_volumes(struct kube_map *map, struct reeve_object *pod,
                          const struct reeve_json *item);
/* Columns of a volume's source; holder is a pod's volume or a persistent volume's spec. */
void kube_map_volume_source(struct kube_map *map, struct reeve_object *obj,
                            const struct reeve_json *holder);
/* The status of a container by name, in containerStatuses and the like; NULL when there is none. */
const struct reeve_json *kube_container_status(const struct reeve_json *pod, const char *list,
                                               const char *name);
/* status, ready_containers, total_containers, restart_count, last_restart_on as kubectl has them.
 */
void kube_map_pod_status(struct kube_map *map, struct reeve_object *pod,
                         const struct reeve_json *item);

#endif
