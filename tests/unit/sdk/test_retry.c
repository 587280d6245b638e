/* SPDX-License-Identifier: Apache-2.0
 *
 * When to try again, and after how long.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "reeve/retry.h"
#include "support/sdk_host.h"

static void
pauses_double_up_to_a_ceiling(void **state)
{
    static const int64_t middle[] = { 100, 200, 400, 800, 1000, 1000 };

    (void)state;
    for (int round = 0; round < 200; round++) {
        struct reeve_backoff backoff = { .first_ms = 100, .max_ms = 1000 };
        for (int i = 0; i < 6; i++) {
            int64_t pause = reeve_backoff_next(&backoff, 0);
            assert_true(pause >= middle[i] * 3 / 4 && pause <= middle[i] * 5 / 4);
        }
        assert_int_equal(backoff.failures, 6);
    }
}

static void
pauses_are_spread(void **state)
{
    int64_t least = INT64_MAX, most = 0;

    (void)state;
    for (int round = 0; round < 500; round++) {
        struct reeve_backoff backoff = { 0 };
        int64_t pause = reeve_backoff_next(&backoff, 0);
        least = pause < least ? pause : least;
        most = pause > most ? pause : most;
    }
    /* 500 ms give or take 125. */
    assert_true(least >= 375 && least < 440);
    assert_true(most <= 625 && most > 560);
}

static void
the_servers_wish_is_respected(void **state)
{
    struct reeve_backoff backoff = { .first_ms = 10, .max_ms = 20 };

    (void)state;
    assert_int_equal(reeve_backoff_next(&backoff, 5000), 5000);
    assert_true(reeve_backoff_next(&backoff, 1) > 1);
    assert_int_equal(reeve_backoff_next(&backoff, 31536000000000), 15 * 60 * 1000);
}

static void
many_failures_do_not_overflow(void **state)
{
    struct reeve_backoff backoff = { .failures = INT32_MAX };
    struct reeve_backoff odd = { .first_ms = INT64_MAX / 2,
                                 .max_ms = INT64_MAX / 2 + 1,
                                 .failures = 3 };

    (void)state;
    assert_true(reeve_backoff_next(&backoff, 0) <= 37500);
    assert_int_equal(backoff.failures, INT32_MAX);
    assert_true(reeve_backoff_next(&odd, 0) > 0);
    reeve_backoff_reset(&backoff);
    assert_true(reeve_backoff_next(&backoff, 0) <= 625);
}

static void
only_what_may_pass_is_tried_again(void **state)
{
    struct reeve_call call;

    (void)state;
    sdk_host_begin(&call);
    for (int error_class = REEVE_E_LIMIT; error_class <= 0; error_class++) {
        int wanted = error_class == REEVE_E_RATE_LIMITED || error_class == REEVE_E_UNAVAILABLE ||
                     error_class == REEVE_E_TIMEOUT;
        assert_int_equal(reeve_retryable(&call, error_class), wanted);
    }
    sdk_host_set_deadline(&call, 0);
    assert_int_equal(reeve_retryable(&call, REEVE_E_TIMEOUT), 0);
    sdk_host_end(&call);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pauses_double_up_to_a_ceiling),
        cmocka_unit_test(pauses_are_spread),
        cmocka_unit_test(the_servers_wish_is_respected),
        cmocka_unit_test(many_failures_do_not_overflow),
        cmocka_unit_test(only_what_may_pass_is_tried_again),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
