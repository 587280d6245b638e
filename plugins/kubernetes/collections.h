/* SPDX-License-Identifier: Apache-2.0
 *
 * What is read from a cluster: one table, in the order of listing.
 */
#ifndef KUBE_COLLECTIONS_H
#define KUBE_COLLECTIONS_H

#include "map.h"

struct kube_collection {
    const char *name; /* plural: last part of the path, and the name of stream and warning */
    const char *api;  /* "/api/v1", "/apis/GROUP/VERSION" */
    const char *kind; /* of the dictionary; two collections may share one */
    int (*map)(struct kube_map *map, const struct reeve_json *item);
};

enum { KUBE_COLLECTIONS_MAX = 40 };

extern const struct kube_collection kube_collections[];
extern const int kube_collection_count;

/* All kinds that the mappers emit, children too; ends with NULL. */
extern const char *const kube_kinds[];

#endif
