/* SPDX-License-Identifier: Apache-2.0
 *
 * The way to a server: retries, redirects, credentials, proxies.
 */
#include "http_fixture.h"

static void
a_failing_request_is_made_again(void **state)
{
    struct reeve_http_answer answer;

    (void)state;
    use((struct reeve_http_config){ .retries = 2 });
    assert_int_equal(reeve_http_get(&call, http, "/flaky/1/503", &answer), 0);
    assert_int_equal(answer.status, 200);
    assert_string_equal(answer.body, "recovered");
    assert_true(
        contains(sdk_host_log(&call), "info GET /flaky/1/503: status 503; asking again in"));
    assert_string_equal(call.text, "");
}

static void
retries_end(void **state)
{
    struct reeve_http_answer answer;

    (void)state;
    use((struct reeve_http_config){ .retries = 1 });
    assert_int_equal(reeve_http_get(&call, http, "/flaky/9/503", &answer), 0);
    assert_int_equal(answer.status, 503);
    struct reeve_json *requests = asked(http);
    uint64_t count = 0;
    for (const struct reeve_json *r = reeve_json_first(requests, ""); r; r = reeve_json_next(r))
        count += strcmp(reeve_json_string(r, "path", ""), "/flaky/9/503") == 0;
    assert_int_equal(count, 2);
    reeve_json_free(requests);
}

static void
retry_after_is_waited_for(void **state)
{
    struct reeve_http_answer answer;
    int64_t begun = reeve_monotonic_ms(&call);

    (void)state;
    use((struct reeve_http_config){ .retries = 1 });
    assert_int_equal(reeve_http_get(&call, http, "/flaky/1/429?retry_after=1", &answer), 0);
    assert_int_equal(answer.status, 200);
    assert_true(reeve_monotonic_ms(&call) - begun >= 1000);
}

static void
too_long_a_wait_is_left_to_the_caller(void **state)
{
    struct reeve_http_answer answer;
    int64_t begun = reeve_monotonic_ms(&call);

    (void)state;
    use((struct reeve_http_config){ .retries = 3 });
    assert_int_equal(reeve_http_get(&call, http, "/flaky/1/429?retry_after=3600", &answer), 0);
    assert_int_equal(answer.status, 429);
    assert_int_equal(answer.retry_after_ms, 3600 * 1000);
    assert_int_equal(reeve_http_check(&call, "/", &answer), REEVE_E_RATE_LIMITED);
    assert_int_equal(call.retry_after_ms, 3600 * 1000);
    sdk_host_set_deadline(&call, 2000);
    assert_int_equal(reeve_http_get(&call, http, "/flaky/1/503?retry_after=10", &answer), 0);
    assert_int_equal(answer.status, 503);
    assert_true(reeve_monotonic_ms(&call) - begun < 2000);
}

static void
what_changes_things_is_not_repeated(void **state)
{
    struct reeve_http_answer answer;

    (void)state;
    use((struct reeve_http_config){ .retries = 3 });
    assert_int_equal(
        reeve_http_send(&call, http, "POST", "/flaky/1/503?post", NULL, NULL, 0, &answer), 0);
    assert_int_equal(answer.status, 503);
}

static void
a_redirect_within_the_origin_is_followed(void **state)
{
    struct reeve_http_answer answer;

    (void)state;
    assert_int_equal(reeve_http_get(&call, http, "/redirect?to=/text/there", &answer), 0);
    assert_string_equal(answer.body, "there");
    assert_int_equal(
        reeve_http_get(&call, http, "/redirect?to=/redirect%3Fto%3D/text/two", &answer), 0);
    assert_string_equal(answer.body, "two");
}

static void
a_redirect_elsewhere_is_refused(void **state)
{
    static const struct reeve_secret token = { "s3cr3t", 6 };
    struct reeve_http_answer answer;
    struct fault_server other;
    char path[128];

    (void)state;
    fault_server_start(&other, NULL);
    use((struct reeve_http_config){ .bearer = &token });
    snprintf(path, sizeof(path), "/redirect?to=%s/echo", other.url);
    assert_int_equal(reeve_http_get(&call, http, path, &answer), REEVE_E_INVALID);
    assert_true(contains(call.text, "sends us to another place"));
    assert_true(contains(call.hint, "credentials are not sent there"));
    struct reeve_http *witness = open_client(other.url, (struct reeve_http_config){ 0 });
    struct reeve_json *requests = asked(witness);
    assert_int_equal(reeve_json_count(requests, ""), 0);
    reeve_json_free(requests);
    reeve_http_close(witness);
    fault_server_stop(&other);
}

static void
redirects_in_a_circle_end(void **state)
{
    struct reeve_http_answer answer;

    (void)state;
    tell("{\"routes\":[{\"path\":\"/loop\",\"steps\":[{\"status\":302,"
         "\"headers\":{\"Location\":\"/loop\"}}]}]}");
    assert_int_equal(reeve_http_get(&call, http, "/loop", &answer), REEVE_E_PROTOCOL);
    assert_string_equal(call.text, "GET /loop: redirected more than 5 times");
}

static void
a_bearer_token_is_lent_for_each_request(void **state)
{
    static const struct reeve_secret token = { "abc.def\n", 8 };
    struct reeve_http_answer answer;

    (void)state;
    use((struct reeve_http_config){ .bearer = &token });
    for (uint64_t i = 1; i <= 3; i++) {
        assert_int_equal(reeve_http_get(&call, http, "/echo", &answer), 0);
        assert_true(contains(answer.body, "\"authorization\": \"Bearer abc.def\""));
        assert_int_equal(call.lent, i);
    }
    assert_null(strstr(sdk_host_log(&call), "abc.def"));
}

static void
user_and_password_are_sent_as_basic(void **state)
{
    static const struct {
        const char *userid;
        struct reeve_secret password;
        const char *header;
    } cases[] = {
        { "Aladdin", { "open sesame", 11 }, "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==" },
        { "u", { "", 0 }, "Basic dTo=" },
        { "u", { "p", 1 }, "Basic dTpw" },
        { "u", { "p\xFF", 2 }, "Basic dTpw/w==" },
    };
    struct reeve_http_answer answer;

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        use((struct reeve_http_config){ .userid = cases[i].userid,
                                        .password = &cases[i].password });
        assert_int_equal(reeve_http_get(&call, http, "/echo", &answer), 0);
        assert_true(contains(answer.body, cases[i].header));
    }
}

static void
a_token_cannot_smuggle_a_header(void **state)
{
    static const struct reeve_secret token = { "a\r\nX-Evil: 1", 12 };
    struct reeve_http_answer answer;

    (void)state;
    use((struct reeve_http_config){ .bearer = &token });
    assert_int_equal(reeve_http_get(&call, http, "/echo", &answer), REEVE_E_INVALID);
    assert_string_equal(call.text,
                        "the bearer token holds a control character, so it cannot be sent");
}

static void
the_environments_proxy_is_not_used(void **state)
{
    struct reeve_http_answer answer;

    (void)state;
    setenv("http_proxy", "http://127.0.0.1:1", 1);
    setenv("ALL_PROXY", "http://127.0.0.1:1", 1);
    int status = reeve_http_get(&call, http, "/text/direct", &answer);
    unsetenv("http_proxy");
    unsetenv("ALL_PROXY");
    assert_int_equal(status, 0);
    assert_string_equal(answer.body, "direct");
}

static void
a_given_proxy_is_used_whatever_the_environment_says(void **state)
{
    struct reeve_http_answer answer;

    (void)state;
    setenv("no_proxy", "*", 1);
    use((struct reeve_http_config){ .base_url = "http://somewhere.invalid", .proxy = server.url });
    int status = reeve_http_get(&call, http, "/text/via", &answer);
    unsetenv("no_proxy");
    assert_int_equal(status, 0);
    assert_int_equal(answer.status, 404); /* the server was asked for the whole URL */
    struct reeve_http *direct = open_client(server.url, (struct reeve_http_config){ 0 });
    struct reeve_json *requests = asked(direct);
    const struct reeve_json *last = reeve_json_first(requests, "");
    while (reeve_json_next(last))
        last = reeve_json_next(last);
    assert_string_equal(reeve_json_string(last, "target", ""), "http://somewhere.invalid/text/via");
    reeve_json_free(requests);
    reeve_http_close(direct);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        HTTP_TEST(a_failing_request_is_made_again),
        HTTP_TEST(retries_end),
        HTTP_TEST(retry_after_is_waited_for),
        HTTP_TEST(too_long_a_wait_is_left_to_the_caller),
        HTTP_TEST(what_changes_things_is_not_repeated),
        HTTP_TEST(a_redirect_within_the_origin_is_followed),
        HTTP_TEST(a_redirect_elsewhere_is_refused),
        HTTP_TEST(redirects_in_a_circle_end),
        HTTP_TEST(a_bearer_token_is_lent_for_each_request),
        HTTP_TEST(user_and_password_are_sent_as_basic),
        HTTP_TEST(a_token_cannot_smuggle_a_header),
        HTTP_TEST(the_environments_proxy_is_not_used),
        HTTP_TEST(a_given_proxy_is_used_whatever_the_environment_says),
    };

    return cmocka_run_group_tests(tests, start_server, stop_server);
}
