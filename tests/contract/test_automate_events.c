/* SPDX-License-Identifier: Apache-2.0
 *
 * A range of events and its effects: together or not at all, once each, joined where they are the
 * same, and not stopped by an event that cannot be handled.
 */
#include "contract.h"

#include "automate/automate.h"
#include "automate/effects.h"
#include "base/clock.h"
#include "base/text.h"
#include "inventory/provider.h"
#include "inventory/targets.h"
#include "model/model.h"
#include "queue/queue.h"

enum { HANDLER = 77, LEASE_MS = 60000, EMS = 5 };

struct bench {
    struct rv_store *store;
    struct rv_settings *settings;
    struct rv_automate *automate;
    struct rv_lane lane;
    int routed;
    char woken[256];
};

/* What follows is in the event's type. */
static int
route(void *arg, const struct rv_event_row *event, struct rv_effects *effects, rv_err *err)
{
    struct bench *bench = arg;
    const char *type = rv_event_row_value(event, "event_type").v.text;
    const struct rv_ask vm = { .kind = rv_model_kind("vm"), .id = 40 + event->number % 2 };
    bench->routed++;
    if (strcmp(type, "refresh") == 0)
        rv_effects_refresh(effects, EMS, &vm);
    else if (strcmp(type, "refresh_all") == 0)
        rv_effects_refresh(effects, EMS, NULL);
    else if (strcmp(type, "deliver") == 0)
        rv_effects_deliver(effects, "/System/Process/Event", "vm", 40 + event->number % 2,
                           event->id);
    else if (strcmp(type, "name") == 0)
        rv_effects_set(effects, rv_model_kind("provider"), EMS, "name", rv_vtext("renamed"));
    else if (strcmp(type, "raise") == 0)
        rv_effects_raise(effects, &(struct rv_event){ .event_type = "raised" });
    else if (strcmp(type, "unwritable") == 0)
        rv_effects_set(effects, rv_model_kind("provider"), EMS, "no_such_column", rv_vint(1));
    else if (strcmp(type, "fails") == 0) {
        rv_effects_raise(effects, &(struct rv_event){ .event_type = "half way" });
        return rv_fail(err, RV_E_INVALID, "it is never well");
    }
    return 0;
}

static void
wake(void *arg, const char *queue)
{
    struct bench *bench = arg;
    size_t len = strlen(bench->woken);
    snprintf(bench->woken + len, sizeof(bench->woken) - len, "%s ", queue);
}

static void
open_bench(struct bench *bench, struct rv_store *store)
{
    *bench = (struct bench){ .store = store, .settings = rv_settings_new() };
    must(rv_automate_open(&bench->automate,
                          &(struct rv_automate_config){ .store = store,
                                                        .settings = bench->settings,
                                                        .holder = HANDLER,
                                                        .route = route,
                                                        .wake = wake,
                                                        .arg = bench },
                          err));
    rv_test_script(store, "INSERT INTO ext_management_systems (id, name, type, created_on)"
                          " VALUES (5, 'estate', 'demo', 1)");
    must(rv_lane_of_provider(&bench->lane, store, EMS, err));
    must(rv_lane_take(&bench->lane, store, HANDLER, LEASE_MS, err));
}

static void
close_bench(struct bench *bench)
{
    rv_automate_close(bench->automate);
    rv_settings_free(bench->settings);
}

/* Events of these types in the lane; ends with NULL. */
static void
happen(struct bench *bench, const char *const *types)
{
    for (; *types; types++) {
        const rv_value params[] = { rv_vint(bench->lane.id), rv_vtext(*types) };
        int64_t number;
        must(rv_store_begin(bench->store, err));
        must(rv_lane_extend(bench->store, bench->lane.id, 1, NULL, &number, err));
        must(rv_store_exec(bench->store, NULL,
                           "INSERT INTO event_streams (id, event_type, type, timestamp, lane_id,"
                           " number) SELECT 700 + written, $2, 'EmsEvent', 1, id, written FROM"
                           " event_lanes WHERE id = $1",
                           params, 2, err));
        must(rv_store_commit(bench->store, err));
    }
    must(rv_lane_read(&bench->lane, bench->store, err));
}
#define HAPPEN(bench, ...) happen(bench, (const char *const[]){ __VA_ARGS__, NULL })

/* Until nothing waits; how many were handled. */
static int
handle(struct bench *bench)
{
    int all = 0;
    while (bench->lane.handled < bench->lane.written) {
        int count = 0;
        must(rv_automate_events(bench->automate, &bench->lane, INT64_MAX, &count, err));
        all += count;
    }
    return all;
}

static void
events_about_one_object_run_by_one_message_in_their_order(void **state)
{
    struct bench bench;
    open_bench(&bench, store_of(state));
    HAPPEN(&bench, "deliver", "deliver", "deliver", "nothing");
    assert_int_equal(handle(&bench), 4);
    assert_column(bench.store, "SELECT args FROM miq_queue ORDER BY target_id",
                  "{\"uri\":\"/System/Process/Event\",\"target_kind\":\"vm\",\"target_id\":40,"
                  "\"events\":[702]},"
                  "{\"uri\":\"/System/Process/Event\",\"target_kind\":\"vm\",\"target_id\":41,"
                  "\"events\":[701,703]}");
    assert_column(bench.store,
                  "SELECT queue_name || ' ' || role || ' ' || priority || ' ' || task_id FROM"
                  " miq_queue ORDER BY target_id",
                  "automate automate 20 ae/vm/40,automate automate 20 ae/vm/41");
    assert_column(bench.store, "SELECT handled FROM event_lanes", "4");
    assert_string_equal(bench.woken, "automate ");
    close_bench(&bench);
}

static void
a_message_names_a_hundred_events_at_most(void **state)
{
    struct bench bench;
    open_bench(&bench, store_of(state));
    rv_test_script(bench.store, "UPDATE event_lanes SET written = 250");
    for (int i = 1; i <= 250; i++)
        must_exec(bench.store,
                  "INSERT INTO event_streams (id, event_type, timestamp, lane_id, number)"
                  " VALUES ($1, 'deliver', 1, $2, $3)",
                  rv_vint(700 + i), rv_vint(bench.lane.id), rv_vint(2 * i));
    rv_test_script(bench.store, "UPDATE event_lanes SET written = 500");
    must(rv_lane_read(&bench.lane, bench.store, err));
    assert_int_equal(handle(&bench), 250);
    assert_column(bench.store, "SELECT COUNT(*) FROM miq_queue", "3");
    close_bench(&bench);
}

static void
what_events_ask_of_a_provider_is_asked_once_in_a_window(void **state)
{
    struct bench bench;
    open_bench(&bench, store_of(state));
    for (int i = 0; i < 10; i++) {
        HAPPEN(&bench, "refresh", "refresh", "refresh");
        handle(&bench);
    }
    assert_column(bench.store, "SELECT queue_name FROM miq_queue", "ems_5");
    assert_column(bench.store, "SELECT COALESCE(deliver_on, 0) FROM miq_queue", "0");
    assert_column(bench.store, "SELECT args FROM miq_queue",
                  "{\"targets\":[{\"kind\":\"vm\",\"id\":41},{\"kind\":\"vm\",\"id\":40}]}");
    /* The provider's worker has taken it. */
    rv_test_script(bench.store, "UPDATE miq_queue SET state = 'dequeue'");
    for (int i = 0; i < 10; i++) {
        HAPPEN(&bench, "refresh");
        handle(&bench);
    }
    assert_column(bench.store, "SELECT COUNT(*) FROM miq_queue WHERE state = 'ready'", "1");
    int64_t due =
        rv_test_int(bench.store, "SELECT deliver_on FROM miq_queue WHERE state = 'ready'");
    assert_true(due > rv_now_ms() && due <= rv_now_ms() + 10000);
    assert_int_equal(strncmp(bench.woken, "ems_5 ", 6), 0);
    close_bench(&bench);
}

static void
a_persons_request_does_not_wait_for_the_window(void **state)
{
    struct bench bench;
    open_bench(&bench, store_of(state));
    HAPPEN(&bench, "refresh");
    handle(&bench);
    rv_test_script(bench.store, "DELETE FROM miq_queue");
    HAPPEN(&bench, "refresh");
    handle(&bench);
    assert_true(rv_test_int(bench.store, "SELECT deliver_on FROM miq_queue") > 0);
    const struct rv_refresh_request request = { .provider_id = EMS };
    must(rv_refresh_request(bench.store, &request, NULL, err));
    assert_column(bench.store, "SELECT COALESCE(deliver_on, 0) FROM miq_queue", "0");
    assert_column(bench.store, "SELECT args FROM miq_queue", "{}");
    /* Nor is it put off by events that come later. */
    HAPPEN(&bench, "refresh_all");
    handle(&bench);
    assert_column(bench.store, "SELECT COALESCE(deliver_on, 0) FROM miq_queue", "0");
    close_bench(&bench);
}

static void
an_event_that_fails_is_put_aside_and_those_behind_it_go_on(void **state)
{
    struct bench bench;
    open_bench(&bench, store_of(state));
    HAPPEN(&bench, "name", "fails", "raise");
    assert_int_equal(handle(&bench), 3);
    assert_int_equal(bench.routed, 5);
    assert_column(bench.store, "SELECT name FROM ext_management_systems", "renamed");
    assert_column(bench.store, "SELECT event_type FROM event_streams WHERE type = 'MiqEvent'",
                  "raised");
    assert_column(bench.store,
                  "SELECT state || ' ' || class_name || '.' || method_name || ' ' || args || ' ' ||"
                  " error FROM miq_queue",
                  "error Event.handle {\"event\":702} it is never well");
    close_bench(&bench);
}

static void
what_cannot_be_written_together_is_written_one_by_one(void **state)
{
    struct bench bench;
    open_bench(&bench, store_of(state));
    HAPPEN(&bench, "name", "unwritable", "raise");
    assert_int_equal(handle(&bench), 3);
    assert_column(bench.store, "SELECT name FROM ext_management_systems", "renamed");
    assert_column(bench.store, "SELECT event_type FROM event_streams WHERE type = 'MiqEvent'",
                  "raised");
    assert_column(bench.store, "SELECT state || ' ' || args FROM miq_queue",
                  "error {\"event\":702}");
    assert_column(bench.store, "SELECT handled FROM event_lanes WHERE name = 'ems 5'", "3");
    HAPPEN(&bench, "nothing", "nothing");
    int count = 0;
    must(rv_automate_events(bench.automate, &bench.lane, INT64_MAX, &count, err));
    assert_int_equal(count, 2);
    close_bench(&bench);
}

static void
an_event_can_be_sent_again_by_itself(void **state)
{
    struct bench bench;
    open_bench(&bench, store_of(state));
    HAPPEN(&bench, "name", "fails");
    must(rv_automate_event(bench.automate, 701, err));
    assert_column(bench.store, "SELECT name FROM ext_management_systems", "renamed");
    assert_column(bench.store, "SELECT handled FROM event_lanes WHERE name = 'ems 5'", "0");
    must_fail(RV_E_INVALID, rv_automate_event(bench.automate, 702, err));
    must_fail(RV_E_NOT_FOUND, rv_automate_event(bench.automate, 799, err));
    assert_column(bench.store, "SELECT COUNT(*) FROM miq_queue", "0");
    close_bench(&bench);
}

static void
a_handler_that_lost_its_lane_writes_nothing(void **state)
{
    struct bench bench;
    int count = 0;
    open_bench(&bench, store_of(state));
    HAPPEN(&bench, "name", "deliver");
    must(rv_lease_release_holder(bench.store, HANDLER, err));
    must_fail(RV_E_STALE, rv_automate_events(bench.automate, &bench.lane, INT64_MAX, &count, err));
    assert_column(bench.store, "SELECT name FROM ext_management_systems", "estate");
    assert_column(bench.store, "SELECT COUNT(*) FROM miq_queue", "0");
    assert_column(bench.store, "SELECT handled FROM event_lanes", "0");
    close_bench(&bench);
}

static void
a_turn_ends_when_its_time_is_over(void **state)
{
    struct bench bench;
    int count = 0;
    open_bench(&bench, store_of(state));
    HAPPEN(&bench, "name", "nothing", "nothing");
    must(rv_automate_events(bench.automate, &bench.lane, rv_monotonic_ms() - 1, &count, err));
    assert_int_equal(count, 1);
    assert_int_equal(handle(&bench), 2);
    close_bench(&bench);
}

static void
events_that_were_counted_and_are_gone_do_not_stop_a_lane(void **state)
{
    struct bench bench;
    open_bench(&bench, store_of(state));
    HAPPEN(&bench, "name", "name");
    rv_test_script(bench.store, "DELETE FROM event_streams");
    assert_int_equal(handle(&bench), 0);
    assert_column(bench.store, "SELECT handled FROM event_lanes", "2");
    close_bench(&bench);
}

static void
make_pod(struct rv_store *store, int64_t id, const char *gone)
{
    RV_AUTO_FREE char *sql = rv_format(
        "INSERT INTO container_groups (id, ems_id, ems_ref, name, namespace, container_node_id,"
        " container_project_id, deleted_on) VALUES (%lld, 5, 'r%lld', 'web', 'shop', 91, 92, %s)",
        (long long)id, (long long)id, gone);
    rv_test_script(store, sql);
}

static void
an_event_waits_a_moment_for_its_object_and_those_behind_it_do(void **state)
{
    struct bench bench;
    int count = -1;
    open_bench(&bench, store_of(state));
    HAPPEN(&bench, "nothing", "nothing", "nothing");
    rv_clock_fake(1790000000000);
    rv_test_script(bench.store, "UPDATE event_streams SET created_on = 1789999999900,"
                                " container_group_name = 'web', container_namespace = 'shop'"
                                " WHERE number = 2");
    must(rv_automate_events(bench.automate, &bench.lane, INT64_MAX, &count, err));
    assert_int_equal(count, 1);
    assert_true(rv_automate_waits(bench.automate));
    must(rv_automate_events(bench.automate, &bench.lane, INT64_MAX, &count, err));
    assert_int_equal(count, 0);
    assert_true(rv_automate_waits(bench.automate));
    assert_column(bench.store, "SELECT handled FROM event_lanes", "1");
    make_pod(bench.store, 81, "1700000000000");
    make_pod(bench.store, 82, "NULL");
    rv_test_script(bench.store, "INSERT INTO container_projects (id, ems_id, ems_ref, name)"
                                " VALUES (92, 5, 'p', 'shop')");
    must(rv_automate_events(bench.automate, &bench.lane, INT64_MAX, &count, err));
    assert_int_equal(count, 2);
    assert_false(rv_automate_waits(bench.automate));
    rv_clock_real();
    assert_column(bench.store,
                  "SELECT container_group_id || ' ' || container_node_id || ' ' ||"
                  " container_project_id FROM event_streams WHERE number = 2",
                  "82 91 92");
    close_bench(&bench);
}

static void
an_object_that_never_comes_is_not_waited_for_longer_than_set(void **state)
{
    struct bench bench;
    open_bench(&bench, store_of(state));
    HAPPEN(&bench, "deliver", "deliver");
    rv_clock_fake(1790000000000);
    rv_test_script(bench.store, "UPDATE event_streams SET created_on = 1789999998000,"
                                " vm_name = 'nobody knows it'");
    assert_int_equal(handle(&bench), 2);
    rv_clock_real();
    assert_column(bench.store, "SELECT vm_or_template_id FROM event_streams", "NULL,NULL");
    close_bench(&bench);
}

static void
of_several_machines_of_a_name_none_is_meant_for_sure_but_the_last_that_went(void **state)
{
    struct bench bench;
    open_bench(&bench, store_of(state));
    rv_test_script(bench.store, "INSERT INTO vms (id, ems_id, ems_ref, name, deleted_on) VALUES"
                                " (61, 5, 'a', 'twin', NULL), (62, 5, 'b', 'twin', NULL),"
                                " (63, 5, 'c', 'gone', 10), (64, 5, 'd', 'gone', 20),"
                                " (65, 6, 'e', 'elsewhere', NULL)");
    HAPPEN(&bench, "nothing", "nothing", "nothing");
    rv_test_script(bench.store, "UPDATE event_streams SET created_on = 1, vm_name = 'twin'"
                                " WHERE number = 1;"
                                "UPDATE event_streams SET created_on = 1, vm_name = 'gone'"
                                " WHERE number = 2;"
                                "UPDATE event_streams SET created_on = 1, vm_name = 'elsewhere'"
                                " WHERE number = 3");
    assert_int_equal(handle(&bench), 3);
    assert_column(bench.store, "SELECT vm_or_template_id FROM event_streams ORDER BY number",
                  "NULL,64,NULL");
    close_bench(&bench);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        schema_test(events_about_one_object_run_by_one_message_in_their_order),
        schema_test(a_message_names_a_hundred_events_at_most),
        schema_test(what_events_ask_of_a_provider_is_asked_once_in_a_window),
        schema_test(a_persons_request_does_not_wait_for_the_window),
        schema_test(an_event_that_fails_is_put_aside_and_those_behind_it_go_on),
        schema_test(what_cannot_be_written_together_is_written_one_by_one),
        schema_test(an_event_can_be_sent_again_by_itself),
        schema_test(a_handler_that_lost_its_lane_writes_nothing),
        schema_test(an_event_waits_a_moment_for_its_object_and_those_behind_it_do),
        schema_test(an_object_that_never_comes_is_not_waited_for_longer_than_set),
        schema_test(of_several_machines_of_a_name_none_is_meant_for_sure_but_the_last_that_went),
        schema_test(a_turn_ends_when_its_time_is_over),
        schema_test(events_that_were_counted_and_are_gone_do_not_stop_a_lane),
    };
    return cmocka_run_group_tests_name("automate_events", tests, NULL, NULL);
}
