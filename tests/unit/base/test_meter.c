/* SPDX-License-Identifier: Apache-2.0
 *
 * Figures that processes share, and how they are told.
 */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include "base/mem.h"
#include "base/meter_internal.h"
#include "check.h"

static char *
text_of(enum rv_meter meter)
{
    rv_buf out = rv_buf_limited(1 << 20);
    rv_meter_write_head(&out, meter);
    rv_meter_write_cells(&out, meter);
    return rv_buf_take_string(&out);
}

static void
a_counter_is_told_with_its_labels(void **state)
{
    (void)state;
    rv_meter_add(RV_M_QUEUE_DONE, 2, RV_LABELS("generic"));
    rv_meter_add(RV_M_QUEUE_DONE, 1, RV_LABELS("generic"));
    rv_meter_add(RV_M_QUEUE_DONE, 1, RV_LABELS("ems_1"));
    RV_AUTO_FREE char *text = text_of(RV_M_QUEUE_DONE);
    assert_string_equal(text, "# HELP reeve_queue_done_total Messages that were carried out.\n"
                              "# TYPE reeve_queue_done_total counter\n"
                              "reeve_queue_done_total{queue=\"ems_1\"} 1\n"
                              "reeve_queue_done_total{queue=\"generic\"} 3\n");
}

static void
milliseconds_are_told_as_seconds(void **state)
{
    (void)state;
    rv_meter_set(RV_M_SERVER_START, 1700000000123, RV_NO_LABELS);
    RV_AUTO_FREE char *text = text_of(RV_M_SERVER_START);
    assert_non_null(strstr(text, "\nreeve_server_start_timestamp_seconds 1700000000.123\n"));
}

static void
a_histogram_has_buckets_that_only_grow_a_sum_and_a_count(void **state)
{
    (void)state;
    rv_meter_observe(RV_M_QUEUE_RUN, 1000, RV_LABELS("q"));
    rv_meter_observe(RV_M_QUEUE_RUN, 1001, RV_LABELS("q"));
    rv_meter_observe(RV_M_QUEUE_RUN, 3600000001, RV_LABELS("q"));
    rv_meter_observe(RV_M_QUEUE_RUN, -5, RV_LABELS("q")); /* a clock that went back */
    RV_AUTO_FREE char *text = text_of(RV_M_QUEUE_RUN);
    assert_non_null(strstr(text, "reeve_queue_run_seconds_bucket{queue=\"q\",le=\"0.001\"} 2\n"));
    assert_non_null(strstr(text, "reeve_queue_run_seconds_bucket{queue=\"q\",le=\"0.0025\"} 3\n"));
    assert_non_null(strstr(text, "reeve_queue_run_seconds_bucket{queue=\"q\",le=\"3600\"} 3\n"));
    assert_non_null(strstr(text, "reeve_queue_run_seconds_bucket{queue=\"q\",le=\"+Inf\"} 4\n"));
    assert_non_null(strstr(text, "reeve_queue_run_seconds_sum{queue=\"q\"} 3600.002002\n"));
    assert_non_null(strstr(text, "reeve_queue_run_seconds_count{queue=\"q\"} 4\n"));
    assert_int_equal(rv_cell_value(rv_meter_cell(RV_M_QUEUE_RUN, RV_LABELS("q"))), 4);
}

static void
label_values_cannot_end_their_line(void **state)
{
    (void)state;
    rv_meter_add(RV_M_REFRESHES, 1, RV_LABELS("a\"b\\c\nd"));
    RV_AUTO_FREE char *text = text_of(RV_M_REFRESHES);
    assert_non_null(strstr(text, "reeve_refreshes_total{provider=\"a\\\"b\\\\c\\nd\"} 1\n"));
}

static void
a_label_that_is_too_long_is_cut_and_the_ones_after_it_are_kept(void **state)
{
    char name[600];
    (void)state;
    for (size_t i = 0; i + 2 < sizeof(name); i += 2)
        memcpy(name + i, "\xc3\xa4", 3); /* a character of two bytes is not cut in the middle */
    rv_meter_add(RV_M_REFRESH_FAILURES, 1, RV_LABELS(name, "timeout"));
    RV_AUTO_FREE char *text = text_of(RV_M_REFRESH_FAILURES);
    assert_non_null(strstr(text, "\xa4...\",class=\"timeout\"} 1\n"));
    assert_null(strstr(text, "\xc3..."));
}

static void
what_is_forgotten_is_not_told_until_it_is_set_again(void **state)
{
    (void)state;
    rv_meter_set(RV_M_HTTP_STREAMS, 3, RV_LABELS("0"));
    rv_meter_forget(RV_M_HTTP_STREAMS, RV_LABELS("0"));
    RV_AUTO_FREE char *gone = text_of(RV_M_HTTP_STREAMS);
    rv_meter_set(RV_M_HTTP_STREAMS, 4, RV_LABELS("0"));
    RV_AUTO_FREE char *back = text_of(RV_M_HTTP_STREAMS);
    assert_null(strstr(gone, "\nreeve_http_streams{"));
    assert_non_null(strstr(back, "\nreeve_http_streams{worker=\"0\"} 4\n"));
}

static void
only_what_is_kept_of_a_label_is_told(void **state)
{
    (void)state;
    rv_meter_add(RV_M_INVENTORY_CHANGES, 1, RV_LABELS("a \"b\"", "created"));
    rv_meter_add(RV_M_INVENTORY_CHANGES, 2, RV_LABELS("a", "created"));
    rv_meter_add(RV_M_REFRESHES, 3, RV_LABELS("a \"b\""));
    rv_meter_add(RV_M_REFRESHES, 4, RV_LABELS("a"));
    rv_meter_set(RV_M_HTTP_STREAMS, 5, RV_LABELS("0"));
    rv_meter_keep("provider", (const char *const[]){ "other", "a \"b\"", NULL });
    RV_AUTO_FREE char *changes = text_of(RV_M_INVENTORY_CHANGES);
    RV_AUTO_FREE char *refreshes = text_of(RV_M_REFRESHES);
    RV_AUTO_FREE char *streams = text_of(RV_M_HTTP_STREAMS);
    assert_non_null(strstr(changes, "{provider=\"a \\\"b\\\"\","));
    assert_null(strstr(changes, "{provider=\"a\","));
    assert_non_null(strstr(refreshes, "{provider=\"a \\\"b\\\"\"} 3\n"));
    assert_null(strstr(refreshes, "{provider=\"a\"}"));
    assert_non_null(strstr(streams, "{worker=\"0\"} 5\n"));
}

static void
every_series_has_a_name_that_prometheus_expects(void **state)
{
    (void)state;
    for (int meter = 0; meter < RV_METERS; meter++) {
        const struct rv_series *series = rv_meter_series((enum rv_meter)meter);
        const char *total = strstr(series->name, "_total");
        assert_non_null(series->name);
        assert_int_equal(strspn(series->name, "abcdefghijklmnopqrstuvwxyz_"), strlen(series->name));
        if ((series->type == RV_COUNTER) != (total && total[6] == '\0'))
            fail_msg("%s: _total is for counters, and for all of them", series->name);
        if (series->unit > 0 && !strstr(series->name, "_seconds"))
            fail_msg("%s is told in seconds", series->name);
        assert_null(strpbrk(series->help, "\n\\"));
        for (int other = 0; other < meter; other++)
            assert_string_not_equal(series->name, rv_meter_series((enum rv_meter)other)->name);
    }
}

/* A process that counts the same cells as others until it is killed. */
static pid_t
count_in_a_child(int fd)
{
    pid_t pid = fork();
    if (pid != 0)
        return pid;
    rv_meter_join(dup(fd));
    for (int64_t i = 0;; i++) {
        char queue[16];
        snprintf(queue, sizeof(queue), "q%d", (int)(i % 50));
        rv_meter_add(RV_M_QUEUE_TAKEN, 1, RV_LABELS(queue));
        rv_meter_observe(RV_M_QUEUE_WAIT, i, RV_LABELS(queue));
    }
}

static int
count_lines(const char *text, const char *start)
{
    int count = 0;
    for (const char *at = text; (at = strstr(at, start)); at++)
        count++;
    return count;
}

static void
processes_that_are_killed_while_they_count_leave_every_series_once(void **state)
{
    pid_t pids[4];
    int fd = -1;
    rv_err err = RV_ERR_INIT;
    (void)state;
    assert_int_equal(rv_meter_share(&fd, &err), 0);
    for (size_t i = 0; i < RV_COUNT(pids); i++)
        pids[i] = count_in_a_child(fd);
    /* Until all have been seen; others go on while the first is killed. */
    for (int tries = 0; tries < 5000; tries++) {
        RV_AUTO_FREE char *text = text_of(RV_M_QUEUE_TAKEN);
        if (count_lines(text, "reeve_queue_taken_total{") == 50)
            break;
        usleep(1000);
    }
    for (size_t i = 0; i < RV_COUNT(pids); i++) {
        kill(pids[i], SIGKILL);
        waitpid(pids[i], NULL, 0);
    }
    int64_t before = rv_cell_value(rv_meter_cell(RV_M_QUEUE_TAKEN, RV_LABELS("q7")));
    rv_meter_add(RV_M_QUEUE_TAKEN, 1, RV_LABELS("q7"));
    RV_AUTO_FREE char *text = text_of(RV_M_QUEUE_TAKEN);
    assert_int_equal(count_lines(text, "reeve_queue_taken_total{"), 50);
    assert_int_equal(rv_cell_value(rv_meter_cell(RV_M_QUEUE_TAKEN, RV_LABELS("q7"))), before + 1);
    assert_true(before > 0);
    close(fd);
}

static void
what_finds_no_place_is_counted_and_nothing_else_suffers(void **state)
{
    int fd = -1;
    rv_err err = RV_ERR_INIT;
    (void)state;
    assert_int_equal(rv_meter_share(&fd, &err), 0);
    for (int i = 0; i < RV_CELLS + 10; i++) {
        char queue[16];
        snprintf(queue, sizeof(queue), "q%d", i);
        rv_meter_add(RV_M_QUEUE_DEAD, 1, RV_LABELS(queue));
    }
    rv_meter_add(RV_M_QUEUE_DEAD, 1, RV_LABELS("q0"));
    assert_int_equal(rv_cell_value(rv_meter_cell(RV_M_QUEUE_DEAD, RV_LABELS("q0"))), 2);
    RV_AUTO_FREE char *text = text_of(RV_M_DROPPED);
    assert_non_null(strstr(text, "\nreeve_metrics_dropped_total 10\n"));
    close(fd);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_counter_is_told_with_its_labels),
        cmocka_unit_test(milliseconds_are_told_as_seconds),
        cmocka_unit_test(a_histogram_has_buckets_that_only_grow_a_sum_and_a_count),
        cmocka_unit_test(label_values_cannot_end_their_line),
        cmocka_unit_test(a_label_that_is_too_long_is_cut_and_the_ones_after_it_are_kept),
        cmocka_unit_test(what_is_forgotten_is_not_told_until_it_is_set_again),
        cmocka_unit_test(only_what_is_kept_of_a_label_is_told),
        cmocka_unit_test(every_series_has_a_name_that_prometheus_expects),
        cmocka_unit_test(processes_that_are_killed_while_they_count_leave_every_series_once),
        cmocka_unit_test(what_finds_no_place_is_counted_and_nothing_else_suffers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
