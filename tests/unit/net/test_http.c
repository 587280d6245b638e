/* SPDX-License-Identifier: Apache-2.0
 *
 * Requests of methods: who may be asked, and what comes back.
 */
#include "net/net.h"

#include <stdio.h>
#include "../base/check.h"
#include "support/fault_server.h"

static struct fault_server server;
static struct rv_net *net;
static char here[32]; /* "127.0.0.1:PORT" */
static const char *const only_here[] = { here, NULL };

static int
start(void **state)
{
    (void)state;
    rv_err err = RV_ERR_INIT;
    fault_server_start(&server, NULL);
    snprintf(here, sizeof(here), "127.0.0.1:%d", server.port);
    if (rv_net_open(&net, REEVE_MODULES, &err) < 0)
        fail_msg("%s", err.text);
    return 0;
}

static int
stop(void **state)
{
    (void)state;
    rv_net_close(net);
    fault_server_stop(&server);
    return 0;
}

/* Asks path of the server; the class of the outcome. */
static int
ask(struct rv_net_request request, const char *path, struct rv_net_response *response, rv_err *err)
{
    char url[256];
    snprintf(url, sizeof(url), "%s%s", server.url, path);
    if (!request.url)
        request.url = url;
    if (!request.hosts)
        request.hosts = only_here;
    return rv_net_http(net, &request, response, err);
}

static void
assert_refused(struct rv_net_request request, int class, const char *part)
{
    rv_err err = RV_ERR_INIT;
    struct rv_net_response response;
    int code = ask(request, "/echo", &response, &err);
    if (code != class || !strstr(err.text, part))
        fail_msg("%s: %s", rv_class_name(code), err.text);
    rv_net_response_free(&response);
}

static void
an_answer_has_status_headers_and_body(void **state)
{
    (void)state;
    rv_err err = RV_ERR_INIT;
    struct rv_net_response response;
    assert_int_equal(ask((struct rv_net_request){ 0 }, "/text/hello", &response, &err), 0);
    assert_int_equal(response.status, 200);
    assert_string_equal(rv_buf_text(&response.body), "hello");
    assert_non_null(strstr(rv_buf_text(&response.headers), "content-type: text/plain\n"));
    rv_net_response_free(&response);
    assert_int_equal(ask((struct rv_net_request){ 0 }, "/status/503", &response, &err), 0);
    assert_int_equal(response.status, 503);
    rv_net_response_free(&response);
}

static void
a_request_sends_its_method_headers_and_body(void **state)
{
    (void)state;
    rv_err err = RV_ERR_INIT;
    struct rv_net_response response;
    const struct rv_net_header headers[] = { { "X-Word", "one two" },
                                             { "Content-Type", "application/json" } };
    const struct rv_net_request request = {
        .method = "PUT", .headers = headers, .header_count = 2, .body = "{\"a\":1}", .body_len = 7
    };
    assert_int_equal(ask(request, "/echo", &response, &err), 0);
    const char *body = rv_buf_text(&response.body);
    assert_non_null(strstr(body, "\"method\": \"PUT\""));
    assert_non_null(strstr(body, "\"x-word\": \"one two\""));
    assert_non_null(strstr(body, "{\\\"a\\\":1}"));
    rv_net_response_free(&response);
}

static void
a_host_that_nobody_allowed_is_not_asked(void **state)
{
    (void)state;
    static const char *const none[] = { NULL };
    static const char *const other_port[] = { "127.0.0.1:1", "127.0.0.1", NULL };
    assert_refused((struct rv_net_request){ .hosts = none }, RV_E_PERMISSION, here);
    assert_refused((struct rv_net_request){ .hosts = other_port }, RV_E_PERMISSION, "127.0.0.1");
}

static void
names_of_hosts_are_compared_with_their_port(void **state)
{
    (void)state;
    static const char *const hosts[] = { "Example.com", "api.example.com:8443", "[::1]:80", NULL };
    assert_true(rv_net_allowed(hosts, "example.COM", "443", "443"));
    assert_true(rv_net_allowed(hosts, "api.example.com", "8443", "443"));
    assert_true(rv_net_allowed(hosts, "[::1]", "80", "80"));
    assert_false(rv_net_allowed(hosts, "example.com", "8443", "443"));
    assert_false(rv_net_allowed(hosts, "api.example.com", "443", "443"));
    assert_false(rv_net_allowed(hosts, "example.com.evil.org", "443", "443"));
    assert_false(rv_net_allowed(hosts, "ample.com", "443", "443"));
    assert_false(rv_net_allowed(hosts, "[::1]", "443", "443"));
    assert_false(rv_net_allowed(NULL, "example.com", "443", "443"));
}

static void
an_url_that_hides_its_host_is_refused(void **state)
{
    (void)state;
    char with_user[128], backslash[128];
    snprintf(with_user, sizeof(with_user), "http://127.0.0.1:%d@127.0.0.1:1/", server.port);
    snprintf(backslash, sizeof(backslash), "http://127.0.0.1:1\\@127.0.0.1:%d/", server.port);
    assert_refused((struct rv_net_request){ .url = with_user }, RV_E_INVALID, "user");
    assert_refused((struct rv_net_request){ .url = backslash }, RV_E_INVALID, "");
    assert_refused((struct rv_net_request){ .url = "file:///etc/passwd" }, RV_E_INVALID, "");
    assert_refused((struct rv_net_request){ .url = "gopher://127.0.0.1/" }, RV_E_INVALID, "");
    assert_refused((struct rv_net_request){ .url = "127.0.0.1" }, RV_E_INVALID, "");
    assert_refused((struct rv_net_request){ .url = "" }, RV_E_INVALID, "");
}

static void
a_header_cannot_end_its_line(void **state)
{
    (void)state;
    static const struct rv_net_header bad[] = {
        { "X", "a\r\nY: b" }, { "X\r\nY", "a" }, { "X Y", "a" }, { "", "a" }, { "X:", "a" },
    };
    for (size_t i = 0; i < RV_COUNT(bad); i++)
        assert_refused((struct rv_net_request){ .headers = &bad[i], .header_count = 1 },
                       RV_E_INVALID, "header");
    assert_refused((struct rv_net_request){ .method = "GET /x" }, RV_E_INVALID, "method");
}

static void
a_redirect_is_an_answer_and_not_followed(void **state)
{
    (void)state;
    rv_err err = RV_ERR_INIT;
    struct rv_net_response response;
    assert_int_equal(ask((struct rv_net_request){ 0 }, "/redirect?to=/text/there", &response, &err),
                     0);
    assert_int_equal(response.status, 302);
    assert_non_null(strstr(rv_buf_text(&response.headers), "location: /text/there\n"));
    rv_net_response_free(&response);
}

static void
an_answer_over_the_ceiling_is_an_error(void **state)
{
    (void)state;
    rv_err err = RV_ERR_INIT;
    struct rv_net_response response;
    assert_int_equal(ask((struct rv_net_request){ 0 }, "/bytes/2000000", &response, &err),
                     RV_E_LIMIT);
    rv_net_response_free(&response);
}

static void
who_does_not_answer_in_time_and_who_is_not_there_are_told_apart(void **state)
{
    (void)state;
    rv_err err = RV_ERR_INIT;
    struct rv_net_response response;
    static const char *const nobody[] = { "127.0.0.1:1", NULL };
    assert_int_equal(ask((struct rv_net_request){ .timeout_ms = 100 }, "/hang", &response, &err),
                     RV_E_TIMEOUT);
    rv_net_response_free(&response);
    assert_refused((struct rv_net_request){ .url = "http://127.0.0.1:1/", .hosts = nobody },
                   RV_E_UNAVAILABLE, "http://127.0.0.1:1/");
}

static int
end_at_the_third(void *arg, rv_err *err)
{
    return ++*(int *)arg < 3 ? 0 : rv_fail(err, RV_E_CANCELLED, "enough");
}

static void
who_waits_can_be_told_to_end(void **state)
{
    (void)state;
    rv_err err = RV_ERR_INIT;
    struct rv_net_response response;
    int asked = 0;
    rv_net_pulse(net, end_at_the_third, &asked);
    assert_int_equal(ask((struct rv_net_request){ .timeout_ms = 20000 }, "/hang", &response, &err),
                     RV_E_CANCELLED);
    assert_string_equal(err.text, "enough");
    rv_net_response_free(&response);
    rv_net_pulse(net, NULL, NULL);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_answer_has_status_headers_and_body),
        cmocka_unit_test(a_request_sends_its_method_headers_and_body),
        cmocka_unit_test(a_host_that_nobody_allowed_is_not_asked),
        cmocka_unit_test(names_of_hosts_are_compared_with_their_port),
        cmocka_unit_test(an_url_that_hides_its_host_is_refused),
        cmocka_unit_test(a_header_cannot_end_its_line),
        cmocka_unit_test(a_redirect_is_an_answer_and_not_followed),
        cmocka_unit_test(an_answer_over_the_ceiling_is_an_error),
        cmocka_unit_test(who_waits_can_be_told_to_end),
        cmocka_unit_test(who_does_not_answer_in_time_and_who_is_not_there_are_told_apart),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
