/* SPDX-License-Identifier: Apache-2.0
 *
 * Taking messages one after the other, through a database that comes and goes.
 */
#define RV_LOG_TOPIC RV_TOPIC_QUEUE
#include "server/messages.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/clock.h"
#include "base/log.h"
#include "server/worker_types.h"

enum { RETRY_MS = 1000, PROVIDER_RETRY_MOST_MS = 30000 };

static void
on_begin(void *arg, const struct rv_message *message)
{
    struct rv_message_loop *loop = arg;
    char what[160];
    snprintf(what, sizeof(what), "%s.%s", message->class_name, message->method_name);
    int64_t next_beat_ms = loop->worker->next_beat_ms;
    loop->worker->interruptible = (message->flags & RV_MESSAGE_AGAIN) != 0;
    rv_worker_busy(loop->worker, what, message->id, message->timeout_ms);
    if (rv_dispatch_in_hand(&loop->dispatcher)) /* quick ones: not a frame for each */
        loop->worker->next_beat_ms = next_beat_ms;
    loop->worker->armed = RV_ARMED_WORK;
}

static void
on_end(void *arg, const struct rv_message *message)
{
    struct rv_message_loop *loop = arg;
    (void)message;
    loop->worker->armed = RV_ARMED_NOT;
    loop->worker->interruptible = 0;
    int64_t next_beat_ms = loop->worker->next_beat_ms;
    rv_worker_idle(loop->worker);
    if (rv_dispatch_in_hand(&loop->dispatcher))
        loop->worker->next_beat_ms = next_beat_ms;
}

/* In every wait of a message: what else we took must not wait for one that runs long. */
static void
on_wait(void *arg)
{
    struct rv_message_loop *loop = arg;
    int armed = loop->worker->armed;
    loop->worker->armed = RV_ARMED_NOT;
    int went = rv_dispatch_waiting(&loop->dispatcher);
    loop->worker->armed = armed;
    if (went > 0)
        rv_worker_wake(loop->worker, loop->queues[0]);
}

void
rv_message_loop_at_once(struct rv_message_loop *loop)
{
    loop->dispatcher.at_once = (int)rv_settings_int(loop->worker->settings, "queue.at_once");
    loop->worker->on_wait = on_wait;
    loop->worker->arg = loop;
}

void
rv_message_loop_open(struct rv_message_loop *loop, struct rv_worker *worker, const char *queue,
                     const struct rv_command *commands, int count)
{
    *loop = (struct rv_message_loop){ .worker = worker, .queues = { queue, NULL } };
    loop->dispatcher = (struct rv_dispatcher){
        .store = worker->store,
        .taker = { .holder = worker->row,
                   .queues = loop->queues,
                   .roles = (const char *const *)loop->roles,
                   .zone = worker->zone,
                   .server_guid = worker->server_guid,
                   .max_priority = rv_worker_type_find(worker->type)->max_priority },
        .commands = commands,
        .command_count = count,
        .on_begin = on_begin,
        .on_end = on_end,
        .arg = loop,
    };
}

void
rv_message_loop_renew(struct rv_message_loop *loop)
{
    for (int i = 0; loop->roles[i]; i++) {
        free(loop->roles[i]);
        loop->roles[i] = NULL;
    }
}

void
rv_message_loop_close(struct rv_message_loop *loop)
{
    rv_err err = RV_ERR_INIT;
    if (loop->worker->on_wait == on_wait)
        loop->worker->on_wait = NULL;
    if (rv_dispatch_settle(&loop->dispatcher, &err) && err.code != RV_E_STALE)
        rv_log_err(RV_WARNING, "messages in hand were not given back", &err);
    rv_message_loop_renew(loop);
}

static int
take_one(struct rv_message_loop *loop, rv_err *err)
{
    struct rv_worker *worker = loop->worker;
    /* Between two messages we hold none: what an error left in our name goes back first. */
    if (loop->failing_since_ms &&
        rv_queue_release_holder(worker->store, worker->row, "its worker lost the database", NULL,
                                err))
        return err->code;
    if ((loop->roles[0] == NULL || loop->failing_since_ms) &&
        rv_worker_roles(worker, loop->roles, RV_MESSAGE_ROLES, err))
        return err->code;
    /* By the settings of now: the server worker renews by them too. */
    loop->dispatcher.taker.lease_ms = rv_settings_int(worker->settings, "workers.lease");
    loop->dispatcher.retry_delay_ms = rv_settings_int(worker->settings, "queue.retry_delay");
    return rv_dispatch_one(&loop->dispatcher, err);
}

/* Soon once, for what passes by itself; then further and further apart, or a database that comes
 * back would be met by everybody at once. The server worker wakes us when it is well again. */
static int64_t
trouble_ms(struct rv_message_loop *loop)
{
    const struct rv_settings *settings = loop->worker->settings;
    if (loop->failing_since_ms == 0)
        return RETRY_MS;
    if (loop->worker->provider)
        return rv_pace_next(&loop->trouble, RETRY_MS, PROVIDER_RETRY_MOST_MS);
    return rv_pace_next(&loop->trouble, rv_settings_int(settings, "workers.failure_wait"),
                        rv_settings_int(settings, "workers.failure_wait_max"));
}

int
rv_message_loop_once(struct rv_message_loop *loop)
{
    rv_err err = RV_ERR_INIT;
    int done = take_one(loop, &err);
    if (done == RV_E_STALE) {
        rv_log_err(RV_WARNING, "our lease has passed on; the worker ends", &err);
        return done;
    }
    if (done < 0) {
        int64_t wait_ms = trouble_ms(loop);
        if (loop->failing_since_ms == 0) {
            rv_log_err(RV_WARNING, "messages cannot be taken; trying again", &err);
            loop->failing_since_ms = rv_monotonic_ms();
        }
        rv_worker_wait(loop->worker, wait_ms);
        return done;
    }
    rv_pace_reset(&loop->trouble);
    if (done > 0)
        rv_pace_reset(&loop->idle);
    if (loop->failing_since_ms)
        rv_log(RV_INFO, "messages can be taken again",
               RV_F("after_ms", RV_I(rv_monotonic_ms() - loop->failing_since_ms)));
    loop->failing_since_ms = 0;
    return done;
}

static int64_t
idle_ms(struct rv_message_loop *loop)
{
    const struct rv_settings *settings = loop->worker->settings;
    const char *type = loop->worker->type;
    int64_t poll_ms = rv_worker_type_int(settings, type, "poll");
    if (strcmp(rv_worker_type_string(settings, type, "poll_method"), "escalate") != 0)
        return poll_ms;
    int64_t most_ms = rv_settings_int(settings, "workers.poll_escalate_max");
    return rv_pace_next(&loop->idle, poll_ms, most_ms > poll_ms ? most_ms : poll_ms);
}

void
rv_message_loop_wait(struct rv_message_loop *loop)
{
    rv_err err = RV_ERR_INIT;
    int64_t poll_ms = idle_ms(loop), due_ms = -1;
    if (rv_queue_next_due(loop->worker->store, &loop->dispatcher.taker, &due_ms, &err))
        due_ms = -1;
    rv_worker_wait(loop->worker, due_ms >= 0 && due_ms < poll_ms ? due_ms : poll_ms);
}
