/* SPDX-License-Identifier: Apache-2.0
 *
 * Shared by the files of this folder.
 */
#ifndef RV_QUEUE_INTERNAL_H
#define RV_QUEUE_INTERNAL_H

#include "base/buf.h"
#include "queue/floors.h"
#include "queue/queue.h"

enum {
    RV_DEFAULT_ATTEMPTS = 3,
    RV_MOST_QUEUES = 16,
    RV_MOST_ROLES = 64,
    RV_MOST_DUE = 500,
    RV_ARGS_MAX_BYTES = 1 << 20
};
#define RV_DEFAULT_TIMEOUT_MS (10 * 60 * 1000LL)

/* A statement and its parameters, while they are put together. */
enum { RV_QUEUE_SQL_MAX = 16384, RV_QUEUE_PARAMS_MAX = RV_MOST_QUEUES + RV_MOST_ROLES + 32 };
struct rv_queue_sql {
    rv_buf sql;
    rv_value params[RV_QUEUE_PARAMS_MAX];
    int count;
};
struct rv_queue_sql rv_queue_sql_new(void);
void rv_queue_sql_add(struct rv_queue_sql *statement, const char *text);
/* Writes $n. Texts are borrowed. */
void rv_queue_sql_param(struct rv_queue_sql *statement, rv_value value);
/* Conditions on a row of `miq_queue q` for this taker: all but its priority and deliver_on; then
 * one of the two on its priority, and that it is due. From: of this priority alone, this id and
 * those behind it. A second bound of the priority beside it, or an equation, makes SQLite read and
 * sort all that waits in the queue. */
void rv_queue_sql_fits(struct rv_queue_sql *statement, const struct rv_taker *taker);
void rv_queue_sql_up_to(struct rv_queue_sql *statement, int priority);
void rv_queue_sql_from(struct rv_queue_sql *statement, int priority, int64_t id);
void rv_queue_sql_due(struct rv_queue_sql *statement, int64_t now_ms);

/* The first message that a taker may have. */
struct rv_first {
    int64_t id;
    int priority;
    char *series; /* NULL: of none */
    char *class_name, *method_name;
    int fresh;       /* never claimed, and it may run again */
    int with_others; /* it may be claimed together with its like */
};
void rv_first_free(struct rv_first *first);
/* 1, 0 when there is none, or an error. */
int rv_queue_look(struct rv_first *out, struct rv_store *store, const struct rv_taker *taker,
                  int64_t now_ms, rv_err *err);

/* What a row is read from: SELECT or RETURNING these, then rv_queue_message_of. */
#define RV_MESSAGE_COLUMNS                                                                         \
    "id, generation, target_id, miq_task_id, msg_timeout, created_on, dequeued_on, deliver_on,"    \
    " user_id, group_id, tenant_id, priority, retryable, attempts, max_attempts, queue_name,"      \
    " class_name, method_name, args, role, zone, task_id, tracking_label, miq_callback"
enum { RV_MESSAGE_COLUMN_COUNT = 24 };
/* The caller's to free. */
struct rv_message *rv_queue_message_of(const rv_value *row);

/* Condition: nobody has asked to end what the message is for. One that a worker gave back after it
 * was cancelled waits only to be ended: who joined it would never be served. */
#define RV_QUEUE_NOT_CANCELLED                                                                     \
    " AND NOT EXISTS (SELECT 1 FROM miq_tasks t WHERE t.id = miq_queue.miq_task_id"                \
    " AND t.cancelled_on IS NOT NULL)"
/* Hash of what makes two messages the same. RV_SAME_BUT_ARGS: for put-or-update. */
enum rv_same { RV_SAME, RV_SAME_BUT_ARGS };
void rv_queue_digest(char out[33], const struct rv_message_spec *spec, enum rv_same same);
/* INVALID or LIMIT for what cannot be put. */
int rv_queue_check(const struct rv_message_spec *spec, rv_err *err);
/* Tells others that a message was put, in the transaction that is open. Between announce_later and
 * announce_now, which follows the end of that transaction, it may find that nothing must be said.
 */
int rv_queue_announce(struct rv_store *store, const struct rv_message_spec *spec, int64_t id,
                      rv_err *err);
void rv_queue_announce_later(void);
void rv_queue_announce_now(struct rv_store *store, int was_put);
/* In the transaction that is open. */
int rv_queue_insert(struct rv_store *store, const struct rv_message_spec *spec, const char *digest,
                    int64_t *id, rv_err *err);
/* put in the caller's transaction, or in one of its own. Returns what put returns. */
typedef int (*rv_queue_put_call)(struct rv_store *store, const struct rv_message_spec *spec,
                                 void *arg, int64_t *id, rv_err *err);
int rv_queue_in_transaction(struct rv_store *store, const struct rv_message_spec *spec,
                            rv_queue_put_call put, void *arg, int64_t *id, rv_err *err);

/* INVALID unless it is what a callback must be. */
int rv_queue_callback_check(const char *callback, rv_err *err);
/* What follows the end of a message, in the transaction that is open (an id reserved when it has a
 * callback): its task ends, its callback is put. */
int rv_queue_follow_up(struct rv_store *store, const struct rv_message *message,
                       const struct rv_ended *ended, rv_err *err);

/* The log of a message's life, at debug level; words as ManageIQ's. */
void rv_queue_log_put(int64_t id, const struct rv_message_spec *spec);
void rv_queue_log_taken(const struct rv_message *message, int64_t holder);

/* Those of these ids (what follows) that the holder $3 has since they were of generation $2. They
 * are found by their ids: to the planner this is not the condition of the index of what is held,
 * which has an entry for all that was ever held as long as somebody holds a snapshot. */
#define RV_QUEUE_HELD                                                                              \
    " WHERE handler_id = $3 AND generation = $2 AND COALESCE(state, '') = 'dequeue' AND id "

#endif
