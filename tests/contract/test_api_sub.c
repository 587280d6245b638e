/* SPDX-License-Identifier: Apache-2.0
 *
 * Sub-collections, listed and expanded.
 */
#include "api_fixture.h"

#include <stdio.h>

static void
sub_collections_are_expanded_in_place(void **state)
{
    struct api_fixture *f = fixture_of(state);
    seed_pods(f, 3);
    AUTO_REPLY struct reply reply =
        get(f, PODS "?expand=resources,containers&sort_by=name&sort_order=desc");
    AUTO_REPLY struct reply one = get(f, PODS "/1000000001002?expand=containers");
    AUTO_REPLY struct reply bad = get(f, PODS "?expand=resources,contaners");

    assert_string_equal(at(&reply, "resources[0].id"), "1000000001002");
    assert_string_equal(at(&reply, "resources[0].containers[0].container_group_id"),
                        "1000000001002");
    assert_string_equal(at(&reply, "resources[0].containers[1].name"), "sidecar");
    assert_string_equal(at(&reply, "resources[0].containers[1].href"),
                        "http://reeve.example:7400/api/containers/1000000500005");
    assert_int_equal(count_at(&one, "containers"), 2);
    assert_int_equal(bad.status, 400);
}

static void
tags_come_over_their_pairing_table(void **state)
{
    struct api_fixture *f = fixture_of(state);
    seed_pods(f, 3);
    rv_test_script(
        f->store, "INSERT INTO tags (id, name) VALUES (1000000000801, '/managed/environment/prod');"
                  "INSERT INTO taggings (id, taggable_type, taggable_id, tag_id) VALUES "
                  "(1000000000802, 'container_group', 1000000001002, 1000000000801)");
    AUTO_REPLY struct reply expanded = get(f, PODS "?expand=resources,tags");
    AUTO_REPLY struct reply listed = get(f, PODS "/1000000001002/tags?expand=resources");
    AUTO_REPLY struct reply single = get(f, PODS "/1000000001002/tags/1000000000801");
    AUTO_REPLY struct reply by_tag = get(f, PODS "?by_tag=/environment/prod&expand=resources");

    assert_int_equal(count_at(&expanded, "resources[0].tags"), 0);
    assert_string_equal(at(&expanded, "resources[1].tags[0].name"), "/managed/environment/prod");
    assert_string_equal(at(&listed, "resources[0].name"), "/managed/environment/prod");
    assert_string_equal(at(&single, "name"), "/managed/environment/prod");
    assert_string_equal(all_of(&by_tag, "resources", "id"), "1000000001002");
}

static void
sub_collections_are_listed_and_read(void **state)
{
    struct api_fixture *f = fixture_of(state);
    seed_pods(f, 4);
    AUTO_REPLY struct reply listed = get(f, PODS "/1000000001002/containers?expand=resources");
    AUTO_REPLY struct reply single = get(f, PODS "/1000000001002/containers/1000000500004");
    AUTO_REPLY struct reply alien = get(f, PODS "/1000000001001/containers/1000000500004");
    AUTO_REPLY struct reply of_none = get(f, PODS "/1000000009999/containers");
    AUTO_REPLY struct reply of_provider =
        get(f, "/api/providers/1000000000101/container_groups?filter[]=phase=Pending");

    assert_string_equal(at(&listed, "name"), "containers");
    assert_string_equal(at(&listed, "count"), "2");
    assert_string_equal(all_of(&listed, "resources", "name"), "main,sidecar");
    assert_string_equal(at(&single, "name"), "main");
    assert_int_equal(alien.status, 404);
    assert_int_equal(of_none.status, 404);
    assert_string_equal(at(&of_provider, "subquery_count"), "1");
}

/* Inside, 0 says "the whole collection". */
static void
zero_is_no_id(void **state)
{
    struct api_fixture *f = fixture_of(state);
    seed_pods(f, 2);
    static const char *const targets[] = { PODS "/0", PODS "/000", PODS "/0/containers",
                                           PODS "/1000000001001/containers/0", "/api/providers/0" };
    for (size_t i = 0; i < RV_COUNT(targets); i++) {
        AUTO_REPLY struct reply reply = get(f, targets[i]);
        assert_int_equal(reply.status, 404);
    }
    AUTO_REPLY struct reply deleted = ask(f, "DELETE", "/api/providers/0", NULL, NULL);
    AUTO_REPLY struct reply created =
        post(f, "/api/providers/0", "{\"name\":\"x\",\"type\":\"demo\"}");
    AUTO_REPLY struct reply as_text =
        post(f, PODS, "{\"action\":\"query\",\"resources\":[{\"id\":\"0\"}]}");
    AUTO_REPLY struct reply as_number =
        post(f, PODS, "{\"action\":\"query\",\"resources\":[{\"id\":0}]}");
    assert_int_equal(deleted.status, 404);
    assert_int_equal(created.status, 404);
    assert_int_equal(as_text.status, 404);
    assert_int_equal(as_number.status, 400);
}

static void
what_is_looked_up_for_each_row_has_a_ceiling(void **state)
{
    struct api_fixture *f = fixture_of(state);
    rv_buf tags = rv_buf_limited(4096), filters = rv_buf_limited(4096);

    rv_buf_add_string(&tags, PODS "?by_tag=/a/b");
    rv_buf_add_string(&filters, PODS "?filter[]=containers.name=a");
    for (int i = 1; i < 16; i++)
        rv_buf_add_string(&tags, ",/a/b");
    for (int i = 1; i < 4; i++)
        rv_buf_add_string(&filters, "&filter[]=or%20containers.name='*x*'");
    AUTO_REPLY struct reply most_tags = get(f, rv_buf_text(&tags));
    AUTO_REPLY struct reply most_filters = get(f, rv_buf_text(&filters));
    rv_buf_add_string(&tags, ",/a/b");
    rv_buf_add_string(&filters, "&filter[]=or%20containers.name='*x*'");
    AUTO_REPLY struct reply tags_over = get(f, rv_buf_text(&tags));
    AUTO_REPLY struct reply filters_over = get(f, rv_buf_text(&filters));

    assert_int_equal(most_tags.status, 200);
    assert_int_equal(most_filters.status, 200);
    assert_int_equal(tags_over.status, 400);
    assert_non_null(strstr(at(&tags_over, "error.message"), "16 tags"));
    assert_int_equal(filters_over.status, 400);
    assert_non_null(strstr(at(&filters_over, "error.message"), "4 filters"));
    rv_buf_free(&tags);
    rv_buf_free(&filters);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        api_test(sub_collections_are_expanded_in_place),
        api_test(tags_come_over_their_pairing_table),
        api_test(sub_collections_are_listed_and_read),
        api_test(zero_is_no_id),
        api_test(what_is_looked_up_for_each_row_has_a_ceiling),
    };

    return cmocka_run_group_tests_name("api_sub", tests, NULL, NULL);
}
