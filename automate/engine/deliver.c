/* SPDX-License-Identifier: Apache-2.0
 *
 * A message of automate, from its arguments to its end. One whose worker died is begun again: what
 * was written is passed over; then each event is noted before it is begun, so that the next worker
 * knows which one kills.
 */
#include "automate/deliver_internal.h"

#include "automate/handlers.h"

#include <stdlib.h>
#include <string.h>
#include "base/clock.h"
#include "base/json.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/meter.h"
#include "base/text.h"
#include "base/wait.h"
#include "queue/dispatch.h"
#include "queue/measure.h"

enum { SHOWN_AFTER_MS = 100, ASK_STOP_MS = 250, ALONG_MS = 40, ARGS_MAX_BYTES = 64 << 10 };

/* In error of a run that was noted before it was begun, with how often; also what marks it. One
 * that was begun so twice, and did not end, is what kills. */
static const char alone_mark[] = "begun alone, since its message ended a worker, times: ";
enum { ALONE_MOST = 2 };

static struct rv_deliverer *
of(void *arg)
{
    return arg;
}

static void
wake(void *arg, const char *queue)
{
    struct rv_deliverer *deliverer = of(arg);
    if (deliverer->config.wake)
        deliverer->config.wake(deliverer->config.arg, queue);
}

static int
ask_stop(struct rv_deliverer *deliverer, int64_t now_ms, rv_err *err)
{
    if (now_ms - deliverer->asked_stop_ms < ASK_STOP_MS)
        return 0;
    deliverer->asked_stop_ms = now_ms;
    free(deliverer->stop);
    deliverer->stop = NULL;
    int wanted =
        rv_run_stop_wanted(deliverer->config.store, deliverer->run->id, &deliverer->stop, err);
    if (wanted <= 0)
        return wanted;
    return rv_fail(err, RV_E_CANCELLED, "stopped by %s", deliverer->stop);
}

/* In the middle of a method. What takes its time is shown, and then asked whether it is to end. */
static int
pulse(void *arg, rv_err *err)
{
    struct rv_deliverer *deliverer = of(arg);
    int64_t now_ms = rv_monotonic_ms();
    if (rv_wait_poll(err))
        return err->code;
    if (deliverer->run == NULL || now_ms - deliverer->began_ms < SHOWN_AFTER_MS ||
        !rv_store_is_idle(deliverer->config.store))
        return 0;
    if (!deliverer->shown)
        return rv_finished_show(deliverer, err);
    return ask_stop(deliverer, now_ms, err);
}

static int
before(void *arg, const char *place, rv_err *err)
{
    struct rv_deliverer *deliverer = of(arg);
    if (!deliverer->alone)
        return 0;
    rv_run_text(&deliverer->run->error_place, place);
    return rv_finished_show(deliverer, err);
}

/* Lines of run->entered: a state's path each. */
static int
was_entered(const struct rv_run *run, const char *state_path)
{
    size_t len = strlen(state_path);
    for (const char *at = run->entered; at && *at;) {
        size_t line = strcspn(at, "\n");
        if (line == len && strncmp(at, state_path, len) == 0)
            return 1;
        at += line + (at[line] == '\n');
    }
    return 0;
}

static int
once(void *arg, const char *state_path, rv_err *err)
{
    struct rv_deliverer *deliverer = of(arg);
    struct rv_run *run = deliverer->run;
    if (was_entered(run, state_path))
        return 1;
    char *entered =
        run->entered ? rv_format("%s\n%s", run->entered, state_path) : rv_strdup(state_path);
    free(run->entered);
    run->entered = entered;
    return rv_finished_show(deliverer, err);
}

/* From here on a worker that takes over goes on behind the once-only state. */
static int
checkpoint(void *arg, rv_err *err)
{
    struct rv_deliverer *deliverer = of(arg);
    RV_AUTO_BUF
    rv_buf state = rv_buf_limited(RV_RUN_STATE_MAX);
    if (rv_ws_save(deliverer->ws, &state, err))
        return err->code;
    rv_run_text(&deliverer->run->state, rv_buf_text(&state));
    rv_run_text(&deliverer->run->entered, NULL);
    return rv_finished_show(deliverer, err);
}

static int
show(void *arg, rv_err *err)
{
    struct rv_deliverer *deliverer = of(arg);
    return deliverer->shown ? 0 : rv_finished_show(deliverer, err);
}

/* send_email and the like, as a handler: its inputs are the arguments. */
static int
execute(void *arg, const char *name, const struct rv_ae_value *inputs, rv_err *err)
{
    struct rv_deliverer *deliverer = of(arg);
    RV_AUTO_AE_VALUE struct rv_ae_value args = rv_ae_vlist(), out = RV_AE_VNIL;
    struct rv_ae_value given = rv_ae_copy(inputs);
    rv_ae_append(&args, &given);
    return rv_live_execute(deliverer->live, name, &args, 0, &out, err);
}

static void
say(void *arg, const char *text)
{
    rv_trace_log(of(arg)->live->trace, "info", text);
    if (!rv_live_may_log(of(arg)->live, strlen(text)))
        return;
    rv_log(RV_INFO, "automate says", RV_LIVE_F(of(arg)->live), RV_F("text", RV_S(text)));
}

static int
builtin(void *arg, struct rv_ws *ws, struct rv_ws_object *self, const struct rv_ae_method *method,
        const struct rv_ae_value *inputs, rv_err *err)
{
    struct rv_deliverer *deliverer = of(arg);
    const struct rv_handlers handlers = { .effects = deliverer->effects,
                                          .hooks = deliverer->config.hooks,
                                          .execute = execute,
                                          .log = say,
                                          .arg = deliverer };
    return rv_handlers_call(&handlers, ws, self, method, inputs, err);
}

int
rv_deliverer_open(struct rv_deliverer **out, const struct rv_deliverer_config *config, rv_err *err)
{
    struct rv_deliverer *deliverer = rv_alloc(sizeof(*deliverer));
    (void)err;
    deliverer->config = *config;
    deliverer->effects = rv_effects_new();
    const struct rv_live given = { .store = config->store,
                                   .settings = config->settings,
                                   .vault = config->vault,
                                   .script = config->script,
                                   .module_dir = config->module_dir,
                                   .scope = config->scope,
                                   .wake = wake,
                                   .pulse = pulse,
                                   .builtin = builtin,
                                   .before = before,
                                   .once = once,
                                   .checkpoint = checkpoint,
                                   .show = show,
                                   .arg = deliverer };
    deliverer->live = rv_live_new(&given);
    *out = deliverer;
    return 0;
}

void
rv_deliverer_close(struct rv_deliverer *deliverer)
{
    if (deliverer == NULL)
        return;
    rv_finished_drop(deliverer);
    rv_trace_free(deliverer->spare);
    rv_effects_free(deliverer->effects);
    rv_refresh_times_free(&deliverer->times);
    rv_live_free(deliverer->live);
    free(deliverer);
}

static int
begun_alone(const struct rv_run *run)
{
    rv_err ignored = RV_ERR_INIT;
    int64_t times = 0;
    size_t len = sizeof(alone_mark) - 1;
    int marked = run->error && strncmp(run->error, alone_mark, len) == 0 &&
                 strcmp(run->status, "running") == 0;
    return marked && rv_parse_int(&times, run->error + len, &ignored) == 0 ? (int)times : 0;
}

static int
was_killed(const struct rv_deliverer *deliverer, const struct rv_run *run)
{
    return deliverer->alone && begun_alone(run) >= ALONE_MOST;
}

static void
mark(const struct rv_deliverer *deliverer, struct rv_run *run)
{
    RV_AUTO_FREE char *text = rv_format("%s%d", alone_mark, begun_alone(run) + 1);
    rv_run_text(&run->error, deliverer->alone ? text : NULL);
}

/* Its trace is that of no run before it: what it did ended with its worker. */
static void
end_killed(struct rv_deliverer *deliverer, struct rv_run *run)
{
    RV_AUTO_FREE char *text =
        rv_format("killed: the worker ended while it ran%s%s", run->error_place ? " " : "",
                  run->error_place ? run->error_place : "");
    snprintf(run->status, sizeof(run->status), "error");
    run->ended_on = rv_now_ms();
    run->message_id = 0;
    rv_run_text(&run->error, text);
    rv_trace_begin(deliverer->live->trace);
    rv_trace_log(deliverer->live->trace, "error", text);
    rv_log(RV_ERROR, "automate run killed its worker", RV_F("run", RV_I(run->id)),
           RV_F("event", RV_I(run->event_id)), RV_F("uri", RV_S(run->uri)),
           RV_F("place", RV_S(run->error_place)));
}

/* It is not begun (again). */
static int
ended_unrun(struct rv_deliverer *deliverer, struct rv_run *run)
{
    if (run->stopped_by) {
        rv_run_end_stopped(run, run->stopped_by);
        rv_trace_begin(deliverer->live->trace);
        rv_trace_log(deliverer->live->trace, "info", run->error);
    } else if (was_killed(deliverer, run)) {
        end_killed(deliverer, run);
    } else {
        return 0;
    }
    rv_meter_add(RV_M_AUTOMATE_RUNS, 1, RV_LABELS(run->status));
    return 1;
}

/* A worker that is told to stop gives the message back: nobody died of this run. */
static void
unmark(struct rv_deliverer *deliverer, struct rv_run *run)
{
    rv_err ignored = RV_ERR_INIT;
    if (!deliverer->alone || !deliverer->shown)
        return;
    snprintf(run->status, sizeof(run->status), "queued");
    rv_run_text(&run->error, NULL);
    deliverer->run = run;
    rv_finished_show(deliverer, &ignored);
    deliverer->run = NULL;
}

static int
run_event(struct rv_deliverer *deliverer, const char *uri, int64_t event_id, rv_err *err)
{
    RV_AUTO_RUN struct rv_run run = { 0 };
    int found = rv_ahead_is_new(deliverer, event_id)
                    ? 0
                    : rv_run_of_event(&run, deliverer->config.store, event_id, uri, err);
    /* One with a task a person asked for: it has a message of its own. */
    if (found < 0 || (found && (rv_run_is_over(&run) || run.task_id)))
        return found < 0 ? found : 0;
    if (!found) {
        run.event_id = event_id;
        rv_run_text(&run.uri, uri);
    }
    if (ended_unrun(deliverer, &run))
        return rv_finished_add(deliverer, &run, err);
    mark(deliverer, &run);
    int failed = rv_run_carry_out(deliverer, &run, err);
    if (failed) {
        unmark(deliverer, &run);
        return failed;
    }
    return rv_finished_add(deliverer, &run, err);
}

/* How many, or an error. */
static int
read_ids(int64_t ids[RV_DELIVER_EVENTS_MAX], const cJSON *events, rv_err *err)
{
    const cJSON *event = NULL;
    int count = 0;
    if (cJSON_GetArraySize(events) > RV_DELIVER_EVENTS_MAX)
        return rv_fail(err, RV_E_LIMIT, "more than %d events in a message", RV_DELIVER_EVENTS_MAX);
    cJSON_ArrayForEach(event, events)
    {
        if (!cJSON_IsNumber(event))
            return rv_fail(err, RV_E_INVALID, "events are no list of ids");
        ids[count++] = (int64_t)event->valuedouble;
    }
    return count;
}

static int
run_events(struct rv_deliverer *deliverer, const struct rv_message *message, const char *uri,
           const cJSON *events, rv_err *err)
{
    int64_t ids[RV_DELIVER_EVENTS_MAX];
    if (strlen(uri) > RV_RUN_URI_MAX)
        return rv_fail(err, RV_E_LIMIT, "a path of more than %d bytes", RV_RUN_URI_MAX);
    int count = read_ids(ids, events, err);
    rv_ahead_forget(deliverer);
    for (int i = 0; i < count; i++)
        if (rv_ahead_look(deliverer, message, uri, ids, count, i, err) ||
            run_event(deliverer, uri, ids[i], err))
            return err->code;
    return count < 0 ? count : 0;
}

/* NULL for what is no path with events. */
static cJSON *
events_of(const struct rv_message *message, const char **uri, const cJSON **events)
{
    rv_err ignored = RV_ERR_INIT;
    cJSON *args = NULL;
    if (rv_json_parse(&args, message->args, strlen(message->args), ARGS_MAX_BYTES, 8, &ignored))
        return NULL;
    *uri = rv_json_string(args, "uri");
    *events = cJSON_GetObjectItemCaseSensitive(args, "events");
    if (*uri && cJSON_IsArray(*events) && rv_json_int(args, "run", 0) == 0)
        return args;
    cJSON_Delete(args);
    return NULL;
}

/* RV_COMMAND_LATER: what cannot be taken along has its turn by itself. */
static int
run_along(struct rv_deliverer *deliverer, const struct rv_message *message, rv_err *err)
{
    const char *uri = NULL;
    const cJSON *events = NULL;
    int quick = message->attempts == 1 && message->task_id == 0 && message->callback == NULL &&
                strcmp(message->class_name, RV_AUTOMATE_CLASS) == 0 &&
                strcmp(message->method_name, RV_AUTOMATE_DELIVER) == 0;
    RV_AUTO_JSON cJSON *args = quick ? events_of(message, &uri, &events) : NULL;
    return args ? run_events(deliverer, message, uri, events, err) : RV_COMMAND_LATER;
}

/* The last one that was taken goes back as it was. */
static int
give_back_last(struct rv_deliverer *deliverer, rv_err *err)
{
    struct rv_message *last = deliverer->along[--deliverer->along_count];
    int back = rv_queue_give_back(deliverer->config.store, last, deliverer->config.holder, err);
    rv_message_free(last);
    return back < 0 ? back : 0;
}

/* Else each message would have a commit of its own, and most take a hundredth of its time. Those of
 * one object come one after another still: what is taken along is held until its end. 0, or what
 * ends it all. */
static int
take_along(struct rv_deliverer *deliverer, int64_t began_ms, rv_err *err)
{
    const struct rv_taker *taker = deliverer->config.taker;
    int64_t most_ms = deliverer->config.along_ms ? deliverer->config.along_ms : ALONG_MS;
    int done = 0;
    while (taker && !deliverer->alone && done == 0 && deliverer->along_count < RV_ALONG_MOST &&
           rv_monotonic_ms() - began_ms < most_ms) {
        struct rv_message *message = NULL;
        int found = rv_queue_take(deliverer->config.store, taker, &message, err);
        if (found <= 0)
            return found;
        int64_t begun_us = rv_monotonic_us();
        rv_queue_measure_taken(message);
        deliverer->along[deliverer->along_count++] = message;
        done = run_along(deliverer, message, err);
        deliverer->along_us[deliverer->along_count - 1] = rv_monotonic_us() - begun_us;
    }
    return done == RV_COMMAND_LATER ? give_back_last(deliverer, err) : done;
}

static int
run_message(struct rv_deliverer *deliverer, const char *uri, const cJSON *events, rv_err *err)
{
    static const struct rv_ended well = { .state = "ok", .text = "Finished" };
    int64_t began_ms = rv_monotonic_ms();
    rv_err later = RV_ERR_INIT;
    if (run_events(deliverer, deliverer->message, uri, events, err) == 0 &&
        take_along(deliverer, began_ms, err) == 0)
        return rv_finished_end(deliverer, &well, err);
    if (err->code != RV_E_STALE) /* what ended is kept */
        rv_finished_write(deliverer, &later);
    return err->code;
}

/* With what there is to write of it. Whoever asked sees the end in the task: one that is no well
 * one is no dead message. */
static int
end_message(struct rv_deliverer *deliverer, const char *status, const char *error, int64_t run_id,
            rv_err *err)
{
    RV_AUTO_FREE char *results =
        rv_format("{\"run\":%lld,\"status\":\"%s\"}", (long long)run_id, status);
    int well = strcmp(status, "finished") == 0;
    const struct rv_ended ended = { .state = well ? "ok" : "error",
                                    .text = well    ? "Finished"
                                            : error ? error
                                                    : status,
                                    .results = results };
    return rv_finished_end(deliverer, &ended, err);
}

static int
finish_run(struct rv_deliverer *deliverer, struct rv_run *run, rv_err *err)
{
    char status[sizeof(run->status)];
    int64_t id = run->id;
    if (strcmp(run->status, "retry") == 0)
        return rv_finished_retry(deliverer, run, err);
    snprintf(status, sizeof(status), "%s", run->status);
    RV_AUTO_FREE char *error = rv_strdup(run->error);
    if (rv_finished_add(deliverer, run, err))
        return err->code;
    return end_message(deliverer, status, error, id, err);
}

static int
run_again(struct rv_deliverer *deliverer, int64_t run_id, rv_err *err)
{
    RV_AUTO_RUN struct rv_run run = { 0 };
    int found = rv_run_load(&run, deliverer->config.store, run_id, err);
    if (found < 0)
        return found;
    if (!found)
        return end_message(deliverer, "error", "its run is not there any more", run_id, err);
    if (rv_run_is_over(&run) && strcmp(run.status, "retry") != 0)
        return end_message(deliverer, run.status, run.error, run.id, err);
    if (ended_unrun(deliverer, &run))
        return finish_run(deliverer, &run, err);
    mark(deliverer, &run);
    if (rv_run_carry_out(deliverer, &run, err)) {
        unmark(deliverer, &run);
        return err->code;
    }
    return finish_run(deliverer, &run, err);
}

static int
deliver(struct rv_deliverer *deliverer, rv_err *err)
{
    RV_AUTO_JSON cJSON *args = NULL;
    const struct rv_message *message = deliverer->message;
    if (rv_json_parse(&args, message->args, strlen(message->args), ARGS_MAX_BYTES, 8, err))
        return rv_wrap(err, "arguments");
    int64_t run_id = rv_json_int(args, "run", 0);
    const char *uri = rv_json_string(args, "uri");
    const cJSON *events = cJSON_GetObjectItemCaseSensitive(args, "events");
    if (run_id)
        return run_again(deliverer, run_id, err);
    if (uri == NULL || !cJSON_IsArray(events))
        return rv_fail(err, RV_E_INVALID, "neither a run nor a path with events");
    return run_message(deliverer, uri, events, err);
}

/* After a failure: they have their turns later. */
static void
give_back_along(struct rv_deliverer *deliverer)
{
    while (deliverer->along_count > 0) {
        rv_err ignored = RV_ERR_INIT;
        struct rv_message *message = deliverer->along[--deliverer->along_count];
        rv_queue_give_back(deliverer->config.store, message, deliverer->config.holder, &ignored);
        rv_message_free(message);
    }
}

int
rv_deliverer_deliver(struct rv_deliverer *deliverer, const struct rv_message *message,
                     char **results, rv_err *err)
{
    (void)results;
    deliverer->message = message;
    deliverer->alone = message->attempts > 1;
    deliverer->live->deadline_ms = rv_monotonic_ms() + message->timeout_ms;
    int done = deliver(deliverer, err);
    rv_ahead_forget(deliverer);
    rv_finished_drop(deliverer);
    give_back_along(deliverer);
    deliverer->message = NULL;
    return done;
}
