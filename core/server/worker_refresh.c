/* SPDX-License-Identifier: Apache-2.0
 *
 * The refresh worker of one provider: messages of queue "ems_ID" in between,
 * otherwise a full list when one is needed and then the watch, again and again.
 */
#define RV_LOG_TOPIC RV_TOPIC_REFRESH
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/clock.h"
#include "base/log.h"
#include "base/meter.h"
#include "inventory/refresh.h"
#include "server/credentials.h"
#include "server/messages.h"
#include "server/provider_tries.h"

enum { INTERRUPTED_STOP = 1, INTERRUPTED_MESSAGE = 2 };

struct refresh {
    struct rv_worker *worker;
    struct rv_refresher *refresher;
    struct rv_message_loop loop;
    rv_err cause; /* why the provider could not be opened */
    struct rv_tries tries;
    int64_t last_full_ms;  /* monotonic: of the last one that went well, at first our beginning */
    int64_t tried_full_ms; /* of the last one */
    int cannot_watch;
};

static int
interrupted(void *arg)
{
    const struct refresh *refresh = arg;
    if (refresh->worker->stop || rv_worker_message_cancelled(refresh->worker))
        return INTERRUPTED_STOP;
    return refresh->worker->woken || refresh->worker->settings_changed ? INTERRUPTED_MESSAGE : 0;
}

static int
guard(void *arg, rv_err *err)
{
    return rv_worker_fence(((struct refresh *)arg)->worker, err);
}

static void
progress(void *arg, const char *phase, int64_t objects)
{
    struct refresh *refresh = arg;
    (void)objects;
    snprintf(refresh->worker->busy, sizeof(refresh->worker->busy), "refresh: %s", phase);
}

static int
is_refusal(int code)
{
    return strcmp(rv_provider_auth_status(code), "Invalid") == 0;
}

static int
full(struct refresh *refresh, int64_t task_id, char **stats, rv_err *err)
{
    struct rv_worker *worker = refresh->worker;
    rv_worker_busy(worker, "refresh", worker->message,
                   rv_settings_int(worker->settings, "refresh.timeout"));
    int failed = rv_refresher_full(refresh->refresher, task_id, stats, err);
    rv_worker_idle(worker);
    refresh->tried_full_ms = rv_monotonic_ms();
    if (!failed)
        refresh->last_full_ms = refresh->tried_full_ms;
    else
        rv_tries_note(&refresh->tries, err);
    return failed;
}

/* UNSUPPORTED when everything is to be listed instead. */
static int
few(struct refresh *refresh, const char *args, char **stats, rv_err *err)
{
    struct rv_worker *worker = refresh->worker;
    rv_worker_busy(worker, "refresh: targets", worker->message,
                   rv_settings_int(worker->settings, "refresh.timeout"));
    int most = (int)rv_settings_int(worker->settings, "refresh.full_threshold");
    int failed = rv_refresher_targets(refresh->refresher, args, most, stats, err);
    rv_worker_idle(worker);
    if (failed && failed != RV_E_UNSUPPORTED)
        rv_tries_note(&refresh->tries, err);
    return failed;
}

/* A message: somebody wants a refresh now, of some objects or of all. */
static int
refresh_message(void *arg, const struct rv_message *message, char **results, rv_err *err)
{
    struct refresh *refresh = arg;
    /* The refresher watches for a stop by itself, and its saves are not to be cut. */
    refresh->worker->armed = RV_ARMED_NOT;
    refresh->worker->message = message->id;
    refresh->worker->woken = 0;
    if (refresh->refresher == NULL) {
        *err = refresh->cause;
        return err->code;
    }
    int failed = few(refresh, message->args, results, err);
    if (failed != RV_E_UNSUPPORTED)
        return failed;
    rv_err_clear(err);
    refresh->worker->message = message->id; /* which a person may cancel still */
    return full(refresh, message->task_id, results, err);
}

/* A message: are the credentials good still? What comes out is on the record; the message is done
 * either way. */
static int
check_message(void *arg, const struct rv_message *message, char **results, rv_err *err)
{
    struct refresh *refresh = arg;
    struct rv_worker *worker = refresh->worker;
    const struct rv_auth_policy policy = rv_provider_auth_policy(worker->settings);
    (void)results;
    worker->armed = RV_ARMED_NOT;
    worker->message = message->id;
    worker->woken = 0;
    /* Why it cannot even be tried is on the record already. */
    if (refresh->refresher == NULL)
        return rv_provider_report_check(worker->store, worker->provider, NULL, refresh->cause.text,
                                        &policy, err);
    int failed = rv_refresher_check(refresh->refresher, err);
    if (failed == 0 || failed == RV_E_STALE || failed == RV_E_CANCELLED)
        return failed;
    rv_tries_note(&refresh->tries, err);
    rv_log_err(RV_WARNING, "credentials could not be proved", err);
    rv_err_clear(err);
    return 0;
}

/* A message: the mappings of labels to tags have changed. */
static int
map_labels_message(void *arg, const struct rv_message *message, char **results, rv_err *err)
{
    struct refresh *refresh = arg;
    (void)results;
    refresh->worker->armed = RV_ARMED_NOT;
    refresh->worker->message = message->id;
    refresh->worker->woken = 0;
    /* A worker that cannot begin looks when it can. */
    return refresh->refresher ? rv_refresher_relabel(refresh->refresher, err) : 0;
}

static int
interval_is_over(const struct refresh *refresh, int64_t since_ms)
{
    const char *key = refresh->cannot_watch ? "refresh.interval" : "refresh.full_interval";
    int64_t every_ms = rv_settings_int(refresh->worker->settings, key);
    return every_ms > 0 && rv_monotonic_ms() - since_ms >= every_ms;
}

static int
full_is_due(const struct refresh *refresh)
{
    return rv_refresher_needs_full(refresh->refresher) ||
           interval_is_over(refresh, refresh->last_full_ms);
}

/* In every wait: a watch lasts for ever, and is interrupted when it is time to list everything.
 * After a failure that is left to the pauses between tries. */
static void
look_at_clock(void *arg)
{
    struct refresh *refresh = arg;
    if (refresh->refresher && !refresh->cannot_watch &&
        interval_is_over(refresh, refresh->last_full_ms) &&
        interval_is_over(refresh, refresh->tried_full_ms))
        refresh->worker->woken = 1;
}

/* Without a watch there is nothing to do until the next full refresh. */
static void
wait_for_interval(struct refresh *refresh)
{
    int64_t every_ms = rv_settings_int(refresh->worker->settings, "refresh.interval");
    int64_t gone_ms = rv_monotonic_ms() - refresh->last_full_ms;
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

static struct rv_refresher_config
config_of(struct refresh *refresh)
{
    struct rv_worker *worker = refresh->worker;
    return (struct rv_refresher_config){
        .store = worker->store,
        .provider_id = worker->provider,
        .holder = worker->row,
        .lease_ms = rv_settings_int(worker->settings, "workers.lease"),
        .objects_max = rv_settings_int(worker->settings, "refresh.objects_max"),
        .label_entries_max = rv_settings_int(worker->settings, "refresh.label_entries_max"),
        .auth = rv_provider_auth_policy(worker->settings),
        .module_dir = worker->provider_path,
        .vault = &worker->vault,
        .interrupted = interrupted,
        .guard = guard,
        .progress = progress,
        .arg = refresh,
    };
}

/* Also so that the next wait is one: news of settings end it. */
static void
take_settings(struct refresh *refresh)
{
    rv_err err = RV_ERR_INIT;
    struct rv_worker *worker = refresh->worker;
    int missed = worker->settings_missed;
    if (!worker->settings_changed && !missed)
        return;
    rv_message_loop_renew(&refresh->loop);
    if (rv_worker_settings(worker, &err)) {
        if (!missed)
            rv_log_err(RV_WARNING, "settings not read", &err);
        return;
    }
    const struct rv_refresher_config config = config_of(refresh);
    if (refresh->refresher && rv_refresher_configure(refresh->refresher, &config, &err))
        rv_log_err(RV_WARNING, "changed settings are not applied to what is stored", &err);
}

static int
open_once(void *arg, rv_err *err)
{
    struct refresh *refresh = arg;
    take_settings(refresh);
    const struct rv_refresher_config config = config_of(refresh);
    return rv_refresher_open(&refresh->refresher, &config, err);
}

/* Whoever asked for a refresh is told why there is none; the next one asking has us try at once. */
static int
cannot_open(struct refresh *refresh, const rv_err *err)
{
    struct rv_worker *worker = refresh->worker;
    int done;
    if (err->code == RV_E_CANCELLED)
        return 0;
    if (err->code == RV_E_STALE) {
        rv_log_err(RV_WARNING, "our lease has passed on; the worker ends", err);
        return err->code;
    }
    int64_t wait_ms =
        rv_tries_failed(&refresh->tries, "provider cannot be connected; trying again", err);
    refresh->cause = *err;
    do {
        worker->woken = 0;
        done = rv_message_loop_once(&refresh->loop);
    } while (done > 0 && !worker->stop);
    if (done == 0 && !worker->woken)
        rv_worker_wait(worker, wait_ms);
    return done;
}

/* A message if there is one, else the listing or the watch. */
static int
work(struct refresh *refresh)
{
    rv_err err = RV_ERR_INIT;
    struct rv_worker *worker = refresh->worker;
    int done = rv_message_loop_once(&refresh->loop);
    if (done)
        return done;
    int failed = follow(refresh, &err);
    if (failed == RV_E_STALE) {
        rv_log_err(RV_WARNING, "our lease has passed on; the worker ends", &err);
        return failed;
    }
    if (failed == 0 || worker->stop) {
        rv_tries_succeeded(&refresh->tries);
        return 0;
    }
    if (failed == RV_E_CANCELLED)
        return 0;
    int64_t wait_ms = rv_tries_failed(&refresh->tries, "refresh failed", &err);
    if (!worker->woken)
        rv_worker_wait(worker, wait_ms);
    return 0;
}

/* RV_E_STALE ends the worker. */
static int
go_round(struct refresh *refresh)
{
    rv_err err = RV_ERR_INIT;
    struct rv_worker *worker = refresh->worker;
    worker->woken = 0;
    take_settings(refresh);
    if (rv_tries_still_refused(&refresh->tries))
        return 0;
    if (refresh->refresher == NULL && rv_tries_open(&refresh->tries, open_once, refresh, &err))
        return cannot_open(refresh, &err);
    return work(refresh);
}

static int
serve(struct refresh *refresh, const char *queue)
{
    const struct rv_command commands[] = {
        { "Provider", "refresh", refresh_message, refresh, RV_COMMAND_NO_RETRY, NULL },
        { "Provider", "map_labels", map_labels_message, refresh, 0, NULL },
        { "Provider", "check_credentials", check_message, refresh, RV_COMMAND_NO_RETRY, NULL },
    };
    struct rv_worker *worker = refresh->worker;
    int done = 0;
    rv_message_loop_open(&refresh->loop, worker, queue, commands, RV_COUNT(commands));
    refresh->last_full_ms = refresh->tried_full_ms = rv_monotonic_ms();
    worker->on_wait = look_at_clock;
    worker->arg = refresh;
    while (!worker->stop && done != RV_E_STALE)
        done = go_round(refresh);
    worker->on_wait = NULL;
    rv_message_loop_close(&refresh->loop);
    return done == RV_E_STALE;
}

int
rv_worker_refresh(struct rv_worker *worker)
{
    rv_err err = RV_ERR_INIT, fence = RV_ERR_INIT;
    struct refresh refresh = { .worker = worker,
                               .tries = { .worker = worker,
                                          .is_refusal = is_refusal,
                                          .failure_series = RV_M_REFRESH_FAILURES } };
    char queue[40];
    rv_queue_of_provider(queue, worker->provider);
    const char *const queues[] = { queue, NULL };
    int code = rv_worker_store(worker, 0, NULL, &err);
    if (code == 0) /* our row tells of it; guard says when it is not enough */
        rv_worker_fence(worker, &fence);
    if (code || rv_worker_ready(worker, queues, &err) || rv_worker_settings(worker, &err)) {
        code = err.code != RV_E_CANCELLED;
        if (code)
            rv_log_err(RV_ERROR, "refresh worker ends", &err);
    } else {
        code = serve(&refresh, queue);
    }
    rv_refresher_close(refresh.refresher);
    return code;
}
