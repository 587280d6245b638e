/* SPDX-License-Identifier: Apache-2.0
 *
 * One message from taking to ending. What a command answers decides: done; tried
 * again later when the class says that later may help; dead otherwise. A worker that is
 * told to stop gives the message back.
 */
#include "queue/dispatch.h"

#include <stdlib.h>
#include <string.h>
#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "model/model.h"
#include "queue/measure.h"
#include "queue/queue_internal.h"
#include "queue/task.h"

/* LONG_MS: what takes longer keeps no others waiting. */
enum { LAST_DELAY_MS = 15 * 60 * 1000, LONG_MS = 200 };

static const struct rv_command *
command_of(const struct rv_dispatcher *dispatcher, const struct rv_message *message)
{
    for (int i = 0; i < dispatcher->command_count; i++) {
        const struct rv_command *command = &dispatcher->commands[i];
        if (strcmp(command->class_name, message->class_name) == 0 &&
            strcmp(command->method_name, message->method_name) == 0)
            return command;
    }
    return NULL;
}

int
rv_command_later(rv_err *err, int64_t delay_ms, const char *why)
{
    rv_fail(err, RV_E_UNAVAILABLE, "%s", why);
    err->retry_after_ms = delay_ms;
    return RV_COMMAND_LATER;
}

static int
run_command(struct rv_dispatcher *dispatcher, const struct rv_command *command,
            const struct rv_message *message, char **results, rv_err *why)
{
    rv_log(RV_DEBUG, "MIQ(MiqQueue#deliver)", RV_F("message", RV_I(message->id)),
           RV_F("class", RV_S(message->class_name)), RV_F("method", RV_S(message->method_name)),
           RV_F("target", RV_I(message->target_id)));
    int64_t began_ms = rv_monotonic_ms(); /* the wall clock may be set meanwhile */
    if (dispatcher->on_begin)
        dispatcher->on_begin(dispatcher->arg, message);
    rv_queue_working_on(message);
    rv_log_scope("label", message->tracking_label);
    int code = command->run(command->arg, message, results, why);
    rv_log_scope("label", NULL);
    rv_queue_working_on(NULL);
    if (dispatcher->on_end)
        dispatcher->on_end(dispatcher->arg, message);
    /* Cancelled, but nobody told the worker to stop: its time was over. */
    if (code == RV_E_CANCELLED && rv_monotonic_ms() - began_ms >= message->timeout_ms) {
        code = rv_fail(why, RV_E_TIMEOUT, "timed out after %lld s",
                       (long long)(message->timeout_ms / 1000));
        rv_log(RV_ERROR, "MIQ(MiqQueue#deliver) timed out after its timeout threshold",
               RV_F("message", RV_I(message->id)),
               RV_F("timeout_s", RV_I(message->timeout_ms / 1000)));
    }
    return code;
}

static int64_t
delay_of(const struct rv_dispatcher *dispatcher, const struct rv_message *message,
         const rv_err *why)
{
    int64_t delay_ms = dispatcher->retry_delay_ms;
    const struct rv_command *command = command_of(dispatcher, message);
    if (command && (command->flags & RV_COMMAND_NO_RETRY))
        return -1;
    if (why->code != RV_E_RATE_LIMITED && why->code != RV_E_UNAVAILABLE &&
        why->code != RV_E_TIMEOUT)
        return -1;
    for (int i = 1; i < message->attempts && delay_ms < LAST_DELAY_MS; i++)
        delay_ms *= 2;
    if (delay_ms > LAST_DELAY_MS)
        delay_ms = LAST_DELAY_MS;
    return why->retry_after_ms > delay_ms ? why->retry_after_ms : delay_ms;
}

static int
finish(struct rv_dispatcher *dispatcher, const struct rv_message *message, const char *state,
       const char *text, const char *results, rv_err *err)
{
    const struct rv_ended ended = { .state = state, .text = text, .results = results };
    return rv_queue_end(dispatcher->store, message, dispatcher->taker.holder, &ended, err);
}

static int
finish_badly(struct rv_dispatcher *dispatcher, const struct rv_message *message, const rv_err *why,
             rv_err *err)
{
    int dead = why->code == RV_E_CANCELLED
                   ? rv_queue_give_back(dispatcher->store, message, dispatcher->taker.holder, err)
                   : rv_queue_failed(dispatcher->store, message, dispatcher->taker.holder, why,
                                     delay_of(dispatcher, message, why), err);
    if (dead < 0)
        return dead;
    rv_queue_measure_ended(message, rv_monotonic_us() - dispatcher->own.began_us, why->code, dead);
    rv_log(dead ? RV_ERROR : RV_WARNING, dead ? "message given up" : "message will be tried again",
           RV_F("message", RV_I(message->id)), RV_F("class", RV_S(message->class_name)),
           RV_F("method", RV_S(message->method_name)), RV_F("target", RV_I(message->target_id)),
           RV_F("attempt", RV_I(message->attempts)), RV_F("error", RV_S(why->text)));
    return 0;
}

/* Whether a person has asked to end what this message is for: 1, 0, or an error. */
static int
is_cancelled(struct rv_dispatcher *dispatcher, const struct rv_message *message, rv_err *err)
{
    if (message->task_id == 0)
        return 0;
    int cancelled = rv_task_cancelled(dispatcher->store, message->task_id, err);
    if (cancelled != RV_E_NOT_FOUND)
        return cancelled;
    rv_err_clear(err);
    return 0;
}

static int
finish_interrupted(struct rv_dispatcher *dispatcher, const struct rv_message *message,
                   const rv_err *why, rv_err *err)
{
    int cancelled = is_cancelled(dispatcher, message, err);
    if (cancelled < 0)
        return cancelled;
    return cancelled ? finish(dispatcher, message, "error", "cancelled", NULL, err)
                     : finish_badly(dispatcher, message, why, err);
}

/* 1 when the row that the message is about is there, 0 when not, or an error. */
static int
row_is_there(struct rv_dispatcher *dispatcher, const struct rv_command *command,
             const struct rv_message *message, rv_err *err)
{
    rv_value row[1];
    const rv_value params[] = { rv_vint(message->target_id) };
    if (command->needs_row == NULL)
        return 1;
    const struct rv_kind *kind = rv_model_kind(command->needs_row);
    RV_ASSERT(kind != NULL);
    RV_AUTO_FREE char *sql = rv_format("SELECT id FROM \"%s\" WHERE id = $1", kind->table);
    return rv_store_one(dispatcher->store, row, 1, sql, params, 1, err);
}

static int
finish_undelivered(struct rv_dispatcher *dispatcher, const struct rv_command *command,
                   const struct rv_message *message, rv_err *err)
{
    RV_AUTO_FREE char *text = rv_format("there is no %s %lld any more", command->needs_row,
                                        (long long)message->target_id);
    rv_log(RV_WARNING, "message is not delivered: what it is about is gone",
           RV_F("message", RV_I(message->id)), RV_F("class", RV_S(message->class_name)),
           RV_F("method", RV_S(message->method_name)), RV_F("target", RV_I(message->target_id)));
    return finish(dispatcher, message, "warn", text, NULL, err);
}

static int
finish_later(struct rv_dispatcher *dispatcher, const struct rv_message *message, const rv_err *why,
             rv_err *err)
{
    if (rv_queue_later(dispatcher->store, message, dispatcher->taker.holder, why,
                       why->retry_after_ms, err))
        return err->code;
    rv_log(RV_DEBUG, "message is put off", RV_F("message", RV_I(message->id)),
           RV_F("class", RV_S(message->class_name)), RV_F("method", RV_S(message->method_name)),
           RV_F("again_in_ms", RV_I(why->retry_after_ms)), RV_F("why", RV_S(why->text)));
    return 0;
}

/* Most messages are done when they are done; that is written down for many at once. The caller
 * still owns the message: what is kept is another name for it, which he gives up. */
static int
finish_well(struct rv_dispatcher *dispatcher, const struct rv_message *message, const char *results,
            rv_err *err)
{
    if (message->task_id || message->callback)
        return finish(dispatcher, message, "ok", "Finished", results, err);
    dispatcher->own.kept = 1;
    return 0;
}

/* The command, and what follows from its answer. */
static int
deliver(struct rv_dispatcher *dispatcher, const struct rv_command *command,
        const struct rv_message *message, rv_err *err)
{
    RV_AUTO_FREE char *results = NULL;
    rv_err why = RV_ERR_INIT;
    int64_t start_ms = rv_monotonic_ms();
    int failed, code = run_command(dispatcher, command, message, &results, &why);
    if (code == RV_COMMAND_LATER)
        return finish_later(dispatcher, message, &why, err);
    if (code == RV_COMMAND_CONTINUED)
        return 0;
    if (code == RV_E_STALE)
        return rv_fail(err, RV_E_STALE, "%s", why.text);
    if (code == RV_E_CANCELLED)
        return finish_interrupted(dispatcher, message, &why, err);
    if (code < 0)
        return finish_badly(dispatcher, message, &why, err);
    failed = code == RV_COMMAND_ENDED ? 0 : finish_well(dispatcher, message, results, err);
    if (!failed)
        rv_queue_measure_ended(message, rv_monotonic_us() - dispatcher->own.began_us, RV_OK, 0);
    if (!failed)
        rv_log(RV_DEBUG, "MIQ(MiqQueue#delivered)", RV_F("message", RV_I(message->id)),
               RV_F("class", RV_S(message->class_name)), RV_F("method", RV_S(message->method_name)),
               RV_F("state", RV_S("ok")),
               RV_F("delivered_in_s", RV_D((double)(rv_monotonic_ms() - start_ms) / 1000)));
    return failed;
}

static int
start_task(struct rv_dispatcher *dispatcher, const struct rv_message *message, rv_err *err)
{
    if (message->task_id == 0 || rv_task_start(dispatcher->store, message->task_id, err) == 0)
        return 0;
    if (err->code != RV_E_NOT_FOUND)
        return err->code;
    rv_err_clear(err);
    return 0;
}

static int
finish_unknown(struct rv_dispatcher *dispatcher, const struct rv_message *message, rv_err *err)
{
    rv_err why = RV_ERR_INIT;
    rv_fail(&why, RV_E_UNSUPPORTED, "no worker of queue '%s' knows the command '%s.%s'",
            message->queue_name, message->class_name, message->method_name);
    return finish_badly(dispatcher, message, &why, err);
}

static int
carry_out(struct rv_dispatcher *dispatcher, const struct rv_message *message, rv_err *err)
{
    const struct rv_command *command = command_of(dispatcher, message);
    int cancelled = is_cancelled(dispatcher, message, err);
    if (cancelled)
        return cancelled < 0 ? cancelled
                             : finish(dispatcher, message, "error", "cancelled", NULL, err);
    if (command == NULL)
        return finish_unknown(dispatcher, message, err);
    int there = row_is_there(dispatcher, command, message, err);
    if (there <= 0)
        return there < 0 ? there : finish_undelivered(dispatcher, command, message, err);
    if (start_task(dispatcher, message, err))
        return err->code;
    return deliver(dispatcher, command, message, err);
}

/* Whether others like the first one may be taken with it. */
static int
are_quick(void *arg, const char *class_name, const char *method_name)
{
    const struct rv_dispatcher *dispatcher = arg;
    return rv_hand_size(&dispatcher->own.hand, class_name, method_name, 2) > 1;
}

/* 1, 0 when there is none, or an error. */
static int
fill_hand(struct rv_dispatcher *dispatcher, rv_err *err)
{
    struct rv_hand *hand = &dispatcher->own.hand;
    struct rv_taker *taker = &dispatcher->taker;
    int most = 1;
    taker->floors = &dispatcher->own.floors;
    if (dispatcher->at_once > 1) {
        taker->alike = are_quick;
        taker->arg = dispatcher;
        most = rv_hand_size(hand, hand->class_name, hand->method_name, dispatcher->at_once);
    }
    hand->next = hand->count = 0;
    int count = rv_queue_take_some(dispatcher->store, taker, most, hand->waiting, err);
    hand->count = count > 0 ? count : 0;
    return count > 0 ? 1 : count;
}

/* The message is over, or its worker's lease is. */
static int
work_on(struct rv_dispatcher *dispatcher, struct rv_message *message, rv_err *err)
{
    struct rv_hand *hand = &dispatcher->own.hand;
    dispatcher->own.kept = 0;
    dispatcher->own.began_us = rv_monotonic_us();
    hand->began_ms = rv_monotonic_ms();
    rv_queue_measure_taken(message);
    int failed = carry_out(dispatcher, message, err);
    int64_t took_us = rv_monotonic_us() - dispatcher->own.began_us;
    hand->began_ms = 0;
    rv_hand_learn(hand, message, took_us);
    if (failed)
        rv_wrap(err, "message %lld", (long long)message->id);
    if (!failed && dispatcher->own.kept)
        rv_hand_keep(hand, message);
    else
        rv_message_free(message);
    if (!failed && took_us >= LONG_MS * 1000LL)
        failed = rv_hand_give_back(hand, dispatcher->store, dispatcher->taker.holder, err);
    if (failed >= 0 && rv_hand_is_due(hand))
        failed = rv_hand_acknowledge(hand, dispatcher->store, dispatcher->taker.holder, err);
    return failed < 0 ? failed : 1;
}

int
rv_dispatch_one(struct rv_dispatcher *dispatcher, rv_err *err)
{
    struct rv_hand *hand = &dispatcher->own.hand;
    int done = hand->next < hand->count ? 1 : fill_hand(dispatcher, err);
    if (done > 0)
        done = work_on(dispatcher, rv_hand_next(hand), err);
    if (done < 0) {
        rv_hand_drop(hand);
        rv_floors_forget(&dispatcher->own.floors);
    }
    return done;
}

int
rv_dispatch_in_hand(const struct rv_dispatcher *dispatcher)
{
    return dispatcher->own.hand.count - dispatcher->own.hand.next;
}

/* What fails here is done again when the message at work is over. */
int
rv_dispatch_waiting(struct rv_dispatcher *dispatcher)
{
    struct rv_hand *hand = &dispatcher->own.hand;
    rv_err ignored = RV_ERR_INIT;
    int count = 0;
    if (rv_dispatch_in_hand(dispatcher) == 0 || hand->going_back || hand->began_ms == 0 ||
        rv_monotonic_ms() - hand->began_ms < LONG_MS || !rv_store_is_idle(dispatcher->store))
        return 0;
    hand->going_back = 1;
    count = rv_hand_give_back(hand, dispatcher->store, dispatcher->taker.holder, &ignored);
    hand->going_back = 0;
    return count > 0 ? count : 0;
}

int
rv_dispatch_settle(struct rv_dispatcher *dispatcher, rv_err *err)
{
    struct rv_hand *hand = &dispatcher->own.hand;
    int failed = rv_hand_acknowledge(hand, dispatcher->store, dispatcher->taker.holder, err);
    int back =
        failed ? failed : rv_hand_give_back(hand, dispatcher->store, dispatcher->taker.holder, err);
    rv_hand_drop(hand);
    return back < 0 ? back : 0;
}
