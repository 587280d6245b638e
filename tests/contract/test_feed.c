/* SPDX-License-Identifier: Apache-2.0
 *
 * The change feed: in commit order, read from any position, and honest about
 * what it no longer has.
 */
#include "contract.h"

#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>
#include "base/clock.h"
#include "model/model.h"
#include "base/json.h"
#include "store/feed.h"
#include "store/schema.h"

/* What a reader was handed, as text: "created task 5 1;" */
struct seen {
    rv_buf text;
    int count;
    int stop_after; /* 0: never */
    int64_t last;
};

static int
see(void *arg, const struct rv_change *change)
{
    struct seen *seen = arg;

    assert_true(change->number > seen->last);
    seen->last = change->number;
    rv_buf_addf(&seen->text, "%s %s %lld %lld %s;", rv_op_name(change->op), change->kind->name,
                (long long)change->id, (long long)change->ems_id,
                change->old_values ? change->old_values : "-");
    return ++seen->count == seen->stop_after;
}

static struct seen
seen_new(void)
{
    return (struct seen){ .text = rv_buf_limited(1 << 20) };
}

static int
read_changes(struct rv_store *store, struct rv_cursor *cursor, int limit, struct seen *seen)
{
    int count;

    must(count = rv_feed_read(store, cursor, limit, see, seen, err));
    return count;
}

static void
write_one(struct rv_store *store, const char *kind, int64_t id, int64_t ems_id, int op,
          const char *old_values)
{
    struct rv_feed *feed = rv_feed_new();

    rv_feed_add(feed, rv_model_kind(kind), id, ems_id, op, old_values);
    must(rv_store_begin(store, err));
    must(rv_feed_flush(feed, store, err));
    must(rv_store_commit(store, err));
    rv_feed_free(feed);
}

static struct rv_cursor
cursor_now(struct rv_store *store)
{
    struct rv_cursor cursor;

    must(rv_cursor_now(&cursor, store, err));
    return cursor;
}

static void
changes_are_read_in_order_and_once(void **state)
{
    struct rv_store *store = store_of(state);
    struct rv_cursor cursor = cursor_now(store);
    struct seen seen = seen_new();

    assert_int_equal(read_changes(store, &cursor, 10, &seen), 0);
    write_one(store, "container_group", 5, 3, RV_CREATED, NULL);
    write_one(store, "container_group", 5, 3, RV_UPDATED, "{\"phase\":\"Pending\"}");
    write_one(store, "task", 6, 0, RV_DELETED, "{}");
    assert_int_equal(read_changes(store, &cursor, 10, &seen), 3);
    assert_string_equal(rv_buf_text(&seen.text),
                        "created container_group 5 3 -;"
                        "updated container_group 5 3 {\"phase\":\"Pending\"};"
                        "deleted task 6 0 {};");
    assert_int_equal(read_changes(store, &cursor, 10, &seen), 0);
    rv_buf_free(&seen.text);
}

static void
a_reader_may_take_them_in_pieces_and_stop(void **state)
{
    struct rv_store *store = store_of(state);
    struct rv_cursor cursor = cursor_now(store);
    struct seen seen = seen_new();

    for (int i = 1; i <= 10; i++)
        write_one(store, "task", i, 0, RV_CREATED, NULL);
    assert_int_equal(read_changes(store, &cursor, 4, &seen), 4);
    seen.stop_after = 6;
    assert_int_equal(read_changes(store, &cursor, 100, &seen), 2);
    seen.stop_after = 0;
    assert_int_equal(read_changes(store, &cursor, 100, &seen), 4);
    assert_int_equal(seen.count, 10);
    rv_buf_free(&seen.text);
}

static int
query_inside(void *arg, const struct rv_change *change)
{
    (void)change;
    return rv_test_int(arg, "SELECT COUNT(*) FROM changes") == 0;
}

static void
a_readers_function_may_use_the_store(void **state)
{
    struct rv_store *store = store_of(state);
    struct rv_cursor cursor = cursor_now(store);
    int count;

    write_one(store, "task", 1, 0, RV_CREATED, NULL);
    write_one(store, "task", 2, 0, RV_CREATED, NULL);
    must(count = rv_feed_read(store, &cursor, 10, query_inside, store, err));
    assert_int_equal(count, 2);
}

static void
what_is_rolled_back_was_never_there(void **state)
{
    struct rv_store *store = store_of(state);
    struct rv_cursor cursor = cursor_now(store);
    struct rv_feed *feed = rv_feed_new();
    struct seen seen = seen_new();

    rv_feed_add(feed, rv_model_kind("task"), 1, 0, RV_CREATED, NULL);
    assert_int_equal(rv_feed_count(feed), 1);
    must(rv_store_begin(store, err));
    must(rv_feed_flush(feed, store, err));
    assert_int_equal(rv_feed_count(feed), 0);
    rv_store_rollback(store);
    rv_feed_add(feed, rv_model_kind("task"), 2, 0, RV_CREATED, NULL);
    rv_feed_reset(feed);
    must(rv_store_begin(store, err));
    must(rv_feed_flush(feed, store, err));
    must(rv_store_commit(store, err));
    assert_int_equal(read_changes(store, &cursor, 10, &seen), 0);
    rv_feed_free(feed);
}

static void
thousands_of_changes_go_in_one_transaction(void **state)
{
    struct rv_store *store = store_of(state);
    struct rv_cursor cursor = cursor_now(store);
    struct rv_feed *feed = rv_feed_new();
    struct seen seen = seen_new();

    for (int i = 0; i < 4321; i++)
        rv_feed_add(feed, rv_model_kind("task"), i + 1, 0, RV_UPDATED, "{\"message\":\"a\\tb\"}");
    must(rv_store_begin(store, err));
    must(rv_feed_flush(feed, store, err));
    must(rv_store_commit(store, err));
    while (read_changes(store, &cursor, 500, &seen) > 0)
        ;
    assert_int_equal(seen.count, 4321);
    rv_buf_free(&seen.text);
    rv_feed_free(feed);
}

/* Writes `count` transactions of three changes: ids writer * 1000000 + n. */
static int
write_many(struct rv_store *store, int writer, int count)
{
    struct rv_feed *feed = rv_feed_new();
    rv_err err = RV_ERR_INIT;

    for (int n = 0; n < count && !err.code; n++) {
        if (rv_store_begin(store, &err) < 0)
            break;
        for (int k = 0; k < 3; k++)
            rv_feed_add(feed, rv_model_kind("task"), writer * 1000000 + n * 3 + k + 1, 0,
                        RV_CREATED, NULL);
        usleep((useconds_t)(n % 3) * 500); /* the work before the feed, of different length */
        if (rv_feed_flush(feed, store, &err) < 0)
            break;
        usleep((useconds_t)((n + writer) % 4) * 700); /* and a slow commit */
        rv_store_commit(store, &err);
    }
    if (err.code)
        fprintf(stderr, "writer %d: %s\n", writer, err.text);
    return err.code != 0;
}

struct order {
    int64_t last_number;
    int64_t next_of[3]; /* of each writer */
    int count;
    int wrong;
};

static int
check_order(void *arg, const struct rv_change *change)
{
    struct order *order = arg;
    int writer = (int)(change->id / 1000000);

    order->wrong |= change->number <= order->last_number || writer < 1 || writer > 2 ||
                    change->id % 1000000 != ++order->next_of[writer];
    order->last_number = change->number;
    order->count++;
    return 0;
}

static void
a_reader_misses_nothing_of_two_writers(void **state)
{
    enum { TRANSACTIONS = 60 };
    struct rv_store *store = store_of(state);
    struct rv_cursor cursor = cursor_now(store);
    struct order order = { 0 };
    pid_t pids[2];

    for (int w = 0; w < 2; w++) {
        pids[w] = fork();
        assert_true(pids[w] >= 0);
        if (pids[w] == 0)
            _exit(write_many(second_store(state), w + 1, TRANSACTIONS));
    }
    /* While they write: a smaller number that commits later would be missed. */
    int64_t by_ms = rv_monotonic_ms() + 60000;
    while (order.count < 2 * 3 * TRANSACTIONS && rv_monotonic_ms() < by_ms)
        must(rv_feed_read(store, &cursor, 7, check_order, &order, err));
    for (int w = 0; w < 2; w++) {
        int status = -1;
        assert_int_equal(waitpid(pids[w], &status, 0), pids[w]);
        assert_int_equal(status, 0);
    }
    assert_int_equal(order.count, 2 * 3 * TRANSACTIONS);
    assert_false(order.wrong);
}

static void
an_expired_position_is_gone(void **state)
{
    struct rv_store *store = store_of(state);
    struct rv_cursor early = cursor_now(store), late;
    struct seen seen = seen_new();
    int64_t dropped = -1;

    rv_clock_fake(1800000000000);
    for (int i = 1; i <= 5; i++)
        write_one(store, "task", i, 0, RV_CREATED, NULL);
    rv_clock_advance(10000);
    late = cursor_now(store);
    write_one(store, "task", 6, 0, RV_CREATED, NULL);
    must(rv_feed_expire(store, 5000, 2, &dropped, err)); /* in bounded pieces */
    assert_int_equal(dropped, 2);
    must(rv_feed_expire(store, 5000, 100, &dropped, err));
    assert_int_equal(dropped, 3);
    must(rv_feed_expire(store, 5000, 100, &dropped, err));
    assert_int_equal(dropped, 0);
    must_fail(RV_E_GONE, rv_feed_read(store, &early, 10, see, &seen, err));
    assert_int_equal(read_changes(store, &late, 10, &seen), 1);
    rv_clock_real();
    rv_buf_free(&seen.text);
}

static void
an_empty_feed_knows_what_it_has_dropped(void **state)
{
    struct rv_store *store = store_of(state);
    struct rv_cursor early = cursor_now(store);
    struct seen seen = seen_new();

    rv_clock_fake(1800000000000);
    write_one(store, "task", 1, 0, RV_CREATED, NULL);
    struct rv_cursor at_end = cursor_now(store);
    rv_clock_advance(10000);
    must(rv_feed_expire(store, 5000, 100, NULL, err));
    must_fail(RV_E_GONE, rv_feed_read(store, &early, 10, see, &seen, err));
    assert_int_equal(read_changes(store, &at_end, 10, &seen), 0);
    struct rv_cursor now = cursor_now(store);
    assert_int_equal(now.number, at_end.number);
    write_one(store, "task", 2, 0, RV_CREATED, NULL);
    assert_int_equal(read_changes(store, &now, 10, &seen), 1);
    rv_clock_real();
    rv_buf_free(&seen.text);
}

static void
a_position_of_another_database_is_gone(void **state)
{
    struct rv_store *store = store_of(state);
    struct rv_cursor foreign = cursor_now(store), future = foreign;
    struct seen seen = seen_new();

    foreign.epoch++;
    future.number += 10; /* as after a restored backup */
    must_fail(RV_E_GONE, rv_feed_read(store, &foreign, 10, see, &seen, err));
    must_fail(RV_E_GONE, rv_feed_read(store, &future, 10, see, &seen, err));
}

static void
positions_are_written_and_read_as_text(void **state)
{
    static const char *const bad[] = { "",
                                       "-",
                                       "1",
                                       "1-",
                                       "-1",
                                       "a-1",
                                       "1-a",
                                       "1-1 ",
                                       " 1-1",
                                       "1--1",
                                       "1-2-3",
                                       "0x1-1",
                                       "99999999999999999999-1" };
    struct rv_cursor cursor = cursor_now(store_of(state)), again;
    char text[48];

    cursor.number = 1234567890123;
    rv_cursor_format(text, &cursor);
    must(rv_cursor_parse(&again, text, err));
    assert_true(again.epoch == cursor.epoch && again.number == cursor.number);
    for (size_t i = 0; i < RV_COUNT(bad); i++)
        must_fail(RV_E_INVALID, rv_cursor_parse(&again, bad[i], err));
}

static void
changes_of_unknown_kinds_are_passed_over(void **state)
{
    struct rv_store *store = store_of(state);
    struct rv_cursor cursor = cursor_now(store);
    struct seen seen = seen_new();

    rv_test_script(store, "INSERT INTO changes (kind, row_id, op, at) VALUES ('martian', 1, 1, 0)");
    write_one(store, "task", 2, 0, RV_CREATED, NULL);
    assert_int_equal(read_changes(store, &cursor, 10, &seen), 1);
    assert_string_equal(rv_buf_text(&seen.text), "created task 2 0 -;");
    assert_int_equal(read_changes(store, &cursor, 10, &seen), 0);
    rv_buf_free(&seen.text);
}

/* {"TEXT":"xxx..."} */
static char *
long_values(const char *name, size_t bytes)
{
    RV_AUTO_FREE char *text = rv_alloc(bytes + 1);
    memset(text, 'x', bytes);
    return rv_format("{\"%s\":\"%s\"}", name, text);
}

static void
no_change_is_so_large_that_a_reader_stops_at_it(void **state)
{
    struct rv_store *store = store_of(state);
    struct rv_cursor cursor = cursor_now(store);
    struct seen seen = seen_new();
    RV_AUTO_FREE char *long_text = long_values("message", 9 << 20);
    write_one(store, "task", 1, 0, RV_UPDATED, long_text);
    /* As a writer without a ceiling would leave it. */
    must_exec(store,
              "INSERT INTO changes (kind, row_id, op, columns, at) VALUES ('task', 2, 2, $1, 0)",
              rv_vtext(long_text));
    write_one(store, "task", 3, 0, RV_CREATED, NULL);
    while (read_changes(store, &cursor, 10, &seen) > 0)
        ;
    assert_string_equal(rv_buf_text(&seen.text),
                        "updated task 1 0 -;updated task 2 0 -;created task 3 0 -;");
    rv_buf_free(&seen.text);
}

static void
an_old_text_that_is_long_is_null_in_the_feed(void **state)
{
    const struct rv_kind *kind = rv_model_kind("task");
    const struct rv_column *column = &kind->columns[rv_kind_column(kind, "message")];
    RV_AUTO_FREE char *text = rv_alloc(RV_FEED_TEXT_MAX + 2);
    RV_AUTO_BUF rv_buf out = rv_buf_limited(1 << 20);
    rv_json_writer json = rv_json_to(&out);
    (void)state;
    memset(text, 'x', RV_FEED_TEXT_MAX + 1);
    rv_jw_object(&json);
    rv_value value = rv_vtext(text);
    rv_feed_write_value(&json, column, &value);
    rv_jw_end_object(&json);
    assert_string_equal(rv_buf_text(&out), "{\"message\":null}");
}

static void
a_flush_wakes_listeners(void **state)
{
    struct rv_store *store = store_of(state), *other;
    const char *channel = NULL, *payload;
    int got = 0;

    if (!rv_store_is_postgres(store))
        skip();
    other = second_store(state);
    must(rv_store_listen(store, "reeve_changes", err));
    write_one(other, "task", 1, 0, RV_CREATED, NULL);
    for (int i = 0; i < 500 && !got; i++) {
        must(got = rv_store_notified(store, &channel, &payload, err));
        usleep(got ? 0 : 10000);
    }
    assert_int_equal(got, 1);
    assert_string_equal(channel, "reeve_changes");
    rv_store_close(other);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        schema_test(changes_are_read_in_order_and_once),
        schema_test(a_reader_may_take_them_in_pieces_and_stop),
        schema_test(a_readers_function_may_use_the_store),
        schema_test(what_is_rolled_back_was_never_there),
        schema_test(thousands_of_changes_go_in_one_transaction),
        schema_test(a_reader_misses_nothing_of_two_writers),
        schema_test(an_expired_position_is_gone),
        schema_test(an_empty_feed_knows_what_it_has_dropped),
        schema_test(a_position_of_another_database_is_gone),
        schema_test(positions_are_written_and_read_as_text),
        schema_test(changes_of_unknown_kinds_are_passed_over),
        schema_test(no_change_is_so_large_that_a_reader_stops_at_it),
        schema_test(an_old_text_that_is_long_is_null_in_the_feed),
        schema_test(a_flush_wakes_listeners),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
