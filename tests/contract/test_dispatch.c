/* SPDX-License-Identifier: Apache-2.0
 *
 * Messages carried out by a worker: how they end, with their task, on success, mistakes, lack of
 * time, cancellation and a clock that is set.
 */
#include "queue_fixture.h"

/* Commands of the dispatcher tests. */
struct script {
    int answer;
    int64_t takes_ms;
    int runs, begins, ends;
};

struct seen {
    int64_t holder, message;
    int count;
};

static int
run_script(void *arg, const struct rv_message *message, char **results, rv_err *err)
{
    struct script *script = arg;
    (void)message;
    script->runs++;
    rv_clock_advance(script->takes_ms);
    if (script->answer)
        return rv_fail(err, script->answer, "told to fail");
    *results = rv_strdup("{\"done\":true}");
    return 0;
}

static void
count_begin(void *arg, const struct rv_message *message)
{
    (void)message;
    ((struct script *)arg)->begins++;
}

static void
count_end(void *arg, const struct rv_message *message)
{
    (void)message;
    ((struct script *)arg)->ends++;
}

static int
dispatch(struct script *script, rv_err *err)
{
    const struct rv_command commands[] = { { "Demo", "work", run_script, script, 0, NULL } };
    struct rv_dispatcher dispatcher = {
        .store = queue_store,
        .taker = queue_taker(7),
        .commands = commands,
        .command_count = 1,
        .retry_delay_ms = 10000,
        .on_begin = count_begin,
        .on_end = count_end,
        .arg = script,
    };
    return rv_dispatch_one(&dispatcher, err);
}

static int64_t
put_work(const char *method, int64_t task_id, int flags)
{
    rv_err err = RV_ERR_INIT;
    int64_t id = 0;
    const struct rv_message_spec spec = { .class_name = "Demo",
                                          .method_name = method,
                                          .task_id = task_id,
                                          .flags = flags,
                                          .timeout_ms = 5000,
                                          .max_attempts = 2 };
    if (rv_queue_put(queue_store, &spec, &id, &err))
        fail_msg("%s", err.text);
    return id;
}

static void
a_message_that_worked_ends_with_its_task(void **state)
{
    (void)state;
    rv_err err = RV_ERR_INIT;
    struct script script = { 0 };
    assert_int_equal(dispatch(&script, &err), 0);
    put_work("work", queue_new_task(), 0);
    assert_int_equal(dispatch(&script, &err), 1);
    queue_task_is("Finished", "Ok", NULL);
    RV_AUTO_FREE char *results = rv_test_text(queue_store, "SELECT results FROM miq_tasks");
    assert_string_equal(results, "{\"done\":true}");
    assert_int_equal(rv_test_int(queue_store, "SELECT COUNT(*) FROM miq_queue"), 0);
    assert_int_equal(script.runs, 1);
    assert_int_equal(script.begins, 1);
    assert_int_equal(script.ends, 1);
}

static void
a_mistake_is_not_tried_again(void **state)
{
    (void)state;
    rv_err err = RV_ERR_INIT;
    struct script script = { .answer = RV_E_INVALID };
    put_work("work", queue_new_task(), RV_MESSAGE_AGAIN);
    assert_int_equal(dispatch(&script, &err), 1);
    assert_int_equal(dispatch(&script, &err), 0);
    queue_task_is("Finished", "Error", "told to fail");
    assert_int_equal(
        rv_test_int(queue_store, "SELECT COUNT(*) FROM miq_queue WHERE state = 'error'"), 1);
}

static void
what_is_not_available_is_tried_again_later(void **state)
{
    (void)state;
    rv_err err = RV_ERR_INIT;
    struct script script = { .answer = RV_E_UNAVAILABLE };
    rv_clock_fake(1800000000000);
    put_work("work", queue_new_task(), RV_MESSAGE_AGAIN);
    assert_int_equal(dispatch(&script, &err), 1);
    queue_task_is("Active", "Ok", NULL);
    assert_int_equal(dispatch(&script, &err), 0);
    rv_clock_advance(10000);
    script.answer = 0;
    assert_int_equal(dispatch(&script, &err), 1);
    queue_task_is("Finished", "Ok", NULL);
    assert_int_equal(script.runs, 2);
}

static void
an_unknown_command_is_dead_at_once(void **state)
{
    (void)state;
    rv_err err = RV_ERR_INIT;
    struct script script = { 0 };
    put_work("unheard_of", queue_new_task(), RV_MESSAGE_AGAIN);
    assert_int_equal(dispatch(&script, &err), 1);
    queue_task_is("Finished", "Error", "Demo.unheard_of");
    assert_int_equal(script.begins, 0);
}

static void
a_message_over_its_time_ends_as_timeout(void **state)
{
    (void)state;
    rv_err err = RV_ERR_INIT;
    struct script script = { .answer = RV_E_CANCELLED, .takes_ms = 5000 };
    rv_clock_fake(1800000000000);
    put_work("work", queue_new_task(), 0);
    assert_int_equal(dispatch(&script, &err), 1);
    queue_task_is("Finished", "Timeout", "timed out after 5 s");
}

/* Somebody sets the clock while a command works; then its worker is told to stop. */
static int
run_and_set_the_clock(void *arg, const struct rv_message *message, char **results, rv_err *err)
{
    const int64_t *ms = arg;
    (void)message;
    (void)results;
    rv_clock_advance(ms[0]);
    rv_clock_jump(ms[1]);
    return rv_fail(err, RV_E_CANCELLED, "cancelled");
}

static void
dispatch_and_set_the_clock(int64_t takes_ms, int64_t jump_ms)
{
    rv_err err = RV_ERR_INIT;
    int64_t ms[] = { takes_ms, jump_ms };
    const struct rv_command commands[] = { { "Demo", "work", run_and_set_the_clock, ms, 0, NULL } };
    struct rv_dispatcher dispatcher = {
        .store = queue_store,
        .taker = queue_taker(7),
        .commands = commands,
        .command_count = 1,
        .retry_delay_ms = 1000,
    };
    rv_clock_fake(1800000000000);
    put_work("work", 0, RV_MESSAGE_AGAIN);
    assert_int_equal(rv_dispatch_one(&dispatcher, &err), 1);
}

static void
a_clock_set_forward_makes_no_timeout_of_a_stop(void **state)
{
    (void)state;
    dispatch_and_set_the_clock(10, 3600000);
    assert_int_equal(rv_test_int(queue_store,
                                 "SELECT COUNT(*) FROM miq_queue WHERE state = 'ready' AND"
                                 " attempts = 0 AND error_class = 'cancelled'"),
                     1);
}

static void
a_clock_set_back_does_not_hide_a_timeout(void **state)
{
    (void)state;
    dispatch_and_set_the_clock(5000, -3600000);
    assert_int_equal(rv_test_int(queue_store,
                                 "SELECT COUNT(*) FROM miq_queue WHERE state = 'ready' AND"
                                 " attempts = 1 AND error_class = 'timeout'"),
                     1);
}

static void
a_worker_killed_over_its_messages_time_leaves_a_timeout(void **state)
{
    (void)state;
    rv_err err = RV_ERR_INIT;
    struct rv_message *message = NULL;
    struct rv_taker taker = queue_taker(7);
    rv_clock_fake(1800000000000);
    put_work("work", queue_new_task(), 0);
    assert_int_equal(rv_queue_take(queue_store, &taker, &message, &err), 1);
    rv_message_free(message);
    rv_clock_advance(6000);
    assert_int_equal(
        rv_queue_release_holder(queue_store, 7, "killed: it works for too long", NULL, &err), 0);
    queue_task_is("Finished", "Timeout", "too long");
}

static void
note_cancelled(void *arg, int64_t holder, int64_t message_id)
{
    struct seen *seen = arg;
    seen->holder = holder;
    seen->message = message_id;
    seen->count++;
}

static void
a_cancelled_task_ends_its_message(void **state)
{
    (void)state;
    rv_err err = RV_ERR_INIT;
    struct script script = { .answer = RV_E_CANCELLED };
    struct seen seen = { 0 };
    struct rv_message *message = NULL;
    struct rv_taker taker = queue_taker(7);
    int64_t task = queue_new_task();
    put_work("work", task, RV_MESSAGE_AGAIN);
    assert_int_equal(rv_queue_take(queue_store, &taker, &message, &err), 1);
    assert_int_equal(rv_task_each_cancelled(queue_store, note_cancelled, &seen, &err), 0);
    assert_int_equal(seen.count, 0);
    assert_int_equal(rv_task_start(queue_store, task, &err), 0);
    assert_int_equal(rv_task_cancel(queue_store, task, &err), 0);
    assert_int_equal(rv_task_each_cancelled(queue_store, note_cancelled, &seen, &err), 0);
    assert_int_equal(seen.count, 1);
    assert_int_equal(seen.holder, 7);
    assert_int_equal(seen.message, message->id);
    rv_message_free(message);
    /* Its worker died meanwhile: the next one does not begin it. */
    assert_int_equal(rv_queue_release_holder(queue_store, 7, "gone", NULL, &err), 0);
    assert_int_equal(dispatch(&script, &err), 1);
    assert_int_equal(script.runs, 0);
    queue_task_is("Finished", "Error", "cancelled");
    assert_int_equal(rv_test_int(queue_store, "SELECT COUNT(*) FROM miq_queue"), 0);
}

/* Cancelled by a person in the middle of its work. */
static int
run_and_cancel(void *arg, const struct rv_message *message, char **results, rv_err *err)
{
    rv_err cancel_err = RV_ERR_INIT;
    (void)arg;
    (void)results;
    assert_int_equal(rv_task_cancel(queue_store, message->task_id, &cancel_err), 0);
    return rv_fail(err, RV_E_CANCELLED, "cancelled");
}

static void
a_task_cancelled_in_the_middle_is_not_tried_again(void **state)
{
    (void)state;
    rv_err err = RV_ERR_INIT;
    const struct rv_command commands[] = { { "Demo", "work", run_and_cancel, NULL, 0, NULL } };
    struct rv_dispatcher dispatcher = {
        .store = queue_store,
        .taker = queue_taker(7),
        .commands = commands,
        .command_count = 1,
    };
    put_work("work", queue_new_task(), RV_MESSAGE_AGAIN);
    assert_int_equal(rv_dispatch_one(&dispatcher, &err), 1);
    queue_task_is("Finished", "Error", "cancelled");
    assert_int_equal(rv_test_int(queue_store, "SELECT COUNT(*) FROM miq_queue"), 0);
}

static void
a_stopping_worker_gives_its_message_back(void **state)
{
    (void)state;
    rv_err err = RV_ERR_INIT;
    struct script script = { .answer = RV_E_CANCELLED };
    put_work("work", 0, RV_MESSAGE_AGAIN);
    assert_int_equal(dispatch(&script, &err), 1);
    script.answer = 0;
    assert_int_equal(dispatch(&script, &err), 1);
    assert_int_equal(script.runs, 2);
    assert_int_equal(rv_test_int(queue_store, "SELECT COUNT(*) FROM miq_queue"), 0);
}

static void
the_log_of_a_task_tells_its_way(void **state)
{
    (void)state;
    rv_err err = RV_ERR_INIT;
    struct script script = { .answer = RV_E_UNAVAILABLE };
    rv_clock_fake(1800000000000);
    put_work("work", queue_new_task(), RV_MESSAGE_AGAIN);
    assert_int_equal(dispatch(&script, &err), 1);
    rv_clock_advance(10000);
    assert_int_equal(dispatch(&script, &err), 1);
    static const char *const lines[] = { "a worker has begun", "told to fail", "a worker has begun",
                                         "finished: Error: told to fail" };
    assert_int_equal(rv_test_int(queue_store, "SELECT COUNT(*) FROM miq_task_logs"),
                     RV_COUNT(lines));
    for (size_t i = 0; i < RV_COUNT(lines); i++) {
        RV_AUTO_FREE char *sql =
            rv_format("SELECT message FROM miq_task_logs ORDER BY id LIMIT 1 OFFSET %zu", i);
        RV_AUTO_FREE char *line = rv_test_text(queue_store, sql);
        assert_string_equal(line, lines[i]);
    }
}

static void
a_task_whose_dead_message_is_sent_again_waits_again(void **state)
{
    (void)state;
    rv_err err = RV_ERR_INIT;
    struct script script = { .answer = RV_E_INVALID };
    int64_t id = put_work("work", queue_new_task(), RV_MESSAGE_AGAIN);
    assert_int_equal(dispatch(&script, &err), 1);
    queue_task_is("Finished", "Error", "told to fail");
    assert_int_equal(rv_queue_send_again(queue_store, id, &err), 0);
    queue_task_is("Queued", "Ok", "Waiting for a worker");
    assert_int_equal(rv_test_int(queue_store,
                                 "SELECT COUNT(*) FROM miq_tasks WHERE pct_complete = 0"
                                 " AND started_on IS NULL AND results IS NULL"),
                     1);
    RV_AUTO_FREE char *line =
        rv_test_text(queue_store, "SELECT message FROM miq_task_logs ORDER BY id DESC LIMIT 1");
    assert_string_equal(line, "sent again from the start");
    script.answer = 0;
    assert_int_equal(dispatch(&script, &err), 1);
    queue_task_is("Finished", "Ok", NULL);
}

static void
a_dead_message_whose_task_is_gone_is_sent_again_all_the_same(void **state)
{
    (void)state;
    rv_err err = RV_ERR_INIT;
    struct script script = { .answer = RV_E_INVALID };
    int64_t id = put_work("work", queue_new_task(), RV_MESSAGE_AGAIN);
    assert_int_equal(dispatch(&script, &err), 1);
    rv_test_script(queue_store, "DELETE FROM miq_tasks");
    assert_int_equal(rv_queue_send_again(queue_store, id, &err), 0);
    script.answer = 0;
    assert_int_equal(dispatch(&script, &err), 1);
    assert_int_equal(rv_test_int(queue_store, "SELECT COUNT(*) FROM miq_queue"), 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        QUEUE_TEST(a_message_that_worked_ends_with_its_task),
        QUEUE_TEST(a_mistake_is_not_tried_again),
        QUEUE_TEST(what_is_not_available_is_tried_again_later),
        QUEUE_TEST(an_unknown_command_is_dead_at_once),
        QUEUE_TEST(a_message_over_its_time_ends_as_timeout),
        QUEUE_TEST(a_clock_set_forward_makes_no_timeout_of_a_stop),
        QUEUE_TEST(a_clock_set_back_does_not_hide_a_timeout),
        QUEUE_TEST(a_worker_killed_over_its_messages_time_leaves_a_timeout),
        QUEUE_TEST(a_cancelled_task_ends_its_message),
        QUEUE_TEST(a_task_cancelled_in_the_middle_is_not_tried_again),
        QUEUE_TEST(a_stopping_worker_gives_its_message_back),
        QUEUE_TEST(the_log_of_a_task_tells_its_way),
        QUEUE_TEST(a_task_whose_dead_message_is_sent_again_waits_again),
        QUEUE_TEST(a_dead_message_whose_task_is_gone_is_sent_again_all_the_same),
    };
    return cmocka_run_group_tests_name("dispatch", tests, NULL, NULL);
}
