/* SPDX-License-Identifier: Apache-2.0
 *
 * What the files of the refresher share: refresh.c runs it, refresh_sink.c stands between the
 * host and the saver, refresh_report.c puts outcomes on the record.
 */
#ifndef RV_REFRESH_INTERNAL_H
#define RV_REFRESH_INTERNAL_H

#include "inventory/refresh.h"
#include "host/host.h"
#include "inventory/saver.h"
#include "inventory/session.h"
#include "inventory/targets.h"

struct rv_refresher {
    struct rv_refresher_config config;
    struct rv_store *store;
    struct rv_session session;
    struct rv_lease lease;
    struct rv_saver *saver;
    struct rv_sink sink;
    const struct rv_sink *inner;
    int needs_full;
    int failed; /* an error stands on the record */
    /* ... of a full refresh, and not because the other side was away: what a watch brings does not
     * disprove it. */
    int full_failed;
    int warned; /* a warning has changed */
    int full;   /* a full refresh runs; a message does not interrupt it */
    int64_t task_id;
    int64_t expected; /* objects, from the last time */
    int64_t progress_ms, noted_ms, noted_rows;
    int64_t arrived_us;             /* of the first watched change that is not saved yet; 0: none */
    struct rv_save_counts measured; /* what /metrics was told of */
    /* While few objects are looked at: which, and for each whether it came. */
    const struct rv_targets *asked;
    uint8_t *seen;
};

/* refresh.c */
struct rv_call_spec rv_refresh_spec(struct rv_refresher *r, int64_t timeout_ms);
/* Saver and connection are open, with the options as they are now. */
int rv_refresh_ensure(struct rv_refresher *r, rv_err *err);
/* After a failure: the connection may be in any state, and so may the saver's memory. */
void rv_refresh_start_over(struct rv_refresher *r, const rv_err *failure);

/* refresh_targets.c: this object came. */
void rv_refresh_saw(struct rv_refresher *r, const struct rv_kind *kind, const char *ref);

/* refresh_report.c: failure NULL: all is well. */
int rv_refresh_report(struct rv_refresher *r, const rv_err *failure, const cJSON *stats, int full,
                      rv_err *err);
/* The status of the credentials, in any case. */
int rv_refresh_report_check(struct rv_refresher *r, const rv_err *failure, rv_err *err);
int rv_refresh_report_auth(struct rv_refresher *r, const rv_err *failure, rv_err *err);
/* Puts the failure on the record; what goes wrong in that is logged, the failure counts. */
void rv_refresh_report_failure(struct rv_refresher *r, rv_err *failure, int full);
/* Something came, or the other side was proved to be there: an error on the record is over. */
int rv_refresh_note_success(struct rv_refresher *r, rv_err *err);
/* When the inventory last changed: a column of the record, without a row in the feed. */
int rv_refresh_note_change(struct rv_refresher *r, rv_err *err);

/* Tells /metrics of what was saved since the last time. */
void rv_refresh_measure(struct rv_refresher *r);

/* refresh_sink.c */
struct rv_sink rv_refresh_sink(struct rv_refresher *r);

#endif
