/* SPDX-License-Identifier: Apache-2.0
 *
 * /hooks/NAME over HTTP: who may send, what is answered, and what becomes of it.
 */
#include "api_fixture.h"

#include <stdio.h>
#include "base/buf.h"

#define EVENT                                                                                      \
    "{\"specversion\":\"1.0\",\"type\":\"disk.full\",\"source\":\"/arrays/7\",\"id\":\"1\"}"
#define JSON_EVENT "Content-Type: application/cloudevents+json\n"

/* A receiver, and the header that its senders show. */
static void
add_receiver(struct api_fixture *f, const char *body, char header[256])
{
    AUTO_REPLY struct reply made = post(f, "/api/event_receivers", body);
    assert_int_equal(made.status, 200);
    assert_int_equal(strlen(at(&made, "results[0].secret")), 48);
    snprintf(header, 256, "Authorization: Bearer %s\n%s", at(&made, "results[0].secret"),
             JSON_EVENT);
}

static void
an_event_that_is_sent_with_the_secret_is_stored_and_its_handler_woken(void **state)
{
    struct api_fixture *f = fixture_of(state);
    char header[256];
    add_receiver(f, "{\"name\":\"arrays\",\"description\":\"disks\"}", header);
    f->woken[0] = '\0';
    AUTO_REPLY struct reply first = ask(f, "POST", "/hooks/arrays", header, EVENT);
    AUTO_REPLY struct reply again = ask(f, "POST", "/hooks/arrays", header, EVENT);
    assert_int_equal(first.status, 200);
    assert_string_equal(at(&first, "received"), "1");
    assert_string_equal(at(&first, "stored"), "1");
    assert_string_equal(at(&again, "stored"), "0");
    assert_non_null(strstr(f->woken, "ems "));
    AUTO_REPLY struct reply events =
        get(f, "/api/event_streams?expand=resources&filter[]=type=CustomEvent");
    assert_string_equal(at(&events, "resources[0].event_type"), "disk.full");
    assert_string_equal(at(&events, "resources[0].source"), "CloudEvents");
    assert_string_equal(at(&events, "subcount"), "1");
}

static void
binary_cloudevents_and_alerts_are_taken_by_the_same_address(void **state)
{
    struct api_fixture *f = fixture_of(state);
    char header[256], binary[512], alerts[512];
    add_receiver(f, "{\"name\":\"all\"}", header);
    char *end = strchr(header, '\n');
    end[1] = '\0';
    snprintf(binary, sizeof(binary),
             "%sContent-Type: application/json\nce-specversion: 1.0\nce-id: 9\nce-type: t\n"
             "Ce-Source: /s\n",
             header);
    snprintf(alerts, sizeof(alerts), "%sContent-Type: application/json\n", header);
    AUTO_REPLY struct reply one = ask(f, "POST", "/hooks/all", binary, "{\"message\":\"hi\"}");
    AUTO_REPLY struct reply two = ask(
        f, "POST", "/hooks/all", alerts,
        "{\"version\":\"4\",\"alerts\":[{\"status\":\"firing\",\"labels\":{\"alertname\":\"Hot\"},"
        "\"startsAt\":\"2026-11-22T10:00:00Z\",\"endsAt\":\"0001-01-01T00:00:00Z\"}]}");
    assert_string_equal(at(&one, "stored"), "1");
    assert_string_equal(at(&two, "stored"), "1");
    assert_column(f->store,
                  "SELECT source || ' ' || event_type || ' ' || COALESCE(message, '') FROM"
                  " event_streams WHERE type = 'CustomEvent' ORDER BY id",
                  "CloudEvents t hi,Alertmanager Hot ");
}

/* The header with which a binary event of this id is sent. */
static void
binary_header(char out[512], const char *secret, const char *type, const char *id)
{
    snprintf(out, 512,
             "%.*s\nContent-Type: %s\nce-specversion: 1.0\nce-id: %s\nce-type: t\n"
             "ce-source: /s\n",
             (int)strcspn(secret, "\n"), secret, type, id);
}

static void
the_data_of_a_binary_cloudevent_may_be_of_any_type_and_come_from_any_origin(void **state)
{
    static const char *const types[] = { "text/plain; charset=utf-8", "application/xml",
                                         "application/octet-stream",
                                         "application/json\nOrigin: https://elsewhere.example" };
    struct api_fixture *f = fixture_of(state);
    char secret[256], binary[512], id[16];
    add_receiver(f, "{\"name\":\"all\"}", secret);
    for (size_t i = 0; i < RV_COUNT(types); i++) {
        snprintf(id, sizeof(id), "%zu", i);
        binary_header(binary, secret, types[i], id);
        AUTO_REPLY struct reply sent =
            ask(f, "POST", "/hooks/all", binary, i == 2 ? "\xff\xfe" : "\"disk full\"");
        if (sent.status != 200)
            fail_msg("%s: %d %s", types[i], sent.status, sent.body);
    }
    AUTO_REPLY struct reply events =
        get(f, "/api/event_streams?expand=resources&filter[]=type=CustomEvent&sort_by=id");
    assert_string_equal(at(&events, "resources[0].full_data.data"), "\"disk full\"");
    assert_string_equal(at(&events, "resources[1].full_data.datacontenttype"), "application/xml");
    assert_string_equal(at(&events, "resources[2].full_data.data_base64"), "//4=");
    assert_string_equal(at(&events, "resources[3].full_data.data"), "disk full");
}

static void
two_events_are_the_same_only_if_source_and_id_both_are(void **state)
{
    static const char *const pairs[][3] = {
        { "q", "9#a", "1" }, { "q#9", "a", "1" }, { "q", "9#a", "0" }, { "q#9", "a", "0" }
    };
    struct api_fixture *f = fixture_of(state);
    char header[256];
    add_receiver(f, "{\"name\":\"all\"}", header);
    for (size_t i = 0; i < RV_COUNT(pairs); i++) {
        RV_AUTO_FREE char *body = rv_format("{\"specversion\":\"1.0\",\"type\":\"t\","
                                            "\"source\":\"%s\",\"id\":\"%s\"}",
                                            pairs[i][0], pairs[i][1]);
        AUTO_REPLY struct reply sent = ask(f, "POST", "/hooks/all", header, body);
        assert_int_equal(sent.status, 200);
        assert_string_equal(at(&sent, "stored"), pairs[i][2]);
    }
}

static void
whoever_has_not_the_secret_is_told_nothing_and_keeps_nobody_out(void **state)
{
    struct api_fixture *f = fixture_of(state);
    char header[256], reason[256];
    add_receiver(f, "{\"name\":\"arrays\"}", header);
    AUTO_REPLY struct reply none = ask(f, "POST", "/hooks/arrays", JSON_EVENT, EVENT);
    AUTO_REPLY struct reply absent = ask(f, "POST", "/hooks/nobody", header, EVENT);
    AUTO_REPLY struct reply wrong =
        ask(f, "POST", "/hooks/arrays", "Authorization: Bearer nonsense\n" JSON_EVENT, EVENT);
    assert_int_equal(none.status, 401);
    assert_non_null(strstr(reply_header(&none, "WWW-Authenticate", reason), "Bearer"));
    assert_int_equal(wrong.status, 401);
    assert_int_equal(absent.status, 401);
    assert_string_equal(at(&absent, "error.message"), at(&wrong, "error.message"));
    for (int i = 0; i < 20; i++) {
        AUTO_REPLY struct reply guess =
            ask(f, "POST", "/hooks/arrays", "Authorization: Bearer guess\n" JSON_EVENT, EVENT);
        assert_int_equal(guess.status, 401);
    }
    assert_column(f->store, "SELECT refused FROM event_receivers", "1");
    assert_column(f->store, "SELECT COUNT(*) FROM event_streams WHERE type = 'CustomEvent'", "0");
    /* Neither who has it nor who logs in is kept out by the others. */
    AUTO_REPLY struct reply right = ask(f, "POST", "/hooks/arrays", header, EVENT);
    AUTO_REPLY struct reply admin = ask(f, "GET", "/api", BASIC, NULL);
    assert_int_equal(right.status, 200);
    assert_int_equal(admin.status, 200);
    assert_column(f->store, "SELECT refused FROM event_receivers", "22");
}

static void
a_new_secret_ends_the_old_one(void **state)
{
    struct api_fixture *f = fixture_of(state);
    char header[256], target[128], second[256];
    add_receiver(f, "{\"name\":\"arrays\"}", header);
    AUTO_REPLY struct reply list = get(f, "/api/event_receivers?expand=resources");
    assert_string_equal(at(&list, "resources[0].name"), "arrays");
    assert_string_equal(at(&list, "resources[0].token_digest"), "(none)");
    snprintf(target, sizeof(target), "/api/event_receivers/%s", at(&list, "resources[0].id"));
    AUTO_REPLY struct reply made = post(f, target, "{\"action\":\"new_secret\"}");
    snprintf(second, sizeof(second), "Authorization: Bearer %s\n" JSON_EVENT, at(&made, "secret"));
    AUTO_REPLY struct reply old = ask(f, "POST", "/hooks/arrays", header, EVENT);
    AUTO_REPLY struct reply fresh = ask(f, "POST", "/hooks/arrays", second, EVENT);
    assert_int_equal(old.status, 401);
    assert_int_equal(fresh.status, 200);
    AUTO_REPLY struct reply off =
        post(f, target, "{\"action\":\"edit\",\"resource\":{\"enabled\":false,\"rate\":7}}");
    AUTO_REPLY struct reply disabled = ask(f, "POST", "/hooks/arrays", second, EVENT);
    assert_string_equal(at(&off, "success"), "true");
    assert_int_equal(disabled.status, 403);
    AUTO_REPLY struct reply gone = ask(f, "DELETE", target, NULL, NULL);
    assert_int_equal(gone.status, 204);
}

static void
too_much_is_refused_with_the_time_to_wait_and_others_are_served(void **state)
{
    struct api_fixture *f = fixture_of(state);
    char header[256], other[256], wait[256];
    int statuses[600] = { 0 };
    add_receiver(f, "{\"name\":\"arrays\",\"rate\":60}", header);
    add_receiver(f, "{\"name\":\"other\"}", other);
    for (int i = 0; i < 20; i++) {
        AUTO_REPLY struct reply reply = ask(f, "POST", "/hooks/arrays", header, EVENT);
        statuses[reply.status]++;
        if (reply.status == 429)
            assert_string_equal(reply_header(&reply, "Retry-After", wait), "1");
    }
    assert_in_range(statuses[200], 7, 9);
    assert_int_equal(statuses[200] + statuses[429], 20);
    AUTO_REPLY struct reply reply = ask(f, "POST", "/hooks/other", other, EVENT);
    assert_int_equal(reply.status, 200);
}

static void
a_body_that_is_too_large_or_is_none_is_refused_and_nothing_is_stored(void **state)
{
    struct api_fixture *f = fixture_of(state);
    char header[256], text[256];
    RV_AUTO_BUF rv_buf large = rv_buf_limited(2 << 20);
    add_receiver(f, "{\"name\":\"arrays\"}", header);
    for (int i = 0; i < (1 << 20) + 1; i++)
        rv_buf_add_char(&large, ' ');
    snprintf(text, sizeof(text), "%s", header);
    char *type = strstr(text, JSON_EVENT);
    snprintf(type, sizeof(text) - (size_t)(type - text), "Content-Type: text/plain\n");
    AUTO_REPLY struct reply big = ask(f, "POST", "/hooks/arrays", header, rv_buf_text(&large));
    AUTO_REPLY struct reply plain = ask(f, "POST", "/hooks/arrays", text, "hello");
    AUTO_REPLY struct reply broken = ask(f, "POST", "/hooks/arrays", header, "{");
    assert_int_equal(big.status, 413);
    assert_int_equal(plain.status, 415);
    assert_int_equal(broken.status, 400);
    AUTO_REPLY struct reply timed =
        ask(f, "POST", "/hooks/arrays", header,
            "{\"specversion\":\"1.0\",\"type\":\"t\",\"source\":\"/s\",\"id\":\"1\",\"time\":5}");
    RV_AUTO_BUF rv_buf many = rv_buf_limited(8192);
    rv_buf_addf(&many, "%.*s\nce-specversion: 1.0\nce-id: 1\nce-type: t\nce-source: /s\n",
                (int)strcspn(header, "\n"), header);
    for (int i = 0; i < 29; i++)
        rv_buf_addf(&many, "ce-x%d: y\n", i);
    AUTO_REPLY struct reply wide = ask(f, "POST", "/hooks/arrays", rv_buf_text(&many), "");
    assert_int_equal(wide.status, 400);
    assert_non_null(strstr(at(&wide, "error.message"), "at most 32 ce- headers"));
    assert_int_equal(timed.status, 400);
    assert_non_null(strstr(at(&timed, "error.message"), "time: a text"));
    assert_column(f->store, "SELECT COUNT(*) FROM event_streams WHERE type = 'CustomEvent'", "0");
}

static void
a_sender_may_ask_first_whether_it_may(void **state)
{
    struct api_fixture *f = fixture_of(state);
    char header[256];
    AUTO_REPLY struct reply asked =
        ask(f, "OPTIONS", "/hooks/any", "WebHook-Request-Origin: events.example.com\n", NULL);
    assert_int_equal(asked.status, 204);
    assert_string_equal(reply_header(&asked, "WebHook-Allowed-Origin", header), "*");
    assert_string_equal(reply_header(&asked, "WebHook-Allowed-Rate", header), "600");
    assert_string_equal(reply_header(&asked, "Allow", header), "OPTIONS, POST");
    AUTO_REPLY struct reply wrong = ask(f, "GET", "/hooks/any", NULL, NULL);
    assert_int_equal(wrong.status, 405);
}

static void
a_receiver_that_cannot_be_made_is_refused_by_what_is_wrong(void **state)
{
    struct api_fixture *f = fixture_of(state);
    static const char *const bad[][2] = {
        { "{\"name\":\"A b\"}", "name of a receiver" },
        { "{\"name\":\"a\",\"format\":\"xml\"}", "format" },
        { "{\"name\":\"a\",\"rate\":\"many\"}", "rate" },
        { "{\"name\":\"a\",\"ems_id\":\"99\"}", "provider" },
        { "{\"name\":\"a\",\"secret\":\"x\"}", "unknown attribute" },
        { "{\"name\":7}", "name" },
        { "{\"name\":\"a\",\"enabled\":\"yes\"}", "enabled" },
        { "{\"name\":\"a\",\"rate\":-1}", "rate: a whole number from 0" },
        { "{\"name\":\"a\",\"id\":\"7\"}", "Resource id or href should not be specified" },
    };
    for (size_t i = 0; i < RV_COUNT(bad); i++) {
        AUTO_REPLY struct reply reply = post(f, "/api/event_receivers", bad[i][0]);
        if (reply.status < 400 || !strstr(reply.body, bad[i][1]))
            fail_msg("%s: %d %s", bad[i][0], reply.status, reply.body);
    }
    assert_column(f->store, "SELECT COUNT(*) FROM event_receivers", "0");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        api_test(an_event_that_is_sent_with_the_secret_is_stored_and_its_handler_woken),
        api_test(binary_cloudevents_and_alerts_are_taken_by_the_same_address),
        api_test(the_data_of_a_binary_cloudevent_may_be_of_any_type_and_come_from_any_origin),
        api_test(two_events_are_the_same_only_if_source_and_id_both_are),
        api_test(whoever_has_not_the_secret_is_told_nothing_and_keeps_nobody_out),
        api_test(a_new_secret_ends_the_old_one),
        api_test(too_much_is_refused_with_the_time_to_wait_and_others_are_served),
        api_test(a_body_that_is_too_large_or_is_none_is_refused_and_nothing_is_stored),
        api_test(a_sender_may_ask_first_whether_it_may),
        api_test(a_receiver_that_cannot_be_made_is_refused_by_what_is_wrong),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
