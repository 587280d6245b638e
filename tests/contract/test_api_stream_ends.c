/* SPDX-License-Identifier: Apache-2.0
 *
 * What holds a stream of events back, and what ends it: too many of them, readers that are slow,
 * and logins that end.
 */
#include "stream_fixture.h"

#include "auth/auth.h"

static void
streams_have_a_cap(void **state)
{
    struct api_fixture *f = fixture_of(state);
    api_reopen_with(f, "api.streams_max", "2");
    struct events *one = watching(f, PODS, NULL), *two = watching(f, PODS, NULL);
    struct events *three = events_open(f, PODS, NULL);

    assert_true(events_wait(three, "503 Service Unavailable"));
    assert_non_null(strstr(events_text(three), "Retry-After"));
    events_close(one);
    run_loop(f, 50);
    struct events *four = watching(f, PODS, NULL);
    events_close(two);
    events_close(three);
    events_close(four);
}

/* Long rows, so that a few hundred fill the buffers. */
static void
storm(struct api_fixture *f, int rounds)
{
    RV_AUTO_FREE char *text = rv_alloc(20001);

    memset(text, 'm', 20000);
    for (int i = 0; i < rounds; i++) {
        struct rv_feed *feed = rv_feed_new();
        text[0] = (char)('a' + i % 26);
        must(rv_store_begin(f->store, err));
        for (int n = 1; n <= 50; n++) {
            struct rv_field field = { "message", rv_vtext(text) };
            must(rv_record_update(f->store, feed, pods(), FIRST_ID + 1000 + n, &field, 1, err));
        }
        must(rv_feed_flush(feed, f->store, err));
        must(rv_store_commit(f->store, err));
        rv_feed_free(feed);
    }
}

/* A text of this size, all of characters that take six bytes each in JSON. */
static void
enlarge(struct api_fixture *f, int n, const char *column, size_t bytes)
{
    RV_AUTO_FREE char *text = rv_alloc(bytes + 1);

    memset(text, 1, bytes);
    set_row(f, "container_group", FIRST_ID + 1000 + n, text_field(column, text), NOTHING);
}

static void
a_row_that_is_too_large_is_told_by_its_id(void **state)
{
    struct api_fixture *f = fixture_of(state);
    seed_pods(f, 40);
    struct events *events = watching(f, PODS "?attributes=name,message,reason", NULL);

    for (int n = 1; n <= 30; n++)
        enlarge(f, n, "message", 120 << 10);
    enlarge(f, 31, "message", 1 << 20);
    change(f, 32, "Failed", 0, RV_UPDATED);
    rv_api_changed(f->api);
    for (int i = 0; i < 400 && !strstr(events_text(events), "1000000001032"); i++)
        run_loop(f, 50);
    const char *text = events_text(events);
    assert_int_equal(count_of(text, "event: updated"), 32);
    assert_non_null(strstr(text, "/1000000001031\",\"id\":\"1000000001031\"}"));
    assert_non_null(strstr(text, "\"name\":\"pod-0032\""));
    assert_int_equal(count_of(text, "\"message\":\"\\u0001"), 30);
    events_close(events);
}

static void
a_slow_reader_is_caught_up_without_filling_memory(void **state)
{
    struct api_fixture *f = fixture_of(state);
    seed_pods(f, 50);
    struct events *slow = watching(f, PODS, NULL),
                  *quick = watching(f, PODS "?attributes=name", NULL);

    events_pause(slow, 1);
    for (int i = 0; i < 3; i++) {
        storm(f, 2);
        rv_api_changed(f->api);
        run_loop(f, 5);
    }
    for (int i = 0; i < 100 && count_of(events_text(quick), "event: updated") < 300; i++)
        run_loop(f, 50);
    assert_int_equal(count_of(events_text(quick), "event: updated"), 300);
    assert_in_range(count_of(events_text(slow), "event: updated"), 0, 280);
    events_pause(slow, 0);
    for (int i = 0; i < 200 && count_of(events_text(slow), "event: updated") < 300; i++)
        run_loop(f, 50);
    assert_int_equal(count_of(events_text(slow), "event: updated"), 300);
    assert_false(events_ended(slow));
    events_close(slow);
    events_close(quick);
}

static void
a_reader_that_takes_nothing_is_cut_off(void **state)
{
    struct api_fixture *f = fixture_of(state);
    seed_pods(f, 50);
    api_reopen_with(f, "api.idle_timeout", "500ms");
    struct events *stuck = watching(f, PODS, NULL);

    events_pause(stuck, 1);
    for (int i = 0; i < 4; i++) {
        storm(f, 3);
        rv_api_changed(f->api);
        run_loop(f, 10);
    }
    for (int i = 0; i < 200 && !rv_api_idle(f->api); i++)
        run_loop(f, 50);
    assert_true(rv_api_idle(f->api));
    events_close(stuck);
}

/* A token of its own for each, or the password when there is none. */
static struct events *
watching_with(struct api_fixture *f, const char *login)
{
    RV_AUTO_FREE char *request = rv_format("GET " PODS " HTTP/1.1\r\nHost: x\r\n"
                                           "Accept: text/event-stream\r\n%s\r\n\r\n",
                                           login);
    struct events *events = events_send(f, request);

    assert_true(events_wait(events, "retry: 1000"));
    return events;
}

static void
new_token(struct api_fixture *f, int64_t ttl_ms, char out[RV_TOKEN_SIZE])
{
    struct rv_identity who;
    int64_t expires_on;

    must(rv_auth_token(f->store, f->token, 0, &who, err));
    must(rv_auth_token_issue(f->store, who.user_id, "api", ttl_ms, out, &expires_on, err));
}

/* The last chunk, and no event before it. */
static void
assert_ends(struct events *events)
{
    assert_true(events_wait(events, "\r\n0\r\n\r\n"));
    assert_null(strstr(events_text(events), "event: "));
    events_close(events);
}

static void
a_stream_ends_with_its_token(void **state)
{
    struct api_fixture *f = fixture_of(state);
    char token[RV_TOKEN_SIZE], short_lived[RV_TOKEN_SIZE];
    seed_pods(f, 1);
    api_reopen_with(f, "api.stream_heartbeat", "400ms");
    new_token(f, 600000, token);
    new_token(f, 1000, short_lived);
    RV_AUTO_FREE char *header = rv_format("X-Auth-Token: %s", token);
    RV_AUTO_FREE char *unused =
        rv_format("X-Auth-Token: %s\r\nX-Auth-Skip-Token-Renewal: true", short_lived);
    struct events *own = watching(f, PODS, NULL), *expires = watching_with(f, unused);
    struct events *revoked = watching_with(f, header);

    run_loop(f, 600);
    assert_false(events_ended(revoked) || events_ended(expires));
    RV_AUTO_FREE char *line = rv_format("X-Auth-Token: %s\n", token);
    AUTO_REPLY struct reply reply = ask(f, "DELETE", "/api/auth", line, NULL);
    assert_int_equal(reply.status, 204);
    assert_ends(revoked);
    assert_ends(expires);
    assert_false(events_ended(own));
    rv_test_script(f->store, "DELETE FROM users");
    assert_ends(own);
}

static void
a_stream_is_told_of_nothing_once_its_token_is_revoked(void **state)
{
    struct api_fixture *f = fixture_of(state);
    char token[RV_TOKEN_SIZE];
    seed_pods(f, 1);
    new_token(f, 600000, token);
    RV_AUTO_FREE char *header = rv_format("X-Auth-Token: %s", token);
    struct events *events = watching_with(f, header);

    must(rv_auth_token_revoke(f->store, token, err));
    run_loop(f, 1100);
    change(f, 1, "Failed", 0, RV_UPDATED);
    rv_api_changed(f->api);
    assert_ends(events);
}

static void
a_stream_by_password_ends_with_that_password(void **state)
{
    struct api_fixture *f = fixture_of(state);
    seed_pods(f, 1);
    api_reopen_with(f, "api.stream_heartbeat", "300ms");
    struct events *events = watching_with(f, "Authorization: Basic YWRtaW46Y29ycmVjdCBob3JzZQ==");

    run_loop(f, 700);
    assert_false(events_ended(events));
    must(rv_auth_set_admin(f->store, ADMIN, "another horse", err));
    assert_ends(events);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        api_test(a_stream_ends_with_its_token),
        api_test(a_stream_is_told_of_nothing_once_its_token_is_revoked),
        api_test(a_stream_by_password_ends_with_that_password),
        api_test(streams_have_a_cap),
        api_test(a_row_that_is_too_large_is_told_by_its_id),
        api_test(a_slow_reader_is_caught_up_without_filling_memory),
        api_test(a_reader_that_takes_nothing_is_cut_off),
    };
    return cmocka_run_group_tests_name("api_stream_ends", tests, NULL, NULL);
}
