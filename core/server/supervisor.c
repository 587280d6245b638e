/* SPDX-License-Identifier: Apache-2.0
 *
 * Start, loop and stop of the supervisor.
 */
#define RV_LOG_TOPIC RV_TOPIC_SUPERVISOR
#include "server/supervisor_internal.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>
#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/meter.h"
#include "base/secret.h"
#include "base/text.h"
#include "home/paths.h"
#include "server/logging.h"
#include "server/notify.h"
#include "server/privilege.h"
#include "server/protocol.h"
#include "server/worker_types.h"
#include "store/url.h"

/* Of the five seconds that a clean stop may take. */
enum { WORKERS_STOP_MS = 3000, SERVER_STOP_MS = 1200, TOKEN_BYTES = 32 };

static const char *const at_start[] = { "listen", "store",           "store_timeout",
                                        "zone",   "tls.certificate", "tls.key" };

int64_t
rv_supervisor_limit(const struct rv_supervisor *s, const char *key)
{
    return rv_settings_int(s->limits ? s->limits : s->home.settings, key);
}

int64_t
rv_supervisor_type_limit(const struct rv_supervisor *s, const char *type, const char *key)
{
    return rv_worker_type_int(s->limits ? s->limits : s->home.settings, type, key);
}

const char *
rv_supervisor_origin(const struct rv_supervisor *s, const char *key)
{
    const char *origin = rv_json_string(s->origins, key);
    return origin ? origin : "default";
}

int
rv_supervisor_write_url(const struct rv_supervisor *s, rv_err *err)
{
    RV_AUTO_FREE char *line = rv_format("%s\n", s->listening.url);
    return rv_home_write(s->home.dir, "url", line, 0644, err);
}

void
rv_supervisor_announce(struct rv_supervisor *s)
{
    rv_err err = RV_ERR_INIT;
    const struct rv_child *server = rv_supervisor_find(s, "server");
    const struct rv_child *api = rv_supervisor_find(s, "api");
    if (s->announced || s->stop_ms || !server || !server->ready || !api || !api->ready)
        return;
    if (rv_supervisor_write_url(s, &err)) {
        rv_log_err(RV_ERROR, "url could not be written", &err);
        return;
    }
    s->announced = 1;
    rv_notify_ready(s->listening.url);
    rv_log(RV_INFO, "ready", RV_F("url", RV_S(s->listening.url)), RV_F("home", RV_S(s->home.dir)),
           RV_F("ms", RV_I(rv_monotonic_ms() - s->started_ms)));
}

void
rv_supervisor_stop(struct rv_supervisor *s, int exit_code)
{
    struct rv_child *server = rv_supervisor_find(s, "server");
    if (exit_code > s->exit_code)
        s->exit_code = exit_code;
    if (s->stop_ms) {
        for (struct rv_child *child = s->children; child; child = child->next)
            rv_child_kill(child, "asked to stop a second time");
        return;
    }
    rv_log(RV_INFO, "stopping");
    rv_notify_stopping();
    s->stop_ms = rv_monotonic_ms();
    rv_home_remove(s->home.dir, "url");
    rv_home_remove(s->home.dir, "local-token");
    rv_listen_close(&s->listening);
    if (server) {
        RV_AUTO_JSON cJSON *quiesce = rv_message_new("quiesce");
        rv_child_send(server, quiesce);
    }
    for (struct rv_child *child = s->children; child; child = child->next)
        if (child != server)
            rv_supervisor_stop_child(s, child, 0);
    rv_supervisor_check(s);
}

/* The server worker goes last, so that it can write that the others have gone. */
static void
go_on_stopping(struct rv_supervisor *s)
{
    int64_t now_ms = rv_monotonic_ms();
    struct rv_child *server = rv_supervisor_find(s, "server");
    int64_t quiesce_ms = rv_supervisor_limit(s, "server.quiesce_timeout");
    int others = 0;
    for (struct rv_child *child = s->children; child; child = child->next) {
        int64_t most_ms = child->must_finish ? quiesce_ms : WORKERS_STOP_MS;
        others += child != server;
        if (child != server && now_ms - s->stop_ms > most_ms && !child->ended_by_us)
            rv_child_kill(child, "it did not stop in time");
    }
    if (others == 0 && server && !s->server_told_ms) {
        s->server_told_ms = now_ms;
        rv_supervisor_stop_child(s, server, 0);
    }
    if (server && s->server_told_ms && now_ms - s->server_told_ms > SERVER_STOP_MS &&
        !server->ended_by_us)
        rv_child_kill(server, "it did not stop in time");
    if (s->children == NULL)
        event_base_loopbreak(s->base);
}

static void
on_tick(evutil_socket_t fd, short events, void *arg)
{
    struct rv_supervisor *s = arg;
    (void)fd;
    (void)events;
    rv_supervisor_check(s);
    if (s->stop_ms) {
        go_on_stopping(s);
        return;
    }
    if (s->certificate)
        rv_certificate_watch(s->certificate);
    if (rv_module_watch(&s->modules, s->provider_path, rv_monotonic_ms()))
        rv_supervisor_describe(s);
}

void
rv_supervisor_add_settings(const struct rv_supervisor *s, const struct rv_child *child,
                           cJSON *message)
{
    const struct rv_setting *all = rv_settings_declared();
    cJSON *settings = rv_settings_to_overlay(s->home.settings);
    for (int i = 0; all[i].key && strcmp(child->type, "api") != 0; i++)
        if (all[i].type == RV_SET_SECRET || strcmp(all[i].key, "store") == 0)
            cJSON_DeleteItemFromObjectCaseSensitive(settings, all[i].key);
    cJSON_AddItemToObject(message, "settings", settings);
}

void
rv_supervisor_send_settings(struct rv_supervisor *s, const struct rv_child *but)
{
    for (struct rv_child *child = s->children; child; child = child->next) {
        RV_AUTO_JSON cJSON *message = rv_message_new("settings");
        rv_supervisor_add_settings(s, child, message);
        if (child != but)
            rv_child_send(child, message);
    }
}

/* Settings that are read at the start only: who changes one is told. */
static void
warn_of_later(const struct rv_supervisor *s, const char *const before[])
{
    for (size_t i = 0; i < RV_COUNT(at_start); i++)
        if (!rv_streq(before[i], rv_settings_string(s->home.settings, at_start[i])))
            rv_log(RV_WARNING, "a changed setting takes effect at the next start only",
                   RV_F("setting", RV_S(at_start[i])));
}

static void
take_module_path(struct rv_supervisor *s)
{
    rv_err err = RV_ERR_INIT;
    char *path = NULL;
    if (rv_paths_providers(&path, s->module_dir,
                           rv_settings_string(s->home.settings, "modules.path"), &err)) {
        rv_log_err(RV_ERROR, "setting not taken; the old one stays", &err);
        return;
    }
    free(s->provider_path);
    s->provider_path = path;
    s->modules = (struct rv_module_watch){ 0 };
    rv_module_watch(&s->modules, path, rv_monotonic_ms());
}

static void
reload(struct rv_supervisor *s)
{
    rv_err err = RV_ERR_INIT;
    char *before[RV_COUNT(at_start)];
    for (size_t i = 0; i < RV_COUNT(at_start); i++)
        before[i] = rv_strdup(rv_settings_string(s->home.settings, at_start[i]));
    rv_notify_reloading();
    int failed = rv_home_reload(&s->home, &err);
    rv_notify_reloaded();
    if (!failed)
        warn_of_later(s, (const char *const *)before);
    for (size_t i = 0; i < RV_COUNT(at_start); i++)
        free(before[i]);
    if (failed) {
        rv_log_err(RV_ERROR, "settings not read again; the old ones stay", &err);
        return;
    }
    if (s->limits == NULL)
        rv_server_log(s->home.settings);
    take_module_path(s);
    rv_supervisor_pace(s);
    rv_server_vault_warn(s->vault);
    rv_supervisor_send_settings(s, NULL);
    rv_supervisor_describe(s);
    rv_log(RV_INFO, "settings read again");
}

static void
on_signal(evutil_socket_t number, short events, void *arg)
{
    struct rv_supervisor *s = arg;
    (void)events;
    if (number == SIGCHLD)
        rv_supervisor_reap(s);
    else if (number == SIGHUP)
        reload(s);
    else
        rv_supervisor_stop(s, 0);
    if (s->stop_ms)
        go_on_stopping(s);
}

/* Errors of a write, not ends of the process; workers inherit it. */
static void
ignore_signals(void)
{
    const struct sigaction ignore = { .sa_handler = SIG_IGN };
    sigaction(SIGPIPE, &ignore, NULL);
    sigaction(SIGXFSZ, &ignore, NULL);
}

static int
make_loop(struct rv_supervisor *s, rv_err *err)
{
    static const int numbers[] = { SIGCHLD, SIGTERM, SIGINT, SIGHUP };
    ignore_signals();
    s->base = event_base_new();
    if (s->base == NULL)
        return rv_fail(err, RV_E_INTERNAL, "no event loop");
    for (size_t i = 0; i < RV_COUNT(numbers); i++) {
        s->signals[i] = evsignal_new(s->base, numbers[i], on_signal, s);
        if (s->signals[i] == NULL || event_add(s->signals[i], NULL))
            return rv_fail(err, RV_E_INTERNAL, "no signal handler");
    }
    s->tick = event_new(s->base, -1, 0, on_tick, s);
    if (s->tick == NULL)
        return rv_fail(err, RV_E_INTERNAL, "no timer");
    return 0;
}

/* A core file holds what the process had in memory. Of 1 the kernel says that it stands for "none",
 * also where cores go to a program; of 0 only that it stands for no file. */
static void
forbid_cores(const struct rv_settings *settings)
{
    const struct rlimit none = { .rlim_cur = 1, .rlim_max = 1 };
    if (!rv_settings_int(settings, "core_dumps") && setrlimit(RLIMIT_CORE, &none))
        rv_log(RV_WARNING, "core files could not be switched off; one would hold secrets");
}

/* Who can read the home may ask for diagnostics while nobody can log in. */
static void
make_local_token(const struct rv_supervisor *s)
{
    rv_err err = RV_ERR_INIT;
    char token[2 * TOKEN_BYTES + 1];
    rv_random_hex(token, TOKEN_BYTES);
    if (rv_home_write(s->home.dir, "local-token", token, 0600, &err))
        rv_log_err(RV_WARNING, "no local-token: reevectl needs a login, also beside the home",
                   &err);
    rv_wipe(token, sizeof(token));
}

static int
listen_flags(const struct rv_supervisor *s)
{
    int plain = rv_settings_int(s->home.settings, "allow_plain_http") != 0;
    return (plain ? RV_LISTEN_ALLOW_PLAIN : 0) | (s->certificate ? RV_LISTEN_TLS : 0);
}

static int
start(struct rv_supervisor *s, const struct rv_options *options, rv_err *err)
{
    s->listening.fd = -1;
    rv_privilege_close_memory();
    s->metrics_fd = -1;
    if (rv_meter_share(&s->metrics_fd, err) || rv_home_open(&s->home, options, err))
        return err->code;
    rv_server_log(s->home.settings);
    forbid_cores(s->home.settings);
    if (rv_paths_modules(&s->module_dir, options->module_dir, err) ||
        rv_paths_providers(&s->provider_path, s->module_dir,
                           rv_settings_string(s->home.settings, "modules.path"), err) ||
        rv_server_vault_open(&s->vault, &s->home, err) ||
        rv_certificate_open(&s->certificate, &s->home, s->module_dir, err) ||
        rv_listen_open(&s->listening, rv_settings_string(s->home.settings, "listen"),
                       listen_flags(s), err) ||
        rv_privilege_drop(s->home.dir, options->user, err) || make_loop(s, err))
        return err->code;
    make_local_token(s);
    rv_module_watch(&s->modules, s->provider_path, rv_monotonic_ms());
    rv_meter_set(RV_M_SERVER_START, rv_now_ms(), RV_NO_LABELS);
    rv_supervisor_pace(s);
    s->news = cJSON_CreateArray();
    s->roster = rv_roster_new();
    rv_roster_set(s->roster, "server", 0, NULL, 1, rv_monotonic_ms());
    rv_roster_set(s->roster, "api", 0, NULL, 1,
                  rv_monotonic_ms()); /* the server worker wants more */
    return 0;
}

static void
finish(struct rv_supervisor *s)
{
    for (size_t i = 0; i < RV_COUNT(s->signals); i++)
        if (s->signals[i])
            event_free(s->signals[i]);
    if (s->tick)
        event_free(s->tick);
    if (s->base)
        event_base_free(s->base);
    rv_roster_free(s->roster);
    rv_listen_close(&s->listening);
    if (s->metrics_fd >= 0)
        close(s->metrics_fd);
    rv_certificate_close(s->certificate);
    rv_server_vault_close(s->vault);
    rv_settings_free(s->limits);
    cJSON_Delete(s->origins);
    cJSON_Delete(s->server);
    cJSON_Delete(s->types);
    cJSON_Delete(s->news);
    free(s->module_dir);
    free(s->provider_path);
    rv_home_close(&s->home);
    libevent_global_shutdown();
}

static void
log_start(const struct rv_supervisor *s)
{
    RV_AUTO_FREE char *store = rv_store_url_public(s->home.store_url);
    rv_log(RV_INFO, "starting", RV_F("version", RV_S(REEVE_VERSION)), RV_F("pid", RV_I(getpid())),
           RV_F("home", RV_S(s->home.dir)), RV_F("store", RV_S(store)),
           RV_F("listen", RV_S(s->listening.url)));
}

int
rv_supervisor_run(const struct rv_options *options, int argc, char **argv)
{
    rv_err err = RV_ERR_INIT;
    struct rv_supervisor s = { .started_ms = rv_monotonic_ms() };
    rv_log_scope("worker", "supervisor");
    rv_notify_open();
    if (start(&s, options, &err)) {
        rv_log_err(RV_ERROR, "reeved cannot start", &err);
        finish(&s);
        return 1;
    }
    rv_options_hide_store(argc, argv);
    log_start(&s);
    rv_supervisor_describe(&s);
    rv_supervisor_check(&s);
    event_base_dispatch(s.base);
    rv_log(RV_INFO, "stopped", RV_F("ms", RV_I(rv_monotonic_ms() - s.stop_ms)));
    finish(&s);
    return s.exit_code;
}
