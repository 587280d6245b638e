/* SPDX-License-Identifier: Apache-2.0
 *
 * Rows on their way from a database or a backup to another: table after table, one row at a time,
 * so that it takes no more memory than its largest row and one batch.
 */
#ifndef RV_KEEPING_FLOW_H
#define RV_KEEPING_FLOW_H

#include "keeping/keeping.h"
#include "keeping/row_code.h"
#include "store/store.h"

/* A row, and how it is written down (row_code.h): for whoever needs that, it is made once. Both are
 * borrowed until the next row. */
struct rv_flow_row {
    const rv_value *values;
    const char *bytes; /* NULL, of a source that does not have it: rv_flow makes it */
    size_t len;
};

/* Where rows come from, in the order of the layout's tables, each in the order of its key. */
struct rv_flow_source {
    const struct rv_layout *layout;
    void *arg;
    int (*table)(void *arg, int index, rv_err *err);
    /* 1 with a row, 0 at the table's end, or an error. */
    int (*row)(void *arg, struct rv_flow_row *row, rv_err *err);
};

/* Where they go. */
struct rv_flow_sink {
    void *arg;
    int (*table)(void *arg, int index, rv_err *err);
    int (*row)(void *arg, const struct rv_flow_row *row, rv_err *err); /* with its bytes */
    int (*end)(void *arg, const struct rv_tally *tally, rv_err *err);  /* of the table */
};

/* Everything from source to sink. tallies: one a table, filled. sink NULL: only counted. */
int rv_flow(const struct rv_flow_source *source, const struct rv_flow_sink *sink,
            struct rv_tally *tallies, const struct rv_keep_watch *watch, rv_err *err);
/* Beside each other, by the source's columns; CONFLICT names the first row that differs. */
int rv_flow_compare(const struct rv_flow_source *left, const struct rv_flow_source *right,
                    const struct rv_keep_watch *watch, rv_err *err);

/* A database's rows. The caller opens a snapshot before. */
struct rv_store_source {
    struct rv_store *store;
    const struct rv_layout *layout;
    struct rv_rows *rows;
};
struct rv_flow_source rv_source_of_store(struct rv_store_source *from);
void rv_store_source_end(struct rv_store_source *from);

/* Rows into a database's tables, a batch a transaction. */
struct rv_store_sink;
struct rv_store_sink *rv_store_sink_new(struct rv_store *store, const struct rv_layout *layout);
void rv_store_sink_free(struct rv_store_sink *sink);
struct rv_flow_sink rv_sink_of_store(struct rv_store_sink *to);

/* Beats, and CANCELLED when the watch says so. */
int rv_keep_step(const struct rv_keep_watch *watch, const char *doing, const char *table,
                 int64_t rows, rv_err *err);

#endif
