/* SPDX-License-Identifier: Apache-2.0
 *
 * A command that has done a part and goes on later: its message is the same row again, with what
 * is left to do.
 */
#include "queue_fixture.h"

static int
go_on(const struct rv_message *message, int64_t holder, const struct rv_message_spec *changed,
      rv_err *err)
{
    assert_int_equal(rv_store_begin(queue_store, err), 0);
    int failed = rv_queue_continue(queue_store, message, holder, changed, err);
    if (failed)
        rv_store_rollback(queue_store);
    else
        assert_int_equal(rv_store_commit(queue_store, err), 0);
    return failed;
}

static void
retry_puts_the_same_row_back_with_new_args_deliver_on_and_freed_series(void **state)
{
    (void)state;
    rv_err err = RV_ERR_INIT;
    struct rv_taker me = queue_taker(7), you = queue_taker(8);
    int64_t task = queue_new_task(), now_ms = rv_now_ms();
    int64_t id = queue_put(&(struct rv_message_spec){ .method_name = "machine",
                                                      .series = "ae/vm/5",
                                                      .task_id = task,
                                                      .flags = RV_MESSAGE_AGAIN,
                                                      .args = "{\"run\":1}" });
    queue_put(&(struct rv_message_spec){ .method_name = "next", .series = "ae/vm/5" });
    struct rv_message *first = queue_take(&me);
    assert_int_equal(first->id, id);
    assert_string_equal(queue_take_method(&you), "");
    const struct rv_message_spec changed = { .args = "{\"run\":1,\"state\":\"b\"}",
                                             .deliver_on = now_ms + 60000,
                                             .server_guid = "me" };
    assert_int_equal(go_on(first, 7, &changed, &err), 0);
    rv_message_free(first);
    assert_string_equal(queue_take_method(&you), "next"); /* its series is free meanwhile */
    assert_string_equal(queue_take_method(&you), "");
    rv_clock_fake(now_ms + 60001);
    you.server_guid = "another";
    assert_string_equal(queue_take_method(&you), "");
    struct rv_message *second = queue_take(&me);
    assert_non_null(second);
    assert_int_equal(second->id, id);
    assert_int_equal(second->attempts, 1);
    assert_int_equal(second->task_id, task);
    assert_string_equal(second->series, "ae/vm/5");
    assert_string_equal(second->args, "{\"run\":1,\"state\":\"b\"}");
    rv_message_free(second);
}

static void
a_message_that_goes_on_with_nothing_changed_is_as_it_was_but_fresh(void **state)
{
    (void)state;
    rv_err err = RV_ERR_INIT;
    struct rv_taker me = queue_taker(7);
    queue_put(&(struct rv_message_spec){
        .method_name = "m", .args = "{\"a\":1}", .max_attempts = 1, .tracking_label = "why" });
    for (int i = 0; i < 4; i++) {
        struct rv_message *message = queue_take(&me);
        assert_non_null(message);
        assert_int_equal(message->attempts, 1);
        assert_string_equal(message->args, "{\"a\":1}");
        assert_string_equal(message->tracking_label, "why");
        assert_int_equal(go_on(message, 7, &(struct rv_message_spec){ 0 }, &err), 0);
        rv_message_free(message);
    }
}

static void
who_lost_the_lease_changes_nothing_by_going_on(void **state)
{
    (void)state;
    rv_err err = RV_ERR_INIT;
    struct rv_taker me = queue_taker(7), you = queue_taker(8);
    queue_put(&(struct rv_message_spec){ .method_name = "m", .flags = RV_MESSAGE_AGAIN });
    struct rv_message *mine = queue_take(&me);
    assert_int_equal(rv_queue_release_holder(queue_store, 7, "died", NULL, &err), 0);
    struct rv_message *yours = queue_take(&you);
    const struct rv_message_spec changed = { .args = "{\"lost\":true}" };
    assert_int_equal(go_on(mine, 7, &changed, &err), RV_E_STALE);
    assert_int_equal(queue_count("state = 'dequeue' AND handler_id = 8"), 1);
    assert_int_equal(queue_count("args = '{}'"), 1);
    rv_message_free(mine);
    rv_message_free(yours);
}

static void
a_message_that_goes_on_is_found_by_its_new_args(void **state)
{
    (void)state;
    rv_err err = RV_ERR_INIT;
    int64_t found = 0;
    struct rv_taker me = queue_taker(7);
    int64_t id = queue_put(&(struct rv_message_spec){ .method_name = "m", .args = "{\"a\":1}" });
    struct rv_message *message = queue_take(&me);
    assert_int_equal(go_on(message, 7, &(struct rv_message_spec){ .args = "{\"a\":2}" }, &err), 0);
    rv_message_free(message);
    const struct rv_message_spec same = { .method_name = "m", .args = "{\"a\":2}" },
                                 old = { .method_name = "m", .args = "{\"a\":1}" };
    assert_int_equal(rv_queue_put_unless_exists(queue_store, &same, &found, &err), 0);
    assert_int_equal(found, id);
    assert_int_equal(rv_queue_put_unless_exists(queue_store, &old, &found, &err), 1);
}

static int
count_to_three(void *arg, const struct rv_message *message, char **results, rv_err *err)
{
    int *count = arg;
    (void)results;
    if (++*count == 3)
        return 0;
    if (go_on(message, 7, &(struct rv_message_spec){ .args = "{}" }, err))
        return err->code;
    return RV_COMMAND_CONTINUED;
}

static void
a_command_that_continues_is_not_ended_and_its_task_stays_open_till_it_is_done(void **state)
{
    (void)state;
    rv_err err = RV_ERR_INIT;
    int count = 0;
    int64_t task = queue_new_task();
    queue_put(&(struct rv_message_spec){
        .class_name = "Test", .method_name = "m", .task_id = task, .flags = RV_MESSAGE_AGAIN });
    struct rv_command command = { "Test", "m", count_to_three, &count, 0, NULL };
    struct rv_dispatcher dispatcher = {
        .store = queue_store, .taker = queue_taker(7), .commands = &command, .command_count = 1
    };
    for (int i = 1; i <= 3; i++) {
        assert_int_equal(rv_dispatch_one(&dispatcher, &err), 1);
        assert_int_equal(count, i);
        queue_task_is(i < 3 ? "Active" : "Finished", "Ok", NULL);
    }
    assert_int_equal(queue_count("1 = 1"), 0);
}

static int
do_all_at_once(void *arg, const struct rv_message *message, char **results, rv_err *err)
{
    static const struct rv_ended ended = { .state = "warn", .text = "half", .results = "{}" };
    (void)arg;
    (void)results;
    if (rv_store_reserve_ids(queue_store, RV_QUEUE_END_IDS, err) ||
        rv_store_begin(queue_store, err))
        return err->code;
    assert_int_equal(rv_queue_end_in(queue_store, message, 7, &ended, err), 0);
    return rv_store_commit(queue_store, err) ? err->code : RV_COMMAND_ENDED;
}

static void
a_command_may_end_its_message_with_what_it_did(void **state)
{
    (void)state;
    rv_err err = RV_ERR_INIT;
    int64_t task = queue_new_task();
    queue_put(&(struct rv_message_spec){ .class_name = "Test",
                                         .method_name = "m",
                                         .task_id = task,
                                         .callback = "{\"method_name\":\"after\"}" });
    struct rv_command command = { "Test", "m", do_all_at_once, NULL, 0, NULL };
    struct rv_dispatcher dispatcher = {
        .store = queue_store, .taker = queue_taker(7), .commands = &command, .command_count = 1
    };
    assert_int_equal(rv_dispatch_one(&dispatcher, &err), 1);
    queue_task_is("Finished", "Warn", "half");
    assert_int_equal(queue_count("method_name = 'after'"), 1);
    assert_int_equal(queue_count("method_name = 'm'"), 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        QUEUE_TEST(retry_puts_the_same_row_back_with_new_args_deliver_on_and_freed_series),
        QUEUE_TEST(a_message_that_goes_on_with_nothing_changed_is_as_it_was_but_fresh),
        QUEUE_TEST(who_lost_the_lease_changes_nothing_by_going_on),
        QUEUE_TEST(a_message_that_goes_on_is_found_by_its_new_args),
        QUEUE_TEST(a_command_may_end_its_message_with_what_it_did),
        QUEUE_TEST(a_command_that_continues_is_not_ended_and_its_task_stays_open_till_it_is_done),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
