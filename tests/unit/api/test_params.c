/* SPDX-License-Identifier: Apache-2.0
 *
 * What the query parameters of a collection ask for.
 */
#include "unit.h"
#include "api/params.h"

static int
read_params(const char *target, struct rv_list_params *params, struct rv_select *select,
            struct rv_request **req, rv_err *err)
{
    *req = request_of(target);
    rv_select_init(select, (*req)->arena, rv_model_kind("container_group"), "t");
    return rv_params_read(params, *req, select, err);
}

static void
defaults_are_the_first_thousand_hrefs_of_all_columns(void **state)
{
    struct rv_list_params params;
    struct rv_select select;
    struct rv_request *req;
    rv_err err = RV_ERR_INIT;

    (void)state;
    assert_int_equal(read_params("/api/container_groups", &params, &select, &req, &err), 0);
    assert_int_equal(params.offset, 0);
    assert_int_equal(params.limit, 1000);
    assert_int_equal(params.expand_resources, 0);
    assert_int_equal(params.show_actions, 1);
    assert_true(select.field_count > 20);
    rv_request_free(req);
}

static void
naming_columns_narrows_and_naming_others_does_not(void **state)
{
    static const struct {
        const char *attributes;
        int narrowed, actions;
    } cases[] = {
        { "name", 1, 0 },
        { "name,phase", 1, 0 },
        { "name,actions", 1, 1 },
        { "archived", 0, 0 },
        { "href_slug,container_node.name", 0, 0 },
        { "actions", 0, 1 },
        { "container_node", 0, 0 },
        { "containers", 0, 0 },
    };

    (void)state;
    for (size_t i = 0; i < RV_COUNT(cases); i++) {
        struct rv_list_params params;
        struct rv_select select;
        struct rv_request *req;
        rv_err err = RV_ERR_INIT;
        RV_AUTO_FREE char *target = rv_format("/x?attributes=%s", cases[i].attributes);
        int shown = 0;
        assert_int_equal(read_params(target, &params, &select, &req, &err), 0);
        for (int k = 0; k < select.field_count; k++)
            shown += select.fields[k].hop == 0 && select.fields[k].shown;
        assert_int_equal(shown < 10, cases[i].narrowed);
        assert_int_equal(params.show_actions, cases[i].actions);
        rv_request_free(req);
    }
}

static void
parameters_that_make_no_sense_are_named(void **state)
{
    static const struct {
        const char *query, *text;
    } cases[] = {
        { "expand=", "expand" },
        { "expand=resources,nope", "nope" },
        { "expand=containers&attributes=containers", "containers" },
        { "attributes=nope", "nope" },
        { "attributes=name,,phase", "attribute" },
        { "attributes=container_node.nope", "nope" },
        { "attributes=containers.name", "containers" },
        { "attributes=owner.name", "owner" },
        { "sort_by=nope", "nope" },
        { "sort_by=name&sort_order=sideways", "sideways" },
        { "sort_options=loud", "loud" },
        { "limit=0", "limit" },
        { "limit=x", "limit" },
        { "offset=-1", "offset" },
        { "hide=actions", "actions" },
        { "archived=1", "archived" },
        { "sort_by=id,id,id,id,id,id,id,id,id", "sort_by" },
    };

    (void)state;
    for (size_t i = 0; i < RV_COUNT(cases); i++) {
        struct rv_list_params params;
        struct rv_select select;
        struct rv_request *req;
        rv_err err = RV_ERR_INIT;
        RV_AUTO_FREE char *target = rv_format("/x?%s", cases[i].query);
        if (read_params(target, &params, &select, &req, &err) != RV_E_INVALID ||
            (!strstr(err.text, cases[i].text) && !strstr(err.hint, cases[i].text)))
            fail_msg("%s: %s (%s)", cases[i].query, err.text, err.hint);
        rv_request_free(req);
    }
}

static void
sort_orders_belong_to_their_keys(void **state)
{
    struct rv_list_params params;
    struct rv_select select;
    struct rv_request *req;
    rv_err err = RV_ERR_INIT;

    (void)state;
    assert_int_equal(read_params("/x?sort_by=name,restart_count,container_node.name"
                                 "&sort_order=desc&sort_options=ignore_case",
                                 &params, &select, &req, &err),
                     0);
    assert_int_equal(params.sort_count, 3);
    assert_int_equal(params.sorts[0].descending, 1);
    assert_int_equal(params.sorts[0].ignore_case, 1);
    assert_int_equal(params.sorts[1].descending, 0);
    assert_int_equal(params.sorts[1].ignore_case, 0);
    assert_int_equal(params.sorts[2].ref.hop, 1);
    rv_request_free(req);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(defaults_are_the_first_thousand_hrefs_of_all_columns),
        cmocka_unit_test(naming_columns_narrows_and_naming_others_does_not),
        cmocka_unit_test(parameters_that_make_no_sense_are_named),
        cmocka_unit_test(sort_orders_belong_to_their_keys),
    };

    return cmocka_run_group_tests(tests, start_model, end_model);
}
