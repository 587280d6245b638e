/* SPDX-License-Identifier: Apache-2.0
 *
 * How long wrong passwords make their senders wait.
 */
#include "api/attempts.h"

#include <stdio.h>
#include "base/clock.h"
#include "unit.h"

static struct rv_attempts *attempts;

static int
setup(void **state)
{
    (void)state;
    rv_clock_fake(1000000000000LL);
    attempts = rv_attempts_new();
    return 0;
}

static int
teardown(void **state)
{
    (void)state;
    rv_attempts_free(attempts);
    rv_clock_real();
    return 0;
}

static int64_t
fail_times(const char *userid, const char *address, int times)
{
    int64_t wait_ms = 0;
    while (times-- > 0)
        wait_ms = rv_attempts_failed(attempts, userid, address, 5);
    return wait_ms;
}

static void
four_wrong_ones_are_borne_and_the_fifth_is_not(void **state)
{
    (void)state;
    assert_int_equal(fail_times("admin", "10.0.0.1", 4), 0);
    assert_int_equal(rv_attempts_wait_ms(attempts, "admin", "10.0.0.1"), 0);
    assert_int_equal(fail_times("admin", "10.0.0.1", 1), 1000);
    assert_int_equal(rv_attempts_wait_ms(attempts, "admin", "10.0.0.1"), 1000);
    rv_clock_advance(999);
    assert_int_equal(rv_attempts_wait_ms(attempts, "admin", "10.0.0.1"), 1);
    rv_clock_advance(1);
    assert_int_equal(rv_attempts_wait_ms(attempts, "admin", "10.0.0.1"), 0);
}

static void
the_wait_doubles_up_to_a_minute(void **state)
{
    (void)state;
    static const int64_t waits[] = { 1000, 2000, 4000, 8000, 16000, 32000, 60000, 60000, 60000 };
    fail_times("admin", "10.0.0.1", 4);
    for (size_t i = 0; i < RV_COUNT(waits); i++) {
        assert_int_equal(fail_times("admin", "10.0.0.1", 1), waits[i]);
        rv_clock_advance(waits[i]);
    }
    for (int i = 0; i < 100; i++)
        assert_int_equal(fail_times("admin", "10.0.0.1", 1), 60000);
}

static void
an_address_waits_for_all_users(void **state)
{
    (void)state;
    static const char *const users[] = { "a", "b", "c", "d", "e" };
    for (size_t i = 0; i < RV_COUNT(users); i++)
        fail_times(users[i], "10.0.0.1", 1);
    assert_int_equal(rv_attempts_wait_ms(attempts, "f", "10.0.0.1"), 1000);
    assert_int_equal(rv_attempts_wait_ms(attempts, "a", "10.0.0.2"), 0);
}

static void
a_user_who_is_guessed_from_many_places_is_kept_from_them_alone(void **state)
{
    (void)state;
    char address[32];
    for (int i = 0; i < 6; i++) {
        snprintf(address, sizeof(address), "10.0.0.%d", i);
        fail_times("admin", address, 1);
    }
    assert_int_equal(rv_attempts_wait_ms(attempts, "admin", "10.0.0.1"), 2000);
    assert_int_equal(rv_attempts_wait_ms(attempts, "other", "10.0.0.1"), 0);
    assert_int_equal(rv_attempts_wait_ms(attempts, "admin", "10.0.1.1"), 0);
}

static void
a_minute_later_all_is_forgotten(void **state)
{
    (void)state;
    fail_times("admin", "10.0.0.1", 4);
    rv_clock_advance(60001);
    assert_int_equal(fail_times("admin", "10.0.0.1", 4), 0);
    assert_int_equal(fail_times("admin", "10.0.0.1", 2), 2000);
    rv_clock_advance(2000 + 60000);
    assert_int_equal(fail_times("admin", "10.0.0.1", 1), 4000); /* not quite yet */
    rv_clock_advance(4000 + 60001);
    assert_int_equal(fail_times("admin", "10.0.0.1", 4), 0);
}

static void
none_at_most_means_never(void **state)
{
    (void)state;
    for (int i = 0; i < 100; i++)
        assert_int_equal(rv_attempts_failed(attempts, "admin", "10.0.0.1", 0), 0);
    assert_int_equal(rv_attempts_wait_ms(attempts, "admin", "10.0.0.1"), 0);
}

/* The table is bounded: who comes last is known, whatever came before. */
static void
a_flood_of_addresses_costs_no_memory_and_hides_nobody_for_long(void **state)
{
    (void)state;
    char address[32];
    for (int i = 0; i < 100000; i++) {
        snprintf(address, sizeof(address), "%d.%d.%d.1", i / 65536, i / 256 % 256, i % 256);
        fail_times("admin", address, 1);
        if (i % 1000 == 0)
            rv_clock_advance(1);
    }
    assert_int_equal(rv_attempts_wait_ms(attempts, "admin", address), 60000);
    assert_int_equal(fail_times("nobody", "10.0.0.9", 5), 1000);
}

static void
addresses_are_those_of_clients(void **state)
{
    (void)state;
    static const struct {
        const char *peer, *forwarded, *address;
    } rows[] = {
        { "10.0.0.1", NULL, "10.0.0.1" },
        { "10.0.0.1", "1.2.3.4", "10.0.0.1" }, /* anyone may say that */
        { "127.0.0.1", NULL, "127.0.0.1" },
        { "127.0.0.1", "1.2.3.4", "1.2.3.4" },
        { "::1", "9.9.9.9, 1.2.3.4", "1.2.3.4" },
        { "::ffff:127.0.0.1", "9.9.9.9,\t1.2.3.4 ", "1.2.3.4" },
        { "127.0.0.1", "9.9.9.9, ", "127.0.0.1" },
        { "127.0.0.1", "", "127.0.0.1" },
        { "127.0.0.1", "someone", "127.0.0.1" },
        { "127.0.0.1", "2001:db8:1:2:3:4:5:6", "2001:db8:1:2::" },
        { "127.0.0.1",
          "11111111111111111111111111111111111111111111111111111111111111111111111111111111",
          "127.0.0.1" },
        { "2001:db8:1:2:aaaa::1", NULL, "2001:db8:1:2::" },
        { "::ffff:10.0.0.1", NULL, "10.0.0.1" },
        { "", NULL, "" },
    };
    for (size_t i = 0; i < RV_COUNT(rows); i++) {
        char address[64];
        rv_attempts_address(address, rows[i].peer, rows[i].forwarded);
        assert_string_equal(address, rows[i].address);
    }
}

static void
the_loopback_is_known_in_either_family_and_in_a_socket_for_both(void **state)
{
    (void)state;
    assert_true(rv_attempts_loopback("127.0.0.1"));
    assert_true(rv_attempts_loopback("::1"));
    assert_true(rv_attempts_loopback("::ffff:127.0.0.1"));
    assert_false(rv_attempts_loopback("::ffff:10.0.0.1"));
    assert_false(rv_attempts_loopback("12.7.0.1"));
    assert_false(rv_attempts_loopback("::12"));
    assert_false(rv_attempts_loopback(""));
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(four_wrong_ones_are_borne_and_the_fifth_is_not),
        TEST(the_wait_doubles_up_to_a_minute),
        TEST(an_address_waits_for_all_users),
        TEST(a_user_who_is_guessed_from_many_places_is_kept_from_them_alone),
        TEST(a_minute_later_all_is_forgotten),
        TEST(none_at_most_means_never),
        TEST(a_flood_of_addresses_costs_no_memory_and_hides_nobody_for_long),
        TEST(addresses_are_those_of_clients),
        TEST(the_loopback_is_known_in_either_family_and_in_a_socket_for_both),
    };
    return cmocka_run_group_tests_name("api attempts", tests, NULL, NULL);
}
