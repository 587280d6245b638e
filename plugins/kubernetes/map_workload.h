/* SPDX-License-Identifier: Apache-2.0
 *
 * What the mappers of workloads share.
 */
#ifndef KUBE_MAP_WORKLOAD_H
#define KUBE_MAP_WORKLOAD_H

#include "map.h"

/* container_names, image_names and service_account of the pod template at path. */
void kube_map_template(struct kube_map *map, struct reeve_object *obj,
                       const struct reeve_json *item, const char *path);

#endif
