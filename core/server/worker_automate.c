/* SPDX-License-Identifier: Apache-2.0
 *
 * The worker that runs methods: messages of queue "automate", one after the other. Lua and its
 * libraries are mapped here only, behind the fence of those who load foreign code. A method that no
 * limit reaches (an endless loop in C) ends the process, and the supervisor is told where.
 */
#define RV_LOG_TOPIC RV_TOPIC_AUTOMATE
#include "automate/deliver.h"
#include "base/log.h"
#include "datastore/cache.h"
#include "server/crash.h"
#include "server/messages.h"
#include "server/worker_types.h"

struct automate {
    struct rv_worker *worker;
    struct rv_script *script;
    struct rv_ae_cache *cache;
    struct rv_deliverer *deliverer;
    struct rv_message_loop loop;
};

static void
wake(void *arg, const char *queue)
{
    rv_worker_wake(((struct automate *)arg)->worker, queue);
}

static int
source_of(void *arg, const int64_t *generation, const struct rv_ae_source **out, rv_err *err)
{
    const struct automate *automate = arg;
    if (generation)
        rv_ae_cache_at(automate->cache, *generation);
    else if (rv_ae_cache_refresh(automate->cache, err) < 0)
        return err->code;
    *out = rv_ae_cache_source(automate->cache);
    return 0;
}

static int
deliver(void *arg, const struct rv_message *message, char **results, rv_err *err)
{
    struct automate *automate = arg;
    return rv_deliverer_deliver(automate->deliverer, message, results, err);
}

static void
take_settings(struct automate *automate)
{
    rv_err err = RV_ERR_INIT;
    struct rv_worker *worker = automate->worker;
    int missed = worker->settings_missed;
    if (!worker->settings_changed && !missed)
        return;
    rv_message_loop_renew(&automate->loop);
    if (rv_worker_settings(worker, &err) && !missed)
        rv_log_err(RV_WARNING, "settings not read", &err);
}

static int
serve(struct automate *automate, const char *queue)
{
    const struct rv_command commands[] = {
        { RV_AUTOMATE_CLASS, RV_AUTOMATE_DELIVER, deliver, automate, 0, NULL },
    };
    struct rv_worker *worker = automate->worker;
    int done = 0;
    rv_message_loop_open(&automate->loop, worker, queue, commands, RV_COUNT(commands));
    while (!worker->stop && done != RV_E_STALE) {
        take_settings(automate);
        done = rv_message_loop_once(&automate->loop);
        if (done == 0)
            rv_message_loop_wait(&automate->loop);
        else if (done > 0)
            rv_worker_read(worker);
    }
    rv_message_loop_close(&automate->loop);
    return done == RV_E_STALE;
}

static void
runaway(const char *place)
{
    rv_crash_runaway(place, RV_SCRIPT_EXIT_RUNAWAY);
}

/* The fence is raised before Lua is loaded; the store is open by then. */
static int
open_engine(struct automate *automate, rv_err *err)
{
    struct rv_worker *worker = automate->worker;
    size_t cache_bytes = (size_t)rv_settings_int(worker->settings, "automate.cache");
    struct rv_deliverer_config config = { .store = worker->store,
                                          .settings = worker->settings,
                                          .vault = &worker->vault,
                                          .module_dir = worker->module_dir,
                                          .scope = { worker->region_id, worker->zone_id,
                                                     worker->server_id },
                                          .holder = worker->row,
                                          .server_guid = worker->server_guid,
                                          .source = source_of,
                                          .taker = &automate->loop.dispatcher.taker,
                                          .wake = wake,
                                          .arg = automate };
    if (rv_worker_fence(worker, err) ||
        rv_script_open(&automate->script, worker->module_dir, cache_bytes, err))
        return err->code;
    rv_crash_in(rv_script_running);
    rv_script_on_runaway(runaway);
    automate->cache = rv_ae_cache_new(worker->store, cache_bytes);
    config.script = automate->script;
    return rv_deliverer_open(&automate->deliverer, &config, err);
}

int
rv_worker_automate(struct rv_worker *worker)
{
    const char *const queues[] = { rv_worker_type_find(worker->type)->queue, NULL };
    struct automate automate = { .worker = worker };
    rv_err err = RV_ERR_INIT;
    int code = 0;
    if (rv_worker_store(worker, 0, NULL, &err) || rv_worker_settings(worker, &err) ||
        rv_worker_ready(worker, queues, &err) || open_engine(&automate, &err)) {
        code = err.code != RV_E_CANCELLED;
        if (code)
            rv_log_err(RV_ERROR, "worker cannot start", &err);
    } else {
        code = serve(&automate, queues[0]);
    }
    rv_deliverer_close(automate.deliverer);
    rv_ae_cache_free(automate.cache);
    rv_script_close(automate.script);
    return code;
}
