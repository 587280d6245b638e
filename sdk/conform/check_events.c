/* SPDX-License-Identifier: Apache-2.0
 *
 * A watch of events blocks, hands over each event once, goes on from its tokens, and ends when it
 * is told.
 */
#include "checks.h"

#include <string.h>
#include "callback.h"
#include "spy.h"

static int
offers_events(struct trial *trial)
{
    if (trial->provider->events)
        return 1;
    trial_remark(trial, "it offers no events");
    return 0;
}

static struct rv_connection *
connect(struct trial *trial)
{
    return offers_events(trial) ? callback_connect(trial) : NULL;
}

static int
ends_with_full_stop(const char *text)
{
    size_t len = strlen(text);
    return len > 0 && text[len - 1] == '.';
}

void
check_event_types(struct trial *trial)
{
    if (!offers_events(trial))
        return;
    const struct reeve_event_type *types = trial->provider->events->types;
    int count = 0;
    for (; types && types[count].name; count++) {
        const struct reeve_event_type *type = &types[count];
        if (type->help == NULL || type->help[0] == '\0')
            trial_fail(trial, "event type '%s': its help is missing", type->name);
        else if (ends_with_full_stop(type->help) || strchr(type->help, '\n'))
            trial_fail(trial, "event type '%s': its help is not one line without a full stop",
                       type->name);
        for (int i = 0; i < count; i++)
            if (strcmp(types[i].name, type->name) == 0)
                trial_fail(trial, "event type '%s' is declared twice", type->name);
    }
    if (trial_failed(trial))
        trial_advise(trial,
                     "operators read it when they decide what is to happen at such an event");
    if (count == 0)
        trial_fail(trial, "it offers events and declares no type of them");
    trial_remark(trial, "%d types, source %s", count, trial->provider->events->source);
}

/* Lets it run for a while from that token. 0 when it did until it was cancelled. */
static int
watch_a_while(struct trial *trial, struct rv_connection *connection, struct run *run,
              const char *token)
{
    run->cancel_at_ms = trial->conform->watch_ms;
    int rc = callback_events(trial, connection, run, token);
    if (run->told_ms == 0 && rc == 0) {
        trial_fail(trial, "it returned 0 after %lld ms without being told to end",
                   (long long)run->took_ms);
        return trial_advise(trial, "a watch of events blocks until it is cancelled or fails");
    }
    return run->told_ms == 0 ? trial_fail_err(trial, &run->err, "events")
                             : callback_ended_with(trial, run, REEVE_E_CANCELLED);
}

static void
judge(struct trial *trial, const struct events *events)
{
    for (int i = 0; i < spy.refused && i < SPY_REFUSALS; i++)
        trial_fail(trial, "refused: %s", spy.refusals[i]);
    if (spy.refused)
        trial_advise(trial,
                     "columns of event_stream are in docs/dictionary.md; those that core fills "
                     "are not set");
    if (events->undeclared) {
        trial_fail(trial, "%d events are of types that it does not declare, the first is '%s'",
                   events->undeclared, events->undeclared_type);
        trial_advise(trial, "declare each type in struct reeve_events_iface, or its beginning "
                            "with a '*' behind it");
    }
    if (events->twice) {
        trial_fail(trial, "%d events of one connection have the type, ref and time of another",
                   events->twice);
        trial_advise(trial, "they are one event for the server: give each a ref of its own");
    }
    if (events->replaced)
        trial_fail(trial, "%d events hold bytes that are not UTF-8", events->replaced);
    if (events->replaced)
        trial_advise(trial, "convert texts of another encoding to UTF-8");
    if (events->count > 0 && events->token == NULL) {
        trial_fail(trial, "it handed over %d events, and no token", events->count);
        trial_advise(trial, "give each event the token from which to go on after it; else a "
                            "restart loses what happens meanwhile");
    }
}

void
check_events(struct trial *trial)
{
    struct events events = { 0 };
    struct run run = { .events = &events };
    struct rv_connection *connection = connect(trial);
    if (connection && watch_a_while(trial, connection, &run, NULL) == 0) {
        judge(trial, &events);
        trial_remark(trial, "%d events in %lld ms", events.count + events.unkept,
                     (long long)run.took_ms);
    }
    events_free(&events);
}

static void
compare(struct trial *trial, const struct events *before, struct events *after)
{
    int again = 0, first = -1;
    for (int i = 0; i < before->settled; i++) {
        if (rv_names_find(&after->by_key, before->keys[i]) < 0)
            continue;
        first = again++ ? first : i;
    }
    if (again) {
        trial_fail(trial,
                   "from the last token on it handed over %d events again that came before it, "
                   "the first is %s",
                   again, before->keys[first]);
        trial_advise(trial, "an event's token is where to go on after it");
    }
    trial_remark(trial, "%d events before, %d from there", before->settled, after->count);
}

void
check_events_again(struct trial *trial)
{
    struct events before = { 0 }, after = { 0 };
    struct run first = { .events = &before }, second = { .events = &after };
    struct rv_connection *connection = connect(trial);
    if (connection && watch_a_while(trial, connection, &first, NULL) == 0) {
        callback_close(trial, connection);
        connection = before.token ? callback_connect(trial) : NULL;
        if (before.token == NULL)
            trial_remark(trial, "it handed over no token in %lld ms", (long long)first.took_ms);
        if (connection && watch_a_while(trial, connection, &second, before.token) == 0)
            compare(trial, &before, &after);
    }
    events_free(&before);
    events_free(&after);
}

void
check_events_strange_token(struct trial *trial)
{
    static const char *const strange[] = { "", "reeve-conform: nobody's token", "\xc3\xa9\n%s" };
    struct rv_connection *connection = connect(trial);
    for (size_t i = 0; connection && i < RV_COUNT(strange); i++) {
        struct events events = { 0 };
        struct run run = { .events = &events, .cancel_at_ms = trial->conform->watch_ms };
        callback_events(trial, connection, &run, strange[i]);
        events_free(&events);
        if (run.returned == REEVE_E_GONE)
            continue;
        if (run.told_ms == 0)
            trial_fail(trial, "with a token that it does not know it returned %d (%s): %s",
                       run.returned, rv_class_name(run.returned), run.err.text);
        else
            callback_ended_with(trial, &run, REEVE_E_CANCELLED);
    }
    if (trial_failed(trial))
        trial_advise(trial, "return REEVE_E_GONE for a token that is of no use");
}

static void
fail_one(struct trial *trial, enum sink_call call, int *happened)
{
    struct events events = { 0 };
    struct run run = { .events = &events,
                       .fails = call,
                       .fails_at = 1,
                       .fail_class = REEVE_E_UNAVAILABLE,
                       .cancel_at_ms = trial->conform->watch_ms };
    struct rv_connection *connection = callback_connect(trial);
    if (connection == NULL)
        return;
    callback_events(trial, connection, &run, NULL);
    if (run.count[call] > 0) {
        ++*happened;
        callback_ended_with(trial, &run, REEVE_E_UNAVAILABLE);
    }
    events_free(&events);
    callback_close(trial, connection);
}

void
check_events_failed_save(struct trial *trial)
{
    int happened = 0;
    if (!offers_events(trial))
        return;
    fail_one(trial, SINK_EVENT, &happened);
    fail_one(trial, SINK_DRAIN, &happened);
    trial_remark(trial, "%d of 2 ways", happened);
}

void
check_cancelled_events(struct trial *trial)
{
    static const int64_t after_ms[] = { 1, 30, 150 };
    struct rv_connection *connection = connect(trial);
    for (size_t i = 0; connection && i < RV_COUNT(after_ms); i++) {
        struct events events = { 0 };
        struct run run = { .events = &events, .cancel_at_ms = after_ms[i] };
        callback_events(trial, connection, &run, NULL);
        events_free(&events);
        callback_ended_with(trial, &run, REEVE_E_CANCELLED);
    }
}
