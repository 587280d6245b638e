/* SPDX-License-Identifier: Apache-2.0
 *
 * What a worker has in hand: messages that are quick are taken and acknowledged together, and those
 * that must wait go back.
 */
#include "queue_fixture.h"

/* A worker whose commands take 1 ms, or what is said. */
struct worker {
    struct rv_dispatcher dispatcher;
    int64_t takes_ms;
    int runs, most_in_hand, went_back;
};

static int
run_quickly(void *arg, const struct rv_message *message, char **results, rv_err *err)
{
    struct worker *worker = arg;
    (void)message;
    (void)results;
    (void)err;
    worker->runs++;
    if (rv_dispatch_in_hand(&worker->dispatcher) > worker->most_in_hand)
        worker->most_in_hand = rv_dispatch_in_hand(&worker->dispatcher);
    rv_clock_advance(worker->takes_ms);
    worker->went_back += rv_dispatch_waiting(&worker->dispatcher);
    return 0;
}

static void
hire(struct worker *worker, struct rv_command *command)
{
    *command = (struct rv_command){ "Demo", "quick", run_quickly, worker, 0, NULL };
    *worker = (struct worker){ .takes_ms = 1 };
    worker->dispatcher = (struct rv_dispatcher){ .store = queue_store,
                                                 .taker = queue_taker(7),
                                                 .commands = command,
                                                 .command_count = 1,
                                                 .at_once = 16 };
    rv_clock_fake(1800000000000);
}

static void
put_quick(int count)
{
    const struct rv_message_spec spec = { .class_name = "Demo",
                                          .method_name = "quick",
                                          .flags = RV_MESSAGE_AGAIN };
    for (int i = 0; i < count; i++)
        queue_put(&spec);
}

static int
dispatch(struct worker *worker)
{
    rv_err err = RV_ERR_INIT;
    int done = rv_dispatch_one(&worker->dispatcher, &err);
    if (done < 0)
        fail_msg("%s", err.text);
    return done;
}

static void
quick_messages_are_taken_and_acknowledged_together(void **state)
{
    (void)state;
    struct worker worker;
    struct rv_command command;
    hire(&worker, &command);
    put_quick(60);
    int64_t before = rv_store_statements(queue_store);
    for (int i = 0; i < 60; i++)
        assert_int_equal(dispatch(&worker), 1);
    assert_int_equal(dispatch(&worker), 0);
    assert_int_equal(worker.runs, 60);
    assert_int_equal(worker.most_in_hand, 15);
    assert_int_equal(queue_count("TRUE"), 0);
    assert_true(rv_store_statements(queue_store) - before < 60);
}

static void
slow_messages_are_taken_one_by_one(void **state)
{
    (void)state;
    struct worker worker;
    struct rv_command command;
    hire(&worker, &command);
    worker.takes_ms = 60;
    put_quick(10);
    for (int i = 0; i < 10; i++)
        assert_int_equal(dispatch(&worker), 1);
    assert_int_equal(worker.most_in_hand, 0);
}

static void
when_a_message_runs_long_the_others_in_hand_go_back_meanwhile(void **state)
{
    (void)state;
    struct worker worker;
    struct rv_command command;
    struct rv_taker other = queue_taker(8);
    hire(&worker, &command);
    put_quick(4 + 16);
    for (int i = 0; i < 4; i++)
        assert_int_equal(dispatch(&worker), 1);
    worker.takes_ms = 5000;
    assert_int_equal(dispatch(&worker), 1);
    assert_true(worker.went_back > 10);
    assert_int_equal(rv_dispatch_in_hand(&worker.dispatcher), 0);
    assert_int_equal(queue_count("state = 'ready' AND attempts = 0"), 20 - 5);
    assert_string_equal(queue_take_method(&other), "quick");
    /* And it has learnt that they are not quick. */
    worker.most_in_hand = 0;
    assert_int_equal(dispatch(&worker), 1);
    assert_int_equal(worker.most_in_hand, 0);
}

static void
a_worker_that_ends_acknowledges_and_gives_back(void **state)
{
    (void)state;
    rv_err err = RV_ERR_INIT;
    struct worker worker;
    struct rv_command command;
    hire(&worker, &command);
    put_quick(3 + 16);
    for (int i = 0; i < 5; i++)
        assert_int_equal(dispatch(&worker), 1);
    assert_true(rv_dispatch_in_hand(&worker.dispatcher) > 0);
    assert_int_equal(rv_dispatch_settle(&worker.dispatcher, &err), 0);
    assert_int_equal(queue_count("state = 'ready' AND attempts = 0"), 19 - 5);
    assert_int_equal(queue_count("TRUE"), 19 - 5);
}

static void
a_worker_that_lost_what_it_has_in_hand_says_so(void **state)
{
    (void)state;
    rv_err err = RV_ERR_INIT;
    struct worker worker;
    struct rv_command command;
    int done = 1;
    hire(&worker, &command);
    put_quick(3 + 16);
    for (int i = 0; i < 5; i++)
        assert_int_equal(dispatch(&worker), 1);
    assert_int_equal(rv_queue_release_holder(queue_store, 7, "frozen", NULL, &err), 0);
    while (done > 0)
        done = rv_dispatch_one(&worker.dispatcher, &err);
    assert_int_equal(done, RV_E_STALE);
    assert_int_equal(rv_dispatch_in_hand(&worker.dispatcher), 0);
    assert_int_equal(queue_count("state = 'ready'"), 19 - 3);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        QUEUE_TEST(quick_messages_are_taken_and_acknowledged_together),
        QUEUE_TEST(slow_messages_are_taken_one_by_one),
        QUEUE_TEST(when_a_message_runs_long_the_others_in_hand_go_back_meanwhile),
        QUEUE_TEST(a_worker_that_ends_acknowledges_and_gives_back),
        QUEUE_TEST(a_worker_that_lost_what_it_has_in_hand_says_so),
    };
    return cmocka_run_group_tests_name("queue_hand", tests, NULL, NULL);
}
