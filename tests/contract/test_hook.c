/* SPDX-License-Identifier: Apache-2.0
 *
 * Receivers, and what came to them as rows.
 */
#include "contract.h"

#include "base/clock.h"
#include "base/secret.h"
#include "event/lanes.h"
#include "hook/receive.h"

static struct rv_receiver
make_receiver(struct rv_store *store, const char *name, char *secret)
{
    struct rv_receiver receiver = { 0 };
    const struct rv_receiver_spec spec = { .name = name, .rate = -1, .enabled = -1 };
    int64_t id = 0;
    must(rv_receiver_create(store, &spec, secret, &id, err));
    must(rv_receiver_find(&receiver, store, name, err));
    assert_true(receiver.id == id);
    return receiver;
}

static int64_t
receive(struct rv_store *store, const struct rv_receiver *receiver, struct rv_hook_event *list,
        size_t count)
{
    const struct rv_hook_events events = { .items = list, .count = count };
    int64_t written = -1;
    must(rv_hook_receive(store, receiver, &events, 3, 100, &written, err));
    return written;
}

static void
a_receiver_has_a_secret_of_which_a_digest_is_kept(void **state)
{
    struct rv_store *store = store_of(state);
    char secret[2 * RV_RECEIVER_SECRET_BYTES + 1], second[sizeof(secret)];
    struct rv_receiver receiver = make_receiver(store, "alerts", secret);
    assert_true(receiver.enabled);
    assert_int_equal(receiver.format, RV_HOOK_AUTO);
    assert_int_equal(strlen(secret), 2 * RV_RECEIVER_SECRET_BYTES);
    assert_true(rv_sha256_is(receiver.digest, secret));
    must(rv_receiver_new_secret(store, receiver.id, second, err));
    must(rv_receiver_find(&receiver, store, "alerts", err));
    assert_true(rv_sha256_is(receiver.digest, second));
    assert_false(rv_sha256_is(receiver.digest, secret));
    assert_column(store, "SELECT COUNT(*) FROM changes WHERE columns LIKE '%digest%'", "0");
}

static void
a_receiver_that_cannot_be_is_refused(void **state)
{
    struct rv_store *store = store_of(state);
    char secret[2 * RV_RECEIVER_SECRET_BYTES + 1];
    int64_t id;
    const struct rv_receiver_spec bad[] = {
        { .name = NULL },
        { .name = "A" },
        { .name = "a/b" },
        { .name = "ok", .format = "xml" },
        { .name = "ok", .rate = 1000001 },
    };
    make_receiver(store, "alerts", secret);
    for (size_t i = 0; i < RV_COUNT(bad); i++)
        must_fail(RV_E_INVALID, rv_receiver_create(store, &bad[i], secret, &id, err));
    must_fail(RV_E_CONFLICT,
              rv_receiver_create(store, &(struct rv_receiver_spec){ .name = "alerts" }, secret, &id,
                                 err));
    must_fail(RV_E_NOT_FOUND,
              rv_receiver_create(store, &(struct rv_receiver_spec){ .name = "x", .ems_id = 5 },
                                 secret, &id, err));
    must_fail(RV_E_NOT_FOUND,
              rv_receiver_edit(store, 99, &(struct rv_receiver_spec){ .rate = 5 }, err));
    assert_column(store, "SELECT COUNT(*) FROM event_receivers", "1");
}

static void
an_event_comes_once_however_often_it_is_sent(void **state)
{
    struct rv_store *store = store_of(state);
    char secret[2 * RV_RECEIVER_SECRET_BYTES + 1];
    struct rv_receiver one = make_receiver(store, "one", secret);
    struct rv_receiver two = make_receiver(store, "two", secret);
    struct rv_hook_event list[] = {
        { .source = "Alertmanager",
          .type = "Crash",
          .ref = "a",
          .time_ms = 5,
          .data = "{}",
          .level = "critical",
          .namespace_name = "shop",
          .pod = "web-1" },
        { .source = "Alertmanager", .type = "Crash", .ref = "b", .message = "again" },
        { .source = "Alertmanager", .type = "Crash", .ref = "a", .time_ms = 5 },
    };
    assert_int_equal(receive(store, &one, list, 3), 2);
    assert_int_equal(receive(store, &one, list, 2), 0);
    assert_int_equal(receive(store, &two, list, 1), 1);
    assert_column(store, "SELECT ems_ref FROM event_streams ORDER BY lane_id, number", "a,b,a");
    assert_column(store,
                  "SELECT type || source || event_type || event_level || container_namespace ||"
                  " container_group_name FROM event_streams WHERE timestamp = 5 LIMIT 1",
                  "CustomEventAlertmanagerCrashcriticalshopweb-1");
    assert_column(store, "SELECT received FROM event_receivers ORDER BY name", "2,1");
    assert_column(store, "SELECT refused FROM event_receivers ORDER BY name", "6,3");
    assert_column(store, "SELECT name FROM event_lanes ORDER BY name", "hook one,hook two");
    assert_column(store, "SELECT written FROM event_lanes ORDER BY name", "2,1");
    assert_column(store, "SELECT COUNT(*) FROM changes WHERE kind = 'event_stream'", "3");
}

static void
a_time_far_ahead_or_none_is_now(void **state)
{
    struct rv_store *store = store_of(state);
    char secret[2 * RV_RECEIVER_SECRET_BYTES + 1];
    struct rv_receiver receiver = make_receiver(store, "one", secret);
    struct rv_hook_event list[] = {
        { .source = "CloudEvents", .type = "t", .ref = "1", .time_ms = 253402300799000 },
        { .source = "CloudEvents", .type = "t", .ref = "2", .time_ms = 1800000060000 },
        { .source = "CloudEvents", .type = "t", .ref = "3" },
    };
    rv_clock_fake(1800000000000);
    receive(store, &receiver, list, 3);
    rv_clock_real();
    assert_column(store, "SELECT timestamp FROM event_streams ORDER BY ems_ref",
                  "1800000000000,1800000060000,1800000000000");
}

static int
count_row(void *arg, const struct rv_event_row *row, rv_err *err)
{
    (void)err;
    assert_true(row->number == ++*(int64_t *)arg);
    return 0;
}

static void
its_handler_finds_them_in_order(void **state)
{
    struct rv_store *store = store_of(state);
    char secret[2 * RV_RECEIVER_SECRET_BYTES + 1];
    struct rv_receiver receiver = make_receiver(store, "one", secret);
    struct rv_hook_event list[] = { { .source = "CloudEvents", .type = "t", .ref = "1" },
                                    { .source = "CloudEvents", .type = "t", .ref = "1" },
                                    { .source = "CloudEvents", .type = "t", .ref = "2" } };
    struct rv_lane lane;
    int64_t count = 0;
    receive(store, &receiver, list, 3);
    must(rv_lane_of_receiver(&lane, store, receiver.id, "one", 0, err));
    must(rv_lane_range(store, &lane, 10, count_row, &count, err));
    assert_int_equal(count, 2);
}

static void
a_lane_with_too_many_waiting_takes_no_more(void **state)
{
    struct rv_store *store = store_of(state);
    char secret[2 * RV_RECEIVER_SECRET_BYTES + 1];
    struct rv_receiver receiver = make_receiver(store, "one", secret);
    struct rv_hook_event list[] = { { .source = "CloudEvents", .type = "t", .ref = "1" },
                                    { .source = "CloudEvents", .type = "t", .ref = "2" } };
    const struct rv_hook_events events = { .items = list, .count = 2 };
    receive(store, &receiver, list, 2);
    must_fail(RV_E_RATE_LIMITED, rv_hook_receive(store, &receiver, &events, 0, 1, NULL, err));
}

/* By its provider the handler finds the objects that its events name. */
static void
a_receiver_that_is_given_another_provider_gives_it_to_its_lane(void **state)
{
    struct rv_store *store = store_of(state);
    char secret[2 * RV_RECEIVER_SECRET_BYTES + 1];
    struct rv_receiver receiver = make_receiver(store, "one", secret);
    struct rv_hook_event first = { .source = "CloudEvents", .type = "t", .ref = "1" };
    struct rv_hook_event second = { .source = "CloudEvents", .type = "t", .ref = "2" };
    const struct rv_receiver_spec spec = { .ems_id = 5, .rate = -1, .enabled = -1 };
    rv_test_script(store, "INSERT INTO ext_management_systems (id, name, type)"
                          " VALUES (5, 'estate', 'kubernetes')");
    receive(store, &receiver, &first, 1);
    assert_column(store, "SELECT COUNT(*) FROM event_lanes WHERE ems_id IS NULL", "1");
    must(rv_receiver_edit(store, receiver.id, &spec, err));
    must(rv_receiver_find(&receiver, store, "one", err));
    receive(store, &receiver, &second, 1);
    assert_column(store, "SELECT ems_id FROM event_lanes", "5");
}

static void
a_receiver_with_the_name_of_one_that_is_gone_takes_over_its_lane(void **state)
{
    struct rv_store *store = store_of(state);
    char secret[2 * RV_RECEIVER_SECRET_BYTES + 1];
    struct rv_receiver gone = make_receiver(store, "one", secret);
    struct rv_hook_event first = { .source = "CloudEvents", .type = "t", .ref = "1" };
    struct rv_hook_event second = { .source = "CloudEvents", .type = "t", .ref = "2" };
    receive(store, &gone, &first, 1);
    must(rv_receiver_delete(store, gone.id, err));
    struct rv_receiver next = make_receiver(store, "one", secret);
    assert_int_equal(receive(store, &next, &second, 1), 1);
    rv_test_script(store, "UPDATE event_lanes SET handled = written");
    must(rv_receiver_delete(store, next.id, err));
    assert_column(store, "SELECT COUNT(*) FROM event_lanes", "0");
    assert_column(store, "SELECT COUNT(*) FROM event_streams", "2");
}

static void
a_receiver_goes_and_what_waits_stays(void **state)
{
    struct rv_store *store = store_of(state);
    char secret[2 * RV_RECEIVER_SECRET_BYTES + 1];
    struct rv_receiver busy = make_receiver(store, "busy", secret);
    struct rv_receiver idle = make_receiver(store, "idle", secret);
    struct rv_hook_event list[] = { { .source = "CloudEvents", .type = "t", .ref = "1" } };
    receive(store, &busy, list, 1);
    receive(store, &idle, list, 1);
    must(rv_store_exec(store, NULL,
                       "UPDATE event_lanes SET handled = written WHERE name ="
                       " 'hook idle'",
                       NULL, 0, err));
    must(rv_receiver_delete(store, busy.id, err));
    must(rv_receiver_delete(store, idle.id, err));
    assert_column(store, "SELECT name FROM event_lanes", "hook busy");
    assert_column(store, "SELECT COUNT(*) FROM event_receivers", "0");
    assert_column(store, "SELECT COUNT(*) FROM event_streams", "2");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        schema_test(a_receiver_has_a_secret_of_which_a_digest_is_kept),
        schema_test(a_receiver_that_cannot_be_is_refused),
        schema_test(an_event_comes_once_however_often_it_is_sent),
        schema_test(a_time_far_ahead_or_none_is_now),
        schema_test(its_handler_finds_them_in_order),
        schema_test(a_lane_with_too_many_waiting_takes_no_more),
        schema_test(a_receiver_that_is_given_another_provider_gives_it_to_its_lane),
        schema_test(a_receiver_with_the_name_of_one_that_is_gone_takes_over_its_lane),
        schema_test(a_receiver_goes_and_what_waits_stays),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
