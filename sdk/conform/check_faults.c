/* SPDX-License-Identifier: Apache-2.0
 *
 * Everything that the host does for a provider fails once: the callback ends with
 * that failure, and the connection is as good as before.
 */
#include "checks.h"

#include "callback.h"
#include "record.h"
#include "spy.h"

enum { PLACES = 3, ALLOCATIONS = 14 };

/* A refresh without faults, to compare with. */
struct baseline {
    struct rv_connection *connection;
    struct record *record, *other;
    struct run run;
    int64_t allocs, emits;
};

static int
make_baseline(struct trial *trial, struct baseline *baseline)
{
    *baseline = (struct baseline){ .record = trial_record(trial), .other = trial_record(trial) };
    baseline->connection = callback_connect(trial);
    if (baseline->connection == NULL)
        return -1;
    baseline->run.record = baseline->record;
    if (callback_refresh(trial, baseline->connection, &baseline->run) < 0) {
        trial->report->cause = CAUSE_REFRESH;
        return trial_fail_err(trial, &baseline->run.err, "refresh");
    }
    baseline->allocs = spy.allocs;
    baseline->emits = spy.emits;
    return 0;
}

/* The connection still gives everything that it gave before. */
static void
check_still_good(struct trial *trial, const struct baseline *baseline)
{
    RV_AUTO_BUF
    rv_buf said = rv_buf_limited(4096);
    struct run run = { .record = baseline->other };
    if (callback_refresh(trial, baseline->connection, &run) < 0)
        trial_fail_err(trial, &run.err, "refresh on the same connection after a failed one");
    else if (record_lost(baseline->record, baseline->other, &said))
        trial_fail(trial, "a refresh after a failed one lacks %s", rv_buf_text(&said));
    if (trial_failed(trial))
        trial_advise(trial, "leave a connection as it was when a callback fails");
}

/* The first, one in the middle, the last; how many different ones there are. */
static int
choose_places(int64_t places[PLACES], int64_t count)
{
    int chosen = 0;
    const int64_t wanted[PLACES] = { 1, (count + 1) / 2, count };
    for (int i = 0; i < PLACES; i++)
        if (wanted[i] > 0 && (chosen == 0 || places[chosen - 1] != wanted[i]))
            places[chosen++] = wanted[i];
    return chosen;
}

/* Makes calls of one sort fail, in several places each; how many it tried. */
static int
fail_calls(struct trial *trial, const struct baseline *baseline, enum sink_call call,
           int error_class)
{
    int64_t places[PLACES];
    int count = choose_places(places, baseline->run.count[call]);
    for (int i = 0; i < count; i++) {
        struct run run = { .record = baseline->other,
                           .fails = call,
                           .fails_at = places[i],
                           .fail_class = error_class };
        callback_refresh(trial, baseline->connection, &run);
        if (run.count[call] >= places[i] && callback_ended_with(trial, &run, error_class) < 0)
            return count;
    }
    return count;
}

static void
fail_emits(struct trial *trial, int error_class)
{
    struct baseline baseline;
    if (make_baseline(trial, &baseline) < 0)
        return;
    int count = fail_calls(trial, &baseline, SINK_EMIT, error_class);
    check_still_good(trial, &baseline);
    trial_remark(trial, "%d places among %lld", count, (long long)baseline.run.count[SINK_EMIT]);
}

void
check_failed_save(struct trial *trial)
{
    fail_emits(trial, REEVE_E_UNAVAILABLE);
}

void
check_lost_store(struct trial *trial)
{
    fail_emits(trial, REEVE_E_CANCELLED);
}

void
check_full_store(struct trial *trial)
{
    fail_emits(trial, REEVE_E_LIMIT);
}

void
check_failed_checkpoint(struct trial *trial)
{
    struct baseline baseline;
    if (make_baseline(trial, &baseline) < 0)
        return;
    int count = fail_calls(trial, &baseline, SINK_CHECKPOINT, REEVE_E_UNAVAILABLE);
    check_still_good(trial, &baseline);
    if (count == 0)
        trial_remark(trial, "it makes none");
}

void
check_failed_bounds(struct trial *trial)
{
    static const enum sink_call calls[] = { SINK_BEGIN, SINK_COMPLETE, SINK_WARN, SINK_DRAIN };
    struct baseline baseline;
    if (make_baseline(trial, &baseline) < 0)
        return;
    for (size_t i = 0; i < RV_COUNT(calls); i++)
        fail_calls(trial, &baseline, calls[i], REEVE_E_UNAVAILABLE);
    check_still_good(trial, &baseline);
}

/* One object that the host cannot take: the refresh goes on without it, or ends with that class. */
static void
refuse_object(struct trial *trial, const struct baseline *baseline, int64_t place, int error_class)
{
    struct run run = { .record = baseline->other };
    spy.spoil_emit_at = place;
    spy.spoil_class = error_class;
    int rc = callback_refresh(trial, baseline->connection, &run);
    spy.spoil_emit_at = 0;
    if (rc == 0 && baseline->other->count + 1 < baseline->record->count)
        trial_fail(trial, "one object was refused, and %d are missing",
                   baseline->record->count - baseline->other->count);
    else if (rc != 0 && run.returned != error_class)
        trial_fail(trial, "emit %lld failed with %s, and refresh with %s: %s", (long long)place,
                   rv_class_name(error_class), rv_class_name(run.returned), run.err.text);
}

void
check_refused_object(struct trial *trial)
{
    int64_t places[PLACES];
    struct baseline baseline;
    if (make_baseline(trial, &baseline) < 0)
        return;
    int count = choose_places(places, baseline.emits);
    for (int i = 0; i < count; i++) {
        refuse_object(trial, &baseline, places[i], REEVE_E_INVALID);
        refuse_object(trial, &baseline, places[i], REEVE_E_LIMIT);
    }
    check_still_good(trial, &baseline);
}

/* 1, 2, 3, 5, 8, ... up to count, and the last. */
static int
choose_allocations(int64_t places[ALLOCATIONS], int64_t count)
{
    int chosen = 0;
    for (int64_t at = 1, next = 2; at < count && chosen < ALLOCATIONS - 1;) {
        places[chosen++] = at;
        int64_t sum = at + next;
        at = next;
        next = sum;
    }
    if (count > 0)
        places[chosen++] = count;
    return chosen;
}

static void
refuse_memory(struct trial *trial, const struct baseline *baseline, int64_t place)
{
    RV_AUTO_BUF
    rv_buf said = rv_buf_limited(4096);
    struct run run = { .record = baseline->other };
    spy.fail_alloc_at = place;
    int rc = callback_refresh(trial, baseline->connection, &run);
    int refused = spy.allocs >= place;
    spy.fail_alloc_at = 0;
    if (rc < 0 || !refused)
        return;
    int lost = record_lost(baseline->record, baseline->other, &said);
    /* An object may be given up, when a warning says so. */
    if (lost == 0 || baseline->other->warning_count > baseline->record->warning_count)
        return;
    trial_fail(trial, "reeve_alloc %lld failed, refresh returned 0, and %d objects are missing: %s",
               (long long)place, lost, rv_buf_text(&said));
    trial_advise(trial,
                 "reeve_alloc, reeve_strdup and reeve_format return NULL when there is no "
                 "memory: return REEVE_E_LIMIT then, or warn of the object that is left out");
}

void
check_no_memory(struct trial *trial)
{
    int64_t places[ALLOCATIONS];
    struct baseline baseline;
    if (make_baseline(trial, &baseline) < 0)
        return;
    int count = choose_allocations(places, baseline.allocs);
    for (int i = 0; i < count; i++)
        refuse_memory(trial, &baseline, places[i]);
    check_still_good(trial, &baseline);
    trial_remark(trial, "%d places among %lld", count, (long long)baseline.allocs);
}

void
check_no_memory_in_open(struct trial *trial)
{
    struct rv_connection *connection = callback_connect_invented(trial);
    int64_t places[ALLOCATIONS], allocs = spy.allocs;
    if (connection == NULL)
        return;
    callback_close(trial, connection);
    int count = choose_allocations(places, allocs);
    for (int i = 0; i < count; i++) {
        spy.fail_alloc_at = places[i];
        if (callback_open(trial, trial->configs[0], NULL, &connection) == 0)
            callback_close(trial, connection);
        spy.fail_alloc_at = 0;
    }
    trial_remark(trial, "%d places among %lld", count, (long long)allocs);
}
