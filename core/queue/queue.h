/* SPDX-License-Identifier: Apache-2.0
 *
 * Messages with leases, in table miq_queue. Delivery is at least once: taking a
 * message is a lease of its holder (a worker's row id) with a generation; what
 * ends it carries that generation and changes nothing when it is stale. Taking
 * and ending are separate statements. A message that keeps failing ends up dead,
 * where a person sees it and can send it again.
 *
 * States: ready, dequeue, error (dead letter). Finished ones are deleted, in batches. Whatever ends
 * a message ends its task and puts its callback, in the same transaction.
 */
#ifndef RV_QUEUE_H
#define RV_QUEUE_H

#include "store/store.h"

enum { RV_PRIORITY_HIGH = 20, RV_PRIORITY_NORMAL = 100 }; /* lower is first */

#define RV_MESSAGE_AGAIN (1 << 0) /* may run again after its worker died or timed out */
#define RV_MESSAGE_ONCE (1 << 1)  /* put unless exists: one that is being worked on counts too */

/* What is put; NULL and 0 mean the default said. Texts are borrowed. */
struct rv_message_spec {
    const char *queue_name; /* "generic" */
    const char *class_name; /* "Provider" */
    const char *method_name;
    int64_t target_id;       /* row it is about; 0 none */
    const char *args;        /* JSON; "{}" */
    const char *role;        /* NULL: any server */
    const char *zone;        /* NULL: any */
    const char *server_guid; /* NULL: any */
    int priority;            /* RV_PRIORITY_NORMAL */
    int flags;
    int64_t deliver_on; /* ms; 0 now */
    int64_t timeout_ms; /* 10 min */
    int max_attempts;   /* 3 */
    int64_t task_id;    /* miq_tasks row that follows it; 0 none */
    int64_t expires_on; /* ms; not begun after it; 0 never */
    /* Column task_id: one after another. A message is not taken while another of its series is
     * worked on in the same zone (no zone: in any). "": none, whatever is worked on now. */
    const char *series;
    /* On whose behalf, and of which cause. What is 0 or NULL here, and series, is that of the
     * message that this process works on (rv_queue_working_on). */
    int64_t user_id, group_id, tenant_id;
    const char *tracking_label;
    /* JSON object: what is put when this one is over, in the transaction that ends it: method_name,
     * class_name, instance_id (becomes its target_id), args, queue_name, role, zone, priority. Its
     * args get what became of this one: a list three entries more (state, message, result), an
     * object the members "state", "message", "result" and "message_id". state is ok, warn, error,
     * timeout or expired. NULL: none. */
    const char *callback;
};

struct rv_message {
    int64_t id, generation, target_id, task_id, timeout_ms, created_on, dequeued_on, deliver_on;
    int64_t user_id, group_id, tenant_id;
    int priority, flags, attempts, max_attempts;
    char *queue_name, *class_name, *method_name, *args; /* never NULL */
    char *role, *zone, *series, *tracking_label, *callback;
};
void rv_message_free(struct rv_message *message);

/* From now on puts inherit from this message (see rv_message_spec); NULL: from none. It must live
 * until the next call. */
void rv_queue_working_on(const struct rv_message *message);

/* Own transaction unless one is open (then reserve ids before). *id may be NULL. */
int rv_queue_put(struct rv_store *store, const struct rv_message_spec *spec, int64_t *id,
                 rv_err *err);
/* Nothing is put when a ready message of the same queue, class, method, target, args, role and
 * zone is there; *id is the one that stands either way. Returns 1 when put, 0 when not. Safe
 * against concurrent callers (a lock by name, kept until the transaction ends). */
int rv_queue_put_unless_exists(struct rv_store *store, const struct rv_message_spec *spec,
                               int64_t *id, rv_err *err);

/* The same, but a ready message of this queue, class, method, target, role and zone, whatever its
 * args, is changed instead: merge sees it (NULL: there is none) and changes `spec`, which begins as
 * the one given; of it args, priority and timeout_ms are written (a timeout is never lowered),
 * deliver_on when that is earlier, and task_id when the message has none. merge returns 0, 1 to
 * leave all as it is, or an error; it is called again when a worker has taken the message
 * meanwhile. Returns 1 when put, 0 when changed or left. */
typedef int (*rv_queue_merge)(void *arg, const struct rv_message *found,
                              struct rv_message_spec *spec, rv_err *err);
int rv_queue_put_or_update(struct rv_store *store, const struct rv_message_spec *spec,
                           rv_queue_merge merge, void *arg, int64_t *id, rv_err *err);
/* A task for a message that stands already, when put-unless-exists has found one: 1 when *task_id
 * follows it now, since no other does; else 0 with *task_id the one that does (0: none, a worker
 * has it). */
int rv_queue_follow(struct rv_store *store, int64_t id, int64_t *task_id, rv_err *err);
struct rv_floors;

/* Who takes. */
struct rv_taker {
    int64_t holder;            /* worker's row id */
    const char *const *queues; /* ends with NULL */
    const char *const *roles;  /* active ones; ends with NULL */
    const char *zone;
    const char *server_guid;
    int max_priority; /* 200; 20 for priority workers */
    int64_t lease_ms;
    /* What it remembers between its looks (floors.h); NULL: every look is at everything. */
    struct rv_floors *floors;
    /* For rv_queue_take_some: whether others of that command are wanted with the first. NULL: yes.
     */
    int (*alike)(void *arg, const char *class_name, const char *method_name);
    void *arg;
};
/* The first message that fits, by priority, then id. 1 with *out the caller's, 0 when there is
 * none. rv_queue_take_some with most 1, for takers that need no list: tests, benchmarks. */
int rv_queue_take(struct rv_store *store, const struct rv_taker *taker, struct rv_message **out,
                  rv_err *err);
/* The same, with up to most - 1 more that follow it: of its class, method and priority. They are
 * all fresh and may run again (others are taken one by one). Returns how many, in their order; each
 * has a lease and an end of its own. */
int rv_queue_take_some(struct rv_store *store, const struct rv_taker *taker, int most,
                       struct rv_message **out, rv_err *err);
/* End many as done, those without task and callback in one statement. RV_E_STALE when the lease on
 * some has passed on; the others are ended. */
int rv_queue_done_some(struct rv_store *store, struct rv_message *const *messages, int count,
                       int64_t holder, rv_err *err);
/* What was not begun, of rv_queue_take_some: as it was before. A worker does this (dispatch.h) when
 * one of them runs long, in the waits of that one's command, and at the latest when it is over:
 * what computes without waiting keeps the others (at most 64 that proved quick) until then. Their
 * leases are renewed with the worker's, and its death frees them as well. What has passed on is
 * left. */
int rv_queue_give_back_some(struct rv_store *store, struct rv_message *const *messages, int count,
                            int64_t holder, rv_err *err);
/* How a message was carried out. state: "ok", "warn" or "error"; the status of its task is the same
 * word. results: JSON or NULL. */
struct rv_ended {
    const char *state, *text, *results;
};
/* End it: deleted, its task finished, its callback put. RV_E_STALE when the lease has passed on. */
int rv_queue_end(struct rv_store *store, const struct rv_message *message, int64_t holder,
                 const struct rv_ended *ended, rv_err *err);
/* The same as a part of the caller's transaction, who has reserved RV_QUEUE_END_IDS before: what a
 * command did and its end are one. It then returns RV_COMMAND_ENDED (dispatch.h). */
enum { RV_QUEUE_END_IDS = 4 };
int rv_queue_end_in(struct rv_store *store, const struct rv_message *message, int64_t holder,
                    const struct rv_ended *ended, rv_err *err);
/* The same, ok and without results. */
int rv_queue_done(struct rv_store *store, const struct rv_message *message, int64_t holder,
                  rv_err *err);
/* Give it back for later (attempts grows), or dead when attempts are used up, it may not run
 * again or delay_ms is negative; why (with its class) is kept, and the task of a dead one ends with
 * it. Returns 1 when it is dead now, 0 when it will run again. */
int rv_queue_failed(struct rv_store *store, const struct rv_message *message, int64_t holder,
                    const rv_err *why, int64_t delay_ms, rv_err *err);
/* The worker is asked to stop: as it was before, the attempt does not count; dead when it may not
 * run again. Returns as rv_queue_failed. */
int rv_queue_give_back(struct rv_store *store, const struct rv_message *message, int64_t holder,
                       rv_err *err);
/* It cannot be done yet, and nothing of it was: ready again after delay_ms whatever its flags; the
 * attempt does not count. why is kept, and shown by its task. */
int rv_queue_later(struct rv_store *store, const struct rv_message *message, int64_t holder,
                   const rv_err *why, int64_t delay_ms, rv_err *err);
/* The command has done a part, and goes on later: the same row, ready again at deliver_on, with
 * what `changed` says: args, deliver_on, server_guid (NULL: any), and series when it is not NULL;
 * all else of it stays, its task and callback too, and its attempts begin anew. In the caller's
 * transaction, so that what was done and what is left to do are written together; the command then
 * returns RV_COMMAND_CONTINUED (dispatch.h). */
int rv_queue_continue(struct rv_store *store, const struct rv_message *message, int64_t holder,
                      const struct rv_message_spec *changed, rv_err *err);
/* In the caller's transaction: STALE unless the message is the holder's still, and it stays so
 * until the transaction ends. For what a command commits while it goes on. */
int rv_queue_guard(struct rv_store *store, const struct rv_message *message, int64_t holder,
                   rv_err *err);
/* In the caller's transaction: a part was done for good, so claims are counted anew from this one.
 * STALE as rv_queue_guard. */
int rv_queue_progress(struct rv_store *store, const struct rv_message *message, int64_t holder,
                      rv_err *err);
/* One that waits for its time need not any more. 1 when it was ready, 0 when not. */
int rv_queue_now(struct rv_store *store, int64_t id, rv_err *err);
/* A holder's death: what it held is ready again at once (or dead, as above). *returned may be NULL.
 */
int rv_queue_release_holder(struct rv_store *store, int64_t holder, const char *why,
                            int64_t *returned, rv_err *err);
/* Leases that ran out, of any holder. */
int rv_queue_release_expired(struct rv_store *store, int64_t *returned, rv_err *err);
int rv_queue_renew(struct rv_store *store, const int64_t *holders, int count, int64_t lease_ms,
                   rv_err *err);
/* A ready one that nobody will take: dead, with its task, for this reason. NOT_FOUND when it is not
 * ready any more. Own transaction unless one is open (then reserve ids before). */
int rv_queue_give_up(struct rv_store *store, int64_t id, const rv_err *why, rv_err *err);
/* Ready ones whose expires_on is past end as expired: deleted, *count of them (may be NULL). */
int rv_queue_expire(struct rv_store *store, int64_t *count, rv_err *err);
/* All messages of a queue end, in whatever state, when nobody is to work on it any more: deleted,
 * their tasks end as errors that say why, their callbacks are put; some of them a transaction, so
 * that it may be repeated. *count of them (may be NULL). */
int rv_queue_remove_all(struct rv_store *store, const char *queue_name, const char *why,
                        int64_t *count, rv_err *err);
/* A dead one is deleted. CONFLICT when it is not dead, NOT_FOUND. */
int rv_queue_delete_dead(struct rv_store *store, int64_t id, rv_err *err);
/* A dead one is sent again from the start, and its task waits again. CONFLICT when it is not dead,
 * NOT_FOUND. */
int rv_queue_send_again(struct rv_store *store, int64_t id, rv_err *err);
/* ms until the next deliver_on of these queues, -1 none, 0 now. */
int rv_queue_next_due(struct rv_store *store, const struct rv_taker *taker, int64_t *ms,
                      rv_err *err);

/* Messages by state, queue, zone and role; zone and role NULL: any. Texts live during the call. */
struct rv_queue_count {
    const char *state, *queue_name, *zone, *role;
    int64_t count, oldest_on;
};
int rv_queue_counts(struct rv_store *store,
                    void (*fn)(void *arg, const struct rv_queue_count *count), void *arg,
                    rv_err *err);

/* What a put says to other hosts (rv_store_notify); the payload is the queue's name. */
#define RV_QUEUE_CHANNEL "reeve_queue"

/* The queues (of any name) that hold a message which this taker could take now; the names end with
 * NULL and are the caller's, with rv_queue_names_free. For whoever wakes the others. */
int rv_queue_due(struct rv_store *store, const struct rv_taker *taker, char ***names, rv_err *err);
void rv_queue_names_free(char **names);

/* The queue of one provider's refresh worker: "ems_1000000000007". */
void rv_queue_of_provider(char out[40], int64_t provider_id);

#endif
