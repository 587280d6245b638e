/* SPDX-License-Identifier: Apache-2.0
 *
 * What a tree's domain is as rows, beside the rows of the domain that is there.
 */
#ifndef RV_DATASTORE_PLAN_H
#define RV_DATASTORE_PLAN_H

#include "base/vault.h"
#include "datastore/rowset.h"
#include "tree/read.h"

enum rv_ae_set {
    RV_AE_SET_NAMESPACES = 0,
    RV_AE_SET_CLASSES,
    RV_AE_SET_INSTANCES,
    RV_AE_SET_METHODS,
    RV_AE_SET_FIELDS, /* of classes and of methods */
    RV_AE_SET_VALUES,
    RV_AE_SETS,
};

struct rv_ae_plan {
    struct rv_arena *arena;
    int64_t domain_id;
    struct rv_ae_rowset sets[RV_AE_SETS]; /* parents before their children */
    size_t unknown_secrets;               /* stars where no password is known */
};

/* old_id: the domain whose rows are kept where they can be, 0: none; domain_id: the one that they
 * shall be of. The tree must outlive the plan. INVALID, with file and line, for a value whose class
 * has no such field. Frees nothing on failure: rv_ae_plan_free does. */
int rv_ae_plan_make(struct rv_ae_plan *plan, struct rv_store *store,
                    const struct rv_ae_tree_domain *domain, int64_t domain_id, int64_t old_id,
                    rv_err *err);
/* Seals the passwords that are new or other than those that are there. */
int rv_ae_plan_seal(struct rv_ae_plan *plan, const struct rv_vault *vault, rv_err *err);
size_t rv_ae_plan_changes(const struct rv_ae_plan *plan);
void rv_ae_plan_free(struct rv_ae_plan *plan);

#endif
