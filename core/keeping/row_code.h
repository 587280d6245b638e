/* SPDX-License-Identifier: Apache-2.0
 *
 * A row as bytes, the same for the same row of either engine: what a backup holds, what is
 * compared, and what digests are made of.
 */
#ifndef RV_KEEPING_ROW_CODE_H
#define RV_KEEPING_ROW_CODE_H

#include "base/buf.h"
#include "base/value.h"
#include "store/layout.h"

enum { RV_ROW_MAX_BYTES = 256 << 20 };

/* Appends the row's columns in the table's order. A value of another type than its column's is
 * brought to that (an integer of a REAL column). */
void rv_row_encode(rv_buf *out, const struct rv_layout_table *table, const rv_value *row);
/* Texts are borrowed from the bytes. Returns how many bytes were used, or INVALID: they come from
 * outside. */
int64_t rv_row_decode(rv_value *row, const struct rv_layout_table *table, const char *bytes,
                      size_t len, rv_err *err);

/* How many rows a table has, and a digest of all of them in whatever order. */
struct rv_tally {
    int64_t rows;
    uint64_t low, high;
};
void rv_tally_add(struct rv_tally *tally, const void *bytes, size_t len);
int rv_tally_equal(const struct rv_tally *a, const struct rv_tally *b);
void rv_tally_hex(char out[33], const struct rv_tally *tally);

#endif
