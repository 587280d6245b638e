/* SPDX-License-Identifier: Apache-2.0
 *
 * plugins/kubernetes/quantity.c
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <math.h>

#include "kubernetes/quantity.h"

static void
quantities_become_numbers(void **state)
{
    static const struct {
        const char *text;
        double number;
    } rows[] = {
        { "100m", 0.1 },
        { "1Gi", 1073741824 },
        { "1e3", 1000 },
        { "0", 0 },
        { "4", 4 },
        { "250m", 0.25 },
        { "1.5Gi", 1610612736 },
        { "16Gi", 17179869184 },
        { "1E", 1e18 },
        { "1E3", 1000 },
        { "1E-2", 0.01 },
        { "2Ki", 2048 },
        { "1Ei", 1152921504606846976 },
        { "3k", 3000 },
        { "5n", 5e-9 },
        { "7u", 7e-6 },
        { "-1", -1 },
        { "+2", 2 },
        { ".5", 0.5 },
        { "5.", 5 },
        { "0.1", 0.1 },
        { "123456789012345678901234567890", 123456789012345678901234567890.0 },
        { "1P", 1e15 },
        { "1e+2", 100 },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        double got = -77;

        assert_int_equal(kube_quantity(&got, rows[i].text), 0);
        if (fabs(got - rows[i].number) > fabs(rows[i].number) * 1e-15)
            fail_msg("%s became %.17g", rows[i].text, got);
    }
}

static void
what_is_no_quantity_is_refused(void **state)
{
    static const char *rows[] = {
        "",    "m",     "Gi",   "1gi",    "1K",
        "1kI", "abc",   "1 Gi", " 1",     "1e",
        "1e+", "1e401", "--1",  "1..2",   ".",
        "-",   "0x10",  "1Gi2", "inf",    "nan",
        "1,5", "1Eii",  "1e3k", "1e-401", "1e99999999999999999999",
    };
    double number = -77;
    int64_t whole = -77;

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        assert_int_equal(kube_quantity(&number, rows[i]), -1);
        assert_int_equal(kube_quantity_int(&whole, rows[i]), -1);
    }
    assert_int_equal(kube_quantity(&number, NULL), -1);
    assert_true(number == -77);
    assert_int_equal(whole, -77);
}

static void
whole_numbers_are_exact_and_rounded_up(void **state)
{
    static const struct {
        const char *text;
        int64_t number;
    } rows[] = {
        { "9223372036854775807", INT64_MAX },
        { "100m", 1 },
        { "1500m", 2 },
        { "2000m", 2 },
        { "-1500m", -2 },
        { "128Mi", 134217728 },
        { "0.5Ki", 512 },
        { "1e3", 1000 },
        { "7Ei", 8070450532247928832 },
        { "1e-300", 1 },
        { "0e300", 0 },
        { "0.0001Ki", 1 },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        int64_t got = -77;

        assert_int_equal(kube_quantity_int(&got, rows[i].text), 0);
        assert_true(got == rows[i].number);
    }
}

static void
whole_numbers_beyond_64_bits_are_refused(void **state)
{
    static const char *rows[] = { "9223372036854775808",       "8Ei", "10E", "1e19", "1e400",
                                  "99999999999999999999999999" };
    int64_t got = -77;

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        assert_int_equal(kube_quantity_int(&got, rows[i]), -1);
    assert_int_equal(got, -77);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(quantities_become_numbers),
        cmocka_unit_test(what_is_no_quantity_is_refused),
        cmocka_unit_test(whole_numbers_are_exact_and_rounded_up),
        cmocka_unit_test(whole_numbers_beyond_64_bits_are_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
