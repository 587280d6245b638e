/* SPDX-License-Identifier: Apache-2.0
 *
 * Faults that exist on one engine only: files of SQLite; servers, sessions and notifications of
 * PostgreSQL.
 */
#include "contract.h"

#include <poll.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

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

int
main(void)
{
    const struct CMUnitTest tests[] = {
        one_thing_test(sqlite_makes_files_that_only_the_owner_reads),
        one_thing_test(sqlite_a_full_disk_is_unavailable_and_loses_nothing),
        one_thing_test(sqlite_tells_why_a_file_cannot_be_opened),
        one_thing_test(sqlite_a_file_that_is_moved_away_takes_no_writes),
        one_thing_test(sqlite_has_no_notifications),
        one_thing_test(postgres_tells_why_a_server_cannot_be_reached),
        one_thing_test(postgres_does_not_show_the_password_of_a_wrong_url),
        one_thing_test(postgres_a_lost_idle_connection_is_opened_again),
        one_thing_test(postgres_a_connection_lost_in_a_transaction_ends_that),
        one_thing_test(postgres_a_connection_lost_while_reading_is_unavailable),
        one_thing_test(postgres_refuses_a_statement_while_rows_are_open),
        one_thing_test(postgres_survives_statements_that_the_server_forgot),
        one_thing_test(postgres_notifications_arrive_at_commit),
        one_thing_test(postgres_listens_again_after_a_reconnection_and_says_so),
    };
    return cmocka_run_group_tests_name("engines", tests, NULL, NULL);
}
