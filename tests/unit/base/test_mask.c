/* SPDX-License-Identifier: Apache-2.0
 *
 * Masking of registered secrets. The register is the process's, so each test
 * uses secrets of its own.
 */
#include "base/log.h"

#include "base/mem.h"
#include "check.h"

static void
check_masked(const char *text, const char *expected)
{
    RV_AUTO_FREE char *copy = rv_strdup(text);
    rv_mask_secrets(copy);
    assert_string_equal(copy, expected);
}

static void
a_secret_disappears_wherever_it_stands(void **state)
{
    (void)state;
    rv_log_mask("hunter22", 8);
    check_masked("hunter22", "***");
    check_masked("password hunter22 and again hunter22.", "password *** and again ***.");
    check_masked("hunter22hunter22", "******");
    check_masked("hunter2", "hunter2");
    check_masked("", "");
    check_masked("hunterhunter22", "hunter***");
}

static void
the_longest_secret_at_a_place_is_taken(void **state)
{
    (void)state;
    rv_log_mask("token", 5);
    rv_log_mask("token-with-a-tail", 17);
    rv_log_mask("token-w", 7);
    check_masked("a token-with-a-tail b token c", "a *** b *** c");
    check_masked("token-with", "***ith");
}

static void
short_or_absent_secrets_are_not_masked(void **state)
{
    (void)state;
    rv_log_mask("abc", 3);
    rv_log_mask("", 0);
    rv_log_mask(NULL, 10);
    check_masked("abc", "abc");
    rv_log_mask("abcd", 4);
    check_masked("abcd", "***");
}

static void
escaped_as_json_or_in_an_address_it_disappears_too(void **state)
{
    (void)state;
    rv_log_mask("wr\"ong\\pw77", 11);
    rv_log_mask("line one\nline two", 17);
    rv_log_mask("p@ss/w rd", 9);
    check_masked("{\"password\":\"wr\\\"ong\\\\pw77\"}", "{\"password\":\"***\"}");
    check_masked("\"line one\\nline two\"", "\"***\"");
    check_masked("/login?password=p%40ss%2Fw%20rd&x=1", "/login?password=***&x=1");
}

static void
only_len_bytes_count(void **state)
{
    (void)state;
    rv_log_mask("opensesame-and-more", 10);
    check_masked("opensesame!", "***!");
}

static void
a_secret_with_a_zero_byte_does_no_harm(void **state)
{
    (void)state;
    rv_log_mask("zero\0byte", 9);
    check_masked("zero", "zero");
    check_masked("zerobyte", "zerobyte");
}

static void
the_oldest_go_when_there_are_too_many(void **state)
{
    (void)state;
    rv_log_mask("secret-kept", 11);
    for (int i = 0; i < 64; i++) {
        RV_AUTO_FREE char *secret = rv_format("number-%03d", i);
        rv_log_mask(secret, strlen(secret));
        /* Said again, it is young again, and takes no second place. */
        rv_log_mask("secret-kept", 11);
    }
    check_masked("secret-kept", "***");
    check_masked("number-000 number-001", "number-000 ***");
    check_masked("number-063", "***");
    check_masked("hunter22", "hunter22");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_secret_disappears_wherever_it_stands),
        cmocka_unit_test(the_longest_secret_at_a_place_is_taken),
        cmocka_unit_test(short_or_absent_secrets_are_not_masked),
        cmocka_unit_test(escaped_as_json_or_in_an_address_it_disappears_too),
        cmocka_unit_test(only_len_bytes_count),
        cmocka_unit_test(a_secret_with_a_zero_byte_does_no_harm),
        cmocka_unit_test(the_oldest_go_when_there_are_too_many),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
