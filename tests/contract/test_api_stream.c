/* SPDX-License-Identifier: Apache-2.0
 *
 * Changes of a collection as server-sent events.
 */
#include "stream_fixture.h"

#include <stdio.h>

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
    set_row(f, "container_group", FIRST_ID + 1003, text_field("message", "bye"), NOTHING);
    set_row(f, "container_group", FIRST_ID + 1004, text_field("name", "other"),
            (struct rv_field){ "container_project_id", RV_VNULL });
    change(f, 4, "", 0, RV_DELETED);
    change(f, 5, "Running", 1700000000000LL, RV_ARCHIVED);
    set_row(f, "container_group", FIRST_ID + 1001, text_field("message", "hello"), NOTHING);
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
    set_row(f, "provider", PROVIDER_ID, text_field("last_refresh_error", "no route"), NOTHING);
    for (size_t i = 0; i < RV_COUNT(cases); i++)
        events[i] = watching(f, cases[i].target, NULL);

    change(f, 1, "Failed", 0, RV_UPDATED);
    set_row(f, "container_group", FIRST_ID + 1002, text_field("phase", "Failed"), NOTHING);
    set_row(f, "container_group", FIRST_ID + 1002, text_field("name", "renamed"), NOTHING);
    change(f, 4, "Running", 1700000000000LL, RV_ARCHIVED);
    set_row(f, "container_group", FIRST_ID + 1005,
            (struct rv_field){ "container_project_id", rv_vint(FIRST_ID + 202) }, NOTHING);
    set_row(f, "provider", PROVIDER_ID, (struct rv_field){ "last_refresh_error", RV_VNULL },
            (struct rv_field){ "last_refresh_date", rv_vint(1700000000000LL) });
    set_row(f, "endpoint", FIRST_ID + 103, text_field("hostname", "elsewhere.example"), NOTHING);
    set_row(f, "authentication", FIRST_ID + 104, text_field("status", "Invalid"), NOTHING);
    set_row(f, "provider", PROVIDER_ID, text_field("name", "renamed"), NOTHING);
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
    set_row(f, "container_group", FIRST_ID + 1003,
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
    };

    return cmocka_run_group_tests_name("api_stream", tests, NULL, NULL);
}
