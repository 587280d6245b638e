/* SPDX-License-Identifier: Apache-2.0
 *
 * What follows a message's end on both stores: callbacks, warnings, putting off.
 */
#include "queue_fixture.h"

#include "base/json.h"

#define CALLBACK                                                                                   \
    "{\"class_name\":\"Order\",\"method_name\":\"went\",\"instance_id\":42,\"args\":{\"of\":7},"   \
    "\"queue_name\":\"orders\"}"

/* What the command of these tests does. */
struct script {
    int answer;
    int64_t takes_ms, delay_ms;
    const char *results;
    int runs;
};

static int
run_script(void *arg, const struct rv_message *message, char **results, rv_err *err)
{
    struct script *script = arg;
    (void)message;
    script->runs++;
    rv_clock_advance(script->takes_ms);
    if (script->answer == RV_COMMAND_LATER)
        return rv_command_later(err, script->delay_ms, "the cluster is upgraded");
    if (script->answer)
        return rv_fail(err, script->answer, "told to fail");
    *results = rv_strdup(script->results);
    return 0;
}

static int
dispatch(struct script *script)
{
    rv_err err = RV_ERR_INIT;
    const struct rv_command commands[] = { { "Demo", "work", run_script, script, 0, NULL },
                                           { "Demo", "on_zone", run_script, script, 0, "zone" } };
    struct rv_dispatcher dispatcher = { .store = queue_store,
                                        .taker = queue_taker(7),
                                        .commands = commands,
                                        .command_count = 2,
                                        .retry_delay_ms = 1000 };
    int done = rv_dispatch_one(&dispatcher, &err);
    if (done < 0)
        fail_msg("%s", err.text);
    return done;
}

static struct rv_message_spec
work(void)
{
    return (struct rv_message_spec){ .class_name = "Demo",
                                     .method_name = "work",
                                     .timeout_ms = 5000,
                                     .user_id = 3,
                                     .tracking_label = "order 66",
                                     .callback = CALLBACK };
}

/* The callback that was put must say this. */
static void
called_back(const char *state, const char *message, const char *results)
{
    static const char *const orders[] = { "orders", NULL };
    struct rv_taker me = queue_taker(9);
    me.queues = orders;
    struct rv_message *callback = queue_take(&me);
    RV_AUTO_JSON cJSON *args = NULL;
    rv_err err = RV_ERR_INIT;
    assert_non_null(callback);
    assert_string_equal(callback->class_name, "Order");
    assert_string_equal(callback->method_name, "went");
    assert_int_equal(callback->target_id, 42);
    assert_int_equal(callback->user_id, 3);
    assert_string_equal(callback->tracking_label, "order 66");
    assert_int_equal(callback->flags, RV_MESSAGE_AGAIN);
    assert_int_equal(rv_json_parse(&args, callback->args, strlen(callback->args), 10000, 0, &err),
                     0);
    assert_int_equal(rv_json_int(args, "of", 0), 7);
    assert_string_equal(rv_json_string(args, "state"), state);
    if (strstr(rv_json_string(args, "message"), message) == NULL)
        fail_msg("'%s' lacks '%s'", rv_json_string(args, "message"), message);
    assert_true(rv_json_int(args, "message_id", 0) > 0);
    RV_AUTO_FREE char *result =
        cJSON_PrintUnformatted(cJSON_GetObjectItemCaseSensitive(args, "result"));
    assert_string_equal(result, results);
    assert_int_equal(rv_queue_done(queue_store, callback, 9, &err), 0);
    rv_message_free(callback);
    assert_null(queue_take(&me));
}

static void
a_callback_gets_arguments_state_message_and_result(void **state)
{
    (void)state;
    struct script script = { .results = "{\"pods\":3}" };
    struct rv_message_spec spec = work();
    queue_put(&spec);
    assert_int_equal(dispatch(&script), 1);
    called_back("ok", "Finished", "{\"pods\":3}");
    assert_int_equal(queue_count("TRUE"), 0);
}

static void
arguments_that_are_a_list_get_three_more(void **state)
{
    (void)state;
    struct script script = { .results = "5" };
    struct rv_message_spec spec = work();
    spec.callback = "{\"method_name\":\"went\",\"args\":[1,\"b\"]}";
    queue_put(&spec);
    assert_int_equal(dispatch(&script), 1);
    RV_AUTO_FREE char *args = rv_test_text(queue_store, "SELECT args FROM miq_queue");
    assert_string_equal(args, "[1,\"b\",\"ok\",\"Finished\",5]");
}

static void
a_callback_hears_of_an_error(void **state)
{
    (void)state;
    struct script script = { .answer = RV_E_INVALID };
    struct rv_message_spec spec = work();
    queue_put(&spec);
    assert_int_equal(dispatch(&script), 1);
    called_back("error", "told to fail", "null");
    assert_int_equal(queue_count("state = 'error'"), 1);
}

static void
a_callback_waits_while_its_message_is_tried_again(void **state)
{
    (void)state;
    struct script script = { .answer = RV_E_UNAVAILABLE };
    struct rv_message_spec spec = work();
    spec.flags = RV_MESSAGE_AGAIN;
    spec.max_attempts = 2;
    rv_clock_fake(1800000000000);
    queue_put(&spec);
    assert_int_equal(dispatch(&script), 1);
    assert_int_equal(queue_count("queue_name = 'orders'"), 0);
    rv_clock_advance(1000);
    assert_int_equal(dispatch(&script), 1);
    called_back("error", "told to fail", "null");
}

static void
a_callback_hears_of_a_timeout(void **state)
{
    (void)state;
    struct script script = { .answer = RV_E_CANCELLED, .takes_ms = 6000 };
    struct rv_message_spec spec = work();
    rv_clock_fake(1800000000000);
    queue_put(&spec);
    assert_int_equal(dispatch(&script), 1);
    called_back("timeout", "timed out after 5 s", "null");
}

static void
a_callback_hears_of_its_workers_death(void **state)
{
    (void)state;
    rv_err err = RV_ERR_INIT;
    struct rv_taker me = queue_taker(7);
    struct rv_message_spec spec = work();
    rv_clock_fake(1800000000000);
    queue_put(&spec);
    rv_message_free(queue_take(&me));
    assert_int_equal(rv_queue_release_holder(queue_store, 7, "killed by signal 9", NULL, &err), 0);
    called_back("error", "killed by signal 9", "null");
    /* And past its time, as when it was killed for that. */
    queue_put(&spec);
    rv_message_free(queue_take(&me));
    rv_clock_advance(6000);
    assert_int_equal(rv_queue_release_holder(queue_store, 7, "it worked too long", NULL, &err), 0);
    called_back("timeout", "it worked too long", "null");
}

static void
callbacks_follow_a_server_whose_leases_ran_out(void **state)
{
    (void)state;
    rv_err err = RV_ERR_INIT;
    int64_t returned = 0;
    struct rv_taker me = queue_taker(7);
    struct rv_message_spec spec = work(), again = work();
    again.flags = RV_MESSAGE_AGAIN;
    again.timeout_ms = spec.timeout_ms = 60000;
    rv_clock_fake(1800000000000);
    queue_put(&spec);
    queue_put(&again);
    rv_message_free(queue_take(&me));
    rv_message_free(queue_take(&me));
    rv_clock_advance(30000);
    assert_int_equal(rv_queue_release_expired(queue_store, &returned, &err), 0);
    assert_int_equal(returned, 1);
    called_back("error", "lease ran out", "null");
    assert_int_equal(queue_count("state = 'ready'"), 1);
    assert_int_equal(queue_count("state = 'error'"), 1);
}

static void
a_callback_hears_of_expiry_and_of_being_cancelled(void **state)
{
    (void)state;
    rv_err err = RV_ERR_INIT;
    struct rv_message_spec spec = work();
    rv_clock_fake(1800000000000);
    spec.expires_on = rv_now_ms();
    queue_put(&spec);
    assert_int_equal(rv_queue_expire(queue_store, NULL, &err), 0);
    called_back("expired", "not begun in time", "null");
    spec = work();
    spec.task_id = queue_new_task();
    queue_put(&spec);
    assert_int_equal(rv_task_cancel(queue_store, spec.task_id, &err), 0);
    called_back("error", "cancelled", "null");
}

static void
a_callback_is_not_put_by_a_worker_that_lost_its_lease(void **state)
{
    (void)state;
    rv_err err = RV_ERR_INIT;
    struct rv_taker me = queue_taker(7);
    struct rv_message_spec spec = work();
    spec.flags = RV_MESSAGE_AGAIN;
    queue_put(&spec);
    struct rv_message *message = queue_take(&me);
    assert_int_equal(rv_queue_release_holder(queue_store, 7, "frozen", NULL, &err), 0);
    assert_int_equal(rv_queue_done(queue_store, message, 7, &err), RV_E_STALE);
    assert_int_equal(queue_count("TRUE"), 1);
    rv_message_free(message);
}

static void
a_callback_that_cannot_be_is_refused_at_the_put(void **state)
{
    (void)state;
    rv_err err = RV_ERR_INIT;
    struct rv_message_spec spec = work();
    static const char *const wrong[] = { "{", "[]", "{\"class_name\":\"A\"}", "" };
    for (size_t i = 0; i < RV_COUNT(wrong); i++) {
        spec.callback = wrong[i];
        rv_err_clear(&err);
        assert_int_equal(rv_queue_put(queue_store, &spec, NULL, &err), RV_E_INVALID);
    }
    /* One that came into the table some other way does not keep its message from ending. */
    struct script script = { 0 };
    spec.callback = CALLBACK;
    queue_put(&spec);
    rv_test_script(queue_store, "UPDATE miq_queue SET miq_callback = '{'");
    assert_int_equal(dispatch(&script), 1);
    assert_int_equal(queue_count("TRUE"), 0);
}

static void
a_message_about_a_row_that_is_gone_ends_as_warn(void **state)
{
    (void)state;
    struct script script = { 0 };
    struct rv_message_spec spec = work();
    spec.method_name = "on_zone";
    spec.target_id = 12345;
    spec.task_id = queue_new_task();
    queue_put(&spec);
    assert_int_equal(dispatch(&script), 1);
    assert_int_equal(script.runs, 0);
    called_back("warn", "there is no zone 12345", "null");
    RV_AUTO_FREE char *status = rv_test_text(queue_store, "SELECT status FROM miq_tasks");
    assert_string_equal(status, "Warn");
    rv_test_script(queue_store, "INSERT INTO zones (id, name) VALUES (12345, 'north')");
    spec.task_id = 0;
    queue_put(&spec);
    assert_int_equal(dispatch(&script), 1);
    assert_int_equal(script.runs, 1);
}

static void
a_command_puts_its_message_off_without_an_attempt(void **state)
{
    (void)state;
    struct script script = { .answer = RV_COMMAND_LATER, .delay_ms = 60000 };
    struct rv_message_spec spec = work();
    spec.max_attempts = 1;
    spec.task_id = queue_new_task();
    rv_clock_fake(1800000000000);
    queue_put(&spec);
    for (int i = 0; i < 4; i++) {
        assert_int_equal(dispatch(&script), 1);
        assert_int_equal(queue_count("state = 'ready' AND attempts = 0"), 1);
        rv_clock_advance(59999);
        assert_int_equal(dispatch(&script), 0);
        rv_clock_advance(1);
    }
    RV_AUTO_FREE char *message = rv_test_text(queue_store, "SELECT message FROM miq_tasks");
    assert_string_equal(message, "the cluster is upgraded");
    script.answer = 0;
    assert_int_equal(dispatch(&script), 1);
    assert_int_equal(script.runs, 5);
    called_back("ok", "Finished", "null");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        QUEUE_TEST(a_callback_gets_arguments_state_message_and_result),
        QUEUE_TEST(arguments_that_are_a_list_get_three_more),
        QUEUE_TEST(a_callback_hears_of_an_error),
        QUEUE_TEST(a_callback_waits_while_its_message_is_tried_again),
        QUEUE_TEST(a_callback_hears_of_a_timeout),
        QUEUE_TEST(a_callback_hears_of_its_workers_death),
        QUEUE_TEST(callbacks_follow_a_server_whose_leases_ran_out),
        QUEUE_TEST(a_callback_hears_of_expiry_and_of_being_cancelled),
        QUEUE_TEST(a_callback_is_not_put_by_a_worker_that_lost_its_lease),
        QUEUE_TEST(a_callback_that_cannot_be_is_refused_at_the_put),
        QUEUE_TEST(a_message_about_a_row_that_is_gone_ends_as_warn),
        QUEUE_TEST(a_command_puts_its_message_off_without_an_attempt),
    };
    return cmocka_run_group_tests_name("queue_callbacks", tests, NULL, NULL);
}
