/* SPDX-License-Identifier: Apache-2.0
 *
 * Callbacks, each with its limit of time. What a callback emits goes through the
 * sink here, which counts, refuses when it is due, and hands the rest to the record.
 */
#include "callback.h"

#include <string.h>
#include "base/clock.h"
#include "record.h"
#include "spy.h"

enum { GRACE_MS = 500, MESSAGE_BYTES = 160, EMITS_AFTER = 16, EVENTS_MAX = 100000 };

void
callback_begin(struct trial *trial, const char *name, int64_t limit_ms)
{
    struct report *report = trial->report;
    snprintf(report->callback, sizeof(report->callback), "%s", name);
    snprintf(report->overdue, sizeof(report->overdue), "%s did not return within %g s", name,
             (double)limit_ms / 1000);
    report->told = report->waiting = 0;
    report->emits = report->busy_ms = 0;
    report->until_ms = rv_monotonic_ms() + limit_ms;
}

void
callback_end(struct trial *trial)
{
    trial->report->until_ms = 0;
    trial->report->callback[0] = '\0';
}

/* From now on it is to end: the limit is short. */
static void
tell(struct run *run, int64_t at_ms, const char *why)
{
    struct report *report = run->trial->report;
    int64_t prompt_ms = run->trial->conform->prompt_ms;
    if (run->told_ms && run->told_ms <= at_ms)
        return;
    run->told_ms = at_ms;
    run->emits_told = at_ms <= rv_monotonic_ms() ? spy.emits : -1;
    snprintf(report->overdue, sizeof(report->overdue), "%s did not return within %g s after %s",
             run->name, (double)prompt_ms / 1000, why);
    report->told = 1;
    report->until_ms = at_ms + prompt_ms + GRACE_MS;
}

/* Whether this call of the sink is to fail. */
static int
fails(struct run *run, enum sink_call call, rv_err *err)
{
    char why[MESSAGE_BYTES];
    static const char *const words[SINK_CALLS] = { "",          "an emit",    "a gone",
                                                   "a begin",   "a complete", "a checkpoint",
                                                   "a warning", "a save",     "an event" };
    run->count[call]++;
    if (run->fails != call || run->count[call] < run->fails_at)
        return 0;
    snprintf(why, sizeof(why), "%s had failed with %s", words[call],
             rv_class_name(run->fail_class));
    tell(run, rv_monotonic_ms(), why);
    return rv_fail(err, run->fail_class, "reeve-conform made it fail");
}

static int
take_emit(void *arg, const struct rv_object *object, rv_err *err)
{
    struct run *run = arg;
    int rc = fails(run, SINK_EMIT, err);
    if (rc)
        return rc;
    record_emit(run->record, object);
    if (run->cancel_at_emit && run->count[SINK_EMIT] >= run->cancel_at_emit)
        tell(run, rv_monotonic_ms(), "it was cancelled");
    return 0;
}

static int
take_gone(void *arg, const struct rv_kind *kind, const char *ref, rv_err *err)
{
    (void)kind, (void)ref;
    return fails(arg, SINK_GONE, err);
}

static int
take_begin(void *arg, const struct rv_kind *kind, rv_err *err)
{
    struct run *run = arg;
    int rc = fails(run, SINK_BEGIN, err);
    if (rc == 0)
        record_begin(run->record, kind);
    return rc;
}

static int
take_complete(void *arg, const struct rv_kind *kind, rv_err *err)
{
    struct run *run = arg;
    int rc = fails(run, SINK_COMPLETE, err);
    if (rc == 0)
        record_complete(run->record, kind);
    return rc;
}

static int
take_checkpoint(void *arg, const char *stream, const char *token, rv_err *err)
{
    struct run *run = arg;
    int rc = fails(run, SINK_CHECKPOINT, err);
    if (rc == 0)
        record_checkpoint(run->record, stream, token);
    return rc;
}

static const char *
lend_token(void *arg, const char *stream)
{
    return record_token(((struct run *)arg)->record, stream);
}

static int
take_warning(void *arg, const char *name, const char *text, rv_err *err)
{
    struct run *run = arg;
    int rc = fails(run, SINK_WARN, err);
    if (rc == 0)
        record_warning(run->record, name, text);
    return rc;
}

static int
drain(void *arg, rv_err *err)
{
    return fails(arg, SINK_DRAIN, err);
}

static void
take_rejected(void *arg, const struct rv_kind *kind, const char *ref, const rv_err *why)
{
    if (ref && ((struct run *)arg)->record)
        record_rejected(((struct run *)arg)->record, kind, ref);
    spy_refused(kind->name, ref ? ref : "", why->text);
}

void
events_free(struct events *events)
{
    rv_names_clear(&events->by_key);
    for (int i = 0; i < events->count; i++)
        free(events->keys[i]);
    free(events->keys);
    free(events->undeclared_type);
    free(events->token);
    *events = (struct events){ 0 };
}

static const char *
text_of(const struct rv_object *object, const char *column)
{
    const rv_value *value = &object->values[rv_kind_column(object->kind, column)];
    return value->type == RV_TEXT ? value->v.text : "";
}

static void
keep_event(struct run *run, const struct rv_object *event)
{
    struct events *events = run->events;
    const char *type = text_of(event, "event_type");
    const rv_value *time = &event->values[rv_kind_column(event->kind, "timestamp")];
    events->replaced += event->replaced_bytes > 0;
    if (rv_module_event_type(run->trial->module, type) == NULL && events->undeclared++ == 0)
        events->undeclared_type = rv_strdup(type);
    if (events->count == EVENTS_MAX) {
        events->unkept++;
        return;
    }
    if (events->count == events->size) {
        events->size = events->size ? 2 * events->size : 256;
        events->keys = rv_realloc(events->keys, (size_t)events->size, sizeof(*events->keys));
    }
    char *key = rv_format("%s '%s' %lld", type, event->ref, (long long)time->v.i);
    events->keys[events->count] = key;
    events->twice += rv_names_add(&events->by_key, key, events->count) != events->count;
    events->count++;
}

static int
take_event(void *arg, const struct rv_object *event, const char *token, rv_err *err)
{
    struct run *run = arg;
    int rc = fails(run, SINK_EVENT, err);
    if (rc || run->events == NULL)
        return rc;
    if (event)
        keep_event(run, event);
    if (token) {
        free(run->events->token);
        run->events->token = rv_strdup(token);
        run->events->settled = run->events->count;
    }
    return 0;
}

static int
cancelled(void *arg)
{
    struct run *run = arg;
    if (run->cancel_at_ms == 0)
        return run->cancel_at_emit && run->count[SINK_EMIT] >= run->cancel_at_emit;
    return rv_monotonic_ms() >= run->started_ms + run->cancel_at_ms - 1;
}

/* The sink's table and the call's description, which must live as long as the callback. */
struct stage {
    struct rv_sink sink;
    struct rv_call_spec spec;
};

static void
begin(struct trial *trial, struct run *run, const char *name, struct stage *stage)
{
    run->trial = trial;
    run->name = name;
    callback_begin(trial, name, trial->conform->limit_ms);
    run->started_ms = rv_monotonic_ms();
    if (run->cancel_at_ms)
        tell(run, run->started_ms + run->cancel_at_ms - 1, "it was cancelled");
    else if (run->timeout_ms)
        tell(run, run->started_ms + run->timeout_ms, "its deadline");
    stage->sink = (struct rv_sink){ .arg = run,
                                    .emit = take_emit,
                                    .gone = take_gone,
                                    .begin = take_begin,
                                    .complete = take_complete,
                                    .checkpoint = take_checkpoint,
                                    .token = lend_token,
                                    .event = take_event,
                                    .warn = take_warning,
                                    .drain = drain,
                                    .rejected = take_rejected };
    stage->spec = (struct rv_call_spec){ .scope = "conform",
                                         .timeout_ms = run->timeout_ms,
                                         .cancelled = cancelled,
                                         .arg = run,
                                         .sink = run->record || run->events ? &stage->sink : NULL,
                                         .returned = &run->returned };
    spy_begin(run->late_start ? run->started_ms + run->timeout_ms + 2 : 0);
}

static int
end(struct run *run, int rc)
{
    int64_t now_ms = rv_monotonic_ms();
    run->rc = rc;
    run->took_ms = now_ms - run->started_ms;
    if (run->told_ms && now_ms > run->told_ms)
        run->late_ms = now_ms - run->told_ms;
    else
        run->told_ms = now_ms == run->told_ms ? now_ms : 0;
    if (run->told_ms && run->emits_told >= 0)
        run->after_told = spy.emits - run->emits_told;
    callback_end(run->trial);
    return rc;
}

int
callback_open(struct trial *trial, struct rv_config *config, struct run *run,
              struct rv_connection **out)
{
    struct run plain = { 0 };
    struct stage stage;
    run = run ? run : &plain;
    *out = NULL;
    begin(trial, run, "open", &stage);
    int rc = end(run, rv_connection_open(out, trial->module, config, &stage.spec, &run->err));
    RV_ASSERT(trial->connection_count < TRIAL_CONNECTIONS);
    if (rc == 0)
        trial->connections[trial->connection_count++] = *out;
    return rc;
}

void
callback_close(struct trial *trial, struct rv_connection *connection)
{
    int i = 0;
    while (i < trial->connection_count && trial->connections[i] != connection)
        i++;
    RV_ASSERT(i < trial->connection_count);
    trial->connections[i] = trial->connections[--trial->connection_count];
    callback_begin(trial, "close", trial->conform->limit_ms);
    int64_t started_ms = rv_monotonic_ms();
    rv_connection_close(connection);
    int64_t took_ms = rv_monotonic_ms() - started_ms;
    callback_end(trial);
    if (took_ms > trial->conform->prompt_ms)
        trial_fail(trial, "close took %lld ms", (long long)took_ms);
}

int
callback_verify(struct trial *trial, struct rv_connection *connection, struct run *run,
                struct rv_identity_found *found)
{
    struct run plain = { 0 };
    struct stage stage;
    run = run ? run : &plain;
    begin(trial, run, "verify", &stage);
    return end(run, rv_connection_verify(connection, &stage.spec, found, &run->err));
}

int
callback_refresh_scope(struct trial *trial, struct rv_connection *connection, struct run *run,
                       const struct reeve_scope *scope)
{
    struct stage stage;
    record_begin_refresh(run->record);
    begin(trial, run, "refresh", &stage);
    return end(run, rv_connection_refresh(connection, &stage.spec, scope, &run->err));
}

int
callback_target(struct trial *trial, struct rv_connection *connection, struct run *run,
                const struct rv_target *target)
{
    struct stage stage;
    record_begin_refresh(run->record);
    begin(trial, run, "refresh_targets", &stage);
    return end(run, rv_connection_targets(connection, &stage.spec, target, 1, &run->err));
}

int
callback_refresh(struct trial *trial, struct rv_connection *connection, struct run *run)
{
    struct reeve_scope whole = { .size = sizeof(whole), .whole = 1 };
    return callback_refresh_scope(trial, connection, run, &whole);
}

int
callback_watch(struct trial *trial, struct rv_connection *connection, struct run *run)
{
    struct stage stage;
    begin(trial, run, "watch", &stage);
    return end(run, rv_connection_watch(connection, &stage.spec, &run->err));
}

int
callback_events(struct trial *trial, struct rv_connection *connection, struct run *run,
                const char *token)
{
    struct stage stage;
    begin(trial, run, "events", &stage);
    return end(run, rv_connection_events(connection, &stage.spec, token, &run->err));
}

struct rv_connection *
callback_connect(struct trial *trial)
{
    struct run run = { 0 };
    struct rv_connection *connection = NULL;
    struct rv_config *config = trial_config(trial);
    if (config && callback_open(trial, config, &run, &connection) < 0)
        trial_fail_err(trial, &run.err, "open");
    return connection;
}

struct rv_connection *
callback_connect_invented(struct trial *trial)
{
    struct run run = { 0 };
    struct rv_connection *connection = NULL;
    struct rv_config *config =
        trial->config_count ? trial->configs[0] : trial_config_invented(trial);
    if (config == NULL || callback_open(trial, config, &run, &connection) == 0)
        return connection;
    RV_AUTO_FREE char *missing = trial_missing(trial);
    if (trial->invented && run.rc == REEVE_E_INVALID)
        trial_skip_options(trial, missing);
    else
        trial_fail_err(trial, &run.err, "open");
    return NULL;
}

int
callback_list(struct trial *trial, struct rv_connection *connection, struct record *record)
{
    struct run run = { .record = record };
    if (callback_refresh(trial, connection, &run) == 0)
        return 0;
    trial->report->cause = CAUSE_REFRESH;
    return trial_fail_err(trial, &run.err, "refresh");
}

int
callback_prompt(struct trial *trial, const struct run *run)
{
    if (run->told_ms == 0)
        return 0;
    /* After LIMIT a provider may try the next object: what fails again, fails soon. */
    if (run->after_told > EMITS_AFTER && run->fail_class != REEVE_E_LIMIT) {
        trial_fail(trial, "%s went on for %lld objects after it was told to end", run->name,
                   (long long)run->after_told);
        return trial_advise(trial, "look at what reeve_emit returns, and return it");
    }
    if (run->late_ms <= trial->conform->prompt_ms)
        return 0;
    trial_fail(trial, "%s returned %lld ms after it was told to end", run->name,
               (long long)run->late_ms);
    return trial_advise(trial, "wait with reeve_wait, reeve_sleep or the HTTP helpers only, ask "
                               "reeve_cancelled in long loops, and return when one of them fails");
}

int
callback_ended_with(struct trial *trial, const struct run *run, int error_class)
{
    if (callback_prompt(trial, run) < 0)
        return -1;
    if (run->returned == error_class)
        return 0;
    trial_fail(trial, "%s was told to end with %s, and returned %d (%s)%s%s", run->name,
               rv_class_name(error_class), run->returned, rv_class_name(run->returned),
               run->returned && run->err.text[0] ? ": " : "", run->returned ? run->err.text : "");
    return trial_advise(trial, "return the class that the failed function returned, not another "
                               "and not 0: the server decides by it what to do next");
}
