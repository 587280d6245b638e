/* SPDX-License-Identifier: Apache-2.0
 *
 * What the connection does when others are in the way: locks, time limits,
 * cancellation, servers that go. A few faults exist on one engine only; those tests
 * say which.
 */
#include "contract.h"

#include <poll.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "base/wait.h"

static const char endless_sql[] =
    "WITH RECURSIVE s(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < 2000000000)"
    " SELECT COUNT(*) FROM s";

static int
with_table(void **state)
{
    if (contract_bare(state) != 0)
        return -1;
    RV_AUTO_FREE char *columns = rv_format("id %s PRIMARY KEY, name %s", int_type(), text_type());
    make_table(store_of(state), "things", columns);
    rv_test_script(store_of(state), "INSERT INTO things (id, name) VALUES (1, 'a')");
    return 0;
}
#define things_test(name) cmocka_unit_test_setup_teardown(name, with_table, contract_end)

#define only_sqlite()                                                                              \
    do {                                                                                           \
        if (rv_test_is_postgres())                                                                 \
            skip();                                                                                \
    } while (0)
#define only_postgres()                                                                            \
    do {                                                                                           \
        if (!rv_test_is_postgres())                                                                \
            skip();                                                                                \
    } while (0)

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
a_statement_within_its_time_is_left_alone(void **state)
{
    struct rv_store *store = timed_store(state, 60000, 0);

    assert_int_equal(rv_test_int(store, "WITH RECURSIVE s(n) AS (SELECT 1 UNION ALL SELECT n + 1"
                                        " FROM s WHERE n < 100000) SELECT COUNT(*) FROM s"),
                     100000);
    rv_store_close(store);
}

/* Three quarters of the time are gone when the endless one begins: it has what is left. */
static void
statements_under_one_limit_have_the_time_of_one(void **state)
{
    struct rv_store *store = timed_store(state, 800, 0);
    int64_t start = now_ms();
    rv_value out;

    rv_store_limit(store);
    while (now_ms() - start < 600)
        assert_int_equal(rv_test_int(store, "SELECT COUNT(*) FROM things"), 1);
    must_fail(RV_E_TIMEOUT, rv_store_one(store, &out, 1, endless_sql, NULL, 0, err));
    assert_in_range(now_ms() - start, 750, 1350);
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

/* Another process runs a statement, keeps its transaction open for hold_ms, and commits. Returns
 * when it has written. */
static pid_t
start_writer_of(void **state, const char *sql, int hold_ms)
{
    int ready[2];
    char byte;

    assert_int_equal(pipe(ready), 0);
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        struct rv_store *store = second_store(state);
        rv_err err = RV_ERR_INIT;
        int failed =
            rv_store_begin(store, &err) < 0 || rv_store_exec(store, NULL, sql, NULL, 0, &err) < 0;
        failed |= write(ready[1], "x", 1) != 1;
        usleep((useconds_t)hold_ms * 1000);
        failed |= rv_store_commit(store, &err) < 0;
        rv_store_close(store);
        _exit(failed);
    }
    close(ready[1]);
    assert_int_equal(read(ready[0], &byte, 1), 1);
    close(ready[0]);
    return pid;
}

static pid_t
start_writer(void **state, int hold_ms)
{
    return start_writer_of(state, "UPDATE things SET name = 'writer' WHERE id = 1", hold_ms);
}

static void
assert_succeeded(pid_t pid)
{
    int status = -1;

    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
}

static void
a_writer_waits_for_the_one_before_and_its_heart_beats(void **state)
{
    struct heart heart = { 0 };
    struct rv_wait_hooks hooks = hooks_of(&heart);
    struct rv_store *store = store_of(state);
    pid_t pid = start_writer(state, 400);
    int64_t start = now_ms();

    rv_wait_install(&hooks);
    must(rv_store_begin(store, err));
    must_exec(store, "UPDATE things SET name = name || $1 WHERE id = 1", rv_vtext("+me"));
    must(rv_store_commit(store, err));
    rv_wait_install(NULL);
    assert_succeeded(pid);
    assert_true(now_ms() - start >= 200);
    assert_true(heart.beats >= 5);
    assert_column(store, "SELECT name FROM things", "writer+me");
}

static void
a_single_statement_waits_for_the_writer_too(void **state)
{
    pid_t pid = start_writer(state, 200);

    must_exec(store_of(state), "UPDATE things SET name = name || $1 WHERE id = 1", rv_vtext("+me"));
    assert_succeeded(pid);
    assert_column(store_of(state), "SELECT name FROM things", "writer+me");
}

static void
readers_do_not_wait_for_a_writer(void **state)
{
    pid_t pid = start_writer(state, 1500);
    int64_t start = now_ms();

    assert_column(store_of(state), "SELECT name FROM things", "a");
    assert_true(now_ms() - start < 1000);
    assert_succeeded(pid);
}

static void
a_cancelled_wait_for_the_writer_ends(void **state)
{
    struct heart heart = { .cancel_at = 5 };
    struct rv_wait_hooks hooks = hooks_of(&heart);
    pid_t pid = start_writer(state, 3000);
    int64_t start = now_ms();

    rv_wait_install(&hooks);
    must_fail(RV_E_CANCELLED,
              rv_store_exec(store_of(state), NULL, "UPDATE things SET name = 'me' WHERE id = 1",
                            NULL, 0, err));
    rv_wait_install(NULL);
    assert_true(now_ms() - start < 2500);
    assert_succeeded(pid);
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
    pid_t pid = start_writer_of(state, "INSERT INTO things (id) VALUES (10)", 3000);

    for (int i = 0; i < ROWS; i++) {
        values[i * 2] = rv_vint(i + 2);
        values[i * 2 + 1] = rv_vtext("a row of some length, so that the socket's buffer fills");
    }
    rv_wait_install(&hooks);
    must_fail(RV_E_CANCELLED, rv_store_insert_rows(store, "things", columns, 2, values, ROWS, err));
    rv_wait_install(NULL);
    assert_false(rv_store_in_transaction(store));
    assert_int_equal(rv_test_int(store, "SELECT COUNT(*) FROM things"), 1);
    assert_succeeded(pid);
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
    pid_t pid = start_writer(state, 1500);
    rv_err err = RV_ERR_INIT;

    assert_int_equal(rv_store_begin(store, &err), RV_E_UNAVAILABLE);
    assert_non_null(strstr(err.text, "locked"));
    assert_true(*err.hint);
    assert_false(rv_store_in_transaction(store));
    assert_succeeded(pid);
    rv_err_clear(&err);
    assert_int_equal(rv_store_begin(store, &err), 0);
    rv_store_close(store);
}

static void
sqlite_makes_files_that_only_the_owner_reads(void **state)
{
    static const char *const tails[] = { "", "-wal", "-shm" };
    struct contract *contract = *state;

    only_sqlite();
    for (size_t i = 0; i < RV_COUNT(tails); i++) {
        RV_AUTO_FREE char *path = rv_format("%s/reeve.db%s", contract->db.dir, tails[i]);
        struct stat about;
        assert_int_equal(stat(path, &about), 0);
        assert_int_equal(about.st_mode & 0777, 0600);
    }
}

static void
sqlite_a_full_disk_is_unavailable_and_loses_nothing(void **state)
{
    struct rv_store *store = store_of(state);
    rv_err full = RV_ERR_INIT;

    only_sqlite();
    rv_test_script(store, "PRAGMA max_page_count = 20");
    must(rv_store_begin(store, err));
    for (int i = 2; i < 10000 && !full.code; i++) {
        rv_value params[] = { rv_vint(i), rv_vtext("a text that takes some room on the page") };
        rv_store_exec(store, NULL, "INSERT INTO things (id, name) VALUES ($1, $2)", params, 2,
                      &full);
    }
    assert_int_equal(full.code, RV_E_UNAVAILABLE);
    assert_non_null(strstr(full.text, "space"));
    assert_true(*full.hint);
    must_fail(RV_E_UNAVAILABLE, rv_store_commit(store, err));
    assert_int_equal(rv_test_int(store, "SELECT COUNT(*) FROM things"), 1);
    rv_test_script(store, "PRAGMA max_page_count = 100000");
    must_exec(store, "INSERT INTO things (id) VALUES ($1)", rv_vint(2));
}

static int
open_url(const char *url, rv_err *err)
{
    struct rv_store *store = NULL;
    struct rv_store_config config = { .url = url, .module_dir = REEVE_MODULES };

    if (rv_store_open(&store, &config, err) < 0)
        return err->code;
    rv_store_close(store);
    return 0;
}

static void
sqlite_tells_why_a_file_cannot_be_opened(void **state)
{
    only_sqlite(); /* first: skipping jumps over what is to be freed */
    struct contract *contract = *state;
    RV_AUTO_FREE char *nowhere = rv_format("sqlite:%s/no/such/folder/db", contract->db.dir);
    RV_AUTO_FREE char *folder = rv_format("sqlite:%s", contract->db.dir);
    RV_AUTO_FREE char *text = rv_format("sqlite:%s/notes.txt", contract->db.dir);

    must_fail(RV_E_NOT_FOUND, open_url(nowhere, err));
    assert_int_not_equal(open_url(folder, &(rv_err)RV_ERR_INIT), 0);
    rv_test_write_file(contract->db.dir, "notes.txt",
                       "this is not a database, but a text that is long enough to look at\n"
                       "and therefore must not be taken for an empty file by anybody\n");
    must_fail(RV_E_INVALID, open_url(text, err));
    must_fail(RV_E_INVALID, open_url("sqlite:", err));
}

/* The database's URL with something else in place of one part. */
static char *
url_with(void **state, const char *user_and_password, const char *port, const char *name)
{
    struct contract *contract = *state;
    char *url = contract->db.url + strlen("postgresql://");
    char *at = strchr(url, '@');
    char *colon = strrchr(url, ':');
    char *slash = strrchr(url, '/');

    return rv_format("postgresql://%.*s%.*s:%.*s/%s",
                     user_and_password ? (int)strlen(user_and_password) : (int)(at - url),
                     user_and_password ? user_and_password : url, (int)(colon - at), at,
                     port ? (int)strlen(port) : (int)(slash - colon - 1), port ? port : colon + 1,
                     name ? name : slash + 1);
}

static void
postgres_tells_why_a_server_cannot_be_reached(void **state)
{
    char port[16];

    only_postgres();
    snprintf(port, sizeof port, "%d", rv_test_free_port());
    RV_AUTO_FREE char *password = url_with(state, "reeve:wrong", NULL, NULL);
    RV_AUTO_FREE char *nobody = url_with(state, "nobody:x", NULL, NULL);
    RV_AUTO_FREE char *no_database = url_with(state, NULL, NULL, "no_such_database");
    RV_AUTO_FREE char *nothing_there = url_with(state, NULL, port, NULL);
    RV_AUTO_FREE char *right = url_with(state, NULL, NULL, NULL);
    must(open_url(right, err));
    must_fail(RV_E_AUTH, open_url(password, err));
    must_fail(RV_E_AUTH, open_url(nobody, err));
    must_fail(RV_E_NOT_FOUND, open_url(no_database, err));
    must_fail(RV_E_UNAVAILABLE, open_url(nothing_there, err));
}

static void
postgres_does_not_show_the_password_of_a_wrong_url(void **state)
{
    static const char *const urls[] = {
        "postgresql://reeve:geheim%zz@localhost/db",
        "postgresql://reeve:geheim@localhost:port/db",
        "postgresql://reeve:geheim@[::1/db",
        "postgresql://reeve@localhost/db?password=geheim&nonsense=1",
    };

    only_postgres();
    (void)state;
    for (size_t i = 0; i < RV_COUNT(urls); i++) {
        rv_err err = RV_ERR_INIT;
        assert_true(open_url(urls[i], &err) < 0);
        assert_null(strstr(err.text, "geheim"));
        assert_null(strstr(err.hint, "geheim"));
    }
}

static void
end_backends(void **state)
{
    struct rv_store *other = second_store(state);

    rv_test_script(other, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                          " WHERE pid <> pg_backend_pid() AND datname = current_database()");
    /* It is done when they are gone. */
    while (rv_test_int(other,
                       "SELECT COUNT(*) FROM pg_stat_activity"
                       " WHERE pid <> pg_backend_pid() AND datname = current_database()") > 0)
        usleep(10000);
    rv_store_close(other);
}

static void
postgres_a_lost_idle_connection_is_opened_again(void **state)
{
    only_postgres();
    for (int i = 0; i < 3; i++) {
        rv_test_int(store_of(state), "SELECT COUNT(*) FROM things"); /* prepared from the second */
        end_backends(state);
        assert_int_equal(rv_test_int(store_of(state), "SELECT COUNT(*) FROM things"), 1);
    }
}

static void
postgres_a_connection_lost_in_a_transaction_ends_that(void **state)
{
    struct rv_store *store = store_of(state);

    only_postgres();
    must(rv_store_begin(store, err));
    must_exec(store, "INSERT INTO things (id) VALUES ($1)", rv_vint(2));
    end_backends(state);
    must_fail(RV_E_UNAVAILABLE, rv_store_exec(store, NULL, "DELETE FROM things", NULL, 0, err));
    must_fail(RV_E_UNAVAILABLE, rv_store_commit(store, err));
    assert_int_equal(rv_test_int(store, "SELECT COUNT(*) FROM things"), 1);

    must(rv_store_begin(store, err));
    must_exec(store, "INSERT INTO things (id) VALUES ($1)", rv_vint(2));
    end_backends(state);
    must_fail(RV_E_UNAVAILABLE, rv_store_commit(store, err));
    assert_int_equal(rv_test_int(store, "SELECT COUNT(*) FROM things"), 1);
}

static void
postgres_a_connection_lost_while_reading_is_unavailable(void **state)
{
    struct rv_store *store = store_of(state);
    struct rv_rows *rows = NULL;
    const rv_value *row = NULL;
    rv_err lost = RV_ERR_INIT;
    int more;

    only_postgres();
    must(rv_store_query(store, &rows, "SELECT repeat('x', 10000) FROM generate_series(1, 100000)",
                        NULL, 0, err));
    must(rv_rows_next(rows, &row, err));
    end_backends(state);
    while ((more = rv_rows_next(rows, &row, &lost)) > 0)
        ;
    assert_int_equal(more, RV_E_UNAVAILABLE);
    rv_rows_close(rows);
    assert_int_equal(rv_test_int(store, "SELECT COUNT(*) FROM things"), 1);
}

static void
postgres_refuses_a_statement_while_rows_are_open(void **state)
{
    struct rv_store *store = store_of(state);
    struct rv_rows *rows = NULL;

    only_postgres();
    must(rv_store_query(store, &rows, "SELECT 1", NULL, 0, err));
    must_fail(RV_E_INTERNAL, rv_store_exec(store, NULL, "DELETE FROM things", NULL, 0, err));
    rv_rows_close(rows);
    must(rv_store_exec(store, NULL, "DELETE FROM things", NULL, 0, err));
}

static void
postgres_survives_statements_that_the_server_forgot(void **state)
{
    struct rv_store *store = store_of(state);

    only_postgres();
    for (int i = 0; i < 3; i++)
        assert_int_equal(rv_test_int(store, "SELECT COUNT(*) FROM things"), 1);
    rv_test_script(store, "DEALLOCATE ALL");
    assert_int_equal(rv_test_int(store, "SELECT COUNT(*) FROM things"), 1);
}

static void
wait_for_news(struct rv_store *store, const char *expected_channel, const char *expected_payload)
{
    const char *channel = NULL, *payload = NULL;
    int got = 0;

    for (int i = 0; i < 200 && !got; i++) {
        struct pollfd fd = { .fd = rv_store_notify_fd(store), .events = POLLIN };
        must(got = rv_store_notified(store, &channel, &payload, err));
        if (!got)
            poll(&fd, 1, 50);
    }
    assert_int_equal(got, 1);
    assert_string_equal(channel, expected_channel);
    assert_string_equal(payload, expected_payload);
}

static void
postgres_notifications_arrive_at_commit(void **state)
{
    only_postgres();
    struct rv_store *store = store_of(state), *other = second_store(state);
    const char *channel, *payload;
    must(rv_store_listen(store, "news", err));
    must(rv_store_begin(other, err));
    must(rv_store_notify(other, "news", "undone", err));
    rv_store_rollback(other);
    must(rv_store_begin(other, err));
    must(rv_store_notify(other, "news", "it's \xc3\xa4", err));
    must(rv_store_commit(other, err));
    wait_for_news(store, "news", "it's \xc3\xa4");
    assert_int_equal(rv_store_notified(store, &channel, &payload, &(rv_err)RV_ERR_INIT), 0);
    rv_store_close(other);
}

static void
postgres_listens_again_after_a_reconnection_and_says_so(void **state)
{
    struct rv_store *store = store_of(state), *other;

    only_postgres();
    must(rv_store_listen(store, "news", err));
    end_backends(state);
    /* Something may have been missed: once, with nothing in it. */
    wait_for_news(store, "news", "");
    other = second_store(state);
    must(rv_store_notify(other, "news", "again", err));
    wait_for_news(store, "news", "again");
    rv_store_close(other);
}

static void
sqlite_a_file_that_is_moved_away_takes_no_writes(void **state)
{
    only_sqlite();
    struct contract *contract = *state;
    struct rv_store *store = store_of(state), *other = NULL;
    const char *path = contract->db.url + strlen("sqlite:");
    RV_AUTO_FREE char *away = rv_format("%s.away", path);
    const struct rv_store_config config = { .url = contract->db.url, .module_dir = REEVE_MODULES };
    assert_int_equal(rename(path, away), 0);
    rv_err failure = RV_ERR_INIT;
    assert_int_equal(
        rv_store_exec(store, NULL, "INSERT INTO things (id) VALUES (2)", NULL, 0, &failure),
        RV_E_UNAVAILABLE);
    assert_non_null(strstr(failure.text, "was moved or deleted"));
    must_fail(RV_E_UNAVAILABLE, rv_store_begin(store, err));
    /* Another process does not make an empty one in its place. */
    must_fail(RV_E_UNAVAILABLE, rv_store_open(&other, &config, err));
    assert_int_not_equal(access(path, F_OK), 0);
    assert_int_equal(rename(away, path), 0);
    rv_test_script(store, "INSERT INTO things (id) VALUES (3)");
    assert_column(store, "SELECT id FROM things ORDER BY id", "1,3");
}

static void
sqlite_has_no_notifications(void **state)
{
    const char *channel, *payload;
    rv_err none = RV_ERR_INIT;

    only_sqlite();
    must(rv_store_listen(store_of(state), "news", err));
    must(rv_store_notify(store_of(state), "news", "x", err));
    assert_int_equal(rv_store_notify_fd(store_of(state)), -1);
    assert_int_equal(rv_store_notified(store_of(state), &channel, &payload, &none), 0);
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
        things_test(a_statement_over_its_time_ends_with_timeout),
        things_test(a_statement_within_its_time_is_left_alone),
        things_test(statements_under_one_limit_have_the_time_of_one),
        things_test(a_cancelled_statement_ends_and_the_store_goes_on),
        things_test(a_cancelled_transaction_rolls_back),
        things_test(a_commit_is_not_cut_off_by_a_cancellation),
        things_test(a_writer_waits_for_the_one_before_and_its_heart_beats),
        things_test(a_single_statement_waits_for_the_writer_too),
        things_test(readers_do_not_wait_for_a_writer),
        things_test(a_cancelled_wait_for_the_writer_ends),
        things_test(a_cancelled_bulk_insert_leaves_nothing),
        things_test(sqlite_a_writer_that_stays_makes_the_database_unavailable),
        things_test(sqlite_makes_files_that_only_the_owner_reads),
        things_test(sqlite_a_full_disk_is_unavailable_and_loses_nothing),
        things_test(sqlite_tells_why_a_file_cannot_be_opened),
        things_test(sqlite_a_file_that_is_moved_away_takes_no_writes),
        things_test(sqlite_has_no_notifications),
        things_test(postgres_tells_why_a_server_cannot_be_reached),
        things_test(postgres_does_not_show_the_password_of_a_wrong_url),
        things_test(postgres_a_lost_idle_connection_is_opened_again),
        things_test(postgres_a_connection_lost_in_a_transaction_ends_that),
        things_test(postgres_a_connection_lost_while_reading_is_unavailable),
        things_test(postgres_refuses_a_statement_while_rows_are_open),
        things_test(postgres_survives_statements_that_the_server_forgot),
        things_test(postgres_notifications_arrive_at_commit),
        things_test(postgres_listens_again_after_a_reconnection_and_says_so),
        things_test(rows_locked_by_another_are_skipped),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
