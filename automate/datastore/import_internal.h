/* SPDX-License-Identifier: Apache-2.0
 *
 * What importing at once (import.c) and in pieces (import_pieces.c) share.
 */
#ifndef RV_DATASTORE_IMPORT_INTERNAL_H
#define RV_DATASTORE_IMPORT_INTERNAL_H

#include "datastore/datastore.h"
#include "datastore/domain_rows.h"
#include "datastore/plan.h"

struct rv_ae_importing {
    const struct rv_datastore *ds;
    const struct rv_ae_tree_domain *domain;
    const struct rv_ae_import *options;
    const char *name; /* that it is to have */
    struct rv_ae_imported *out;
    int64_t generation; /* by which the plan was made */
    struct rv_ae_domain_row row;
    int is_new; /* row is none yet, but for its id */
    struct rv_ae_plan plan;
    int again; /* the datastore changed meanwhile */
};

int rv_ae_import_domain_row(const struct rv_ae_importing *in, struct rv_feed *feed, int64_t id,
                            const char *name, rv_err *err);
int rv_ae_import_domain_columns(const struct rv_ae_importing *in, struct rv_feed *feed, int64_t id,
                                rv_err *err);
/* In a transaction: locks the datastore. 1 when nothing has changed since the plan was made. */
int rv_ae_import_still_holds(const struct rv_ae_importing *in, rv_err *err);
/* The whole domain anew, in pieces, then in place of the old one. */
int rv_ae_import_pieces(struct rv_ae_importing *in, rv_err *err);

#endif
