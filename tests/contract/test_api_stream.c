/* SPDX-License-Identifier: Apache-2.0
 *
 * Changes of a collection as server-sent events.
 */
#include "api_fixture.h"

#include <stdio.h>
#include "auth/auth.h"
#include "model/model.h"
#include "store/record.h"

#define PODS "/api/container_groups"

static const struct rv_kind *
pods(void)
{
    return rv_model_kind("container_group");
}

static int
count_of(const char *text, const char *word)
{
    const char *end = text + strlen(text); /* strstr would look for it at every step */
    int count = 0;

    for (; (text = memmem(text, (size_t)(end - text), word, strlen(word))) != NULL; text++)
        count++;
    return count;
}

/* One change with its row, as a saver makes it. */
static void
change(struct api_fixture *f, int n, const char *phase, int64_t deleted_on, int op)
{
    int64_t id = FIRST_ID + 1000 + n;
    struct rv_feed *feed = rv_feed_new();
    struct rv_field fields[] = {
        { "phase", rv_vtext(phase) },
        { "deleted_on", deleted_on ? rv_vint(deleted_on) : RV_VNULL },
    };

    must(rv_store_begin(f->store, err));
    if (op == RV_DELETED) {
        must(rv_record_delete(f->store, feed, pods(), id, err));
    } else if (op == RV_UPDATED) {
        must(rv_record_update(f->store, feed, pods(), id, fields, 2, err));
    } else {
        must(rv_record_update(f->store, NULL, pods(), id, fields, 2, err));
        rv_feed_add(feed, pods(), id, PROVIDER_ID, op,
                    op == RV_ARCHIVED ? "{\"deleted_on\":null}" : NULL);
    }
    must(rv_feed_flush(feed, f->store, err));
    must(rv_store_commit(f->store, err));
    rv_feed_free(feed);
}

static struct events *
watching(struct api_fixture *f, const char *target, const char *headers)
{
    struct events *events = events_open(f, target, headers);

    assert_true(events_wait(events, "retry: 1000"));
    assert_non_null(strstr(events_text(events), "Content-Type: text/event-stream"));
    return events;
}

static void
each_sort_of_change_is_an_event_with_the_row(void **state)
{
    struct api_fixture *f = fixture_of(state);
    seed_pods(f, 5);
    struct events *events = watching(f, PODS, NULL);

    change(f, 1, "Running", 0, RV_CREATED);
    change(f, 1, "Failed", 0, RV_UPDATED);
    change(f, 2, "Running", 1700000000000LL, RV_ARCHIVED);
    change(f, 2, "Running", 0, RV_RESTORED);
    change(f, 3, "", 0, RV_DELETED);
    rv_api_changed(f->api);
    assert_true(events_wait(events, "event: deleted"));
    assert_non_null(strstr(events_text(events), "event: created"));
    assert_non_null(strstr(events_text(events), "event: updated"));
    assert_non_null(strstr(events_text(events), "\"phase\":\"Failed\""));
    assert_non_null(strstr(events_text(events), "event: archived"));
    assert_non_null(strstr(events_text(events), "event: restored"));
    assert_non_null(strstr(events_text(events), "data: {\"href\":\"http://x" PODS
                                                "/1000000001003\",\"id\":\"1000000001003\"}"));
    events_close(events);
}

static void
streams_notice_changes_without_being_woken(void **state)
{
    struct api_fixture *f = fixture_of(state);
    seed_pods(f, 1);
    struct events *events = watching(f, PODS, NULL);

    change(f, 1, "Failed", 0, RV_UPDATED);
    assert_true(events_wait(events, "event: updated"));
    events_close(events);
}

static void
a_quiet_stream_beats_while_others_are_told(void **state)
{
    struct api_fixture *f = fixture_of(state);
    seed_pods(f, 1);
    api_reopen_with(f, "api.stream_heartbeat", "300ms");
    struct events *zones = watching(f, "/api/zones", NULL);
    struct events *busy = watching(f, PODS, NULL);

    for (int i = 0; i < 20; i++) {
        change(f, 1, i % 2 ? "Failed" : "Running", 0, RV_UPDATED);
        rv_api_changed(f->api);
        run_loop(f, 50);
    }
    assert_true(count_of(events_text(zones), ": still here\nid: ") >= 2);
    assert_null(strstr(events_text(busy), "still here"));
    events_close(zones);
    events_close(busy);
}

static void
only_the_collection_s_own_changes_are_told(void **state)
{
    struct api_fixture *f = fixture_of(state);
    seed_pods(f, 2);
    struct events *zones = watching(f, "/api/zones", NULL);
    struct events *events = watching(f, PODS, NULL);

    change(f, 1, "Failed", 0, RV_UPDATED);
    rv_api_changed(f->api);
    assert_true(events_wait(events, "event: updated"));
    run_loop(f, 30);
    assert_null(strstr(events_text(zones), "event:"));
    events_close(zones);
    events_close(events);
}

static void
filters_and_attributes_are_honoured(void **state)
{
    struct api_fixture *f = fixture_of(state);
    seed_pods(f, 6);
    struct events *events =
        watching(f, PODS "?filter[]=phase=Running&attributes=name,container_project.name", NULL);

    change(f, 3, "Pending", 0, RV_CREATED); /* does not fit */
    change(f, 6, "Running", 0, RV_UPDATED); /* fits now */
    change(f, 1, "Failed", 0, RV_UPDATED);  /* fits no more */
    rv_api_changed(f->api);
    assert_true(events_wait(events, "event: deleted"));
    assert_null(strstr(events_text(events), "1000000001003"));
    assert_non_null(strstr(events_text(events),
                           "\"name\":\"pod-0006\",\"container_project\":{\"name\":\"Data\"}}"));
    assert_non_null(strstr(events_text(events), "\"id\":\"1000000001001\"}"));
    events_close(events);
}

/* Any row's columns, as the API or a saver changes them. */
static void
set(struct api_fixture *f, const char *kind, int64_t id, struct rv_field one, struct rv_field two)
{
    struct rv_feed *feed = rv_feed_new();
    struct rv_field fields[] = { one, two };

    must(rv_store_begin(f->store, err));
    must(
        rv_record_update(f->store, feed, rv_model_kind(kind), id, fields, two.column ? 2 : 1, err));
    must(rv_feed_flush(feed, f->store, err));
    must(rv_store_commit(f->store, err));
    rv_feed_free(feed);
}

#define NOTHING ((struct rv_field){ NULL, RV_VNULL })
#define text_field(name, text) ((struct rv_field){ name, rv_vtext(text) })

/* The last change fits each of them, so that what came before it is there. */
static void
rows_that_never_fitted_do_not_leave(void **state)
{
    static const char *const targets[] = {
        PODS "?filter[]=name='pod-0001'&filter[]=phase!='Failed'",
        PODS "?filter[]=phase=Running&filter[]=name='pod-0001'",
        PODS "?filter[]=name='*-0001'",
        PODS "?filter[]=message=hello&filter[]=name='pod-0001'&filter[]=or message=world",
        PODS "?filter[]=container_project.name=web&filter[]=restart_count=1",
    };
    struct api_fixture *f = fixture_of(state);
    struct events *events[RV_COUNT(targets)];
    seed_pods(f, 5);
    change(f, 1, "Running", 0, RV_CREATED);
    for (size_t i = 0; i < RV_COUNT(targets); i++)
        events[i] = watching(f, targets[i], NULL);

    change(f, 2, "Failed", 0, RV_UPDATED);
    change(f, 2, "Running", 0, RV_UPDATED);
    set(f, "container_group", FIRST_ID + 1003, text_field("message", "bye"), NOTHING);
    set(f, "container_group", FIRST_ID + 1004, text_field("name", "other"),
        (struct rv_field){ "container_project_id", RV_VNULL });
    change(f, 4, "", 0, RV_DELETED);
    change(f, 5, "Running", 1700000000000LL, RV_ARCHIVED);
    set(f, "container_group", FIRST_ID + 1001, text_field("message", "hello"), NOTHING);
    rv_api_changed(f->api);
    for (size_t i = 0; i < RV_COUNT(targets); i++) {
        if (!events_wait(events[i], "1000000001001") || strstr(events_text(events[i]), "deleted"))
            fail_msg("%s: %s", targets[i], events_text(events[i]));
        events_close(events[i]);
    }
}

static void
rows_that_fitted_leave_whatever_made_them(void **state)
{
    static const struct {
        const char *target;
        int told; /* the row leaves (once), and nothing else does */
    } cases[] = {
        { PODS "?filter[]=name='pod-0001'&filter[]=phase=Running", 1001 },
        { PODS "?filter[]=phase=Running&filter[]=name='pod-0002'", 1002 },
        { PODS "?filter[]=archived=false&filter[]=name='pod-0004'", 1004 },
        { PODS "?filter[]=container_project.name=web&filter[]=name='pod-0005'", 1005 },
        { "/api/providers?filter[]=last_refresh_status=error", 101 },
        { "/api/providers?filter[]=hostname=k8s.example", 101 },
        { "/api/providers?filter[]=authentication_status=Valid", 101 },
        { "/api/providers?filter[]=emstype=kubernetes&filter[]=name=prod", 101 },
    };
    struct api_fixture *f = fixture_of(state);
    struct events *events[RV_COUNT(cases)];
    seed_pods(f, 5);
    set(f, "provider", PROVIDER_ID, text_field("last_refresh_error", "no route"), NOTHING);
    for (size_t i = 0; i < RV_COUNT(cases); i++)
        events[i] = watching(f, cases[i].target, NULL);

    change(f, 1, "Failed", 0, RV_UPDATED);
    set(f, "container_group", FIRST_ID + 1002, text_field("phase", "Failed"), NOTHING);
    set(f, "container_group", FIRST_ID + 1002, text_field("name", "renamed"), NOTHING);
    change(f, 4, "Running", 1700000000000LL, RV_ARCHIVED);
    set(f, "container_group", FIRST_ID + 1005,
        (struct rv_field){ "container_project_id", rv_vint(FIRST_ID + 202) }, NOTHING);
    set(f, "provider", PROVIDER_ID, (struct rv_field){ "last_refresh_error", RV_VNULL },
        (struct rv_field){ "last_refresh_date", rv_vint(1700000000000LL) });
    set(f, "endpoint", FIRST_ID + 103, text_field("hostname", "elsewhere.example"), NOTHING);
    set(f, "authentication", FIRST_ID + 104, text_field("status", "Invalid"), NOTHING);
    set(f, "provider", PROVIDER_ID, text_field("name", "renamed"), NOTHING);
    rv_api_changed(f->api);
    for (size_t i = 0; i < RV_COUNT(cases); i++) {
        RV_AUTO_FREE char *id = rv_format("\"id\":\"%lld\"}", FIRST_ID + cases[i].told);
        if (!events_wait(events[i], "event: deleted") || !events_wait(events[i], id) ||
            count_of(events_text(events[i]), "event: deleted") != 1)
            fail_msg("%s: %s", cases[i].target, events_text(events[i]));
        events_close(events[i]);
    }
}

static void
a_watch_of_a_class_is_told_of_its_own_rows_only(void **state)
{
    struct api_fixture *f = fixture_of(state);
    seed_pods(f, 3);
    struct events *own = watching(
        f,
        PODS "?collection_class=ManageIQ::Providers::Kubernetes::ContainerManager::ContainerGroup",
        NULL);
    struct events *other = watching(
        f, PODS "?collection_class=ManageIQ::Providers::Demo::ContainerManager::ContainerGroup",
        NULL);

    change(f, 1, "Failed", 0, RV_UPDATED);
    change(f, 2, "", 0, RV_DELETED);
    set(f, "container_group", FIRST_ID + 1003,
        (struct rv_field){ "ems_id", rv_vint(FIRST_ID + 102) }, NOTHING);
    rv_api_changed(f->api);
    assert_true(events_wait(own, "\"id\":\"1000000001002\"}"));
    assert_true(events_wait(other, "1000000001003"));
    assert_null(strstr(events_text(other), "event: deleted"));
    assert_null(strstr(events_text(other), "1000000001002"));
    events_close(own);
    events_close(other);
}

static void
last_id(const struct events *events, char out[64])
{
    const char *at = events_text((struct events *)(uintptr_t)events), *found = NULL;

    for (const char *next; (next = strstr(at, "\nid: ")) != NULL; at = next + 1)
        found = next + 5;
    assert_non_null(found);
    snprintf(out, 64, "%.*s", (int)strcspn(found, "\r\n"), found);
}

static void
a_stream_resumes_where_it_was(void **state)
{
    struct api_fixture *f = fixture_of(state);
    char header[128], id[64];
    seed_pods(f, 4);
    struct events *first = watching(f, PODS, NULL);

    change(f, 1, "Failed", 0, RV_UPDATED);
    rv_api_changed(f->api);
    assert_true(events_wait(first, "1000000001001"));
    last_id(first, id);
    events_close(first);
    change(f, 2, "Failed", 0, RV_UPDATED);
    change(f, 3, "Failed", 0, RV_UPDATED);
    snprintf(header, sizeof(header), "Last-Event-ID: %s\r\n", id);
    struct events *second = watching(f, PODS, header);
    assert_true(events_wait(second, "1000000001003"));
    assert_non_null(strstr(events_text(second), "1000000001002"));
    assert_null(strstr(events_text(second), "1000000001001"));
    change(f, 4, "Failed", 0, RV_UPDATED);
    rv_api_changed(f->api);
    assert_true(events_wait(second, "1000000001004"));
    events_close(second);
}

static void
a_position_of_another_feed_is_410_and_nonsense_is_400(void **state)
{
    struct api_fixture *f = fixture_of(state);
    struct events *foreign = events_open(f, PODS, "Last-Event-ID: 123-1\r\n");
    struct events *nonsense = events_open(f, PODS, "Last-Event-ID: hello\r\n");
    struct events *filter = events_open(f, PODS "?filter[]=nope=1", NULL);

    assert_true(events_wait(foreign, "410 Gone"));
    assert_true(events_wait(foreign, "Api::GoneError"));
    assert_true(events_wait(nonsense, "400 Bad Request"));
    assert_true(events_wait(filter, "400 Bad Request"));
    events_close(foreign);
    events_close(nonsense);
    events_close(filter);
}

static void
an_expired_position_is_410(void **state)
{
    struct api_fixture *f = fixture_of(state);
    char header[128], id[64];
    seed_pods(f, 3);
    struct events *first = watching(f, PODS, NULL);

    last_id(first, id);
    events_close(first);
    for (int n = 1; n <= 3; n++)
        change(f, n, "Failed", 0, RV_UPDATED);
    rv_test_script(f->store, "UPDATE changes SET at = 1");
    must(rv_feed_expire(f->store, 1000, 2, NULL, err));
    snprintf(header, sizeof(header), "Last-Event-ID: %s\r\n", id);
    struct events *second = events_open(f, PODS, header);
    assert_true(events_wait(second, "410 Gone"));
    events_close(second);
}

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
    set(f, "container_group", FIRST_ID + 1000 + n, text_field(column, text), NOTHING);
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
    run_loop(f, 1500);
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
        api_test(each_sort_of_change_is_an_event_with_the_row),
        api_test(streams_notice_changes_without_being_woken),
        api_test(a_quiet_stream_beats_while_others_are_told),
        api_test(only_the_collection_s_own_changes_are_told),
        api_test(filters_and_attributes_are_honoured),
        api_test(rows_that_never_fitted_do_not_leave),
        api_test(rows_that_fitted_leave_whatever_made_them),
        api_test(a_watch_of_a_class_is_told_of_its_own_rows_only),
        api_test(a_stream_resumes_where_it_was),
        api_test(a_position_of_another_feed_is_410_and_nonsense_is_400),
        api_test(an_expired_position_is_410),
        api_test(a_stream_ends_with_its_token),
        api_test(a_stream_is_told_of_nothing_once_its_token_is_revoked),
        api_test(a_stream_by_password_ends_with_that_password),
        api_test(streams_have_a_cap),
        api_test(a_row_that_is_too_large_is_told_by_its_id),
        api_test(a_slow_reader_is_caught_up_without_filling_memory),
        api_test(a_reader_that_takes_nothing_is_cut_off),
    };

    return cmocka_run_group_tests_name("api_stream", tests, NULL, NULL);
}
