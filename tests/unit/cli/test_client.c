/* SPDX-License-Identifier: Apache-2.0
 *
 * What the server's errors mean, and what stands in URLs.
 */
#include <netinet/in.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include "capture.h"
#include "cli.h"
#include "client.h"
#include "config.h"

static void
errors_have_the_servers_words_and_a_class(void **state)
{
    static const struct {
        const char *body;
        long status;
        int class;
        const char *text, *hint;
    } table[] = {
        { "{\"error\":{\"kind\":\"not_found\",\"message\":\"Couldn't find Vm\",\"klass\":\"x\"}}",
          404, RV_E_NOT_FOUND, "Couldn't find Vm", "" },
        { "{\"error\":{\"message\":\"no\",\"hint\":\"did you mean 'x'?\"}}", 400, RV_E_INVALID,
          "no", "did you mean 'x'?" },
        { "{\"error\":{\"message\":\"taken\",\"klass\":\"ActiveRecord::RecordInvalid\"}}", 400,
          RV_E_CONFLICT, "taken", "" },
        { "{\"status\":404,\"error\":\"Not Found\"}", 404, RV_E_NOT_FOUND, "Not Found", "" },
        { "{\"error\":{\"message\":\"who?\"}}", 401, RV_E_AUTH, "who?", "reevectl login" },
        { "{\"error\":{\"message\":\"who?\",\"hint\":\"a\"}}", 401, RV_E_AUTH, "who?", "a" },
        { "", 403, RV_E_PERMISSION, "status 403", "" },
        { "<html>", 502, RV_E_UNAVAILABLE, "status 502", "" },
        { "{}", 503, RV_E_UNAVAILABLE, "status 503", "" },
        { "[]", 409, RV_E_CONFLICT, "status 409", "" },
        { "null", 410, RV_E_GONE, "status 410", "" },
        { "{\"error\":7}", 429, RV_E_RATE_LIMITED, "status 429", "" },
        { "{\"error\":{}}", 500, RV_E_INTERNAL, "status 500", "" },
        { "\xff", 418, RV_E_INVALID, "status 418", "" },
        { "", 301, RV_E_INTERNAL, "status 301", "" },
    };
    (void)state;

    for (size_t i = 0; i < RV_COUNT(table); i++) {
        rv_err err = RV_ERR_INIT;
        int class = cli_answer_error(table[i].body, strlen(table[i].body), table[i].status, &err);

        assert_int_equal(class, table[i].class);
        assert_int_equal(err.code, table[i].class);
        if (!strstr(err.text, table[i].text))
            fail_msg("row %zu: %s", i, err.text);
        if (*table[i].hint ? !strstr(err.hint, table[i].hint) : *err.hint)
            fail_msg("row %zu: hint: %s", i, err.hint);
    }
}

static void
what_means_something_in_urls_is_escaped(void **state)
{
    static const char *const table[][2] = {
        { "name,phase", "name,phase" },
        { "a-b._~", "a-b._~" },
        { "phase!='Running' & more", "phase%21%3D%27Running%27%20%26%20more" },
        { "filter[]=x?#/+", "filter%5B%5D%3Dx%3F%23%2F%2B" },
        { "k\xc3\xa4se\n", "k%C3%A4se%0A" },
        { "", "" },
    };
    (void)state;

    for (size_t i = 0; i < RV_COUNT(table); i++) {
        RV_AUTO_FREE char *escaped = cli_escape(table[i][0]);

        assert_string_equal(escaped, table[i][1]);
    }
}

static void
a_client_needs_a_url_and_takes_slashes_off_its_end(void **state)
{
    struct cli_context context = { .url = NULL };
    struct cli_client *client = NULL, *other = NULL;
    rv_err err = RV_ERR_INIT;
    char url[] = "http://host:1//";
    (void)state;

    assert_int_equal(cli_client_open(&client, &context, &err), RV_E_AUTH);
    assert_non_null(strstr(err.hint, "reevectl login"));
    context.url = url;
    rv_err_clear(&err);
    assert_int_equal(cli_client_open(&client, &context, &err), 0);
    assert_string_equal(cli_client_url(client), "http://host:1");
    assert_int_equal(cli_client_clone(&other, client, &err), 0);
    assert_string_equal(cli_client_url(other), "http://host:1");
    cli_client_close(client);
    cli_client_close(other);
    cli_client_close(NULL);
}

static int
never(void *arg)
{
    (void)arg;
    fail_msg("called without a connection");
    return 1;
}

static int
never_event(void *arg, const struct cli_event *event)
{
    (void)event;
    return never(arg);
}

static void
a_server_that_is_not_there_is_unreachable_at_once(void **state)
{
    const struct cli_stream stream = { never, never_event, NULL };
    char urls[][32] = { "http://127.0.0.1:1", "ftp://127.0.0.1", "nonsense://x", "http:///x" };
    (void)state;

    for (size_t i = 0; i < RV_COUNT(urls); i++) {
        struct cli_context context = { .url = urls[i] };
        struct cli_client *client = NULL;
        rv_err err = RV_ERR_INIT;
        cJSON *out = NULL;

        assert_int_equal(cli_client_open(&client, &context, &err), 0);
        assert_int_equal(cli_get(client, "/api", &out, &err), RV_E_UNAVAILABLE);
        assert_null(out);
        assert_non_null(strstr(err.text, urls[i]));
        assert_false(cli_client_met_silence(client));
        rv_err_clear(&err);
        assert_int_equal(cli_events(client, "/api/vms", &stream, &err), RV_E_UNAVAILABLE);
        cli_client_close(client);
    }
}

/* It listens, so that the kernel takes the connection, and never reads. */
static int
listen_in_silence(int *port)
{
    struct sockaddr_in address = { .sin_family = AF_INET,
                                   .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t len = sizeof(address);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
    assert_int_equal(listen(fd, 1), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &len), 0);
    *port = ntohs(address.sin_port);
    return fd;
}

static void
a_server_that_says_nothing_is_told_from_one_that_is_not_there(void **state)
{
    int port = 0, fd = listen_in_silence(&port);
    RV_AUTO_FREE char *url = rv_format("http://127.0.0.1:%d", port);
    struct cli_context context = { .url = url };
    struct cli_client *client = NULL;
    rv_err err = RV_ERR_INIT;
    cJSON *out = NULL;
    (void)state;

    assert_int_equal(cli_client_open(&client, &context, &err), 0);
    cli_client_timeout(client, 200);
    assert_int_equal(cli_get(client, "/api", &out, &err), RV_E_UNAVAILABLE);
    assert_true(cli_client_met_silence(client));
    assert_non_null(strstr(err.text, "no answer from http://127.0.0.1"));
    close(fd);
    rv_err_clear(&err);
    assert_int_equal(cli_get(client, "/api", &out, &err), RV_E_UNAVAILABLE);
    assert_false(cli_client_met_silence(client));
    cli_client_close(client);
}

/* Answers one request, and keeps its connection without a word to the next. */
static void *
answer_once(void *arg)
{
    static const char answer[] = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}";
    char request[4096];
    int fd = accept(*(int *)arg, NULL, NULL);

    assert_true(recv(fd, request, sizeof(request), 0) > 0);
    assert_int_equal(send(fd, answer, strlen(answer), 0), strlen(answer));
    while (recv(fd, request, sizeof(request), 0) > 0)
        ;
    close(fd);
    return NULL;
}

static void
a_server_that_falls_silent_is_told_from_one_that_is_not_there(void **state)
{
    struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t len = sizeof(at);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct cli_client *client = NULL;
    rv_err err = RV_ERR_INIT;
    cJSON *out = NULL;
    pthread_t thread;
    (void)state;

    assert_int_equal(bind(fd, (struct sockaddr *)&at, len), 0);
    assert_int_equal(listen(fd, 1), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&at, &len), 0);
    assert_int_equal(pthread_create(&thread, NULL, answer_once, &fd), 0);
    RV_AUTO_FREE char *url = rv_format("http://127.0.0.1:%d", ntohs(at.sin_port));
    const struct cli_context context = { .url = url };
    assert_int_equal(cli_client_open(&client, &context, &err), 0);
    assert_int_equal(cli_get(client, "/api", &out, &err), 0);
    cJSON_Delete(out);
    cli_client_timeout(client, 200);
    assert_int_equal(cli_get(client, "/api", &out, &err), RV_E_UNAVAILABLE);
    assert_true(cli_client_met_silence(client));
    cli_client_close(client);
    pthread_join(thread, NULL);
    close(fd);
}

static void
what_belongs_to_one_server_is_not_taken_to_another(void **state)
{
    static const struct cli_option options[] = { { "home", 0, "DIR", "" },
                                                 { NULL, 0, NULL, NULL } };
    static const struct cli_command command = { .name = "doctor", .options = options };
    static const struct cli_option url = { "url", 0, "URL", "" };
    struct cli cli = { .command = &command };
    struct cli_context context = { .url = rv_strdup("http://elsewhere"),
                                   .token = rv_strdup("t"),
                                   .ca = rv_strdup("/ca"),
                                   .insecure = 1 };
    char *folder = make_folder();
    rv_err err = RV_ERR_INIT;
    (void)state;

    put_file(folder, "local-token", "0123\n");
    put_file(folder, "url", "http://here\n");
    setenv("REEVE_HOME", folder, 1);
    cli.given[0] = (struct cli_given){ .option = &url, .value = "http://elsewhere" };
    cli.given_count = 1;
    assert_int_equal(cli_take_home(&cli, &context, &err), 0);
    assert_null(context.local);
    assert_string_equal(context.url, "http://elsewhere");
    cli.given_count = 0;
    assert_int_equal(cli_take_home(&cli, &context, &err), 0);
    assert_string_equal(context.local, "0123");
    assert_string_equal(context.url, "http://here");
    assert_true(!context.token && !context.ca && !context.insecure);
    unsetenv("REEVE_HOME");
    cli_context_free(&context);
    remove_folder(folder);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(errors_have_the_servers_words_and_a_class),
        cmocka_unit_test(what_means_something_in_urls_is_escaped),
        cmocka_unit_test(a_client_needs_a_url_and_takes_slashes_off_its_end),
        cmocka_unit_test(a_server_that_is_not_there_is_unreachable_at_once),
        cmocka_unit_test(a_server_that_says_nothing_is_told_from_one_that_is_not_there),
        cmocka_unit_test(a_server_that_falls_silent_is_told_from_one_that_is_not_there),
        cmocka_unit_test(what_belongs_to_one_server_is_not_taken_to_another),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
