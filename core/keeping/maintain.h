/* SPDX-License-Identifier: Apache-2.0
 *
 * What an engine needs done to it now and then. Nobody waits for it: what is locked is left for
 * the next time.
 */
#ifndef RV_KEEPING_MAINTAIN_H
#define RV_KEEPING_MAINTAIN_H

#include <cjson/cJSON.h>
#include "store/store.h"

enum {
    RV_MAINTAIN_LIGHT, /* PostgreSQL: VACUUM and ANALYZE where many rows changed. SQLite: the log is
                        * written back, statistics are renewed, some free pages are given back */
    RV_MAINTAIN_FULL /* every table that has dead rows, and bloated indexes are made anew; all free
                      * pages are given back */
};

struct rv_maintain_options {
    int depth;
    /* Indexes smaller than this are left as they are, however bloated. 0: 16 MiB. */
    int64_t reindex_min_bytes;
};

/* *report: {vacuumed, analyzed, reindexed: names; freed_bytes, log_bytes; failed: texts; ms}; the
 * caller's. Outside of a transaction. A table that fails is told, and the others go on. */
int rv_maintain_run(cJSON **report, struct rv_store *store,
                    const struct rv_maintain_options *options, rv_err *err);

#endif
