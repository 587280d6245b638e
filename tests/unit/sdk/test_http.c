/* SPDX-License-Identifier: Apache-2.0
 *
 * Requests and answers, and what becomes of bad ones.
 */
#include "http_fixture.h"

static void
a_get_brings_status_type_and_body(void **state)
{
    struct reeve_http_answer answer;

    (void)state;
    assert_int_equal(reeve_http_get(&call, http, "/text/hello", &answer), 0);
    assert_int_equal(answer.status, 200);
    assert_string_equal(answer.body, "hello");
    assert_int_equal(answer.len, 5);
    assert_string_equal(answer.content_type, "text/plain");
    assert_int_equal(answer.retry_after_ms, 0);
    assert_int_equal(reeve_http_check(&call, "/text/hello", &answer), 0);
    assert_int_equal(reeve_http_get(&call, http, "/text/", &answer), 0);
    assert_string_equal(answer.body, "");
    assert_int_equal(answer.len, 0);
    assert_int_equal(reeve_http_get(&call, http, "text/x", &answer), 0);
    assert_string_equal(answer.body, "x");
}

static void
a_send_brings_method_type_and_body(void **state)
{
    struct reeve_http_answer answer;
    struct reeve_json *json;

    (void)state;
    assert_int_equal(reeve_http_send(&call, http, "PATCH", "/echo?a=b", "application/x+json",
                                     "{\"x\":1}", 7, &answer),
                     0);
    assert_int_equal(reeve_json_parse(&call, answer.body, answer.len, 0, &json), 0);
    assert_string_equal(reeve_json_string(json, "method", ""), "PATCH");
    assert_string_equal(reeve_json_string(json, "query.a", ""), "b");
    assert_string_equal(reeve_json_string(json, "body", ""), "{\"x\":1}");
    assert_string_equal(reeve_json_string(json, "headers.content-type", ""), "application/x+json");
    assert_string_equal(reeve_json_string(json, "headers.user-agent", ""),
                        "reeve/" REEVE_SDK_VERSION);
    assert_string_equal(reeve_json_string(json, "headers.accept-encoding", ""), "gzip");
    assert_null(reeve_json_get(json, "headers.expect"));
    assert_null(reeve_json_get(json, "headers.authorization"));
    reeve_json_free(json);
    assert_int_equal(reeve_http_send(&call, http, "DELETE", "/echo", NULL, NULL, 0, &answer), 0);
    assert_true(contains(answer.body, "\"method\": \"DELETE\""));
    assert_int_equal(reeve_http_send(&call, http, "POST", "/echo", "text/plain", "", 0, &answer),
                     0);
    assert_true(contains(answer.body, "\"content-length\": \"0\""));
    assert_int_equal(reeve_http_send(&call, http, "HEAD", "/text/abc", NULL, NULL, 0, &answer), 0);
    assert_int_equal(answer.status, 200);
    assert_int_equal(answer.len, 0);
}

static void
the_base_urls_path_comes_first(void **state)
{
    struct reeve_http_answer answer;
    char base[128];

    (void)state;
    snprintf(base, sizeof(base), "%s/text//", server.url);
    use((struct reeve_http_config){ .base_url = base });
    assert_int_equal(reeve_http_get(&call, http, "/below", &answer), 0);
    assert_string_equal(answer.body, "below");
}

static void
connections_are_kept(void **state)
{
    struct reeve_http_answer answer;
    int64_t connection = -1;

    (void)state;
    for (int i = 0; i < 5; i++) {
        assert_int_equal(reeve_http_get(&call, http, "/echo", &answer), 0);
        struct reeve_json *json;
        assert_int_equal(reeve_json_parse(&call, answer.body, answer.len, 0, &json), 0);
        int64_t this = reeve_json_int(json, "connection", -1);
        assert_true(connection == -1 || connection == this);
        connection = this;
        reeve_json_free(json);
    }
}

static void
a_compressed_body_is_unpacked(void **state)
{
    struct reeve_http_answer answer;

    (void)state;
    assert_int_equal(reeve_http_get(&call, http, "/gzip/100000", &answer), 0);
    assert_int_equal(answer.len, 100000);
    assert_int_equal(strspn(answer.body, "x"), 100000);
}

static void
the_ceiling_counts_unpacked_bytes(void **state)
{
    struct reeve_http_answer answer;

    (void)state;
    use((struct reeve_http_config){ .max_response_bytes = 100000 });
    assert_int_equal(reeve_http_get(&call, http, "/gzip/100000", &answer), 0);
    assert_int_equal(reeve_http_get(&call, http, "/gzip/50000000", &answer), REEVE_E_LIMIT);
    assert_string_equal(call.text, "GET /gzip/50000000: the answer is larger than 100000 bytes");
    assert_int_equal(reeve_http_get(&call, http, "/bytes/-1", &answer), REEVE_E_LIMIT);
    assert_int_equal(reeve_http_get(&call, http, "/bytes/100001", &answer), REEVE_E_LIMIT);
    assert_int_equal(reeve_http_get(&call, http, "/bytes/100000", &answer), 0);
}

static void
statuses_become_classes(void **state)
{
    static const struct {
        int status;
        int error_class;
    } cases[] = {
        { 200, 0 },
        { 201, 0 },
        { 204, 0 },
        { 304, REEVE_E_PROTOCOL },
        { 400, REEVE_E_INVALID },
        { 401, REEVE_E_AUTH },
        { 403, REEVE_E_PERMISSION },
        { 404, REEVE_E_NOT_FOUND },
        { 408, REEVE_E_TIMEOUT },
        { 409, REEVE_E_CONFLICT },
        { 410, REEVE_E_GONE },
        { 422, REEVE_E_INVALID },
        { 429, REEVE_E_RATE_LIMITED },
        { 500, REEVE_E_UNAVAILABLE },
        { 503, REEVE_E_UNAVAILABLE },
        { 504, REEVE_E_TIMEOUT },
        { 599, REEVE_E_UNAVAILABLE },
        { 600, REEVE_E_PROTOCOL },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct reeve_http_answer answer = {
            .status = cases[i].status, .body = "", .content_type = "", .retry_after_ms = 5
        };
        sdk_host_forget(&call);
        assert_int_equal(reeve_http_check(&call, "/x?secret=1", &answer), cases[i].error_class);
        if (cases[i].error_class == 0)
            continue;
        char text[64];
        snprintf(text, sizeof(text), "/x: the server answers with status %d", cases[i].status);
        assert_string_equal(call.text, text);
        assert_int_equal(call.remote_status, cases[i].status);
        assert_int_equal(call.retry_after_ms, 5);
    }
}

static void
the_servers_own_message_is_passed_on(void **state)
{
    struct reeve_http_answer answer;

    (void)state;
    assert_int_equal(reeve_http_get(&call, http, "/status/403", &answer), 0);
    assert_int_equal(reeve_http_check(&call, "/status/403", &answer), REEVE_E_PERMISSION);
    assert_string_equal(call.text, "/status/403: the server answers with status 403: as you wish");
    assert_true(contains(call.hint, "lack a right"));
    answer.body = "{not json";
    answer.len = 9;
    assert_int_equal(reeve_http_check(&call, "/y", &answer), REEVE_E_PERMISSION);
    assert_string_equal(call.text, "/y: the server answers with status 403");
}

static int
take_nothing(void *arg, const char *bytes, uint64_t len)
{
    (void)arg, (void)bytes, (void)len;
    return 0;
}

static void
the_path_in_an_error_is_the_one_that_was_asked(void **state)
{
    static const struct {
        const char *base, *path, *text, *hint;
    } cases[] = {
        { "", "/status/404", "/status/404: the server answers with status 404: as you wish", "" },
        { "/status/", "404", "/status/404: the server answers with status 404: as you wish",
          "check option 'path': this connection's address has the path /status" },
        { "/status", "/404?a=b", "/status/404: the server answers with status 404: as you wish",
          "check option 'path': this connection's address has the path /status" },
        { "/status/404", "", "/status/404: the server answers with status 404: as you wish",
          "check option 'path': this connection's address has the path /status/404" },
        { "/status", "/409", "/status/409: the server answers with status 409: as you wish", "" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct reeve_http_answer answer;
        char *base = reeve_format(&call, "%s%s", server.url, cases[i].base);
        use((struct reeve_http_config){ .base_url = base });
        assert_int_equal(reeve_http_get(&call, http, cases[i].path, &answer), 0);
        for (int way = 0; way < 2; way++) {
            sdk_host_forget(&call);
            if (way == 0) /* an answer may outlive its client */
                use((struct reeve_http_config){ .base_url = base });
            assert_true(
                (way ? reeve_http_get_body(&call, http, cases[i].path, take_nothing, NULL, 0)
                     : reeve_http_check(&call, cases[i].path, &answer)) < 0);
            assert_string_equal(call.text, cases[i].text);
            assert_string_equal(call.hint, cases[i].hint);
        }
    }
}

static void
nobody_listening_is_said(void **state)
{
    struct reeve_http_answer answer;

    (void)state;
    use((struct reeve_http_config){ .base_url = "http://127.0.0.1:1" });
    assert_int_equal(reeve_http_get(&call, http, "/", &answer), REEVE_E_UNAVAILABLE);
    assert_string_equal(call.text, "cannot connect to http://127.0.0.1:1: connection refused");
    assert_true(contains(call.hint, "check the address"));
}

static void
an_unknown_host_is_said(void **state)
{
    struct reeve_http_answer answer;

    (void)state;
    use((struct reeve_http_config){ .base_url = "https://no-such-host.invalid" });
    assert_int_equal(reeve_http_get(&call, http, "/", &answer), REEVE_E_UNAVAILABLE);
    assert_string_equal(
        call.text, "the host name of https://no-such-host.invalid:443 cannot be found in the DNS");
}

static void
a_cut_answer_is_said(void **state)
{
    struct reeve_http_answer answer;

    (void)state;
    assert_int_equal(reeve_http_get(&call, http, "/truncate/100", &answer), REEVE_E_UNAVAILABLE);
    assert_string_equal(call.text, "GET /truncate/100: the answer was cut off after 100 bytes");
    assert_int_equal(reeve_http_get(&call, http, "/close", &answer), REEVE_E_UNAVAILABLE);
    assert_true(contains(call.text, "GET /close: the connection ended without an answer"));
    assert_int_equal(reeve_http_get(&call, http, "/reset", &answer), REEVE_E_UNAVAILABLE);
    assert_true(contains(call.text, "GET /reset: the connection ended without an answer"));
    assert_int_equal(reeve_http_get(&call, http, "/lines/3?cut=1", &answer), REEVE_E_UNAVAILABLE);
    assert_true(contains(call.text, "GET /lines/3: the answer was cut off after"));
}

static void
what_is_no_http_is_said(void **state)
{
    struct reeve_http_answer answer;

    (void)state;
    assert_int_equal(reeve_http_get(&call, http, "/garbage", &answer), REEVE_E_PROTOCOL);
    assert_true(contains(call.text, "is not HTTP as it should be"));
    tell("{\"routes\":[{\"path\":\"/badzip\",\"steps\":[{\"text\":\"plain\","
         "\"headers\":{\"Content-Encoding\":\"gzip\"}}]}]}");
    assert_int_equal(reeve_http_get(&call, http, "/badzip", &answer), REEVE_E_PROTOCOL);
}

static void
endless_headers_are_cut(void **state)
{
    struct reeve_http_answer answer;
    size_t len = 0, room = 600 * 1024;
    char *script = malloc(room);

    (void)state;
    len +=
        (size_t)snprintf(script, room, "{\"routes\":[{\"path\":\"/h\",\"steps\":[{\"headers\":{");
    for (int i = 0; i < 900; i++)
        len +=
            (size_t)snprintf(script + len, room - len, "%s\"X-%d\":\"%0600d\"", i ? "," : "", i, i);
    snprintf(script + len, room - len, "}}]}]}");
    tell(script);
    free(script);
    assert_int_equal(reeve_http_get(&call, http, "/h", &answer), REEVE_E_LIMIT);
    assert_true(contains(call.text, "headers are larger"));
}

static void
a_slow_answer_times_out(void **state)
{
    struct reeve_http_answer answer;
    int64_t begun = reeve_monotonic_ms(&call);

    (void)state;
    use((struct reeve_http_config){ .request_timeout_ms = 100 });
    assert_int_equal(reeve_http_get(&call, http, "/hang", &answer), REEVE_E_TIMEOUT);
    assert_string_equal(call.text, "GET /hang: no whole answer within 100 ms");
    assert_true(reeve_monotonic_ms(&call) - begun < 5000);
}

static void
the_deadline_ends_a_request(void **state)
{
    struct reeve_http_answer answer;

    (void)state;
    sdk_host_set_deadline(&call, 100);
    assert_int_equal(reeve_http_get(&call, http, "/hang", &answer), REEVE_E_TIMEOUT);
    assert_string_equal(call.text, "GET /hang: the deadline passed");
}

static void
cancelling_ends_a_request(void **state)
{
    struct reeve_http_answer answer;
    int64_t begun = reeve_monotonic_ms(&call);

    (void)state;
    sdk_host_cancel_after(&call, 100);
    assert_int_equal(reeve_http_get(&call, http, "/hang", &answer), REEVE_E_CANCELLED);
    assert_true(reeve_monotonic_ms(&call) - begun < 2000);
    assert_string_equal(call.text, "GET /hang: cancelled");
}

static void
a_path_must_be_escaped(void **state)
{
    static const char *const paths[] = { "/a b", "/a\r\nX: y", "/\xC3\xA9", "/a#b", "/\x7F" };
    struct reeve_http_answer answer;

    (void)state;
    for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
        assert_int_equal(reeve_http_get(&call, http, paths[i], &answer), REEVE_E_INVALID);
        assert_true(contains(call.text, "is not escaped"));
    }
    assert_string_equal(reeve_url_escape(&call, "a b/\xC3\xA9~_.-Z9&="),
                        "a%20b%2F%C3%A9~_.-Z9%26%3D");
    assert_string_equal(reeve_url_escape(&call, ""), "");
}

static void
a_config_that_cannot_work_is_refused_at_once(void **state)
{
    static const struct reeve_secret secret = { "s", 1 };
    static const struct {
        struct reeve_http_config config;
        const char *part; /* of the error */
    } cases[] = {
        { { .base_url = NULL }, "is no address" },
        { { .base_url = "" }, "is no address" },
        { { .base_url = "kubernetes" }, "is no address" },
        { { .base_url = "ftp://host/" }, "'ftp://host/' is no address" },
        { { .base_url = "file:///etc/passwd" }, "is no address" },
        { { .base_url = "https://u:p@host" }, "holds a user name" },
        { { .base_url = "https://host/?a=b" }, "holds a query" },
        { { .base_url = "https://host/#a" }, "holds a query or fragment" },
        { { .base_url = "https://host:99999" }, "is no address" },
        { { .base_url = "https://host", .tls = 3 }, "TLS mode 3" },
        { { .base_url = "https://host", .tls = REEVE_TLS_VERIFY_CA }, "no CA certificate" },
        { { .base_url = "https://host", .client_key = &secret }, "without a client certificate" },
        { { .base_url = "https://host", .password = &secret }, "without a user name" },
        { { .base_url = "https://host", .password = &secret, .userid = "a:b" }, "colon" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct reeve_http_config config = cases[i].config;
        struct reeve_http *refused;
        config.size = sizeof(config);
        assert_int_equal(reeve_http_open(&call, &config, &refused), REEVE_E_INVALID);
        assert_null(refused);
        assert_true(contains(call.text, cases[i].part));
        assert_null(strstr(call.text, "u:p"));
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        HTTP_TEST(a_get_brings_status_type_and_body),
        HTTP_TEST(a_send_brings_method_type_and_body),
        HTTP_TEST(the_base_urls_path_comes_first),
        HTTP_TEST(connections_are_kept),
        HTTP_TEST(a_compressed_body_is_unpacked),
        HTTP_TEST(the_ceiling_counts_unpacked_bytes),
        HTTP_TEST(statuses_become_classes),
        HTTP_TEST(the_servers_own_message_is_passed_on),
        HTTP_TEST(the_path_in_an_error_is_the_one_that_was_asked),
        HTTP_TEST(nobody_listening_is_said),
        HTTP_TEST(an_unknown_host_is_said),
        HTTP_TEST(a_cut_answer_is_said),
        HTTP_TEST(what_is_no_http_is_said),
        HTTP_TEST(endless_headers_are_cut),
        HTTP_TEST(a_slow_answer_times_out),
        HTTP_TEST(the_deadline_ends_a_request),
        HTTP_TEST(cancelling_ends_a_request),
        HTTP_TEST(a_path_must_be_escaped),
        HTTP_TEST(a_config_that_cannot_work_is_refused_at_once),
    };

    return cmocka_run_group_tests(tests, start_server, stop_server);
}
