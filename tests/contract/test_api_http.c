/* SPDX-License-Identifier: Apache-2.0
 *
 * HTTP itself: errors, ceilings, connections, and what is told of the server.
 */
#include "api_fixture.h"

#include <stdio.h>
#include <unistd.h>
#include "auth/auth.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/meter.h"

static void
ping_health_and_readiness_need_no_login(void **state)
{
    struct api_fixture *f = fixture_of(state);
    AUTO_REPLY struct reply ping = ask(f, "GET", "/api/ping", "Accept: text/html\n", NULL);
    AUTO_REPLY struct reply health = ask(f, "GET", "/healthz", "Accept: */*\n", NULL);
    AUTO_REPLY struct reply ready = ask(f, "GET", "/readyz", "Accept: */*\n", NULL);
    rv_test_script(f->store, "UPDATE miq_servers SET status = 'starting'");
    AUTO_REPLY struct reply starting = ask(f, "GET", "/readyz", "Accept: */*\n", NULL);

    assert_string_equal(ping.body, "pong");
    assert_int_equal(health.status, 200);
    assert_int_equal(ready.status, 200);
    assert_int_equal(starting.status, 503);
}

static void
the_entry_point_says_who_where_and_what(void **state)
{
    struct api_fixture *f = fixture_of(state);
    AUTO_REPLY struct reply reply = get(f, "/api");
    AUTO_REPLY struct reply versioned = get(f, "/api/v3.0.0/zones?expand=resources");
    AUTO_REPLY struct reply unknown = get(f, "/api/v9.9.9/zones");

    assert_string_equal(at(&reply, "name"), "API");
    assert_string_equal(at(&reply, "version"), "3.0.0");
    assert_string_equal(at(&reply, "versions[0].href"), "http://reeve.example:7400/api/v3.0.0");
    assert_string_equal(at(&reply, "settings.locale"), "en");
    assert_string_equal(at(&reply, "identity.userid"), ADMIN);
    assert_string_equal(at(&reply, "server_info.version"), "0.1.0");
    assert_string_equal(at(&reply, "server_info.zone_href"),
                        "http://reeve.example:7400/api/zones/1000000000002");
    assert_string_equal(at(&reply, "product_info.name"), "Reeve");
    assert_true(count_at(&reply, "collections") > 40);
    assert_string_equal(at(&versioned, "resources[0].href"),
                        "http://reeve.example:7400/api/v3.0.0/zones/1000000000002");
    assert_int_equal(unknown.status, 400);
    assert_non_null(strstr(at(&unknown, "error.message"), "9.9.9"));
}

static void
errors_have_kind_message_and_klass(void **state)
{
    static const struct {
        const char *method, *target, *body;
        int status;
        const char *kind, *klass;
    } cases[] = {
        { "GET", "/api/zones?limit=x", NULL, 400, "bad_request", "Api::BadRequestError" },
        { "GET", "/api/zones/1", NULL, 404, "not_found", "ActiveRecord::RecordNotFound" },
        { "GET", "/api/zones/one", NULL, 404, "not_found", "Api::NotFoundError" },
        { "GET", "/api/zones/12345678901234567890", NULL, 404, "not_found", "Api::NotFoundError" },
        { "GET", "/api/zoones", NULL, 404, "not_found", "Api::NotFoundError" },
        { "GET", "/api/zones/1000000000002/moons", NULL, 404, "not_found", "Api::NotFoundError" },
        { "GET", "/", NULL, 404, "not_found", "Api::NotFoundError" },
        { "GET", "/api//zones", NULL, 404, "not_found", "Api::NotFoundError" },
        { "GET", "/api/zones?nope=1", NULL, 400, "bad_request", "Api::BadRequestError" },
        { "GET", "/api/zones?filter%5B%5D=name%3D%zz", NULL, 400, "bad_request",
          "Api::BadRequestError" },
        { "GET", "/api/zones?filter[]=name=%00", NULL, 400, "bad_request", "Api::BadRequestError" },
        { "GET", "/api/zones?filter[]=name='%ff%fe'", NULL, 400, "bad_request",
          "Api::BadRequestError" },
        { "GET", "/api/zones/%ff", NULL, 400, "bad_request", "Api::BadRequestError" },
        { "POST", "/api/zones", "{\"action\":", 400, "bad_request", "Api::BadRequestError" },
        { "POST", "/api/zones", "[1,2]", 400, "bad_request", "Api::BadRequestError" },
        { "POST", "/api/zones", "\"x\"", 400, "bad_request", "Api::BadRequestError" },
        { "POST", "/api/zones", "", 400, "bad_request", "Api::BadRequestError" },
        { "POST", "/api/zones", "{\"action\":7}", 400, "bad_request", "Api::BadRequestError" },
        { "POST", "/api/zones", "{\"action\":\"fly\"}", 400, "bad_request",
          "Api::BadRequestError" },
        { "POST", "/api/zones", "{\"name\":\"new\"}", 400, "bad_request", "Api::BadRequestError" },
        { "POST", "/api/zones", "{\"action\":\"query\",\"resources\":[]}", 400, "bad_request",
          "Api::BadRequestError" },
        { "POST", "/api/zones", "{\"action\":\"query\",\"resources\":[7]}", 400, "bad_request",
          "Api::BadRequestError" },
        { "POST", "/api/zones", "{\"action\":\"query\",\"resources\":[{\"id\":1.5}]}", 400,
          "bad_request", "Api::BadRequestError" },
        { "POST", "/api/zones", "{\"action\":\"query\",\"resources\":[{\"id\":\"1e3\"}]}", 404,
          "not_found", "ActiveRecord::RecordNotFound" },
        { "PUT", "/api/zones", "{}", 405, "method_not_allowed", "Api::MethodNotAllowedError" },
        { "POST", "/api/zones/1000000000002", "{}", 405, "method_not_allowed",
          "Api::MethodNotAllowedError" },
        { "DELETE", "/api/zones/1000000000002", NULL, 405, "method_not_allowed",
          "Api::MethodNotAllowedError" },
        { "TRACE", "/api/zones", NULL, 405, "method_not_allowed", "Api::MethodNotAllowedError" },
        { "DELETE", "/api/ping", NULL, 405, "method_not_allowed", "Api::MethodNotAllowedError" },
    };
    struct api_fixture *f = fixture_of(state);

    for (size_t i = 0; i < RV_COUNT(cases); i++) {
        AUTO_REPLY struct reply reply =
            ask(f, cases[i].method, cases[i].target, NULL, cases[i].body);
        if (reply.status != cases[i].status || !reply.json ||
            strcmp(at(&reply, "error.kind"), cases[i].kind) != 0 ||
            strcmp(at(&reply, "error.klass"), cases[i].klass) != 0 ||
            at(&reply, "error.message")[0] == '\0')
            fail_msg("%s %s %s: %d %s", cases[i].method, cases[i].target,
                     cases[i].body ? cases[i].body : "", reply.status, reply.body);
    }
}

static void
a_refused_method_says_which_are_taken(void **state)
{
    struct api_fixture *f = fixture_of(state);
    AUTO_REPLY struct reply reply = ask(f, "PUT", "/api/zones", NULL, "{}");
    AUTO_REPLY struct reply head = ask(f, "HEAD", "/api/zones", NULL, NULL);
    char header[256];

    assert_string_equal(reply_header(&reply, "Allow", header), "GET, POST, OPTIONS");
    assert_int_equal(head.status, 405);
    assert_int_equal(head.len, 0);
    RV_AUTO_FREE char *odd = ask_raw(f, "BREW /api/zones HTTP/1.1\r\nHost: x\r\n\r\n");
    assert_non_null(strstr(odd, "405"));
    assert_non_null(strstr(odd, "Api::MethodNotAllowedError"));
}

static void
answers_are_json_or_nothing(void **state)
{
    struct api_fixture *f = fixture_of(state);
    AUTO_REPLY struct reply html = ask(f, "GET", "/api/zones", BASIC "Accept: text/html\n", NULL);
    AUTO_REPLY struct reply any =
        ask(f, "GET", "/api/zones", BASIC "Accept: text/html, */*\n", NULL);
    char header[256];

    assert_int_equal(html.status, 415);
    assert_string_equal(at(&html, "error.kind"), "unsupported_media_type");
    assert_int_equal(any.status, 200);
    assert_string_equal(reply_header(&any, "Content-Type", header),
                        "application/json; charset=utf-8");
    assert_string_equal(reply_header(&any, "Access-Control-Allow-Origin", header), "*");
}

static void
links_have_the_host_that_the_client_used(void **state)
{
    struct api_fixture *f = fixture_of(state);
    AUTO_REPLY struct reply proxied =
        ask(f, "GET", "/api/zones",
            BASIC "X-Forwarded-Proto: https\nX-Forwarded-Host: reeve.example.org\n", NULL);
    AUTO_REPLY struct reply evil =
        ask(f, "GET", "/api/zones", BASIC "X-Forwarded-Host: a\"b<script>\n", NULL);

    assert_string_equal(at(&proxied, "links.self"), "https://reeve.example.org/api/zones");
    assert_string_equal(at(&evil, "links.self"), "http://reeve.example:7400/api/zones");
}

static char *
long_text(const char *before, size_t len, const char *after)
{
    char *text = rv_alloc(strlen(before) + len + strlen(after) + 1);

    memcpy(text, before, strlen(before));
    memset(text + strlen(before), 'a', len);
    memcpy(text + strlen(before) + len, after, strlen(after));
    return text;
}

static void
ceilings_hold(void **state)
{
    struct api_fixture *f = fixture_of(state);
    RV_AUTO_FREE char *body = long_text("{\"name\":\"", 5u << 20, "\"}");
    RV_AUTO_FREE char *target = long_text("/api/zones?filter[]=name=", 40u << 10, "");
    RV_AUTO_FREE char *filter = long_text("/api/zones?filter[]=name=", 9000, "");
    RV_AUTO_FREE char *header =
        long_text("GET /api HTTP/1.1\r\nHost: x\r\nX-Long: ", 100u << 10, "\r\n\r\n");
    AUTO_REPLY struct reply large = post(f, "/api/zones", body);
    AUTO_REPLY struct reply longer = get(f, target);
    AUTO_REPLY struct reply filtered = get(f, filter);
    RV_AUTO_FREE char *headed = ask_raw(f, header);
    AUTO_REPLY struct reply after = get(f, "/api/zones");

    assert_int_equal(large.status, 413);
    assert_string_equal(at(&large, "error.kind"), "content_too_large");
    assert_int_equal(longer.status, 400);
    assert_int_equal(filtered.status, 400);
    assert_non_null(strstr(headed, "HTTP/1.1 4"));
    assert_int_equal(after.status, 200);
}

static void
what_is_refused_before_it_is_read_is_json_too(void **state)
{
    static const struct {
        const char *request;
        size_t pad;
        const char *status, *kind;
    } rows[] = {
        { "POST /api/zones HTTP/1.1\r\nHost: x\r\nContent-Length: 11534340\r\n\r\n", 11 << 20,
          "HTTP/1.1 413 Content Too Large", "content_too_large" },
        { "POST /api/zones HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\naf0000\r\n",
          11 << 20, "HTTP/1.1 413 Content Too Large", "content_too_large" },
        { "GET /api HTTP/1.1\r\nHost: x\r\nX-Long: ", 100 << 10, "HTTP/1.1 400 Bad Request",
          "bad_request" },
        { "GET /api/zones SPDY/7\r\nHost: x\r\n\r\n", 0, "HTTP/1.1 400 Bad Request",
          "bad_request" },
    };
    struct api_fixture *f = fixture_of(state);
    for (size_t i = 0; i < RV_COUNT(rows); i++) {
        RV_AUTO_FREE char *request = long_text(rows[i].request, rows[i].pad, "\r\n\r\n");
        RV_AUTO_FREE char *answer = ask_raw(f, request);
        if (strncmp(answer, rows[i].status, strlen(rows[i].status)) != 0)
            fail_msg("%zu: '%.300s'", i, answer);
        assert_non_null(strstr(answer, "\r\nContent-Type: application/json; charset=utf-8\r\n"));
        const char *body = strstr(answer, "\r\n\r\n");
        assert_non_null(body);
        RV_AUTO_JSON cJSON *json = cJSON_Parse(body + 4);
        const cJSON *error = cJSON_GetObjectItemCaseSensitive(json, "error");
        assert_string_equal(rv_json_string(error, "kind"), rows[i].kind);
        assert_non_null(rv_json_string(error, "message"));
    }
}

static void
a_ceiling_that_is_raised_counts_from_the_next_connection_on(void **state)
{
    struct api_fixture *f = fixture_of(state);
    RV_AUTO_FREE char *body = long_text("{\"name\":\"", 64u << 10, "\"}");
    RV_AUTO_JSON cJSON *raised = cJSON_CreateObject();

    api_reopen_with(f, "api.body_max", "1KiB");
    AUTO_REPLY struct reply before = post(f, "/api/zones", body);
    assert_int_equal(before.status, 413);
    cJSON_AddStringToObject(raised, "api.body_max", "1MiB");
    must(rv_settings_overlay(f->settings, raised, "test", err));
    AUTO_REPLY struct reply after = post(f, "/api/zones", body);
    assert_int_not_equal(after.status, 413);
    assert_true(after.status >= 400);
}

static void
deep_json_is_refused(void **state)
{
    struct api_fixture *f = fixture_of(state);
    char *body = rv_alloc(20001);

    memset(body, '[', 10000);
    memset(body + 10000, ']', 10000);
    AUTO_REPLY struct reply reply = post(f, "/api/zones", body);
    free(body);
    assert_int_equal(reply.status, 400);
}

static void
broken_requests_end_their_own_connection_only(void **state)
{
    static const char *const broken[] = {
        "\r\n\r\n\r\n",
        "GET\r\n\r\n",
        "GET /api HTTP/9.9\r\n\r\n",
        "GET /api HTTP/1.1\r\nContent-Length: -5\r\n\r\n",
        "POST /api/zones HTTP/1.1\r\nContent-Length: 99999999999999999999\r\n\r\n",
        "POST /api/zones HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        "GET http:// HTTP/1.1\r\n\r\n",
        "CONNECT x:1 HTTP/1.1\r\n\r\n",
        "GET * HTTP/1.1\r\nHost: x\r\n\r\n",
        "GET /api/zones%2f..%2f.. HTTP/1.1\r\nHost: x\r\n\r\n",
        "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    };
    struct api_fixture *f = fixture_of(state);
    struct events *sound = events_send(f, "GET /api/ping HTTP/1.1\r\nHost: x\r\n");

    for (size_t i = 0; i < RV_COUNT(broken); i++) {
        struct events *target = events_open(f, broken[i], NULL), *alone = events_send(f, broken[i]);
        run_loop(f, 20); /* some are waited for: more could come */
        assert_null(strstr(events_text(target), " 500 "));
        assert_null(strstr(events_text(alone), " 500 "));
        events_close(target);
        events_close(alone);
    }
    events_write(sound, "\r\n");
    assert_true(events_wait(sound, "pong"));
    events_close(sound);
    AUTO_REPLY struct reply after = get(f, "/api/zones");
    assert_int_equal(after.status, 200);
}

static void
connections_are_kept_for_the_next_request(void **state)
{
    struct api_fixture *f = fixture_of(state);
    static const char two[] = "GET /api/ping HTTP/1.1\r\nHost: x\r\n\r\n"
                              "GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
    struct events *events = events_send(f, two);

    assert_true(events_wait(events, "pong"));
    assert_true(events_wait(events, "ok\n"));
    events_close(events);
}

static void
metrics_count_requests_rows_and_providers(void **state)
{
    struct api_fixture *f = fixture_of(state);
    rv_meter_reset();
    seed_pods(f, 7);
    rv_meter_add(RV_M_REFRESHES, 1, RV_LABELS("prod"));
    rv_meter_add(RV_M_REFRESHES, 1, RV_LABELS("deleted"));
    rv_test_script(f->store,
                   "UPDATE ext_management_systems SET warnings_count = 3 WHERE name = 'prod';"
                   "UPDATE ext_management_systems SET last_refresh_date = 1;"
                   "INSERT INTO miq_workers (id, type, guid, status, ems_id) VALUES"
                   " (1000000000901, 'refresh', 'w-1', 'silent', 1000000000101),"
                   " (1000000000902, 'refresh', 'w-2', 'ready', 1000000000102)");
    AUTO_REPLY struct reply first = get(f, "/api/zones");
    AUTO_REPLY struct reply reply = ask(f, "GET", "/metrics", "Host: localhost:7400\n", NULL);
    AUTO_REPLY struct reply from_outside =
        ask(f, "GET", "/metrics", "Host: localhost:7400\nX-Forwarded-For: 192.0.2.1\n", NULL);

    assert_int_equal(first.status, 200);
    assert_int_equal(reply.status, 200);
    assert_non_null(strstr(reply.body, "reeve_http_requests_total{route=\"/api/{collection}\","
                                       "method=\"GET\",code=\"200\"} 1\n"));
    assert_non_null(strstr(
        reply.body, "reeve_http_request_duration_seconds_count{route=\"/api/{collection}\"} 1\n"));
    assert_non_null(
        strstr(reply.body, "reeve_objects{provider=\"prod\",kind=\"container_groups\"} 7\n"));
    assert_non_null(
        strstr(reply.body, "reeve_provider_up{provider=\"prod\",type=\"kubernetes\"} 0\n"));
    assert_non_null(strstr(reply.body, "reeve_provider_up{provider=\"lab\",type=\"demo\"} 1\n"));
    assert_non_null(
        strstr(reply.body, "reeve_provider_warnings{provider=\"prod\",type=\"kubernetes\"} 3\n"));
    assert_non_null(
        strstr(reply.body, "reeve_provider_warnings{provider=\"lab\",type=\"demo\"} 0\n"));
    assert_non_null(
        strstr(reply.body, "reeve_provider_enabled{provider=\"lab\",type=\"demo\"} 1\n"));
    assert_non_null(strstr(reply.body, "reeve_refreshes_total{provider=\"prod\"} 1\n"));
    assert_null(strstr(reply.body, "{provider=\"deleted\""));
    assert_non_null(strstr(reply.body, "reeve_feed_number "));
    assert_non_null(strstr(reply.body, "reeve_store_bytes "));
    assert_non_null(strstr(reply.body, "process_resident_memory_bytes "));
    assert_int_equal(from_outside.status, 401);
}

static void
the_database_tells_its_size_and_tables_to_who_is_logged_in(void **state)
{
    struct api_fixture *f = fixture_of(state);
    AUTO_REPLY struct reply reply = get(f, "/api/database");
    AUTO_REPLY struct reply nobody = ask(f, "GET", "/api/database", "Accept: */*\n", NULL);
    int postgres = rv_store_is_postgres(f->store);

    assert_int_equal(reply.status, 200);
    assert_int_equal(nobody.status, 401);
    assert_string_equal(at(&reply, "engine"), postgres ? "postgresql" : "sqlite");
    assert_string_equal(at(&reply, "region"), "1");
    assert_true(atoll(at(&reply, "bytes")) > 0);
    assert_int_equal(count_at(&reply, "tables"), 15);
    assert_string_not_equal(at(&reply, "tables[0].name"), "(none)");
    assert_string_not_equal(at(&reply, "changes.cursor"), "(none)");
    /* What PostgreSQL refuses to tell must not end what is asked after it. */
    AUTO_REPLY struct reply after = get(f, "/api/diagnostics");
    assert_int_equal(after.status, 200);
}

static void
diagnostics_tell_of_clocks_and_the_database_to_who_is_logged_in(void **state)
{
    struct api_fixture *f = fixture_of(state);
    AUTO_REPLY struct reply reply = get(f, "/api/diagnostics");
    AUTO_REPLY struct reply nobody = ask(f, "GET", "/api/diagnostics", "Accept: */*\n", NULL);
    AUTO_REPLY struct reply wrong = get(f, "/api/diagnostics?filter=x");
    const cJSON *database = cJSON_GetObjectItemCaseSensitive(reply.json, "database");
    const cJSON *server = cJSON_GetObjectItemCaseSensitive(reply.json, "server");
    const cJSON *settings = cJSON_GetObjectItemCaseSensitive(database, "settings");

    assert_int_equal(reply.status, 200);
    assert_int_equal(nobody.status, 401);
    assert_int_equal(wrong.status, 400);
    assert_true(llabs((long long)(rv_json_int(server, "time_ms", 0) - rv_now_ms())) < 60000);
    assert_true(rv_json_int(server, "open_files_max", 0) > 0);
    assert_true(rv_json_int(database, "bytes", 0) > 0);
    if (!rv_store_is_postgres(f->store)) {
        assert_string_equal(rv_json_string(database, "engine"), "sqlite");
        return;
    }
    assert_string_equal(rv_json_string(database, "engine"), "postgresql");
    assert_non_null(rv_json_string(settings, "fsync"));
    assert_non_null(rv_json_string(settings, "max_connections"));
    assert_true(rv_json_int(database, "connections", 0) >= 1);
    assert_true(llabs((long long)(rv_json_int(database, "time_ms", 0) - rv_now_ms())) < 60000);
}

static void
a_store_that_does_not_answer_is_503_with_retry_after(void **state)
{
    struct api_fixture *f = fixture_of(state);
    char header[256];

    /* The one writer of SQLite is busy; the table is locked on PostgreSQL. */
    must(rv_store_begin(f->store, err));
    if (rv_test_is_postgres()) {
        must(rv_store_exec(f->store, NULL, "LOCK TABLE auth_tokens IN ACCESS EXCLUSIVE MODE", NULL,
                           0, err));
        rv_test_script(f->served, "SET statement_timeout = 500");
    }
    AUTO_REPLY struct reply reply = get(f, "/api/auth");
    rv_store_rollback(f->store);
    if (rv_test_is_postgres())
        rv_test_script(f->served, "SET statement_timeout = 5000");
    AUTO_REPLY struct reply after = get(f, "/api/auth");

    assert_int_equal(reply.status, 503);
    assert_non_null(reply_header(&reply, "Retry-After", header));
    assert_string_equal(at(&reply, "error.kind"), "service_unavailable");
    assert_int_equal(after.status, 200);
}

static void
draining_ends_when_the_last_answer_is_out(void **state)
{
    struct api_fixture *f = fixture_of(state);
    struct events *events = events_open(f, "/api/container_groups", NULL);

    assert_true(events_wait(events, "retry: 1000"));
    assert_false(rv_api_idle(f->api));
    rv_api_drain(f->api);
    run_loop(f, 50);
    assert_true(rv_api_idle(f->api));
    assert_non_null(strstr(events_text(events), "0\r\n\r\n"));
    events_close(events);
}

static void
metrics_through_any_proxy_need_a_login(void **state)
{
    static const char *const headers[] = {
        "X-Forwarded-For: 192.0.2.1\n", "X-Forwarded-Host: reeve.example\n",
        "X-Forwarded-Proto: https\n",   "X-Real-IP: 192.0.2.1\n",
        "Forwarded: for=192.0.2.1\n",   "Via: 1.1 proxy\n"
    };
    struct api_fixture *f = fixture_of(state);

    for (size_t i = 0; i < RV_COUNT(headers); i++) {
        RV_AUTO_FREE char *near = rv_format("Host: 127.0.0.1:7400\n%s", headers[i]);
        AUTO_REPLY struct reply reply = ask(f, "GET", "/metrics", near, NULL);
        assert_int_equal(reply.status, 401);
    }
}

static void
metrics_are_open_to_who_asks_this_machine_by_a_name_of_the_loopback_only(void **state)
{
    static const struct {
        const char *host;
        int status;
    } rows[] = {
        { "localhost", 200 },        { "LocalHost:7400", 200 }, { "127.0.0.1:7400", 200 },
        { "127.1.2.3", 200 },        { "[::1]:7400", 200 },     { "reeve.example:7400", 401 },
        { "localhost.evil", 401 },   { "127.0.0.1.evil", 401 }, { "127.0.0.1x:7400", 401 },
        { "192.0.2.1:7400", 401 },   { "[::2]", 401 },          { "[::1", 401 },
        { "evil.localhost.x", 401 },
    };
    struct api_fixture *f = fixture_of(state);

    for (size_t i = 0; i < RV_COUNT(rows); i++) {
        RV_AUTO_FREE char *header = rv_format("Host: %s\n", rows[i].host);
        AUTO_REPLY struct reply reply = ask(f, "GET", "/metrics", header, NULL);
        if (reply.status != rows[i].status)
            fail_msg("Host %s: %d", rows[i].host, reply.status);
    }
}

static void
failures_of_strangers_do_not_fill_the_log(void **state)
{
    struct api_fixture *f = fixture_of(state);
    RV_AUTO_FREE char *header = rv_format("X-Auth-Token: %064d\n", 1);
    FILE *log = tmpfile();
    char text[16384];
    int lines = 0;

    assert_non_null(log);
    rv_test_script(f->store, "ALTER TABLE auth_tokens RENAME TO elsewhere");
    rv_log_setup(RV_LOG_LOGFMT, RV_INFO, fileno(log));
    for (int i = 0; i < 20; i++) {
        AUTO_REPLY struct reply failed = ask(f, "GET", "/api/vms", header, NULL);
        assert_true(failed.status >= 500);
    }
    rv_log_setup(RV_LOG_LOGFMT, RV_INFO, STDERR_FILENO);
    rewind(log);
    text[fread(text, 1, sizeof(text) - 1, log)] = '\0';
    fclose(log);
    for (const char *at = text; (at = strstr(at, "msg=\"request failed\"")) != NULL; at++)
        lines++;
    assert_int_equal(lines, 1);
}

static void
openapi_is_there_without_login(void **state)
{
    struct api_fixture *f = fixture_of(state);
    AUTO_REPLY struct reply reply = ask(f, "GET", "/api/openapi.json", "Accept: */*\n", NULL);

    assert_int_equal(reply.status, 200);
    assert_string_equal(at(&reply, "openapi"), "3.1.0");
    assert_true(count_at(&reply, "paths") > 100);
}

/* A body that is named as a kind is would stand for that kind's rows, or they for it. */
static void
every_schema_of_the_openapi_document_has_a_name_of_its_own(void **state)
{
    struct api_fixture *f = fixture_of(state);
    AUTO_REPLY struct reply reply = ask(f, "GET", "/api/openapi.json", "Accept: */*\n", NULL);
    const cJSON *components = cJSON_GetObjectItemCaseSensitive(reply.json, "components");
    const cJSON *schemas = cJSON_GetObjectItemCaseSensitive(components, "schemas"), *one;
    int count = 0;
    cJSON_ArrayForEach(one, schemas)
    {
        count++;
        for (const cJSON *other = one->next; other; other = other->next)
            if (strcmp(one->string, other->string) == 0)
                fail_msg("there are two schemas '%s'", one->string);
    }
    assert_in_range(count, 300, 5000);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        api_test(ping_health_and_readiness_need_no_login),
        api_test(the_entry_point_says_who_where_and_what),
        api_test(errors_have_kind_message_and_klass),
        api_test(a_refused_method_says_which_are_taken),
        api_test(answers_are_json_or_nothing),
        api_test(links_have_the_host_that_the_client_used),
        api_test(ceilings_hold),
        api_test(what_is_refused_before_it_is_read_is_json_too),
        api_test(a_ceiling_that_is_raised_counts_from_the_next_connection_on),
        api_test(deep_json_is_refused),
        api_test(broken_requests_end_their_own_connection_only),
        api_test(connections_are_kept_for_the_next_request),
        api_test(metrics_count_requests_rows_and_providers),
        api_test(the_database_tells_its_size_and_tables_to_who_is_logged_in),
        api_test(diagnostics_tell_of_clocks_and_the_database_to_who_is_logged_in),
        api_test(a_store_that_does_not_answer_is_503_with_retry_after),
        api_test(draining_ends_when_the_last_answer_is_out),
        api_test(metrics_through_any_proxy_need_a_login),
        api_test(metrics_are_open_to_who_asks_this_machine_by_a_name_of_the_loopback_only),
        api_test(failures_of_strangers_do_not_fill_the_log),
        api_test(openapi_is_there_without_login),
        api_test(every_schema_of_the_openapi_document_has_a_name_of_its_own),
    };

    return cmocka_run_group_tests_name("api_http", tests, NULL, NULL);
}
