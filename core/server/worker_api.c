/* SPDX-License-Identifier: Apache-2.0
 *
 * The API worker: an event loop over the inherited listening socket and the
 * supervisor's. What needs the key or a provider's module is asked of the
 * supervisor: sealing at once, proving with the answer later. Until there is a store, another one
 * answers in its place (api/waiting.h). What may wait for the store is done
 * outside of the loop, which turns meanwhile: whoever asks whether we live gets his answer.
 */
#define RV_LOG_TOPIC RV_TOPIC_API
#include <event2/event.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include "api/api.h"
#include "api/waiting.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/text.h"
#include "server/api_proofs.h"
#include "server/certificate.h"
#include "server/protocol.h"
#include "server/worker.h"
#include "store/schema.h"

enum {
    DRAIN_MS = 2500,
    DRAIN_LOOK_MS = 20,
    SETTINGS_MS = 5000,
    TLS_LOOK_MS = 2000,
    TURN_MS = 50, /* how often the loop turns while the store is waited for */
    TURN_AFTER_MS = 100,
    SERVER_LOOK_MS = 500,
    STAND_IN_AFTER_MS = 1000 /* a start that takes no longer answers by itself */
};

struct api {
    struct rv_worker *worker;
    struct event_base *base;
    struct event *readable, *heart, *later, *terminate;
    struct rv_api *api;
    struct rv_waiting *waiting; /* answers in its place */
    int64_t begun_ms;
    int told; /* the supervisor, that we wait for the database */
    struct rv_proofs proofs;
    cJSON *answers; /* frames that came while we waited for something else */
    cJSON *types;
    struct rv_tls *tls;
    int look_at_tls; /* now: somebody has asked for it */
    int64_t tls_ms;  /* when its files were looked at last */
    int changed, draining;
    int heart_due, later_due, finished;
    int64_t work_ms;    /* monotonic: since when a statement is waited for; 0: we are in the loop */
    int64_t statements; /* of the store, at that time */
    int64_t drain_ms, settings_ms;
};

static const cJSON *
types_of(void *arg)
{
    const struct api *api = arg;
    return api->types;
}

static void
wake(void *arg, const char *queue)
{
    struct api *api = arg;
    rv_worker_wake(api->worker, queue);
}

static void
end_worker(void *arg, const char *guid, const char *what)
{
    struct api *api = arg;
    RV_AUTO_JSON cJSON *message = rv_message_new("end");
    cJSON_AddStringToObject(message, "guid", guid);
    cJSON_AddStringToObject(message, "what", what);
    rv_worker_send(api->worker, message);
}

static int
verify(void *arg, const char *type, const cJSON *given, rv_verify_done done, void *done_arg,
       rv_err *err)
{
    struct api *api = arg;
    return rv_proofs_ask(&api->proofs, type, given, done, done_arg, err);
}

static int
verify_stored(void *arg, int64_t provider_id, const cJSON *given, rv_verify_done done,
              void *done_arg, rv_err *err)
{
    struct api *api = arg;
    return rv_proofs_ask_stored(&api->proofs, provider_id, given, api->types, done, done_arg, err);
}

static int
keep_pace(struct api *api)
{
    int64_t beat_ms = api->worker->beat_ms;
    const struct timeval beat = { .tv_sec = beat_ms / 1000, .tv_usec = (beat_ms % 1000) * 1000 };
    return event_add(api->heart, &beat);
}

/* Frames may arrive in the middle of a statement's wait; what they cause is done from the loop. */
static void
on_frame(void *arg, const cJSON *frame)
{
    struct api *api = arg;
    if (rv_message_is(frame, "proved") || rv_message_is(frame, "types"))
        cJSON_AddItemToArray(api->answers, cJSON_Duplicate(frame, 1));
    else if (rv_message_is(frame, "wake"))
        api->changed = 1;
    else if (rv_message_is(frame, "settings"))
        api->look_at_tls = 1;
    else if (rv_message_is(frame, "pace"))
        keep_pace(api);
    else if (rv_message_is(frame, "server"))
        rv_worker_take_server(api->worker, frame);
    event_active(api->later, EV_TIMEOUT, 0);
}

static void
take_types(struct api *api, cJSON *frame)
{
    cJSON *types = cJSON_DetachItemFromObjectCaseSensitive(frame, "types");
    if (types == NULL)
        return;
    cJSON_Delete(api->types);
    api->types = types;
}

/* A broken pair is said once; what was good before goes on. */
static void
look_at_tls(struct api *api, int flags)
{
    rv_err err = RV_ERR_INIT;
    if (api->tls == NULL)
        return;
    api->tls_ms = rv_monotonic_ms();
    int taken = rv_tls_refresh(api->tls, flags, &err);
    if (taken > 0)
        rv_certificate_say(api->tls, "certificate renewed");
    else if (taken < 0)
        rv_log_err(RV_ERROR, "new certificate not taken; the old one stays", &err);
}

static void
begin_drain(struct api *api)
{
    if (api->draining)
        return;
    api->draining = 1;
    api->drain_ms = rv_monotonic_ms();
    rv_api_drain(api->api);
}

static void
look_later(struct api *api, int64_t ms)
{
    const struct timeval wait = { .tv_sec = ms / 1000, .tv_usec = (ms % 1000) * 1000 };
    event_add(api->later, &wait);
}

static void
on_later(evutil_socket_t fd, short events, void *arg)
{
    struct api *api = arg;
    (void)fd;
    (void)events;
    api->later_due = 1;
}

static void
do_later(struct api *api)
{
    while (cJSON_GetArraySize(api->answers) > 0) {
        cJSON *frame = cJSON_DetachItemFromArray(api->answers, 0);
        if (rv_message_is(frame, "proved"))
            rv_proofs_take(&api->proofs, frame);
        else
            take_types(api, frame);
        rv_json_wipe(frame);
        cJSON_Delete(frame);
    }
    if (api->changed) {
        api->changed = 0;
        rv_api_changed(api->api);
    }
    if (api->look_at_tls) {
        api->look_at_tls = 0;
        look_at_tls(api, 0);
    }
    if (api->worker->stop)
        begin_drain(api);
    if (!api->draining)
        return;
    if (rv_api_idle(api->api) || rv_monotonic_ms() - api->drain_ms > DRAIN_MS)
        api->finished = 1;
    else
        look_later(api, DRAIN_LOOK_MS);
}

static void
on_readable(evutil_socket_t fd, short events, void *arg)
{
    struct api *api = arg;
    (void)fd;
    (void)events;
    rv_worker_read(api->worker);
}

static void
read_settings(struct api *api)
{
    rv_err err = RV_ERR_INIT;
    struct rv_worker *worker = api->worker;
    int64_t now_ms = rv_monotonic_ms();
    if (!worker->settings_changed && now_ms - api->settings_ms < SETTINGS_MS)
        return;
    api->settings_ms = now_ms;
    if (rv_worker_settings(worker, &err) ||
        rv_store_set_timeout(worker->store,
                             rv_settings_int(worker->settings, "api.statement_timeout"), &err))
        rv_log_err(RV_DEBUG, "settings not read", &err);
    if (api->tls)
        rv_tls_patience(api->tls, rv_settings_int(worker->settings, "api.handshake_timeout"));
}

static void
on_heart(evutil_socket_t fd, short events, void *arg)
{
    struct api *api = arg;
    (void)fd;
    (void)events;
    rv_worker_beat(api->worker);
    api->heart_due = 1;
}

static void
do_heart(struct api *api)
{
    rv_proofs_give_up(&api->proofs);
    rv_api_measure(api->api);
    read_settings(api);
    if (rv_monotonic_ms() - api->tls_ms >= TLS_LOOK_MS)
        look_at_tls(api, RV_TLS_SETTLED);
}

/* In the middle of a wait. Each statement is waited for anew. */
static void
on_wait(void *arg)
{
    struct api *api = arg;
    int64_t now_ms = rv_monotonic_ms(), statements;
    if (api->work_ms == 0)
        return;
    statements = rv_store_statements(api->worker->store);
    if (statements != api->statements) {
        api->statements = statements;
        api->work_ms = now_ms;
    }
    if (now_ms - api->work_ms >= TURN_AFTER_MS)
        rv_api_turn(api->api, now_ms - api->work_ms);
}

static void
do_due(struct api *api)
{
    api->work_ms = rv_monotonic_ms();
    rv_api_work(api->api);
    if (api->heart_due) {
        api->heart_due = 0;
        do_heart(api);
    }
    if (api->later_due) {
        api->later_due = 0;
        do_later(api);
    }
    api->work_ms = 0;
}

static void
run(struct api *api)
{
    while (!api->finished) {
        int due = api->heart_due || api->later_due || rv_api_has_work(api->api);
        if (event_base_loop(api->base, due ? EVLOOP_NONBLOCK : EVLOOP_ONCE) < 0)
            return;
        do_due(api);
    }
}

static void
on_terminate(evutil_socket_t fd, short events, void *arg)
{
    struct api *api = arg;
    (void)fd;
    (void)events;
    api->worker->stop = RV_STOP_NOW;
    event_active(api->later, EV_TIMEOUT, 0);
}

static int
make_loop(struct api *api, rv_err *err)
{
    struct event_config *config = event_config_new();
    /* What a request changes about its connection is told to the kernel at once, not one by one. */
    event_config_set_flag(config, EVENT_BASE_FLAG_EPOLL_USE_CHANGELIST);
    api->base = event_base_new_with_config(config);
    event_config_free(config);
    if (api->base == NULL)
        return rv_fail(err, RV_E_INTERNAL, "no event loop");
    api->readable = event_new(api->base, api->worker->fd, EV_READ | EV_PERSIST, on_readable, api);
    api->heart = event_new(api->base, -1, EV_PERSIST, on_heart, api);
    api->later = event_new(api->base, -1, 0, on_later, api);
    api->terminate = evsignal_new(api->base, SIGTERM, on_terminate, api);
    if (!api->readable || !api->heart || !api->later || !api->terminate ||
        event_add(api->readable, NULL) || keep_pace(api) || event_add(api->terminate, NULL))
        return rv_fail(err, RV_E_INTERNAL, "no events");
    return 0;
}

static int
open_api(struct api *api, rv_err *err)
{
    struct rv_worker *worker = api->worker;
    const struct rv_api_config config = {
        .base = api->base,
        .listen_fd = RV_WORKER_LISTEN,
        .store = worker->store,
        .settings = worker->settings,
        .host = { .arg = api,
                  .vault = worker->vault,
                  .verify = verify,
                  .wake = wake,
                  .end_worker = end_worker,
                  .types = types_of,
                  .verify_stored = verify_stored },
        .version = REEVE_VERSION,
        .server_id = worker->server_id,
        .index = worker->index,
        .home = worker->home,
        .zone_id = worker->zone_id,
        .region_id = worker->region_id,
        .server_guid = worker->server_guid,
        .tls = api->tls,
        .outside = 1,
    };
    return rv_api_open(&api->api, &config, err);
}

static int
open_tls(struct api *api, rv_err *err)
{
    const struct rv_worker *worker = api->worker;
    const struct rv_tls_config config = {
        .module_dir = worker->module_dir,
        .certificate = rv_json_string(worker->tls, "certificate"),
        .key = rv_json_string(worker->tls, "key"),
        .handshake_ms = rv_settings_int(worker->settings, "api.handshake_timeout"),
    };
    return worker->tls ? rv_tls_open(&api->tls, &config, err) : 0;
}

/* Where the API is may be read in the home from now on: whoever looks for it hears why it waits. */
static void
stand_in(struct api *api)
{
    rv_err err = RV_ERR_INIT;
    if (api->waiting == NULL &&
        ((api->tls == NULL && open_tls(api, &err)) ||
         rv_waiting_open(&api->waiting, api->base, RV_WORKER_LISTEN, api->tls, &err)))
        rv_log_err(RV_WARNING, "nobody hears why the API does not answer", &err);
    if (api->told || api->worker->store)
        return;
    RV_AUTO_JSON cJSON *waits = rv_message_new("waits");
    rv_worker_send(api->worker, waits);
    api->told = 1;
}

static void
on_store_down(void *arg, const rv_err *err)
{
    struct api *api = arg;
    stand_in(api);
    if (api->waiting)
        rv_waiting_say(api->waiting, err);
}

/* While the database is opened, read and written to for the first time. */
static void
on_early_wait(void *arg)
{
    struct api *api = arg;
    if (api->waiting == NULL && rv_monotonic_ms() - api->begun_ms >= STAND_IN_AFTER_MS)
        stand_in(api);
    if (api->waiting)
        event_base_loop(api->base, EVLOOP_NONBLOCK);
}

/* One that was started before the server worker has found the database learns only later whose it
 * is. */
static int
prepare_store(struct rv_worker *worker, rv_err *err)
{
    while (worker->server_id == 0 && !worker->stop)
        rv_worker_wait(worker, SERVER_LOOK_MS);
    if (worker->stop)
        return rv_fail(err, RV_E_CANCELLED, "told to stop before the server was there");
    return rv_schema_open(worker->store, err) || rv_worker_settings(worker, err) ? err->code : 0;
}

/* All that may have to wait for the database. The stand-in answers meanwhile, whatever the wait
 * is for: one that takes no row yet (a full disk, a lock) keeps us from work as well. */
static int
join(struct api *api, rv_err *err)
{
    static const char *const queues[] = { "changes", NULL };
    struct rv_worker *worker = api->worker;
    api->begun_ms = rv_monotonic_ms();
    worker->turn_ms = worker->hooks.beat_ms = TURN_MS;
    worker->on_wait = on_early_wait;
    worker->on_store_down = on_store_down;
    int64_t timeout_ms = rv_settings_int(worker->settings, "api.statement_timeout");
    if (!rv_worker_store(worker, timeout_ms, prepare_store, err))
        rv_worker_ready(worker, queues, err);
    worker->on_store_down = NULL;
    worker->on_wait = NULL;
    rv_waiting_close(api->waiting);
    rv_tls_close(api->tls); /* it is opened again with the settings that the database has */
    api->waiting = NULL;
    api->tls = NULL;
    return err->code;
}

static int
begin(struct api *api, rv_err *err)
{
    struct rv_worker *worker = api->worker;
    /* Before the store: what the supervisor says from now on must find the loop. */
    if (make_loop(api, err))
        return err->code;
    worker->on_frame = on_frame;
    worker->arg = api;
    if (join(api, err) || open_tls(api, err) || open_api(api, err))
        return err->code;
    worker->on_wait = on_wait;
    return 0;
}

static void
end(struct api *api)
{
    api->worker->on_frame = NULL;
    api->worker->on_wait = NULL;
    rv_api_close(api->api);
    rv_tls_close(api->tls);
    rv_proofs_forget(&api->proofs);
    if (api->readable)
        event_free(api->readable);
    if (api->heart)
        event_free(api->heart);
    if (api->later)
        event_free(api->later);
    if (api->terminate)
        event_free(api->terminate);
    if (api->base)
        event_base_free(api->base);
    cJSON_Delete(api->answers);
    cJSON_Delete(api->types);
}

int
rv_worker_api(struct rv_worker *worker)
{
    rv_err err = RV_ERR_INIT;
    struct api api = { .worker = worker,
                       .proofs = { .worker = worker },
                       .answers = cJSON_CreateArray() };
    api.types = worker->types;
    worker->types = NULL;
    int failed = begin(&api, &err);
    if (!failed) {
        if (worker->stop)
            event_active(api.later, EV_TIMEOUT, 0);
        run(&api);
    } else if (err.code != RV_E_CANCELLED) {
        rv_log_err(RV_ERROR, "worker cannot start", &err);
    }
    end(&api);
    return failed && failed != RV_E_CANCELLED;
}
