/* SPDX-License-Identifier: Apache-2.0
 *
 * How long rows are kept, and how many: one table of rules, each with its settings. What is over
 * goes in batches, each in a short transaction, within a bound of time.
 */
#ifndef RV_KEEPING_RETENTION_H
#define RV_KEEPING_RETENTION_H

#include "settings/settings.h"
#include "store/store.h"

struct rv_retention_rule {
    const char *name;  /* for people: "finished tasks" */
    const char *table; /* NULL: a rule with work of its own */
    const char *age;   /* column with the time from which on a row grows old */
    const char *only;  /* condition that its rows have, NULL: all */
    const char *keep;  /* setting: how long; 0 of the setting: for ever. NULL: not at all */
    const char *most;  /* setting: how many, 0: any number. NULL: no cap */
    int window;        /* rows of a batch, at most */
    int feed;          /* readers of the change feed are told */
};
extern const struct rv_retention_rule rv_retention_rules[]; /* ends with a NULL name */

/* Of one process; zeroed at first. */
struct rv_retention {
    int64_t counted_ms; /* when rows were last counted: that costs more than looking at ages */
    int64_t dropped;    /* rows, by the last run */
};

/* 1 when there is more to do: run again soon. 0: all is done. Or an error. */
int rv_retention_run(struct rv_retention *state, struct rv_store *store,
                     const struct rv_settings *settings, rv_err *err);

#endif
