/* SPDX-License-Identifier: Apache-2.0
 *
 * The table of processes: what stands in it, and what is left out where there is no room.
 */
#include <locale.h>
#include <string.h>
#include "capture.h"
#include "processes.h"

static const char workers[] =
    "[{'type':'refresh','status':'ready','pid':4711,'queue_name':'ems_1','percent_cpu':12.5,"
    "'cpu_time':3,'unique_set_size':5242880,'os_priority':2,"
    "'ext_management_system':{'name':'a name that is longer than its column'}},"
    "{'type':'api','status':'ready','pid':4712,'queue_name':'changes'}]";

/* As drawn in a terminal of this width; the caller's. */
static char *
draw(size_t width)
{
    RV_AUTO_JSON cJSON *rows = json(workers);
    rv_buf out = rv_buf_limited(1 << 16);
    const struct cli_processes processes = {
        .workers = rows, .order = CLI_BY_TYPE, .most = -1, .width = width, .line_end = "\n"
    };

    cli_processes_add(&out, &processes);
    return rv_buf_take_string(&out);
}

static size_t
widest(const char *text)
{
    size_t most = 0;

    while (*text) {
        size_t len = strcspn(text, "\n");
        RV_AUTO_FREE char *line = rv_strndup(text, len);
        if (cli_width(line) > most)
            most = cli_width(line);
        text += len + (text[len] == '\n');
    }
    return most;
}

static void
every_line_fits_a_terminal_of_80_and_one_of_120_columns(void **state)
{
    RV_AUTO_FREE char *narrow = draw(80), *wide = draw(120), *piped = draw(0);
    (void)state;

    assert_in_range(widest(narrow), 60, 80);
    assert_in_range(widest(wide), 100, 114);
    assert_string_equal(wide, piped);
    assert_null(strstr(narrow, "NICE"));
    assert_non_null(strstr(wide, "NICE"));
}

static void
a_narrow_table_still_tells_who_uses_what(void **state)
{
    RV_AUTO_FREE char *narrow = draw(80);
    (void)state;

    for (const char *words[] = { "refresh", "a name that is lon", "4711", "12.5", "5.0MiB", NULL },
                    **word = words;
         *word; word++)
        if (!strstr(narrow, *word))
            fail_msg("no '%s' in:\n%s", *word, narrow);
}

static void
memory_that_was_not_measured_yet_is_not_told_as_none(void **state)
{
    RV_AUTO_FREE char *narrow = draw(80), *wide = draw(120);
    (void)state;

    assert_null(strstr(narrow, " 0B"));
    assert_null(strstr(wide, " 0B"));
}

static void
a_name_of_wide_letters_leaves_the_columns_behind_it_in_their_places(void **state)
{
    RV_AUTO_JSON cJSON *rows =
        json("[{'type':'refresh','status':'ready','pid':4711,'queue_name':'ems_1',"
             "'ext_management_system':{'name':'\xe6\x97\xa5\xe6\x97\xa5\xe6\x97\xa5\xe6\x97\xa5"
             "\xe6\x97\xa5\xe6\x97\xa5\xe6\x97\xa5\xe6\x97\xa5\xe6\x97\xa5\xe6\x97\xa5'}}]");
    RV_AUTO_BUF rv_buf out = rv_buf_limited(1 << 16);
    const struct cli_processes processes = {
        .workers = rows, .order = CLI_BY_TYPE, .most = -1, .width = 80, .line_end = "\n"
    };
    (void)state;

    setlocale(LC_CTYPE, "C.UTF-8");
    cli_processes_add(&out, &processes);
    RV_AUTO_FREE char *before = rv_strndup(
        strchr(rv_buf_text(&out), '\n') + 1,
        (size_t)(strstr(rv_buf_text(&out), "4711") - strchr(rv_buf_text(&out), '\n') - 1));
    const char *title = strstr(rv_buf_text(&out), "PID");
    assert_int_equal(cli_width(before) + 4, title - rv_buf_text(&out) + 3);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_line_fits_a_terminal_of_80_and_one_of_120_columns),
        cmocka_unit_test(a_narrow_table_still_tells_who_uses_what),
        cmocka_unit_test(memory_that_was_not_measured_yet_is_not_told_as_none),
        cmocka_unit_test(a_name_of_wide_letters_leaves_the_columns_behind_it_in_their_places),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
