/* SPDX-License-Identifier: Apache-2.0
 *
 * Many messages at once, on both stores: put, taken, acknowledged, given back; where a worker's
 * looks begin; and how little is said of it to other hosts.
 */
#include "queue_fixture.h"

#include <unistd.h>

static struct rv_message_spec
again(const char *method)
{
    return (struct rv_message_spec){ .class_name = "Demo",
                                     .method_name = method,
                                     .flags = RV_MESSAGE_AGAIN };
}

static int
take_some(const struct rv_taker *who, int most, struct rv_message **out)
{
    rv_err err = RV_ERR_INIT;
    int count = rv_queue_take_some(queue_store, who, most, out, &err);
    if (count < 0)
        fail_msg("%s", err.text);
    return count;
}

static void
free_all(struct rv_message **messages, int count)
{
    for (int i = 0; i < count; i++)
        rv_message_free(messages[i]);
}

static void
a_batch_is_of_one_kind_and_priority_and_in_order(void **state)
{
    (void)state;
    struct rv_message *out[8];
    struct rv_taker me = queue_taker(7);
    struct rv_message_spec quick = again("quick"), urgent = again("quick"), other = again("other");
    urgent.priority = 20;
    int64_t first = queue_put(&quick);
    queue_put(&other);
    int64_t second = queue_put(&quick), high = queue_put(&urgent);
    assert_int_equal(take_some(&me, 8, out), 1);
    assert_int_equal(out[0]->id, high);
    free_all(out, 1);
    assert_int_equal(take_some(&me, 8, out), 2);
    assert_int_equal(out[0]->id, first);
    assert_int_equal(out[1]->id, second);
    free_all(out, 2);
    assert_int_equal(take_some(&me, 8, out), 1);
    assert_string_equal(out[0]->method_name, "other");
    free_all(out, 1);
}

static void
what_may_not_run_again_is_taken_alone(void **state)
{
    (void)state;
    rv_err err = RV_ERR_INIT;
    struct rv_message *out[8];
    struct rv_taker me = queue_taker(7);
    struct rv_message_spec once = again("m"), serial = again("m"), tried = again("m");
    once.flags = 0;
    serial.series = "s";
    for (int i = 0; i < 2; i++)
        queue_put(&once);
    assert_int_equal(take_some(&me, 8, out), 1);
    free_all(out, 1);
    assert_int_equal(take_some(&me, 8, out), 1);
    free_all(out, 1);
    queue_put(&serial);
    assert_int_equal(take_some(&me, 8, out), 1);
    free_all(out, 1);
    /* What has been in a worker's hands when that died: one of them may be why. */
    rv_test_script(queue_store, "DELETE FROM miq_queue");
    for (int i = 0; i < 3; i++)
        queue_put(&tried);
    assert_int_equal(take_some(&me, 8, out), 3);
    free_all(out, 3);
    assert_int_equal(rv_queue_release_holder(queue_store, 7, "killed", NULL, &err), 0);
    assert_int_equal(take_some(&me, 8, out), 1);
    free_all(out, 1);
}

static void
a_batch_is_acknowledged_in_one_statement(void **state)
{
    (void)state;
    rv_err err = RV_ERR_INIT;
    struct rv_message *out[16];
    struct rv_taker me = queue_taker(7);
    struct rv_message_spec spec = again("m");
    for (int i = 0; i < 10; i++)
        queue_put(&spec);
    assert_int_equal(take_some(&me, 16, out), 10);
    int64_t before = rv_store_statements(queue_store);
    assert_int_equal(rv_queue_done_some(queue_store, out, 10, 7, &err), 0);
    assert_int_equal(rv_store_statements(queue_store) - before, 1);
    assert_int_equal(queue_count("TRUE"), 0);
    free_all(out, 10);
}

static void
tasks_and_callbacks_of_a_batch_end_too(void **state)
{
    (void)state;
    rv_err err = RV_ERR_INIT;
    struct rv_message *out[8];
    struct rv_taker me = queue_taker(7);
    struct rv_message_spec plain = again("m"), followed = again("m"), calls = again("m");
    followed.task_id = queue_new_task();
    calls.callback = "{\"method_name\":\"went\",\"queue_name\":\"orders\"}";
    queue_put(&plain);
    queue_put(&followed);
    queue_put(&calls);
    assert_int_equal(take_some(&me, 8, out), 3);
    assert_int_equal(rv_queue_done_some(queue_store, out, 3, 7, &err), 0);
    free_all(out, 3);
    assert_int_equal(queue_count("queue_name = 'orders'"), 1);
    assert_int_equal(queue_count("queue_name = 'generic'"), 0);
    assert_int_equal(
        rv_test_int(queue_store, "SELECT COUNT(*) FROM miq_tasks WHERE state = 'Finished'"), 1);
}

static void
a_stale_one_of_a_batch_is_told_and_stays(void **state)
{
    (void)state;
    rv_err err = RV_ERR_INIT;
    struct rv_message *out[8];
    struct rv_taker me = queue_taker(7);
    struct rv_message_spec spec = again("m");
    for (int i = 0; i < 3; i++)
        queue_put(&spec);
    assert_int_equal(take_some(&me, 8, out), 3);
    RV_AUTO_FREE char *sql = rv_format(
        "UPDATE miq_queue SET generation = generation + 1 WHERE id = %lld", (long long)out[1]->id);
    rv_test_script(queue_store, sql);
    assert_int_equal(rv_queue_done_some(queue_store, out, 3, 7, &err), RV_E_STALE);
    assert_int_equal(queue_count("state = 'dequeue'"), 1);
    free_all(out, 3);
}

static void
what_goes_back_from_a_batch_loses_no_attempt(void **state)
{
    (void)state;
    rv_err err = RV_ERR_INIT;
    struct rv_message *out[8];
    struct rv_taker me = queue_taker(7);
    struct rv_message_spec spec = again("m");
    for (int i = 0; i < 4; i++)
        queue_put(&spec);
    assert_int_equal(take_some(&me, 8, out), 4);
    assert_int_equal(rv_queue_give_back_some(queue_store, out + 1, 3, 8, &err), 0); /* not his */
    assert_int_equal(queue_count("state = 'dequeue'"), 4);
    assert_int_equal(rv_queue_give_back_some(queue_store, out + 1, 3, 7, &err), 0);
    assert_int_equal(queue_count("state = 'ready' AND attempts = 0"), 3);
    assert_int_equal(rv_queue_done(queue_store, out[0], 7, &err), 0);
    free_all(out, 4);
}

/* dear_us: what a look at everything is said to have cost. */
static void
take_in_order(int64_t dear_us)
{
    static const int priorities[] = { 100, 20, 150, 100, 21, 20, 90, 100, 0, 150, 200, 5, 100 };
    struct rv_floors floors = { 0 };
    struct rv_taker with = queue_taker(7);
    int last_priority = 0;
    int64_t last_id = 0;
    with.floors = &floors;
    rv_clock_fake(1800000000000); /* after the first look, none is at everything */
    for (size_t i = 0; i < RV_COUNT(priorities); i++)
        queue_put(&(struct rv_message_spec){ .method_name = "m", .priority = priorities[i] });
    for (size_t i = 0; i < RV_COUNT(priorities); i++) {
        rv_err err = RV_ERR_INIT;
        struct rv_message *message = queue_take(&with);
        floors.full_took_us = dear_us;
        assert_non_null(message);
        assert_true(message->priority > last_priority ||
                    (message->priority == last_priority && message->id > last_id));
        last_priority = message->priority;
        last_id = message->id;
        assert_int_equal(rv_queue_done(queue_store, message, 7, &err), 0);
        rv_message_free(message);
    }
    assert_null(queue_take(&with));
}

static void
looks_above_the_floors_keep_to_the_order(void **state)
{
    (void)state;
    take_in_order(5000);
}

static void
claims_without_a_look_keep_to_the_order(void **state)
{
    (void)state;
    take_in_order(0);
}

static void
while_there_is_more_a_claim_takes_one_statement(void **state)
{
    (void)state;
    struct rv_message *out[8];
    struct rv_floors floors = { 0 };
    struct rv_taker with = queue_taker(7);
    struct rv_message_spec spec = again("m"), serial = again("serial");
    with.floors = &floors;
    rv_clock_fake(1800000000000);
    for (int i = 0; i < 24; i++)
        queue_put(&spec);
    serial.series = "s";
    serial.priority = 20;
    assert_int_equal(take_some(&with, 8, out), 8);
    free_all(out, 8);
    queue_put(&serial);
    int64_t before = rv_store_statements(queue_store);
    assert_int_equal(take_some(&with, 8, out), 8);
    assert_int_equal(rv_store_statements(queue_store) - before, 1);
    assert_string_equal(out[0]->method_name, "m");
    free_all(out, 8);
    /* What only a look finds waits a tenth of a second at most. */
    rv_clock_advance(100);
    assert_int_equal(take_some(&with, 8, out), 1);
    assert_string_equal(out[0]->method_name, "serial");
    free_all(out, 1);
}

/* The claim of several need not wait for SQLite's disk; whatever is committed after it does. */
static void
after_a_claim_of_several_commits_wait_for_the_disk_again(void **state)
{
    (void)state;
    only_sqlite(); /* the other's claims wait, too */
    struct rv_message *out[8];
    struct rv_taker who = queue_taker(7);
    struct rv_message_spec spec = again("m");
    for (int i = 0; i < 8; i++)
        queue_put(&spec);
    assert_int_equal(take_some(&who, 8, out), 8);
    assert_int_equal(rv_test_int(queue_store, "PRAGMA synchronous"), 2);
    free_all(out, 8);
}

/* That the disk is waited for shows by the statement which does. */
static void
what_may_not_run_again_is_claimed_for_good_behind_what_may(void **state)
{
    (void)state;
    struct rv_floors floors = { 0 };
    struct rv_taker me = queue_taker(7);
    struct rv_message_spec fresh = again("m"), once = fresh, last_try = fresh;
    const int statements[] = { 1, rv_test_is_postgres() ? 1 : 2, rv_test_is_postgres() ? 1 : 2 };
    me.floors = &floors;
    once.flags = 0;
    last_try.max_attempts = 1;
    rv_clock_fake(1800000000000);
    queue_put(&fresh);
    rv_message_free(queue_take(&me));
    queue_put(&fresh);
    queue_put(&once);
    queue_put(&last_try);
    for (size_t i = 0; i < RV_COUNT(statements); i++) {
        int64_t before = rv_store_statements(queue_store);
        struct rv_message *message = queue_take(&me);
        assert_int_equal(rv_store_statements(queue_store) - before, statements[i]);
        assert_int_equal(message->generation, 1);
        rv_message_free(message);
    }
    assert_int_equal(queue_count("state = 'dequeue' AND generation = 1"), 4);
}

static void
messages_of_different_generations_are_acknowledged_together(void **state)
{
    (void)state;
    rv_err err = RV_ERR_INIT;
    struct rv_message *out[4];
    struct rv_taker me = queue_taker(7);
    struct rv_message_spec spec = again("m");
    for (int i = 0; i < 4; i++)
        queue_put(&spec);
    assert_int_equal(take_some(&me, 2, out), 2);
    assert_int_equal(rv_queue_give_back_some(queue_store, out, 2, 7, &err), 0);
    free_all(out, 2);
    assert_int_equal(take_some(&me, 4, out), 4);
    assert_int_not_equal(out[0]->generation, out[3]->generation);
    assert_int_equal(rv_queue_done_some(queue_store, out, 4, 7, &err), 0);
    assert_int_equal(queue_count("TRUE"), 0);
    free_all(out, 4);
}

static void
a_message_below_the_floor_is_found_soon(void **state)
{
    (void)state;
    struct rv_floors floors = { 0 };
    struct rv_taker with = queue_taker(7);
    with.floors = &floors;
    rv_clock_fake(1800000000000);
    queue_put(&(struct rv_message_spec){ .method_name = "low", .deliver_on = rv_now_ms() + 10 });
    for (int i = 0; i < 12; i++)
        queue_put(&(struct rv_message_spec){ .method_name = "m" });
    assert_string_equal(queue_take_method(&with), "m");
    floors.full_took_us = 5000; /* so that no claim goes without a look */
    rv_clock_advance(50);
    assert_string_equal(queue_take_method(&with), "m");
    rv_clock_advance(50);
    assert_string_equal(queue_take_method(&with), "low");
    assert_string_equal(queue_take_method(&with), "m");
}

static void
when_looks_at_everything_are_dear_they_are_rare_but_not_forgotten(void **state)
{
    (void)state;
    rv_err err = RV_ERR_INIT;
    int64_t due_ms = 0;
    struct rv_floors floors = { 0 };
    struct rv_taker with = queue_taker(7);
    with.floors = &floors;
    rv_clock_fake(1800000000000);
    int64_t low = queue_put(&(struct rv_message_spec){ .method_name = "low" });
    rv_test_script(queue_store, "UPDATE miq_queue SET state = 'error'");
    queue_put(&(struct rv_message_spec){ .method_name = "m" });
    assert_string_equal(queue_take_method(&with), "m");
    floors.full_took_us = 100000; /* as if it had read past a lot */
    assert_int_equal(rv_queue_send_again(queue_store, low, &err), 0);
    assert_string_equal(queue_take_method(&with), "");
    assert_int_equal(rv_queue_next_due(queue_store, &with, &due_ms, &err), 0);
    assert_int_equal(due_ms, 1000);
    rv_clock_advance(1000);
    assert_string_equal(queue_take_method(&with), "low");
}

/* Those that arrive within a moment. */
static int
notifications(struct rv_store *listener)
{
    rv_err err = RV_ERR_INIT;
    const char *channel, *payload;
    int count = 0;
    for (int i = 0; i < 40; i++) {
        while (rv_store_notified(listener, &channel, &payload, &err) > 0)
            count++;
        usleep(5000);
    }
    return count;
}

static void
under_load_little_is_said_and_nothing_is_missed(void **state)
{
    (void)state;
    rv_err err = RV_ERR_INIT;
    struct rv_taker me = queue_taker(7);
    only_postgres(); /* the supervisor tells SQLite's one host */
    struct rv_store *listener = rv_test_store_open(&queue_db);
    assert_int_equal(rv_store_listen(listener, RV_QUEUE_CHANNEL, &err), 0);
    rv_clock_fake(1800000000000);
    for (int i = 0; i < 20; i++)
        queue_put(&(struct rv_message_spec){ .method_name = "m" });
    assert_int_equal(notifications(listener), 1);
    /* The one that the last word was about is taken: who took it may have looked already. */
    for (int i = 0; i < 20; i++)
        assert_string_equal(queue_take_method(&me), "m");
    queue_put(&(struct rv_message_spec){ .method_name = "m" });
    assert_int_equal(notifications(listener), 1);
    /* Other takers than those that were told. */
    queue_put(&(struct rv_message_spec){ .method_name = "m", .priority = 20 });
    queue_put(&(struct rv_message_spec){ .method_name = "m", .queue_name = "ems_5" });
    assert_int_equal(notifications(listener), 2);
    rv_clock_advance(10);
    queue_put(&(struct rv_message_spec){ .method_name = "m" });
    assert_int_equal(notifications(listener), 1);
    rv_store_close(listener);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        QUEUE_TEST(a_batch_is_of_one_kind_and_priority_and_in_order),
        QUEUE_TEST(what_may_not_run_again_is_taken_alone),
        QUEUE_TEST(a_batch_is_acknowledged_in_one_statement),
        QUEUE_TEST(tasks_and_callbacks_of_a_batch_end_too),
        QUEUE_TEST(a_stale_one_of_a_batch_is_told_and_stays),
        QUEUE_TEST(what_goes_back_from_a_batch_loses_no_attempt),
        QUEUE_TEST(looks_above_the_floors_keep_to_the_order),
        QUEUE_TEST(claims_without_a_look_keep_to_the_order),
        QUEUE_TEST(while_there_is_more_a_claim_takes_one_statement),
        QUEUE_TEST(after_a_claim_of_several_commits_wait_for_the_disk_again),
        QUEUE_TEST(what_may_not_run_again_is_claimed_for_good_behind_what_may),
        QUEUE_TEST(messages_of_different_generations_are_acknowledged_together),
        QUEUE_TEST(a_message_below_the_floor_is_found_soon),
        QUEUE_TEST(when_looks_at_everything_are_dear_they_are_rare_but_not_forgotten),
        QUEUE_TEST(under_load_little_is_said_and_nothing_is_missed),
    };
    return cmocka_run_group_tests_name("queue_batch", tests, NULL, NULL);
}
