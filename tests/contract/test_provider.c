/* SPDX-License-Identifier: Apache-2.0
 *
 * A provider's record: made of options and secrets, changed, reported on, deleted.
 */
#include "provider_fixture.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>
#include "base/clock.h"
#include "base/json.h"
#include "model/provider_types.h"
#include "queue/queue.h"
#include "queue/task.h"
#include "store/lease.h"

static int
end(void **state)
{
    script_remove();
    return contract_end(state);
}
#define provider_test(name) cmocka_unit_test_setup_teardown(name, contract_schema, end)

static int64_t
make(struct rv_store *store, const char *name, const char *given)
{
    cJSON *plain = NULL, *secrets = NULL;
    int64_t id = 0;
    split_options(given, &plain, &secrets);
    must(rv_provider_create(store, &test_vault, name, "scripted", 0, plain, secrets, &id, err));
    cJSON_Delete(plain);
    cJSON_Delete(secrets);
    return id;
}

#define ALL_OPTIONS                                                                                \
    "{\"hostname\":\"h1\",\"port\":\"8443\",\"userid\":\"me\",\"password\":\"pw\","                \
    "\"proxy_word\":\"pp\",\"script\":\"/tmp/s\"}"

static void
options_come_back_as_they_were_given(void **state)
{
    struct rv_store *store = store_of(state);
    int64_t id = make(store, "one", ALL_OPTIONS);
    cJSON *options = NULL;
    must(rv_provider_options(store, &test_vault, id, &options, err));
    cJSON *expected = cJSON_Parse(ALL_OPTIONS);
    assert_true(cJSON_Compare(options, expected, 1));
    cJSON_Delete(options);
    cJSON_Delete(expected);
    assert_column(store, "SELECT port FROM endpoints WHERE hostname = 'h1' AND role = 'default'",
                  "8443");
    assert_column(store, "SELECT authtype FROM authentications ORDER BY 1", "default,proxy_word");
    assert_column(store, "SELECT options FROM ext_management_systems", "{\"script\":\"/tmp/s\"}");
    assert_int_equal(rv_test_int(store, "SELECT COUNT(*) FROM authentications WHERE password = 'pw'"
                                        " OR auth_key = 'pp'"),
                     0);
    assert_int_equal(
        rv_test_int(store, "SELECT COUNT(*) FROM changes WHERE columns LIKE '%sealed%'"), 0);
}

static void
a_record_can_be_looked_at(void **state)
{
    struct rv_store *store = store_of(state);
    int64_t id = make(store, "one", ALL_OPTIONS);
    struct rv_provider *provider = NULL;
    must(rv_provider_load(&provider, store, id, err));
    assert_string_equal(provider->name, "one");
    assert_string_equal(provider->type, "scripted");
    assert_int_equal(strlen(provider->guid), 36);
    assert_true(provider->enabled);
    rv_provider_free(provider);
    must(rv_provider_set_enabled(store, id, 0, err));
    must(rv_provider_load(&provider, store, id, err));
    assert_false(provider->enabled);
    rv_provider_free(provider);
    must_fail(RV_E_NOT_FOUND, rv_provider_load(&provider, store, id + 1, err));
}

static void
names_are_unique_and_not_empty(void **state)
{
    struct rv_store *store = store_of(state);
    int64_t one = make(store, "one", ALL_OPTIONS), two = make(store, "two", ALL_OPTIONS), id;
    must_fail(RV_E_CONFLICT,
              rv_provider_create(store, &test_vault, "one", "scripted", 0, NULL, NULL, &id, err));
    must_fail(RV_E_INVALID,
              rv_provider_create(store, &test_vault, " ", "scripted", 0, NULL, NULL, &id, err));
    must_fail(RV_E_CONFLICT, rv_provider_edit(store, &test_vault, two, "one", 0, NULL, NULL, err));
    must_fail(RV_E_NOT_FOUND, rv_provider_edit(store, &test_vault, two, NULL, 77, NULL, NULL, err));
    must(rv_provider_edit(store, &test_vault, one, "one", 0, NULL, NULL, err));
    must(rv_provider_edit(store, &test_vault, two, "three", 0, NULL, NULL, err));
    assert_record(store, two, "name", "three");
}

static void
an_edit_replaces_what_it_is_given(void **state)
{
    struct rv_store *store = store_of(state);
    int64_t id = make(store, "one", ALL_OPTIONS);
    cJSON *plain = NULL, *secrets = NULL, *options = NULL;
    split_options(
        "{\"hostname\":\"h1\",\"port\":\"8443\",\"auth_key\":\"tok\",\"script\":\"/tmp/t\"}",
        &plain, &secrets);
    must(rv_provider_edit(store, &test_vault, id, NULL, 0, NULL, secrets, err));
    must(rv_provider_options(store, &test_vault, id, &options, err));
    assert_string_equal(rv_json_string(options, "auth_key"), "tok");
    assert_null(cJSON_GetObjectItem(options, "password"));
    assert_null(cJSON_GetObjectItem(options, "proxy_word"));
    assert_string_equal(rv_json_string(options, "userid"), "me");
    assert_string_equal(rv_json_string(options, "script"), "/tmp/s");
    cJSON_Delete(options);
    must(rv_provider_edit(store, &test_vault, id, NULL, 0, plain, NULL, err));
    must(rv_provider_options(store, &test_vault, id, &options, err));
    assert_null(cJSON_GetObjectItem(options, "userid"));
    assert_string_equal(rv_json_string(options, "script"), "/tmp/t");
    assert_string_equal(rv_json_string(options, "auth_key"), "tok");
    cJSON_Delete(options);
    cJSON_Delete(plain);
    cJSON_Delete(secrets);
}

static void
another_address_begins_anew(void **state)
{
    struct rv_store *store = store_of(state);
    int64_t id = make(store, "one", ALL_OPTIONS);
    RV_AUTO_FREE char *sql =
        rv_format("INSERT INTO inventory_streams VALUES (%lld, 'pods', '1', 0);"
                  "INSERT INTO inventory_streams VALUES (%lld, 'reeve:linked-by-name', 'x', 0);"
                  "UPDATE ext_management_systems SET last_refresh_success_date = 5",
                  (long long)id, (long long)id);
    rv_test_script(store, sql);
    cJSON *plain = NULL, *secrets = NULL;
    split_options(
        "{\"hostname\":\"h1\",\"port\":\"8443\",\"userid\":\"you\",\"script\":\"/tmp/t\"}", &plain,
        &secrets);
    must(rv_provider_edit(store, &test_vault, id, NULL, 0, plain, NULL, err));
    assert_record(store, id, "last_refresh_success_date", "5");
    cJSON_ReplaceItemInObject(plain, "hostname", cJSON_CreateString("h2"));
    must(rv_provider_edit(store, &test_vault, id, NULL, 0, plain, NULL, err));
    assert_record(store, id, "last_refresh_success_date", "");
    assert_column(store, "SELECT stream FROM inventory_streams", "reeve:linked-by-name");
    cJSON_Delete(plain);
    cJSON_Delete(secrets);
}

static void
reports_stay_until_the_next_one(void **state)
{
    struct rv_store *store = store_of(state);
    int64_t id = make(store, "one", ALL_OPTIONS), other = make(store, "two", ALL_OPTIONS);
    cJSON *warnings = cJSON_Parse("{\"routes\":\"absent\"}"),
          *stats = cJSON_Parse("{\"total_ms\":7}");
    rv_clock_fake(1790000000000);
    must(rv_provider_report(store, id, "no route", "plug it in", NULL, NULL, 1, err));
    assert_record(store, id, "last_refresh_error", "no route");
    assert_record(store, id, "last_refresh_hint", "plug it in");
    assert_record(store, id, "last_refresh_error_on", "1790000000000");
    assert_record(store, id, "last_refresh_date", "1790000000000");
    assert_record(store, id, "last_refresh_success_date", "");
    rv_clock_advance(1000);
    must(rv_provider_report(store, id, NULL, NULL, warnings, stats, 1, err));
    rv_clock_real();
    assert_record(store, id, "last_refresh_error", "");
    assert_record(store, id, "last_refresh_hint", "");
    assert_record(store, id, "last_refresh_error_on", "");
    assert_record(store, id, "last_refresh_success_date", "1790000001000");
    assert_record(store, id, "warnings", "{\"routes\":\"absent\"}");
    assert_record(store, id, "refresh_stats", "{\"total_ms\":7}");
    must(rv_provider_report(store, id, "gone again", "", NULL, NULL, 0, err));
    assert_record(store, id, "last_refresh_error", "gone again");
    assert_record(store, id, "refresh_stats", "{\"total_ms\":7}");
    assert_record(store, other, "last_refresh_error", "");
    cJSON_Delete(warnings);
    cJSON_Delete(stats);
}

static void
fill_inventory(struct rv_store *store, int64_t id, int rows)
{
    for (int i = 0; i < rows; i++) {
        RV_AUTO_FREE char *sql = rv_format(
            "INSERT INTO container_nodes (id, ems_id, ems_ref) VALUES (%d, %lld, 'n%d');"
            "INSERT INTO custom_attributes (id, ems_id, resource_type, resource_id, section, name)"
            " VALUES (%d, %lld, 'container_node', %d, 'labels', 'x');"
            "INSERT INTO custom_attributes (id, resource_type, resource_id, section, name)"
            " VALUES (%d, 'container_node', %d, 'own', 'x');"
            "INSERT INTO taggings (id, taggable_type, taggable_id, tag_id)"
            " VALUES (%d, 'container_node', %d, 1)",
            100 + i, (long long)id, i, 10000 + i, (long long)id, 100 + i, 20000 + i, 100 + i,
            100 + i, 100 + i);
        rv_test_script(store, sql);
    }
}

static void
a_deleted_provider_leaves_nothing(void **state)
{
    struct rv_store *store = store_of(state);
    int64_t id = make(store, "one", ALL_OPTIONS), other = make(store, "two", ALL_OPTIONS);
    char queue[40];
    int64_t task;
    fill_inventory(store, id, 60);
    rv_queue_of_provider(queue, id);
    must(rv_task_create(store, "refresh", "admin", &task, err));
    must(rv_queue_put(store,
                      &(struct rv_message_spec){ .queue_name = queue,
                                                 .class_name = "Provider",
                                                 .method_name = "refresh",
                                                 .task_id = task },
                      NULL, err));
    must(rv_provider_destroy(store, id, 77, 0, err));
    static const char *const tables[] = { "container_nodes", "custom_attributes", "taggings",
                                          "inventory_streams", "miq_queue" };
    for (size_t i = 0; i < RV_COUNT(tables); i++) {
        RV_AUTO_FREE char *sql = rv_format("SELECT COUNT(*) FROM %s", tables[i]);
        assert_int_equal(rv_test_int(store, sql), 0);
    }
    RV_AUTO_FREE char *left = rv_format("%lld", (long long)other);
    assert_column(store, "SELECT id FROM ext_management_systems", left);
    assert_column(store, "SELECT resource_id FROM endpoints", left);
    assert_column(store, "SELECT DISTINCT resource_id FROM authentications", left);
    assert_column(store, "SELECT state FROM miq_tasks", "Finished");
    assert_int_equal(rv_test_int(store, "SELECT COUNT(*) FROM changes WHERE kind = 'container_node'"
                                        " AND op = 4"),
                     60);
    must_fail(RV_E_NOT_FOUND, rv_provider_destroy(store, id, 77, 0, err));
    /* A provider of the same name may come at once. */
    make(store, "one", ALL_OPTIONS);
}

/* Queued refreshes end as the queue promises, whatever became of the first one's task. */
static void
a_deleted_provider_ends_all_its_messages(void **state)
{
    enum { MESSAGES = 110 };
    struct rv_store *store = store_of(state);
    int64_t id = make(store, "one", ALL_OPTIONS), tasks[MESSAGES];
    char queue[40], sql[100];
    rv_queue_of_provider(queue, id);
    for (int i = 0; i < MESSAGES; i++) {
        must(rv_task_create(store, "refresh", "admin", &tasks[i], err));
        struct rv_message_spec spec = { .queue_name = queue,
                                        .class_name = "Provider",
                                        .method_name = "refresh",
                                        .target_id = i + 1,
                                        .task_id = tasks[i] };
        if (i == MESSAGES - 1)
            spec.callback = "{\"class_name\":\"Saga\",\"method_name\":\"after\"}";
        must(rv_queue_put(store, &spec, NULL, err));
    }
    snprintf(sql, sizeof(sql), "DELETE FROM miq_tasks WHERE id = %lld", (long long)tasks[0]);
    rv_test_script(store, sql);
    must(rv_provider_destroy(store, id, 77, 0, err));
    assert_int_equal(rv_test_int(store, "SELECT COUNT(*) FROM miq_tasks WHERE state = 'Finished'"
                                        " AND status = 'Error'"
                                        " AND message = 'the provider was deleted'"),
                     MESSAGES - 1);
    assert_column(store, "SELECT class_name || '.' || method_name FROM miq_queue", "Saga.after");
}

/* Its end was its death: a callback does not come twice. */
static void
a_dead_message_of_a_deleted_provider_calls_nobody_again(void **state)
{
    struct rv_store *store = store_of(state);
    int64_t id = make(store, "one", ALL_OPTIONS), message;
    char queue[40];
    rv_err why = RV_ERR_INIT;
    rv_queue_of_provider(queue, id);
    const struct rv_message_spec spec = {
        .queue_name = queue,
        .class_name = "Provider",
        .method_name = "refresh",
        .callback = "{\"class_name\":\"Saga\",\"method_name\":\"after\"}"
    };
    must(rv_queue_put(store, &spec, &message, err));
    rv_fail(&why, RV_E_INVALID, "nobody wants it");
    must(rv_queue_give_up(store, message, &why, err));
    must(rv_provider_destroy(store, id, 77, 0, err));
    assert_column(store, "SELECT class_name || '.' || method_name FROM miq_queue", "Saga.after");
}

static void
deletion_waits_for_the_refresh_worker(void **state)
{
    struct rv_store *store = store_of(state);
    int64_t id = make(store, "one", ALL_OPTIONS);
    struct rv_lease lease;
    RV_AUTO_FREE char *name = rv_format("refresh/%lld", (long long)id);
    fill_inventory(store, id, 3);
    must(rv_lease_take(store, &lease, name, 55, 3600000, err));
    rv_clock_fake(rv_now_ms());
    must_fail(RV_E_UNAVAILABLE, rv_provider_destroy(store, id, 77, 0, err));
    assert_record(store, id, "name", "one");
    assert_int_equal(rv_test_int(store, "SELECT COUNT(*) FROM container_nodes"), 3);
    must(rv_lease_release(store, &lease, err));
    /* Nor does a second deletion take it away from the first, which still runs. */
    must(rv_lease_take(store, &lease, name, id, 3600000, err));
    must_fail(RV_E_UNAVAILABLE, rv_provider_destroy(store, id, 77, 0, err));
    must(rv_lease_release(store, &lease, err));
    must(rv_provider_destroy(store, id, 77, 0, err));
    rv_clock_real();
    assert_int_equal(rv_test_int(store, "SELECT COUNT(*) FROM container_nodes"), 0);
}

/* A worker that deletes, killed when it has been at it for so long. 1 when it came to its end. */
static int
destroy_for_a_while(void **state, int64_t id, int64_t task, int64_t holder, int for_ms)
{
    int status = 0, begun[2];
    char byte;
    assert_int_equal(pipe(begun), 0);
    pid_t child = fork();
    if (child == 0) {
        rv_err err = RV_ERR_INIT;
        struct rv_store *store = second_store(state);
        if (write(begun[1], "x", 1) != 1)
            _exit(1);
        if (rv_provider_destroy(store, id, holder, task, &err) < 0)
            fprintf(stderr, "%s\n", err.text);
        _exit(err.code && err.code != RV_E_NOT_FOUND); /* the one before had ended it */
    }
    close(begun[1]);
    assert_int_equal(read(begun[0], &byte, 1), 1);
    struct pollfd end = { .fd = begun[0] };
    poll(&end, 1, for_ms); /* less when it ends before */
    kill(child, SIGKILL);
    assert_int_equal(waitpid(child, &status, 0), child);
    close(begun[0]);
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static void
many_nodes(struct rv_store *store, int64_t ems_id, int64_t first_id, int count)
{
    RV_AUTO_FREE char *sql =
        rv_format("WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < %d)"
                  " INSERT INTO container_nodes (id, ems_id, ems_ref)"
                  " SELECT %lld + i, %lld, 'n' || i FROM n",
                  count - 1, (long long)first_id, (long long)ems_id);
    rv_test_script(store, sql);
}

static void
deletion_goes_on_after_a_kill_at_any_moment_and_tells_how_far_it_is(void **state)
{
    struct rv_store *store = store_of(state);
    int64_t other = make(store, "other", ALL_OPTIONS), id = make(store, "one", ALL_OPTIONS), task;
    many_nodes(store, id, 1000000100000, 6000);
    many_nodes(store, other, 1000000200000, 7);
    must(rv_task_create(store, "delete", "admin", &task, err));
    int64_t before = 0, kills = 0;
    for (int holder = 100, done = 0; !done; holder++) {
        assert_true(holder < 300);
        done = destroy_for_a_while(state, id, task, holder, 20 + 10 * (holder - 100));
        kills += !done;
        int64_t pct = rv_test_int(store, "SELECT COALESCE(pct_complete, 0) FROM miq_tasks");
        assert_true(pct >= before && pct <= 99);
        before = pct;
        must(rv_lease_release_holder(store, holder, err)); /* as the server worker does */
    }
    assert_true(kills > 0);
    RV_AUTO_FREE char *left = rv_format("%lld", (long long)other);
    assert_column(store, "SELECT id FROM ext_management_systems", left);
    assert_column(store, "SELECT DISTINCT ems_id FROM container_nodes", left);
    assert_int_equal(rv_test_int(store, "SELECT COUNT(*) FROM container_nodes"), 7);
    /* Each row is told of once, however often it was begun. */
    assert_int_equal(rv_test_int(store, "SELECT COUNT(*) FROM changes WHERE kind = 'container_node'"
                                        " AND op = 4"),
                     6000);
    assert_int_equal(rv_test_int(store, "SELECT COUNT(*) FROM leases WHERE holder >= 100"), 0);
}

static void
class_names_and_types_know_each_other(void **state)
{
    (void)state;
    assert_string_equal(rv_provider_class_of("kubernetes"),
                        "ManageIQ::Providers::Kubernetes::ContainerManager");
    assert_string_equal(rv_provider_type_of("ManageIQ::Providers::Kubernetes::ContainerManager"),
                        "kubernetes");
    assert_string_equal(rv_provider_type_of("kubernetes"), "kubernetes");
    assert_null(rv_provider_class_of("no-such"));
    assert_null(rv_provider_type_of(NULL));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        provider_test(options_come_back_as_they_were_given),
        provider_test(a_record_can_be_looked_at),
        provider_test(names_are_unique_and_not_empty),
        provider_test(an_edit_replaces_what_it_is_given),
        provider_test(another_address_begins_anew),
        provider_test(reports_stay_until_the_next_one),
        provider_test(a_deleted_provider_leaves_nothing),
        provider_test(a_deleted_provider_ends_all_its_messages),
        provider_test(a_dead_message_of_a_deleted_provider_calls_nobody_again),
        provider_test(deletion_waits_for_the_refresh_worker),
        provider_test(deletion_goes_on_after_a_kill_at_any_moment_and_tells_how_far_it_is),
        cmocka_unit_test(class_names_and_types_know_each_other),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
