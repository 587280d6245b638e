/* SPDX-License-Identifier: Apache-2.0
 *
 * The common part of a worker. It reads the supervisor's frames wherever it
 * waits, so nothing here needs a thread.
 */
#include "server/worker.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>
#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/meter.h"
#include "base/text.h"
#include "model/model.h"
#include "server/crash.h"
#include "server/logging.h"
#include "server/protocol.h"
#include "server/worker_types.h"

enum { WELCOME_MS = 10000, ANSWER_MS = 30000, DEFAULT_BEAT_MS = 1000 };

static volatile sig_atomic_t terminated;

static void
on_terminate(int number)
{
    (void)number;
    terminated = 1;
}

static void
copy_text(char *out, size_t size, const char *text)
{
    snprintf(out, size, "%s", text ? text : "");
}

int
rv_worker_try_send(struct rv_worker *worker, const cJSON *message, rv_err *err)
{
    int failed = rv_frame_send(worker->fd, message, err);
    if (failed == RV_E_NOT_FOUND)
        _exit(1); /* the supervisor is gone, and we with it */
    return failed;
}

void
rv_worker_send(struct rv_worker *worker, const cJSON *message)
{
    rv_err err = RV_ERR_INIT;
    if (rv_worker_try_send(worker, message, &err))
        rv_log_err(RV_ERROR, "message to the supervisor not sent", &err);
}

static void
take_settings(struct rv_worker *worker, const cJSON *frame)
{
    rv_err err = RV_ERR_INIT;
    rv_settings_forget_overlay(worker->settings);
    if (rv_settings_overlay(worker->settings, cJSON_GetObjectItemCaseSensitive(frame, "settings"),
                            "supervisor", &err))
        rv_log_err(RV_ERROR, "settings refused", &err);
    rv_server_log(worker->settings);
    worker->settings_changed = 1;
}

/* The next beat comes at once: it may be due by then. */
static void
take_pace(struct rv_worker *worker, const cJSON *frame)
{
    int64_t turn_ms = worker->turn_ms;
    worker->beat_ms = rv_json_int(frame, "beat_ms", DEFAULT_BEAT_MS);
    worker->hooks.beat_ms = turn_ms && turn_ms < worker->beat_ms ? turn_ms : worker->beat_ms;
    worker->next_beat_ms = 0;
}

static void
take_frame(struct rv_worker *worker, cJSON *frame)
{
    if (worker->waits_for && rv_json_int(frame, "ticket", 0) == worker->waits_for) {
        worker->waits_for = 0;
        worker->answer = frame;
        return;
    }
    if (rv_message_is(frame, "wake"))
        worker->woken = 1;
    else if (rv_message_is(frame, "stop"))
        worker->stop = rv_json_int(frame, "gentle", 0) ? RV_STOP_GENTLY : RV_STOP_NOW;
    else if (rv_message_is(frame, "cancel"))
        worker->cancelled_message = rv_json_int(frame, "message", 0);
    else if (rv_message_is(frame, "settings"))
        take_settings(worker, frame);
    else if (rv_message_is(frame, "pace"))
        take_pace(worker, frame);
    if (worker->on_frame)
        worker->on_frame(worker->arg, frame);
    rv_json_wipe(frame);
    cJSON_Delete(frame);
}

/* Frames that have arrived; the answer that is waited for, if any, ends it. */
static void
take_frames(struct rv_worker *worker)
{
    rv_err err = RV_ERR_INIT;
    cJSON *frame = NULL;
    int got;
    while ((got = rv_frame_next(&worker->in, &frame, &err)) > 0)
        take_frame(worker, frame);
    if (got < 0) {
        rv_log_err(RV_ERROR, "the supervisor broke the protocol", &err);
        _exit(1);
    }
}

void
rv_worker_read(struct rv_worker *worker)
{
    rv_err err = RV_ERR_INIT;
    struct pollfd one = { .fd = worker->fd, .events = POLLIN };
    take_frames(worker); /* some may have come in one piece with the welcome */
    while (poll(&one, 1, 0) > 0) {
        if (rv_frame_fill(&worker->in, worker->fd, &err) < 0)
            _exit(1);
        take_frames(worker);
    }
}

static void
on_ready(void *arg)
{
    rv_worker_read(arg);
}

/* On SQLite nothing tells others that we have written: we do, when there is time. */
static void
tell_changes(struct rv_worker *worker)
{
    if (worker->store == NULL || rv_store_is_postgres(worker->store) ||
        rv_store_in_transaction(worker->store) || strcmp(worker->type, "api") == 0)
        return;
    int64_t statements = rv_store_statements(worker->store);
    if (statements == worker->statements)
        return;
    worker->statements = statements;
    rv_worker_wake(worker, "changes");
}

void
rv_worker_beat(struct rv_worker *worker)
{
    int64_t now_ms = rv_monotonic_ms();
    tell_changes(worker);
    if (now_ms < worker->next_beat_ms)
        return;
    worker->next_beat_ms = now_ms + worker->beat_ms;
    RV_AUTO_JSON cJSON *beat = rv_message_new("beat");
    cJSON_AddStringToObject(beat, "busy", worker->busy);
    cJSON_AddNumberToObject(beat, "message", (double)worker->message);
    if (worker->message && !worker->interruptible)
        cJSON_AddNumberToObject(beat, "must_finish", 1);
    if (worker->until_ms)
        cJSON_AddNumberToObject(
            beat, "left_ms", (double)(worker->until_ms > now_ms ? worker->until_ms - now_ms : 0));
    rv_worker_send(worker, beat);
}

static void
beat(void *arg)
{
    struct rv_worker *worker = arg;
    rv_worker_beat(worker);
    if (worker->on_wait)
        worker->on_wait(worker->arg);
}

int
rv_worker_message_cancelled(const struct rv_worker *worker)
{
    return worker->message && worker->message == worker->cancelled_message;
}

static int
cancelled(void *arg)
{
    struct rv_worker *worker = arg;
    if (terminated && !worker->stop)
        worker->stop = RV_STOP_NOW;
    if (worker->armed == RV_ARMED_IDLE)
        return worker->stop || worker->woken || worker->settings_changed;
    if (worker->armed == RV_ARMED_WORK)
        return (worker->stop == RV_STOP_NOW && worker->interruptible) ||
               rv_worker_message_cancelled(worker) ||
               (worker->until_ms && rv_monotonic_ms() >= worker->until_ms);
    return 0;
}

void
rv_worker_busy(struct rv_worker *worker, const char *what, int64_t message, int64_t timeout_ms)
{
    copy_text(worker->busy, sizeof(worker->busy), what);
    worker->message = message;
    worker->until_ms = timeout_ms ? rv_monotonic_ms() + timeout_ms : 0;
    worker->next_beat_ms = 0;
}

void
rv_worker_idle(struct rv_worker *worker)
{
    worker->busy[0] = '\0';
    worker->message = 0;
    worker->until_ms = 0;
    worker->next_beat_ms = 0;
}

int
rv_worker_wait_fd(struct rv_worker *worker, int fd, int64_t ms)
{
    rv_err ignored = RV_ERR_INIT;
    worker->armed = RV_ARMED_IDLE;
    int ready = fd < 0 ? rv_sleep(ms, &ignored) : rv_wait_fd(fd, POLLIN, ms, &ignored);
    worker->armed = RV_ARMED_NOT;
    worker->woken = 0;
    return ready > 0;
}

void
rv_worker_wait(struct rv_worker *worker, int64_t ms)
{
    rv_worker_wait_fd(worker, -1, ms);
}

void
rv_worker_wake(struct rv_worker *worker, const char *queue)
{
    RV_AUTO_JSON cJSON *message = rv_message_new("wake");
    cJSON_AddStringToObject(message, "queue", queue);
    rv_worker_send(worker, message);
}

int
rv_worker_ask(struct rv_worker *worker, cJSON *question, cJSON **out, rv_err *err)
{
    int64_t until_ms = rv_monotonic_ms() + ANSWER_MS;
    struct pollfd one = { .fd = worker->fd, .events = POLLIN };
    cJSON_AddNumberToObject(question, "ticket", (double)++worker->ticket);
    if (rv_worker_try_send(worker, question, err))
        return err->code;
    worker->waits_for = worker->ticket;
    while (worker->waits_for && rv_monotonic_ms() < until_ms) {
        if (poll(&one, 1, 1000) > 0 && rv_frame_fill(&worker->in, worker->fd, err) < 0)
            _exit(1);
        take_frames(worker);
    }
    if (worker->waits_for) {
        worker->waits_for = 0;
        return rv_fail(err, RV_E_TIMEOUT, "the supervisor does not answer '%s'",
                       rv_json_string(question, "type"));
    }
    *out = worker->answer;
    worker->answer = NULL;
    return rv_message_error(*out, err);
}

/* One question with two texts, one text as the answer. */
static int
ask_vault(struct rv_worker *worker, char **out, const char *word, const char *place,
          const char *name, const char *text, rv_err *err)
{
    cJSON *question = rv_message_new(word);
    cJSON *answer = NULL;
    cJSON_AddStringToObject(question, "place", place);
    cJSON_AddStringToObject(question, name, text);
    int failed = rv_worker_ask(worker, question, &answer, err);
    rv_json_wipe(question);
    cJSON_Delete(question);
    if (!failed) {
        const char *found = rv_json_string(answer, "text");
        *out = rv_strdup(found ? found : "");
    }
    rv_json_wipe(answer);
    cJSON_Delete(answer);
    return failed;
}

static int
seal(void *arg, char **out, const char *place, const char *text, rv_err *err)
{
    return ask_vault(arg, out, "seal", place, "text", text, err);
}

static int
open_sealed(void *arg, char **out, const char *place, const char *envelope, rv_err *err)
{
    return ask_vault(arg, out, "open", place, "envelope", envelope, err);
}

static int
read_welcome(struct rv_worker *worker, cJSON **out, rv_err *err)
{
    struct pollfd one = { .fd = worker->fd, .events = POLLIN };
    for (;;) {
        int got = rv_frame_next(&worker->in, out, err);
        if (got)
            return got < 0 ? got : 0;
        int ready = poll(&one, 1, WELCOME_MS);
        if (ready < 0 && errno == EINTR)
            continue;
        if (ready <= 0)
            return rv_fail(err, RV_E_TIMEOUT, "no word from the supervisor");
        if (rv_frame_fill(&worker->in, worker->fd, err) < 0)
            return err->code;
    }
}

void
rv_worker_take_server(struct rv_worker *worker, const cJSON *server)
{
    worker->server_id = rv_json_int(server, "id", 0);
    worker->zone_id = rv_json_int(server, "zone_id", 0);
    worker->region_id = rv_json_int(server, "region_id", 0);
    free(worker->zone);
    worker->zone = rv_strdup(rv_json_string(server, "zone"));
}

static void
take_welcome(struct rv_worker *worker, cJSON *welcome)
{
    copy_text(worker->type, sizeof(worker->type), rv_json_string(welcome, "worker"));
    copy_text(worker->guid, sizeof(worker->guid), rv_json_string(welcome, "guid"));
    copy_text(worker->server_guid, sizeof(worker->server_guid),
              rv_json_string(welcome, "server_guid"));
    copy_text(worker->lend_word, sizeof(worker->lend_word), rv_json_string(welcome, "lend_word"));
    worker->provider = rv_json_int(welcome, "provider", 0);
    worker->index = (int)rv_json_int(welcome, "index", 0);
    worker->provider_name = rv_strdup(rv_json_string(welcome, "provider_name"));
    worker->home = rv_strdup(rv_json_string(welcome, "home"));
    worker->store_url = rv_strdup(rv_json_string(welcome, "store"));
    worker->module_dir = rv_strdup(rv_json_string(welcome, "module_dir"));
    worker->provider_path = rv_strdup(rv_json_string(welcome, "provider_path"));
    worker->url = rv_strdup(rv_json_string(welcome, "url"));
    rv_worker_take_server(worker, cJSON_GetObjectItemCaseSensitive(welcome, "server"));
    worker->tls = cJSON_DetachItemFromObjectCaseSensitive(welcome, "tls");
    worker->types = cJSON_DetachItemFromObjectCaseSensitive(welcome, "types");
}

static void
set_scope(const struct rv_worker *worker)
{
    char id[32];
    char name[16]; /* what top and ps -e show; the kernel keeps no more */
    snprintf(name, sizeof(name), "reeved-%.8s", worker->type);
    prctl(PR_SET_NAME, name);
    rv_log_scope("worker", worker->type);
    rv_meter_worker(worker->type);
    if (worker->provider) {
        snprintf(id, sizeof(id), "%lld", (long long)worker->provider);
        rv_log_scope("provider_id", id);
    }
}

static void
catch_signals(const struct rv_worker *worker)
{
    struct sigaction action = { .sa_handler = on_terminate };
    sigaction(SIGTERM, &action, NULL);
    action.sa_handler = SIG_IGN; /* Ctrl-C goes to the whole group; the supervisor tells us */
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGHUP, &action, NULL);
    sigaction(SIGPIPE, &action, NULL);
    rv_crash_install(worker->fd);
}

/* Reads the welcome, sets up the log, installs the wait hooks. */
static int
open_worker(struct rv_worker *worker, rv_err *err)
{
    cJSON *welcome = NULL;
    *worker = (struct rv_worker){ .fd = RV_WORKER_SOCKET, .settings = rv_settings_new() };
    worker->in = rv_frame_reader_new();
    catch_signals(worker);
    rv_meter_join(RV_WORKER_METRICS);
    if (read_welcome(worker, &welcome, err))
        return rv_wrap(err, "read the welcome");
    take_welcome(worker, welcome);
    set_scope(worker);
    take_settings(worker, welcome);
    worker->settings_changed = 0;
    worker->vault = (struct rv_vault){ .arg = worker, .seal = seal, .open = open_sealed };
    worker->hooks = (struct rv_wait_hooks){
        .arg = worker, .fd = worker->fd, .on_ready = on_ready, .beat = beat, .cancelled = cancelled
    };
    take_pace(worker, welcome);
    rv_json_wipe(welcome);
    cJSON_Delete(welcome);
    rv_wait_install(&worker->hooks);
    return rv_model_init(err);
}

static void
close_worker(struct rv_worker *worker)
{
    rv_store_close(worker->store);
    worker->store = NULL;
    rv_wait_install(NULL);
    rv_settings_free(worker->settings);
    rv_frame_reader_free(&worker->in);
    cJSON_Delete(worker->types);
    cJSON_Delete(worker->tls);
    cJSON_Delete(worker->answer);
    free(worker->home);
    if (worker->store_url)
        explicit_bzero(worker->store_url, strlen(worker->store_url));
    free(worker->store_url);
    free(worker->module_dir);
    free(worker->provider_path);
    free(worker->url);
    free(worker->provider_name);
    free(worker->zone);
    rv_model_reset();
}

int
rv_worker_main(void)
{
    rv_err err = RV_ERR_INIT;
    struct rv_worker worker;
    const struct rv_worker_type *type = NULL;
    int code = 1;
    if (open_worker(&worker, &err))
        rv_log_err(RV_ERROR, "worker cannot start", &err);
    else if ((type = rv_worker_type_find(worker.type)) != NULL)
        code = type->run(&worker);
    close_worker(&worker);
    return code;
}
