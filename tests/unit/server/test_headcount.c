/* SPDX-License-Identifier: Apache-2.0
 *
 * How many workers of each type: by role, need and the number that is set.
 */
#include "server/headcount.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>
#include "base/json.h"

static struct rv_settings *settings;

static int
setup(void **state)
{
    (void)state;
    settings = rv_settings_new();
    return 0;
}

static int
teardown(void **state)
{
    (void)state;
    rv_settings_free(settings);
    return 0;
}

static void
set(const char *json)
{
    rv_err err = RV_ERR_INIT;
    RV_AUTO_JSON cJSON *object = cJSON_Parse(json);
    assert_int_equal(rv_settings_overlay(settings, object, "test", &err), 0);
}

static int
count_of(const char *type, const char *const *roles, const char *const *busy)
{
    const struct rv_headcount_input input = { settings, roles, busy };
    return rv_headcount(rv_worker_type_find(type), &input);
}

static void
the_count_that_is_set_is_the_count_there_should_be(void **state)
{
    (void)state;
    assert_int_equal(count_of("generic", NULL, NULL), 2);
    set("{\"workers.generic.count\":4}");
    assert_int_equal(count_of("generic", NULL, NULL), 4);
    set("{\"workers.generic.count\":0}");
    assert_int_equal(count_of("generic", NULL, NULL), 0);
}

static void
a_server_without_the_role_has_none_of_its_workers(void **state)
{
    (void)state;
    static const char *const inventory[] = { "automate", "ems_inventory", NULL };
    static const char *const web[] = { "web_services", NULL };
    assert_int_equal(count_of("refresh", NULL, NULL), 0);
    assert_int_equal(count_of("refresh", web, NULL), 0);
    assert_int_equal(count_of("refresh", inventory, NULL), 1);
    assert_int_equal(count_of("api", inventory, NULL), 0);
    assert_int_equal(count_of("api", web, NULL), 1);
}

static void
workers_on_demand_are_there_while_their_queue_has_messages(void **state)
{
    (void)state;
    static const char *const roles[] = { "reporting", NULL };
    static const char *const busy[] = { "generic", "reporting", NULL };
    assert_int_equal(count_of("reporting", roles, NULL), 0);
    assert_int_equal(count_of("reporting", roles, busy), 2);
    assert_int_equal(count_of("reporting", NULL, busy), 0);
}

static void
workers_for_one_job_are_never_counted_and_the_server_worker_always_is(void **state)
{
    (void)state;
    assert_int_equal(count_of("verify", NULL, NULL), 0);
    assert_int_equal(count_of("describe", NULL, NULL), 0);
    assert_int_equal(count_of("server", NULL, NULL), 1);
}

/* A key that is not declared ends the process: nobody may find that out at night. */
static void
every_type_has_all_settings_that_are_asked_for(void **state)
{
    (void)state;
    static const char *const keys[] = { "memory_threshold",
                                        "nice",
                                        "poll",
                                        "restart_interval",
                                        "heartbeat_timeout",
                                        "starting_timeout",
                                        "stopping_timeout" };
    for (const struct rv_worker_type *type = rv_worker_types(); type->name; type++) {
        for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
            assert_true(rv_worker_type_int(settings, type->name, keys[i]) >= 0);
        assert_non_null(rv_worker_type_string(settings, type->name, "poll_method"));
        if (!(type->flags & (RV_TYPE_ALWAYS | RV_TYPE_PROVIDER | RV_TYPE_ONCE)))
            assert_true(rv_worker_type_int(settings, type->name, "count") > 0);
    }
}

static void
a_priority_worker_takes_urgent_messages_only_and_steps_back_less(void **state)
{
    (void)state;
    assert_int_equal(rv_worker_type_find("priority")->max_priority, 20);
    assert_int_equal(rv_worker_type_find("generic")->max_priority, 200);
    assert_string_equal(rv_worker_type_find("priority")->queue, "generic");
    assert_true(rv_worker_type_int(settings, "priority", "nice") <
                rv_worker_type_int(settings, "generic", "nice"));
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(the_count_that_is_set_is_the_count_there_should_be),
        TEST(a_server_without_the_role_has_none_of_its_workers),
        TEST(workers_on_demand_are_there_while_their_queue_has_messages),
        TEST(workers_for_one_job_are_never_counted_and_the_server_worker_always_is),
        TEST(every_type_has_all_settings_that_are_asked_for),
        TEST(a_priority_worker_takes_urgent_messages_only_and_steps_back_less),
    };
    return cmocka_run_group_tests_name("headcount", tests, NULL, NULL);
}
