/* SPDX-License-Identifier: Apache-2.0
 *
 * Requests and answers, and what becomes of bad ones.
 */
#include "http_fixture.h"

static struct reeve_call call;
static struct fault_server server;
static struct reeve_http *http;

static int
begin(void **state)
{
    (void)state;
    fault_server_start(&server, NULL);
    return 0;
}

static int
end(void **state)
{
    (void)state;
    fault_server_stop(&server);
    return 0;
}

static int
begin_test(void **state)
{
    (void)state;
    sdk_host_begin(&call);
    http = open_client(&call, server.url, (struct reeve_http_config){ 0 });
    tell(&call, http, "{}");
    return 0;
}

static int
end_test(void **state)
{
    (void)state;
    reeve_http_close(http);
    sdk_host_end(&call);
    return 0;
}

static void
use(struct reeve_http_config config)
{
    reeve_http_close(http);
    http = open_client(&call, server.url, config);
}

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
    tell(&call, http,
         "{\"routes\":[{\"path\":\"/badzip\",\"steps\":[{\"text\":\"plain\","
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
    for (int i = 0; i < 5000; i++)
        len +=
            (size_t)snprintf(script + len, room - len, "%s\"X-%d\":\"%060d\"", i ? "," : "", i, i);
    snprintf(script + len, room - len, "}}]}]}");
    tell(&call, http, script);
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
    struct reeve_json *requests = asked(&call, http);
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
    struct reeve_http *witness = open_client(&call, other.url, (struct reeve_http_config){ 0 });
    struct reeve_json *requests = asked(&call, witness);
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
    tell(&call, http,
         "{\"routes\":[{\"path\":\"/loop\",\"steps\":[{\"status\":302,"
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
    struct reeve_http *direct = open_client(&call, server.url, (struct reeve_http_config){ 0 });
    struct reeve_json *requests = asked(&call, direct);
    const struct reeve_json *last = reeve_json_first(requests, "");
    while (reeve_json_next(last))
        last = reeve_json_next(last);
    assert_string_equal(reeve_json_string(last, "target", ""), "http://somewhere.invalid/text/via");
    reeve_json_free(requests);
    reeve_http_close(direct);
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

/* Pieces as they come; may make a request of its own in between. */
struct pieces {
    uint64_t bytes;
    uint64_t calls;
    int fail;
    int ask;
};

static int
take_piece(void *arg, const char *bytes, uint64_t len)
{
    struct pieces *pieces = arg;
    struct reeve_http_answer answer;

    for (uint64_t i = 0; i < len; i++)
        assert_int_equal(bytes[i], 'x');
    pieces->bytes += len;
    pieces->calls++;
    if (pieces->ask && pieces->calls <= 3) {
        assert_int_equal(reeve_http_get(&call, http, "/text/between", &answer), 0);
        assert_string_equal(answer.body, "between");
        for (uint64_t i = 0; i < len; i++)
            assert_int_equal(bytes[i], 'x');
    }
    return pieces->fail ? reeve_fail(&call, REEVE_E_CONFLICT, "stop") : 0;
}

static void
a_body_is_handed_over_in_pieces(void **state)
{
    struct pieces pieces = { 0 };

    (void)state;
    assert_int_equal(reeve_http_get_body(&call, http, "/bytes/20000000", take_piece, &pieces, 0),
                     0);
    assert_int_equal(pieces.bytes, 20000000);
    assert_true(pieces.calls > 50);
    assert_true(call.memory_used < 100000);
    pieces = (struct pieces){ 0 };
    assert_int_equal(reeve_http_get_body(&call, http, "/gzip/3000000", take_piece, &pieces, 0), 0);
    assert_int_equal(pieces.bytes, 3000000);
}

static void
a_taker_may_use_the_same_client(void **state)
{
    struct pieces pieces = { .ask = 1 };

    (void)state;
    assert_int_equal(reeve_http_get_body(&call, http, "/bytes/5000000", take_piece, &pieces, 0), 0);
    assert_int_equal(pieces.bytes, 5000000);
}

static void
a_taker_may_end_the_request(void **state)
{
    struct pieces pieces = { .fail = 1 };
    struct reeve_http_answer answer;

    (void)state;
    assert_int_equal(reeve_http_get_body(&call, http, "/bytes/-1", take_piece, &pieces, 1 << 30),
                     REEVE_E_CONFLICT);
    assert_int_equal(pieces.calls, 1);
    assert_string_equal(call.text, "stop");
    assert_int_equal(reeve_http_get(&call, http, "/text/after", &answer), 0);
}

static void
a_body_in_pieces_has_a_ceiling(void **state)
{
    struct pieces pieces = { 0 };

    (void)state;
    assert_int_equal(reeve_http_get_body(&call, http, "/bytes/-1", take_piece, &pieces, 1000000),
                     REEVE_E_LIMIT);
    assert_true(contains(call.text, "larger than 1000000 bytes"));
    assert_true(pieces.bytes <= 1000000);
}

static void
an_error_in_place_of_a_body_is_said(void **state)
{
    struct pieces pieces = { 0 };

    (void)state;
    assert_int_equal(reeve_http_get_body(&call, http, "/status/410", take_piece, &pieces, 0),
                     REEVE_E_GONE);
    assert_int_equal(pieces.calls, 0);
    assert_true(contains(call.text, "status 410: as you wish"));
    tell(&call, http,
         "{\"routes\":[{\"path\":\"/long\",\"steps\":[{\"status\":500,"
         "\"repeat\":{\"text\":\"x\",\"bytes\":-1}}]}]}");
    assert_int_equal(reeve_http_get_body(&call, http, "/long", take_piece, &pieces, 0),
                     REEVE_E_UNAVAILABLE);
    assert_true(contains(call.text, "status 500"));
    assert_int_equal(reeve_http_get_body(&call, http, "/truncate/10", take_piece, &pieces, 0),
                     REEVE_E_UNAVAILABLE);
    assert_int_equal(pieces.bytes, 10);
}

static void
a_body_is_asked_for_again_until_some_was_taken(void **state)
{
    struct pieces pieces = { 0 };

    (void)state;
    use((struct reeve_http_config){ .retries = 2 });
    tell(&call, http,
         "{\"routes\":[{\"path\":\"/b\",\"steps\":[{\"status\":503},{\"text\":\"xxx\"}]},"
         "{\"path\":\"/c\",\"steps\":[{\"text\":\"xxxx\",\"truncate\":2},{\"text\":\"xxx\"}]}]}");
    assert_int_equal(reeve_http_get_body(&call, http, "/b", take_piece, &pieces, 0), 0);
    assert_int_equal(pieces.bytes, 3);
    assert_int_equal(reeve_http_get_body(&call, http, "/c", take_piece, &pieces, 0),
                     REEVE_E_UNAVAILABLE);
    assert_int_equal(pieces.bytes, 5);
}

static void
a_body_that_stops_coming_times_out(void **state)
{
    struct pieces pieces = { 0 };

    (void)state;
    use((struct reeve_http_config){ .request_timeout_ms = 150 });
    tell(&call, http,
         "{\"routes\":[{\"path\":\"/s\",\"steps\":[{\"text\":\"xxxx\",\"announce\":9,"
         "\"hold_ms\":-1}]}]}");
    assert_int_equal(reeve_http_get_body(&call, http, "/s", take_piece, &pieces, 0),
                     REEVE_E_TIMEOUT);
    assert_string_equal(call.text, "GET /s: nothing came for 150 ms");
    assert_int_equal(pieces.bytes, 4);
}

static void
scratch_memory_may_be_too_small_for_a_body(void **state)
{
    struct reeve_http_answer answer;

    (void)state;
    call.memory_limit = call.memory_used + 1000;
    assert_int_equal(reeve_http_get(&call, http, "/bytes/5000", &answer), REEVE_E_LIMIT);
    assert_true(contains(call.text, "keep an answer of 5000 bytes"));
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, begin_test, end_test)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(a_get_brings_status_type_and_body),
        CASE(a_send_brings_method_type_and_body),
        CASE(the_base_urls_path_comes_first),
        CASE(connections_are_kept),
        CASE(a_compressed_body_is_unpacked),
        CASE(the_ceiling_counts_unpacked_bytes),
        CASE(statuses_become_classes),
        CASE(the_servers_own_message_is_passed_on),
        CASE(nobody_listening_is_said),
        CASE(an_unknown_host_is_said),
        CASE(a_cut_answer_is_said),
        CASE(what_is_no_http_is_said),
        CASE(endless_headers_are_cut),
        CASE(a_slow_answer_times_out),
        CASE(the_deadline_ends_a_request),
        CASE(cancelling_ends_a_request),
        CASE(a_failing_request_is_made_again),
        CASE(retries_end),
        CASE(retry_after_is_waited_for),
        CASE(too_long_a_wait_is_left_to_the_caller),
        CASE(what_changes_things_is_not_repeated),
        CASE(a_redirect_within_the_origin_is_followed),
        CASE(a_redirect_elsewhere_is_refused),
        CASE(redirects_in_a_circle_end),
        CASE(a_bearer_token_is_lent_for_each_request),
        CASE(user_and_password_are_sent_as_basic),
        CASE(a_token_cannot_smuggle_a_header),
        CASE(the_environments_proxy_is_not_used),
        CASE(a_given_proxy_is_used_whatever_the_environment_says),
        CASE(a_path_must_be_escaped),
        CASE(a_config_that_cannot_work_is_refused_at_once),
        CASE(a_body_is_handed_over_in_pieces),
        CASE(a_taker_may_use_the_same_client),
        CASE(a_taker_may_end_the_request),
        CASE(a_body_in_pieces_has_a_ceiling),
        CASE(an_error_in_place_of_a_body_is_said),
        CASE(a_body_is_asked_for_again_until_some_was_taken),
        CASE(a_body_that_stops_coming_times_out),
        CASE(scratch_memory_may_be_too_small_for_a_body),
    };

    return cmocka_run_group_tests(tests, begin, end);
}
