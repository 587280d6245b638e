/* SPDX-License-Identifier: Apache-2.0
 *
 * Lines of the server's log, taken apart.
 */
#include "capture.h"
#include "log.h"

static void
assert_row(const char *line, const char *want)
{
    RV_AUTO_JSON cJSON *row = cli_log_row(line);
    RV_AUTO_FREE char *text = cJSON_PrintUnformatted(row);

    assert_string_equal(text, want);
}

static void
both_formats_give_the_same_row(void **state)
{
    const char *want = "{\"ts\":\"2026-11-22T10:00:00Z\",\"msg\":\"it \\\"ended\\\"\"}";
    (void)state;

    assert_row("ts=2026-11-22T10:00:00Z msg=\"it \\\"ended\\\"\"", want);
    assert_row(want, want);
}

static void
what_the_log_escaped_is_told_as_it_was(void **state)
{
    (void)state;

    assert_row("msg=\"a\\nb\\u001b[2J \\\\ c\" n=3",
               "{\"msg\":\"a\\nb\\u001b[2J \\\\ c\",\"n\":\"3\"}");
}

static void
a_line_that_is_cut_off_or_none_gives_what_is_there(void **state)
{
    (void)state;

    assert_row("msg=\"cut o", "{\"msg\":\"\\\"cut o\"}");
    assert_row("a=1 no line at all", "{\"a\":\"1\"}");
    assert_row("{\"msg\":", "{}");
    assert_row("", "{}");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_formats_give_the_same_row),
        cmocka_unit_test(what_the_log_escaped_is_told_as_it_was),
        cmocka_unit_test(a_line_that_is_cut_off_or_none_gives_what_is_there),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
