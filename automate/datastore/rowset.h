/* SPDX-License-Identifier: Apache-2.0
 *
 * Rows that a table of the datastore shall have, beside those that it has: which are new, which
 * differ and which are to go. A row is known by a key of two numbers and a text; whether it differs
 * by a hash of its columns, so that a domain of a hundred thousand instances need not lie in memory
 * twice.
 */
#ifndef RV_DATASTORE_ROWSET_H
#define RV_DATASTORE_ROWSET_H

#include "base/mem.h"
#include "store/store.h"

enum { RV_AE_COLUMNS_MAX = 24 };

/* One of the tables. */
struct rv_ae_table {
    const char *kind;
    const char *const *columns; /* what is compared and written, without id and stamps */
    int column_count;
    int has_secret;      /* sealed_value, beside columns */
    const char *key_sql; /* three expressions: two numbers and a text */
};

enum rv_ae_row_state { RV_AE_ROW_NEW = 0, RV_AE_ROW_SAME, RV_AE_ROW_CHANGED };

struct rv_ae_row {
    int64_t id, a, b;
    const char *key;
    const rv_value *values; /* as many as the table has columns */
    const char *secret;     /* the password itself; NULL: none. RV_AE_STARS: that which is there */
    const char *sealed;     /* its envelope, when it is to be written */
    const char *had_sealed; /* what the row in the database has */
    enum rv_ae_row_state state;
};

struct rv_ae_old_row {
    int64_t id, a, b;
    const char *key;
    uint64_t hash;
    const char *sealed;
    int wanted;
};

struct rv_ae_rowset {
    const struct rv_ae_table *table;
    struct rv_arena *arena;
    struct rv_ae_row *rows;
    size_t count, size;
    struct rv_ae_old_row *old;
    size_t old_count, old_size;
};

void rv_ae_rowset_free(struct rv_ae_rowset *set);
/* What the database has of a domain; 0: nothing is read. */
int rv_ae_rowset_load(struct rv_ae_rowset *set, struct rv_store *store, int64_t domain_id,
                      rv_err *err);
/* A row that shall be; its index. key is kept. */
size_t rv_ae_rowset_add(struct rv_ae_rowset *set, int64_t a, int64_t b, const char *key);
/* Gives every row that was added its id: that of the row it is already, or a new one. */
int rv_ae_rowset_match(struct rv_ae_rowset *set, struct rv_store *store, rv_err *err);
/* The values of a row, all columns; whether it differs is known then. They must outlive the set. */
void rv_ae_rowset_fill(struct rv_ae_rowset *set, size_t index, const rv_value *values);
/* New, changed and unwanted ones. */
size_t rv_ae_rowset_changes(const struct rv_ae_rowset *set);

#endif
