/* SPDX-License-Identifier: Apache-2.0
 *
 * What the files of retention share.
 */
#ifndef RV_KEEPING_RETENTION_INTERNAL_H
#define RV_KEEPING_RETENTION_INTERNAL_H

#include "keeping/retention.h"
#include "store/feed.h"

struct rv_kind;

enum { RV_WINDOW_MAX = 10000 };

struct rv_dropping {
    struct rv_retention *state;
    struct rv_store *store;
    const struct rv_settings *settings;
    int batch;      /* setting purge.batch */
    int64_t end_ms; /* monotonic; no further batch is begun after it */
    int counting;   /* caps are looked at in this run */
};

/* Whether another batch may be begun. */
int rv_dropping_time(const struct rv_dropping *dropping);

/* retention_archive.c: rows of inventory that were archived long ago, with what belongs to them.
 * 1: there is more. */
int rv_retention_archived(struct rv_dropping *dropping, const struct rv_retention_rule *rule,
                          rv_err *err);

#endif
