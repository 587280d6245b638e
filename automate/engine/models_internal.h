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
    unsigned run;     /* read ahead: the last that looked at it */
};

struct rv_models {
    struct rv_store *store;
    struct rv_model_row rows[RV_MODEL_ROWS_KEPT];
    unsigned next;
    unsigned run; /* which it is that is at work */
    struct rv_model_row ahead[RV_MODELS_AHEAD_MOST];
    int ahead_count;
    int64_t ahead_ms;  /* when these were read; monotonic */
    char **statements; /* by kind->index; NULL: not made yet */
    int statement_count;
};

/* SELECT of what methods see of the row with id $1. */
const char *rv_models_select(struct rv_models *models, const struct rv_kind *kind);
void rv_models_keep(struct rv_model_row *row, const struct rv_kind *kind, const rv_value *values);
void rv_models_drop(struct rv_model_row *row);
/* NULL when it was not read ahead, or too long ago for this run. */
const struct rv_model_row *rv_models_ahead_row(struct rv_models *models, const struct rv_kind *kind,
                                               int64_t id);

/* The rows whose ids a SELECT gives: a list, or with single the first of them or nil. */
int rv_models_list(struct rv_models *models, const struct rv_kind *kind, const char *sql,
                   const rv_value *params, int count, int single, struct rv_ae_value *out,
                   rv_err *err);

#endif
