/* SPDX-License-Identifier: Apache-2.0
 *
 * Service models: the rows of every kind of the dictionary as methods see them. Columns are
 * read-only, secret and internal ones absent; to-one associations are rows, the others lists of
 * rows. A row is read whole at the first look and remembered for the delivery.
 */
#ifndef RV_AE_MODELS_H
#define RV_AE_MODELS_H

#include "model/model.h"
#include "store/store.h"
#include "tree/value.h"

/* Rows that may be read ahead together, and how long a run that begins may look at them. */
enum { RV_MODELS_AHEAD_MOST = 33, RV_MODELS_AHEAD_MS = 50 };

struct rv_model_want {
    const struct rv_kind *kind;
    int64_t id;
};

/* Rows of one answer; more are an error, or the method would work on a part unawares. */
enum { RV_MODEL_ROWS_MAX = 10000 };

struct rv_models;

struct rv_models *rv_models_new(struct rv_store *store); /* the store is borrowed */
void rv_models_free(struct rv_models *models);           /* NULL allowed */
/* What was read is forgotten: a run begins (id 0: all, but for what was read ahead lately), a row
 * was changed. */
void rv_models_forget(struct rv_models *models, const struct rv_kind *kind, int64_t id);
/* Reads rows that the next runs will look at, in one round trip to PostgreSQL, with other reads of
 * the caller's (more, may be NULL). They take the place of those that were read so before. A row
 * that is not there is looked for again when it is wanted. */
int rv_models_ahead(struct rv_models *models, const struct rv_model_want *wants, int count,
                    const struct rv_store_read *more, int more_count, rv_err *err);
/* Whether what was read ahead is as good as read now, for a run that begins. */
int rv_models_ahead_is_fresh(const struct rv_models *models);
/* All of it is forgotten. */
void rv_models_ahead_drop(struct rv_models *models);

/* 1 with *out a row, 0 when it is not there. */
int rv_models_find(struct rv_models *models, const struct rv_kind *kind, int64_t id,
                   struct rv_ae_value *out, rv_err *err);
/* verb: "find" (query.id; nil, or a list for a list of ids), "where" and "all" (a list), "first"
 * (a row or nil), "count" (a number). query: {"where": {column: value or list}, "limit": n,
 * "order": "column"}; what is gone at its provider is left out unless deleted_on is asked for.
 * INVALID for a column that is not there, LIMIT over RV_MODEL_ROWS_MAX rows. */
int rv_models_rows(struct rv_models *models, const struct rv_kind *kind, const char *verb,
                   const struct rv_ae_value *query, struct rv_ae_value *out, rv_err *err);
/* A column or an association; NOT_FOUND when the kind has no such name, or the row is gone. */
int rv_models_column(struct rv_models *models, const struct rv_kind *kind, int64_t id,
                     const char *name, struct rv_ae_value *out, rv_err *err);
/* Names of its columns and of its associations, lists of texts. */
void rv_models_columns(const struct rv_kind *kind, struct rv_ae_value *out);
void rv_models_associations(const struct rv_kind *kind, struct rv_ae_value *out);
/* Whether methods see it. */
int rv_models_shows(const struct rv_column *column);
/* As the column's type has it; JSON that cannot be read is its text. */
void rv_models_value(struct rv_ae_value *out, const struct rv_column *column,
                     const rv_value *value);

#endif
