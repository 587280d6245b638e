/* SPDX-License-Identifier: Apache-2.0
 *
 * What tables a database has, as data: for copying all of it elsewhere, also to the other
 * engine. Read from the catalogue, so that what an older release has left is in it too. The
 * dictionary only says which of SQLite's integers are flags.
 */
#ifndef RV_LAYOUT_H
#define RV_LAYOUT_H

#include <cjson/cJSON.h>
#include "store/store.h"

struct rv_layout_column {
    char *name;
    int32_t type; /* REEVE_INT, REEVE_DOUBLE, REEVE_FLAG or REEVE_STRING */
    int key;      /* place in the primary key, from 1; 0: none */
};

struct rv_layout_table {
    char *name;
    struct rv_layout_column *columns;
    int column_count;
    int counts; /* its key counts by itself: changes.number */
};

struct rv_layout {
    struct rv_layout_table *tables; /* sorted by name, bytewise */
    int count;
    char **others; /* names of tables with columns of types that Reeve has none of: not ours */
    int other_count;
};

/* After rv_schema_open, which learns the kinds of providers. */
int rv_layout_read(struct rv_layout *out, struct rv_store *store, rv_err *err);
void rv_layout_free(struct rv_layout *layout);
#define RV_AUTO_LAYOUT __attribute__((cleanup(rv_layout_free)))
const struct rv_layout_table *rv_layout_table(const struct rv_layout *layout, const char *name);

/* Array of tables; the caller's. */
cJSON *rv_layout_to_json(const struct rv_layout *layout);
/* INVALID, with the place, for what is no layout: it comes from outside. */
int rv_layout_from_json(struct rv_layout *out, const cJSON *json, rv_err *err);

/* Tables of the layout in a database without any, and in schema_info the mark that says that it is
 * not finished: no server opens it until rv_layout_finished. Without rows, and without the indexes
 * that rv_schema_upgrade makes. Inside the caller's transaction. */
int rv_layout_make(struct rv_store *store, const struct rv_layout *layout, rv_err *err);
/* Drop these tables. Inside the caller's transaction. */
int rv_layout_drop(struct rv_store *store, const struct rv_layout *layout, rv_err *err);
/* Whether the mark is there: 1, 0 or an error. */
int rv_layout_is_unfinished(struct rv_store *store, rv_err *err);
/* Takes the mark away, and gives the feed an epoch of its own: cursors of the other database are
 * none of this one's. Inside the caller's transaction. */
int rv_layout_finished(struct rv_store *store, rv_err *err);
/* A key that counts by itself goes on above `last`. Inside the caller's transaction. */
int rv_layout_count_from(struct rv_store *store, const struct rv_layout_table *table, int64_t last,
                         rv_err *err);

#endif
