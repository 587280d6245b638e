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
#include "queue/measure.h"
#include "queue/task.h"

enum { LAST_DELAY_MS = 15 * 60 * 1000 };

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

static int
run_command(struct rv_dispatcher *dispatcher, const struct rv_message *message, char **results,
            rv_err *why)
{
    const struct rv_command *command = command_of(dispatcher, message);
    if (command == NULL)
        return rv_fail(why, RV_E_UNSUPPORTED, "no worker of queue '%s' knows the command '%s.%s'",
                       message->queue_name, message->class_name, message->method_name);
    if (dispatcher->on_begin)
        dispatcher->on_begin(dispatcher->arg, message);
    int code = command->run(command->arg, message, results, why);
    if (dispatcher->on_end)
        dispatcher->on_end(dispatcher->arg, message);
    /* Cancelled, but nobody told the worker to stop: its time was over. */
    if (code == RV_E_CANCELLED && rv_now_ms() - message->dequeued_on >= message->timeout_ms)
        code = rv_fail(why, RV_E_TIMEOUT, "timed out after %lld s",
                       (long long)(message->timeout_ms / 1000));
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

/* The message is over, and so is its task, if there is one. */
static int
finish(struct rv_dispatcher *dispatcher, const struct rv_message *message, const char *status,
       const char *text, const char *results, rv_err *err)
{
    struct rv_store *store = dispatcher->store;
    if (message->task_id == 0)
        return rv_queue_done(store, message, dispatcher->taker.holder, err);
    if (rv_store_begin(store, err))
        return err->code;
    int failed = rv_queue_done(store, message, dispatcher->taker.holder, err);
    if (!failed && rv_task_finish(store, message->task_id, status, text, results, err) &&
        err->code != RV_E_NOT_FOUND)
        failed = err->code;
    if (failed) {
        rv_store_rollback(store);
        return failed;
    }
    rv_err_clear(err);
    return rv_store_commit(store, err);
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
    rv_queue_measure_ended(message, rv_monotonic_us() - dispatcher->began_us, why->code, dead);
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
    return cancelled ? finish(dispatcher, message, "Error", "cancelled", NULL, err)
                     : finish_badly(dispatcher, message, why, err);
}

static int
carry_out(struct rv_dispatcher *dispatcher, const struct rv_message *message, rv_err *err)
{
    char *results = NULL;
    rv_err why = RV_ERR_INIT;
    int64_t start_ms = rv_monotonic_ms();
    int cancelled = is_cancelled(dispatcher, message, err);
    if (cancelled)
        return cancelled < 0 ? cancelled
                             : finish(dispatcher, message, "Error", "cancelled", NULL, err);
    if (message->task_id && rv_task_start(dispatcher->store, message->task_id, err)) {
        if (err->code != RV_E_NOT_FOUND)
            return err->code;
        rv_err_clear(err);
    }
    int code = run_command(dispatcher, message, &results, &why);
    int failed = code == RV_E_STALE       ? rv_fail(err, RV_E_STALE, "%s", why.text)
                 : code == RV_E_CANCELLED ? finish_interrupted(dispatcher, message, &why, err)
                 : code < 0               ? finish_badly(dispatcher, message, &why, err)
                            : finish(dispatcher, message, "Ok", "Finished", results, err);
    free(results);
    if (code >= 0 && !failed)
        rv_queue_measure_ended(message, rv_monotonic_us() - dispatcher->began_us, RV_OK, 0);
    if (code >= 0 && !failed)
        rv_log(RV_DEBUG, "message done", RV_F("message", RV_I(message->id)),
               RV_F("class", RV_S(message->class_name)), RV_F("method", RV_S(message->method_name)),
               RV_F("ms", RV_I(rv_monotonic_ms() - start_ms)));
    return failed;
}

int
rv_dispatch_one(struct rv_dispatcher *dispatcher, rv_err *err)
{
    struct rv_message *message = NULL;
    int found = rv_queue_take(dispatcher->store, &dispatcher->taker, &message, err);
    if (found <= 0)
        return found;
    dispatcher->began_us = rv_monotonic_us();
    rv_queue_measure_taken(message);
    int failed = carry_out(dispatcher, message, err);
    if (failed)
        rv_wrap(err, "message %lld", (long long)message->id);
    rv_message_free(message);
    return failed ? failed : 1;
}
