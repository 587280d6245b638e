/* SPDX-License-Identifier: Apache-2.0
 *
 * The clocks, real and fake.
 */
#include "base/clock.h"

#include <time.h>
#include "check.h"

static void
the_real_clocks_run(void **state)
{
    (void)state;
    rv_clock_real();
    int64_t before_us = rv_monotonic_us();
    usleep(2000);
    assert_true(rv_monotonic_us() - before_us >= 2000);
    int64_t off_ms = rv_now_ms() - (int64_t)time(NULL) * 1000;
    assert_true(off_ms > -2000 && off_ms < 2000);
    int64_t apart_us = rv_monotonic_us() - rv_monotonic_ms() * 1000;
    assert_true(apart_us >= 0 && apart_us < 1000000);
    assert_false(rv_clock_is_fake());
}

static void
the_fake_clock_stands_until_it_is_moved(void **state)
{
    (void)state;
    rv_clock_fake(1700000000123);
    assert_true(rv_clock_is_fake());
    assert_true(rv_now_ms() == 1700000000123);
    assert_true(rv_monotonic_ms() == 1700000000123);
    assert_true(rv_monotonic_us() == 1700000000123000);
    rv_clock_advance(877);
    assert_true(rv_now_ms() == 1700000001000);
    rv_clock_real();
    assert_true(rv_now_ms() != 1700000001000);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_real_clocks_run),
        cmocka_unit_test(the_fake_clock_stands_until_it_is_moved),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
