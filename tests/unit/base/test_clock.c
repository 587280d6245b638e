/* SPDX-License-Identifier: Apache-2.0
 *
 * The clocks, real and fake.
 */
#include "base/clock.h"

#include <fcntl.h>
#include <stdlib.h>
#include <time.h>
#include "check.h"

static int wrong_fd;

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

/* What chaos runs do to a whole server. */
static void
the_wall_clock_alone_is_wrong_by_what_the_test_file_says(void **state)
{
    (void)state;
    const int64_t hour_ms = 60 * 60 * 1000, none_ms = 0;
    int64_t steady_ms = rv_monotonic_ms();
    assert_int_equal(pwrite(wrong_fd, &hour_ms, sizeof(hour_ms), 0), sizeof(hour_ms));
    int64_t off_ms = rv_now_ms() - (int64_t)time(NULL) * 1000;
    assert_true(off_ms > hour_ms - 2000 && off_ms < hour_ms + 2000);
    assert_true(rv_monotonic_ms() - steady_ms < 60 * 1000);
    assert_int_equal(pwrite(wrong_fd, &none_ms, sizeof(none_ms), 0), sizeof(none_ms));
}

/* The file must be there before the clock is read for the first time. */
static void
make_clock_file(void)
{
    char path[] = "/tmp/reeve-clock-XXXXXX";
    const int64_t none_ms = 0;
    wrong_fd = mkstemp(path);
    if (wrong_fd < 0 || write(wrong_fd, &none_ms, sizeof(none_ms)) != sizeof(none_ms))
        abort();
    setenv("REEVE_TEST_CLOCK", path, 1);
    (void)rv_now_ms();
    unlink(path);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_real_clocks_run),
        cmocka_unit_test(the_fake_clock_stands_until_it_is_moved),
        cmocka_unit_test(the_wall_clock_alone_is_wrong_by_what_the_test_file_says),
    };
    make_clock_file();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
