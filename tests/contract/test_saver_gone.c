/* SPDX-License-Identifier: Apache-2.0
 *
 * What is gone: archived or deleted, with children, and back again; and what is not
 * deleted because nobody said that the listing was complete.
 */
#include "saver_fixture.h"

#include <stdio.h>
#include "base/clock.h"
#include "model/model.h"

static void
a_missing_pod_is_archived_and_returns_with_its_id(void **state)
{
    struct rv_store *store = store_of(state);
    struct rv_saver *saver = saver_on(store);
    begin_kind(saver, "container_group");
    emit(saver, pod_object("p1", "web", "Running"));
    emit(saver, pod_object("p2", "api", "Running"));
    complete(saver, "container_group");
    RV_AUTO_FREE char *ids = column_of(store, "SELECT id FROM container_groups ORDER BY ems_ref");
    RV_AUTO_FREE char *containers = column_of(store, "SELECT id FROM containers ORDER BY ems_ref");
    begin_kind(saver, "container_group");
    emit(saver, pod_object("p2", "api", "Running"));
    complete(saver, "container_group");
    assert_column(store, "SELECT ems_ref FROM container_groups WHERE deleted_on IS NOT NULL", "p1");
    assert_column(store, "SELECT ems_ref FROM containers WHERE deleted_on IS NOT NULL", "p1_main");
    assert_int_equal(rv_test_int(store, "SELECT COUNT(*) FROM custom_attributes"), 1);
    assert_int_equal(rv_test_int(store, "SELECT COUNT(*) FROM container_env_vars"), 1);
    assert_int_equal(rv_test_int(store, "SELECT COUNT(*) FROM container_groups"
                                        " WHERE ems_id = 1000000900000"),
                     2); /* an archived row keeps its provider */
    rv_saver_close(saver);
    saver = saver_on(store);
    struct rv_cursor cursor;
    must(rv_cursor_now(&cursor, store, err));
    emit(saver, pod_object("p1", "web", "Running"));
    flush(saver);
    RV_AUTO_FREE char *changes = changes_since(store, &cursor);
    assert_non_null(strstr(changes, "restored container_group {\"deleted_on\":"));
    assert_non_null(strstr(changes, "restored container {\"deleted_on\":"));
    assert_int_equal(counts_of(saver).restored, 1);
    assert_column(store, "SELECT id FROM container_groups ORDER BY ems_ref", ids);
    assert_column(store, "SELECT id FROM containers ORDER BY ems_ref", containers);
    assert_int_equal(rv_test_int(store, "SELECT COUNT(*) FROM container_groups"
                                        " WHERE deleted_on IS NOT NULL"),
                     0);
    assert_int_equal(rv_test_int(store, "SELECT COUNT(*) FROM custom_attributes"), 2);
    assert_int_equal(rv_test_int(store, "SELECT COUNT(*) FROM container_env_vars"), 2);
    rv_saver_close(saver);
}

static void
what_is_seen_to_go_goes_with_its_children(void **state)
{
    struct rv_store *store = store_of(state);
    struct rv_saver *saver = saver_on(store);
    struct rv_test_object *service = rv_test_object("container_service", "s1");
    rv_test_set(service, "name", "front");
    struct rv_test_object *port = rv_test_child(service, "container_service_port_config");
    rv_test_set(port, "ems_ref", "s1_80");
    rv_test_set(port, "protocol", "TCP");
    rv_test_label(service, "app", "front");
    emit(saver, service);
    flush(saver);
    assert_false(rv_model_kind("container_service")->archived);
    struct rv_cursor cursor;
    must(rv_cursor_now(&cursor, store, err));
    gone(saver, "container_service", "s1");
    flush(saver);
    assert_int_equal(rv_test_int(store, "SELECT COUNT(*) FROM container_services"), 0);
    assert_int_equal(rv_test_int(store, "SELECT COUNT(*) FROM container_service_port_configs"), 0);
    assert_int_equal(rv_test_int(store, "SELECT COUNT(*) FROM custom_attributes"), 0);
    RV_AUTO_FREE char *changes = changes_since(store, &cursor);
    assert_non_null(strstr(changes, "deleted container_service {"));
    assert_non_null(strstr(changes, "\"name\":\"front\""));
    assert_int_equal(counts_of(saver).deleted, 1);
    assert_int_equal(rv_saver_objects(saver), 0);
    rv_saver_close(saver);
}

static void
nothing_is_deleted_without_complete(void **state)
{
    struct rv_store *store = store_of(state);
    struct rv_saver *saver = saver_on(store);
    struct cluster cluster = { .pods = 50, .nodes = 5, .images = 5 };
    list_cluster(saver, &cluster);
    /* A listing that fails half way. */
    must(rv_saver_begin_all(saver, cluster_kinds, err));
    emit(saver, pod_object("p1", "p1", "Failed"));
    rv_saver_drop(saver);
    rv_saver_close(saver);
    saver = saver_on(store);
    assert_int_equal(rv_saver_objects(saver), 60);
    assert_int_equal(rv_test_int(store,
                                 "SELECT COUNT(*) FROM container_groups WHERE deleted_on IS NULL"
                                 " AND phase = 'Running'"),
                     50);
    /* One kind is complete, others are not. */
    must(rv_saver_begin_all(saver, cluster_kinds, err));
    complete(saver, "container_node");
    must(rv_saver_end_all(saver, err));
    assert_int_equal(
        rv_test_int(store, "SELECT COUNT(*) FROM container_groups WHERE deleted_on IS NULL"), 50);
    assert_int_equal(
        rv_test_int(store, "SELECT COUNT(*) FROM container_nodes WHERE deleted_on IS NULL"), 0);
    rv_saver_close(saver);
}

static void
complete_needs_a_begin(void **state)
{
    struct rv_saver *saver = saver_on(store_of(state));
    const struct rv_sink *sink = rv_saver_sink(saver);
    emit(saver, node_object("n1", "one"));
    must_fail(RV_E_INVALID, sink->complete(sink->arg, rv_model_kind("container_node"), err));
    rv_saver_close(saver);
}

static void
many_are_archived_in_pieces(void **state)
{
    struct rv_store *store = store_of(state);
    struct rv_saver *saver = saver_on(store);
    char ref[32];
    begin_kind(saver, "container_node");
    for (int i = 0; i < 1234; i++) {
        snprintf(ref, sizeof(ref), "n%d", i);
        emit(saver, node_object(ref, ref));
    }
    complete(saver, "container_node");
    rv_saver_counts_reset(saver);
    begin_kind(saver, "container_node");
    emit(saver, node_object("n7", "n7"));
    complete(saver, "container_node");
    struct rv_save_counts counts = counts_of(saver);
    assert_int_equal(counts.archived, 1233);
    assert_int_equal(counts.transactions, 3);
    assert_int_equal(rv_saver_objects(saver), 1);
    assert_column(store, "SELECT ems_ref FROM container_nodes WHERE deleted_on IS NULL", "n7");
    rv_saver_close(saver);
}

static void
an_object_archived_and_changed_in_the_meantime_is_one_row(void **state)
{
    struct rv_store *store = store_of(state);
    struct rv_saver *saver = saver_on(store);
    emit(saver, pod_object("p1", "web", "Running"));
    flush(saver);
    for (int round = 0; round < 3; round++) {
        gone(saver, "container_group", "p1");
        flush(saver);
        emit(saver, pod_object("p1", "web", round % 2 ? "Running" : "Failed"));
        flush(saver);
    }
    assert_int_equal(rv_test_int(store, "SELECT COUNT(*) FROM container_groups"), 1);
    assert_int_equal(rv_test_int(store, "SELECT COUNT(*) FROM containers"), 1);
    assert_column(store, "SELECT phase FROM container_groups WHERE deleted_on IS NULL", "Failed");
    rv_saver_close(saver);
}

static void
a_container_that_leaves_its_pod_is_archived_and_comes_back(void **state)
{
    struct rv_store *store = store_of(state);
    struct rv_saver *saver = saver_on(store);
    emit(saver, pod_object("p1", "web", "Running"));
    flush(saver);
    struct rv_test_object *pod = rv_test_object("container_group", "p1");
    rv_test_set(pod, "name", "web");
    emit(saver, pod);
    flush(saver);
    assert_int_equal(rv_test_int(store, "SELECT COUNT(*) FROM containers WHERE deleted_on IS NULL"),
                     0);
    assert_int_equal(rv_test_int(store, "SELECT COUNT(*) FROM container_env_vars"), 0);
    emit(saver, pod_object("p1", "web", "Running"));
    flush(saver);
    assert_int_equal(rv_test_int(store, "SELECT COUNT(*) FROM containers WHERE deleted_on IS NULL"),
                     1);
    assert_int_equal(rv_test_int(store, "SELECT COUNT(*) FROM containers"), 1);
    assert_int_equal(rv_test_int(store, "SELECT COUNT(*) FROM container_env_vars"), 1);
    rv_saver_close(saver);
}

static void
a_row_deleted_by_hand_is_made_again(void **state)
{
    struct rv_store *store = store_of(state);
    struct rv_saver *saver = saver_on(store);
    emit(saver, node_object("n1", "one"));
    emit(saver, node_object("n2", "two"));
    flush(saver);
    rv_test_script(store, "DELETE FROM container_nodes");
    emit(saver, node_object("n1", "uno"));
    gone(saver, "container_node", "n2");
    flush(saver);
    assert_column(store, "SELECT name FROM container_nodes", "uno");
    rv_saver_close(saver);
}

static void
other_providers_are_not_touched(void **state)
{
    struct rv_store *store = store_of(state);
    struct rv_saver *saver = saver_on(store);
    struct rv_saver *other = NULL;
    struct rv_saver_config config = { .store = store, .ems_id = EMS + 1 };
    must(rv_saver_open(&other, &config, err));
    emit(saver, pod_object("p1", "web", "Running"));
    flush(saver);
    emit(other, pod_object("p1", "web", "Running"));
    flush(other);
    assert_int_equal(rv_test_int(store, "SELECT COUNT(*) FROM container_groups"), 2);
    begin_kind(saver, "container_group");
    complete(saver, "container_group");
    assert_column(store, "SELECT ems_id FROM container_groups WHERE deleted_on IS NULL",
                  "1000000900001");
    rv_saver_close(saver);
    rv_saver_close(other);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        schema_test(a_missing_pod_is_archived_and_returns_with_its_id),
        schema_test(what_is_seen_to_go_goes_with_its_children),
        schema_test(nothing_is_deleted_without_complete),
        schema_test(complete_needs_a_begin),
        schema_test(many_are_archived_in_pieces),
        schema_test(an_object_archived_and_changed_in_the_meantime_is_one_row),
        schema_test(a_container_that_leaves_its_pod_is_archived_and_comes_back),
        schema_test(a_row_deleted_by_hand_is_made_again),
        schema_test(other_providers_are_not_touched),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
