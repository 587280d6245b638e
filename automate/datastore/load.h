/* SPDX-License-Identifier: Apache-2.0
 *
 * Rows of the datastore become definitions, in the caller's arena. Keys are folded names.
 */
#ifndef RV_DATASTORE_LOAD_H
#define RV_DATASTORE_LOAD_H

#include "base/mem.h"
#include "store/store.h"
#include "tree/tree.h"

enum rv_datastore_which { RV_DATASTORE_ALL, RV_DATASTORE_ENABLED };
enum rv_datastore_of { RV_DATASTORE_OF_CLASS, RV_DATASTORE_OF_METHOD };

/* Highest priority first. fn's negative code, with err set, ends each of these; it must not use the
 * store. */
int rv_datastore_each_domain(struct rv_store *store, struct rv_arena *arena,
                             enum rv_datastore_which which,
                             int (*fn)(void *arg, const struct rv_ae_domain *domain, rv_err *err),
                             void *arg, rv_err *err);
/* Without fields and domain, by domain and key. domain_id 0: of all that are enabled. */
int rv_datastore_each_class(struct rv_store *store, struct rv_arena *arena, int64_t domain_id,
                            int (*fn)(void *arg, const struct rv_ae_class *class, int64_t domain_id,
                                      const char *key, rv_err *err),
                            void *arg, rv_err *err);
/* The schema of a class or the inputs of a method, in their order. */
int rv_datastore_fields(struct rv_store *store, struct rv_arena *arena, enum rv_datastore_of of,
                        int64_t id, const struct rv_ae_field **out, size_t *count, rv_err *err);
/* NOT_FOUND leaves *out NULL. */
int rv_datastore_instance(struct rv_store *store, struct rv_arena *arena,
                          const struct rv_ae_class *class, const char *key,
                          struct rv_ae_instance **out, rv_err *err);
int rv_datastore_method(struct rv_store *store, struct rv_arena *arena,
                        const struct rv_ae_class *class, const char *key, struct rv_ae_method **out,
                        rv_err *err);
int rv_datastore_each_instance_name(struct rv_store *store, int64_t class_id,
                                    int (*fn)(void *arg, const char *name, rv_err *err), void *arg,
                                    rv_err *err);

#endif
