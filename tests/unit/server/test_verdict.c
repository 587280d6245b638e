/* SPDX-License-Identifier: Apache-2.0
 *
 * What is done with a worker that is silent, at work, large, old, starting or stopping. Times are
 * those of the defaults.
 */
#include "server/verdict.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>

#define MINUTE 60000LL
#define HOUR (60 * MINUTE)
#define START (1000 * HOUR)

static const struct rv_watch_limits limits = { .silence_ms = 2 * MINUTE,
                                               .starting_ms = 10 * MINUTE,
                                               .stopping_ms = 10 * MINUTE,
                                               .stop_now_ms = 4000,
                                               .quiesce_ms = 5 * MINUTE,
                                               .age_ms = 2 * HOUR,
                                               .bytes = 500 << 20 };

/* One that started at START and beats no more. */
static struct rv_watched
ready_worker(void)
{
    return (struct rv_watched){ .started_ms = START,
                                .beat_ms = START,
                                .ready = 1,
                                .is_slot = 1,
                                .can_replace = 1,
                                .bytes = 10 << 20 };
}

static int
what(const struct rv_watched *w, int64_t after_ms)
{
    return rv_verdict_of(w, &limits, START + after_ms).what;
}

static void
a_hung_idle_worker_is_killed_after_two_minutes(void **state)
{
    (void)state;
    struct rv_watched w = ready_worker();
    assert_int_equal(what(&w, 2 * MINUTE), RV_LET_BE);
    assert_int_equal(what(&w, 2 * MINUTE + 1), RV_KILL);
    struct rv_verdict verdict = rv_verdict_of(&w, &limits, START + 3 * MINUTE);
    assert_string_equal(verdict.event, "evm_worker_not_responding");
    w.cpu_ms = START + 2 * MINUTE; /* without a message it has nothing to compute */
    assert_int_equal(what(&w, 3 * MINUTE), RV_KILL);
}

static void
a_message_of_nine_minutes_with_ten_allowed_is_left_alone(void **state)
{
    (void)state;
    struct rv_watched w = ready_worker();
    w.has_message = 1;
    w.busy_until_ms = START + 10 * MINUTE;
    for (int minute = 1; minute <= 9; minute++) { /* it waits, and beats in every wait */
        w.beat_ms = START + minute * MINUTE;
        assert_int_equal(what(&w, minute * MINUTE), RV_LET_BE);
    }
    w.beat_ms = START;
    for (int minute = 1; minute <= 9; minute++) { /* it computes and says nothing */
        w.cpu_ms = START + minute * MINUTE;
        assert_int_equal(what(&w, minute * MINUTE), RV_LET_BE);
    }
    w.cpu_ms = START + 10 * MINUTE;
    assert_int_equal(what(&w, 10 * MINUTE + 2001), RV_KILL);
}

static void
a_worker_that_neither_speaks_nor_computes_hangs_with_a_message_too(void **state)
{
    (void)state;
    struct rv_watched w = ready_worker();
    w.has_message = 1;
    w.busy_until_ms = START + 2 * HOUR;
    w.cpu_ms = START + MINUTE;
    assert_int_equal(what(&w, 3 * MINUTE), RV_LET_BE);
    assert_int_equal(what(&w, 3 * MINUTE + 1), RV_KILL);
}

static void
a_worker_over_its_memory_is_asked_to_end_once(void **state)
{
    (void)state;
    struct rv_watched w = ready_worker();
    w.bytes = limits.bytes;
    assert_int_equal(what(&w, 1), RV_LET_BE);
    w.bytes++;
    struct rv_verdict verdict = rv_verdict_of(&w, &limits, START + 1);
    assert_int_equal(verdict.what, RV_ASK_TO_END);
    assert_string_equal(verdict.event, "evm_worker_memory_exceeded");
    assert_string_equal(verdict.setting, "memory_threshold");
    assert_int_equal(verdict.limit, limits.bytes);
    w.stop_ms = START + 1;
    w.gentle = 1;
    assert_int_equal(what(&w, 2), RV_LET_BE);
}

static void
a_worker_is_kept_over_its_limits_while_none_could_replace_it(void **state)
{
    (void)state;
    struct rv_watched w = ready_worker();
    w.bytes = 2 * limits.bytes;
    w.can_replace = 0;
    assert_int_equal(what(&w, 1), RV_LET_BE);
    w.beat_ms = START + 3 * HOUR;
    assert_int_equal(what(&w, 3 * HOUR), RV_LET_BE);
    w.beat_ms = START; /* but one that hangs is of no use */
    assert_int_equal(what(&w, 3 * HOUR), RV_KILL);
}

static void
a_worker_that_is_as_large_as_the_one_before_it_was_at_its_start_is_kept(void **state)
{
    (void)state;
    struct rv_watched w = ready_worker();
    w.young_bytes = 2 * limits.bytes;
    w.bytes = 3 * limits.bytes;
    assert_int_equal(what(&w, 1), RV_LET_BE);
    w.bytes++; /* it leaks */
    assert_int_equal(what(&w, 1), RV_ASK_TO_END);
}

static void
a_worker_is_told_of_as_silent_when_it_owes_six_beats_or_thirty_while_it_computes(void **state)
{
    (void)state;
    struct rv_watched w = ready_worker();
    assert_false(rv_verdict_silent(&w, 1000, START + 6000));
    assert_true(rv_verdict_silent(&w, 1000, START + 6001));
    assert_int_equal(what(&w, 6001), RV_LET_BE);
    w.has_message = 1; /* with one it may compute */
    w.cpu_ms = START + 29000;
    assert_false(rv_verdict_silent(&w, 1000, START + 30000));
    assert_true(rv_verdict_silent(&w, 1000, START + 30001)); /* or it loops: people should know */
    assert_int_equal(what(&w, 30001), RV_LET_BE);
    w.cpu_ms = 0;
    w.ready = 0;
    assert_false(rv_verdict_silent(&w, 1000, START + MINUTE));
}

static void
a_worker_is_replaced_when_its_restart_interval_is_over(void **state)
{
    (void)state;
    struct rv_watched w = ready_worker();
    w.beat_ms = START + 2 * HOUR;
    assert_int_equal(what(&w, 2 * HOUR), RV_LET_BE);
    struct rv_verdict verdict = rv_verdict_of(&w, &limits, START + 2 * HOUR + 1);
    assert_int_equal(verdict.what, RV_ASK_TO_END);
    assert_string_equal(verdict.event, "evm_worker_uptime_exceeded");
    assert_string_equal(verdict.setting, "restart_interval");
    assert_int_equal(verdict.limit, limits.age_ms);
    struct rv_watch_limits never = limits;
    never.age_ms = 0;
    never.bytes = 0;
    assert_int_equal(rv_verdict_of(&w, &never, START + 2 * HOUR + 1).what, RV_LET_BE);
}

static void
a_worker_stuck_while_it_starts_is_killed_after_ten_minutes(void **state)
{
    (void)state;
    struct rv_watched w = ready_worker();
    w.ready = 0;
    assert_int_equal(what(&w, 10 * MINUTE), RV_LET_BE);
    assert_int_equal(what(&w, 10 * MINUTE + 1), RV_KILL);
}

static void
a_worker_stuck_while_it_stops_is_killed_ten_minutes_after_its_messages_time(void **state)
{
    (void)state;
    struct rv_watched w = ready_worker();
    w.stop_ms = START;
    w.gentle = 1;
    w.beat_ms = START + HOUR;
    assert_int_equal(what(&w, 10 * MINUTE), RV_LET_BE);
    assert_int_equal(what(&w, 10 * MINUTE + 1), RV_KILL);
    w.has_message = 1;
    w.busy_until_ms = START + 20 * MINUTE;
    assert_int_equal(what(&w, 20 * MINUTE), RV_LET_BE);
    w.busy_until_ms = 0;
    assert_int_equal(what(&w, 11 * MINUTE), RV_KILL);
}

static void
a_stop_waits_five_minutes_for_a_message_that_must_be_finished_and_seconds_for_others(void **state)
{
    (void)state;
    struct rv_watched w = ready_worker();
    w.stop_ms = START;
    w.beat_ms = START + HOUR;
    assert_int_equal(what(&w, 4000), RV_LET_BE);
    assert_int_equal(what(&w, 4001), RV_KILL);
    w.has_message = w.must_finish = 1;
    assert_int_equal(what(&w, 5 * MINUTE), RV_LET_BE);
    assert_int_equal(what(&w, 5 * MINUTE + 1), RV_KILL);
}

static void
a_worker_for_one_job_has_its_own_time_and_is_never_too_old(void **state)
{
    (void)state;
    struct rv_watched w = ready_worker();
    w.is_slot = w.ready = 0;
    w.deadline_ms = START + MINUTE / 2;
    w.beat_ms = START + 3 * HOUR;
    assert_int_equal(what(&w, 1000), RV_LET_BE);
    assert_int_equal(what(&w, MINUTE), RV_KILL);
    w.deadline_ms = 0;
    assert_int_equal(what(&w, 3 * HOUR), RV_LET_BE);
}

static void
a_worker_without_socket_is_given_a_moment_to_end(void **state)
{
    (void)state;
    struct rv_watched w = ready_worker();
    w.end_ms = START;
    assert_int_equal(what(&w, 2000), RV_LET_BE);
    assert_int_equal(what(&w, 2001), RV_KILL);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_hung_idle_worker_is_killed_after_two_minutes),
        cmocka_unit_test(a_message_of_nine_minutes_with_ten_allowed_is_left_alone),
        cmocka_unit_test(a_worker_that_neither_speaks_nor_computes_hangs_with_a_message_too),
        cmocka_unit_test(a_worker_over_its_memory_is_asked_to_end_once),
        cmocka_unit_test(a_worker_is_kept_over_its_limits_while_none_could_replace_it),
        cmocka_unit_test(a_worker_that_is_as_large_as_the_one_before_it_was_at_its_start_is_kept),
        cmocka_unit_test(
            a_worker_is_told_of_as_silent_when_it_owes_six_beats_or_thirty_while_it_computes),
        cmocka_unit_test(a_worker_is_replaced_when_its_restart_interval_is_over),
        cmocka_unit_test(a_worker_stuck_while_it_starts_is_killed_after_ten_minutes),
        cmocka_unit_test(
            a_worker_stuck_while_it_stops_is_killed_ten_minutes_after_its_messages_time),
        cmocka_unit_test(
            a_stop_waits_five_minutes_for_a_message_that_must_be_finished_and_seconds_for_others),
        cmocka_unit_test(a_worker_for_one_job_has_its_own_time_and_is_never_too_old),
        cmocka_unit_test(a_worker_without_socket_is_given_a_moment_to_end),
    };
    return cmocka_run_group_tests_name("verdict", tests, NULL, NULL);
}
