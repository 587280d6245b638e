/* SPDX-License-Identifier: Apache-2.0
 *
 * Points in time as text. The C library's timegm is the yardstick.
 */
#include "base/text.h"

#include <time.h>
#include "check.h"

static void
times_are_read(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t value;
    } cases[] = {
        { "1970-01-01", 0 },
        { "1970-01-01T00:00:00Z", 0 },
        { "2026-11-22", 1795305600000 },
        { "2026-11-22T10:00:00Z", 1795341600000 },
        { "2026-11-22t10:00:00z", 1795341600000 },
        { "2026-11-22 10:00:00", 1795341600000 },
        { "2026-11-22T10:00:00", 1795341600000 },
        { "2026-11-22T10:00Z", 1795341600000 },
        { "2026-11-22T10:00:00.5Z", 1795341600500 },
        { "2026-11-22T10:00:00,25Z", 1795341600250 },
        { "2026-11-22T10:00:00.123456789Z", 1795341600123 },
        { "2026-11-22T10:00:00.0009Z", 1795341600000 },
        { "2026-11-22T15:30:00+05:30", 1795341600000 },
        { "2026-11-22T02:00:00-0800", 1795341600000 },
        { "2026-11-22T12:00:00+02", 1795341600000 },
        { "2026-11-22T10:00:00-00:00", 1795341600000 },
        { "2024-02-29T00:00:00Z", 1709164800000 },
        { "2000-02-29", 951782400000 },
        { "2016-12-31T23:59:60Z", 1483228800000 },
        { "1969-12-31T23:59:59.999Z", -1 },
        { "0001-01-01T00:00:00Z", -62135596800000 },
        { "0000-01-01", -62167219200000 },
        { "9999-12-31T23:59:59.999Z", 253402300799999 },
    };
    for (size_t i = 0; i < RV_COUNT(cases); i++) {
        rv_err err = RV_ERR_INIT;
        int64_t value = -7;
        int code = rv_parse_time(&value, cases[i].text, &err);
        if (code != 0 || value != cases[i].value)
            fail_msg("'%s' gives %d, %lld", cases[i].text, code, (long long)value);
    }
}

static void
what_is_no_time_is_refused_with_advice(void **state)
{
    (void)state;
    static const char *const cases[] = {
        "",
        "now",
        "2026",
        "2026-11",
        "2026-11-2",
        "2026-13-01",
        "2026-00-01",
        "2026-01-00",
        "2026-04-31",
        "2026-02-29",
        "2100-02-29",
        "26-11-22",
        "2026-11-22T",
        "2026-11-22T10",
        "2026-11-22T10:0",
        "2026-11-22T24:00:00Z",
        "2026-11-22T10:60:00Z",
        "2026-11-22T10:00:61Z",
        "2026-11-22T10:00:00.Z",
        "2026-11-22T10:00:00ZZ",
        "2026-11-22T10:00:00 Z",
        "2026-11-22T10:00:00+24:00",
        "2026-11-22T10:00:00+01:60",
        "2026-11-22T10:00:00+1",
        "2026-11-22T10:00:00+01:",
        "2026-11-22T10:00:00+011",
        "2026-11-22T10:00:00*01:00",
        " 2026-11-22",
        "2026-11-22 ",
        "+2026-11-22",
        "-2026-11-22",
        "2026/11/22",
        "20261122",
        "2026-11-22T10:00:00+01:000",
    };
    for (size_t i = 0; i < RV_COUNT(cases); i++) {
        rv_err err = RV_ERR_INIT;
        int64_t value;
        if (rv_parse_time(&value, cases[i], &err) != RV_E_INVALID)
            fail_msg("'%s' was taken", cases[i]);
        assert_contains(err.text, cases[i]);
        assert_contains(err.hint, "2026-11-22T10:00:00Z");
    }
}

static void
times_are_written_with_milliseconds_only_when_they_have_some(void **state)
{
    (void)state;
    static const struct {
        int64_t value;
        const char *text;
    } cases[] = {
        { 0, "1970-01-01T00:00:00Z" },
        { 1, "1970-01-01T00:00:00.001Z" },
        { -1, "1969-12-31T23:59:59.999Z" },
        { -1000, "1969-12-31T23:59:59Z" },
        { 1795341600120, "2026-11-22T10:00:00.120Z" },
        { 253402300799999, "9999-12-31T23:59:59.999Z" },
        { -62167219200000, "0000-01-01T00:00:00Z" },
        { INT64_MAX, "292278994-08-17T07:12:55.807Z" },
        { INT64_MIN, "-292275055-05-16T16:47:04.192Z" },
    };
    for (size_t i = 0; i < RV_COUNT(cases); i++) {
        char text[32];
        rv_format_time(text, cases[i].value);
        assert_string_equal(text, cases[i].text);
    }
}

static void
every_day_of_four_centuries_agrees_with_the_c_library(void **state)
{
    (void)state;
    for (int64_t day = -146097; day < 146097; day++) {
        time_t seconds = day * 86400 + 45296;
        struct tm parts;
        char expected[32], text[32];
        gmtime_r(&seconds, &parts);
        strftime(expected, sizeof(expected), "%Y-%m-%dT%H:%M:%SZ", &parts);
        rv_format_time(text, (int64_t)seconds * 1000);
        assert_string_equal(text, expected);
        rv_err err = RV_ERR_INIT;
        int64_t again;
        assert_int_equal(rv_parse_time(&again, text, &err), 0);
        assert_true(again == (int64_t)seconds * 1000);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(times_are_read),
        cmocka_unit_test(what_is_no_time_is_refused_with_advice),
        cmocka_unit_test(times_are_written_with_milliseconds_only_when_they_have_some),
        cmocka_unit_test(every_day_of_four_centuries_agrees_with_the_c_library),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
