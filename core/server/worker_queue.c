/* SPDX-License-Identifier: Apache-2.0
 *
 * Workers that carry out messages: generic ones, priority ones, and those of every other type that
 * has a queue in the table of worker types.
 */
#define RV_LOG_TOPIC RV_TOPIC_QUEUE
#include "base/log.h"
#include "server/datastore_commands.h"
#include "server/messages.h"
#include "server/rotate.h"
#include "server/upkeep.h"
#include "server/worker_types.h"
#ifdef REEVE_TEST_COMMANDS
#include "server/test_commands.h"
#endif

/* The refresh worker of a provider that is going must have ended: it would write what is deleted.
 * Disabling the record, which is the first step, makes the server worker stop it. */
static int
destroy_provider(void *arg, const struct rv_message *message, char **results, rv_err *err)
{
    struct rv_worker *worker = arg;
    (void)results;
    rv_worker_wake(worker, "workers");
    int failed =
        rv_provider_destroy(worker->store, message->target_id, worker->row, message->task_id, err);
    rv_worker_wake(worker, "workers");
    if (failed == RV_E_NOT_FOUND) { /* it was done before the worker that did it died */
        rv_err_clear(err);
        failed = 0;
    }
    return failed;
}

static void
take_settings(struct rv_worker *worker)
{
    rv_err err = RV_ERR_INIT;
    int missed = worker->settings_missed;
    if (rv_worker_settings(worker, &err) && !missed)
        rv_log_err(RV_WARNING, "settings not read", &err);
}

enum { MOST_COMMANDS = 16 };

static int
fill_commands(struct rv_command *commands, struct rv_worker *worker)
{
    int count = 0;
    commands[count++] =
        (struct rv_command){ "Provider", "destroy", destroy_provider, worker, 0, NULL };
    commands[count++] = rv_upkeep_command(worker);
    commands[count++] =
        (struct rv_command){ "Server", "rotate_key", rv_rotate_key, worker, 0, NULL };
    rv_datastore_commands(commands + count, worker);
    count += RV_DATASTORE_COMMANDS;
#ifdef REEVE_TEST_COMMANDS
    rv_test_commands(commands + count);
    count += RV_TEST_COMMANDS;
#endif
    return count;
}

static int
serve(struct rv_worker *worker)
{
    struct rv_command commands[MOST_COMMANDS];
    struct rv_message_loop loop;
    int done = 0, count = fill_commands(commands, worker);
    take_settings(worker);
    rv_message_loop_open(&loop, worker, rv_worker_type_find(worker->type)->queue, commands, count);
    rv_message_loop_at_once(&loop);
    while (!worker->stop && done != RV_E_STALE) {
        if (worker->settings_changed || worker->settings_missed) {
            take_settings(worker);
            rv_message_loop_renew(&loop);
            rv_message_loop_at_once(&loop);
        }
        done = rv_message_loop_once(&loop);
        if (done == 0)
            rv_message_loop_wait(&loop);
        else if (done > 0)
            rv_worker_read(worker); /* a stop may have come while we were busy */
    }
    rv_message_loop_close(&loop);
    return done == RV_E_STALE;
}

int
rv_worker_queue(struct rv_worker *worker)
{
    const char *const queues[] = { rv_worker_type_find(worker->type)->queue, NULL };
    rv_err err = RV_ERR_INIT;
    if (rv_worker_store(worker, 0, NULL, &err) || rv_worker_ready(worker, queues, &err)) {
        if (err.code != RV_E_CANCELLED)
            rv_log_err(RV_ERROR, "worker cannot start", &err);
        return err.code != RV_E_CANCELLED;
    }
    return serve(worker);
}
