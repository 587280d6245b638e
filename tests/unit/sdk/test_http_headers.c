/* SPDX-License-Identifier: Apache-2.0
 *
 * Headers of an author's own: sent with a client's requests and with one of
 * them, read from answers, and the secrets of a session in them.
 */
#include "http_fixture.h"

/* What a request that is made now looks like to the server: a member of /echo. */
static void
assert_sent(const struct reeve_http_request *given, const char *path, const char *value)
{
    struct reeve_http_request request = { .size = sizeof(request) };
    struct reeve_http_answer answer;
    struct reeve_json *json;

    if (given)
        request = *given;
    request.path = "/echo";
    if (reeve_http_ask(&call, http, &request, &answer) != 0)
        fail_msg("%s", call.text);
    assert_int_equal(reeve_json_parse(&call, answer.body, answer.len, 0, &json), 0);
    const char *sent = reeve_json_string(json, path, NULL);
    if (!value)
        assert_null(sent);
    else if (!sent || strcmp(sent, value) != 0)
        fail_msg("%s is '%s', not '%s'", path, sent ? sent : "(absent)", value);
    reeve_json_free(json);
}

static void
a_clients_headers_go_out_with_every_request(void **state)
{
    static const struct reeve_http_header headers[] = { { "X-Version", "7", NULL },
                                                        { "Accept", "application/vnd.acme+json",
                                                          NULL },
                                                        { "X-Empty", "", NULL },
                                                        REEVE_HTTP_HEADERS_END };

    (void)state;
    use((struct reeve_http_config){ .headers = headers });
    assert_sent(NULL, "headers.x-version", "7");
    assert_sent(NULL, "headers.accept", "application/vnd.acme+json");
    assert_sent(NULL, "headers.x-empty", "");
    assert_int_equal(reeve_http_set_header(&call, http, "x-VERSION", "8\twith tab", NULL), 0);
    assert_sent(NULL, "headers.x-version", "8\twith tab");
    assert_int_equal(reeve_http_set_header(&call, http, "X-Version", NULL, NULL), 0);
    assert_sent(NULL, "headers.x-version", NULL);
    assert_int_equal(reeve_http_set_header(&call, http, "X-Version", NULL, NULL), 0);
    assert_sent(NULL, "headers.accept", "application/vnd.acme+json");
    assert_int_equal(reeve_http_set_header(&call, http, "Accept", NULL, NULL), 0);
    assert_sent(NULL, "headers.accept", "application/json, */*;q=0.8");
}

static void
a_requests_headers_stand_in_for_the_clients(void **state)
{
    static const struct reeve_http_header own[] = { { "X-Version", "7", NULL },
                                                    { "X-Other", "yes", NULL },
                                                    REEVE_HTTP_HEADERS_END };
    static const struct reeve_http_header headers[] = { { "x-version", "9", NULL },
                                                        { "If-None-Match", "\"tag\"", NULL },
                                                        { "X-Other", NULL, NULL },
                                                        REEVE_HTTP_HEADERS_END };
    const struct reeve_http_request request = { .size = sizeof(request), .headers = headers };

    (void)state;
    use((struct reeve_http_config){ .headers = own });
    assert_sent(&request, "headers.x-version", "9");
    assert_sent(&request, "headers.if-none-match", "\"tag\"");
    assert_sent(&request, "headers.x-other", NULL);
    assert_sent(NULL, "headers.x-version", "7");
    assert_sent(NULL, "headers.x-other", "yes");
    assert_sent(NULL, "headers.if-none-match", NULL);
}

/* What a later version appends to an element is stepped over. */
static void
the_elements_of_a_list_may_grow(void **state)
{
    static const struct {
        struct reeve_http_header known;
        const char *more;
    } grown[] = { { { "X-One", "1", NULL }, "later" },
                  { { "X-Two", "2", NULL }, "later" },
                  { { NULL, NULL, NULL }, NULL } };
    struct reeve_http_request request = { .size = sizeof(request),
                                          .headers = &grown[0].known,
                                          .header_size = sizeof(grown[0]) };

    (void)state;
    assert_sent(&request, "headers.x-one", "1");
    assert_sent(&request, "headers.x-two", "2");
    use((struct reeve_http_config){ .headers = &grown[0].known, .header_size = sizeof(grown[0]) });
    assert_sent(NULL, "headers.x-two", "2");
}

static void
what_cannot_be_a_header_is_refused(void **state)
{
    static const struct {
        const char *name, *value, *part;
    } cases[] = {
        { "", "x", "a header without a name" },
        { "X Y", "x", "'X Y' is no name of a header: character 2" },
        { "X:", "x", "is no name of a header" },
        { "X\r\nEvil", "x", "is no name of a header" },
        { "X-\xc3\xa4", "x", "is no name of a header" },
        { "X-A", "a\r\nX-Evil: 1",
          "the value of header 'X-A' holds a control character (byte 2), so it cannot be sent" },
        { "X-A", "a\nb", "holds a control character" },
        { "X-A", "\x7f", "holds a control character" },
        { "Host", "elsewhere", "header 'Host' cannot be set: it is that of base_url" },
        { "content-length", "1", "header 'content-length' cannot be set: it is counted" },
        { "Content-Type", "x/y", "it is given with the body, as content_type" },
        { "Transfer-Encoding", "chunked", "it is about the connection" },
        { "TE", "trailers", "it is about the connection" },
        { "Connection", "close", "it is about the connection" },
        { "Upgrade", "h2c", "it is about the connection" },
        { "Proxy-Authorization", "x", "it is made of proxy_userid and proxy_password" },
        { "Accept-Encoding", "br", "the client unpacks what it asks for" },
    };
    struct reeve_http_answer answer;

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const struct reeve_http_header list[] = { { cases[i].name, cases[i].value, NULL },
                                                  REEVE_HTTP_HEADERS_END };
        struct reeve_http_request request = { .size = sizeof(request),
                                              .path = "/echo",
                                              .headers = list };
        struct reeve_http_config config = { .size = sizeof(config),
                                            .base_url = server.url,
                                            .headers = list };
        struct reeve_http *client = NULL;
        assert_int_equal(reeve_http_ask(&call, http, &request, &answer), REEVE_E_INVALID);
        assert_true(contains(call.text, cases[i].part));
        assert_int_equal(reeve_http_set_header(&call, http, cases[i].name, cases[i].value, NULL),
                         REEVE_E_INVALID);
        assert_true(contains(call.text, cases[i].part));
        assert_int_equal(reeve_http_open(&call, &config, &client), REEVE_E_INVALID);
        assert_null(client);
    }
    assert_int_equal(reeve_http_send(&call, http, "GET", "/echo", "a/b\r\nX: 1", "", 0, &answer),
                     REEVE_E_INVALID);
    assert_int_equal(reeve_http_send(&call, http, "GET /x", "/echo", NULL, NULL, 0, &answer),
                     REEVE_E_INVALID);
    assert_string_equal(call.text, "'GET /x' is no method of HTTP");
}

static void
headers_have_ceilings(void **state)
{
    struct reeve_http_header many[66] = { REEVE_HTTP_HEADERS_END };
    struct reeve_http_request request = { .size = sizeof(request), .path = "/echo" };
    struct reeve_http_answer answer;
    char *long_value = reeve_alloc(&call, 64 * 1024 + 2), *long_name = reeve_alloc(&call, 300);

    (void)state;
    for (size_t i = 0; i < 65; i++) {
        many[i] = (struct reeve_http_header){ reeve_format(&call, "X-%zu", i), "1", NULL };
        assert_int_equal(reeve_http_set_header(&call, http, many[i].name, "1", NULL),
                         i < 64 ? 0 : REEVE_E_LIMIT);
    }
    assert_int_equal(reeve_http_set_header(&call, http, "X-63", "2", NULL), 0);
    request.headers = many;
    assert_int_equal(reeve_http_ask(&call, http, &request, &answer), REEVE_E_LIMIT);
    assert_string_equal(call.text, "more than 64 headers");
    memset(long_value, 'v', 64 * 1024 + 1);
    memset(long_name, 'n', 257);
    assert_int_equal(reeve_http_set_header(&call, http, "X-63", long_value, NULL), REEVE_E_LIMIT);
    assert_int_equal(reeve_http_set_header(&call, http, long_name, "v", NULL), REEVE_E_LIMIT);
}

static void
an_answers_headers_are_found_by_name(void **state)
{
    static const char script[] =
        "{\"routes\":[{\"path\":\"/a\",\"steps\":[{\"raw\":\"HTTP/1.1 401 No\\r\\nX-Subject-Token:"
        "  abc \\r\\nETag: \\\"1\\\"\\r\\nSet-Cookie: a=1\\r\\nset-cookie: b=2; Path=/\\r\\n"
        "X-Empty:\\r\\nContent-Length: 0\\r\\n\\r\\n\"}]},"
        "{\"path\":\"/moved\",\"steps\":[{\"status\":302,\"headers\":{\"Location\":\"/there\","
        "\"X-Hop\":\"1\"}}]},"
        "{\"path\":\"/there\",\"steps\":[{\"headers\":{\"X-There\":\"2\"},\"text\":\"x\"}]}]}";
    struct reeve_http_answer answer;

    (void)state;
    tell(script);
    assert_int_equal(reeve_http_get(&call, http, "/a", &answer), 0);
    assert_int_equal(answer.status, 401);
    assert_string_equal(reeve_http_answer_header(&answer, "x-subject-token", 0), "abc");
    assert_string_equal(reeve_http_answer_header(&answer, "etag", 0), "\"1\"");
    assert_string_equal(reeve_http_answer_header(&answer, "Set-Cookie", 0), "a=1");
    assert_string_equal(reeve_http_answer_header(&answer, "Set-Cookie", 1), "b=2; Path=/");
    assert_null(reeve_http_answer_header(&answer, "Set-Cookie", 2));
    assert_string_equal(reeve_http_answer_header(&answer, "X-Empty", 0), "");
    assert_null(reeve_http_answer_header(&answer, "X-Subject", 0));
    assert_int_equal(reeve_http_get(&call, http, "/moved", &answer), 0);
    assert_string_equal(reeve_http_answer_header(&answer, "X-There", 0), "2");
    assert_null(reeve_http_answer_header(&answer, "X-Hop", 0));
    struct reeve_http_answer none = { 0 };
    assert_null(reeve_http_answer_header(&none, "X-There", 0));
}

static void
an_answer_of_too_many_headers_is_refused(void **state)
{
    struct reeve_http_answer answer;
    char *script = reeve_alloc(&call, 100000);
    size_t len =
        (size_t)snprintf(script, 100, "{\"routes\":[{\"path\":\"/h\",\"steps\":[{\"headers\":{");

    (void)state;
    for (int i = 0; i < 1001; i++)
        len += (size_t)snprintf(script + len, 40, "%s\"X-%d\":\"%d\"", i ? "," : "", i, i);
    snprintf(script + len, 40, "},\"text\":\"x\"}]}]}");
    tell(script);
    assert_int_equal(reeve_http_get(&call, http, "/h", &answer), REEVE_E_LIMIT);
    assert_string_equal(call.text, "GET /h: the answer has more than 1000 headers");
}

static int
take_nothing(void *arg, const char *bytes, uint64_t len)
{
    (void)arg, (void)bytes, (void)len;
    return 0;
}

static int
ignore_item(struct reeve_call *of, void *arg, const struct reeve_json *item)
{
    (void)of, (void)arg, (void)item;
    return 0;
}

/* Log in, then go about with the token that the answer brought, in every way to ask. */
static void
a_session_goes_on_with_the_token_of_its_login(void **state)
{
    static const char script[] =
        "{\"routes\":[{\"path\":\"/sessions\",\"steps\":[{\"status\":201,\"headers\":"
        "{\"X-Subject-Token\":\"gAAAA-1\"},\"text\":\"\"}]},"
        "{\"path\":\"/l\",\"steps\":[{\"json\":[1]}]},{\"path\":\"/"
        "s\",\"steps\":[{\"lines\":[\"x\"]}]},"
        "{\"path\":\"/moved\",\"steps\":[{\"status\":302,\"headers\":{\"Location\":\"/l\"}}]}]}";
    static const char *const paths[] = { "/l", "/l", "/l", "/moved", "/l", "/s" };
    struct reeve_http_answer answer;
    struct reeve_secret *token;

    (void)state;
    tell(script);
    assert_int_equal(
        reeve_http_send(&call, http, "POST", "/sessions", "application/json", "{}", 2, &answer), 0);
    const char *text = reeve_http_answer_header(&answer, "X-Subject-Token", 0);
    assert_int_equal(reeve_secret_new(&call, text, strlen(text), &token), 0);
    assert_int_equal(call.secrets, 1);
    assert_int_equal(reeve_http_set_header(&call, http, "X-Auth-Token", NULL, token), 0);
    struct reeve_pages pages = { .size = sizeof(pages), .path = "/l", .item = ignore_item };
    struct reeve_http_stream *stream;
    struct reeve_http_next next;
    assert_int_equal(reeve_http_get(&call, http, "/l", &answer), 0);
    assert_int_equal(reeve_http_get_body(&call, http, "/l", take_nothing, NULL, 0), 0);
    assert_int_equal(reeve_read_pages(&call, http, &pages), 0);
    assert_int_equal(reeve_http_get(&call, http, "/moved", &answer), 0);
    assert_int_equal(reeve_http_stream_open(&call, http, "/s", 0, NULL, &stream), 0);
    assert_int_equal(reeve_http_next(&call, http, -1, &next), 0);
    assert_int_equal(next.what, REEVE_STREAM_LINE);
    reeve_http_stream_close(stream);
    struct reeve_json *requests = asked(http);
    const struct reeve_json *last[6] = { NULL };
    for (const struct reeve_json *r = reeve_json_first(requests, ""); r; r = reeve_json_next(r)) {
        memmove(last, last + 1, sizeof(last) - sizeof(last[0]));
        last[5] = r;
    }
    for (size_t i = 0; i < 6; i++) {
        assert_string_equal(reeve_json_string(last[i], "path", ""), paths[i]);
        assert_string_equal(reeve_json_string(last[i], "headers.x-auth-token", "-"), "gAAAA-1");
    }
    reeve_json_free(requests);
    assert_int_equal(reeve_http_set_header(&call, http, "X-Auth-Token", NULL, NULL), 0);
    reeve_secret_free(token);
    assert_sent(NULL, "headers.x-auth-token", NULL);
}

static void
a_secret_in_a_header_stays_at_its_origin(void **state)
{
    static const struct reeve_secret token = { "s3cr3t-token\n", 13 };
    struct fault_server other;
    struct reeve_http_answer answer;

    (void)state;
    fault_server_start(&other, NULL);
    assert_int_equal(reeve_http_set_header(&call, http, "Authorization", "Token token=", &token),
                     0);
    assert_sent(NULL, "headers.authorization", "Token token=s3cr3t-token");
    char *path = reeve_format(&call, "/redirect?to=%s/echo", other.url);
    assert_int_equal(reeve_http_get(&call, http, path, &answer), REEVE_E_INVALID);
    assert_null(strstr(call.text, "s3cr3t"));
    struct reeve_http *there = open_client(other.url, (struct reeve_http_config){ 0 });
    struct reeve_json *requests = asked(there);
    assert_int_equal(reeve_json_count(requests, ""), 0);
    reeve_json_free(requests);
    reeve_http_close(there);
    fault_server_stop(&other);
}

static void
a_secret_in_a_header_cannot_smuggle_another(void **state)
{
    static const struct reeve_secret lines = { "a\r\nX-Evil: 1", 12 }, zero = { "a\0b", 3 };
    struct reeve_http_answer answer;

    (void)state;
    assert_int_equal(reeve_http_set_header(&call, http, "X-Token", NULL, &lines), 0);
    assert_int_equal(reeve_http_get(&call, http, "/echo", &answer), REEVE_E_INVALID);
    assert_string_equal(
        call.text,
        "the secret in header 'X-Token' holds a control character, so it cannot be sent");
    assert_int_equal(reeve_http_set_header(&call, http, "X-Token", NULL, &zero), 0);
    assert_int_equal(reeve_http_get(&call, http, "/echo", &answer), REEVE_E_INVALID);
}

static void
a_header_stands_in_for_the_well_known_credentials(void **state)
{
    static const struct reeve_secret bearer = { "b", 1 }, token = { "t", 1 };
    const struct reeve_http_header own[] = { { "Authorization", "PVEAPIToken=me!x=", &token },
                                             REEVE_HTTP_HEADERS_END };
    const struct reeve_http_header nobody[] = { { "Authorization", NULL, NULL },
                                                REEVE_HTTP_HEADERS_END };
    struct reeve_http_request request = { .size = sizeof(request), .headers = own };

    (void)state;
    use((struct reeve_http_config){ .bearer = &bearer });
    assert_sent(NULL, "headers.authorization", "Bearer b");
    assert_sent(&request, "headers.authorization", "PVEAPIToken=me!x=t");
    request.headers = nobody;
    assert_sent(&request, "headers.authorization", NULL);
    assert_sent(NULL, "headers.authorization", "Bearer b");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        HTTP_TEST(a_clients_headers_go_out_with_every_request),
        HTTP_TEST(a_requests_headers_stand_in_for_the_clients),
        HTTP_TEST(the_elements_of_a_list_may_grow),
        HTTP_TEST(what_cannot_be_a_header_is_refused),
        HTTP_TEST(headers_have_ceilings),
        HTTP_TEST(an_answers_headers_are_found_by_name),
        HTTP_TEST(an_answer_of_too_many_headers_is_refused),
        HTTP_TEST(a_session_goes_on_with_the_token_of_its_login),
        HTTP_TEST(a_secret_in_a_header_stays_at_its_origin),
        HTTP_TEST(a_secret_in_a_header_cannot_smuggle_another),
        HTTP_TEST(a_header_stands_in_for_the_well_known_credentials),
    };

    return cmocka_run_group_tests(tests, start_server, stop_server);
}
