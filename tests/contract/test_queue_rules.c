/* SPDX-License-Identifier: Apache-2.0
 *
 * The queue's finer rules on both stores: series, put-or-update, taking back, expiry, context.
 */
#include "queue_fixture.h"

#include <stdio.h>
#include <unistd.h>
#include "base/json.h"

static void
messages_of_one_series_run_one_after_another(void **state)
{
    (void)state;
    rv_err err = RV_ERR_INIT;
    struct rv_taker me = queue_taker(7), you = queue_taker(8);
    queue_put(&(struct rv_message_spec){ .method_name = "first", .series = "vm/5" });
    queue_put(&(struct rv_message_spec){ .method_name = "second", .series = "vm/5" });
    queue_put(&(struct rv_message_spec){ .method_name = "other", .series = "vm/6" });
    struct rv_message *first = queue_take(&me);
    assert_string_equal(first->method_name, "first");
    assert_string_equal(first->series, "vm/5");
    assert_string_equal(queue_take_method(&you), "other");
    assert_string_equal(queue_take_method(&you), "");
    assert_int_equal(rv_queue_done(queue_store, first, 7, &err), 0);
    assert_string_equal(queue_take_method(&you), "second");
    rv_message_free(first);
}

static void
a_waiting_series_does_not_keep_its_workers_awake(void **state)
{
    (void)state;
    rv_err err = RV_ERR_INIT;
    int64_t due_ms = 0;
    struct rv_taker me = queue_taker(7), you = queue_taker(8);
    queue_put(&(struct rv_message_spec){ .method_name = "first", .series = "s" });
    queue_put(&(struct rv_message_spec){ .method_name = "second", .series = "s" });
    rv_message_free(queue_take(&me));
    assert_int_equal(rv_queue_next_due(queue_store, &you, &due_ms, &err), 0);
    assert_int_equal(due_ms, -1);
}

static void
a_series_holds_within_a_zone(void **state)
{
    (void)state;
    struct rv_taker south = queue_taker(7), north = queue_taker(8);
    south.zone = "south";
    north.zone = "north";
    queue_put(&(struct rv_message_spec){ .method_name = "a", .series = "s", .zone = "south" });
    queue_put(&(struct rv_message_spec){ .method_name = "b", .series = "s", .zone = "north" });
    queue_put(&(struct rv_message_spec){ .method_name = "c", .series = "s" });
    rv_message_free(queue_take(&south));
    rv_message_free(queue_take(&north));                /* another zone */
    assert_string_equal(queue_take_method(&north), ""); /* of no zone: in any */
}

/* Ten series; what is begun and ended is written to the pipe, in the order in which it happens. */
struct happening {
    int series, begun;
};

static int
tell_happening(int out, const struct rv_message *message)
{
    struct happening happening = { .series = (int)message->target_id, .begun = 1 };
    int bad = write(out, &happening, sizeof(happening)) != sizeof(happening);
    happening.begun = 0;
    return bad || write(out, &happening, sizeof(happening)) != sizeof(happening);
}

static int
work_on_series(void *arg, int index)
{
    const int *ends = arg;
    close(ends[0]);
    return queue_take_until_empty(100 + index, tell_happening, ends[1]);
}

static void
put_series(int count)
{
    rv_err err = RV_ERR_INIT;
    assert_int_equal(rv_store_reserve_ids(queue_store, count, &err), 0);
    assert_int_equal(rv_store_begin(queue_store, &err), 0);
    for (int i = 0; i < count; i++) {
        char series[16];
        snprintf(series, sizeof(series), "s%d", i % 10);
        queue_put(&(struct rv_message_spec){
            .method_name = "m", .series = series, .target_id = 1 + i % 10 });
    }
    assert_int_equal(rv_store_commit(queue_store, &err), 0);
}

static void
eight_takers_never_work_on_two_of_one_series(void **state)
{
    (void)state;
    enum { TAKERS = 8, MESSAGES = 400 };
    pid_t pids[TAKERS];
    int ends[2], at_work[11] = { 0 }, done = 0;
    struct happening happening;
    put_series(MESSAGES);
    assert_int_equal(pipe(ends), 0);
    queue_fork(pids, TAKERS, work_on_series, ends);
    close(ends[1]);
    while (read(ends[0], &happening, sizeof(happening)) == sizeof(happening)) {
        assert_int_equal(at_work[happening.series], !happening.begun);
        at_work[happening.series] = happening.begun;
        done += !happening.begun;
    }
    close(ends[0]);
    queue_join(pids, TAKERS);
    assert_int_equal(done, MESSAGES);
}

/* Adds one to {"n": ...} of the message that is there. */
static int
count_up(void *arg, const struct rv_message *found, struct rv_message_spec *spec, rv_err *err)
{
    char *args = arg;
    RV_AUTO_JSON cJSON *old = NULL;
    if (found && rv_json_parse(&old, found->args, strlen(found->args), 1000, 0, err))
        return err->code;
    snprintf(args, 32, "{\"n\":%lld}", (long long)rv_json_int(old, "n", 0) + 1);
    spec->args = args;
    return 0;
}

static void
put_or_update_merges_into_the_message_that_waits(void **state)
{
    (void)state;
    rv_err err = RV_ERR_INIT;
    int64_t first = 0, second = 0;
    char args[32];
    struct rv_taker me = queue_taker(7);
    const struct rv_message_spec spec = {
        .class_name = "Provider", .method_name = "refresh", .target_id = 5, .timeout_ms = 60000
    };
    struct rv_message_spec other = spec, shorter = spec, longer = spec;
    other.target_id = 6;
    shorter.timeout_ms = 1000;
    longer.timeout_ms = 90000;
    assert_int_equal(rv_queue_put_or_update(queue_store, &spec, count_up, args, &first, &err), 1);
    assert_int_equal(rv_queue_put_or_update(queue_store, &shorter, count_up, args, &second, &err),
                     0);
    assert_int_equal(first, second);
    assert_int_equal(rv_test_int(queue_store, "SELECT msg_timeout FROM miq_queue"), 60);
    assert_int_equal(rv_queue_put_or_update(queue_store, &longer, count_up, args, &second, &err),
                     0);
    assert_int_equal(rv_test_int(queue_store, "SELECT msg_timeout FROM miq_queue"), 90);
    assert_int_equal(rv_queue_put_or_update(queue_store, &other, count_up, args, NULL, &err), 1);
    struct rv_message *message = queue_take(&me);
    assert_int_equal(message->id, first);
    assert_string_equal(message->args, "{\"n\":3}");
    /* It is worked on: what comes now is for the next one. */
    assert_int_equal(rv_queue_put_or_update(queue_store, &spec, count_up, args, &second, &err), 1);
    assert_int_not_equal(first, second);
    rv_message_free(message);
}

static int
leave_it(void *arg, const struct rv_message *found, struct rv_message_spec *spec, rv_err *err)
{
    (void)spec;
    (*(int *)arg)++;
    if (found == NULL)
        return rv_fail(err, RV_E_INVALID, "nothing to leave");
    return 1;
}

static void
a_merge_may_leave_the_message_as_it_is_or_refuse(void **state)
{
    (void)state;
    rv_err err = RV_ERR_INIT;
    int calls = 0;
    char args[32];
    const struct rv_message_spec spec = { .method_name = "m", .timeout_ms = 60000 };
    assert_int_equal(rv_queue_put_or_update(queue_store, &spec, leave_it, &calls, NULL, &err),
                     RV_E_INVALID);
    assert_int_equal(queue_count("TRUE"), 0);
    rv_err_clear(&err);
    assert_int_equal(rv_queue_put_or_update(queue_store, &spec, count_up, args, NULL, &err), 1);
    assert_int_equal(rv_queue_put_or_update(queue_store, &spec, leave_it, &calls, NULL, &err), 0);
    assert_int_equal(calls, 2);
    assert_int_equal(queue_count("lock_version = 0"), 1);
}

/* A worker that takes the message while its merge goes on, when the store lets it. */
struct thief {
    struct rv_store *store;
    char args[32];
    int calls, taken;
};

static int
be_robbed(void *arg, const struct rv_message *found, struct rv_message_spec *spec, rv_err *err)
{
    struct thief *thief = arg;
    struct rv_message *stolen = NULL;
    struct rv_taker other = queue_taker(8);
    rv_err busy = RV_ERR_INIT;
    if (thief->calls++ == 0) {
        assert_non_null(found);
        thief->taken = rv_queue_take(thief->store, &other, &stolen, &busy);
        rv_message_free(stolen);
    }
    return count_up(thief->args, found, spec, err);
}

static void
a_merge_that_a_worker_overtakes_is_tried_again(void **state)
{
    (void)state;
    rv_err err = RV_ERR_INIT;
    struct thief thief = { 0 };
    const struct rv_message_spec spec = { .method_name = "m" };
    thief.store = rv_test_store_open_timed(&queue_db, 0, 20);
    assert_int_equal(rv_queue_put_or_update(queue_store, &spec, count_up, thief.args, NULL, &err),
                     1);
    if (rv_test_is_postgres()) {
        assert_int_equal(rv_queue_put_or_update(queue_store, &spec, be_robbed, &thief, NULL, &err),
                         1);
        assert_int_equal(thief.taken, 1);
        assert_int_equal(thief.calls, 2);
        assert_int_equal(queue_count("state = 'dequeue' AND args = '{\"n\":1}'"), 1);
        assert_int_equal(queue_count("state = 'ready' AND args = '{\"n\":1}'"), 1);
    } else { /* one writer: nobody takes while another changes */
        assert_int_equal(rv_queue_put_or_update(queue_store, &spec, be_robbed, &thief, NULL, &err),
                         0);
        assert_int_equal(thief.taken, RV_E_UNAVAILABLE);
        assert_int_equal(thief.calls, 1);
        assert_int_equal(queue_count("state = 'ready' AND args = '{\"n\":2}'"), 1);
        assert_int_equal(queue_count("TRUE"), 1);
    }
    rv_store_close(thief.store);
}

static int
count_up_often(void *arg, int index)
{
    int rounds = *(const int *)arg;
    (void)index;
    rv_err err = RV_ERR_INIT;
    struct rv_store *own = rv_test_store_open(&queue_db);
    const struct rv_message_spec spec = { .method_name = "sum" };
    char args[32];
    int bad = 0;
    for (int i = 0; i < rounds && !bad; i++)
        bad = rv_queue_put_or_update(own, &spec, count_up, args, NULL, &err) < 0;
    if (bad)
        fprintf(stderr, "%s\n", err.text);
    rv_store_close(own);
    return bad;
}

static void
concurrent_merges_lose_nothing(void **state)
{
    (void)state;
    enum { PUTTERS = 6 };
    int rounds = 25;
    pid_t pids[PUTTERS];
    queue_fork(pids, PUTTERS, count_up_often, &rounds);
    queue_join(pids, PUTTERS);
    RV_AUTO_FREE char *args = rv_test_text(queue_store, "SELECT args FROM miq_queue");
    assert_string_equal(args, "{\"n\":150}");
    assert_int_equal(queue_count("TRUE"), 1);
}

static void
a_message_that_was_not_begun_in_time_expires(void **state)
{
    (void)state;
    rv_err err = RV_ERR_INIT;
    int64_t count = 0;
    struct rv_taker me = queue_taker(7);
    rv_clock_fake(1800000000000);
    queue_put(&(struct rv_message_spec){
        .method_name = "soon", .expires_on = rv_now_ms() + 1000, .task_id = queue_new_task() });
    queue_put(&(struct rv_message_spec){ .method_name = "any time" });
    assert_int_equal(rv_queue_expire(queue_store, &count, &err), 0);
    assert_int_equal(count, 0);
    rv_clock_advance(1000);
    assert_string_equal(queue_take_method(&me), "any time");
    assert_string_equal(queue_take_method(&me), "");
    assert_int_equal(rv_queue_expire(queue_store, &count, &err), 0);
    assert_int_equal(count, 1);
    assert_int_equal(queue_count("TRUE"), 0);
    RV_AUTO_FREE char *status = rv_test_text(queue_store, "SELECT status FROM miq_tasks");
    assert_string_equal(status, "Expired");
}

static void
what_is_put_while_a_message_is_worked_on_inherits_its_context(void **state)
{
    (void)state;
    struct rv_taker me = queue_taker(7);
    queue_put(&(struct rv_message_spec){ .method_name = "parent",
                                         .user_id = 1,
                                         .group_id = 2,
                                         .tenant_id = 3,
                                         .tracking_label = "order 66",
                                         .series = "s" });
    struct rv_message *parent = queue_take(&me);
    rv_queue_working_on(parent);
    queue_put(&(struct rv_message_spec){ .method_name = "child" });
    queue_put(&(struct rv_message_spec){
        .method_name = "own", .user_id = 9, .tracking_label = "mine", .series = "" });
    rv_queue_working_on(NULL);
    queue_put(&(struct rv_message_spec){ .method_name = "stranger" });
    assert_int_equal(queue_count("method_name = 'child' AND user_id = 1 AND group_id = 2"
                                 " AND tenant_id = 3 AND tracking_label = 'order 66'"
                                 " AND task_id = 's'"),
                     1);
    assert_int_equal(queue_count("method_name = 'own' AND user_id = 9 AND group_id = 2"
                                 " AND tracking_label = 'mine' AND task_id IS NULL"),
                     1);
    assert_int_equal(queue_count("method_name = 'stranger' AND user_id IS NULL"
                                 " AND tracking_label IS NULL AND task_id IS NULL"),
                     1);
    rv_message_free(parent);
}

static void
only_a_dead_message_is_deleted(void **state)
{
    (void)state;
    rv_err err = RV_ERR_INIT, why = RV_ERR_INIT;
    int64_t id = queue_put(&(struct rv_message_spec){ .method_name = "m" });
    rv_fail(&why, RV_E_INVALID, "no");
    assert_int_equal(rv_queue_delete_dead(queue_store, id, &err), RV_E_CONFLICT);
    rv_err_clear(&err);
    assert_int_equal(rv_queue_give_up(queue_store, id, &why, &err), 0);
    assert_int_equal(rv_queue_delete_dead(queue_store, id, &err), 0);
    assert_int_equal(rv_queue_delete_dead(queue_store, id, &err), RV_E_NOT_FOUND);
}

static void
add_line(void *arg, const struct rv_queue_count *count)
{
    char *out = arg;
    size_t length = strlen(out);
    snprintf(out + length, 400 - length, "%s %s %s %s %lld\n", count->state, count->queue_name,
             count->zone ? count->zone : "-", count->role ? count->role : "-",
             (long long)count->count);
}

static void
counts_by_state_queue_zone_and_role_are_those_of_the_table(void **state)
{
    (void)state;
    rv_err err = RV_ERR_INIT;
    char lines[400] = "";
    struct rv_taker me = queue_taker(7);
    queue_put(&(struct rv_message_spec){ .method_name = "m", .priority = 20 });
    queue_put(&(struct rv_message_spec){ .method_name = "m", .role = "event" });
    queue_put(&(struct rv_message_spec){ .method_name = "m", .role = "event" });
    queue_put(&(struct rv_message_spec){ .method_name = "m", .zone = "north" });
    queue_put(&(struct rv_message_spec){ .method_name = "m", .queue_name = "ems_5" });
    rv_message_free(queue_take(&me));
    assert_int_equal(rv_queue_counts(queue_store, add_line, lines, &err), 0);
    assert_string_equal(lines, "dequeue generic - - 1\n"
                               "ready ems_5 - - 1\n"
                               "ready generic north - 1\n"
                               "ready generic - event 2\n");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        QUEUE_TEST(messages_of_one_series_run_one_after_another),
        QUEUE_TEST(a_waiting_series_does_not_keep_its_workers_awake),
        QUEUE_TEST(a_series_holds_within_a_zone),
        QUEUE_TEST(eight_takers_never_work_on_two_of_one_series),
        QUEUE_TEST(put_or_update_merges_into_the_message_that_waits),
        QUEUE_TEST(a_merge_may_leave_the_message_as_it_is_or_refuse),
        QUEUE_TEST(a_merge_that_a_worker_overtakes_is_tried_again),
        QUEUE_TEST(concurrent_merges_lose_nothing),
        QUEUE_TEST(a_message_that_was_not_begun_in_time_expires),
        QUEUE_TEST(what_is_put_while_a_message_is_worked_on_inherits_its_context),
        QUEUE_TEST(only_a_dead_message_is_deleted),
        QUEUE_TEST(counts_by_state_queue_zone_and_role_are_those_of_the_table),
    };
    return cmocka_run_group_tests_name("queue_rules", tests, NULL, NULL);
}
