/* SPDX-License-Identifier: Apache-2.0
 *
 * Links: to what comes later or never, by ref, by name, in circles, to any kind; and
 * what happens to links by name when the name passes on.
 */
#include "saver_fixture.h"

#include <stdio.h>
#include "model/model.h"

static struct rv_test_object *
pod_by_name(const char *ref, const char *name, const char *node)
{
    struct rv_test_object *pod = rv_test_object("container_group", ref);
    rv_test_set(pod, "name", name);
    rv_test_set(pod, "namespace", "default");
    rv_test_link_name(pod, "container_node_id", "container_node", NULL, node);
    rv_test_link_name(pod, "container_project_id", "container_project", NULL, "default");
    return pod;
}

static struct rv_test_object *
project(const char *ref, const char *name)
{
    struct rv_test_object *object = rv_test_object("container_project", ref);
    rv_test_set(object, "name", name);
    return object;
}

static struct rv_test_object *
claim(const char *ref, const char *name)
{
    struct rv_test_object *object = rv_test_object("persistent_volume_claim", ref);
    rv_test_set(object, "namespace", "default");
    rv_test_set(object, "name", name);
    return object;
}

/* Name of the node that the pod's row points to; "" when that is no row. */
#define NODE_OF(pod)                                                                               \
    "SELECT n.ems_ref FROM container_groups p JOIN container_nodes n ON n.id = "                   \
    "p.container_node_id"                                                                          \
    " WHERE p.ems_ref = '" pod "'"

static void
links_may_point_forward_by_ref_and_by_name(void **state)
{
    struct rv_store *store = store_of(state);
    struct rv_saver *saver = saver_on(store);
    emit(saver, pod_object("p1", "web", "Running"));
    emit(saver, pod_by_name("p2", "api", "node-2"));
    flush(saver);
    assert_column(store, NODE_OF("p1"), "");
    assert_int_equal(rv_test_int(store, "SELECT COUNT(*) FROM inventory_references"), 4);
    assert_int_equal(counts_of(saver).dangling, 4);
    int64_t reserved = rv_test_int(store, "SELECT container_node_id FROM container_groups"
                                          " WHERE ems_ref = 'p2'");
    int64_t changes = change_count(store);
    emit(saver, node_object("n1", "node-1"));
    emit(saver, node_object("n2", "node-2"));
    emit(saver, project("d", "default"));
    emit(saver, image_object("i1"));
    flush(saver);
    assert_column(store, NODE_OF("p1"), "n1");
    assert_column(store, NODE_OF("p2"), "n2");
    assert_int_equal(rv_test_int(store, "SELECT id FROM container_nodes WHERE ems_ref = 'n2'"),
                     reserved);
    assert_int_equal(change_count(store), changes + 4); /* the pods were right from the start */
    assert_int_equal(rv_test_int(store, "SELECT COUNT(*) FROM inventory_references"), 0);
    assert_int_equal(counts_of(saver).dangling, 0);
    rv_saver_close(saver);
}

static void
reserved_ids_survive_a_restart(void **state)
{
    struct rv_store *store = store_of(state);
    struct rv_saver *saver = saver_on(store);
    emit(saver, pod_object("p1", "web", "Running"));
    emit(saver, pod_by_name("p2", "api", "node-2"));
    flush(saver);
    rv_saver_close(saver);
    saver = saver_on(store);
    assert_int_equal(counts_of(saver).dangling, 4);
    emit(saver, node_object("n1", "node-1"));
    emit(saver, node_object("n2", "node-2"));
    flush(saver);
    assert_column(store, NODE_OF("p1"), "n1");
    assert_column(store, NODE_OF("p2"), "n2");
    rv_saver_close(saver);
}

static void
an_object_whose_ref_and_name_were_reserved_apart_joins_them(void **state)
{
    struct rv_store *store = store_of(state);
    struct rv_saver *saver = saver_on(store);
    emit(saver, pod_object("p1", "web", "Running"));
    emit(saver, pod_by_name("p2", "api", "node-1"));
    flush(saver);
    int64_t by_ref = rv_test_int(store, "SELECT container_node_id FROM container_groups"
                                        " WHERE ems_ref = 'p1'");
    struct rv_cursor cursor;
    must(rv_cursor_now(&cursor, store, err));
    emit(saver, node_object("n1", "node-1"));
    flush(saver);
    assert_column(store, NODE_OF("p1"), "n1");
    assert_column(store, NODE_OF("p2"), "n1");
    assert_int_equal(rv_test_int(store, "SELECT id FROM container_nodes"), by_ref);
    RV_AUTO_FREE char *changes = changes_since(store, &cursor);
    assert_non_null(strstr(changes, "updated container_group {\"container_node_id\":"));
    assert_int_equal(rv_test_int(store, "SELECT COUNT(*) FROM inventory_references"
                                        " WHERE kind = 'container_node'"),
                     0);
    rv_saver_close(saver);
}

static void
objects_may_point_at_each_other(void **state)
{
    struct rv_store *store = store_of(state);
    struct rv_saver *saver = saver_on(store);
    for (int round = 0; round < 2; round++) {
        struct rv_test_object *volume = rv_test_object("persistent_volume", "v1");
        rv_test_set(volume, "name", "vol");
        rv_test_link_name(volume, "persistent_volume_claim_id", "persistent_volume_claim",
                          "default", "data");
        emit(saver, volume);
        struct rv_test_object *data = claim("c1", "data");
        rv_test_link_name(data, "persistent_volume_id", "persistent_volume", NULL, "vol");
        emit(saver, data);
        flush(saver);
    }
    assert_int_equal(rv_test_int(store, "SELECT COUNT(*) FROM persistent_volumes v"
                                        " JOIN persistent_volume_claims c"
                                        " ON v.persistent_volume_claim_id = c.id"
                                        " AND c.persistent_volume_id = v.id"),
                     1);
    assert_int_equal(counts_of(saver).transactions, 1);
    rv_saver_close(saver);
}

static void
a_link_may_go_to_any_kind(void **state)
{
    struct rv_store *store = store_of(state);
    struct rv_saver *saver = saver_on(store);
    static const char *const kinds[] = { "container_replicator", "container_job" };
    for (int i = 0; i < 2; i++) {
        struct rv_test_object *pod = pod_object("p1", "web", "Running");
        rv_test_link(pod, "owner_id", kinds[i], "same-ref");
        emit(saver, pod);
        struct rv_test_object *owner = rv_test_object(kinds[i], "same-ref");
        rv_test_set(owner, "name", "owner");
        emit(saver, owner);
        flush(saver);
        assert_column(store, "SELECT owner_type FROM container_groups", kinds[i]);
        RV_AUTO_FREE char *sql = rv_format("SELECT o.name FROM container_groups p JOIN %ss o"
                                           " ON o.id = p.owner_id",
                                           kinds[i]);
        assert_column(store, sql, "owner");
    }
    rv_saver_close(saver);
}

static void
pods_follow_a_node_that_comes_back_under_its_name(void **state)
{
    struct rv_store *store = store_of(state);
    struct rv_saver *saver = saver_on(store);
    emit(saver, node_object("n1", "node-1"));
    emit(saver, pod_by_name("p1", "web", "node-1"));
    emit(saver, pod_by_name("p2", "api", "node-1"));
    flush(saver);
    gone(saver, "container_group", "p2");
    gone(saver, "container_node", "n1");
    flush(saver);
    /* The archived node stays in sight until there is another one of its name. */
    assert_column(store, NODE_OF("p1"), "n1");
    emit(saver, pod_by_name("p3", "late", "node-1"));
    flush(saver);
    assert_column(store, NODE_OF("p3"), "n1");
    rv_saver_close(saver);
    saver = saver_on(store);
    struct rv_cursor cursor;
    must(rv_cursor_now(&cursor, store, err));
    emit(saver, node_object("n1-again", "node-1"));
    flush(saver);
    assert_column(store, NODE_OF("p1"), "n1-again");
    assert_column(store, NODE_OF("p2"), "n1");
    assert_column(store, NODE_OF("p3"), "n1-again");
    RV_AUTO_FREE char *changes = changes_since(store, &cursor);
    assert_non_null(strstr(changes, "created container_node"));
    assert_non_null(strstr(changes, "updated container_group {\"container_node_id\":"));
    /* Unchanged pods are right without being written again. */
    rv_saver_counts_reset(saver);
    emit(saver, pod_by_name("p1", "web", "node-1"));
    flush(saver);
    assert_int_equal(counts_of(saver).unchanged, 1);
    rv_saver_close(saver);
}

static void
a_name_may_pass_on_within_one_batch(void **state)
{
    struct rv_store *store = store_of(state);
    struct rv_saver *saver = saver_on(store);
    emit(saver, node_object("n1", "node-1"));
    emit(saver, pod_by_name("p1", "web", "node-1"));
    flush(saver);
    gone(saver, "container_node", "n1");
    emit(saver, node_object("n2", "node-1"));
    flush(saver);
    assert_column(store, NODE_OF("p1"), "n2");
    emit(saver, node_object("n3", "node-1"));
    gone(saver, "container_node", "n2");
    emit(saver, pod_by_name("p2", "api", "node-1"));
    flush(saver);
    assert_column(store, NODE_OF("p1"), "n3");
    assert_column(store, NODE_OF("p2"), "n3");
    rv_saver_close(saver);
}

static void
names_of_deleted_rows_are_found_by_the_next_holder(void **state)
{
    struct rv_store *store = store_of(state);
    struct rv_saver *saver = saver_on(store);
    assert_false(rv_model_kind("persistent_volume_claim")->archived);
    struct rv_test_object *volume = rv_test_object("persistent_volume", "v1");
    rv_test_set(volume, "name", "vol");
    rv_test_link_name(volume, "persistent_volume_claim_id", "persistent_volume_claim", "default",
                      "data");
    emit(saver, volume);
    emit(saver, claim("c1", "data"));
    emit(saver, claim("c2", "unused"));
    flush(saver);
    gone(saver, "persistent_volume_claim", "c1");
    gone(saver, "persistent_volume_claim", "c2");
    flush(saver);
    assert_int_equal(rv_test_int(store, "SELECT COUNT(*) FROM persistent_volume_claims"), 0);
    assert_int_equal(rv_test_int(store, "SELECT COUNT(*) FROM inventory_references WHERE form = 1"),
                     1);
    rv_saver_close(saver);
    saver = saver_on(store);
    emit(saver, claim("c3", "data"));
    flush(saver);
    assert_column(store,
                  "SELECT c.ems_ref FROM persistent_volumes v JOIN persistent_volume_claims c"
                  " ON c.id = v.persistent_volume_claim_id",
                  "c3");
    rv_saver_close(saver);
}

static void
a_deleted_row_that_is_pointed_to_comes_back_with_its_id(void **state)
{
    struct rv_store *store = store_of(state);
    struct rv_saver *saver = saver_on(store);
    struct rv_test_object *pod = rv_test_object("container_group", "p1");
    rv_test_link(pod, "owner_id", "container_job", "j1");
    emit(saver, pod);
    int archived = rv_model_kind("container_job")->archived;
    emit(saver, rv_test_object("container_job", "j1"));
    flush(saver);
    int64_t id = rv_test_int(store, "SELECT id FROM container_jobs");
    gone(saver, "container_job", "j1");
    flush(saver);
    assert_int_equal(rv_test_int(store, "SELECT COUNT(*) FROM container_jobs"), archived);
    rv_saver_close(saver);
    saver = saver_on(store);
    emit(saver, rv_test_object("container_job", "j1"));
    flush(saver);
    assert_int_equal(rv_test_int(store, "SELECT id FROM container_jobs"), id);
    rv_saver_close(saver);
}

static void
a_renamed_object_leaves_its_name(void **state)
{
    struct rv_store *store = store_of(state);
    struct rv_saver *saver = saver_on(store);
    emit(saver, node_object("n1", "one"));
    emit(saver, pod_by_name("p1", "web", "one"));
    flush(saver);
    emit(saver, node_object("n1", "two"));
    flush(saver);
    assert_column(store, NODE_OF("p1"), "");
    emit(saver, pod_by_name("p2", "api", "two"));
    emit(saver, node_object("n2", "one"));
    flush(saver);
    assert_column(store, NODE_OF("p1"), "n2");
    assert_column(store, NODE_OF("p2"), "n1");
    rv_saver_close(saver);
}

static void
two_objects_may_swap_their_names(void **state)
{
    struct rv_store *store = store_of(state);
    struct rv_saver *saver = saver_on(store);
    emit(saver, node_object("n1", "one"));
    emit(saver, node_object("n2", "two"));
    emit(saver, pod_by_name("p1", "web", "one"));
    emit(saver, pod_by_name("p2", "api", "two"));
    flush(saver);
    emit(saver, node_object("n1", "two"));
    emit(saver, node_object("n2", "one"));
    flush(saver);
    assert_column(store, NODE_OF("p1"), "n2");
    assert_column(store, NODE_OF("p2"), "n1");
    rv_saver_close(saver);
}

static void
images_live_as_long_as_containers_run_from_them(void **state)
{
    struct rv_store *store = store_of(state);
    struct rv_saver *saver = saver_on(store);
    struct rv_test_object *image = image_object("i1");
    rv_test_link(image, "container_image_registry_id", "container_image_registry", "r1");
    emit(saver, image);
    emit(saver, rv_test_object("container_image_registry", "r1"));
    emit(saver, pod_object("p1", "web", "Running"));
    emit(saver, pod_object("p2", "api", "Running"));
    flush(saver);
    int64_t image_id = rv_test_int(store, "SELECT id FROM container_images");
    gone(saver, "container_group", "p1");
    flush(saver);
    assert_column(store, "SELECT image_ref FROM container_images WHERE deleted_on IS NULL", "i1");
    rv_saver_counts_reset(saver);
    gone(saver, "container_group", "p2");
    flush(saver);
    assert_column(store, "SELECT image_ref FROM container_images WHERE deleted_on IS NULL", "");
    assert_column(store, "SELECT ems_ref FROM container_image_registries", "");
    assert_int_equal(counts_of(saver).archived, 2);
    assert_int_equal(counts_of(saver).deleted, 1);
    /* A container brings it back, with the same id, though it is not emitted again. */
    emit(saver, pod_object("p3", "new", "Running"));
    flush(saver);
    assert_int_equal(rv_test_int(store, "SELECT id FROM container_images WHERE deleted_on IS NULL"),
                     image_id);
    /* Its next emission is compared anew. */
    image = image_object("i1");
    rv_test_link(image, "container_image_registry_id", "container_image_registry", "r1");
    emit(saver, image);
    emit(saver, rv_test_object("container_image_registry", "r1"));
    flush(saver);
    assert_column(store,
                  "SELECT r.ems_ref FROM container_images i JOIN container_image_registries r"
                  " ON r.id = i.container_image_registry_id",
                  "r1");
    rv_saver_close(saver);
}

static void
a_pod_that_changes_its_image_leaves_the_old_one(void **state)
{
    struct rv_store *store = store_of(state);
    struct rv_saver *saver = saver_on(store);
    emit(saver, image_object("i1"));
    emit(saver, pod_object("p1", "web", "Running"));
    flush(saver);
    emit(saver, image_object("i2"));
    struct rv_test_object *pod = rv_test_object("container_group", "p1");
    struct rv_test_object *container = rv_test_child(pod, "container");
    rv_test_set(container, "ems_ref", "p1_main");
    rv_test_link(container, "container_image_id", "container_image", "i2");
    emit(saver, pod);
    flush(saver);
    assert_column(store, "SELECT image_ref FROM container_images WHERE deleted_on IS NULL", "i2");
    rv_saver_close(saver);
}

static void
a_full_refresh_sweeps_images_that_nothing_runs_from(void **state)
{
    struct rv_store *store = store_of(state);
    struct rv_saver *saver = saver_on(store);
    must(rv_saver_begin_all(saver, cluster_kinds, err));
    emit(saver, image_object("i1"));
    emit(saver, image_object("i2"));
    emit(saver, pod_object("p1", "web", "Running"));
    must(rv_saver_end_all(saver, err));
    assert_column(store, "SELECT image_ref FROM container_images WHERE deleted_on IS NULL", "i1");
    rv_saver_close(saver);
}

static void
a_full_refresh_forgets_what_nothing_mentions_any_more(void **state)
{
    struct rv_store *store = store_of(state);
    struct rv_saver *saver = saver_on(store);
    must(rv_saver_begin_all(saver, cluster_kinds, err));
    emit(saver, pod_object("p1", "web", "Running"));
    emit(saver, pod_by_name("p2", "api", "node-2"));
    must(rv_saver_end_all(saver, err));
    assert_int_equal(rv_test_int(store, "SELECT COUNT(*) FROM inventory_references"), 4);
    must(rv_saver_begin_all(saver, cluster_kinds, err));
    emit(saver, pod_object("p1", "web", "Running"));
    complete(saver, "container_group");
    must(rv_saver_end_all(saver, err));
    assert_column(store, "SELECT ref FROM inventory_references ORDER BY ref", "i1,n1");
    assert_int_equal(counts_of(saver).dangling, 2);
    emit(saver, node_object("n2", "node-2"));
    emit(saver, node_object("n1", "node-1"));
    flush(saver);
    assert_column(store, NODE_OF("p1"), "n1");
    assert_int_equal(counts_of(saver).dangling, 1);
    rv_saver_close(saver);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        schema_test(links_may_point_forward_by_ref_and_by_name),
        schema_test(reserved_ids_survive_a_restart),
        schema_test(an_object_whose_ref_and_name_were_reserved_apart_joins_them),
        schema_test(objects_may_point_at_each_other),
        schema_test(a_link_may_go_to_any_kind),
        schema_test(pods_follow_a_node_that_comes_back_under_its_name),
        schema_test(a_name_may_pass_on_within_one_batch),
        schema_test(names_of_deleted_rows_are_found_by_the_next_holder),
        schema_test(a_deleted_row_that_is_pointed_to_comes_back_with_its_id),
        schema_test(a_renamed_object_leaves_its_name),
        schema_test(two_objects_may_swap_their_names),
        schema_test(images_live_as_long_as_containers_run_from_them),
        schema_test(a_pod_that_changes_its_image_leaves_the_old_one),
        schema_test(a_full_refresh_sweeps_images_that_nothing_runs_from),
        schema_test(a_full_refresh_forgets_what_nothing_mentions_any_more),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
