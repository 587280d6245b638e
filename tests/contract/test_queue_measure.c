/* SPDX-License-Identifier: Apache-2.0
 *
 * What /metrics is told of messages: each taking, end and failure once, whoever ends it.
 */
#include "queue_fixture.h"

#include "base/meter.h"

static int
succeed(void *arg, const struct rv_message *message, char **results, rv_err *err)
{
    (void)arg, (void)message, (void)results, (void)err;
    rv_clock_advance(250);
    return 0;
}

static int
give_up(void *arg, const struct rv_message *message, char **results, rv_err *err)
{
    (void)arg, (void)message, (void)results;
    return rv_fail(err, RV_E_UNAVAILABLE, "not now");
}

/* Works on one message of queue "generic". */
static void
work(int64_t holder)
{
    rv_err err = RV_ERR_INIT;
    const struct rv_command commands[] = {
        { .class_name = "Test", .method_name = "succeed", .run = succeed },
        { .class_name = "Test", .method_name = "fail", .run = give_up },
    };
    struct rv_dispatcher dispatcher = { .store = queue_store,
                                        .taker = queue_taker(holder),
                                        .commands = commands,
                                        .command_count = RV_COUNT(commands) };
    int done = rv_dispatch_one(&dispatcher, &err);
    if (done != 1)
        fail_msg("%d: %s", done, err.text);
    if (rv_dispatch_settle(&dispatcher, &err) < 0)
        fail_msg("%s", err.text);
}

static int64_t
value(enum rv_meter meter)
{
    return rv_cell_value(rv_meter_cell(meter, RV_LABELS("generic")));
}

static void
assert_counts(int64_t taken, int64_t done, int64_t failed, int64_t dead)
{
    assert_int_equal(value(RV_M_QUEUE_TAKEN), taken);
    assert_int_equal(value(RV_M_QUEUE_DONE), done);
    assert_int_equal(value(RV_M_QUEUE_FAILED), failed);
    assert_int_equal(value(RV_M_QUEUE_DEAD), dead);
}

static void
a_message_is_counted_when_it_is_taken_and_when_it_is_done(void **state)
{
    (void)state;
    rv_meter_reset();
    rv_clock_fake(1800000000000);
    queue_put(&(struct rv_message_spec){ .class_name = "Test", .method_name = "succeed" });
    rv_clock_advance(3000);
    work(7);
    assert_counts(1, 1, 0, 0);
    RV_AUTO_BUF rv_buf text = rv_buf_limited(1 << 20);
    rv_meter_write_cells(&text, RV_M_QUEUE_WAIT);
    rv_meter_write_cells(&text, RV_M_QUEUE_RUN);
    assert_non_null(
        strstr(rv_buf_text(&text), "reeve_queue_wait_seconds_sum{queue=\"generic\"} 3\n"));
    assert_non_null(
        strstr(rv_buf_text(&text), "reeve_queue_run_seconds_count{queue=\"generic\"} 1\n"));
    rv_clock_real();
}

static void
a_failure_is_counted_each_time_and_the_last_as_a_death(void **state)
{
    (void)state;
    rv_meter_reset();
    queue_put(&(struct rv_message_spec){ .class_name = "Test",
                                         .method_name = "fail",
                                         .flags = RV_MESSAGE_AGAIN,
                                         .max_attempts = 2 });
    work(7);
    assert_counts(1, 0, 1, 0);
    work(7);
    assert_counts(2, 0, 2, 1);
    /* Only the first taking says how long it waited. */
    assert_int_equal(value(RV_M_QUEUE_WAIT), 1);
    assert_int_equal(value(RV_M_QUEUE_RUN), 2);
}

static void
a_message_that_dies_with_its_worker_is_counted_by_who_buries_it(void **state)
{
    (void)state;
    rv_err err = RV_ERR_INIT;
    struct rv_taker me = queue_taker(7);
    rv_meter_reset();
    queue_put(&(struct rv_message_spec){ .class_name = "Test", .method_name = "succeed" });
    rv_message_free(queue_take(&me));
    assert_int_equal(rv_queue_release_holder(queue_store, 7, "killed", NULL, &err), 0);
    assert_int_equal(queue_count("state = 'error'"), 1);
    assert_int_equal(value(RV_M_QUEUE_DEAD), 1);
    assert_int_equal(value(RV_M_QUEUE_FAILED), 1);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        QUEUE_TEST(a_message_is_counted_when_it_is_taken_and_when_it_is_done),
        QUEUE_TEST(a_failure_is_counted_each_time_and_the_last_as_a_death),
        QUEUE_TEST(a_message_that_dies_with_its_worker_is_counted_by_who_buries_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
