/* SPDX-License-Identifier: Apache-2.0
 *
 * Everything that the host does for a provider fails once: the callback ends with
 * that failure, and the connection is as good as before.
 */
#include "checks.h"

#include "callback.h"
#include "record.h"
#include "spy.h"

enum { PLACES = 3, ALLOCATIONS = 14, ROUNDS = 3 };

/* A refresh without faults, to compare with. */
struct baseline {
    struct rv_connection *connection;
    struct record *record, *other, *again;
    struct run run;
    int64_t allocs, emits;
};

static int
make_baseline(struct trial *trial, struct baseline *baseline)
{
    *baseline = (struct baseline){ .record = trial_record(trial),
                                   .other = trial_record(trial),
                                   .again = trial_record(trial) };
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

/* A listing of a connection that has met no failure. */
static int
list_fresh(struct trial *trial, struct record *record)
{
    struct rv_connection *connection = NULL;
    struct run run = { 0 };
    if (callback_open(trial, trial->configs[0], &run, &connection) < 0)
        return trial_fail_err(trial, &run.err, "open after a refresh that failed");
    int rc = callback_list(trial, connection, record);
    callback_close(trial, connection);
    return rc;
}

/* Whether the system is another than in the first listing, or than a moment ago. */
static int
has_changed(const struct baseline *baseline, const struct record *fresh)
{
    return record_unseen(fresh, baseline->record, NULL) > 0 ||
           record_differ(fresh, baseline->other, NULL) > 0;
}

/* Lists by turns on a new connection and on this one. How many objects only the new one lists,
 * each time; when there are none, *changed says whether the system was at rest. */
static int
compare_with_fresh(struct trial *trial, const struct baseline *baseline, int *changed)
{
    struct record *fresh = trial_record(trial);
    struct suspects unseen = { 0 };
    int left = 1;
    for (int i = 0; (left || !*changed) && i < ROUNDS; i++) {
        if (list_fresh(trial, fresh) < 0)
            break;
        *changed |= i > 0 && !left && has_changed(baseline, fresh);
        if (callback_list(trial, baseline->connection, baseline->other) < 0)
            break;
        record_unseen(fresh, baseline->other, &unseen);
        left = suspects_end_round(&unseen);
        *changed |= !left && has_changed(baseline, fresh);
    }
    suspects_free(&unseen);
    return left;
}

static int
held(const struct lost *lost, uint64_t key)
{
    for (uint32_t i = 0; i < lost->count && i < LOST_KEYS; i++)
        if (lost->keys[i] == key)
            return 1;
    return 0;
}

/* What the process before this one found lost, and nobody lists since, was deleted: a failure there
 * does not reach into this one. */
static int
was_deleted(const struct trial *trial, const struct baseline *baseline)
{
    const struct lost *lost = &trial->report->lost;
    for (int i = 0; lost->count && i < baseline->record->count; i++)
        if (held(lost, record_hash(&baseline->record->seen[i])))
            return 0;
    return lost->count > 0;
}

static void
note_lost(struct trial *trial, const struct baseline *baseline)
{
    struct lost *lost = &trial->report->lost;
    *lost = (struct lost){ 0 };
    for (int i = 0; lost->count < LOST_KEYS && i < baseline->record->count; i++) {
        const struct seen *seen = &baseline->record->seen[i];
        if (rv_names_find(&baseline->other->by_key, seen->key) < 0)
            lost->keys[lost->count++] = record_hash(seen);
    }
}

/* The connection lists what a new one does, and what is gone tells nothing: the rest decides, when
 * there is a rest. */
static void
pass_changed(struct trial *trial, const struct baseline *baseline, const char *lost)
{
    const struct record *before = baseline->record;
    if (record_unseen(before, baseline->other, NULL) == before->count)
        trial_skip_changing(trial, "%s is gone, and all others", lost);
    else
        trial_remark(trial, "the system changed: %s is gone", lost);
}

/* Something that was there before is not listed any more: by this connection, by the whole module
 * since the failure, or because it is gone? */
static void
judge_lost(struct trial *trial, const struct baseline *baseline, const char *lost)
{
    int changed = 0, left = compare_with_fresh(trial, baseline, &changed);
    if (trial_failed(trial))
        return;
    if (!left && (changed || was_deleted(trial, baseline))) {
        pass_changed(trial, baseline, lost);
        return;
    }
    trial_fail(trial, "a refresh after a failed one lacks %s%s", lost,
               left ? "" : ", and so does another connection");
    if (left)
        return;
    note_lost(trial, baseline);
    trial_doubt(trial);
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
    else if (record_lost(baseline->record, baseline->other, NULL, LOST_OF_COMPLETE, &said))
        judge_lost(trial, baseline, rv_buf_text(&said));
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
    trial_remark(trial, "%d places among %lld", count, (long long)baseline.run.count[SINK_EMIT]);
    check_still_good(trial, &baseline);
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
    if (count == 0)
        trial_remark(trial, "it makes none");
    check_still_good(trial, &baseline);
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

/* How many objects the last refresh lost that were there before it and are there after it: what
 * went for good in the meantime was not lost by the provider. Up to `most` may be missing. */
static int
count_lost(struct trial *trial, const struct baseline *baseline, enum lost_kinds kinds, int most,
           rv_buf *said)
{
    if (record_lost(baseline->record, baseline->other, NULL, kinds, said) <= most)
        return 0;
    if (callback_list(trial, baseline->connection, baseline->again) < 0)
        return 0;
    rv_buf_reset(said);
    int lost = record_lost(baseline->record, baseline->other, baseline->again, kinds, said);
    return lost > most ? lost : 0;
}

/* One object that the host cannot take: the refresh goes on without it, or ends with that class.
 * How many others it lost. */
static int
refuse_object(struct trial *trial, const struct baseline *baseline, int64_t place, int error_class)
{
    RV_AUTO_BUF
    rv_buf said = rv_buf_limited(4096);
    struct run run = { .record = baseline->other };
    spy.spoil_emit_at = place;
    spy.spoil_class = error_class;
    int rc = callback_refresh(trial, baseline->connection, &run);
    spy.spoil_emit_at = 0;
    if (rc != 0 && run.returned != error_class)
        trial_fail(trial, "emit %lld failed with %s, and refresh with %s: %s", (long long)place,
                   rv_class_name(error_class), rv_class_name(run.returned), run.err.text);
    return rc == 0 ? count_lost(trial, baseline, LOST_OF_ANY, 1, &said) : 0;
}

/* What is missing once may have been away for that moment: it is tried again. */
static void
try_refusal(struct trial *trial, const struct baseline *baseline, int64_t place, int error_class)
{
    if (refuse_object(trial, baseline, place, error_class) == 0 || trial_failed(trial))
        return;
    int lost = refuse_object(trial, baseline, place, error_class);
    if (lost)
        trial_fail(trial, "one object was refused, and %d are missing", lost);
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
        try_refusal(trial, &baseline, places[i], REEVE_E_INVALID);
        try_refusal(trial, &baseline, places[i], REEVE_E_LIMIT);
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

/* How many objects it lost without a word; the first of them is written to said. */
static int
refuse_memory(struct trial *trial, const struct baseline *baseline, int64_t place, rv_buf *said)
{
    struct run run = { .record = baseline->other };
    spy.fail_alloc_at = place;
    int rc = callback_refresh(trial, baseline->connection, &run);
    int refused = spy.allocs >= place;
    spy.fail_alloc_at = 0;
    /* An object may be given up, when a warning says so. */
    if (rc < 0 || !refused || baseline->other->warning_count > baseline->record->warning_count)
        return 0;
    return count_lost(trial, baseline, LOST_OF_COMPLETE, 0, said);
}

static void
try_without_memory(struct trial *trial, const struct baseline *baseline, int64_t place)
{
    RV_AUTO_BUF
    rv_buf said = rv_buf_limited(4096);
    if (refuse_memory(trial, baseline, place, &said) == 0)
        return;
    rv_buf_reset(&said);
    int lost = refuse_memory(trial, baseline, place, &said);
    if (lost == 0)
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
        try_without_memory(trial, &baseline, places[i]);
    trial_remark(trial, "%d places among %lld", count, (long long)baseline.allocs);
    check_still_good(trial, &baseline);
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
