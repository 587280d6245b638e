/* SPDX-License-Identifier: Apache-2.0
 *
 * Tasks: their states, logs and ends.
 */
#include "queue_fixture.h"

static void
a_task_goes_from_queued_over_active_to_finished(void **state)
{
    (void)state;
    rv_err err = RV_ERR_INIT;
    int64_t id = queue_new_task();
    queue_task_is("Queued", "Ok", "Waiting");
    assert_int_equal(rv_task_start(queue_store, id, &err), 0);
    queue_task_is("Active", "Ok", NULL);
    assert_int_equal(rv_task_progress(queue_store, id, 40, "pods", &err), 0);
    assert_int_equal(rv_test_int(queue_store, "SELECT pct_complete FROM miq_tasks"), 40);
    assert_int_equal(rv_task_progress(queue_store, id, -1, NULL, &err), 0);
    assert_int_equal(rv_task_finish(queue_store, id, "Ok", "Finished", "{\"n\":3}", &err), 0);
    queue_task_is("Finished", "Ok", "Finished");
    assert_int_equal(rv_test_int(queue_store, "SELECT pct_complete FROM miq_tasks"), 100);
    RV_AUTO_FREE char *results = rv_test_text(queue_store, "SELECT results FROM miq_tasks");
    assert_string_equal(results, "{\"n\":3}");
}

static void
a_finished_task_stays_as_it_is(void **state)
{
    (void)state;
    rv_err err = RV_ERR_INIT;
    int64_t id = queue_new_task();
    assert_int_equal(rv_task_finish(queue_store, id, "Error", "broken", NULL, &err), 0);
    assert_int_equal(rv_task_start(queue_store, id, &err), 0);
    assert_int_equal(rv_task_progress(queue_store, id, 5, "late", &err), 0);
    assert_int_equal(rv_task_finish(queue_store, id, "Ok", "fine", NULL, &err), 0);
    queue_task_is("Finished", "Error", "broken");
    assert_int_equal(rv_task_cancel(queue_store, id, &err), RV_E_CONFLICT);
}

static void
every_change_of_a_task_is_in_the_feed(void **state)
{
    (void)state;
    rv_err err = RV_ERR_INIT;
    int64_t before = rv_test_int(queue_store, "SELECT COUNT(*) FROM changes");
    int64_t id = queue_new_task();
    assert_int_equal(rv_task_start(queue_store, id, &err), 0);
    assert_int_equal(rv_task_finish(queue_store, id, "Ok", NULL, NULL, &err), 0);
    assert_int_equal(rv_test_int(queue_store, "SELECT COUNT(*) FROM changes"), before + 3);
}

static void
a_queued_task_is_cancelled_with_its_message(void **state)
{
    (void)state;
    rv_err err = RV_ERR_INIT;
    int64_t id = queue_new_task();
    assert_int_equal(rv_queue_put(queue_store,
                                  &(struct rv_message_spec){ .method_name = "m", .task_id = id },
                                  NULL, &err),
                     0);
    assert_int_equal(rv_task_cancel(queue_store, id, &err), 0);
    queue_task_is("Finished", "Error", "cancelled");
    assert_int_equal(rv_test_int(queue_store, "SELECT COUNT(*) FROM miq_queue"), 0);
}

static void
an_active_task_is_asked_to_stop(void **state)
{
    (void)state;
    rv_err err = RV_ERR_INIT;
    int64_t id = queue_new_task();
    assert_int_equal(rv_task_start(queue_store, id, &err), 0);
    assert_int_equal(rv_task_cancelled(queue_store, id, &err), 0);
    assert_int_equal(rv_task_cancel(queue_store, id, &err), 0);
    assert_int_equal(rv_task_cancelled(queue_store, id, &err), 1);
    queue_task_is("Active", "Ok", "Asked to stop");
    assert_int_equal(rv_task_cancel(queue_store, 12345, &err), RV_E_NOT_FOUND);
}

static void
the_log_of_a_task_has_a_ceiling_and_goes_with_it(void **state)
{
    (void)state;
    rv_err err = RV_ERR_INIT;
    int64_t id = queue_new_task();
    assert_int_equal(rv_store_reserve_ids(queue_store, RV_TASK_LOG_MOST + 10, &err), 0);
    assert_int_equal(rv_store_begin(queue_store, &err), 0);
    for (int i = 0; i < RV_TASK_LOG_MOST + 5; i++)
        if (rv_task_log(queue_store, id, "info", "step", &err))
            fail_msg("%s", err.text);
    assert_int_equal(rv_store_commit(queue_store, &err), 0);
    assert_int_equal(rv_test_int(queue_store, "SELECT COUNT(*) FROM miq_task_logs"),
                     RV_TASK_LOG_MOST);
    assert_int_equal(rv_task_drop_log(queue_store, id, &err), 0);
    assert_int_equal(rv_test_int(queue_store, "SELECT COUNT(*) FROM miq_task_logs"), 0);
}

static void
an_active_task_that_is_silent_for_hours_ends_as_error(void **state)
{
    (void)state;
    enum { HOURS_6 = 6 * 3600 * 1000 };
    rv_err err = RV_ERR_INIT;
    int64_t count = 0;
    rv_clock_fake(1800000000000);
    int64_t id = queue_new_task();
    assert_int_equal(rv_task_start(queue_store, id, &err), 0);
    rv_clock_advance(HOURS_6 - 1000);
    assert_int_equal(rv_task_progress(queue_store, id, 10, NULL, &err), 0);
    rv_clock_advance(2000);
    assert_int_equal(rv_task_expire_silent(queue_store, HOURS_6, &count, &err), 0);
    assert_int_equal(count, 0);
    rv_clock_advance(HOURS_6);
    assert_int_equal(rv_task_expire_silent(queue_store, HOURS_6, &count, &err), 0);
    assert_int_equal(count, 1);
    queue_task_is("Finished", "Error", "no sign of life for 21600 s");
}

static void
a_silent_task_whose_message_is_there_goes_on(void **state)
{
    (void)state;
    rv_err err = RV_ERR_INIT;
    int64_t count = 0;
    rv_clock_fake(1800000000000);
    queue_put(&(struct rv_message_spec){ .class_name = "Demo",
                                         .method_name = "work",
                                         .task_id = queue_new_task(),
                                         .flags = RV_MESSAGE_AGAIN });
    rv_clock_advance(7 * 3600 * 1000);
    assert_int_equal(rv_task_expire_silent(queue_store, 6 * 3600 * 1000, &count, &err), 0);
    assert_int_equal(count, 0);
    queue_task_is("Queued", "Ok", NULL);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        QUEUE_TEST(a_task_goes_from_queued_over_active_to_finished),
        QUEUE_TEST(a_finished_task_stays_as_it_is),
        QUEUE_TEST(every_change_of_a_task_is_in_the_feed),
        QUEUE_TEST(a_queued_task_is_cancelled_with_its_message),
        QUEUE_TEST(an_active_task_is_asked_to_stop),
        QUEUE_TEST(the_log_of_a_task_has_a_ceiling_and_goes_with_it),
        QUEUE_TEST(an_active_task_that_is_silent_for_hours_ends_as_error),
        QUEUE_TEST(a_silent_task_whose_message_is_there_goes_on),
    };
    return cmocka_run_group_tests_name("tasks", tests, NULL, NULL);
}
