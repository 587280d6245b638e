/* SPDX-License-Identifier: Apache-2.0
 *
 * The queue on both stores: order, routing, leases, many takers.
 */
#include "queue_fixture.h"

#include <string.h>
#include <unistd.h>

static void
lower_priority_first_then_by_id(void **state)
{
    (void)state;
    static const int priorities[] = { 150, 100, 20, 90, 100, 20 };
    int64_t ids[6];
    static const int order[] = { 2, 5, 3, 1, 4, 0 };
    struct rv_taker me = queue_taker(7);
    for (int i = 0; i < 6; i++)
        ids[i] =
            queue_put(&(struct rv_message_spec){ .method_name = "m", .priority = priorities[i] });
    for (int i = 0; i < 6; i++) {
        rv_err err = RV_ERR_INIT;
        struct rv_message *message = queue_take(&me);
        assert_non_null(message);
        assert_int_equal(message->id, ids[order[i]]);
        assert_int_equal(message->priority, priorities[order[i]]);
        assert_int_equal(rv_queue_done(queue_store, message, 7, &err), 0);
        rv_message_free(message);
    }
    assert_null(queue_take(&me));
    assert_int_equal(rv_test_int(queue_store, "SELECT COUNT(*) FROM miq_queue"), 0);
}

static void
a_priority_worker_leaves_what_is_above_its_ceiling(void **state)
{
    (void)state;
    struct rv_taker priority = queue_taker(7);
    priority.max_priority = RV_PRIORITY_HIGH;
    queue_put(&(struct rv_message_spec){ .method_name = "slow", .priority = 21 });
    assert_string_equal(queue_take_method(&priority), "");
    queue_put(&(struct rv_message_spec){ .method_name = "fast", .priority = 20 });
    assert_string_equal(queue_take_method(&priority), "fast");
}

static void
what_was_put_arrives_whole(void **state)
{
    (void)state;
    struct rv_taker me = queue_taker(7);
    queue_put(&(struct rv_message_spec){ .class_name = "Provider",
                                         .method_name = "destroy",
                                         .target_id = 1000000000042,
                                         .args = "{\"a\":[1,\"\xc3\xa9\"]}",
                                         .flags = RV_MESSAGE_AGAIN,
                                         .timeout_ms = 90000,
                                         .max_attempts = 9 });
    struct rv_message *message = queue_take(&me);
    assert_string_equal(message->queue_name, "generic");
    assert_string_equal(message->class_name, "Provider");
    assert_string_equal(message->method_name, "destroy");
    assert_string_equal(message->args, "{\"a\":[1,\"\xc3\xa9\"]}");
    assert_int_equal(message->target_id, 1000000000042);
    assert_int_equal(message->flags, RV_MESSAGE_AGAIN);
    assert_int_equal(message->timeout_ms, 90000);
    assert_int_equal(message->max_attempts, 9);
    assert_int_equal(message->attempts, 1);
    assert_int_equal(message->generation, 1);
    rv_message_free(message);
}

static void
mistaken_messages_are_refused(void **state)
{
    (void)state;
    rv_err err = RV_ERR_INIT;
    assert_int_equal(rv_queue_put(queue_store, &(struct rv_message_spec){ 0 }, NULL, &err),
                     RV_E_INVALID);
    assert_int_equal(rv_queue_put(queue_store,
                                  &(struct rv_message_spec){ .method_name = "m", .priority = 201 },
                                  NULL, &err),
                     RV_E_INVALID);
    char *args = rv_alloc((1 << 20) + 2);
    memset(args, ' ', (1 << 20) + 1);
    assert_int_equal(rv_queue_put(queue_store,
                                  &(struct rv_message_spec){ .method_name = "m", .args = args },
                                  NULL, &err),
                     RV_E_LIMIT);
    free(args);
    assert_int_equal(rv_test_int(queue_store, "SELECT COUNT(*) FROM miq_queue"), 0);
}

static void
routing_is_by_queue_role_zone_and_server(void **state)
{
    (void)state;
    static const char *const two_queues[] = { "generic", "ems_5", NULL };
    static const char *const roles[] = { "automate", "event", NULL };
    struct rv_taker plain = queue_taker(7), other = queue_taker(7);
    const struct {
        struct rv_message_spec spec;
        int plain, other;
    } rows[] = {
        { { .method_name = "m" }, 1, 1 },
        { { .method_name = "m", .queue_name = "ems_5" }, 0, 1 },
        { { .method_name = "m", .queue_name = "ems_6" }, 0, 0 },
        { { .method_name = "m", .role = "event" }, 0, 1 },
        { { .method_name = "m", .role = "scheduler" }, 0, 0 },
        { { .method_name = "m", .zone = "default" }, 1, 0 },
        { { .method_name = "m", .zone = "north" }, 0, 1 },
        { { .method_name = "m", .server_guid = "me" }, 1, 0 },
        { { .method_name = "m", .server_guid = "you" }, 0, 1 },
    };
    other.queues = two_queues;
    other.roles = roles;
    other.zone = "north";
    other.server_guid = "you";
    for (size_t i = 0; i < RV_COUNT(rows); i++) {
        queue_put(&rows[i].spec);
        assert_string_equal(queue_take_method(&plain), rows[i].plain ? "m" : "");
        if (rows[i].plain)
            queue_put(&rows[i].spec);
        assert_string_equal(queue_take_method(&other), rows[i].other ? "m" : "");
        rv_test_script(queue_store, "DELETE FROM miq_queue");
    }
}

static void
a_later_message_waits_for_its_time(void **state)
{
    (void)state;
    rv_err err = RV_ERR_INIT;
    int64_t due_ms = 0;
    struct rv_taker me = queue_taker(7);
    rv_clock_fake(1800000000000);
    assert_int_equal(rv_queue_next_due(queue_store, &me, &due_ms, &err), 0);
    assert_int_equal(due_ms, -1);
    queue_put(
        &(struct rv_message_spec){ .method_name = "later", .deliver_on = rv_now_ms() + 5000 });
    assert_int_equal(rv_queue_next_due(queue_store, &me, &due_ms, &err), 0);
    assert_int_equal(due_ms, 5000);
    rv_clock_advance(4999);
    assert_string_equal(queue_take_method(&me), "");
    rv_clock_advance(1);
    assert_int_equal(rv_queue_next_due(queue_store, &me, &due_ms, &err), 0);
    assert_int_equal(due_ms, 0);
    assert_string_equal(queue_take_method(&me), "later");
}

static void
an_identical_ready_message_is_not_put_again(void **state)
{
    (void)state;
    rv_err err = RV_ERR_INIT;
    int64_t first = 0, second = 0;
    struct rv_taker me = queue_taker(7);
    const struct rv_message_spec spec = { .class_name = "Provider",
                                          .method_name = "refresh",
                                          .target_id = 5 };
    struct rv_message_spec differs = spec;
    assert_int_equal(rv_queue_put_unless_exists(queue_store, &spec, &first, &err), 1);
    assert_int_equal(rv_queue_put_unless_exists(queue_store, &spec, &second, &err), 0);
    assert_int_equal(first, second);
    differs.target_id = 6;
    assert_int_equal(rv_queue_put_unless_exists(queue_store, &differs, &second, &err), 1);
    differs = spec;
    differs.args = "{\"x\":1}";
    assert_int_equal(rv_queue_put_unless_exists(queue_store, &differs, &second, &err), 1);
    /* One that is being worked on does not count: what changed since must be seen. But for what is
     * to be done once it does. */
    struct rv_message *message = queue_take(&me);
    assert_int_equal(message->id, first);
    differs = spec;
    differs.flags = RV_MESSAGE_ONCE;
    assert_int_equal(rv_queue_put_unless_exists(queue_store, &differs, &second, &err), 0);
    assert_int_equal(first, second);
    assert_int_equal(rv_queue_put_unless_exists(queue_store, &spec, &second, &err), 1);
    assert_int_not_equal(first, second);
    /* And when it is given back there are two, which hurts nobody. */
    assert_int_equal(rv_queue_release_holder(queue_store, 7, "gone", NULL, &err), 0);
    assert_int_equal(rv_queue_put_unless_exists(queue_store, &spec, &second, &err), 0);
    rv_message_free(message);
    /* A plain put never looks. */
    queue_put(&spec);
    queue_put(&spec);
    assert_int_equal(rv_test_int(queue_store, "SELECT COUNT(*) FROM miq_queue WHERE target_id = 5"
                                              " AND args = '{}'"),
                     4);
}

static void
puts_belong_to_the_transaction_that_is_open(void **state)
{
    (void)state;
    rv_err err = RV_ERR_INIT;
    const struct rv_message_spec spec = { .method_name = "m" };
    assert_int_equal(rv_store_reserve_ids(queue_store, 2, &err), 0);
    assert_int_equal(rv_store_begin(queue_store, &err), 0);
    queue_put(&spec);
    assert_int_equal(rv_queue_put_unless_exists(queue_store, &spec, NULL, &err), 0);
    rv_store_rollback(queue_store);
    assert_int_equal(rv_test_int(queue_store, "SELECT COUNT(*) FROM miq_queue"), 0);
}

static void
a_stale_generation_changes_nothing(void **state)
{
    (void)state;
    rv_err err = RV_ERR_INIT, why = RV_ERR_INIT;
    struct rv_taker first = queue_taker(7), second = queue_taker(8);
    rv_fail(&why, RV_E_UNAVAILABLE, "down");
    queue_put(&(struct rv_message_spec){ .method_name = "m", .flags = RV_MESSAGE_AGAIN });
    struct rv_message *old = queue_take(&first);
    assert_int_equal(rv_queue_release_holder(queue_store, 7, "frozen", NULL, &err), 0);
    assert_int_equal(rv_queue_done(queue_store, old, 7, &err), RV_E_STALE);
    struct rv_message *new = queue_take(&second);
    assert_int_equal(new->id, old->id);
    assert_int_equal(new->generation, old->generation + 1);
    assert_int_equal(rv_queue_done(queue_store, old, 7, &err), RV_E_STALE);
    if (rv_queue_failed(queue_store, old, 7, &why, 0, &err) != RV_E_STALE)
        fail_msg("%s", err.text);
    assert_int_equal(rv_queue_give_back(queue_store, old, 7, &err), RV_E_STALE);
    /* The same worker may have taken it again: still another generation. */
    assert_int_equal(rv_queue_done(queue_store, old, 8, &err), RV_E_STALE);
    assert_int_equal(
        rv_test_int(queue_store, "SELECT COUNT(*) FROM miq_queue WHERE state = 'dequeue'"), 1);
    assert_int_equal(rv_queue_done(queue_store, new, 8, &err), 0);
    rv_message_free(old);
    rv_message_free(new);
}

static void
a_dead_workers_messages_are_ready_again_at_once(void **state)
{
    (void)state;
    rv_err err = RV_ERR_INIT;
    int64_t returned = 0;
    struct rv_taker me = queue_taker(7), you = queue_taker(8);
    queue_put(&(struct rv_message_spec){ .method_name = "again", .flags = RV_MESSAGE_AGAIN });
    queue_put(&(struct rv_message_spec){ .method_name = "once" });
    queue_put(&(struct rv_message_spec){ .method_name = "yours", .flags = RV_MESSAGE_AGAIN });
    rv_message_free(queue_take(&me));
    rv_message_free(queue_take(&me));
    rv_message_free(queue_take(&you));
    assert_int_equal(rv_queue_release_holder(queue_store, 7, "killed by signal 9", &returned, &err),
                     0);
    assert_int_equal(returned, 1);
    assert_string_equal(queue_take_method(&me), "again");
    assert_string_equal(queue_take_method(&me), "");
    RV_AUTO_FREE char *error =
        rv_test_text(queue_store, "SELECT error FROM miq_queue WHERE method_name = 'once'");
    assert_string_equal(error, "killed by signal 9");
    assert_int_equal(
        rv_test_int(queue_store, "SELECT COUNT(*) FROM miq_queue WHERE state = 'dequeue'"), 1);
}

static void
what_keeps_failing_is_dead_and_can_be_sent_again(void **state)
{
    (void)state;
    rv_err err = RV_ERR_INIT;
    struct rv_taker me = queue_taker(7);
    int64_t id = queue_put(&(struct rv_message_spec){
        .method_name = "m", .flags = RV_MESSAGE_AGAIN, .max_attempts = 2 });
    for (int i = 0; i < 2; i++) {
        rv_message_free(queue_take(&me));
        assert_int_equal(rv_queue_release_holder(queue_store, 7, "crash", NULL, &err), 0);
    }
    assert_string_equal(queue_take_method(&me), "");
    assert_int_equal(rv_test_int(queue_store, "SELECT COUNT(*) FROM miq_queue WHERE state = 'error'"
                                              " AND dead_on IS NOT NULL"),
                     1);
    assert_int_equal(rv_queue_send_again(queue_store, id, &err), 0);
    assert_int_equal(rv_queue_send_again(queue_store, id, &err), RV_E_CONFLICT);
    assert_non_null(strstr(err.text, "is ready; only dead messages are sent again"));
    rv_err_clear(&err);
    assert_int_equal(rv_queue_send_again(queue_store, id + 1000, &err), RV_E_NOT_FOUND);
    struct rv_message *message = queue_take(&me);
    assert_int_equal(message->attempts, 1);
    assert_int_equal(rv_queue_done(queue_store, message, 7, &err), 0);
    rv_message_free(message);
}

static void
a_failed_message_waits_and_counts_its_attempts(void **state)
{
    (void)state;
    rv_err err = RV_ERR_INIT, why = RV_ERR_INIT;
    struct rv_taker me = queue_taker(7);
    rv_clock_fake(1800000000000);
    rv_fail(&why, RV_E_UNAVAILABLE, "connection refused");
    queue_put(&(struct rv_message_spec){
        .method_name = "m", .flags = RV_MESSAGE_AGAIN, .max_attempts = 2 });
    struct rv_message *message = queue_take(&me);
    assert_int_equal(rv_queue_failed(queue_store, message, 7, &why, 10000, &err), 0);
    rv_message_free(message);
    assert_string_equal(queue_take_method(&me), "");
    rv_clock_advance(10000);
    message = queue_take(&me);
    assert_int_equal(message->attempts, 2);
    assert_int_equal(rv_queue_failed(queue_store, message, 7, &why, 10000, &err), 1);
    rv_message_free(message);
    RV_AUTO_FREE char *class = rv_test_text(queue_store, "SELECT error_class FROM miq_queue");
    assert_string_equal(class, "unavailable");
}

static void
an_attempt_that_was_given_back_does_not_count(void **state)
{
    (void)state;
    rv_err err = RV_ERR_INIT;
    struct rv_taker me = queue_taker(7);
    queue_put(&(struct rv_message_spec){ .method_name = "m", .flags = RV_MESSAGE_AGAIN });
    for (int i = 0; i < 5; i++) {
        struct rv_message *message = queue_take(&me);
        assert_int_equal(message->attempts, 1);
        assert_int_equal(rv_queue_give_back(queue_store, message, 7, &err), 0);
        rv_message_free(message);
    }
}

static void
leases_hold_while_they_are_renewed(void **state)
{
    (void)state;
    rv_err err = RV_ERR_INIT;
    int64_t returned = 0;
    struct rv_taker live = queue_taker(7), gone = queue_taker(8);
    const int64_t holders[] = { 7, 9 };
    rv_clock_fake(1800000000000);
    queue_put(&(struct rv_message_spec){ .method_name = "a", .flags = RV_MESSAGE_AGAIN });
    queue_put(&(struct rv_message_spec){ .method_name = "b", .flags = RV_MESSAGE_AGAIN });
    struct rv_message *mine = queue_take(&live);
    rv_message_free(queue_take(&gone));
    for (int i = 0; i < 4; i++) {
        rv_clock_advance(10000);
        assert_int_equal(rv_queue_renew(queue_store, holders, 2, 30000, &err), 0);
        assert_int_equal(rv_queue_release_expired(queue_store, &returned, &err), 0);
        assert_int_equal(returned, i == 2);
    }
    assert_int_equal(rv_queue_done(queue_store, mine, 7, &err), 0);
    rv_message_free(mine);
    assert_string_equal(queue_take_method(&live), "b");
}

static void
a_message_that_nobody_will_take_is_given_up(void **state)
{
    (void)state;
    rv_err err = RV_ERR_INIT, why = RV_ERR_INIT;
    struct rv_taker me = queue_taker(7);
    int64_t id = queue_put(&(struct rv_message_spec){ .method_name = "m" });
    rv_fail(&why, RV_E_AUTH, "token refused");
    assert_int_equal(rv_queue_give_up(queue_store, id, &why, &err), 0);
    assert_string_equal(queue_take_method(&me), "");
    RV_AUTO_FREE char *error = rv_test_text(queue_store, "SELECT error FROM miq_queue");
    assert_string_equal(error, "token refused");
    assert_int_equal(rv_queue_give_up(queue_store, id, &why, &err), RV_E_NOT_FOUND);
}

static void
queues_with_work_are_named(void **state)
{
    (void)state;
    rv_err err = RV_ERR_INIT;
    char **names = NULL;
    struct rv_taker me = queue_taker(7);
    rv_clock_fake(1800000000000);
    queue_put(&(struct rv_message_spec){ .method_name = "m", .queue_name = "ems_5" });
    queue_put(
        &(struct rv_message_spec){ .method_name = "m", .queue_name = "ems_5", .target_id = 3 });
    queue_put(
        &(struct rv_message_spec){ .method_name = "m", .queue_name = "ems_6", .zone = "north" });
    queue_put(
        &(struct rv_message_spec){ .method_name = "m", .queue_name = "ems_7", .role = "event" });
    queue_put(&(struct rv_message_spec){
        .method_name = "m", .queue_name = "ems_8", .deliver_on = rv_now_ms() + 1 });
    queue_put(&(struct rv_message_spec){ .method_name = "m", .queue_name = "ems_9" });
    assert_int_equal(rv_queue_due(queue_store, &me, &names, &err), 0);
    assert_string_equal(names[0], "ems_5");
    assert_string_equal(names[1], "ems_9");
    assert_null(names[2]);
    rv_queue_names_free(names);
    rv_test_script(queue_store, "DELETE FROM miq_queue WHERE queue_name IN ('ems_5', 'ems_9')");
    rv_clock_advance(1);
    assert_int_equal(rv_queue_due(queue_store, &me, &names, &err), 0);
    assert_string_equal(names[0], "ems_8");
    assert_null(names[1]);
    rv_queue_names_free(names);
}

static int
write_id(int out, const struct rv_message *message)
{
    return write(out, &message->id, sizeof(message->id)) != sizeof(message->id);
}

static int
write_ids(void *arg, int index)
{
    const int *ends = arg;
    close(ends[0]);
    return queue_take_until_empty(100 + index, write_id, ends[1]);
}

static void
put_many(int count)
{
    rv_err err = RV_ERR_INIT;
    assert_int_equal(rv_store_reserve_ids(queue_store, count, &err), 0);
    assert_int_equal(rv_store_begin(queue_store, &err), 0);
    for (int i = 0; i < count; i++)
        queue_put(&(struct rv_message_spec){ .method_name = "m", .priority = 50 + i % 3 });
    assert_int_equal(rv_store_commit(queue_store, &err), 0);
}

static int
compare_ids(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return x < y ? -1 : x > y;
}

static void
each_message_has_exactly_one_handler(void **state)
{
    (void)state;
    enum { TAKERS = 8 };
    const char *deep = getenv("REEVE_TEST_DEEP");
    int messages = deep && *deep ? 10000 : 600, count = 0;
    pid_t pids[TAKERS];
    int ends[2];
    put_many(messages);
    assert_int_equal(pipe(ends), 0);
    queue_fork(pids, TAKERS, write_ids, ends);
    close(ends[1]);
    int64_t *ids = rv_alloc(sizeof(int64_t) * (size_t)(messages + 1));
    while (count <= messages && read(ends[0], &ids[count], sizeof(int64_t)) == sizeof(int64_t))
        count++;
    close(ends[0]);
    queue_join(pids, TAKERS);
    assert_int_equal(count, messages);
    qsort(ids, (size_t)count, sizeof(int64_t), compare_ids);
    for (int i = 1; i < count; i++)
        assert_true(ids[i - 1] < ids[i]);
    free(ids);
    assert_int_equal(rv_test_int(queue_store, "SELECT COUNT(*) FROM miq_queue"), 0);
}

static int
put_the_same(void *arg, int index)
{
    int rounds = *(const int *)arg;
    (void)index;
    rv_err err = RV_ERR_INIT;
    struct rv_store *own = rv_test_store_open(&queue_db);
    int bad = 0;
    for (int i = 0; i < rounds && !bad; i++) {
        const struct rv_message_spec spec = { .method_name = "same", .target_id = i + 1 };
        bad = rv_queue_put_unless_exists(own, &spec, NULL, &err) < 0;
    }
    if (bad)
        fprintf(stderr, "putter: %s\n", err.text);
    rv_store_close(own);
    return bad;
}

static void
concurrent_identical_puts_leave_one(void **state)
{
    (void)state;
    enum { PUTTERS = 8 };
    int rounds = 40;
    pid_t pids[PUTTERS];
    queue_fork(pids, PUTTERS, put_the_same, &rounds);
    queue_join(pids, PUTTERS);
    assert_int_equal(rv_test_int(queue_store, "SELECT COUNT(*) FROM miq_queue"), rounds);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        QUEUE_TEST(lower_priority_first_then_by_id),
        QUEUE_TEST(a_priority_worker_leaves_what_is_above_its_ceiling),
        QUEUE_TEST(what_was_put_arrives_whole),
        QUEUE_TEST(mistaken_messages_are_refused),
        QUEUE_TEST(routing_is_by_queue_role_zone_and_server),
        QUEUE_TEST(a_later_message_waits_for_its_time),
        QUEUE_TEST(an_identical_ready_message_is_not_put_again),
        QUEUE_TEST(puts_belong_to_the_transaction_that_is_open),
        QUEUE_TEST(a_stale_generation_changes_nothing),
        QUEUE_TEST(a_dead_workers_messages_are_ready_again_at_once),
        QUEUE_TEST(what_keeps_failing_is_dead_and_can_be_sent_again),
        QUEUE_TEST(a_failed_message_waits_and_counts_its_attempts),
        QUEUE_TEST(an_attempt_that_was_given_back_does_not_count),
        QUEUE_TEST(leases_hold_while_they_are_renewed),
        QUEUE_TEST(a_message_that_nobody_will_take_is_given_up),
        QUEUE_TEST(queues_with_work_are_named),
        QUEUE_TEST(each_message_has_exactly_one_handler),
        QUEUE_TEST(concurrent_identical_puts_leave_one),
    };
    return cmocka_run_group_tests_name("queue", tests, NULL, NULL);
}
