/* SPDX-License-Identifier: Apache-2.0
 *
 * Who calls: passwords, tokens, groups, and pages of others that a browser shows.
 */
#include "api_fixture.h"

#include <stdio.h>
#include "auth/auth.h"
#include "base/clock.h"

#define WRONG "Authorization: Basic YWRtaW46d3Jvbmc=\n" /* admin:wrong */
#define NONE "Authorization: Basic Tm9uZTpOb25l\n"      /* None:None */

static void
basic_credentials_are_checked(void **state)
{
    struct api_fixture *f = fixture_of(state);
    AUTO_REPLY struct reply right = ask(f, "GET", "/api", BASIC, NULL);
    AUTO_REPLY struct reply again = ask(f, "GET", "/api", BASIC, NULL);
    AUTO_REPLY struct reply none = ask(f, "GET", "/api", "Accept: application/json\n", NULL);
    AUTO_REPLY struct reply wrong = ask(f, "GET", "/api", WRONG, NULL);
    AUTO_REPLY struct reply garbage = ask(f, "GET", "/api", "Authorization: Basic ?!\n", NULL);
    AUTO_REPLY struct reply ajax =
        ask(f, "GET", "/api", "X-Requested-With: XMLHttpRequest\n", NULL);
    char header[256];

    assert_int_equal(right.status, 200);
    assert_int_equal(again.status, 200);
    assert_int_equal(none.status, 401);
    assert_non_null(strstr(reply_header(&none, "WWW-Authenticate", header), "Basic"));
    assert_string_equal(at(&none, "error.kind"), "unauthorized");
    assert_int_equal(wrong.status, 401);
    assert_string_equal(at(&wrong, "error.klass"), "MiqException::MiqEVMLoginError");
    assert_int_equal(garbage.status, 401);
    assert_int_equal(ajax.status, 401);
    assert_null(reply_header(&ajax, "WWW-Authenticate", header));
}

/* Each costs a tenth of a second, in which nobody else is served. */
static void
passwords_take_a_bounded_share_of_the_time(void **state)
{
    struct api_fixture *f = fixture_of(state);
    int statuses[600] = { 0 };
    char header[256];

    api_reopen_with(f, "api.login_failures", "0");
    api_reopen_with(f, "api.password_checks", "1");
    AUTO_REPLY struct reply first = ask(f, "GET", "/api", BASIC, NULL);
    assert_int_equal(first.status, 200);
    int64_t start_ms = rv_monotonic_ms();
    for (int i = 0; i < 30; i++) {
        AUTO_REPLY struct reply wrong = ask(f, "GET", "/api", i % 2 ? WRONG : NONE, NULL);
        statuses[wrong.status]++;
        if (wrong.status == 503)
            assert_string_equal(reply_header(&wrong, "Retry-After", header), "1");
    }
    assert_int_equal(statuses[401] + statuses[503], 30);
    assert_in_range(statuses[401], 3, 5 + (rv_monotonic_ms() - start_ms) / 1000);
    /* Whoever is logged in notices nothing. */
    AUTO_REPLY struct reply again = ask(f, "GET", "/api", BASIC, NULL);
    AUTO_REPLY struct reply token = get(f, "/api");
    assert_int_equal(again.status, 200);
    assert_int_equal(token.status, 200);
    run_loop(f, 1100);
    AUTO_REPLY struct reply later = ask(f, "GET", "/api", WRONG, NULL);
    assert_int_equal(later.status, 401);
}

static void
a_changed_password_counts_at_once(void **state)
{
    struct api_fixture *f = fixture_of(state);
    AUTO_REPLY struct reply before = ask(f, "GET", "/api", BASIC, NULL);
    must(rv_auth_set_admin(f->store, ADMIN, "another one", err));
    AUTO_REPLY struct reply after = ask(f, "GET", "/api", BASIC, NULL);

    assert_int_equal(before.status, 200);
    assert_int_equal(after.status, 401);
}

static void
issue(struct api_fixture *f, const char *query, char header[128], struct reply *reply)
{
    char target[128];

    snprintf(target, sizeof(target), "/api/auth%s", query);
    *reply = ask(f, "GET", target, BASIC, NULL);
    assert_int_equal(reply->status, 200);
    snprintf(header, 128, "X-Auth-Token: %s\n", at(reply, "auth_token"));
}

static void
tokens_are_issued_used_renewed_and_revoked(void **state)
{
    struct api_fixture *f = fixture_of(state);
    char header[128], both[256], skipping[256];
    AUTO_REPLY struct reply issued = { 0 };

    issue(f, "", header, &issued);
    assert_string_equal(at(&issued, "token_ttl"), "600");
    assert_string_equal(at(&issued, "requester_type"), "(none)");
    snprintf(both, sizeof(both), "%s" NONE, header);
    snprintf(skipping, sizeof(skipping), "%sX-Auth-Skip-Token-Renewal: true\n", header);
    AUTO_REPLY struct reply used = ask(f, "GET", "/api", header, NULL);
    AUTO_REPLY struct reply beside_basic = ask(f, "GET", "/api", both, NULL);
    AUTO_REPLY struct reply wrong_beside_right =
        ask(f, "GET", "/api", "X-Auth-Token: 0000\n" BASIC, NULL);
    assert_int_equal(used.status, 200);
    assert_int_equal(beside_basic.status, 200);
    assert_int_equal(wrong_beside_right.status, 401);
    assert_string_equal(at(&wrong_beside_right, "error.klass"), "Api::AuthenticationError");

    int64_t start = rv_test_int(f->store, "SELECT MAX(expires_on) FROM auth_tokens");
    rv_test_script(f->store, "UPDATE auth_tokens SET expires_on = expires_on - 300000");
    AUTO_REPLY struct reply skipped = ask(f, "GET", "/api", skipping, NULL);
    assert_int_equal(skipped.status, 200);
    assert_true(rv_test_int(f->store, "SELECT MAX(expires_on) FROM auth_tokens") < start);
    AUTO_REPLY struct reply renewed = ask(f, "GET", "/api", header, NULL);
    assert_int_equal(renewed.status, 200);
    assert_true(rv_test_int(f->store, "SELECT MAX(expires_on) FROM auth_tokens") >= start);

    AUTO_REPLY struct reply revoked = ask(f, "DELETE", "/api/auth", header, NULL);
    AUTO_REPLY struct reply after = ask(f, "GET", "/api", header, NULL);
    assert_int_equal(revoked.status, 204);
    assert_int_equal(revoked.len, 0);
    assert_int_equal(after.status, 401);
}

static void
tokens_end_and_have_types(void **state)
{
    struct api_fixture *f = fixture_of(state);
    char header[128];
    AUTO_REPLY struct reply issued = { 0 };
    AUTO_REPLY struct reply bad = ask(f, "GET", "/api/auth?requester_type=robot", BASIC, NULL);

    issue(f, "?requester_type=ui", header, &issued);
    assert_string_equal(at(&issued, "token_ttl"), "3600");
    assert_string_equal(at(&issued, "requester_type"), "ui");
    rv_test_script(f->store, "UPDATE auth_tokens SET expires_on = 1");
    AUTO_REPLY struct reply over = ask(f, "GET", "/api", header, NULL);
    assert_int_equal(over.status, 401);
    assert_int_equal(bad.status, 400);
}

/* Sends it and waits until it has come. */
static struct events *
wait_beside(struct api_fixture *f, const char *method, const char *path, const char *token)
{
    RV_AUTO_FREE char *text =
        rv_format("%s %s HTTP/1.1\r\nHost: x\r\nX-Auth-Token: %s\r\nConnection: close\r\n\r\n",
                  method, path, token);
    struct events *events = events_send(f, text);

    run_loop(f, 50);
    return events;
}

static void
tokens_of_requests_that_wait_together_are_looked_up_once_each(void **state)
{
    static const char *const answers[] = { " 404 ", " 404 ", " 401 ", " 404 " };
    struct api_fixture *f = fixture_of(state);
    struct events *requests[4];
    char invented[65];

    memset(invented, '0', 64);
    invented[64] = '\0';
    api_reopen_outside(f);
    for (int i = 0; i < 4; i++)
        requests[i] = wait_beside(f, "GET", "/api/zones/999", i == 2 ? invented : f->token);
    int64_t before = rv_store_statements(f->served);
    rv_api_work(f->api);
    assert_int_equal(rv_store_statements(f->served) - before, 2 + 3); /* tokens, zones */
    for (int i = 0; i < 4; i++) {
        assert_true(events_wait(requests[i], answers[i]));
        events_close(requests[i]);
    }
}

static void
a_logout_counts_for_a_request_that_waited_beside_it(void **state)
{
    static const char *const answers[] = { " 200 ", " 204 ", " 401 " };
    struct api_fixture *f = fixture_of(state);
    struct events *requests[3];

    api_reopen_outside(f);
    for (int i = 0; i < 3; i++)
        requests[i] = wait_beside(f, i == 1 ? "DELETE" : "GET", i == 1 ? "/api/auth" : "/api/zones",
                                  f->token);
    rv_api_work(f->api);
    for (int i = 0; i < 3; i++) {
        assert_true(events_wait(requests[i], answers[i]));
        events_close(requests[i]);
    }
}

static void
an_alien_group_is_refused(void **state)
{
    struct api_fixture *f = fixture_of(state);
    AUTO_REPLY struct reply reply = ask(f, "GET", "/api", BASIC "X-MIQ-Group: Nobody\n", NULL);

    assert_int_equal(reply.status, 401);
}

static void
a_browser_may_ask_about_any_path(void **state)
{
    struct api_fixture *f = fixture_of(state);
    AUTO_REPLY struct reply reply =
        ask(f, "OPTIONS", "/api/providers/1000000000101",
            "Origin: http://ui\nAccess-Control-Request-Method: DELETE\n", NULL);
    char header[256];

    assert_int_equal(reply.status, 200);
    assert_non_null(strstr(reply_header(&reply, "Access-Control-Allow-Methods", header), "DELETE"));
    assert_non_null(
        strstr(reply_header(&reply, "Access-Control-Allow-Headers", header), "x-auth-token"));
}

static void
pages_of_others_write_only_with_a_token(void **state)
{
#define PAGE(site, origin) "Sec-Fetch-Site: " site "\nOrigin: " origin "\n"
    static const struct {
        const char *method, *headers;
        int status;
    } cases[] = {
        { "POST", "", 200 },
        { "POST", "Content-Type: application/json\n", 200 },
        { "POST", "Content-Type: Application/JSON; charset=utf-8\n", 200 },
        { "POST", "Content-Type: application/merge-patch+json\n", 200 },
        { "POST", "Content-Type: application/x-www-form-urlencoded\n", 200 },
        { "POST", "Content-Type: text/plain\n", 415 },
        { "POST", "Content-Type: text/plain; application/json\n", 415 },
        { "POST", "Content-Type: multipart/form-data; boundary=x\n", 415 },
        { "POST", "Content-Type: +json\n", 415 },
        { "POST",
          "Content-Type: application/x-www-form-urlencoded\nOrigin: http://reeve.example:7400\n",
          415 },
        { "POST", "Content-Type: application/x-www-form-urlencoded\nSec-Fetch-Site: none\n", 415 },
        { "POST", PAGE("same-origin", "http://reeve.example:7400"), 200 },
        { "POST", PAGE("same-origin", "https://Reeve.example:7400"), 200 },
        { "POST", "X-Forwarded-Host: ui.example\n" PAGE("same-origin", "https://ui.example:443"),
          200 },
        { "POST", PAGE("same-site", "http://reeve.example"), 403 },
        { "POST", PAGE("cross-site", "http://reeve.example:7400"), 403 },
        { "POST", "Sec-Fetch-Site: cross-site\n", 403 },
        { "POST", "Origin: http://evil.example\n", 403 },
        { "POST", "Origin: null\n", 403 },
        { "POST", "Origin: http://reeve.example:7400.evil.example\n", 403 },
        { "DELETE", "Origin: http://evil.example\n", 403 },
        { "PUT", "Origin: http://evil.example\n", 403 },
        { "PATCH", "Origin: http://evil.example\n", 403 },
    };
    struct api_fixture *f = fixture_of(state);

    for (size_t i = 0; i < RV_COUNT(cases); i++) {
        RV_AUTO_FREE char *headers = rv_format(BASIC "%s", cases[i].headers);
        int is_post = strcmp(cases[i].method, "POST") == 0;
        AUTO_REPLY struct reply reply = ask(
            f, cases[i].method, is_post ? "/api/zones" : "/api/providers/1000000000101", headers,
            is_post ? "{\"action\":\"query\",\"resource\":{\"name\":\"default\"}}" : NULL);
        if (reply.status != cases[i].status)
            fail_msg("%s %s: %d %s", cases[i].method, cases[i].headers, reply.status, reply.body);
    }
    RV_AUTO_FREE char *with_token =
        rv_format("X-Auth-Token: %s\n" PAGE("cross-site", "http://ui.example"), f->token);
    AUTO_REPLY struct reply token =
        ask(f, "POST", "/api/zones", with_token,
            "{\"action\":\"query\",\"resource\":{\"name\":\"default\"}}");
    AUTO_REPLY struct reply reads =
        ask(f, "GET", "/api/zones", BASIC PAGE("cross-site", "http://evil.example"), NULL);
    assert_int_equal(token.status, 200);
    assert_int_equal(reads.status, 200);
    assert_int_equal(rv_test_int(f->store, "SELECT COUNT(*) FROM ext_management_systems"), 2);
#undef PAGE
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        api_test(basic_credentials_are_checked),
        api_test(passwords_take_a_bounded_share_of_the_time),
        api_test(a_changed_password_counts_at_once),
        api_test(tokens_are_issued_used_renewed_and_revoked),
        api_test(tokens_end_and_have_types),
        api_test(tokens_of_requests_that_wait_together_are_looked_up_once_each),
        api_test(a_logout_counts_for_a_request_that_waited_beside_it),
        api_test(an_alien_group_is_refused),
        api_test(a_browser_may_ask_about_any_path),
        api_test(pages_of_others_write_only_with_a_token),
    };

    return cmocka_run_group_tests_name("api_login", tests, NULL, NULL);
}
