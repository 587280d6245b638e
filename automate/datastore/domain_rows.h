/* SPDX-License-Identifier: Apache-2.0
 *
 * Rows of domains, for those who change them.
 */
#ifndef RV_DATASTORE_DOMAIN_ROWS_H
#define RV_DATASTORE_DOMAIN_ROWS_H

#include "datastore/datastore.h"
#include "store/record.h"
#include "tree/names.h"

struct rv_ae_domain_row {
    int64_t id, priority, tenant_id;
    int source, enabled;
    char name[RV_AE_NAME_MAX + 1];
    char digest[80];
};

/* 1 found, 0 not; by id, NOT_FOUND when it is not there. */
int rv_ae_domain_by_id(struct rv_ae_domain_row *out, struct rv_store *store, int64_t id,
                       rv_err *err);
int rv_ae_domain_by_name(struct rv_ae_domain_row *out, struct rv_store *store, const char *name,
                         rv_err *err);
/* The priority of a domain that comes on top of all others of this tenant. */
int rv_ae_domain_top(int64_t *priority, struct rv_store *store, int64_t tenant_id, rv_err *err);
/* The priorities of a tenant's domains that are not shipped become 1..n, in their order; domain
 * `id` (0: none) goes to the place `place` from 1. */
int rv_ae_domain_squeeze(struct rv_store *store, struct rv_feed *feed, int64_t tenant_id,
                         int64_t id, int64_t place, rv_err *err);

/* Empties and deletes a domain that is out of sight. */
int rv_datastore_purge(const struct rv_datastore *ds, int64_t id, rv_err *err);

#endif
