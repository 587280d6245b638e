/* SPDX-License-Identifier: Apache-2.0
 *
 * The event worker of one provider: its watch of events, again and again. It takes no messages, and
 * runs beside the refresh worker, whose listing may take long or hang.
 */
#define RV_LOG_TOPIC RV_TOPIC_EVENT
#include "base/log.h"
#include "base/meter.h"
#include "catcher/catcher.h"
#include "server/provider_tries.h"
#include "server/worker.h"

enum { LISTING_MS = 30000 };

struct events {
    struct rv_worker *worker;
    struct rv_catcher *catcher;
    struct rv_tries tries;
};

static int
interrupted(void *arg)
{
    const struct rv_worker *worker = ((struct events *)arg)->worker;
    return worker->stop || worker->settings_changed;
}

static int
guard(void *arg, rv_err *err)
{
    return rv_worker_fence(((struct events *)arg)->worker, err);
}

/* Their handler waits for this. */
static void
caught(void *arg)
{
    rv_worker_wake(((struct events *)arg)->worker, "ems");
}

static struct rv_catcher_config
config_of(struct events *events)
{
    struct rv_worker *worker = events->worker;
    return (struct rv_catcher_config){
        .store = worker->store,
        .provider_id = worker->provider,
        .holder = worker->row,
        .lease_ms = rv_settings_int(worker->settings, "workers.lease"),
        .listing_ms = LISTING_MS,
        .auth = rv_provider_auth_policy(worker->settings),
        .flood_max = rv_settings_int(worker->settings, "events.flood_guard")
                         ? (int)rv_settings_int(worker->settings, "events.flood_max")
                         : 0,
        .module_dir = worker->provider_path,
        .vault = &worker->vault,
        .interrupted = interrupted,
        .guard = guard,
        .caught = caught,
        .arg = events,
    };
}

static void
take_settings(struct events *events)
{
    rv_err err = RV_ERR_INIT;
    struct rv_worker *worker = events->worker;
    int missed = worker->settings_missed;
    if (!worker->settings_changed && !missed)
        return;
    if (rv_worker_settings(worker, &err)) {
        if (!missed)
            rv_log_err(RV_WARNING, "settings not read", &err);
        return;
    }
    const struct rv_catcher_config config = config_of(events);
    if (events->catcher)
        rv_catcher_configure(events->catcher, &config);
}

static int
open_once(void *arg, rv_err *err)
{
    struct events *events = arg;
    take_settings(events);
    const struct rv_catcher_config config = config_of(events);
    return rv_catcher_open(&events->catcher, &config, err);
}

/* Whoever may see the inventory and not the events has the right credentials. */
static int
is_refusal(int code)
{
    return code == RV_E_AUTH;
}

/* RV_E_STALE ends the worker. */
static int
go_round(struct events *events)
{
    rv_err err = RV_ERR_INIT;
    struct rv_worker *worker = events->worker;
    take_settings(events);
    if (rv_tries_still_refused(&events->tries))
        return 0;
    int failed = events->catcher ? 0 : rv_tries_open(&events->tries, open_once, events, &err);
    if (failed == 0) {
        rv_worker_idle(worker);
        failed = rv_catcher_watch(events->catcher, &err);
    }
    if (failed == RV_E_STALE)
        rv_log_err(RV_WARNING, "our lease has passed on; the worker ends", &err);
    else if (failed == 0)
        rv_tries_succeeded(&events->tries);
    else if (failed != RV_E_CANCELLED && !worker->stop)
        rv_worker_wait(worker, rv_tries_failed(&events->tries, "events cannot be watched", &err));
    return failed;
}

int
rv_worker_event(struct rv_worker *worker)
{
    rv_err err = RV_ERR_INIT, fence = RV_ERR_INIT;
    static const char *const no_queues[] = { NULL };
    struct events events = { .worker = worker,
                             .tries = { .worker = worker,
                                        .is_refusal = is_refusal,
                                        .failure_series = RV_M_EVENT_FAILURES } };
    int code = rv_worker_store(worker, 0, NULL, &err);
    if (code == 0) /* our row tells of it; guard says when it is not enough */
        rv_worker_fence(worker, &fence);
    if (code || rv_worker_ready(worker, no_queues, &err) || rv_worker_settings(worker, &err)) {
        code = err.code != RV_E_CANCELLED;
        if (code)
            rv_log_err(RV_ERROR, "event worker ends", &err);
    }
    while (err.code == 0 && !worker->stop && code == 0)
        code = go_round(&events) == RV_E_STALE;
    rv_catcher_close(events.catcher);
    return code;
}
