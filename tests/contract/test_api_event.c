/* SPDX-License-Identifier: Apache-2.0
 *
 * Events over the API: making them, and reading those of an object.
 */
#include "api_fixture.h"

#include <stdio.h>
#include "base/text.h"

#define EVENTS "/api/event_streams"

/* Its id, as a text. */
static char *
first_pod(struct api_fixture *f)
{
    seed_pods(f, 1);
    return rv_format("%lld",
                     (long long)rv_test_int(f->store, "SELECT MIN(id) FROM container_groups"));
}

static void
an_event_made_over_the_api_waits_for_its_handler_and_is_in_the_timeline_of_its_object(void **state)
{
    struct api_fixture *f = fixture_of(state);
    RV_AUTO_FREE char *pod = first_pod(f);
    RV_AUTO_FREE char *body =
        rv_format("{\"event_type\":\"deploy_failed\",\"message\":\"it did not start\","
                  "\"target_type\":\"pod\",\"target_id\":\"%s\",\"timestamp\":"
                  "\"2026-11-22T10:00:00Z\",\"full_data\":{\"by\":[\"ci\"]},\"chain_id\":7}",
                  pod);
    AUTO_REPLY struct reply made = post(f, EVENTS, body);
    assert_int_equal(made.status, 200);
    assert_string_equal(at(&made, "results[0].success"), "true");
    assert_non_null(strstr(f->woken, "ems "));
    RV_AUTO_FREE char *path = rv_format("/api/container_groups/%s/event_streams"
                                        "?expand=resources&filter[]=event_type=deploy_failed",
                                        pod);
    AUTO_REPLY struct reply list = get(f, path);
    assert_string_equal(at(&list, "subcount"), "1");
    assert_string_equal(at(&list, "resources[0].type"), "CustomEvent");
    assert_string_equal(at(&list, "resources[0].source"), "CUSTOM");
    assert_string_equal(at(&list, "resources[0].target_type"), "container_group");
    assert_string_equal(at(&list, "resources[0].container_group_id"), pod);
    RV_AUTO_FREE char *name =
        rv_test_text(f->store, "SELECT name FROM container_groups ORDER BY id LIMIT 1");
    assert_string_equal(at(&list, "resources[0].container_group_name"), name);
    assert_string_equal(at(&list, "resources[0].ems_id"), "1000000000101");
    assert_string_equal(at(&list, "resources[0].username"), ADMIN);
    assert_string_equal(at(&list, "resources[0].timestamp"), "2026-11-22T10:00:00Z");
    assert_string_equal(at(&list, "resources[0].full_data.by[0]"), "ci");
    assert_string_equal(at(&list, "resources[0].event_group"), "other");
    assert_null(strstr(list.body, "\"number\""));
    assert_int_equal(rv_test_int(f->store, "SELECT written - handled FROM event_lanes"), 1);
}

static void
what_is_wrong_with_an_event_is_said(void **state)
{
    static const struct {
        const char *body, *says;
        int status;
    } rows[] = {
        { "{}", "an event needs an event_type", 400 },
        { "{\"event_type\":\"\"}", "event_type: a text is expected", 400 },
        { "{\"event_type\":7}", "event_type: a text is expected", 400 },
        { "{\"event_type\":\"a\",\"color\":1}", "unknown key 'color'", 400 },
        { "{\"event_type\":\"a\",\"timestamp\":\"soon\"}", "a time such as", 400 },
        { "{\"event_type\":\"a\",\"timestamp\":\"9999-12-31T00:00:00Z\"}", "ahead", 400 },
        { "{\"event_type\":\"a\",\"chain_id\":0}", "chain_id: a whole number", 400 },
        { "{\"event_type\":\"a\",\"chain_id\":\"x\"}", "chain_id: a whole number", 400 },
        { "{\"event_type\":\"a\",\"id\":\"5\"}", "Resource id or href should not be specified",
          400 },
        { "{\"event_type\":\"a\",\"target_type\":\"pod\"}", "belong together", 400 },
        { "{\"event_type\":\"a\",\"target_id\":\"5\"}", "belong together", 400 },
        { "{\"event_type\":\"a\",\"target_type\":\"sheep\",\"target_id\":\"5\"}", "no kind 'sheep'",
          400 },
        { "{\"event_type\":\"a\",\"target_type\":\"Vm\",\"target_id\":\"5\"}", "no vm with id 5",
          404 },
        { "[]", "", 400 },
    };
    struct api_fixture *f = fixture_of(state);
    for (size_t i = 0; i < RV_COUNT(rows); i++) {
        AUTO_REPLY struct reply refused = post(f, EVENTS, rows[i].body);
        assert_int_equal(refused.status, rows[i].status);
        if (!strstr(at(&refused, "error.message"), rows[i].says))
            fail_msg("%s: %s", rows[i].body, at(&refused, "error.message"));
    }
    assert_int_equal(rv_test_int(f->store, "SELECT COUNT(*) FROM event_streams"), 0);
}

/* As an event of a chain shows it: others of that chain are made from what was read. */
static void
the_chain_that_an_event_shows_can_be_given_to_the_next(void **state)
{
    struct api_fixture *f = fixture_of(state);
    AUTO_REPLY struct reply made =
        post(f, EVENTS, "{\"event_type\":\"a\",\"chain_id\":\"2856341613167779366\"}");
    assert_int_equal(made.status, 200);
    AUTO_REPLY struct reply list =
        get(f, EVENTS "?expand=resources&filter[]=chain_id=2856341613167779366");
    assert_string_equal(at(&list, "subcount"), "1");
    assert_string_equal(at(&list, "resources[0].chain_id"), "2856341613167779366");
}

static void
events_are_listed_by_their_class(void **state)
{
    static const char *const counts[][2] = { { "EmsEvent", "2" },
                                             { "CustomEvent", "1" },
                                             { "MiqEvent", "1" },
                                             { "RequestEvent", "0" },
                                             { "EventStream", "4" } };
    struct api_fixture *f = fixture_of(state);
    rv_test_script(f->store, "INSERT INTO event_streams (id, event_type, type, timestamp) VALUES"
                             " (1000000000901, 'a', 'EmsEvent', 1000),"
                             " (1000000000902, 'b', 'EmsEvent', 2000),"
                             " (1000000000903, 'c', 'CustomEvent', 3000),"
                             " (1000000000904, 'd', 'MiqEvent', 4000)");
    for (size_t i = 0; i < RV_COUNT(counts); i++) {
        RV_AUTO_FREE char *path = rv_format(EVENTS "?collection_class=%s", counts[i][0]);
        AUTO_REPLY struct reply list = get(f, path);
        assert_int_equal(list.status, 200);
        assert_string_equal(at(&list, "subcount"), counts[i][1]);
    }
    AUTO_REPLY struct reply none = get(f, EVENTS "?collection_class=Vm");
    assert_int_equal(none.status, 400);
}

/* Its row is named by a column of events that has a meaning of its own already. */
static void
an_event_may_be_about_a_lane_or_a_user_and_waits_in_its_own_lane(void **state)
{
    struct api_fixture *f = fixture_of(state);
    rv_test_script(f->store, "INSERT INTO event_lanes (id, name, written, handled) VALUES"
                             " (1000000000777, 'ems 5', 3, 3)");
    AUTO_REPLY struct reply about_lane =
        post(f, EVENTS,
             "{\"event_type\":\"a\",\"target_type\":\"lane\",\"target_id\":\"1000000000777\"}");
    assert_int_equal(about_lane.status, 200);
    RV_AUTO_FREE char *user = rv_test_text(f->store, "SELECT CAST(MIN(id) AS TEXT) FROM users");
    RV_AUTO_FREE char *body =
        rv_format("{\"event_type\":\"b\",\"target_type\":\"user\",\"target_id\":\"%s\"}", user);
    AUTO_REPLY struct reply about_user = post(f, EVENTS, body);
    assert_int_equal(about_user.status, 200);
    assert_int_equal(rv_test_int(f->store, "SELECT COUNT(*) FROM event_streams e JOIN event_lanes l"
                                           " ON l.id = e.lane_id WHERE l.name = 'server'"
                                           " AND e.target_type IN ('event_lane', 'user')"),
                     2);
}

static void
data_of_an_event_has_a_ceiling(void **state)
{
    struct api_fixture *f = fixture_of(state);
    char *text = rv_alloc(70001);
    memset(text, 'x', 70000);
    RV_AUTO_FREE char *body = rv_format("{\"event_type\":\"a\",\"full_data\":\"%s\"}", text);
    AUTO_REPLY struct reply refused = post(f, EVENTS, body);
    assert_int_equal(refused.status, 400);
    assert_non_null(strstr(at(&refused, "error.message"), "full_data is larger than 65536 bytes"));
    free(text);
}

static void
events_are_found_by_the_class_of_their_target_as_manageiq_names_it(void **state)
{
    static const char *const same[] = { "vm", "Vm", "VmOrTemplate", "vms" };
    struct api_fixture *f = fixture_of(state);
    rv_test_script(f->store, "INSERT INTO event_streams (id, event_type, type, timestamp,"
                             " target_type, target_id) VALUES"
                             " (1000000000901, 'a', 'EmsEvent', 1000, 'vm', 77),"
                             " (1000000000902, 'b', 'EmsEvent', 2000, 'host', 77),"
                             " (1000000000903, 'c', 'EmsEvent', 90000000, 'vm', 77)");
    for (size_t i = 0; i < RV_COUNT(same); i++) {
        RV_AUTO_FREE char *path =
            rv_format(EVENTS "?filter[]=target_type='%s'&filter[]=target_id=77"
                             "&filter[]=timestamp<1970-01-01T00:01:00Z",
                      same[i]);
        AUTO_REPLY struct reply found = get(f, path);
        assert_int_equal(found.status, 200);
        assert_string_equal(at(&found, "subcount"), "1");
        assert_string_equal(at(&found, "resources[0].href"),
                            "http://reeve.example:7400/api/event_streams/1000000000901");
    }
    AUTO_REPLY struct reply others = get(f, EVENTS "?filter[]=target_type!='VmOrTemplate'");
    assert_string_equal(at(&others, "subcount"), "1");
    AUTO_REPLY struct reply none = get(f, EVENTS "?filter[]=target_type='NoSuchClass'");
    assert_string_equal(at(&none, "subcount"), "0");
}

static void
a_timeline_is_filtered_by_group_and_level_in_the_order_of_time(void **state)
{
    struct api_fixture *f = fixture_of(state);
    RV_AUTO_FREE char *pod = first_pod(f);
    RV_AUTO_FREE char *rows =
        rv_format("INSERT INTO event_streams (id, event_type, type, timestamp, container_group_id,"
                  " event_group, event_level) VALUES"
                  " (1000000000901, 'late', 'EmsEvent', 3000, %s, 'power', 'critical'),"
                  " (1000000000902, 'early', 'EmsEvent', 1000, %s, 'power', 'critical'),"
                  " (1000000000903, 'small', 'EmsEvent', 2000, %s, 'power', 'detail'),"
                  " (1000000000904, 'other', 'EmsEvent', 2000, %s, 'other', 'critical')",
                  pod, pod, pod, pod);
    rv_test_script(f->store, rows);
    RV_AUTO_FREE char *path =
        rv_format("/api/container_groups/%s/event_streams?expand=resources&attributes=event_type"
                  "&filter[]=event_group=power&filter[]=event_level=critical&sort_by=timestamp",
                  pod);
    AUTO_REPLY struct reply found = get(f, path);
    assert_string_equal(at(&found, "subcount"), "2");
    assert_string_equal(at(&found, "resources[0].event_type"), "early");
    assert_string_equal(at(&found, "resources[1].event_type"), "late");
}

static void
the_list_of_events_that_are_not_kept_is_changed_by_people_and_audited(void **state)
{
    struct api_fixture *f = fixture_of(state);
    const char *rows = "/api/blacklisted_events";
    AUTO_REPLY struct reply made =
        post(f, rows, "{\"event_name\":\"POD_*\",\"ems_id\":\"1000000000101\"}");
    assert_int_equal(made.status, 200);
    assert_string_equal(at(&made, "results[0].success"), "true");
    AUTO_REPLY struct reply again =
        post(f, rows, "{\"event_name\":\"POD_*\",\"ems_id\":\"1000000000101\"}");
    assert_int_equal(again.status, 400);
    assert_non_null(strstr(at(&again, "error.message"), "on the list already"));
    AUTO_REPLY struct reply of_class =
        post(f, rows,
             "{\"event_name\":\"x\",\"provider_model\":"
             "\"ManageIQ::Providers::Kubernetes::ContainerManager\"}");
    assert_int_equal(of_class.status, 200);
    AUTO_REPLY struct reply list = get(f, "/api/blacklisted_events?expand=resources&sort_by=id");
    assert_string_equal(at(&list, "resources[0].enabled"), "true");
    assert_string_equal(at(&list, "resources[1].provider_model"), "kubernetes");
    RV_AUTO_FREE char *path = rv_format("%s/%s", rows, at(&list, "resources[0].id"));
    AUTO_REPLY struct reply off = post(f, path, "{\"action\":\"edit\",\"enabled\":false}");
    assert_string_equal(at(&off, "success"), "true");
    AUTO_REPLY struct reply none = post(f, rows, "{\"event_name\":\"x\",\"ems_id\":\"5\"}");
    assert_int_equal(none.status, 404);
    AUTO_REPLY struct reply bad = post(f, rows, "{\"event_name\":\"*\"}");
    assert_int_equal(bad.status, 400);
    AUTO_REPLY struct reply renamed =
        post(f, path, "{\"action\":\"edit\",\"enabled\":true,\"event_name\":\"y\"}");
    assert_int_equal(renamed.status, 400);
    assert_non_null(strstr(at(&renamed, "error.message"), "unknown key 'event_name'"));
    AUTO_REPLY struct reply nowhere =
        post(f, rows, "{\"event_name\":\"y\",\"provider_model\":\"\"}");
    assert_int_equal(nowhere.status, 400);
    AUTO_REPLY struct reply gone = post(f, path, "{\"action\":\"delete\"}");
    assert_string_equal(at(&gone, "success"), "true");
    rv_test_script(f->store, "UPDATE blacklisted_events SET system = TRUE");
    RV_AUTO_FREE char *other = rv_format("%s/%s", rows, at(&list, "resources[1].id"));
    AUTO_REPLY struct reply refused = post(f, other, "{\"action\":\"delete\"}");
    assert_non_null(strstr(refused.body, "came with the provider's plugin"));
    assert_int_equal(rv_test_int(f->store, "SELECT COUNT(*) FROM audit_events WHERE userid ="
                                           " 'admin' AND event LIKE 'blacklisted_event%'"),
                     4);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        api_test(
            an_event_made_over_the_api_waits_for_its_handler_and_is_in_the_timeline_of_its_object),
        api_test(what_is_wrong_with_an_event_is_said),
        api_test(the_chain_that_an_event_shows_can_be_given_to_the_next),
        api_test(events_are_listed_by_their_class),
        api_test(an_event_may_be_about_a_lane_or_a_user_and_waits_in_its_own_lane),
        api_test(data_of_an_event_has_a_ceiling),
        api_test(events_are_found_by_the_class_of_their_target_as_manageiq_names_it),
        api_test(the_list_of_events_that_are_not_kept_is_changed_by_people_and_audited),
        api_test(a_timeline_is_filtered_by_group_and_level_in_the_order_of_time),
    };
    return cmocka_run_group_tests_name("api_event", tests, NULL, NULL);
}
