/* SPDX-License-Identifier: Apache-2.0
 *
 * The last lines of the log, in memory.
 */
#include "base/log_ring.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "base/log.h"
#include "base/mem.h"
#include "base/meter.h"
#include "check.h"

struct lines {
    char text[RV_RING_LINES + 1][RV_RING_BYTES + 1];
    int count;
};

static void
take(void *arg, const char *line)
{
    struct lines *lines = arg;
    snprintf(lines->text[lines->count++], sizeof(lines->text[0]), "%s", line);
}

static struct lines *
read_all(void)
{
    struct lines *lines = rv_alloc(sizeof(*lines));
    rv_log_ring_read(take, lines);
    return lines;
}

static int
fresh(void **state)
{
    rv_err err = RV_ERR_INIT;
    int fd = -1;
    (void)state;
    if (rv_meter_share(&fd, &err))
        return -1;
    close(fd);
    return 0;
}

static void
the_last_lines_are_kept_and_the_oldest_go(void **state)
{
    (void)state;
    for (int i = 0; i < RV_RING_LINES + 10; i++) {
        char line[32];
        snprintf(line, sizeof(line), "line %d\n", i);
        rv_log_ring_keep(line, strlen(line));
    }
    RV_AUTO_FREE struct lines *lines = read_all();
    assert_int_equal(lines->count, RV_RING_LINES);
    assert_string_equal(lines->text[0], "line 10");
    assert_string_equal(lines->text[RV_RING_LINES - 1], "line 265");
}

static void
a_long_line_is_cut_between_characters(void **state)
{
    char line[2 * RV_RING_BYTES];
    (void)state;
    memset(line, 'a', 1);
    for (size_t i = 1; i + 2 < sizeof(line); i += 2)
        memcpy(line + i, "\xc3\xa4", 3);
    rv_log_ring_keep(line, strlen(line));
    RV_AUTO_FREE struct lines *lines = read_all();
    assert_int_equal(lines->count, 1);
    assert_int_equal(strlen(lines->text[0]), RV_RING_BYTES - 1);
}

static void
warnings_and_errors_are_kept_without_secrets(void **state)
{
    (void)state;
    int null = open("/dev/null", O_WRONLY | O_CLOEXEC);
    rv_log_setup(RV_LOG_LOGFMT, RV_DEBUG, null);
    rv_log_mask("hunter2-hunter2", 15);
    rv_log(RV_INFO, "not this");
    rv_log(RV_WARNING, "this", RV_F("password", RV_S("hunter2-hunter2")));
    rv_log(RV_ERROR, "and this");
    RV_AUTO_FREE struct lines *lines = read_all();
    assert_int_equal(lines->count, 2);
    assert_contains(lines->text[0], "level=warning msg=this password=***");
    assert_contains(lines->text[1], "level=error msg=\"and this\"");
    close(null);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(the_last_lines_are_kept_and_the_oldest_go, fresh),
        cmocka_unit_test_setup(a_long_line_is_cut_between_characters, fresh),
        cmocka_unit_test_setup(warnings_and_errors_are_kept_without_secrets, fresh),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
