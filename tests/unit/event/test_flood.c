/* SPDX-License-Identifier: Apache-2.0
 *
 * The flood guard.
 */
#include "event/flood.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

enum { MOST = 30, BEGIN = 1000000 };

static struct rv_flood *flood;

static int
setup(void **state)
{
    (void)state;
    flood = rv_flood_new();
    return 0;
}

static int
teardown(void **state)
{
    (void)state;
    rv_flood_free(flood);
    return 0;
}

static void
the_31st_within_a_minute_is_blocked_and_another_key_is_not(void **state)
{
    (void)state;
    for (int i = 0; i < MOST; i++)
        assert_int_equal(rv_flood_block(flood, 1, BEGIN + i, MOST), 0);
    assert_int_equal(rv_flood_block(flood, 1, BEGIN + MOST, MOST), 1);
    assert_int_equal(rv_flood_block(flood, 1, BEGIN + MOST + 1, MOST), 2);
    assert_int_equal(rv_flood_block(flood, 2, BEGIN + MOST + 1, MOST), 0);
}

static void
a_minute_later_as_many_pass_again(void **state)
{
    (void)state;
    for (int i = 0; i < 100; i++)
        rv_flood_block(flood, 1, BEGIN, MOST);
    assert_true(rv_flood_block(flood, 1, BEGIN + 50000, MOST) > 0);
    for (int i = 0; i < MOST; i++)
        assert_int_equal(rv_flood_block(flood, 1, BEGIN + 61000, MOST), 0);
    assert_int_equal(rv_flood_block(flood, 1, BEGIN + 61000, MOST), 1);
}

static void
what_passed_is_forgotten_slot_by_slot(void **state)
{
    int passed = 0;
    (void)state;
    for (int second = 0; second < 600; second++)
        for (int i = 0; i < 10; i++)
            passed += rv_flood_block(flood, 1, BEGIN + second * 1000LL, MOST) == 0;
    /* Ten minutes of 10 events a second. */
    assert_in_range(passed, 9 * MOST, 12 * MOST);
}

static void
a_steady_trickle_below_the_limit_passes_for_ever(void **state)
{
    (void)state;
    for (int i = 0; i < 1000; i++)
        assert_int_equal(rv_flood_block(flood, 7, BEGIN + i * 2500LL, MOST), 0);
}

static void
more_keys_than_there_is_room_for_push_out_the_quiet_ones(void **state)
{
    (void)state;
    for (uint64_t key = 1; key < 100000; key++)
        assert_int_equal(rv_flood_block(flood, key * 0x9E3779B97F4A7C15u, BEGIN, MOST), 0);
    for (int i = 0; i < MOST; i++)
        rv_flood_block(flood, 5, BEGIN + 1, MOST);
    assert_true(rv_flood_block(flood, 5, BEGIN + 1, MOST) > 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_31st_within_a_minute_is_blocked_and_another_key_is_not,
                                        setup, teardown),
        cmocka_unit_test_setup_teardown(a_minute_later_as_many_pass_again, setup, teardown),
        cmocka_unit_test_setup_teardown(what_passed_is_forgotten_slot_by_slot, setup, teardown),
        cmocka_unit_test_setup_teardown(a_steady_trickle_below_the_limit_passes_for_ever, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(more_keys_than_there_is_room_for_push_out_the_quiet_ones,
                                        setup, teardown),
    };
    return cmocka_run_group_tests_name("event_flood", tests, NULL, NULL);
}
