/* SPDX-License-Identifier: Apache-2.0
 *
 * How often a receiver may be sent to.
 */
#include "hook/rate.h"

#include "../base/check.h"

static struct rv_hook_rates *rates;

static int
start(void **state)
{
    (void)state;
    rates = rv_hook_rates_new();
    return 0;
}

static int
stop(void **state)
{
    (void)state;
    rv_hook_rates_free(rates);
    return 0;
}

static void
a_tenth_of_a_minutes_requests_may_come_at_once_then_one_after_the_other(void **state)
{
    (void)state;
    for (int i = 0; i < 61; i++)
        assert_int_equal(rv_hook_rate_take(rates, 1, 600, 1000000), 0);
    assert_int_equal(rv_hook_rate_take(rates, 1, 600, 1000000), 100);
    assert_int_equal(rv_hook_rate_take(rates, 1, 600, 1000050), 50);
    assert_int_equal(rv_hook_rate_take(rates, 1, 600, 1000100), 0);
    assert_int_equal(rv_hook_rate_take(rates, 1, 600, 1000100), 100);
}

static void
a_minute_brings_as_many_as_the_rate_says(void **state)
{
    (void)state;
    int taken = 0;
    while (rv_hook_rate_take(rates, 1, 60, 5000) == 0)
        continue;
    for (int64_t ms = 5000; ms <= 65000; ms += 10)
        taken += rv_hook_rate_take(rates, 1, 60, ms) == 0;
    assert_int_equal(taken, 60);
}

static void
receivers_do_not_share_a_rate_and_a_slow_one_takes_one_at_least(void **state)
{
    (void)state;
    assert_int_equal(rv_hook_rate_take(rates, 1, 1, 100), 0);
    assert_int_equal(rv_hook_rate_take(rates, 1, 1, 100), 60000);
    assert_int_equal(rv_hook_rate_take(rates, 2, 1, 100), 0);
}

static void
who_is_forgotten_begins_anew_and_nobody_else_does(void **state)
{
    (void)state;
    assert_int_equal(rv_hook_rate_take(rates, 1, 1, 100), 0);
    for (int64_t other = 2; other < 258; other++)
        rv_hook_rate_take(rates, other, 1, 100 + other);
    assert_true(rv_hook_rate_take(rates, 257, 1, 400) > 0);
    assert_int_equal(rv_hook_rate_take(rates, 1, 1, 401), 0);
}

static void
what_was_refused_is_counted_until_it_is_asked_for(void **state)
{
    (void)state;
    assert_int_equal(rv_hook_rate_refused(rates, 7, 1000), 1);
    assert_int_equal(rv_hook_rate_refused(rates, 7, 10999), 0);
    assert_int_equal(rv_hook_rate_take_refused(rates, 7), 2);
    assert_int_equal(rv_hook_rate_take_refused(rates, 7), 0);
    assert_int_equal(rv_hook_rate_refused(rates, 7, 11000), 1);
    assert_int_equal(rv_hook_rate_take_refused(rates, 8), 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            a_tenth_of_a_minutes_requests_may_come_at_once_then_one_after_the_other, start, stop),
        cmocka_unit_test_setup_teardown(a_minute_brings_as_many_as_the_rate_says, start, stop),
        cmocka_unit_test_setup_teardown(
            receivers_do_not_share_a_rate_and_a_slow_one_takes_one_at_least, start, stop),
        cmocka_unit_test_setup_teardown(who_is_forgotten_begins_anew_and_nobody_else_does, start,
                                        stop),
        cmocka_unit_test_setup_teardown(what_was_refused_is_counted_until_it_is_asked_for, start,
                                        stop),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
