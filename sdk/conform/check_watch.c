/* SPDX-License-Identifier: Apache-2.0
 *
 * A watch blocks, follows from the tokens of a refresh, and ends when it is told.
 */
#include "checks.h"

#include "callback.h"
#include "record.h"
#include "spy.h"

static int
offers_watch(struct trial *trial)
{
    if (trial->provider->inventory->watch)
        return 1;
    trial_remark(trial, "it offers no watch");
    return 0;
}

/* A connection after a refresh, whose tokens are in the record. */
static struct rv_connection *
connect_and_list(struct trial *trial, struct record *record)
{
    if (!offers_watch(trial))
        return NULL;
    struct rv_connection *connection = callback_connect(trial);
    if (connection && callback_list(trial, connection, record) < 0)
        return NULL;
    return connection;
}

/* Lets it watch for a while. 0 when it did until it was cancelled. */
static int
watch_a_while(struct trial *trial, struct rv_connection *connection, struct run *run)
{
    run->cancel_at_ms = trial->conform->watch_ms;
    int rc = callback_watch(trial, connection, run);
    if (run->told_ms == 0 && rc == 0) {
        trial_fail(trial, "it returned 0 after %lld ms without being told to end",
                   (long long)run->took_ms);
        return trial_advise(trial, "a watch blocks until it is cancelled or fails; what cannot "
                                   "watch leaves the field out");
    }
    return run->told_ms == 0 ? trial_fail_err(trial, &run->err, "watch")
                             : callback_ended_with(trial, run, REEVE_E_CANCELLED);
}

static void
say_refusals(struct trial *trial)
{
    for (int i = 0; i < spy.refused && i < SPY_REFUSALS; i++)
        trial_fail(trial, "refused: %s", spy.refusals[i]);
}

static void
watch_and_list(struct trial *trial, struct rv_connection *connection, struct record *record)
{
    struct run run = { .record = record };
    if (watch_a_while(trial, connection, &run) < 0)
        return;
    say_refusals(trial);
    trial_remark(trial, "%lld objects, %lld gone, %lld tokens in %lld ms",
                 (long long)run.count[SINK_EMIT], (long long)run.count[SINK_GONE],
                 (long long)run.count[SINK_CHECKPOINT], (long long)run.took_ms);
    callback_list(trial, connection, record);
}

void
check_watch(struct trial *trial)
{
    struct record *record = trial_record(trial);
    struct rv_connection *connection = connect_and_list(trial, record);
    if (connection)
        watch_and_list(trial, connection, record);
}

void
check_watch_without_tokens(struct trial *trial)
{
    struct record *record = trial_record(trial);
    struct rv_connection *connection = offers_watch(trial) ? callback_connect(trial) : NULL;
    if (connection)
        watch_and_list(trial, connection, record);
}

void
check_watch_strange_tokens(struct trial *trial)
{
    struct record *listed = trial_record(trial), *record = trial_record(trial);
    struct rv_connection *connection = connect_and_list(trial, listed);
    static const char *const strange[] = { "", "reeve-conform: nobody's token", "\xc3\xa9\n%s" };
    if (connection == NULL)
        return;
    if (listed->stream_count == 0) {
        trial_remark(trial, "its refresh stores none");
        return;
    }
    for (size_t i = 0; i < RV_COUNT(strange); i++) {
        struct run run = { .record = record, .cancel_at_ms = trial->conform->watch_ms };
        record_copy_tokens(record, listed, strange[i]);
        callback_watch(trial, connection, &run);
        if (run.returned == REEVE_E_GONE)
            continue;
        if (run.told_ms == 0)
            trial_fail(trial, "with a token that it does not know it returned %d (%s): %s",
                       run.returned, rv_class_name(run.returned), run.err.text);
        else
            callback_ended_with(trial, &run, REEVE_E_CANCELLED);
    }
    if (trial_failed(trial))
        trial_advise(trial,
                     "list again what has a token that is of no use, or return REEVE_E_GONE");
}

/* When this call of the sink fails, the watch ends. */
static void
fail_in_watch(struct trial *trial, enum sink_call call, int *happened)
{
    struct record *record = trial_record(trial);
    struct rv_connection *connection = callback_connect(trial);
    struct run run = { .record = record,
                       .fails = call,
                       .fails_at = 1,
                       .fail_class = REEVE_E_UNAVAILABLE,
                       .cancel_at_ms = trial->conform->watch_ms };
    if (connection == NULL)
        return;
    callback_watch(trial, connection, &run);
    if (run.count[call] > 0) {
        ++*happened;
        callback_ended_with(trial, &run, REEVE_E_UNAVAILABLE);
    }
    callback_close(trial, connection);
}

void
check_watch_failed_save(struct trial *trial)
{
    static const enum sink_call calls[] = { SINK_DRAIN, SINK_EMIT, SINK_CHECKPOINT };
    int happened = 0;
    if (!offers_watch(trial))
        return;
    for (size_t i = 0; i < RV_COUNT(calls); i++)
        fail_in_watch(trial, calls[i], &happened);
    trial_remark(trial, "%d of %zu ways", happened, RV_COUNT(calls));
}
