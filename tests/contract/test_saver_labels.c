/* SPDX-License-Identifier: Apache-2.0
 *
 * Labels that become tags, as mappings say.
 */
#include "saver_fixture.h"

#include "base/json.h"
#include "inventory/mapping.h"
#include "model/model.h"

/* Category /managed/team (read-only, mapped by label team of any value), category
 * /managed/env with entry prod, mapped by env=production of pods; category /managed/own is
 * people's. */
static void
make_mappings(struct rv_store *store)
{
    rv_test_script(
        store,
        "INSERT INTO tags (id, name) VALUES (1, '/managed/team'), (2, '/managed/env'),"
        " (3, '/managed/env/prod'), (4, '/managed/own'), (5, '/managed/own/mine');"
        "INSERT INTO classifications (id, name, description, parent_id, tag_id, read_only) VALUES"
        " (11, 'team', 'Team', NULL, 1, TRUE), (12, 'env', 'Environment', NULL, 2, TRUE),"
        " (13, 'prod', 'Production', 12, 3, TRUE), (14, 'own', 'Own', NULL, 4, FALSE),"
        " (15, 'mine', 'Mine', 14, 5, FALSE);"
        "INSERT INTO container_label_tag_mappings (id, labeled_resource_type, label_name, "
        "label_value,"
        " tag_id) VALUES (21, NULL, 'team', NULL, 1), (22, 'container_group', 'env', 'production', "
        "3)");
}

static struct rv_test_object *
labelled_pod(const char *ref, const char *team, const char *env)
{
    struct rv_test_object *pod = pod_object(ref, ref, "Running");
    if (team)
        rv_test_label(pod, "team", team);
    if (env)
        rv_test_label(pod, "env", env);
    return pod;
}

#define TAGS                                                                                       \
    "SELECT t.name FROM taggings g JOIN tags t ON t.id = g.tag_id"                                 \
    " JOIN container_groups p ON p.id = g.taggable_id AND g.taggable_type = 'container_group'"     \
    " ORDER BY p.ems_ref, t.name"

static void
labels_become_tags_and_go_with_them(void **state)
{
    struct rv_store *store = store_of(state);
    struct rv_saver *saver = saver_on(store);
    make_mappings(store);
    emit(saver, labelled_pod("p1", "Blue Team", "production"));
    emit(saver, labelled_pod("p2", "red", "test"));
    emit(saver, labelled_pod("p3", NULL, NULL));
    flush(saver);
    assert_column(store, TAGS, "/managed/env/prod,/managed/team/blue_team,/managed/team/red");
    assert_column(store, "SELECT description FROM classifications WHERE parent_id = 11 ORDER BY 1",
                  "Blue Team,red");
    emit(saver, labelled_pod("p1", "red", NULL));
    emit(saver, labelled_pod("p2", NULL, "production"));
    flush(saver);
    assert_column(store, TAGS, "/managed/team/red,/managed/env/prod");
    assert_int_equal(
        rv_test_int(store, "SELECT COUNT(*) FROM classifications WHERE parent_id = 11"), 2);
    rv_saver_close(saver);
}

static void
tags_of_people_stay(void **state)
{
    struct rv_store *store = store_of(state);
    struct rv_saver *saver = saver_on(store);
    make_mappings(store);
    emit(saver, labelled_pod("p1", "red", NULL));
    flush(saver);
    rv_test_script(store, "INSERT INTO taggings (id, taggable_type, taggable_id, tag_id)"
                          " SELECT 1, 'container_group', id, 5 FROM container_groups");
    emit(saver, labelled_pod("p1", "blue", NULL));
    flush(saver);
    assert_column(store, TAGS, "/managed/own/mine,/managed/team/blue");
    emit(saver, pod_object("p1", "p1", "Running"));
    flush(saver);
    assert_column(store, TAGS, "/managed/own/mine");
    rv_saver_close(saver);
}

static void
mappings_of_a_kind_apply_to_that_kind(void **state)
{
    struct rv_store *store = store_of(state);
    struct rv_saver *saver = saver_on(store);
    make_mappings(store);
    struct rv_test_object *node = node_object("n1", "one");
    rv_test_label(node, "env", "production");
    rv_test_label(node, "team", "ops");
    emit(saver, node);
    flush(saver);
    assert_column(store,
                  "SELECT t.name FROM taggings g JOIN tags t ON t.id = g.tag_id"
                  " WHERE g.taggable_type = 'container_node'",
                  "/managed/team/ops");
    rv_saver_close(saver);
}

static void
values_that_make_one_name_get_two_tags(void **state)
{
    struct rv_store *store = store_of(state);
    struct rv_saver *saver = saver_on(store);
    make_mappings(store);
    emit(saver, labelled_pod("p1", "a b", NULL));
    emit(saver, labelled_pod("p2", "a_b", NULL));
    emit(saver, labelled_pod("p3", "", NULL));
    flush(saver);
    assert_int_equal(rv_test_int(store, "SELECT COUNT(DISTINCT tag_id) FROM taggings"), 3);
    assert_column(store, "SELECT description FROM classifications WHERE parent_id = 11 ORDER BY 1",
                  "<empty value>,a b,a_b");
    emit(saver, labelled_pod("p3", "a b", NULL));
    flush(saver);
    assert_int_equal(rv_test_int(store, "SELECT COUNT(DISTINCT tag_id) FROM taggings"), 2);
    rv_saver_close(saver);
}

/* 50 zeros, and two values whose 32-bit digests were the same. */
#define ZEROS "00000000000000000000000000000000000000000000000000"

static void
values_that_were_chosen_to_collide_get_tags_of_their_own(void **state)
{
    struct rv_store *store = store_of(state);
    struct rv_saver *saver = saver_on(store);
    make_mappings(store);
    emit(saver, labelled_pod("p1", ZEROS, NULL));
    emit(saver, labelled_pod("p2", ZEROS ".024555", NULL));
    emit(saver, labelled_pod("p3", ZEROS ".082832", NULL));
    flush(saver);
    assert_int_equal(rv_test_int(store, "SELECT COUNT(DISTINCT tag_id) FROM taggings"), 3);
    assert_int_equal(rv_test_int(store, "SELECT COUNT(*) FROM container_groups"), 3);
    rv_saver_close(saver);
}

static void
a_tag_that_is_no_entry_is_not_taken_for_one_of_its_name(void **state)
{
    struct rv_store *store = store_of(state);
    struct rv_saver *saver = saver_on(store);
    make_mappings(store);
    rv_test_script(store, "INSERT INTO tags (id, name) VALUES (7, '/managed/team/red')");
    emit(saver, labelled_pod("p1", "red", NULL));
    flush(saver);
    assert_int_equal(rv_test_int(store, "SELECT COUNT(*) FROM taggings WHERE tag_id = 7"), 0);
    assert_column(store, "SELECT description FROM classifications WHERE parent_id = 11", "red");
    rv_saver_close(saver);
}

static void
values_beyond_the_ceiling_get_no_tag_and_everything_is_saved(void **state)
{
    struct rv_store *store = store_of(state);
    struct rv_saver *saver = saver_with(
        store, &(struct rv_saver_config){ .store = store, .ems_id = EMS, .label_entries_max = 3 });
    make_mappings(store);
    for (int i = 0; i < 6; i++) {
        RV_AUTO_FREE char *name = rv_format("p%d", i);
        emit(saver, labelled_pod(name, name, "production"));
        if (i % 2)
            flush(saver);
    }
    assert_int_equal(rv_test_int(store, "SELECT COUNT(*) FROM container_groups"), 6);
    assert_column(store, TAGS,
                  "/managed/env/prod,/managed/team/p0,/managed/env/prod,/managed/team/p1,"
                  "/managed/env/prod,/managed/team/p2,/managed/env/prod,/managed/env/prod,"
                  "/managed/env/prod");
    cJSON *warnings = rv_saver_warnings(saver);
    const char *text = rv_json_string(warnings, "/managed/team");
    assert_non_null(text);
    assert_non_null(strstr(text, "refresh.label_entries_max"));
    cJSON_Delete(warnings);
    /* An entry that is there is given still. */
    emit(saver, labelled_pod("p5", "p1", NULL));
    flush(saver);
    assert_int_equal(rv_test_int(store, "SELECT COUNT(*) FROM taggings WHERE tag_id = (SELECT id"
                                        " FROM tags WHERE name = '/managed/team/p1')"),
                     2);
    rv_saver_close(saver);
}

static void
a_deleted_object_loses_its_taggings(void **state)
{
    struct rv_store *store = store_of(state);
    struct rv_saver *saver = saver_on(store);
    make_mappings(store);
    struct rv_test_object *service = rv_test_object("container_service", "s1");
    rv_test_label(service, "team", "red");
    emit(saver, service);
    flush(saver);
    assert_int_equal(rv_test_int(store, "SELECT COUNT(*) FROM taggings"), 1);
    gone(saver, "container_service", "s1");
    flush(saver);
    assert_int_equal(rv_test_int(store, "SELECT COUNT(*) FROM taggings"), 0);
    rv_saver_close(saver);
}

static void
without_a_change_of_labels_nothing_is_asked(void **state)
{
    struct rv_store *store = store_of(state);
    struct rv_saver *saver = saver_on(store);
    make_mappings(store);
    emit(saver, labelled_pod("p1", "red", NULL));
    flush(saver);
    rv_test_script(store, "DELETE FROM taggings");
    struct rv_test_object *pod = pod_object("p1", "p1", "Failed");
    rv_test_label(pod, "team", "red");
    emit(saver, pod);
    flush(saver);
    assert_int_equal(rv_test_int(store, "SELECT COUNT(*) FROM taggings"), 0);
    rv_saver_close(saver);
}

static void
a_mapping_that_comes_later_is_applied_to_what_is_there(void **state)
{
    struct rv_store *store = store_of(state);
    struct rv_saver *saver = saver_on(store);
    emit(saver, labelled_pod("p1", "Blue Team", "production"));
    emit(saver, labelled_pod("p2", "red", "test"));
    emit(saver, labelled_pod("p3", NULL, NULL));
    flush(saver);
    int done;
    must(done = rv_saver_relabel(saver, err));
    assert_int_equal(done, 0);
    make_mappings(store);
    rv_test_script(store, "INSERT INTO taggings (id, taggable_type, taggable_id, tag_id) SELECT 77,"
                          " 'container_group', id, 5 FROM container_groups WHERE ems_ref = 'p1'");
    must(done = rv_saver_relabel(saver, err));
    assert_int_equal(done, 1);
    assert_column(store, TAGS,
                  "/managed/env/prod,/managed/own/mine,/managed/team/blue_team,"
                  "/managed/team/red");
    must(done = rv_saver_relabel(saver, err));
    assert_int_equal(done, 0);
    rv_saver_close(saver);
    saver = saver_on(store); /* it is remembered */
    must(done = rv_saver_relabel(saver, err));
    assert_int_equal(done, 0);
    /* Another label now gives the same category: the old one's tags go. */
    rv_test_script(store,
                   "UPDATE container_label_tag_mappings SET label_name = 'app' WHERE id = 21");
    must(done = rv_saver_relabel(saver, err));
    assert_int_equal(done, 1);
    RV_AUTO_FREE char *tags = column_of(store, TAGS);
    assert_null(strstr(tags, "blue_team"));
    assert_non_null(strstr(tags, "/managed/team/p2"));
    assert_non_null(strstr(tags, "/managed/own/mine"));
    rv_saver_close(saver);
}

/* More labels than are read at once, so that objects lie across the pages' borders. */
static void
mappings_are_applied_page_by_page(void **state)
{
    struct rv_store *store = store_of(state);
    rv_test_script(
        store,
        "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 11999)"
        " INSERT INTO custom_attributes (id, ems_id, resource_type, resource_id, section, name,"
        " value) SELECT 1000000300000 + i, 1000000900000, 'container_group',"
        " 1000000400000 + i / 7, 'labels', CASE WHEN i % 7 = 3 THEN 'team' ELSE 'l' || (i % 7) END,"
        " 'red' FROM n");
    make_mappings(store);
    struct rv_saver *saver = saver_on(store);
    must(rv_saver_relabel(saver, err));
    assert_int_equal(rv_test_int(store, "SELECT COUNT(*) FROM taggings"), 12000 / 7);
    assert_int_equal(rv_test_int(store, "SELECT COUNT(DISTINCT taggable_id) FROM taggings"),
                     12000 / 7);
    rv_saver_close(saver);
}

static void
mappings_are_made_changed_and_deleted_with_their_category(void **state)
{
    struct rv_store *store = store_of(state);
    struct rv_saver *saver = saver_on(store);
    const struct rv_mapping team = { .kind = "container_group",
                                     .label_name = "team",
                                     .category = "Team" },
                            app = { .label_name = "App/Name", .prefix = "amazon" },
                            wrong = { .kind = "provider", .label_name = "x" },
                            own = { .label_name = "x", .tag_id = 12345 };
    int64_t id = 0, other = 0;
    emit(saver, labelled_pod("p1", "Blue Team", NULL));
    flush(saver);
    must(rv_mapping_create(store, &team, &id, err));
    must(rv_mapping_create(store, &app, &other, err));
    must_fail(RV_E_CONFLICT, rv_mapping_create(store, &team, &id, err));
    must_fail(RV_E_INVALID, rv_mapping_create(store, &wrong, &id, err));
    must_fail(RV_E_INVALID, rv_mapping_create(store, &own, &id, err));
    assert_column(store, "SELECT name FROM tags ORDER BY name",
                  "/managed/amazon:app_name,/managed/kubernetes:container_group:team");
    assert_column(store,
                  "SELECT description FROM classifications WHERE read_only IS TRUE ORDER BY 1",
                  "App/Name,Team");
    must(rv_saver_relabel(saver, err));
    assert_column(store, TAGS, "/managed/kubernetes:container_group:team/blue_team");
    id =
        rv_test_int(store, "SELECT id FROM container_label_tag_mappings WHERE label_name = 'team'");
    must(rv_mapping_edit(store, id, &(struct rv_mapping){ .label_name = "env", .category = "Env" },
                         err));
    must(rv_saver_relabel(saver, err));
    assert_column(store, TAGS, "");
    emit(saver, labelled_pod("p1", NULL, "test"));
    flush(saver);
    assert_column(store, TAGS, "/managed/kubernetes:container_group:team/test");
    must(rv_mapping_delete(store, id, err));
    assert_column(store, TAGS, "");
    assert_column(store, "SELECT name FROM tags", "/managed/amazon:app_name");
    assert_int_equal(rv_test_int(store, "SELECT COUNT(*) FROM classifications"), 1);
    must_fail(RV_E_NOT_FOUND, rv_mapping_delete(store, id, err));
    rv_saver_close(saver);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        schema_test(labels_become_tags_and_go_with_them),
        schema_test(tags_of_people_stay),
        schema_test(mappings_of_a_kind_apply_to_that_kind),
        schema_test(values_that_make_one_name_get_two_tags),
        schema_test(values_that_were_chosen_to_collide_get_tags_of_their_own),
        schema_test(a_tag_that_is_no_entry_is_not_taken_for_one_of_its_name),
        schema_test(values_beyond_the_ceiling_get_no_tag_and_everything_is_saved),
        schema_test(a_deleted_object_loses_its_taggings),
        schema_test(without_a_change_of_labels_nothing_is_asked),
        schema_test(a_mapping_that_comes_later_is_applied_to_what_is_there),
        schema_test(mappings_are_applied_page_by_page),
        schema_test(mappings_are_made_changed_and_deleted_with_their_category),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
