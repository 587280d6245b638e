/* SPDX-License-Identifier: Apache-2.0
 *
 * Numbers, durations, sizes.
 */
#include "base/text.h"

#include "check.h"

struct int_case {
    const char *text;
    int good;
    int64_t value;
};

typedef int (*parse_fn)(int64_t *out, const char *text, rv_err *err);

static void
check_table(parse_fn parse, const struct int_case *cases, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        rv_err err = RV_ERR_INIT;
        int64_t value = 0;
        int code = parse(&value, cases[i].text, &err);
        if (code != (cases[i].good ? 0 : RV_E_INVALID) || code != err.code)
            fail_msg("'%s' gives %d: %s", cases[i].text, code, err.text);
        if (cases[i].good && value != cases[i].value)
            fail_msg("'%s' gives %lld", cases[i].text, (long long)value);
        if (!cases[i].good)
            assert_contains(err.text, cases[i].text);
    }
}

static void
whole_numbers_are_read_over_their_whole_range(void **state)
{
    (void)state;
    static const struct int_case cases[] = {
        { "0", 1, 0 },
        { "-0", 1, 0 },
        { "007", 1, 7 },
        { "42", 1, 42 },
        { "-42", 1, -42 },
        { "9223372036854775807", 1, INT64_MAX },
        { "-9223372036854775808", 1, INT64_MIN },
        { "9223372036854775808", 0, 0 },
        { "-9223372036854775809", 0, 0 },
        { "99999999999999999999", 0, 0 },
        { "", 0, 0 },
        { "-", 0, 0 },
        { "+1", 0, 0 },
        { " 1", 0, 0 },
        { "1 ", 0, 0 },
        { "--1", 0, 0 },
        { "1.0", 0, 0 },
        { "1e3", 0, 0 },
        { "0x10", 0, 0 },
        { "one", 0, 0 },
    };
    check_table(rv_parse_int, cases, RV_COUNT(cases));
}

static void
numbers_are_read_without_the_liberties_of_strtod(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int good;
        double value;
    } cases[] = {
        { "0", 1, 0 },       { "1.5", 1, 1.5 },  { "-0.25", 1, -0.25 }, { "1e3", 1, 1000 },
        { "1E-2", 1, 0.01 }, { "2e+2", 1, 200 }, { "1e-999", 1, 0 },    { "1e999", 0, 0 },
        { "-1e999", 0, 0 },  { "", 0, 0 },       { "-", 0, 0 },         { ".5", 0, 0 },
        { "5.", 0, 0 },      { "1e", 0, 0 },     { "1e+", 0, 0 },       { "+1", 0, 0 },
        { " 1", 0, 0 },      { "1 ", 0, 0 },     { "inf", 0, 0 },       { "nan", 0, 0 },
        { "0x1p3", 0, 0 },   { "1,5", 0, 0 },    { "1.5.2", 0, 0 },
    };
    for (size_t i = 0; i < RV_COUNT(cases); i++) {
        rv_err err = RV_ERR_INIT;
        double value = -7;
        int code = rv_parse_double(&value, cases[i].text, &err);
        if (code != (cases[i].good ? 0 : RV_E_INVALID))
            fail_msg("'%s' gives %d: %s", cases[i].text, code, err.text);
        assert_true(!cases[i].good || value == cases[i].value);
    }
}

static void
durations_become_milliseconds(void **state)
{
    (void)state;
    static const struct int_case cases[] = {
        { "0", 1, 0 },
        { "30", 1, 30000 },
        { "500ms", 1, 500 },
        { "10s", 1, 10000 },
        { "5m", 1, 300000 },
        { "2h", 1, 7200000 },
        { "1d", 1, 86400000 },
        { "106751991167d", 1, 106751991167 * 86400000 },
        { "106751991168d", 0, 0 },
        { "9223372036854775807ms", 1, INT64_MAX },
        { "9223372036854775808ms", 0, 0 },
        { "", 0, 0 },
        { "s", 0, 0 },
        { "-1s", 0, 0 },
        { "+1s", 0, 0 },
        { "1.5h", 0, 0 },
        { "1 s", 0, 0 },
        { "1S", 0, 0 },
        { "1h30m", 0, 0 },
        { "1w", 0, 0 },
    };
    check_table(rv_parse_duration, cases, RV_COUNT(cases));
}

static void
sizes_become_bytes(void **state)
{
    (void)state;
    static const struct int_case cases[] = {
        { "0", 1, 0 },
        { "10", 1, 10 },
        { "10B", 1, 10 },
        { "64KiB", 1, 65536 },
        { "64K", 1, 65536 },
        { "2MiB", 1, 2097152 },
        { "2M", 1, 2097152 },
        { "1GiB", 1, 1073741824 },
        { "1G", 1, 1073741824 },
        { "3T", 1, 3298534883328 },
        { "8388607TiB", 1, (int64_t)8388607 << 40 },
        { "8388608TiB", 0, 0 },
        { "", 0, 0 },
        { "K", 0, 0 },
        { "-1", 0, 0 },
        { "1KB", 0, 0 },
        { "1k", 0, 0 },
        { "1.5G", 0, 0 },
        { "1 G", 0, 0 },
        { "99999999999999999999", 0, 0 },
    };
    check_table(rv_parse_size, cases, RV_COUNT(cases));
}

static void
flags_have_four_words_each(void **state)
{
    (void)state;
    static const struct int_case cases[] = {
        { "true", 1, 1 },  { "Yes", 1, 1 }, { "ON", 1, 1 },  { "1", 1, 1 },
        { "false", 1, 0 }, { "no", 1, 0 },  { "Off", 1, 0 }, { "0", 1, 0 },
        { "", 0, 0 },      { "t", 0, 0 },   { "2", 0, 0 },   { "true ", 0, 0 },
    };
    check_table(rv_parse_flag, cases, RV_COUNT(cases));
}

static void
a_wrong_unit_comes_with_advice(void **state)
{
    (void)state;
    rv_err err = RV_ERR_INIT;
    int64_t value;
    rv_parse_duration(&value, "5 minutes", &err);
    assert_contains(err.hint, "5m");
    rv_parse_size(&value, "5 apples", &err);
    assert_contains(err.hint, "64KiB");
}

static void
numbers_are_written_in_the_largest_unit_that_divides_them(void **state)
{
    static const struct {
        int64_t number;
        const char *unit, *text;
    } cases[] = {
        { 0, "ms", "0" },
        { 90000, "ms", "90s" },
        { 86400000, "ms", "1d" },
        { -1500, "ms", "-1500ms" },
        { 4 << 20, "bytes", "4MiB" },
        { 4097, "bytes", "4097" },
        { 1LL << 41, "bytes", "2TiB" },
        { 3600000, "", "3600000" },
        { INT64_MIN, "bytes", "-8388608TiB" },
    };
    char text[32];
    (void)state;
    for (size_t i = 0; i < RV_COUNT(cases); i++) {
        rv_format_in_unit(text, cases[i].number, cases[i].unit);
        assert_string_equal(text, cases[i].text);
    }
}

static void
sizes_are_told_to_people_in_three_figures_or_four(void **state)
{
    static const struct {
        double bytes;
        const char *text;
    } cases[] = {
        { 0, "0B" },
        { 1023, "1023B" },
        { 1024, "1.0KiB" },
        { 14.2 * 1048576, "14.2MiB" },
        { 99.94 * 1024, "99.9KiB" },
        { 99.96 * 1024, "100KiB" },
        { 1023.4 * 1024, "1023KiB" },
        { 1023.5 * 1024, "1.0MiB" },
        { 1e30, "867361737988EiB" },
    };
    char text[24];
    (void)state;
    for (size_t i = 0; i < RV_COUNT(cases); i++) {
        rv_format_size(text, cases[i].bytes);
        assert_string_equal(text, cases[i].text);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whole_numbers_are_read_over_their_whole_range),
        cmocka_unit_test(numbers_are_read_without_the_liberties_of_strtod),
        cmocka_unit_test(durations_become_milliseconds),
        cmocka_unit_test(sizes_become_bytes),
        cmocka_unit_test(numbers_are_written_in_the_largest_unit_that_divides_them),
        cmocka_unit_test(sizes_are_told_to_people_in_three_figures_or_four),
        cmocka_unit_test(flags_have_four_words_each),
        cmocka_unit_test(a_wrong_unit_comes_with_advice),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
