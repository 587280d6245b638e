/* SPDX-License-Identifier: Apache-2.0
 *
 * What a check has found: how bad it is, what it is, and what a person can do.
 */
#ifndef RV_KEEPING_FINDING_H
#define RV_KEEPING_FINDING_H

#include "keeping/keeping.h"
#include "store/layout.h"

enum { RV_FINDING_NOTE, RV_FINDING_WARNING, RV_FINDING_ERROR };

struct rv_db_check {
    struct rv_store *store;
    struct rv_layout layout;
    const struct rv_keep_watch *watch;
    cJSON *findings;
    int errors, warnings;
};

/* what: "integrity", "ids", ... */
void rv_finding(struct rv_db_check *check, int level, const char *what, const char *hint,
                const char *format, ...) RV_PRINTF(5, 6);
/* First column of the first row; 0 for NULL. */
int rv_check_number(int64_t *out, struct rv_db_check *check, const char *sql, rv_err *err);

/* check_engine.c: the files and indexes; who holds what. */
int rv_check_engine(struct rv_db_check *check, rv_err *err);
/* check_schema.c: what the dictionary wants, and what there is. */
int rv_check_schema(struct rv_db_check *check, rv_err *err);
/* check_rows.c: rows that point to rows that are not there. */
int rv_check_links(struct rv_db_check *check, rv_err *err);
/* check_state.c: ids, the feed, leases, messages. */
int rv_check_state(struct rv_db_check *check, rv_err *err);

#endif
