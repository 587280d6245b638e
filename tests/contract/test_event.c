/* SPDX-License-Identifier: Apache-2.0
 *
 * Events: what is written of one, and when it is the same.
 */
#include "contract.h"

#include "base/clock.h"
#include "event/event.h"
#include "store/feed.h"

static void
an_event_of_the_server_is_written_with_its_target_and_told_by_the_feed(void **state)
{
    struct rv_store *store = store_of(state);
    const struct rv_event event = { .event_type = "evm_worker_start",
                                    .message = "a generic worker started",
                                    .target_kind = "worker",
                                    .target_id = 7,
                                    .full_data = "{\"pid\":42,\"type\":\"generic\"}" };
    int64_t id = 0;
    rv_clock_fake(1800000000000);
    must(rv_event_raise(store, &event, &id, err));
    rv_clock_real();
    assert_true(id > 0);
    assert_column(
        store,
        "SELECT event_type || ' ' || type || ' ' || source || ' ' || target_type || ' ' ||"
        " target_id || ' ' || timestamp FROM event_streams",
        "evm_worker_start MiqEvent EVM worker 7 1800000000000");
    assert_column(store, "SELECT full_data FROM event_streams",
                  "{\"pid\":42,\"type\":\"generic\"}");
    assert_column(store, "SELECT COUNT(*) FROM changes WHERE kind = 'event_stream'", "1");
}

static void
the_servers_own_events_are_never_the_same(void **state)
{
    struct rv_store *store = store_of(state);
    const struct rv_event event = { .event_type = "evm_server_start", .timestamp_ms = 5 };
    must(rv_event_raise(store, &event, NULL, err));
    must(rv_event_raise(store, &event, NULL, err));
    assert_column(store, "SELECT COUNT(*) FROM event_streams", "2");
}

static void
a_providers_event_that_is_there_is_not_written_again(void **state)
{
    struct rv_store *store = store_of(state);
    struct rv_event event = { .event_type = "VmPoweredOnEvent",
                              .source = "vmware",
                              .ems_id = 3,
                              .ems_ref = "event-9",
                              .timestamp_ms = 1000 };
    int64_t first = 0, second = 0;
    rv_err err = RV_ERR_INIT;
    assert_int_equal(rv_event_raise(store, &event, &first, &err), 1);
    assert_int_equal(rv_event_raise(store, &event, &second, &err), 0);
    assert_int_equal(first, second);
    event.timestamp_ms = 2000;
    assert_int_equal(rv_event_raise(store, &event, &second, &err), 1);
    event.chain_id = 12;
    assert_int_equal(rv_event_raise(store, &event, NULL, &err), 1);
    event.ems_id = 4;
    assert_int_equal(rv_event_raise(store, &event, NULL, &err), 1);
    assert_column(store, "SELECT type FROM event_streams GROUP BY type", "EmsEvent");
    assert_column(store, "SELECT COUNT(*) FROM event_streams", "4");
}

static void
an_event_goes_with_the_transaction_that_it_was_raised_in(void **state)
{
    struct rv_store *store = store_of(state);
    const struct rv_event event = { .event_type = "evm_server_stop" };
    must(rv_store_reserve_ids(store, 2, err));
    must(rv_store_begin(store, err));
    must(rv_event_raise(store, &event, NULL, err));
    rv_store_rollback(store);
    assert_column(store, "SELECT COUNT(*) FROM event_streams", "0");
}

static void
several_are_raised_in_their_order_and_the_same_one_once(void **state)
{
    struct rv_store *store = store_of(state);
    const struct rv_event there = { .event_type = "VmPoweredOnEvent",
                                    .source = "vmware",
                                    .ems_id = 3,
                                    .ems_ref = "event-1",
                                    .timestamp_ms = 1000 };
    struct rv_event other = there, later = there;
    const struct rv_event own = { .event_type = "evm_server_start", .timestamp_ms = 5 };
    const struct rv_event kept = { .event_type = "login", .flags = RV_EVENT_KEPT };
    other.ems_ref = "event-2";
    later.ems_ref = "event-3";
    const struct rv_event *const all[] = { &other, &there, &own, &other, &kept, &own, &later };
    must(rv_event_raise(store, &there, NULL, err));
    must(rv_store_reserve_ids(store, RV_COUNT(all) + 1, err));
    must(rv_store_begin(store, err));
    must(rv_event_raise_all(store, all, RV_COUNT(all), err));
    must(rv_store_commit(store, err));
    assert_column(store, "SELECT written FROM event_lanes", "5");
    assert_column(store, "SELECT ems_ref FROM event_streams WHERE number = 2", "event-2");
    assert_column(store, "SELECT ems_ref FROM event_streams WHERE number = 5", "event-3");
    assert_column(store,
                  "SELECT COUNT(*) FROM event_streams WHERE event_type = 'evm_server_start'"
                  " AND number IN (3, 4)",
                  "2");
    assert_column(store, "SELECT event_type FROM event_streams WHERE number IS NULL", "login");
    assert_column(store, "SELECT COUNT(*) FROM changes WHERE kind = 'event_stream'", "6");
}

static void
data_beyond_the_ceiling_is_refused(void **state)
{
    char *large = malloc(RV_EVENT_DATA_MAX + 2);
    assert_non_null(large);
    memset(large, '1', RV_EVENT_DATA_MAX + 1);
    large[RV_EVENT_DATA_MAX + 1] = '\0';
    const struct rv_event event = { .event_type = "big", .full_data = large };
    must_fail(RV_E_LIMIT, rv_event_raise(store_of(state), &event, NULL, err));
    free(large);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        schema_test(an_event_of_the_server_is_written_with_its_target_and_told_by_the_feed),
        schema_test(the_servers_own_events_are_never_the_same),
        schema_test(a_providers_event_that_is_there_is_not_written_again),
        schema_test(an_event_goes_with_the_transaction_that_it_was_raised_in),
        schema_test(several_are_raised_in_their_order_and_the_same_one_once),
        schema_test(data_beyond_the_ceiling_is_refused),
    };
    return cmocka_run_group_tests_name("event", tests, NULL, NULL);
}
