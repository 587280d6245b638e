/* SPDX-License-Identifier: Apache-2.0
 *
 * Slots: counts, order of surplus, delays between restarts, crashes.
 */
#include "server/roster.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>

static struct rv_roster *roster;

static int
setup(void **state)
{
    (void)state;
    roster = rv_roster_new();
    return 0;
}

static int
teardown(void **state)
{
    (void)state;
    rv_roster_free(roster);
    return 0;
}

static int
wanted(const char *type)
{
    int count = 0, found = 0;
    struct rv_slot **slots = rv_roster_slots(roster, &count);
    for (int i = 0; i < count; i++)
        found += slots[i]->wanted && strcmp(slots[i]->type, type) == 0;
    return found;
}

static void
slots_follow_the_count(void **state)
{
    (void)state;
    static const int counts[] = { 2, 4, 4, 1, 0, 3 };
    for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
        rv_roster_set(roster, "generic", 0, NULL, counts[i], 0);
        assert_int_equal(wanted("generic"), counts[i]);
    }
}

static void
the_newest_go_first_and_stay_until_their_worker_has_ended(void **state)
{
    (void)state;
    int count = 0, worker = 0;
    rv_roster_set(roster, "generic", 0, NULL, 3, 0);
    struct rv_slot **slots = rv_roster_slots(roster, &count);
    slots[2]->child = &worker;
    rv_roster_set(roster, "generic", 0, NULL, 1, 0);
    slots = rv_roster_slots(roster, &count);
    assert_int_equal(count, 2);
    assert_int_equal(slots[0]->index, 0);
    assert_true(slots[0]->wanted);
    assert_int_equal(slots[1]->index, 2);
    assert_false(slots[1]->wanted);
    slots[1]->child = NULL;
    rv_roster_slots(roster, &count);
    assert_int_equal(count, 1);
}

static void
providers_have_slots_of_their_own(void **state)
{
    (void)state;
    rv_roster_set(roster, "refresh", 7, "seven", 1, 0);
    rv_roster_set(roster, "refresh", 8, "eight", 1, 0);
    assert_int_equal(wanted("refresh"), 2);
    rv_roster_set(roster, "refresh", 7, "seven", 0, 0);
    assert_int_equal(wanted("refresh"), 1);
}

static void
what_is_not_named_any_more_is_not_wanted_but_the_server_worker_is(void **state)
{
    (void)state;
    rv_roster_set(roster, "server", 0, NULL, 1, 0);
    rv_roster_set(roster, "refresh", 7, "seven", 1, 0);
    rv_roster_set(roster, "generic", 0, NULL, 2, 0);
    rv_roster_begin(roster);
    rv_roster_set(roster, "generic", 0, NULL, 2, 0);
    rv_roster_end(roster);
    assert_int_equal(wanted("server"), 1);
    assert_int_equal(wanted("generic"), 2);
    assert_int_equal(wanted("refresh"), 0);
}

static void
the_first_restart_is_at_once_then_slower_to_five_seconds(void **state)
{
    (void)state;
    static const int64_t delays[] = { 0, 100, 200, 400, 800, 1600, 3200, 5000, 5000 };
    struct rv_slot slot = { .wanted = 1 };
    int64_t now_ms = 1000000;
    for (size_t i = 0; i < sizeof(delays) / sizeof(delays[0]); i++) {
        rv_slot_ended(&slot, 50, now_ms);
        assert_int_equal(slot.start_at_ms - now_ms, delays[i]);
    }
    for (int i = 0; i < 100; i++)
        rv_slot_ended(&slot, 50, now_ms);
    assert_int_equal(slot.start_at_ms - now_ms, 5000);
    /* Half a minute of life makes all good. */
    rv_slot_ended(&slot, 30000, now_ms);
    assert_int_equal(slot.start_at_ms - now_ms, 0);
    rv_slot_ended(&slot, 29999, now_ms);
    assert_int_equal(slot.start_at_ms - now_ms, 100);
}

static void
a_crash_loop_is_told_once_and_is_over_when_a_worker_lives(void **state)
{
    (void)state;
    struct rv_slot slot = { .wanted = 1 };
    for (int again = 0; again < 2; again++) {
        int told = 0;
        for (int i = 1; i <= 100; i++) {
            told += rv_slot_ended(&slot, 50, 1000000);
            rv_slot_lives(&slot, 29999);
            assert_int_equal(told, i >= RV_LOOP_FAILURES);
            assert_int_equal(slot.failures, i);
        }
        /* What was wrong is mended: the worker need not end for that to be seen. */
        rv_slot_lives(&slot, 30000);
        assert_int_equal(slot.failures, 0);
    }
    assert_int_equal(rv_slot_ended(&slot, 50, 1000000), 0);
    assert_int_equal(slot.start_at_ms, 1000000);
}

static void
crashes_count_in_the_same_callback(void **state)
{
    (void)state;
    struct rv_slot slot = { .wanted = 1 };
    assert_int_equal(rv_slot_crashed(&slot, "demo.refresh"), 1);
    assert_int_equal(rv_slot_crashed(&slot, "demo.refresh"), 2);
    assert_int_equal(rv_slot_crashed(&slot, "demo.watch"), 1);
    assert_int_equal(rv_slot_crashed(&slot, "demo.refresh"), 1);
    for (int i = 2; i <= 5; i++)
        assert_int_equal(rv_slot_crashed(&slot, "demo.refresh"), i);
}

int
main(void)
{
#define ROSTER_TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        ROSTER_TEST(slots_follow_the_count),
        ROSTER_TEST(the_newest_go_first_and_stay_until_their_worker_has_ended),
        ROSTER_TEST(providers_have_slots_of_their_own),
        ROSTER_TEST(what_is_not_named_any_more_is_not_wanted_but_the_server_worker_is),
        ROSTER_TEST(the_first_restart_is_at_once_then_slower_to_five_seconds),
        ROSTER_TEST(a_crash_loop_is_told_once_and_is_over_when_a_worker_lives),
        ROSTER_TEST(crashes_count_in_the_same_callback),
    };
    return cmocka_run_group_tests_name("server roster", tests, NULL, NULL);
}
