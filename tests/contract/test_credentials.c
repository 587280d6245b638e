/* SPDX-License-Identifier: Apache-2.0
 *
 * What a provider's record says of its credentials, and when they are tried again.
 */
#include "provider_fixture.h"

#include "base/clock.h"
#include "inventory/targets.h"

enum { MINUTE = 60000 };
static const int64_t now_ms = 1790000000000;
static const struct rv_auth_policy policy = {
    .first_ms = MINUTE, .attempts = 6, .interval_ms = 60 * MINUTE, .refused_ms = 90 * MINUTE
};

static int
end(void **state)
{
    rv_clock_real();
    script_remove();
    return contract_end(state);
}
#define credentials_test(name) cmocka_unit_test_setup_teardown(name, contract_schema, end)

static int64_t
minutes_to_next(struct rv_store *store)
{
    return (rv_test_int(store, "SELECT next_check_on FROM authentications") - now_ms) / MINUTE;
}

static void
credentials_that_fail_are_tried_after_1_2_4_8_16_minutes_then_hourly(void **state)
{
    static const int64_t expected[] = { 1, 2, 4, 8, 16, 60, 60 };
    struct rv_store *store = store_of(state);
    int64_t id = scripted_provider(store, "one");
    rv_clock_fake(now_ms);
    for (size_t i = 0; i < RV_COUNT(expected); i++) {
        must(rv_provider_report_check(store, id, i % 2 ? "Error" : "Unreachable", "no route",
                                      &policy, err));
        assert_int_equal(minutes_to_next(store), expected[i]);
    }
    must(rv_provider_report_check(store, id, "Valid", NULL, &policy, err));
    assert_int_equal(minutes_to_next(store), 60);
    must(rv_provider_report_check(store, id, "Unreachable", "no route", &policy, err));
    assert_int_equal(minutes_to_next(store), 1);
    must(rv_provider_report_check(store, id, "Invalid", "bad token", &policy, err));
    assert_int_equal(minutes_to_next(store), 2);
    assert_column(store, "SELECT status_details FROM authentications", "bad token");
    assert_int_equal(rv_test_int(store, "SELECT last_valid_on FROM authentications"), now_ms);
    assert_int_equal(rv_test_int(store, "SELECT last_invalid_on FROM authentications"), now_ms);
}

static void
credentials_that_are_refused_are_tried_after_1_2_4_minutes_up_to_a_ceiling(void **state)
{
    static const int64_t expected[] = { 1, 2, 4, 8, 16, 32, 64, 90, 90 };
    struct rv_store *store = store_of(state);
    int64_t id = scripted_provider(store, "one");
    struct rv_auth_policy never = policy;
    rv_clock_fake(now_ms);
    for (size_t i = 0; i < RV_COUNT(expected); i++) {
        must(rv_provider_report_check(store, id, "Invalid", "bad token", &policy, err));
        assert_int_equal(minutes_to_next(store), expected[i]);
    }
    never.refused_ms = 0;
    must(rv_provider_report_check(store, id, "Invalid", "bad token", &never, err));
    assert_int_equal(
        rv_test_int(store, "SELECT COUNT(*) FROM authentications WHERE next_check_on IS NULL"), 1);
}

static int
rests(struct rv_store *store, int64_t id)
{
    int out;
    must(out = rv_provider_rests(store, id, err));
    return out;
}

static void
a_provider_that_refused_rests_until_its_time_or_until_somebody_asks_for_a_refresh(void **state)
{
    struct rv_store *store = store_of(state);
    int64_t id = scripted_provider(store, "one"), task;
    struct rv_refresh_request request = { .provider_id = id };
    rv_clock_fake(now_ms);
    must(rv_provider_report_check(store, id, "Unreachable", "away", &policy, err));
    assert_int_equal(rests(store, id), 0);
    must(rv_provider_report_check(store, id, "Invalid", "bad token", &policy, err));
    assert_int_equal(rests(store, id), 1);
    rv_clock_fake(now_ms + 2 * MINUTE + 1);
    assert_int_equal(rests(store, id), 0);
    rv_clock_fake(now_ms);
    must(rv_refresh_request(store, &request, &task, err)); /* of the server itself */
    assert_int_equal(rests(store, id), 1);
    request.task_name = "Refresh";
    request.userid = "admin";
    must(rv_refresh_request(store, &request, &task, err));
    assert_int_equal(rests(store, id), 0);
    rv_test_script(store, "UPDATE miq_queue SET state = 'dequeue'"); /* it is being tried */
    assert_int_equal(rests(store, id), 0);
    rv_test_script(store, "DELETE FROM miq_queue");
    assert_int_equal(rests(store, id), 1);
}

static void
each_change_of_the_status_is_an_event(void **state)
{
    static const char *const statuses[] = { "Valid",   "Valid",      "Unreachable", "Unreachable",
                                            "Invalid", "Incomplete", "Error",       "Valid" };
    struct rv_store *store = store_of(state);
    int64_t id = scripted_provider(store, "one");
    for (size_t i = 0; i < RV_COUNT(statuses); i++)
        must(rv_provider_report_check(store, id, statuses[i], "why", &policy, err));
    assert_column(store, "SELECT event_type FROM event_streams ORDER BY id",
                  "ems_auth_valid,ems_auth_unreachable,ems_auth_invalid,ems_auth_incomplete,"
                  "ems_auth_error,ems_auth_valid");
    RV_AUTO_FREE char *sql =
        rv_format("SELECT COUNT(*) FROM event_streams WHERE ems_id = %lld AND message = 'why'",
                  (long long)id);
    assert_int_equal(rv_test_int(store, sql), 6);
}

static struct rv_refresher_config
config_of(struct rv_store *store, int64_t id)
{
    struct rv_refresher_config config = refresher_config(store, id);
    config.auth = policy;
    return config;
}

static void
a_check_proves_them_and_clears_an_error_that_is_over(void **state)
{
    struct rv_store *store = store_of(state);
    int64_t id = scripted_provider(store, "one");
    const struct rv_refresher_config config = config_of(store, id);
    struct rv_refresher *refresher = NULL;
    must(rv_refresher_open(&refresher, &config, err));
    script("node n1 one\ncomplete container_node\n");
    must(rv_refresher_full(refresher, 0, NULL, err));
    assert_column(store, "SELECT status FROM authentications", "Valid");
    script("verify: unavailable nobody\n");
    must_fail(RV_E_UNAVAILABLE, rv_refresher_check(refresher, err));
    assert_column(store,
                  "SELECT status || ' ' || status_details || ' ' || failed_checks"
                  " FROM authentications",
                  "Unreachable nobody 0");
    must_fail(RV_E_UNAVAILABLE, rv_refresher_check(refresher, err));
    assert_column(store, "SELECT failed_checks FROM authentications", "1");
    script("verify: auth bad token\n");
    must_fail(RV_E_AUTH, rv_refresher_check(refresher, err));
    assert_column(store, "SELECT status FROM authentications", "Invalid");
    script("");
    must(rv_refresher_check(refresher, err));
    assert_column(store, "SELECT status || ' ' || failed_checks FROM authentications", "Valid 0");
    assert_column(store, "SELECT name FROM container_nodes WHERE deleted_on IS NULL", "one");
    rv_refresher_close(refresher);
}

static void
a_refusal_says_when_it_is_tried_again_and_what_to_do_about_this_provider(void **state)
{
    struct rv_store *store = store_of(state);
    int64_t id = scripted_provider(store, "one");
    const struct rv_refresher_config config = config_of(store, id);
    struct rv_refresher *refresher = NULL;
    must(rv_refresher_open(&refresher, &config, err));
    rv_clock_fake(now_ms);
    script("fail auth bad token\n");
    must_fail(RV_E_AUTH, rv_refresher_full(refresher, 0, NULL, err));
    assert_column(store, "SELECT last_refresh_hint FROM ext_management_systems",
                  "ask the test; tried again at 2026-09-21T14:14:20Z; at once: reevectl provider "
                  "refresh one; "
                  "with new ones: reevectl provider edit one");
    must_fail(RV_E_AUTH, rv_refresher_full(refresher, 0, NULL, err));
    assert_int_equal(minutes_to_next(store), 2);
    rv_refresher_close(refresher);
}

static void
options_that_are_missing_are_incomplete(void **state)
{
    struct rv_store *store = store_of(state);
    int64_t id = scripted_provider(store, "one");
    const struct rv_refresher_config config = config_of(store, id);
    struct rv_refresher *refresher = NULL;
    rv_test_script(store, "UPDATE ext_management_systems SET options = NULL");
    must_fail(RV_E_INVALID, rv_refresher_open(&refresher, &config, err));
    assert_column(store, "SELECT status FROM authentications", "Incomplete");
    /* What cannot be tried stays what it is. */
    must(rv_provider_report_check(store, id, NULL, "still missing", &policy, err));
    assert_column(store, "SELECT status || ' ' || status_details FROM authentications",
                  "Incomplete still missing");
    assert_int_equal(rv_test_int(store, "SELECT COUNT(*) FROM event_streams"), 1);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        credentials_test(credentials_that_fail_are_tried_after_1_2_4_8_16_minutes_then_hourly),
        credentials_test(
            credentials_that_are_refused_are_tried_after_1_2_4_minutes_up_to_a_ceiling),
        credentials_test(
            a_provider_that_refused_rests_until_its_time_or_until_somebody_asks_for_a_refresh),
        credentials_test(a_refusal_says_when_it_is_tried_again_and_what_to_do_about_this_provider),
        credentials_test(each_change_of_the_status_is_an_event),
        credentials_test(a_check_proves_them_and_clears_an_error_that_is_over),
        credentials_test(options_that_are_missing_are_incomplete),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
