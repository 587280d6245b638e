/* SPDX-License-Identifier: Apache-2.0
 *
 * Trees over the API: what lies under and above a row, by relationships and by parents of the same
 * kind.
 */
#include "api_fixture.h"

#include "base/clock.h"

/* root > dc > (vms > m1, m2) and (hosts > cluster > pool > m1, m2, and host); m2 and m3 are clones
 * of m1. */
static const char *const seed[] = {
    "INSERT INTO ems_folders (id, ems_id, ems_ref, name) VALUES "
    "(10, 1000000000102, 'root', 'root'), (11, 1000000000102, 'dc', 'dc'), "
    "(12, 1000000000102, 'vm', 'vms'), (13, 1000000000102, 'host', 'hosts')",
    "INSERT INTO ems_clusters (id, ems_id, ems_ref, name) VALUES (20, 1000000000102, 'c', 'c')",
    "INSERT INTO resource_pools (id, ems_id, uid_ems, name) VALUES (30, 1000000000102, 'p', 'p')",
    "INSERT INTO hosts (id, ems_id, ems_ref, name) VALUES (40, 1000000000102, 'h', 'h')",
    "INSERT INTO vms (id, ems_id, ems_ref, name, deleted_on) VALUES "
    "(50, 1000000000102, 'm1', 'm1', NULL), (51, 1000000000102, 'm2', 'm2', NULL), "
    "(52, 1000000000102, 'm3', 'm3', NULL), (53, 1000000000102, 'm4', 'm4', 5)",
    "INSERT INTO relationships (id, ems_id, relationship, resource_type, resource_id, parent_type, "
    "parent_id) VALUES "
    "(60, 1000000000102, 'ems_metadata', 'ems_folder', 11, 'ems_folder', 10), "
    "(61, 1000000000102, 'ems_metadata', 'ems_folder', 12, 'ems_folder', 11), "
    "(62, 1000000000102, 'ems_metadata', 'ems_folder', 13, 'ems_folder', 11), "
    "(63, 1000000000102, 'ems_metadata', 'ems_cluster', 20, 'ems_folder', 13), "
    "(64, 1000000000102, 'ems_metadata', 'resource_pool', 30, 'ems_cluster', 20), "
    "(65, 1000000000102, 'ems_metadata', 'host', 40, 'ems_cluster', 20), "
    "(66, 1000000000102, 'ems_metadata', 'vm', 50, 'ems_folder', 12), "
    "(67, 1000000000102, 'ems_metadata', 'vm', 51, 'ems_folder', 12), "
    "(68, 1000000000102, 'ems_metadata', 'vm', 50, 'resource_pool', 30), "
    "(69, 1000000000102, 'ems_metadata', 'vm', 51, 'resource_pool', 30), "
    "(70, 1000000000102, 'ems_metadata', 'vm', 53, 'resource_pool', 30), "
    "(71, 1000000000102, 'genealogy', 'vm', 51, 'vm', 50), "
    "(72, 1000000000102, 'genealogy', 'vm', 52, 'vm', 51)",
    /* Two that lie in each other. */
    "INSERT INTO ems_folders (id, ems_id, ems_ref, name) VALUES "
    "(14, 1000000000102, 'a', 'a'), (15, 1000000000102, 'b', 'b')",
    "INSERT INTO relationships (id, ems_id, relationship, resource_type, resource_id, parent_type, "
    "parent_id) VALUES "
    "(73, 1000000000102, 'ems_metadata', 'ems_folder', 14, 'ems_folder', 15), "
    "(74, 1000000000102, 'ems_metadata', 'ems_folder', 15, 'ems_folder', 14)",
    "INSERT INTO orchestration_stacks (id, ems_id, ems_ref, name, parent_id) VALUES "
    "(80, 1000000000102, 's1', 'outer', NULL), (81, 1000000000102, 's2', 'inner', 80), "
    "(82, 1000000000102, 's3', 'innermost', 81)",
    "INSERT INTO snapshots (id, ems_id, vm_or_template_id, uid, parent_uid, name) VALUES "
    "(90, 1000000000102, 50, 'one', NULL, 'one'), (91, 1000000000102, 50, 'two', 'one', 'two'), "
    "(92, 1000000000102, 50, 'three', 'two', 'three'), (93, 1000000000102, 51, 'two', 'one', "
    "'of another')",
};

static void
assert_ids(struct api_fixture *f, const char *target, const char *expected)
{
    AUTO_REPLY struct reply reply = get(f, target);

    if (reply.status != 200)
        fail_msg("%s: %d %s", target, reply.status, at(&reply, "error.message"));
    const char *ids = all_of(&reply, "resources", "id");
    if (strcmp(ids, expected) != 0)
        fail_msg("%s: '%s' instead of '%s'", target, ids, expected);
}

static struct api_fixture *
seeded(void **state)
{
    struct api_fixture *f = fixture_of(state);

    for (size_t i = 0; i < RV_COUNT(seed); i++)
        must(rv_store_exec(f->store, NULL, seed[i], NULL, 0, err));
    return f;
}

#define ROWS "expand=resources&sort_by=id&"

static void
what_lies_under_a_folder_is_found_at_any_depth(void **state)
{
    struct api_fixture *f = seeded(state);

    assert_ids(f, "/api/vms?" ROWS "under=folders/10", "50,51");
    assert_ids(f, "/api/vms?" ROWS "under=folders/12", "50,51");
    assert_ids(f, "/api/vms?" ROWS "under=folders/13", "50,51");
    assert_ids(f, "/api/vms?" ROWS "under=clusters/20", "50,51");
    assert_ids(f, "/api/vms?" ROWS "under=resource_pools/30&archived=true", "50,51,53");
    assert_ids(f, "/api/hosts?" ROWS "under=folders/11", "40");
    assert_ids(f, "/api/hosts?" ROWS "under=folders/12", "");
    assert_ids(f, "/api/folders?" ROWS "under=folders/10", "11,12,13");
    assert_ids(f, "/api/folders?" ROWS "under=folders/999", "");
    /* With all else that a listing can do. */
    assert_ids(f, "/api/vms?" ROWS "under=folders/10&filter[]=name=m2", "51");
    assert_ids(f, "/api/providers/1000000000102/vms?" ROWS "under=folders/10&limit=1", "50");
    assert_ids(f, "/api/providers/1000000000101/vms?" ROWS "under=folders/10", "");
}

static void
levels_say_how_far(void **state)
{
    struct api_fixture *f = seeded(state);

    assert_ids(f, "/api/folders?" ROWS "under=folders/10&levels=1", "11");
    assert_ids(f, "/api/folders?" ROWS "under=folders/11&levels=1", "12,13");
    assert_ids(f, "/api/vms?" ROWS "under=folders/10&levels=2", "");
    assert_ids(f, "/api/vms?" ROWS "under=folders/10&levels=3", "50,51");
    assert_ids(f, "/api/folders?" ROWS "above=vms/50&levels=1", "12");
}

static void
what_a_row_lies_in_is_found_too(void **state)
{
    struct api_fixture *f = seeded(state);

    assert_ids(f, "/api/folders?" ROWS "above=vms/50", "10,11,12,13");
    assert_ids(f, "/api/clusters?" ROWS "above=vms/51", "20");
    assert_ids(f, "/api/clusters?" ROWS "above=vms/52", "");
    assert_ids(f, "/api/folders?" ROWS "above=vms/50&under=folders/11", "12,13");
}

static void
genealogy_is_a_tree_of_its_own(void **state)
{
    struct api_fixture *f = seeded(state);

    assert_ids(f, "/api/vms?" ROWS "under=vms/50&tree=genealogy", "51,52");
    assert_ids(f, "/api/vms?" ROWS "under=vms/50&tree=genealogy&levels=1", "51");
    assert_ids(f, "/api/vms?" ROWS "above=vms/52&tree=genealogy", "50,51");
    assert_ids(f, "/api/vms?" ROWS "under=vms/50", "");
}

static void
rows_that_lie_in_each_other_end_the_search(void **state)
{
    struct api_fixture *f = seeded(state);

    assert_ids(f, "/api/folders?" ROWS "under=folders/14", "14,15");
    assert_ids(f, "/api/folders?" ROWS "above=folders/15", "14,15");
}

/* Milliseconds to find what lies under folder 1000. */
static int64_t
walk_ms(struct api_fixture *f, const char *count)
{
    int64_t began_ms = rv_monotonic_ms();
    AUTO_REPLY struct reply under = get(f, "/api/folders?under=folders/1000&limit=1");

    assert_string_equal(at(&under, "count"), count);
    return rv_monotonic_ms() - began_ms;
}

/* 30000 folders in one; then that one lies in itself, too: a walk by steps would see all of them
 * once a step, and take thirty times as long. */
static void
a_walk_sees_each_row_once_however_they_lie_in_each_other(void **state)
{
    static const char in_the_first[] =
        "INSERT INTO relationships (id, ems_id, relationship, resource_type, resource_id,"
        " parent_type, parent_id) SELECT id, 1000000000102, 'ems_metadata', 'ems_folder', id,"
        " 'ems_folder', 1000 FROM ems_folders WHERE id";
    struct api_fixture *f = fixture_of(state);
    RV_AUTO_FREE char *others = rv_format("%s > 1000", in_the_first);
    RV_AUTO_FREE char *itself = rv_format("%s = 1000", in_the_first);

    must(rv_store_script(
        f->store,
        "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 30000)"
        " INSERT INTO ems_folders (id, ems_id, ems_ref, name) SELECT 1000 + i, 1000000000102,"
        " 'f' || i, 'f' || i FROM n",
        err));
    must(rv_store_script(f->store, others, err));
    int64_t flat_ms = walk_ms(f, "30000"), most_ms = 4 * flat_ms + 200, took_ms = INT64_MAX;
    must(rv_store_script(f->store, itself, err));
    for (int i = 0; i < 3 && took_ms > most_ms; i++) /* the machine may have been busy */
        took_ms = walk_ms(f, "30001");
    assert_in_range(took_ms, 0, most_ms);
}

static void
what_lies_deeper_than_levels_may_say_is_found(void **state)
{
    struct api_fixture *f = fixture_of(state);

    must(rv_store_script(
        f->store,
        "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 150)"
        " INSERT INTO orchestration_stacks (id, ems_id, ems_ref, name, parent_id)"
        " SELECT 1000 + i, 1000000000102, 's' || i, 's' || i, CASE WHEN i > 0 THEN 999 + i END"
        " FROM n",
        err));
    AUTO_REPLY struct reply under =
        get(f, "/api/orchestration_stacks?under=orchestration_stacks/1000&limit=1");
    assert_string_equal(at(&under, "count"), "150");
    AUTO_REPLY struct reply near =
        get(f, "/api/orchestration_stacks?under=orchestration_stacks/1000&levels=20&limit=1");
    assert_string_equal(at(&near, "count"), "20");
}

static void
parents_of_the_same_kind_are_trees(void **state)
{
    struct api_fixture *f = seeded(state);

    assert_ids(f, "/api/orchestration_stacks?" ROWS "under=orchestration_stacks/80", "81,82");
    assert_ids(f, "/api/orchestration_stacks?" ROWS "under=orchestration_stacks/80&levels=1", "81");
    assert_ids(f, "/api/orchestration_stacks?" ROWS "above=orchestration_stacks/82", "80,81");
    /* Snapshots of one machine: another's may have the same ids. */
    assert_ids(f, "/api/snapshots?" ROWS "under=snapshots/90", "91,92");
    assert_ids(f, "/api/vms/50/snapshots?" ROWS "above=snapshots/92", "90,91");
    AUTO_REPLY struct reply parent =
        get(f, "/api/vms/50/snapshots?" ROWS "attributes=name,parent_id");
    assert_string_equal(at(&parent, "resources[2].parent_id"), "91");
    assert_ids(f, "/api/snapshots?" ROWS "filter[]=parent_id=90", "91");
}

static void
what_is_in_no_tree_or_no_row_is_refused(void **state)
{
    static const struct {
        const char *target, *says;
    } cases[] = {
        { "/api/container_groups?under=folders/10", "container_groups have no place under" },
        { "/api/vms?under=container_groups/10", "vms have no place under" },
        { "/api/orchestration_stacks?under=folders/10", "no place under" },
        { "/api/vms?under=10", "COLLECTION/ID" },
        { "/api/vms?under=folders/", "COLLECTION/ID" },
        { "/api/vms?under=folders/x", "COLLECTION/ID" },
        { "/api/vms?under=folders/10;DROP", "COLLECTION/ID" },
        { "/api/vms?under=unicorns/10", "COLLECTION/ID" },
        { "/api/vms?under=folders/10&levels=0", "from 1 to 20" },
        { "/api/vms?under=folders/10&levels=21", "from 1 to 20" },
        { "/api/vms?under=folders/10&tree=family", "neither ems_metadata nor genealogy" },
    };
    struct api_fixture *f = seeded(state);

    for (size_t i = 0; i < RV_COUNT(cases); i++) {
        AUTO_REPLY struct reply reply = get(f, cases[i].target);
        if (reply.status != 400 || !strstr(at(&reply, "error.message"), cases[i].says))
            fail_msg("%s: %d %s", cases[i].target, reply.status, at(&reply, "error.message"));
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        api_test(what_lies_under_a_folder_is_found_at_any_depth),
        api_test(levels_say_how_far),
        api_test(what_a_row_lies_in_is_found_too),
        api_test(genealogy_is_a_tree_of_its_own),
        api_test(rows_that_lie_in_each_other_end_the_search),
        api_test(a_walk_sees_each_row_once_however_they_lie_in_each_other),
        api_test(what_lies_deeper_than_levels_may_say_is_found),
        api_test(parents_of_the_same_kind_are_trees),
        api_test(what_is_in_no_tree_or_no_row_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
