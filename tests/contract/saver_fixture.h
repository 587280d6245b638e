/* SPDX-License-Identifier: Apache-2.0
 *
 * What the suites of the saver share: a saver on a fresh store, a small cluster
 * to feed it with, and counts of what was written.
 */
#ifndef RV_SAVER_FIXTURE_H
#define RV_SAVER_FIXTURE_H

#include "contract.h"
#include "inventory/saver.h"
#include "store/feed.h"
#include "support/objects.h"

#define EMS 1000000900000LL

struct rv_saver *saver_on(struct rv_store *store);
struct rv_saver *saver_with(struct rv_store *store, const struct rv_saver_config *config);
struct rv_save_counts counts_of(struct rv_saver *saver);

/* Emit, and the test fails with the error's text when the saver does. */
void emit(struct rv_saver *saver, struct rv_test_object *object);
void gone(struct rv_saver *saver, const char *kind, const char *ref);
void complete(struct rv_saver *saver, const char *kind);
void begin_kind(struct rv_saver *saver, const char *kind);
void flush(struct rv_saver *saver);

struct rv_test_object *node_object(const char *ref, const char *name);
struct rv_test_object *image_object(const char *ref);
/* A pod of namespace "default" on node n1, with one container from image i1, that has the
 * environment variable LEVEL=phase, and with label app=name. */
struct rv_test_object *pod_object(const char *ref, const char *name, const char *phase);

/* Pods p0.. with containers and labels, nodes and images: all kinds begin, all are emitted, all are
 * complete. changed: how many pods get another phase than before. */
struct cluster {
    int pods, nodes, images;
    int changed;
    const char *phase; /* of those; "Running" for the others */
};
extern const char *const cluster_kinds[];
void list_cluster(struct rv_saver *saver, const struct cluster *cluster);

/* Rows of table changes after the cursor: "created container_group;..." sorted by number. */
char *changes_since(struct rv_store *store, struct rv_cursor *cursor);
int64_t change_count(struct rv_store *store);
/* Everything that is stored of the provider, as one text: ids and stamps included. */
char *everything(struct rv_store *store);

#endif
