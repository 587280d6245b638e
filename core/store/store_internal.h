/* SPDX-License-Identifier: Apache-2.0
 *
 * What the files of this folder share about an open store.
 */
#ifndef RV_STORE_INTERNAL_H
#define RV_STORE_INTERNAL_H

#include "base/mem.h"
#include "base/meter.h"
#include "store/driver.h"

#define RV_ID_RANGES 8

struct rv_id_range {
    int64_t next, end; /* end: first that is not ours */
};

struct rv_store {
    const struct rv_store_driver *driver;
    void *conn;
    int in_transaction;
    int turning; /* a transaction is being begun or ended */
    int open_rows;
    int failed;     /* a statement of the open transaction went wrong */
    rv_err failure; /* which; commit repeats it */
    int64_t statements;
    int64_t began_us; /* of the statement that is under way */
    int64_t statement_timeout_ms;
    int64_t until_ms; /* monotonic: of rv_store_limit; 0: none */
    int limited;      /* the driver was told */
    struct rv_cell *times;
    int64_t region;       /* -1: not known yet */
    struct rv_arena *one; /* texts of the last rv_store_one */
    struct rv_id_range ids[RV_ID_RANGES];
    int id_ranges;
};

/* driver_load.c: the driver of a URL, loaded once a process. */
int rv_driver_load(const struct rv_store_driver **out, const struct rv_store_config *config,
                   rv_err *err);

/* Every statement starts and ends here: refused in a failed transaction, counted, and the
 * transaction marked when it went wrong. */
int rv_store_enter(struct rv_store *store, rv_err *err);
int rv_store_leave(struct rv_store *store, int rc, rv_err *err);
/* The answer of a statement has begun, or it failed: for /metrics. */
void rv_store_measure(struct rv_store *store, int64_t began_us, int rc);

/* Names that go into SQL: of the dictionary and of core, never from outside. */
void rv_assert_name(const char *name);

#endif
