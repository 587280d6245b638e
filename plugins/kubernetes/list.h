/* SPDX-License-Identifier: Apache-2.0
 *
 * Reads one collection whole, page by page, one object in memory at a time.
 */
#ifndef KUBE_LIST_H
#define KUBE_LIST_H

#include "collections.h"
#include "connection.h"

enum {
    KUBE_VERSION_BYTES = 256,
    KUBE_JSON_DEPTH = 512 /* schemas of custom resource definitions nest beyond a hundred */
};

/* What the calls below work on. */
struct kube_work {
    struct reeve_call *call;
    struct kube_connection *conn;
    struct reeve_inventory *inv; /* NULL: events */
};

struct kube_listing {
    int refused;                      /* 403 or 404: nothing was listed, a warning says so */
    int host_failed;                  /* the failure is the host's (a save), not the cluster's */
    uint64_t count;                   /* objects */
    uint64_t rejected;                /* of these, not taken by the host */
    char version[KUBE_VERSION_BYTES]; /* of the list: from where a watch goes on */
};

/* 0 when it was listed or refused, else a class with text. Sets or clears the warning of the
 * collection's name. A page that is cut off is asked for again, a list whose continue token
 * expired is begun again; objects are then emitted twice, which does no harm. */
int kube_list(const struct kube_work *work, const struct kube_collection *what,
              struct kube_listing *out);

/* The same with a mapper of one's own surroundings. */
int kube_list_with(const struct kube_work *work, const struct kube_collection *what,
                   const struct kube_map *map, struct kube_listing *out);

/* A position is a decimal number, for all that is promised; anything else is asked for anew. */
int kube_is_version(const char *text);

/* Emit one object in scratch memory of its own. 0 also when the host did not take it:
 * *rejected then counts it and the collection's warning says why. */
int kube_emit_item(const struct kube_work *work, const struct kube_collection *what,
                   struct kube_map *map, const struct reeve_json *item, uint64_t *rejected);

/* The warning for a collection that may not be read (PERMISSION) or is not there (NOT_FOUND). */
int kube_warn_refused(const struct kube_work *work, const struct kube_collection *what,
                      int error_class);

#endif
