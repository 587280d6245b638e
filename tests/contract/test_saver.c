/* SPDX-License-Identifier: Apache-2.0
 *
 * The saver: what is new, changed and unchanged, in few statements and little memory.
 */
#include "saver_fixture.h"

#include <stdio.h>
#include "base/clock.h"
#include "base/json.h"
#include "model/model.h"

static void
objects_become_rows_with_their_children(void **state)
{
    struct rv_store *store = store_of(state);
    struct rv_saver *saver = saver_on(store);
    emit(saver, node_object("n1", "node-1"));
    emit(saver, image_object("i1"));
    emit(saver, pod_object("p1", "web", "Running"));
    flush(saver);
    assert_column(store,
                  "SELECT p.name FROM container_groups p JOIN container_nodes n"
                  " ON p.container_node_id = n.id WHERE n.name = 'node-1'",
                  "web");
    assert_column(
        store,
        "SELECT i.image_ref FROM containers c JOIN container_groups p"
        " ON c.container_group_id = p.id JOIN container_images i"
        " ON c.container_image_id = i.id WHERE p.ems_ref = 'p1' AND c.limit_cpu_cores = 0.5",
        "i1");
    assert_column(
        store,
        "SELECT e.value FROM container_env_vars e JOIN containers c ON e.container_id = c.id",
        "Running");
    assert_column(store,
                  "SELECT a.value FROM custom_attributes a JOIN container_groups p"
                  " ON a.resource_id = p.id AND a.resource_type = 'container_group'"
                  " WHERE a.section = 'labels' AND a.name = 'app'",
                  "web");
    assert_int_equal(rv_test_int(store,
                                 "SELECT COUNT(*) FROM container_groups WHERE ems_id ="
                                 " 1000000900000 AND content_hash IS NOT NULL AND created_on > 0"
                                 " AND updated_on = created_on AND deleted_on IS NULL"),
                     1);
    struct rv_save_counts counts = counts_of(saver);
    assert_int_equal(counts.created, 3);
    assert_int_equal(counts.rows, 6);
    assert_int_equal(counts.transactions, 1);
    assert_int_equal(change_count(store), 6);
    rv_saver_close(saver);
}

static void
no_more_objects_than_are_allowed_are_added(void **state)
{
    struct rv_store *store = store_of(state);
    struct rv_saver *saver = saver_with(store, &(struct rv_saver_config){ .objects_max = 3 });
    rv_err err = RV_ERR_INIT;
    emit(saver, node_object("n1", "node-1"));
    emit(saver, node_object("n2", "node-2"));
    emit(saver, node_object("n2", "node-two"));
    flush(saver);
    emit(saver, node_object("n3", "node-3"));
    assert_int_equal(rv_test_emit(rv_saver_sink(saver), node_object("n4", "node-4"), &err),
                     RV_E_LIMIT);
    assert_non_null(strstr(err.text, "more than 3 objects"));
    assert_non_null(strstr(err.hint, "refresh.objects_max"));
    /* Those that are there go on being kept, and one that goes makes room. */
    emit(saver, node_object("n1", "node-one"));
    flush(saver);
    assert_column(store, "SELECT name FROM container_nodes WHERE ems_ref = 'n1'", "node-one");
    gone(saver, "container_node", "n1");
    flush(saver);
    emit(saver, node_object("n4", "node-4"));
    flush(saver);
    assert_int_equal(rv_test_int(store, "SELECT COUNT(*) FROM container_nodes WHERE"
                                        " deleted_on IS NULL"),
                     3);
    rv_saver_close(saver);
}

static void
a_second_run_writes_nothing(void **state)
{
    struct rv_store *store = store_of(state);
    struct cluster cluster = { .pods = 300, .nodes = 5, .images = 20 };
    struct rv_saver *saver = saver_on(store);
    list_cluster(saver, &cluster);
    RV_AUTO_FREE char *before = everything(store);
    int64_t changes = change_count(store);
    for (int round = 0; round < 2; round++) {
        rv_saver_counts_reset(saver);
        list_cluster(saver, &cluster);
        struct rv_save_counts counts = counts_of(saver);
        assert_int_equal(counts.seen, 325);
        assert_int_equal(counts.unchanged, 325);
        assert_int_equal(counts.rows, 0);
        assert_int_equal(counts.transactions, 0);
        assert_true(counts.statements <= 4);
        /* The second time after a restart. */
        rv_saver_close(saver);
        saver = saver_on(store);
    }
    RV_AUTO_FREE char *after = everything(store);
    assert_string_equal(before, after);
    assert_int_equal(change_count(store), changes);
    rv_saver_close(saver);
}

static void
one_create_one_update_one_delete_cause_exactly_those(void **state)
{
    struct rv_store *store = store_of(state);
    struct rv_saver *saver = saver_on(store);
    const char *const kinds[] = { "container_node", NULL };
    must(rv_saver_begin_all(saver, kinds, err));
    emit(saver, node_object("n1", "one"));
    emit(saver, node_object("n2", "two"));
    emit(saver, node_object("n3", "three"));
    complete(saver, "container_node");
    struct rv_cursor cursor;
    must(rv_cursor_now(&cursor, store, err));
    rv_clock_fake(1790000000000);
    rv_saver_counts_reset(saver);
    must(rv_saver_begin_all(saver, kinds, err));
    emit(saver, node_object("n1", "one"));
    struct rv_test_object *changed = node_object("n2", "two");
    rv_test_set(changed, "kubernetes_kubelet_version", "v1.30");
    emit(saver, changed);
    emit(saver, node_object("n4", "four"));
    complete(saver, "container_node");
    rv_clock_real();
    struct rv_save_counts counts = counts_of(saver);
    assert_int_equal(counts.created, 1);
    assert_int_equal(counts.updated, 1);
    assert_int_equal(counts.archived, 1);
    assert_int_equal(counts.unchanged, 1);
    assert_int_equal(counts.rows, 3);
    assert_column(store,
                  "SELECT ems_ref FROM container_nodes WHERE updated_on = 1790000000000 ORDER BY 1",
                  "n2,n3,n4");
    assert_column(store, "SELECT ems_ref FROM container_nodes WHERE deleted_on = 1790000000000",
                  "n3");
    RV_AUTO_FREE char *changes = changes_since(store, &cursor);
    assert_string_equal(changes, "updated container_node {\"kubernetes_kubelet_version\":null};"
                                 "created container_node -;"
                                 "archived container_node {\"deleted_on\":null};");
    rv_saver_close(saver);
}

static void
ids_stay_though_everything_else_changes(void **state)
{
    struct rv_store *store = store_of(state);
    struct rv_saver *saver = saver_on(store);
    emit(saver, pod_object("p1", "web", "Pending"));
    flush(saver);
    int64_t pod = rv_test_int(store, "SELECT id FROM container_groups");
    int64_t container = rv_test_int(store, "SELECT id FROM containers");
    int64_t env = rv_test_int(store, "SELECT id FROM container_env_vars");
    emit(saver, pod_object("p1", "api", "Running"));
    flush(saver);
    assert_int_equal(rv_test_int(store, "SELECT id FROM container_groups WHERE name = 'api'"), pod);
    assert_int_equal(rv_test_int(store, "SELECT id FROM containers"), container);
    assert_int_equal(
        rv_test_int(store, "SELECT id FROM container_env_vars WHERE value = 'Running'"), env);
    rv_saver_close(saver);
}

static void
a_child_that_changes_changes_its_owners(void **state)
{
    struct rv_store *store = store_of(state);
    struct rv_saver *saver = saver_on(store);
    emit(saver, pod_object("p1", "web", "Running"));
    flush(saver);
    struct rv_cursor cursor;
    must(rv_cursor_now(&cursor, store, err));
    struct rv_test_object *pod = pod_object("p1", "web", "Running");
    rv_test_label(pod, "tier", "front");
    emit(saver, pod);
    flush(saver);
    RV_AUTO_FREE char *changes = changes_since(store, &cursor);
    assert_string_equal(changes, "created custom_attribute -;updated container_group {};");
    emit(saver, pod_object("p1", "web", "Running"));
    flush(saver);
    free(changes);
    changes = changes_since(store, &cursor);
    assert_non_null(strstr(changes, "deleted custom_attribute {"));
    assert_non_null(strstr(changes, "\"value\":\"front\""));
    assert_non_null(strstr(changes, "updated container_group {};"));
    rv_saver_close(saver);
}

static void
children_are_replaced_as_a_set(void **state)
{
    struct rv_store *store = store_of(state);
    struct rv_saver *saver = saver_on(store);
    for (int round = 0; round < 2; round++) {
        struct rv_test_object *pod = pod_object("p1", "web", "Running");
        static const char *const names[2][3] = { { "a", "b", "c" }, { "c", "d", "a" } };
        for (int i = 0; i < 3; i++) {
            struct rv_test_object *volume = rv_test_child(pod, "container_volume");
            rv_test_set(volume, "name", names[round][i]);
            rv_test_set(volume, "claim_name", round ? "new" : "old");
        }
        emit(saver, pod);
        flush(saver);
    }
    assert_column(store, "SELECT name FROM container_volumes ORDER BY name", "a,c,d");
    assert_column(store, "SELECT DISTINCT claim_name FROM container_volumes", "new");
    assert_column(store,
                  "SELECT name FROM container_volumes WHERE created_on = updated_on AND name <> 'd'"
                  " AND parent_id IS NULL",
                  "");
    rv_saver_close(saver);
}

static void
of_two_children_with_one_key_the_later_counts(void **state)
{
    struct rv_store *store = store_of(state);
    struct rv_saver *saver = saver_on(store);
    for (int round = 0; round < 2; round++) {
        struct rv_test_object *pod = pod_object("p1", "web", round ? "Failed" : "Running");
        rv_test_label(pod, "tier", "first");
        rv_test_label(pod, "tier", "second");
        emit(saver, pod);
        flush(saver);
        assert_column(store, "SELECT value FROM custom_attributes WHERE name = 'tier'", "second");
    }
    rv_saver_close(saver);
}

static void
what_people_added_to_an_object_stays(void **state)
{
    struct rv_store *store = store_of(state);
    struct rv_saver *saver = saver_on(store);
    emit(saver, pod_object("p1", "web", "Running"));
    flush(saver);
    rv_test_script(store,
                   "INSERT INTO custom_attributes (id, resource_type, resource_id, section, name,"
                   " value) SELECT 1, 'container_group', id, 'own', 'note', 'mine'"
                   " FROM container_groups;"
                   "INSERT INTO custom_attributes (id, resource_type, resource_id, section, name,"
                   " value) SELECT 2, 'container_group', id, 'labels', 'tier', 'mine'"
                   " FROM container_groups");
    struct rv_test_object *pod = pod_object("p1", "web", "Failed");
    rv_test_label(pod, "tier", "front");
    emit(saver, pod);
    flush(saver);
    assert_column(store, "SELECT value FROM custom_attributes WHERE name = 'note'", "mine");
    assert_column(store, "SELECT value FROM custom_attributes WHERE name = 'tier'", "front");
    rv_saver_close(saver);
}

static void
volatile_columns_ride_along_with_real_changes_only(void **state)
{
    struct rv_store *store = store_of(state);
    struct rv_saver *saver = saver_on(store);
    static const char *const phases[] = { "Running", "Running", "Failed" };
    static const char *const stored[] = { "1", "1", "3" };
    for (int i = 0; i < 3; i++) {
        char version[16];
        snprintf(version, sizeof(version), "%d", i + 1);
        struct rv_test_object *pod = pod_object("p1", "web", phases[i]);
        rv_test_set(pod, "resource_version", version);
        emit(saver, pod);
        flush(saver);
        assert_column(store, "SELECT resource_version FROM container_groups", stored[i]);
    }
    assert_int_equal(counts_of(saver).transactions, 2);
    rv_saver_close(saver);
}

static void
a_wrong_hash_alone_is_mended_without_a_change(void **state)
{
    struct rv_store *store = store_of(state);
    struct rv_saver *saver = saver_on(store);
    emit(saver, pod_object("p1", "web", "Running"));
    flush(saver);
    rv_saver_close(saver);
    rv_test_script(store, "UPDATE container_groups SET content_hash = 5");
    int64_t changes = change_count(store);
    int64_t updated_on = rv_test_int(store, "SELECT updated_on FROM container_groups");
    saver = saver_on(store);
    emit(saver, pod_object("p1", "web", "Running"));
    flush(saver);
    assert_int_equal(change_count(store), changes);
    assert_int_equal(rv_test_int(store, "SELECT updated_on FROM container_groups"), updated_on);
    assert_int_equal(counts_of(saver).rows, 1);
    rv_saver_counts_reset(saver);
    emit(saver, pod_object("p1", "web", "Running"));
    flush(saver);
    assert_int_equal(counts_of(saver).unchanged, 1);
    rv_saver_close(saver);
}

static void
the_last_word_on_an_object_in_a_batch_holds(void **state)
{
    struct rv_store *store = store_of(state);
    struct rv_saver *saver = saver_on(store);
    emit(saver, pod_object("p1", "web", "Pending"));
    emit(saver, pod_object("p1", "web", "Running"));
    emit(saver, pod_object("p2", "tmp", "Running"));
    gone(saver, "container_group", "p2");
    flush(saver);
    assert_column(store, "SELECT phase FROM container_groups", "Running");
    emit(saver, pod_object("p1", "web", "Failed"));
    gone(saver, "container_group", "p1");
    emit(saver, pod_object("p1", "web", "Succeeded"));
    flush(saver);
    assert_column(store, "SELECT phase FROM container_groups WHERE deleted_on IS NULL",
                  "Succeeded");
    emit(saver, pod_object("p1", "web", "Failed"));
    emit(saver, pod_object("p1", "web", "Succeeded"));
    int64_t changes = change_count(store);
    flush(saver);
    assert_int_equal(change_count(store), changes);
    gone(saver, "container_group", "p1");
    gone(saver, "container_group", "never-seen");
    flush(saver);
    assert_column(store, "SELECT ems_ref FROM container_groups WHERE deleted_on IS NULL", "");
    rv_saver_close(saver);
}

static int64_t
statements_for(struct rv_store *store, int pods)
{
    struct cluster cluster = { .pods = pods, .nodes = 5, .images = 10 };
    struct rv_saver *saver = saver_on(store);
    list_cluster(saver, &cluster);
    int64_t statements = counts_of(saver).statements;
    cluster.changed = pods / 20;
    cluster.phase = "Failed";
    list_cluster(saver, &cluster);
    statements = counts_of(saver).statements - statements;
    rv_saver_close(saver);
    return statements;
}

static void
statements_grow_far_slower_than_objects(void **state)
{
    struct rv_store *store = store_of(state);
    int64_t few = statements_for(store, 100);
    int64_t many = statements_for(store, 4000);
    if (many > 4 * few)
        fail_msg("%lld statements for 5 changes, %lld for 200", (long long)few, (long long)many);
}

static void
an_object_takes_at_most_64_bytes(void **state)
{
    struct rv_store *store = store_of(state);
    struct rv_saver *saver = saver_on(store);
    struct cluster cluster = { .pods = 5000, .nodes = 10, .images = 50 };
    list_cluster(saver, &cluster);
    size_t objects = (size_t)rv_saver_objects(saver);
    assert_int_equal(objects, 5060);
    size_t bytes = rv_saver_memory(saver);
    if (bytes > 64 * objects)
        fail_msg("%zu bytes for %zu objects", bytes, objects);
    rv_saver_close(saver);
}

static void
tokens_commit_with_the_objects_before_them(void **state)
{
    struct rv_store *store = store_of(state);
    struct rv_saver *saver = saver_on(store);
    const struct rv_sink *sink = rv_saver_sink(saver);
    assert_null(sink->token(sink->arg, "pods"));
    emit(saver, pod_object("p1", "web", "Running"));
    must(sink->checkpoint(sink->arg, "pods", "100", err));
    assert_string_equal(sink->token(sink->arg, "pods"), "100");
    assert_column(store, "SELECT token FROM inventory_streams", "");
    flush(saver);
    assert_column(store, "SELECT stream FROM inventory_streams", "pods");
    must(sink->checkpoint(sink->arg, "pods", "101", err));
    rv_saver_drop(saver);
    assert_string_equal(sink->token(sink->arg, "pods"), "100");
    must(sink->checkpoint(sink->arg, "pods", "102", err));
    flush(saver);
    rv_saver_close(saver);
    saver = saver_on(store);
    sink = rv_saver_sink(saver);
    assert_string_equal(sink->token(sink->arg, "pods"), "102");
    rv_saver_close(saver);
}

static void
warnings_last_until_all_begins_again(void **state)
{
    struct rv_saver *saver = saver_on(store_of(state));
    const struct rv_sink *sink = rv_saver_sink(saver);
    const char *const kinds[] = { "container_group", NULL };
    rv_err why = RV_ERR_INIT;
    rv_fail(&why, RV_E_LIMIT, "too long");
    must(sink->warn(sink->arg, "services", "not allowed to list", err));
    must(sink->warn(sink->arg, "routes", "absent", err));
    must(sink->warn(sink->arg, "routes", NULL, err));
    sink->rejected(sink->arg, rv_model_kind("container_group"), "p1", &why);
    sink->rejected(sink->arg, rv_model_kind("container_group"), "p2", &why);
    cJSON *warnings = rv_saver_warnings(saver);
    assert_int_equal(cJSON_GetArraySize(warnings), 2);
    assert_string_equal(rv_json_string(warnings, "services"), "not allowed to list");
    assert_string_equal(rv_json_string(warnings, "container_group: refused"),
                        "2 objects, the last: too long");
    cJSON_Delete(warnings);
    must(rv_saver_begin_all(saver, kinds, err));
    warnings = rv_saver_warnings(saver);
    assert_int_equal(cJSON_GetArraySize(warnings), 0);
    cJSON_Delete(warnings);
    rv_saver_close(saver);
}

static void
a_refused_object_is_not_gone(void **state)
{
    struct rv_store *store = store_of(state);
    struct rv_saver *saver = saver_on(store);
    const struct rv_sink *sink = rv_saver_sink(saver);
    rv_err why = RV_ERR_INIT;
    rv_fail(&why, RV_E_LIMIT, "too long");
    emit(saver, node_object("n1", "one"));
    begin_kind(saver, "container_node");
    sink->rejected(sink->arg, rv_model_kind("container_node"), "n1", &why);
    complete(saver, "container_node");
    assert_column(store, "SELECT ems_ref FROM container_nodes WHERE deleted_on IS NULL", "n1");
    rv_saver_close(saver);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        schema_test(objects_become_rows_with_their_children),
        schema_test(no_more_objects_than_are_allowed_are_added),
        schema_test(a_second_run_writes_nothing),
        schema_test(one_create_one_update_one_delete_cause_exactly_those),
        schema_test(ids_stay_though_everything_else_changes),
        schema_test(a_child_that_changes_changes_its_owners),
        schema_test(children_are_replaced_as_a_set),
        schema_test(of_two_children_with_one_key_the_later_counts),
        schema_test(what_people_added_to_an_object_stays),
        schema_test(volatile_columns_ride_along_with_real_changes_only),
        schema_test(a_wrong_hash_alone_is_mended_without_a_change),
        schema_test(the_last_word_on_an_object_in_a_batch_holds),
        schema_test(statements_grow_far_slower_than_objects),
        schema_test(an_object_takes_at_most_64_bytes),
        schema_test(tokens_commit_with_the_objects_before_them),
        schema_test(warnings_last_until_all_begins_again),
        schema_test(a_refused_object_is_not_gone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
