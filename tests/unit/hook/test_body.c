/* SPDX-License-Identifier: Apache-2.0
 *
 * What is sent to receivers, as events.
 */
#include "hook/body.h"

#include <stdio.h>
#include "../base/check.h"
#include "base/buf.h"
#include "event/event.h"

static struct rv_hook_events events;

static int
start(void **state)
{
    (void)state;
    events = (struct rv_hook_events){ .arena = rv_arena_new(0) };
    return 0;
}

static int
stop(void **state)
{
    (void)state;
    rv_arena_free(events.arena);
    return 0;
}

static int
read_body(int format, const char *type, const char *body, rv_err *err)
{
    const struct rv_hook_request request = {
        .format = format, .content_type = type, .body = body, .body_len = strlen(body)
    };
    return rv_hook_read(&events, &request, err);
}

static void
assert_read(const char *type, const char *body)
{
    rv_err err = RV_ERR_INIT;
    if (read_body(RV_HOOK_AUTO, type, body, &err) < 0)
        fail_msg("%s: %s", rv_class_name(err.code), err.text);
}

static void
assert_refused(int format, const char *type, const char *body, int class, const char *part)
{
    rv_err err = RV_ERR_INIT;
    int code = read_body(format, type, body, &err);
    if (code != class || !strstr(err.text, part))
        fail_msg("%s: %s", rv_class_name(code), err.text);
}

#define CLOUDEVENT "application/cloudevents+json; charset=utf-8"
#define ALERT(status, more)                                                                        \
    "{\"status\":\"" status "\",\"labels\":{\"alertname\":\"PodCrash\",\"severity\":\"warning\","  \
    "\"namespace\":\"shop\",\"pod\":\"web-1\"},\"annotations\":{\"summary\":\"web-1 restarts\"},"  \
    "\"startsAt\":\"2026-11-22T10:00:00.5Z\",\"endsAt\":\"2026-11-22T10:05:00Z\"," more            \
    "\"generatorURL\":\"\"}"
#define ALERTS(list) "{\"version\":\"4\",\"receiver\":\"reeve\",\"alerts\":[" list "]}"

static void
a_cloudevent_in_json_is_an_event_of_its_type(void **state)
{
    (void)state;
    assert_read(CLOUDEVENT, "{\"specversion\":\"1.0\",\"type\":\"com.example.disk_full\","
                            "\"source\":\"/arrays/7\",\"id\":\"A-12\",\"subject\":\"lun 3\","
                            "\"time\":\"2026-11-22T10:00:00Z\",\"data\":{\"free\":0}}");
    assert_int_equal(events.count, 1);
    const struct rv_hook_event *event = &events.items[0];
    assert_string_equal(event->type, "com.example.disk_full");
    assert_string_equal(event->source, "CloudEvents");
    assert_string_equal(event->ref, "/arrays/7#A-12");
    assert_string_equal(event->message, "lun 3");
    assert_true(event->time_ms == 1795341600000);
    assert_non_null(strstr(event->data, "\"data\":{\"free\":0}"));
}

static void
the_binary_form_says_the_same_in_headers(void **state)
{
    (void)state;
    rv_err err = RV_ERR_INIT;
    static const struct rv_hook_header headers[] = {
        { "Ce-Specversion", "1.0" },
        { "ce-type", "com.example.t" },
        { "ce-source", "/s" },
        { "ce-id", "1" },
        { "ce-subject", "Euro %E2%82%AC %zz" },
        { "ce-region", "eu" },
    };
    struct rv_hook_request request = { .content_type = "application/json",
                                       .headers = headers,
                                       .header_count = RV_COUNT(headers),
                                       .body = "{\"message\":\"full\"}",
                                       .body_len = 18 };
    assert_int_equal(rv_hook_read(&events, &request, &err), 0);
    assert_string_equal(events.items[0].ref, "/s#1");
    assert_string_equal(events.items[0].message, "full");
    assert_non_null(strstr(events.items[0].data, "\"subject\":\"Euro \xe2\x82\xac %zz\""));
    assert_non_null(strstr(events.items[0].data, "\"region\":\"eu\""));
    request.content_type = "image/png";
    request.body = "\x89PNG\xff";
    request.body_len = 5;
    assert_int_equal(rv_hook_read(&events, &request, &err), 0);
    assert_non_null(strstr(events.items[0].data, "\"data_base64\":\"iVBOR/8=\""));
}

static void
a_batch_is_all_or_none(void **state)
{
    (void)state;
    static const char batch_type[] = "application/cloudevents-batch+json";
#define ONE(id) "{\"specversion\":\"1.0\",\"type\":\"t\",\"source\":\"s\",\"id\":\"" id "\"}"
    assert_read(batch_type, "[" ONE("1") "," ONE("2") "]");
    assert_int_equal(events.count, 2);
    assert_string_equal(events.items[1].ref, "s#2");
    assert_refused(RV_HOOK_AUTO, batch_type, "[" ONE("1") ",{\"specversion\":\"1.0\"}]",
                   RV_E_INVALID, "event 2 of the batch");
    assert_refused(RV_HOOK_AUTO, batch_type, ONE("1"), RV_E_INVALID, "array");
    assert_read(batch_type, "[]");
    assert_int_equal(events.count, 0);
}

static void
what_is_no_cloudevent_is_refused_by_what_it_lacks(void **state)
{
    (void)state;
    static const char *const bad[][2] = {
        { "{}", "specversion" },
        { "{\"specversion\":\"0.3\"}", "0.3" },
        { "{\"specversion\":\"1.0\",\"source\":\"s\",\"type\":\"t\"}", "'id'" },
        { "{\"specversion\":\"1.0\",\"id\":\"\",\"source\":\"s\",\"type\":\"t\"}", "'id'" },
        { "{\"specversion\":\"1.0\",\"id\":\"1\",\"type\":\"t\"}", "'source'" },
        { "{\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"s\"}", "'type'" },
        { "{\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"s\",\"type\":\"t\",\"time\":"
          "\"soon\"}",
          "time" },
        { "[1]", "object" },
        { "nonsense", "" },
        { "", "no body" },
    };
    for (size_t i = 0; i < RV_COUNT(bad); i++)
        assert_refused(RV_HOOK_AUTO, CLOUDEVENT, bad[i][0], RV_E_INVALID, bad[i][1]);
}

static void
an_alert_and_its_end_are_two_events_of_one_chain(void **state)
{
    (void)state;
    assert_read("application/json", ALERTS(ALERT("firing", "\"fingerprint\":\"ab12\",") "," ALERT(
                                        "resolved", "\"fingerprint\":\"ab12\",")));
    assert_int_equal(events.count, 2);
    const struct rv_hook_event *first = &events.items[0], *second = &events.items[1];
    assert_string_equal(first->type, "PodCrash");
    assert_string_equal(second->type, "PodCrash_resolved");
    assert_string_equal(first->source, "Alertmanager");
    assert_string_equal(first->message, "web-1 restarts");
    assert_string_equal(first->level, "critical");
    assert_string_equal(second->level, "detail");
    assert_string_equal(first->namespace_name, "shop");
    assert_string_equal(first->pod, "web-1");
    assert_null(first->node);
    assert_true(first->time_ms == 1795341600500 && second->time_ms == 1795341900000);
    assert_true(first->chain_id > 0 && first->chain_id == second->chain_id);
    assert_string_not_equal(first->ref, second->ref);
}

static void
a_notification_that_is_repeated_has_the_same_refs(void **state)
{
    (void)state;
    char ref[RV_HOOK_TEXT_MAX];
    assert_read("application/json", ALERTS(ALERT("firing", "")));
    snprintf(ref, sizeof(ref), "%s", events.items[0].ref);
    assert_read("application/json", ALERTS(ALERT("firing", "")));
    assert_string_equal(ref, events.items[0].ref);
}

static void
what_is_no_alert_is_refused_by_what_it_lacks(void **state)
{
    (void)state;
    static const char *const bad[][2] = {
        { "{}", "version" },
        { "{\"version\":\"3\",\"alerts\":[]}", "version" },
        { "{\"version\":\"4\"}", "alerts" },
        { ALERTS("{}"), "status" },
        { ALERTS("{\"status\":\"firing\"}"), "alertname" },
        { ALERTS("{\"status\":\"firing\",\"labels\":{\"alertname\":\"x\"}}"), "startsAt" },
        { ALERTS(ALERT("firing", "") ",7"), "alert 2" },
    };
    for (size_t i = 0; i < RV_COUNT(bad); i++)
        assert_refused(RV_HOOK_AUTO, "application/json", bad[i][0], RV_E_INVALID, bad[i][1]);
}

static void
a_receiver_of_one_format_takes_no_other(void **state)
{
    (void)state;
    assert_refused(RV_HOOK_CLOUDEVENTS, "application/json", ALERTS(""), RV_E_UNSUPPORTED,
                   "application/json");
    assert_refused(RV_HOOK_ALERTMANAGER, CLOUDEVENT, "{}", RV_E_UNSUPPORTED, "cloudevents");
    assert_refused(RV_HOOK_AUTO, "text/plain", "x", RV_E_UNSUPPORTED, "text/plain");
    assert_refused(RV_HOOK_AUTO, NULL, "x", RV_E_UNSUPPORTED, "content type");
}

static void
ceilings_hold(void **state)
{
    (void)state;
    rv_err err = RV_ERR_INIT;
    RV_AUTO_BUF rv_buf body = rv_buf_limited(4 << 20);
    rv_buf_add_string(&body, "[");
    for (int i = 0; i <= RV_HOOK_EVENTS_MAX; i++)
        rv_buf_add_string(&body, i ? ",{}" : "{}");
    rv_buf_add_string(&body, "]");
    assert_refused(RV_HOOK_AUTO, "application/cloudevents-batch+json", rv_buf_text(&body),
                   RV_E_LIMIT, "500");
    rv_buf_reset(&body);
    rv_buf_add_string(&body, "{\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"");
    for (int i = 0; i < 70000; i++)
        rv_buf_add_char(&body, 's');
    rv_buf_add_string(&body, "\",\"type\":\"t\",\"subject\":\"");
    for (int i = 0; i < 1000; i++)
        rv_buf_add_string(&body, "\xe2\x82\xac");
    rv_buf_add_string(&body, "\"}");
    assert_read(CLOUDEVENT, rv_buf_text(&body));
    assert_int_equal(strlen(events.items[0].ref), 32);
    assert_int_equal(strlen(events.items[0].message), 999);
    assert_non_null(strstr(events.items[0].data, "\"truncated\":true"));
    rv_buf_reset(&body);
    for (int i = 0; i <= RV_HOOK_BODY_MAX; i++)
        rv_buf_add_char(&body, ' ');
    assert_int_equal(read_body(RV_HOOK_AUTO, CLOUDEVENT, rv_buf_text(&body), &err), RV_E_LIMIT);
}

#define body_test(name) cmocka_unit_test_setup_teardown(name, start, stop)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        body_test(a_cloudevent_in_json_is_an_event_of_its_type),
        body_test(the_binary_form_says_the_same_in_headers),
        body_test(a_batch_is_all_or_none),
        body_test(what_is_no_cloudevent_is_refused_by_what_it_lacks),
        body_test(an_alert_and_its_end_are_two_events_of_one_chain),
        body_test(a_notification_that_is_repeated_has_the_same_refs),
        body_test(what_is_no_alert_is_refused_by_what_it_lacks),
        body_test(a_receiver_of_one_format_takes_no_other),
        body_test(ceilings_hold),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
