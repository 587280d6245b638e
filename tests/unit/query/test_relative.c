/* SPDX-License-Identifier: Apache-2.0
 *
 * Times as expressions tell them.
 */
#include "../base/check.h"
#include <stdio.h>
#include "base/text.h"
#include "query/relative.h"

static void
each_word_is_a_span_in_utc(void **state)
{
    static const struct {
        const char *now, *text, *from, *to;
    } cases[] = {
#define NOON "2026-11-22T12:30:45Z" /* a Sunday */
        { NOON, "Now", "2026-11-22T12:00:00Z", "2026-11-22T13:00:00Z" },
        { NOON, "Today", "2026-11-22T00:00:00Z", "2026-11-23T00:00:00Z" },
        { NOON, "yesterday", "2026-11-21T00:00:00Z", "2026-11-22T00:00:00Z" },
        { NOON, "5 Minutes Ago", "2026-11-22T12:25:00Z", "2026-11-22T12:26:00Z" },
        { NOON, "1 Hour Ago", "2026-11-22T11:00:00Z", "2026-11-22T12:00:00Z" },
        { NOON, "13 Hours Ago", "2026-11-21T23:00:00Z", "2026-11-22T00:00:00Z" },
        { NOON, "22 Days Ago", "2026-10-31T00:00:00Z", "2026-11-01T00:00:00Z" },
        { NOON, "This Week", "2026-11-16T00:00:00Z", "2026-11-23T00:00:00Z" },
        { "2026-11-23T00:00:00Z", "Last Week", "2026-11-16T00:00:00Z", "2026-11-23T00:00:00Z" },
        { NOON, "Last Month", "2026-10-01T00:00:00Z", "2026-11-01T00:00:00Z" },
        { "2026-03-31T00:00:00Z", "1 Month Ago", "2026-02-01T00:00:00Z", "2026-03-01T00:00:00Z" },
        { NOON, "This Quarter", "2026-10-01T00:00:00Z", "2027-01-01T00:00:00Z" },
        { "2026-02-01T00:00:00Z", "Last Quarter", "2025-10-01T00:00:00Z", "2026-01-01T00:00:00Z" },
        { NOON, "  2   years ago ", "2024-01-01T00:00:00Z", "2025-01-01T00:00:00Z" },
    };
    (void)state;
    for (size_t i = 0; i < RV_COUNT(cases); i++) {
        int64_t now = 0, from = 0, to = 0;
        char is[2][32];
        rv_err err = RV_ERR_INIT;
        assert_int_equal(rv_parse_time(&now, cases[i].now, &err), 0);
        if (!rv_relative_span(&from, &to, cases[i].text, now))
            fail_msg("'%s' is not understood", cases[i].text);
        rv_format_time(is[0], from);
        rv_format_time(is[1], to);
        if (strcmp(is[0], cases[i].from) != 0 || strcmp(is[1], cases[i].to) != 0)
            fail_msg("'%s' is %s ... %s", cases[i].text, is[0], is[1]);
    }
}

static void
other_texts_are_no_times(void **state)
{
    static const char *const texts[] = { "",
                                         "  ",
                                         "2026-11-22",
                                         "tomorrow",
                                         "last",
                                         "this noon",
                                         "-1 days ago",
                                         "x days ago",
                                         "2 days",
                                         "2 days ago now",
                                         "100001 years ago" };
    (void)state;
    for (size_t i = 0; i < RV_COUNT(texts); i++) {
        int64_t from = 0, to = 0;
        if (rv_relative_span(&from, &to, texts[i], 1790000000000LL))
            fail_msg("'%s' is taken for a time", texts[i]);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_word_is_a_span_in_utc),
        cmocka_unit_test(other_texts_are_no_times),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
