/* SPDX-License-Identifier: Apache-2.0
 *
 * A callback that is cancelled, or whose time is over, comes back within two
 * seconds, and says so.
 */
#include "checks.h"

#include "callback.h"
#include "record.h"

/* Told to end before it was done: it must have ended for that reason. */
static void
check_end(struct trial *trial, const struct run *run, int error_class)
{
    if (run->told_ms && run->returned != 0)
        callback_ended_with(trial, run, error_class);
    else
        callback_prompt(trial, run);
}

void
check_cancelled_verify(struct trial *trial)
{
    static const int64_t after_ms[] = { 1, 20, 200 };
    struct rv_identity_found found;
    if (trial->provider->verify == NULL) {
        trial_remark(trial, "it offers no verify");
        return;
    }
    struct rv_connection *connection = callback_connect_invented(trial);
    for (size_t i = 0; connection && i < RV_COUNT(after_ms); i++) {
        struct run run = { .cancel_at_ms = after_ms[i] };
        callback_verify(trial, connection, &run, &found);
        if (after_ms[i] == 1)
            check_end(trial, &run, REEVE_E_CANCELLED);
        else
            callback_prompt(trial, &run);
    }
}

void
check_cancelled_refresh(struct trial *trial)
{
    struct record *record = trial_record(trial);
    struct run whole = { .record = record };
    struct rv_connection *connection = callback_connect(trial);
    if (connection == NULL)
        return;
    if (callback_refresh(trial, connection, &whole) < 0) {
        trial->report->cause = CAUSE_REFRESH;
        trial_fail_err(trial, &whole.err, "refresh");
        return;
    }
    for (int part = 0; part < 4; part++) {
        struct run run = { .record = record, .cancel_at_ms = 1 + whole.took_ms * part / 4 };
        callback_refresh(trial, connection, &run);
        if (part == 0 && run.returned == 0)
            trial_fail(trial, "it was cancelled before it began, and returned 0");
        check_end(trial, &run, REEVE_E_CANCELLED);
    }
    callback_list(trial, connection, record);
}

void
check_cancelled_at_emit(struct trial *trial)
{
    struct record *record = trial_record(trial);
    struct run whole = { .record = record };
    struct rv_connection *connection = callback_connect(trial);
    if (connection == NULL)
        return;
    if (callback_refresh(trial, connection, &whole) < 0) {
        trial->report->cause = CAUSE_REFRESH;
        trial_fail_err(trial, &whole.err, "refresh");
        return;
    }
    const int64_t emits = whole.count[SINK_EMIT], places[] = { 1, 2, emits / 2, emits - 1 };
    for (size_t i = 0; i < RV_COUNT(places); i++) {
        struct run run = { .record = record, .cancel_at_emit = places[i] };
        if (places[i] <= 0 || places[i] >= emits)
            continue;
        callback_refresh(trial, connection, &run);
        /* A system that changes may have had fewer objects this time. */
        if (run.count[SINK_EMIT] >= places[i])
            callback_ended_with(trial, &run, REEVE_E_CANCELLED);
    }
    callback_list(trial, connection, record);
}

void
check_past_deadline(struct trial *trial)
{
    struct rv_identity_found found;
    struct record *record = trial_record(trial);
    struct rv_connection *connection = callback_connect(trial);
    struct run refresh = { .record = record, .timeout_ms = 1, .late_start = 1 };
    struct run verify = { .timeout_ms = 1, .late_start = 1 };
    if (connection == NULL)
        return;
    if (trial->provider->verify) {
        callback_verify(trial, connection, &verify, &found);
        check_end(trial, &verify, REEVE_E_TIMEOUT);
    }
    if (trial->provider->inventory == NULL)
        return;
    callback_refresh(trial, connection, &refresh);
    callback_ended_with(trial, &refresh, REEVE_E_TIMEOUT);
    callback_list(trial, connection, record);
}

static struct rv_connection *
connect_to_watch(struct trial *trial, struct record *record)
{
    if (trial->provider->inventory->watch == NULL) {
        trial_remark(trial, "it offers no watch");
        return NULL;
    }
    struct rv_connection *connection = callback_connect(trial);
    if (connection && callback_list(trial, connection, record) < 0)
        return NULL;
    return connection;
}

void
check_cancelled_watch(struct trial *trial)
{
    static const int64_t after_ms[] = { 1, 30, 150 };
    struct record *record = trial_record(trial);
    struct rv_connection *connection = connect_to_watch(trial, record);
    for (size_t i = 0; connection && i < RV_COUNT(after_ms); i++) {
        struct run run = { .record = record, .cancel_at_ms = after_ms[i] };
        callback_watch(trial, connection, &run);
        callback_ended_with(trial, &run, REEVE_E_CANCELLED);
    }
}

void
check_watch_deadline(struct trial *trial)
{
    struct record *record = trial_record(trial);
    struct rv_connection *connection = connect_to_watch(trial, record);
    struct run run = { .record = record, .timeout_ms = trial->conform->watch_ms / 2 };
    if (connection == NULL)
        return;
    callback_watch(trial, connection, &run);
    callback_ended_with(trial, &run, REEVE_E_TIMEOUT);
}
