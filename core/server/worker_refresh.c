/* SPDX-License-Identifier: Apache-2.0
 *
 * The refresh worker of one provider: messages of queue "ems_ID" in between,
 * otherwise a full list when one is needed and then the watch, again and again.
 */
#include <stdio.h>
#include <stdlib.h>
#include "base/clock.h"
#include "base/log.h"
#include "inventory/refresh.h"
#include "server/messages.h"

enum {
    LEASE_RETRY_MS = 100, /* the dead one is being buried: any moment now */
    LEASE_SLOW_MS = 1000,
    QUICK_TRIES = 50,
    INTERRUPTED_STOP = 1,
    INTERRUPTED_MESSAGE = 2
};

struct refresh {
    struct rv_worker *worker;
    struct rv_refresher *refresher;
    struct rv_message_loop loop;
    int64_t failures;     /* in a row */
    int64_t last_full_ms; /* monotonic; 0: never here */
    int cannot_watch;
};

static int
interrupted(void *arg)
{
    const struct refresh *refresh = arg;
    if (refresh->worker->stop || rv_worker_message_cancelled(refresh->worker))
        return INTERRUPTED_STOP;
    return refresh->worker->woken ? INTERRUPTED_MESSAGE : 0;
}

static void
progress(void *arg, const char *phase, int64_t objects)
{
    struct refresh *refresh = arg;
    (void)objects;
    snprintf(refresh->worker->busy, sizeof(refresh->worker->busy), "refresh: %s", phase);
}

static int
full(struct refresh *refresh, int64_t task_id, char **stats, rv_err *err)
{
    struct rv_worker *worker = refresh->worker;
    rv_worker_busy(worker, "refresh", worker->message,
                   rv_settings_int(worker->settings, "refresh.timeout"));
    int failed = rv_refresher_full(refresh->refresher, task_id, stats, err);
    rv_worker_idle(worker);
    if (!failed)
        refresh->last_full_ms = rv_monotonic_ms();
    return failed;
}

/* A message: somebody wants a full refresh now. */
static int
refresh_message(void *arg, const struct rv_message *message, char **results, rv_err *err)
{
    struct refresh *refresh = arg;
    /* The refresher watches for a stop by itself, and its saves are not to be cut. */
    refresh->worker->armed = RV_ARMED_NOT;
    refresh->worker->message = message->id;
    refresh->worker->woken = 0;
    return full(refresh, message->task_id, results, err);
}

static int64_t
backoff_ms(const struct refresh *refresh, const rv_err *err)
{
    int64_t wait_ms = rv_settings_int(refresh->worker->settings, "refresh.retry_min");
    int64_t most_ms = rv_settings_int(refresh->worker->settings, "refresh.retry_max");
    for (int64_t i = 1; i < refresh->failures && wait_ms < most_ms; i++)
        wait_ms *= 2;
    if (wait_ms > most_ms)
        wait_ms = most_ms;
    return err->retry_after_ms > wait_ms ? err->retry_after_ms : wait_ms;
}

static int
full_is_due(const struct refresh *refresh)
{
    const char *key = refresh->cannot_watch ? "refresh.interval" : "refresh.full_interval";
    int64_t every_ms = rv_settings_int(refresh->worker->settings, key);
    if (rv_refresher_needs_full(refresh->refresher))
        return 1;
    return every_ms > 0 && refresh->last_full_ms > 0 &&
           rv_monotonic_ms() - refresh->last_full_ms >= every_ms;
}

/* Without a watch there is nothing to do until the next full refresh. */
static void
wait_for_interval(struct refresh *refresh)
{
    int64_t every_ms = rv_settings_int(refresh->worker->settings, "refresh.interval");
    int64_t gone_ms = refresh->last_full_ms ? rv_monotonic_ms() - refresh->last_full_ms : 0;
    if (refresh->last_full_ms == 0)
        refresh->last_full_ms = rv_monotonic_ms();
    rv_worker_wait(refresh->worker, gone_ms < every_ms ? every_ms - gone_ms : 0);
}

static int
follow(struct refresh *refresh, rv_err *err)
{
    if (full_is_due(refresh))
        return full(refresh, 0, NULL, err);
    if (!refresh->cannot_watch) {
        rv_worker_idle(refresh->worker);
        int failed = rv_refresher_watch(refresh->refresher, err);
        refresh->worker->woken = 0;
        if (failed != RV_E_UNSUPPORTED)
            return failed;
        rv_err_clear(err);
        refresh->cannot_watch = 1;
    }
    wait_for_interval(refresh);
    return 0;
}

/* One round: a message if there is one, else the listing or the watch. RV_E_STALE ends the worker.
 */
static int
go_round(struct refresh *refresh)
{
    rv_err err = RV_ERR_INIT;
    struct rv_worker *worker = refresh->worker;
    worker->woken = 0;
    int done = rv_message_loop_once(&refresh->loop);
    if (done)
        return done;
    int failed = follow(refresh, &err);
    if (failed == RV_E_STALE) {
        rv_log_err(RV_WARNING, "our lease has passed on; the worker ends", &err);
        return failed;
    }
    if (failed == 0 || worker->stop) {
        refresh->failures = 0;
        return 0;
    }
    if (failed == RV_E_CANCELLED)
        return 0;
    refresh->failures++;
    int64_t wait_ms = backoff_ms(refresh, &err);
    rv_log(RV_WARNING, "refresh failed", RV_F("provider", RV_S(worker->provider_name)),
           RV_F("class", RV_S(rv_class_name(err.code))), RV_F("error", RV_S(err.text)),
           RV_F("hint", RV_S(err.hint)),
           RV_F("again_in_ms", RV_I(err.code == RV_E_AUTH ? -1 : wait_ms)));
    if (!worker->woken)
        rv_worker_wait(worker, wait_ms);
    return 0;
}

/* The lease may still be held by the worker that we replace, for the moment that its burial takes.
 */
static int
open_refresher(struct refresh *refresh, rv_err *err)
{
    struct rv_worker *worker = refresh->worker;
    const struct rv_refresher_config config = {
        .store = worker->store,
        .provider_id = worker->provider,
        .holder = worker->row,
        .lease_ms = rv_settings_int(worker->settings, "workers.lease"),
        .objects_max = rv_settings_int(worker->settings, "refresh.objects_max"),
        .module_dir = worker->provider_dir,
        .vault = &worker->vault,
        .interrupted = interrupted,
        .progress = progress,
        .arg = refresh,
    };
    for (int tries = 0; !worker->stop; tries++) {
        int failed = rv_refresher_open(&refresh->refresher, &config, err);
        if (failed == 0)
            return 0;
        if (failed == RV_E_STALE)
            return failed;
        int64_t wait_ms = tries < QUICK_TRIES ? LEASE_RETRY_MS : LEASE_SLOW_MS;
        if (failed != RV_E_CONFLICT || tries == QUICK_TRIES) {
            refresh->failures++;
            wait_ms = backoff_ms(refresh, err);
            rv_log(RV_WARNING, "provider cannot be connected; trying again",
                   RV_F("class", RV_S(rv_class_name(err->code))), RV_F("error", RV_S(err->text)),
                   RV_F("hint", RV_S(err->hint)), RV_F("again_in_ms", RV_I(wait_ms)));
        }
        rv_worker_wait(worker, wait_ms);
        rv_err_clear(err);
    }
    return rv_fail(err, RV_E_CANCELLED, "told to stop");
}

static int
serve(struct refresh *refresh, const char *queue)
{
    const struct rv_command commands[] = {
        { "Provider", "refresh", refresh_message, refresh, RV_COMMAND_NO_RETRY },
    };
    struct rv_worker *worker = refresh->worker;
    int done = 0;
    rv_message_loop_open(&refresh->loop, worker, queue, commands, RV_COUNT(commands));
    while (!worker->stop && done != RV_E_STALE)
        done = go_round(refresh);
    rv_message_loop_close(&refresh->loop);
    return done == RV_E_STALE;
}

int
rv_worker_refresh(struct rv_worker *worker)
{
    rv_err err = RV_ERR_INIT;
    struct refresh refresh = { .worker = worker };
    char queue[40];
    rv_queue_of_provider(queue, worker->provider);
    const char *const queues[] = { queue, NULL };
    int code = 0;
    if (rv_worker_store(worker, 0, NULL, &err) || rv_worker_ready(worker, queues, &err) ||
        rv_worker_settings(worker, &err) || open_refresher(&refresh, &err)) {
        code = err.code != RV_E_CANCELLED;
        if (code)
            rv_log_err(RV_ERROR, "refresh worker ends", &err);
    } else {
        code = serve(&refresh, queue);
    }
    rv_refresher_close(refresh.refresher);
    return code;
}
