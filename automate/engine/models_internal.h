/* SPDX-License-Identifier: Apache-2.0
 *
 * Shared by the files of service models.
 */
#ifndef RV_AE_MODELS_INTERNAL_H
#define RV_AE_MODELS_INTERNAL_H

#include "automate/models.h"

enum { RV_MODEL_ROWS_KEPT = 16 };

struct rv_model_row {
    const struct rv_kind *kind; /* NULL: free */
    int64_t id;
    rv_value *values; /* by the kind's columns; texts are ours */
};

struct rv_models {
    struct rv_store *store;
    struct rv_model_row rows[RV_MODEL_ROWS_KEPT];
    unsigned next;
    char **statements; /* by kind->index; NULL: not made yet */
    int statement_count;
};

/* The rows whose ids a SELECT gives: a list, or with single the first of them or nil. */
int rv_models_list(struct rv_models *models, const struct rv_kind *kind, const char *sql,
                   const rv_value *params, int count, int single, struct rv_ae_value *out,
                   rv_err *err);

#endif
