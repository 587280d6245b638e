/* SPDX-License-Identifier: Apache-2.0
 *
 * A server that has gone says so; a frozen one, or one behind a dead network, says nothing. Only
 * PostgreSQL can be either: the store goes through a relay here, which is stopped for a while, or
 * its backend is.
 */
#include "contract.h"

#include <arpa/inet.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "base/wait.h"

enum { ANSWER_MS = 1000, PATIENCE_MS = 30000 };

struct silence {
    struct contract contract;
    struct rv_store *store; /* by way of the relay */
    pid_t relay;            /* leads a group of its own */
    int port;               /* of the relay */
};

static int64_t
now_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static int
pass_on(int from, int to)
{
    char bytes[16384];
    ssize_t got = read(from, bytes, sizeof bytes);

    return got > 0 && write(to, bytes, (size_t)got) == got;
}

static _Noreturn void
relay_one(int client, int port)
{
    struct sockaddr_in at = { .sin_family = AF_INET, .sin_port = htons((uint16_t)port) };
    int server = socket(AF_INET, SOCK_STREAM, 0);
    struct pollfd both[2] = { { .fd = client, .events = POLLIN },
                              { .fd = server, .events = POLLIN } };

    prctl(PR_SET_PDEATHSIG, SIGKILL);
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (connect(server, (struct sockaddr *)&at, sizeof at) != 0)
        _exit(1);
    while (poll(both, 2, -1) > 0)
        for (int i = 0; i < 2; i++)
            if (both[i].revents && !pass_on(both[i].fd, both[1 - i].fd))
                _exit(0);
    _exit(0);
}

static _Noreturn void
relay_all(int listener, int port)
{
    struct sigaction action = { .sa_handler = SIG_IGN };

    prctl(PR_SET_PDEATHSIG, SIGKILL);
    sigaction(SIGCHLD, &action, NULL); /* nobody waits for them */
    for (;;) {
        int client = accept(listener, NULL, NULL);
        if (client >= 0 && fork() == 0)
            relay_one(client, port);
        close(client);
    }
}

/* Its port. */
static int
start_relay(struct silence *silence, int port)
{
    struct sockaddr_in at = { .sin_family = AF_INET };
    socklen_t size = sizeof at;
    int listener = socket(AF_INET, SOCK_STREAM, 0);

    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    assert_int_equal(bind(listener, (struct sockaddr *)&at, sizeof at), 0);
    assert_int_equal(listen(listener, 16), 0);
    assert_int_equal(getsockname(listener, (struct sockaddr *)&at, &size), 0);
    silence->relay = fork();
    assert_true(silence->relay >= 0);
    if (silence->relay == 0) {
        setpgid(0, 0);
        relay_all(listener, port);
    }
    setpgid(silence->relay, silence->relay);
    close(listener);
    return ntohs(at.sin_port);
}

static int
open_url(struct rv_store **out, const char *url, rv_err *err)
{
    const struct rv_store_config config = { .url = url,
                                            .module_dir = REEVE_MODULES,
                                            .answer_timeout_ms = ANSWER_MS };

    return rv_store_open(out, &config, err);
}

/* The same URL with another port. */
static char *
url_at(const struct silence *silence, int port)
{
    const char *url = silence->contract.db.url;
    const char *colon = strrchr(url, ':'), *slash = strrchr(url, '/');

    return rv_format("%.*s:%d%s", (int)(colon - url), url, port, slash);
}

static int
begin(void **state)
{
    struct contract *contract;

    if (contract_bare(state) != 0)
        return -1;
    contract = *state;
    struct silence *silence = rv_alloc(sizeof *silence);
    silence->contract = *contract;
    free(contract);
    *state = silence;
    if (!rv_test_is_postgres())
        return 0;
    rv_err failure = RV_ERR_INIT;
    int port = 0;
    assert_int_equal(sscanf(strrchr(silence->contract.db.url, ':'), ":%d/", &port), 1);
    silence->port = start_relay(silence, port);
    RV_AUTO_FREE char *url = url_at(silence, silence->port);
    make_table(silence->contract.store, "things", "id BIGINT PRIMARY KEY");
    return open_url(&silence->store, url, &failure);
}

static void
freeze(const struct silence *silence)
{
    assert_int_equal(kill(-silence->relay, SIGSTOP), 0);
}

static void
thaw(const struct silence *silence)
{
    assert_int_equal(kill(-silence->relay, SIGCONT), 0);
}

static int
end(void **state)
{
    struct silence *silence = *state;

    rv_store_close(silence->store);
    if (silence->relay) {
        kill(-silence->relay, SIGKILL);
        waitpid(silence->relay, NULL, 0);
    }
    return contract_end(state);
}

/* As a worker that serves people opens it. */
static struct rv_store *
open_watched(const struct silence *silence)
{
    RV_AUTO_FREE char *url = url_at(silence, silence->port);
    const struct rv_store_config config = { .url = url,
                                            .module_dir = REEVE_MODULES,
                                            .alive_timeout_ms = ANSWER_MS / 4 };
    struct rv_store *store = NULL;

    must(rv_store_open(&store, &config, err));
    return store;
}

static int
count(struct rv_store *store, rv_err *err)
{
    rv_value out = RV_VNULL;
    int rc = rv_store_one(store, &out, 1, "SELECT COUNT(*) FROM things", NULL, 0, err);

    return rc < 0 ? rc : (int)out.v.i;
}

static void
a_server_that_says_nothing_is_unavailable_and_used_again_when_it_speaks(void **state)
{
    struct silence *silence = *state;
    rv_err failure = RV_ERR_INIT;

    only_postgres();
    assert_int_equal(count(silence->store, &failure), 0);
    freeze(silence);
    int64_t start = now_ms();
    assert_int_equal(count(silence->store, &failure), RV_E_UNAVAILABLE);
    assert_in_range(now_ms() - start, ANSWER_MS - 50, PATIENCE_MS);
    assert_non_null(strstr(failure.text, "has not answered for"));
    assert_non_null(strstr(failure.hint, "store_timeout"));
    /* Nor does a new connection come about. */
    start = now_ms();
    assert_int_equal(count(silence->store, &failure), RV_E_UNAVAILABLE);
    assert_in_range(now_ms() - start, ANSWER_MS - 50, PATIENCE_MS);
    /* And for a moment it is not even tried. */
    start = now_ms();
    assert_int_equal(count(silence->store, &failure), RV_E_UNAVAILABLE);
    assert_true(now_ms() - start < ANSWER_MS / 2);
    thaw(silence);
    usleep(ANSWER_MS * 1000);
    assert_int_equal(count(silence->store, &failure), 0);
}

static void
who_only_asks_need_not_wait_as_long(void **state)
{
    struct silence *silence = *state;
    rv_err failure = RV_ERR_INIT;

    only_postgres();
    freeze(silence);
    rv_store_patience(silence->store, ANSWER_MS / 10);
    int64_t start = now_ms();
    assert_int_equal(count(silence->store, &failure), RV_E_UNAVAILABLE);
    assert_non_null(strstr(failure.text, "has not answered for 1"));
    rv_store_patience(silence->store, 0);
    assert_true(now_ms() - start < PATIENCE_MS);
    thaw(silence);
    assert_int_equal(count(silence->store, &failure), 0);
}

static void
a_frozen_backend_is_unavailable_and_another_takes_its_place(void **state)
{
    struct silence *silence = *state;
    rv_err failure = RV_ERR_INIT;

    only_postgres();
    pid_t backend = (pid_t)rv_test_int(silence->store, "SELECT pg_backend_pid()");
    assert_int_equal(kill(backend, SIGSTOP), 0);
    assert_int_equal(count(silence->store, &failure), RV_E_UNAVAILABLE);
    assert_int_equal(count(silence->store, &failure), 0);
    assert_int_not_equal(rv_test_int(silence->store, "SELECT pg_backend_pid()"), backend);
    assert_int_equal(kill(backend, SIGCONT), 0);
}

static void
a_commit_without_an_answer_is_neither_done_nor_undone(void **state)
{
    struct silence *silence = *state;
    rv_err failure = RV_ERR_INIT;

    only_postgres();
    must(rv_store_begin(silence->store, err));
    must_exec(silence->store, "INSERT INTO things (id) VALUES ($1)", rv_vint(1));
    freeze(silence);
    assert_int_equal(rv_store_commit(silence->store, &failure), RV_E_UNAVAILABLE);
    assert_string_equal(failure.hint, "it is not known whether the commit was done");
    assert_false(rv_store_in_transaction(silence->store));
    thaw(silence);
    assert_true(count(silence->store, &failure) >= 0);
}

static void
a_transaction_in_which_the_server_falls_silent_is_over(void **state)
{
    struct silence *silence = *state;
    rv_err failure = RV_ERR_INIT;

    only_postgres();
    must(rv_store_begin_later(silence->store, err));
    must_exec(silence->store, "INSERT INTO things (id) VALUES ($1)", rv_vint(1));
    freeze(silence);
    assert_int_equal(count(silence->store, &failure), RV_E_UNAVAILABLE);
    thaw(silence);
    assert_int_equal(rv_store_commit(silence->store, &failure), RV_E_UNAVAILABLE);
    assert_int_equal(count(silence->store, &failure), 0);
}

static int
stop_at_once(void *arg)
{
    (void)arg;
    return 1;
}

/* libpq asks the silent server itself, and would wait for it for ever. */
static void
a_cancellation_does_not_wait_for_a_silent_server(void **state)
{
    struct silence *silence = *state;
    const struct rv_wait_hooks hooks = { .fd = -1, .beat_ms = 20, .cancelled = stop_at_once };
    rv_err failure = RV_ERR_INIT;

    only_postgres();
    freeze(silence);
    rv_wait_install(&hooks);
    int64_t start = now_ms();
    assert_int_equal(count(silence->store, &failure), RV_E_CANCELLED);
    rv_wait_install(NULL);
    assert_true(now_ms() - start < PATIENCE_MS);
    thaw(silence);
    assert_int_equal(count(silence->store, &failure), 0);
}

static void
a_statement_that_sends_now_and_then_may_take_longer(void **state)
{
    struct silence *silence = *state;
    rv_err failure = RV_ERR_INIT;
    const rv_value *row;
    int rows = 0, rc;

    only_postgres();
    RV_AUTO_ROWS struct rv_rows *slow = NULL;
    /* Some 8 KiB a row: the server's buffer is sent with each. */
    must(rv_store_query(silence->store, &slow,
                        "SELECT repeat('x', 9000), pg_sleep(0.4) FROM generate_series(1, 5)", NULL,
                        0, err));
    while ((rc = rv_rows_next(slow, &row, &failure)) > 0)
        rows++;
    assert_int_equal(rc, 0);
    assert_int_equal(rows, 5);
}

static void
a_script_may_take_longer_than_a_statement(void **state)
{
    struct silence *silence = *state;
    rv_err failure = RV_ERR_INIT;

    only_postgres();
    must(rv_store_script(silence->store, "SELECT pg_sleep(2)", err));
    assert_int_equal(rv_store_exec(silence->store, NULL, "SELECT pg_sleep(20)", NULL, 0, &failure),
                     RV_E_UNAVAILABLE);
    /* And it was ended at the server, which is alive. */
    assert_int_equal(rv_test_int(silence->contract.store,
                                 "SELECT COUNT(*) FROM pg_stat_activity WHERE datname ="
                                 " current_database() AND query LIKE 'SELECT pg_sleep(20)%'"
                                 " AND state = 'active'"),
                     0);
}

static void
a_slow_statement_is_waited_for_as_long_as_somebody_is_there(void **state)
{
    struct silence *silence = *state;
    rv_err failure = RV_ERR_INIT;

    only_postgres();
    struct rv_store *store = open_watched(silence);
    must(rv_store_exec(store, NULL, "SELECT pg_sleep(0.8)", NULL, 0, err));
    assert_int_equal(rv_store_down_since_ms(store), 0);
    freeze(silence);
    int64_t start = now_ms();
    assert_int_equal(count(store, &failure), RV_E_UNAVAILABLE);
    assert_true(now_ms() - start < PATIENCE_MS / 3);
    assert_int_not_equal(rv_store_down_since_ms(store), 0);
    thaw(silence);
    assert_int_equal(count(store, &failure), 0);
    assert_int_equal(rv_store_down_since_ms(store), 0);
    rv_store_close(store);
}

static void
what_is_unavailable_is_told_with_its_place_and_since_when_but_not_its_password(void **state)
{
    struct silence *silence = *state;
    rv_err failure = RV_ERR_INIT;

    only_postgres();
    struct rv_store *store = open_watched(silence);
    RV_AUTO_FREE char *place = rv_format("127.0.0.1:%d/", silence->port);
    const char *password = strchr(strstr(silence->contract.db.url, "://") + 3, ':') + 1;
    RV_AUTO_FREE char *secret = rv_strndup(password, strcspn(password, "@"));
    freeze(silence);
    assert_int_equal(count(store, &failure), RV_E_UNAVAILABLE);
    assert_non_null(strstr(failure.text, place));
    for (int i = 0; i < 2; i++) { /* a connection that does not come about, and none tried */
        assert_int_equal(count(store, &failure), RV_E_UNAVAILABLE);
        assert_non_null(strstr(failure.text, place));
        assert_non_null(strstr(failure.text, " has been unavailable since 2"));
        assert_null(strstr(failure.text, secret));
        assert_null(strstr(failure.hint, secret));
    }
    rv_store_close(store);
    thaw(silence);
}

/* An answer to a client of ours would be about his own password. */
static void
a_password_that_was_changed_meanwhile_is_the_databases_trouble_alone(void **state)
{
    struct silence *silence = *state;
    rv_err failure = RV_ERR_INIT;
    struct rv_store *store = NULL;

    only_postgres();
    rv_test_script(silence->contract.store, "DROP ROLE IF EXISTS passing");
    rv_test_script(silence->contract.store, "CREATE ROLE passing LOGIN PASSWORD 'one'");
    const char *host = strrchr(silence->contract.db.url, '@');
    RV_AUTO_FREE char *url = rv_format("postgresql://passing:one%s", host);
    must(open_url(&store, url, err));
    rv_test_script(silence->contract.store,
                   "ALTER ROLE passing PASSWORD 'two';"
                   "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
                   " WHERE usename = 'passing'");
    int rc = rv_store_exec(store, NULL, "SELECT 1", NULL, 0, &failure);
    rv_store_close(store);
    rv_test_script(silence->contract.store, "DROP ROLE passing");
    assert_int_equal(rc, RV_E_UNAVAILABLE);
    assert_non_null(strstr(failure.text, "password"));
    assert_non_null(strstr(failure.hint, "pg_hba.conf"));
}

#define silence_test(name) cmocka_unit_test_setup_teardown(name, begin, end)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        silence_test(a_server_that_says_nothing_is_unavailable_and_used_again_when_it_speaks),
        silence_test(who_only_asks_need_not_wait_as_long),
        silence_test(a_frozen_backend_is_unavailable_and_another_takes_its_place),
        silence_test(a_commit_without_an_answer_is_neither_done_nor_undone),
        silence_test(a_transaction_in_which_the_server_falls_silent_is_over),
        silence_test(a_cancellation_does_not_wait_for_a_silent_server),
        silence_test(a_statement_that_sends_now_and_then_may_take_longer),
        silence_test(a_script_may_take_longer_than_a_statement),
        silence_test(a_slow_statement_is_waited_for_as_long_as_somebody_is_there),
        silence_test(
            what_is_unavailable_is_told_with_its_place_and_since_when_but_not_its_password),
        silence_test(a_password_that_was_changed_meanwhile_is_the_databases_trouble_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
