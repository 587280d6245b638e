/* SPDX-License-Identifier: Apache-2.0
 *
 * Doubling waits.
 */
#include "server/pace.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

static void
an_idle_collector_polls_after_3_6_12_24_30_seconds_and_from_3_again_after_work(void **state)
{
    (void)state;
    static const int64_t waits[] = { 3000, 6000, 12000, 24000, 30000, 30000 };
    struct rv_pace pace = { 0 };
    for (int again = 0; again < 2; again++) {
        for (size_t i = 0; i < sizeof(waits) / sizeof(waits[0]); i++)
            assert_int_equal(rv_pace_next(&pace, 3000, 30000), waits[i]);
        rv_pace_reset(&pace);
    }
}

static void
a_temporary_failure_waits_30_60_120_seconds_and_at_most_4_hours(void **state)
{
    (void)state;
    struct rv_pace pace = { 0 };
    int64_t wait_ms = 0, expected_ms = 30000;
    for (int i = 0; i < 20; i++) {
        wait_ms = rv_pace_next(&pace, 30000, 4 * 3600 * 1000);
        assert_int_equal(wait_ms, expected_ms);
        expected_ms = expected_ms * 2 > 14400000 ? 14400000 : expected_ms * 2;
    }
    assert_int_equal(wait_ms, 14400000);
}

static void
a_setting_that_changes_meanwhile_counts_at_the_next_wait(void **state)
{
    (void)state;
    struct rv_pace pace = { 0 };
    assert_int_equal(rv_pace_next(&pace, 3000, 30000), 3000);
    assert_int_equal(rv_pace_next(&pace, 10000, 30000), 10000);
    assert_int_equal(rv_pace_next(&pace, 1000, 5000), 5000);
    assert_int_equal(rv_pace_next(&pace, 8000, 5000), 5000);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(
            an_idle_collector_polls_after_3_6_12_24_30_seconds_and_from_3_again_after_work),
        cmocka_unit_test(a_temporary_failure_waits_30_60_120_seconds_and_at_most_4_hours),
        cmocka_unit_test(a_setting_that_changes_meanwhile_counts_at_the_next_wait),
    };
    return cmocka_run_group_tests_name("pace", tests, NULL, NULL);
}
