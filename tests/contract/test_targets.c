/* SPDX-License-Identifier: Apache-2.0
 *
 * Refreshes of few objects: how requests join, and what such a refresh may change.
 */
#include "provider_fixture.h"

#include <stdio.h>
#include <string.h>
#include "base/json.h"
#include "inventory/targets.h"
#include "queue/queue.h"
#include "queue/task.h"

static int
end(void **state)
{
    script_remove();
    return contract_end(state);
}
#define targets_test(name) cmocka_unit_test_setup_teardown(name, contract_schema, end)

enum { MOST = 100 };

static struct rv_refresher *
refresher_of(struct rv_store *store, int64_t id)
{
    const struct rv_refresher_config config = refresher_config(store, id);
    struct rv_refresher *refresher = NULL;
    must(rv_refresher_open(&refresher, &config, err));
    return refresher;
}

/* A refresher whose provider has nodes one, two and three, with refs n1 to n3. */
static struct rv_refresher *
listed(struct rv_store *store, int64_t *id)
{
    *id = scripted_provider(store, "one");
    struct rv_refresher *refresher = refresher_of(store, *id);
    script("node n1 one\nnode n2 two\nnode n3 three\npod p1 web one\n"
           "complete container_node\ncomplete container_group\ntoken nodes 1\n");
    must(rv_refresher_full(refresher, 0, NULL, err));
    return refresher;
}

static int64_t
id_of(struct rv_store *store, const char *table, const char *ref)
{
    RV_AUTO_FREE char *sql = rv_format("SELECT id FROM %s WHERE ems_ref = '%s'", table, ref);
    return rv_test_int(store, sql);
}

static char *
args_for(struct rv_store *store, const char *ref)
{
    struct rv_ask ask = { .kind = rv_model_kind("container_node"),
                          .id = id_of(store, "container_nodes", ref) };
    char *args = NULL;
    must(rv_targets_merge(&args, NULL, &ask, 1, MOST, err));
    return args;
}

static int
request(struct rv_store *store, int64_t provider, const struct rv_ask *asks, int count,
        int64_t *task)
{
    const struct rv_refresh_request asked = { .provider_id = provider,
                                              .asks = asks,
                                              .count = count,
                                              .most = MOST,
                                              .task_name = "refresh",
                                              .userid = "admin" };
    rv_err err = RV_ERR_INIT;
    int put = rv_refresh_request(store, &asked, task, &err);
    if (put < 0)
        fail_msg("%s", err.text);
    return put;
}

static struct rv_message *
take(struct rv_store *store, int64_t provider)
{
    char queue[40];
    rv_queue_of_provider(queue, provider);
    const char *queues[] = { queue, NULL }, *roles[] = { NULL };
    const struct rv_taker taker = {
        .holder = 77, .queues = queues, .roles = roles, .max_priority = 200, .lease_ms = 60000
    };
    struct rv_message *message = NULL;
    must(rv_queue_take(store, &taker, &message, err));
    return message;
}

#define READY "SELECT COUNT(*) FROM miq_queue WHERE state = 'ready'"
#define NAMES "SELECT name FROM container_nodes WHERE deleted_on IS NULL ORDER BY name"

static void
ten_requests_during_a_run_leave_one_queued_message(void **state)
{
    struct rv_store *store = store_of(state);
    int64_t running = 0, first = 0;
    const struct rv_kind *vm = rv_model_kind("vm");
    assert_int_equal(request(store, 1000000000901, NULL, 0, &running), 1);
    struct rv_message *message = take(store, 1000000000901);
    assert_non_null(message);
    for (int i = 0; i < 10; i++) {
        const struct rv_ask ask = { .kind = vm, .id = 1000000000001 + i };
        int64_t task = 0;
        assert_int_equal(request(store, 1000000000901, &ask, 1, &task), i == 0);
        first = i == 0 ? task : first;
        assert_int_equal(task, first);
    }
    assert_int_not_equal(first, running);
    assert_int_equal(rv_test_int(store, READY), 1);
    assert_int_equal(rv_test_int(store, "SELECT COUNT(*) FROM miq_queue WHERE state = 'dequeue'"),
                     1);
    assert_int_equal(rv_test_int(store, "SELECT COUNT(*) FROM miq_tasks"), 2);
    must(rv_queue_done(store, message, 77, err));
    rv_message_free(message);
    message = take(store, 1000000000901);
    RV_AUTO_JSON cJSON *args = cJSON_Parse(message->args);
    assert_int_equal(cJSON_GetArraySize(cJSON_GetObjectItem(args, "targets")), 10);
    rv_message_free(message);
    /* Another provider has a message of its own. */
    assert_int_equal(request(store, 1000000000902, NULL, 0, &running), 1);
}

static void
two_objects_merge_and_the_provider_makes_everything_of_them(void **state)
{
    struct rv_store *store = store_of(state);
    const struct rv_kind *vm = rv_model_kind("vm");
    const struct rv_ask one = { .kind = vm, .id = 1000000000001 },
                        two = { .kind = vm, .id = 1000000000002 },
                        named = { .kind = vm, .ref = "vm-3", .name = "three" };
    int64_t task;
    request(store, 1000000000901, &one, 1, &task);
    request(store, 1000000000901, &two, 1, &task);
    request(store, 1000000000901, &one, 1, &task);
    request(store, 1000000000901, &named, 1, &task);
    request(store, 1000000000901, &named, 1, &task);
    assert_column(store, "SELECT args FROM miq_queue",
                  "{\"targets\":[{\"kind\":\"vm\",\"id\":1000000000001},"
                  "{\"kind\":\"vm\",\"id\":1000000000002},"
                  "{\"kind\":\"vm\",\"ref\":\"vm-3\",\"name\":\"three\"}]}");
    request(store, 1000000000901, NULL, 0, &task);
    assert_column(store, "SELECT args FROM miq_queue", "{}");
    request(store, 1000000000901, &one, 1, &task);
    assert_column(store, "SELECT args FROM miq_queue", "{}");
    assert_int_equal(rv_test_int(store, "SELECT COUNT(*) FROM miq_tasks"), 1);
}

static void
ninety_nine_objects_are_few_and_a_hundred_are_everything(void **state)
{
    struct rv_store *store = store_of(state);
    struct rv_ask asks[MOST];
    int64_t task;
    for (int i = 0; i < MOST; i++)
        asks[i] = (struct rv_ask){ .kind = rv_model_kind("vm"), .id = 1000000000001 + i };
    request(store, 1000000000901, asks, MOST - 1, &task);
    request(store, 1000000000902, asks, MOST, &task);
    assert_int_equal(
        rv_test_int(store, "SELECT COUNT(*) FROM miq_queue WHERE args LIKE '%1000000000099%'"), 1);
    assert_int_equal(rv_test_int(store, "SELECT COUNT(*) FROM miq_queue WHERE args = '{}'"), 1);
    /* What would be too many when its turn comes is listed as a whole as well. */
    int64_t id;
    struct rv_refresher *refresher = listed(store, &id);
    RV_AUTO_FREE char *args = args_for(store, "n1");
    must_fail(RV_E_UNSUPPORTED, rv_refresher_targets(refresher, args, 1, NULL, err));
    must_fail(RV_E_UNSUPPORTED, rv_refresher_targets(refresher, "{}", MOST, NULL, err));
    rv_refresher_close(refresher);
}

static void
a_targeted_refresh_changes_its_objects_and_never_deletes_others(void **state)
{
    struct rv_store *store = store_of(state);
    int64_t id;
    struct rv_refresher *refresher = listed(store, &id);
    RV_AUTO_FREE char *args = args_for(store, "n2"), *stats = NULL;
    script("targets:\nnode n2 zwei\n");
    must(rv_refresher_targets(refresher, args, MOST, &stats, err));
    assert_column(store, NAMES, "one,three,zwei");
    assert_column(store, "SELECT name FROM container_groups WHERE deleted_on IS NULL", "web");
    assert_non_null(strstr(stats, "\"targets\":1"));
    assert_non_null(strstr(stats, "\"updated\":1"));
    assert_column(store, "SELECT token FROM inventory_streams WHERE stream = 'nodes'", "1");
    RV_AUTO_FREE char *asked = script_asked();
    assert_string_equal(asked, "container_node n2 -/two;");
    rv_refresher_close(refresher);
}

static void
what_was_asked_for_and_is_gone_is_archived_and_nothing_else(void **state)
{
    struct rv_store *store = store_of(state);
    int64_t id;
    struct rv_refresher *refresher = listed(store, &id);
    RV_AUTO_FREE char *args = args_for(store, "n2");
    script("targets:\nnode n4 four\n");
    must(rv_refresher_targets(refresher, args, MOST, NULL, err));
    assert_column(store, NAMES, "four,one,three");
    assert_column(store, "SELECT name FROM container_nodes WHERE deleted_on IS NOT NULL", "two");
    /* It is asked for again though it is archived: then it may be back. */
    script("targets:\nnode n2 two\n");
    must(rv_refresher_targets(refresher, args, MOST, NULL, err));
    assert_column(store, NAMES, "four,one,three,two");
    /* One that cannot be taken is there all the same. */
    script("targets:\nlong n2\n");
    must(rv_refresher_targets(refresher, args, MOST, NULL, err));
    assert_column(store, NAMES, "four,one,three,two");
    rv_refresher_close(refresher);
}

static void
a_targeted_refresh_that_fails_takes_nothing_away_and_says_why(void **state)
{
    struct rv_store *store = store_of(state);
    int64_t id;
    struct rv_refresher *refresher = listed(store, &id);
    RV_AUTO_FREE char *args = args_for(store, "n2");
    static const char *const whole[] = { "targets:\nbegin container_node\n",
                                         "targets:\ncomplete container_node\n",
                                         "targets:\ntoken nodes 2\n" };
    for (size_t i = 0; i < RV_COUNT(whole); i++) {
        script(whole[i]);
        must_fail(RV_E_INVALID, rv_refresher_targets(refresher, args, MOST, NULL, err));
    }
    script("targets:\nfail unavailable nobody\n");
    must_fail(RV_E_UNAVAILABLE, rv_refresher_targets(refresher, args, MOST, NULL, err));
    assert_record(store, id, "last_refresh_error",
                  "refresh of container_node 'two' of provider 'one': nobody");
    script("targets:\nfail unsupported not alone\n");
    must_fail(RV_E_UNSUPPORTED, rv_refresher_targets(refresher, args, MOST, NULL, err));
    assert_column(store, NAMES, "one,three,two");
    script("targets:\nnode n2 two\n");
    must(rv_refresher_targets(refresher, args, MOST, NULL, err));
    assert_record(store, id, "last_refresh_error", "");
    rv_refresher_close(refresher);
}

static void
a_part_is_looked_at_with_its_owner_and_a_foreign_row_not_at_all(void **state)
{
    struct rv_store *store = store_of(state);
    int64_t id;
    struct rv_refresher *refresher = listed(store, &id);
    struct rv_targets targets;
    RV_AUTO_FREE char *sql =
        rv_format("INSERT INTO containers (id, ems_id, ems_ref, name, container_group_id) VALUES"
                  " (1000000900001, %lld, 'c1', 'main', %lld)",
                  (long long)id, (long long)id_of(store, "container_groups", "p1"));
    rv_test_script(store, sql);
    const char *args = "{\"targets\":[{\"kind\":\"container\",\"id\":1000000900001},"
                       "{\"kind\":\"vm\",\"id\":1000000000077}]}";
    must(rv_targets_resolve(&targets, store, id, args, err));
    assert_int_equal(targets.count, 1);
    assert_int_equal(targets.unknown, 1);
    assert_string_equal(targets.at[0].kind->name, "container_group");
    assert_string_equal(targets.at[0].ref, "p1");
    assert_string_equal(targets.at[0].scope, "default");
    assert_string_equal(targets.at[0].name, "web");
    rv_targets_free(&targets);
    must(rv_targets_resolve(&targets, store, id + 1, args, err));
    assert_int_equal(targets.count, 0);
    rv_targets_free(&targets);
    must_fail(RV_E_INVALID, rv_targets_resolve(&targets, store, id, "{\"targets\":[{}]}", err));
    rv_refresher_close(refresher);
}

/* A worker took it and gave it back; then a person thinks better of it, and another asks. */
static void
a_request_does_not_join_one_that_was_cancelled_after_its_worker_gave_it_back(void **state)
{
    struct rv_store *store = store_of(state);
    int64_t first = 0, second = 0;
    assert_int_equal(request(store, 1000000000901, NULL, 0, &first), 1);
    struct rv_message *message = take(store, 1000000000901);
    must(rv_task_start(store, first, err));
    must(rv_queue_give_back(store, message, 77, err));
    rv_message_free(message);
    must(rv_task_cancel(store, first, err));
    assert_int_equal(rv_test_int(store, READY), 0);
    assert_column(store, "SELECT state || ' ' || message FROM miq_tasks", "Finished cancelled");
    assert_int_equal(request(store, 1000000000901, NULL, 0, &second), 1);
    assert_int_not_equal(first, second);
    message = take(store, 1000000000901);
    assert_int_equal(message->task_id, second);
    rv_message_free(message);
}

/* Cancelled in the middle of its work; its worker dies before it sees that. */
static void
a_request_does_not_join_one_that_waits_to_be_ended(void **state)
{
    struct rv_store *store = store_of(state);
    int64_t first = 0, second = 0;
    assert_int_equal(request(store, 1000000000901, NULL, 0, &first), 1);
    rv_message_free(take(store, 1000000000901));
    must(rv_task_start(store, first, err));
    must(rv_task_cancel(store, first, err));
    must(rv_queue_release_holder(store, 77, "gone", NULL, err));
    assert_int_equal(rv_test_int(store, READY), 1);
    assert_int_equal(request(store, 1000000000901, NULL, 0, &second), 1);
    assert_int_not_equal(first, second);
    assert_int_equal(rv_test_int(store, READY), 2);
    assert_int_equal(request(store, 1000000000901, NULL, 0, &first), 0);
    assert_int_equal(first, second);
}

static void
without_a_limit_many_requests_stay_a_list(void **state)
{
    enum { MANY = 150 };
    struct rv_ask asks[MANY];
    (void)state;
    for (int i = 0; i < MANY; i++)
        asks[i] = (struct rv_ask){ .kind = rv_model_kind("vm"), .id = 1000000000001 + i };
    char *limited = NULL, *all = NULL;
    must(rv_targets_merge(&limited, NULL, asks, MANY, MOST, err));
    assert_string_equal(limited, "{}");
    must(rv_targets_merge(&all, NULL, asks, MANY, 0, err));
    assert_non_null(strstr(all, "1000000000150"));
    free(limited);
    free(all);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        targets_test(ten_requests_during_a_run_leave_one_queued_message),
        targets_test(a_request_does_not_join_one_that_was_cancelled_after_its_worker_gave_it_back),
        targets_test(a_request_does_not_join_one_that_waits_to_be_ended),
        targets_test(without_a_limit_many_requests_stay_a_list),
        targets_test(two_objects_merge_and_the_provider_makes_everything_of_them),
        targets_test(ninety_nine_objects_are_few_and_a_hundred_are_everything),
        targets_test(a_targeted_refresh_changes_its_objects_and_never_deletes_others),
        targets_test(what_was_asked_for_and_is_gone_is_archived_and_nothing_else),
        targets_test(a_targeted_refresh_that_fails_takes_nothing_away_and_says_why),
        targets_test(a_part_is_looked_at_with_its_owner_and_a_foreign_row_not_at_all),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
