/* SPDX-License-Identifier: Apache-2.0
 *
 * Categories, tags, and what has them.
 */
#include "contract.h"

#include "model/model.h"
#include "tag/tag.h"

static struct rv_store *
store_with_environment(void **state)
{
    struct rv_store *store = store_of(state);
    const struct rv_tag_category category = { .name = "Environment", .flags = RV_TAG_SINGLE_VALUE };
    must(rv_tag_category_create(store, &category, NULL, err));
    must(rv_tag_create(store, "environment", "Prod", "Production", NULL, err));
    must(rv_tag_create(store, "environment", "test", NULL, NULL, err));
    must(rv_store_exec(store, NULL, "INSERT INTO zones (id, name) VALUES (7, 'z')", NULL, 0, err));
    return store;
}

static const struct rv_kind *
zone(void)
{
    return rv_model_kind("zone");
}

static int
join(void *arg, const char *path, rv_err *err)
{
    (void)err;
    rv_buf_addf(arg, "%s ", path);
    return 0;
}

static void
assert_tags(struct rv_store *store, const char *category, const char *expected)
{
    RV_AUTO_BUF rv_buf out = rv_buf_limited(1 << 10);
    must(rv_tag_list(store, zone(), 7, category, join, &out, err));
    assert_string_equal(rv_buf_text(&out), expected);
}

static void
a_category_and_its_entries_have_paths_in_lower_case(void **state)
{
    struct rv_store *store = store_with_environment(state);
    assert_column(store, "SELECT name FROM tags ORDER BY name",
                  "/managed/environment,/managed/environment/prod,/managed/environment/test");
    assert_column(store, "SELECT description FROM classifications ORDER BY id",
                  "environment,Production,test");
    rv_err failure = RV_ERR_INIT;
    assert_int_equal(rv_tag_category_exists(store, "ENVIRONMENT", &failure), 1);
    assert_int_equal(rv_tag_category_exists(store, "location", &failure), 0);
    assert_int_equal(rv_tag_exists(store, "environment", "PROD", &failure), 1);
    assert_int_equal(rv_tag_exists(store, "environment", "qa", &failure), 0);
}

static void
a_second_of_the_same_name_is_refused_and_so_is_a_name_that_cannot_be(void **state)
{
    struct rv_store *store = store_with_environment(state);
    static const char *const bad[] = { "", "a b", "a/b", "caf\xc3\xa9", NULL };
    must_fail(RV_E_CONFLICT,
              rv_tag_category_create(store, &(struct rv_tag_category){ .name = "environment" },
                                     NULL, err));
    must_fail(RV_E_CONFLICT, rv_tag_create(store, "environment", "TEST", NULL, NULL, err));
    must_fail(RV_E_NOT_FOUND, rv_tag_create(store, "location", "berlin", NULL, NULL, err));
    for (int i = 0; bad[i]; i++)
        must_fail(RV_E_INVALID, rv_tag_create(store, "environment", bad[i], NULL, NULL, err));
    assert_column(store, "SELECT COUNT(*) FROM tags", "3");
}

static void
an_object_has_a_tag_once_and_one_of_a_category_with_a_single_value(void **state)
{
    struct rv_store *store = store_with_environment(state);
    rv_err failure = RV_ERR_INIT;
    assert_int_equal(rv_tag_assign(store, zone(), 7, "environment", "test", &failure), 1);
    assert_int_equal(rv_tag_assign(store, zone(), 7, "environment", "test", &failure), 0);
    assert_tags(store, NULL, "environment/test ");
    assert_int_equal(rv_tag_assign(store, zone(), 7, "environment", "prod", &failure), 1);
    assert_tags(store, "ENVIRONMENT", "environment/prod ");
    assert_int_equal(rv_tag_has(store, zone(), 7, "environment", "prod", &failure), 1);
    assert_int_equal(rv_tag_has(store, zone(), 7, "environment", "test", &failure), 0);
    assert_int_equal(rv_tag_unassign(store, zone(), 7, "environment", "prod", &failure), 1);
    assert_int_equal(rv_tag_unassign(store, zone(), 7, "environment", "prod", &failure), 0);
    assert_tags(store, NULL, "");
    assert_column(store, "SELECT COUNT(*) FROM changes WHERE kind = 'tagging'", "4");
}

static void
what_is_not_there_cannot_be_tagged_or_be_a_tag(void **state)
{
    struct rv_store *store = store_with_environment(state);
    must_fail(RV_E_NOT_FOUND, rv_tag_assign(store, zone(), 8, "environment", "prod", err));
    must_fail(RV_E_NOT_FOUND, rv_tag_assign(store, zone(), 7, "environment", "qa", err));
    must_fail(RV_E_NOT_FOUND, rv_tag_unassign(store, zone(), 7, "location", "qa", err));
    assert_column(store, "SELECT COUNT(*) FROM taggings", "0");
}

static void
what_a_mapping_of_labels_keeps_is_not_changed_by_people(void **state)
{
    struct rv_store *store = store_with_environment(state);
    must(rv_store_exec(store, NULL,
                       "UPDATE classifications SET read_only = TRUE WHERE parent_id IS NULL", NULL,
                       0, err));
    must_fail(RV_E_PERMISSION, rv_tag_assign(store, zone(), 7, "environment", "prod", err));
    must_fail(RV_E_PERMISSION, rv_tag_create(store, "environment", "qa", NULL, NULL, err));
    must_fail(RV_E_PERMISSION, rv_tag_delete(store, "environment", "prod", err));
    must_fail(RV_E_PERMISSION, rv_tag_category_delete(store, "environment", err));
}

static void
a_tag_goes_with_its_taggings_and_a_category_with_its_tags(void **state)
{
    struct rv_store *store = store_with_environment(state);
    rv_err failure = RV_ERR_INIT;
    assert_int_equal(rv_tag_assign(store, zone(), 7, "environment", "test", &failure), 1);
    must(rv_tag_delete(store, "environment", "test", err));
    assert_column(store, "SELECT COUNT(*) FROM taggings", "0");
    assert_column(store, "SELECT COUNT(*) FROM tags", "2");
    assert_int_equal(rv_tag_assign(store, zone(), 7, "environment", "prod", &failure), 1);
    must(rv_tag_category_delete(store, "environment", err));
    assert_column(store, "SELECT COUNT(*) FROM taggings", "0");
    assert_column(store, "SELECT COUNT(*) FROM classifications", "0");
    assert_column(store, "SELECT COUNT(*) FROM tags", "0");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        schema_test(a_category_and_its_entries_have_paths_in_lower_case),
        schema_test(a_second_of_the_same_name_is_refused_and_so_is_a_name_that_cannot_be),
        schema_test(an_object_has_a_tag_once_and_one_of_a_category_with_a_single_value),
        schema_test(what_is_not_there_cannot_be_tagged_or_be_a_tag),
        schema_test(what_a_mapping_of_labels_keeps_is_not_changed_by_people),
        schema_test(a_tag_goes_with_its_taggings_and_a_category_with_its_tags),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
