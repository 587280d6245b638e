/* SPDX-License-Identifier: Apache-2.0
 *
 * Tasks (miq_tasks): what a person waits for. Queued -> Active -> Finished, with
 * status Ok, Warn, Error, Timeout or Expired. Every change is in the feed.
 */
#ifndef RV_TASK_H
#define RV_TASK_H

#include "store/store.h"

/* Own transactions, unless one is open (then reserve ids before). */
int rv_task_create(struct rv_store *store, const char *name, const char *userid, int64_t *id,
                   rv_err *err);
int rv_task_start(struct rv_store *store, int64_t id, rv_err *err);
/* pct 0-100, -1 leaves it; message NULL leaves it. */
int rv_task_progress(struct rv_store *store, int64_t id, int pct, const char *message, rv_err *err);
/* A line of its log, which ends at RV_TASK_LOG_MOST lines: "info", "warning" or "error". Inside a
 * transaction it is left out when no id is reserved. */
enum { RV_TASK_LOG_MOST = 1000 };
int rv_task_log(struct rv_store *store, int64_t id, const char *level, const char *message,
                rv_err *err);
/* Its log goes, in the transaction that deletes it. */
int rv_task_drop_log(struct rv_store *store, int64_t id, rv_err *err);
/* Tasks that nothing was heard of for so long, and that no message works for any more, are finished
 * as Error; *count of them (may be NULL). */
int rv_task_expire_silent(struct rv_store *store, int64_t silent_ms, int64_t *count, rv_err *err);
/* status "Ok", "Error", ...; results JSON or NULL. A finished task stays as it is. */
int rv_task_finish(struct rv_store *store, int64_t id, const char *status, const char *message,
                   const char *results, rv_err *err);
/* Its message is sent again: a finished one is Queued once more, as it was before it was begun. */
int rv_task_again(struct rv_store *store, int64_t id, rv_err *err);
/* Its message waits (not yet begun, or given back by a worker): finished as Error "cancelled" at
 * once, the message deleted. Else marked: its worker sees rv_task_cancelled. CONFLICT when
 * finished.
 */
int rv_task_cancel(struct rv_store *store, int64_t id, rv_err *err);
int rv_task_cancelled(struct rv_store *store, int64_t id, rv_err *err); /* 1, 0 or error */
/* Messages that are being worked on for a cancelled task: fn's arguments are the holder (a worker's
 * row) and the message. For whoever tells the workers. */
int rv_task_each_cancelled(struct rv_store *store,
                           void (*fn)(void *arg, int64_t holder, int64_t message_id), void *arg,
                           rv_err *err);

#endif
