/* SPDX-License-Identifier: Apache-2.0
 *
 * What the connection does when others are in the way: locks, time limits, cancellation.
 */
#include "contract.h"

#include <poll.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "base/wait.h"

static const char endless_sql[] =
    "WITH RECURSIVE s(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < 2000000000)"
    " SELECT COUNT(*) FROM s";

static int64_t
now_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static struct rv_store *
timed_store(void **state, int64_t statement_timeout_ms, int64_t busy_timeout_ms)
{
    struct contract *contract = *state;

    return rv_test_store_open_timed(&contract->db, statement_timeout_ms, busy_timeout_ms);
}

static void
a_statement_over_its_time_ends_with_timeout(void **state)
{
    struct rv_store *store = timed_store(state, 200, 0);
    int64_t start = now_ms();
    rv_value out;

    must_fail(RV_E_TIMEOUT, rv_store_one(store, &out, 1, endless_sql, NULL, 0, err));
    assert_in_range(now_ms() - start, 150, 10000);
    assert_int_equal(rv_test_int(store, "SELECT COUNT(*) FROM things"), 1);
    rv_store_close(store);
}

static void
a_changed_statement_timeout_counts_from_the_next_statement_on(void **state)
{
    struct rv_store *store = timed_store(state, 60000, 0);
    int64_t start = now_ms();
    rv_value out;

    must(rv_store_set_timeout(store, 200, err));
    must_fail(RV_E_TIMEOUT, rv_store_one(store, &out, 1, endless_sql, NULL, 0, err));
    assert_in_range(now_ms() - start, 150, 10000);
    rv_store_limit(store); /* that of several statements is the same */
    start = now_ms();
    must_fail(RV_E_TIMEOUT, rv_store_one(store, &out, 1, endless_sql, NULL, 0, err));
    assert_in_range(now_ms() - start, 150, 10000);
    rv_store_limit_end(store);
    rv_store_close(store);
}

static void
a_statement_within_its_time_is_left_alone(void **state)
{
    struct rv_store *store = timed_store(state, 60000, 0);

    assert_int_equal(rv_test_int(store, "WITH RECURSIVE s(n) AS (SELECT 1 UNION ALL SELECT n + 1"
                                        " FROM s WHERE n < 100000) SELECT COUNT(*) FROM s"),
                     100000);
    rv_store_close(store);
}

/* Most of the time is gone when the endless one begins: it has what is left. */
static void
statements_under_one_limit_have_the_time_of_one(void **state)
{
    struct rv_store *store = timed_store(state, 800, 0);
    int64_t start = now_ms();
    rv_value out;

    rv_store_limit(store);
    while (now_ms() - start < 750)
        assert_int_equal(rv_test_int(store, "SELECT COUNT(*) FROM things"), 1);
    must_fail(RV_E_TIMEOUT, rv_store_one(store, &out, 1, endless_sql, NULL, 0, err));
    assert_in_range(now_ms() - start, 750, 1500);
    while (now_ms() - start < 850)
        usleep(10000);
    must_fail(RV_E_TIMEOUT, rv_store_one(store, &out, 1, "SELECT 1", NULL, 0, err));
    rv_store_limit_end(store);
    start = now_ms();
    must_fail(RV_E_TIMEOUT, rv_store_one(store, &out, 1, endless_sql, NULL, 0, err));
    assert_in_range(now_ms() - start, 750, 10000);
    rv_store_close(store);
}

/* A worker's hooks: beats are counted; cancelled after some of them. */
struct heart {
    int beats;
    int cancel_at; /* 0: never */
};

static void
beat(void *arg)
{
    ((struct heart *)arg)->beats++;
}

static int
cancelled(void *arg)
{
    struct heart *heart = arg;

    return heart->cancel_at && heart->beats >= heart->cancel_at;
}

static struct rv_wait_hooks
hooks_of(struct heart *heart)
{
    return (struct rv_wait_hooks){
        .arg = heart, .fd = -1, .beat = beat, .beat_ms = 20, .cancelled = cancelled
    };
}

static void
a_cancelled_statement_ends_and_the_store_goes_on(void **state)
{
    struct heart heart = { .cancel_at = 5 };
    struct rv_wait_hooks hooks = hooks_of(&heart);
    struct rv_store *store = store_of(state);
    rv_value out;

    rv_wait_install(&hooks);
    must_fail(RV_E_CANCELLED, rv_store_one(store, &out, 1, endless_sql, NULL, 0, err));
    rv_wait_install(NULL);
    assert_true(heart.beats >= 5);
    assert_int_equal(rv_test_int(store, "SELECT COUNT(*) FROM things"), 1);
}

static void
a_cancelled_transaction_rolls_back(void **state)
{
    struct heart heart = { 0 };
    struct rv_wait_hooks hooks = hooks_of(&heart);
    struct rv_store *store = store_of(state);
    rv_value out;

    must(rv_store_begin(store, err));
    must_exec(store, "INSERT INTO things (id) VALUES ($1)", rv_vint(2));
    rv_wait_install(&hooks);
    heart.cancel_at = heart.beats + 5;
    must_fail(RV_E_CANCELLED, rv_store_one(store, &out, 1, endless_sql, NULL, 0, err));
    must_fail(RV_E_CANCELLED, rv_store_commit(store, err)); /* while it stays cancelled */
    rv_wait_install(NULL);
    assert_int_equal(rv_test_int(store, "SELECT COUNT(*) FROM things"), 1);
    must_exec(store, "INSERT INTO things (id) VALUES ($1)", rv_vint(2));
}

static void
a_commit_is_not_cut_off_by_a_cancellation(void **state)
{
    struct heart heart = { 0 };
    struct rv_wait_hooks hooks = hooks_of(&heart);
    struct rv_store *store = store_of(state);

    must(rv_store_begin(store, err));
    must_exec(store, "INSERT INTO things (id) VALUES ($1)", rv_vint(2));
    heart.cancel_at = 1;
    heart.beats = 1;
    rv_wait_install(&hooks);
    must(rv_store_commit(store, err));
    rv_wait_install(NULL);
    assert_int_equal(rv_test_int(store, "SELECT COUNT(*) FROM things"), 2);
}

enum { AS_LONG_AS_IT_TAKES_MS = 20000 };

struct writer {
    pid_t pid;
    int hold; /* closed: it need not stay any longer */
};

/* Another process runs a statement, keeps its transaction open for hold_ms or until its writer is
 * ended, and commits. Returns when it has written. */
static struct writer
start_writer_of(void **state, const char *sql, int hold_ms)
{
    int ready[2], hold[2];
    char byte;

    assert_int_equal(pipe(ready), 0);
    assert_int_equal(pipe(hold), 0);
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        struct pollfd end = { .fd = hold[0] };
        close(hold[1]);
        struct rv_store *store = second_store(state);
        rv_err err = RV_ERR_INIT;
        int failed =
            rv_store_begin(store, &err) < 0 || rv_store_exec(store, NULL, sql, NULL, 0, &err) < 0;
        failed |= write(ready[1], "x", 1) != 1;
        poll(&end, 1, hold_ms);
        failed |= rv_store_commit(store, &err) < 0;
        rv_store_close(store);
        _exit(failed);
    }
    close(ready[1]);
    close(hold[0]);
    assert_int_equal(read(ready[0], &byte, 1), 1);
    close(ready[0]);
    return (struct writer){ .pid = pid, .hold = hold[1] };
}

static struct writer
start_writer(void **state, int hold_ms)
{
    return start_writer_of(state, "UPDATE things SET name = 'writer' WHERE id = 1", hold_ms);
}

static void
end_writer(struct writer writer)
{
    int status = -1;

    close(writer.hold);
    assert_int_equal(waitpid(writer.pid, &status, 0), writer.pid);
    assert_int_equal(status, 0);
}

static void
a_writer_waits_for_the_one_before_and_its_heart_beats(void **state)
{
    struct heart heart = { 0 };
    struct rv_wait_hooks hooks = hooks_of(&heart);
    struct rv_store *store = store_of(state);
    struct writer writer = start_writer(state, 400);
    int64_t start = now_ms();

    rv_wait_install(&hooks);
    must(rv_store_begin(store, err));
    must_exec(store, "UPDATE things SET name = name || $1 WHERE id = 1", rv_vtext("+me"));
    must(rv_store_commit(store, err));
    rv_wait_install(NULL);
    end_writer(writer);
    assert_true(now_ms() - start >= 200);
    assert_true(heart.beats >= 5);
    assert_column(store, "SELECT name FROM things", "writer+me");
}

static void
a_single_statement_waits_for_the_writer_too(void **state)
{
    struct writer writer = start_writer(state, 200);

    must_exec(store_of(state), "UPDATE things SET name = name || $1 WHERE id = 1", rv_vtext("+me"));
    end_writer(writer);
    assert_column(store_of(state), "SELECT name FROM things", "writer+me");
}

static void
readers_do_not_wait_for_a_writer(void **state)
{
    struct writer writer = start_writer(state, AS_LONG_AS_IT_TAKES_MS);
    int64_t start = now_ms();

    assert_column(store_of(state), "SELECT name FROM things", "a");
    assert_true(now_ms() - start < AS_LONG_AS_IT_TAKES_MS / 2);
    end_writer(writer);
}

static void
a_cancelled_wait_for_the_writer_ends(void **state)
{
    struct heart heart = { .cancel_at = 5 };
    struct rv_wait_hooks hooks = hooks_of(&heart);
    struct writer writer = start_writer(state, AS_LONG_AS_IT_TAKES_MS);
    int64_t start = now_ms();

    rv_wait_install(&hooks);
    must_fail(RV_E_CANCELLED,
              rv_store_exec(store_of(state), NULL, "UPDATE things SET name = 'me' WHERE id = 1",
                            NULL, 0, err));
    rv_wait_install(NULL);
    assert_true(now_ms() - start < AS_LONG_AS_IT_TAKES_MS / 2);
    end_writer(writer);
}

static void
a_cancelled_bulk_insert_leaves_nothing(void **state)
{
    enum { ROWS = 20000 };
    static const char *const columns[] = { "id", "name" };
    struct rv_store *store = store_of(state);
    struct heart heart = { .cancel_at = 5 };
    struct rv_wait_hooks hooks = hooks_of(&heart);
    RV_AUTO_FREE rv_value *values = rv_alloc(sizeof(rv_value) * 2 * ROWS);
    /* Ours waits for the other's row of the same key. */
    struct writer writer =
        start_writer_of(state, "INSERT INTO things (id) VALUES (10)", AS_LONG_AS_IT_TAKES_MS);

    for (int i = 0; i < ROWS; i++) {
        values[i * 2] = rv_vint(i + 2);
        values[i * 2 + 1] = rv_vtext("a row of some length, so that the socket's buffer fills");
    }
    rv_wait_install(&hooks);
    must_fail(RV_E_CANCELLED, rv_store_insert_rows(store, "things", columns, 2, values, ROWS, err));
    rv_wait_install(NULL);
    assert_false(rv_store_in_transaction(store));
    assert_int_equal(rv_test_int(store, "SELECT COUNT(*) FROM things"), 1);
    end_writer(writer);
    must_fail(RV_E_CONFLICT, rv_store_insert_rows(store, "things", columns, 2, values, ROWS, err));
    values[16] = rv_vint(ROWS + 2);
    must(rv_store_insert_rows(store, "things", columns, 2, values, ROWS, err));
    assert_int_equal(rv_test_int(store, "SELECT COUNT(*) FROM things"), ROWS + 2);
}

static void
sqlite_a_writer_that_stays_makes_the_database_unavailable(void **state)
{
    only_sqlite();
    struct rv_store *store = timed_store(state, 0, 150);
    struct writer writer = start_writer(state, AS_LONG_AS_IT_TAKES_MS);
    rv_err err = RV_ERR_INIT;

    assert_int_equal(rv_store_begin(store, &err), RV_E_UNAVAILABLE);
    assert_non_null(strstr(err.text, "locked"));
    assert_true(*err.hint);
    assert_false(rv_store_in_transaction(store));
    end_writer(writer);
    rv_err_clear(&err);
    assert_int_equal(rv_store_begin(store, &err), 0);
    rv_store_close(store);
}

static void
rows_locked_by_another_are_skipped(void **state)
{
    struct rv_store *store = store_of(state), *other;

    rv_test_script(store, "INSERT INTO things (id) VALUES (2)");
    RV_AUTO_FREE char *claim =
        rv_format("SELECT id FROM things ORDER BY id LIMIT 1%s", rv_store_skip_locked(store));
    must(rv_store_begin(store, err));
    assert_column(store, claim, "1");
    if (rv_store_is_postgres(store)) {
        other = second_store(state);
        must(rv_store_begin(other, err));
        assert_column(other, claim, "2");
        rv_store_close(other);
    } else {
        /* The writer is alone: there is nobody whose rows to skip. */
        assert_string_equal(rv_store_skip_locked(store), "");
        other = timed_store(state, 0, 50);
        must_fail(RV_E_UNAVAILABLE, rv_store_begin(other, err));
        rv_store_close(other);
    }
    must(rv_store_commit(store, err));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        one_thing_test(a_statement_over_its_time_ends_with_timeout),
        one_thing_test(a_changed_statement_timeout_counts_from_the_next_statement_on),
        one_thing_test(a_statement_within_its_time_is_left_alone),
        one_thing_test(statements_under_one_limit_have_the_time_of_one),
        one_thing_test(a_cancelled_statement_ends_and_the_store_goes_on),
        one_thing_test(a_cancelled_transaction_rolls_back),
        one_thing_test(a_commit_is_not_cut_off_by_a_cancellation),
        one_thing_test(a_writer_waits_for_the_one_before_and_its_heart_beats),
        one_thing_test(a_single_statement_waits_for_the_writer_too),
        one_thing_test(readers_do_not_wait_for_a_writer),
        one_thing_test(a_cancelled_wait_for_the_writer_ends),
        one_thing_test(a_cancelled_bulk_insert_leaves_nothing),
        one_thing_test(sqlite_a_writer_that_stays_makes_the_database_unavailable),
        one_thing_test(rows_locked_by_another_are_skipped),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
