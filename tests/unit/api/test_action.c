/* SPDX-License-Identifier: Apache-2.0
 *
 * The table of actions holds together: kinds, columns and schemas that it names exist.
 */
#include "unit.h"
#include "api/action.h"
#include "api/route.h"

static void
every_action_names_what_there_is(void **state)
{
    const struct rv_action *action;
    int count = 0;

    (void)state;
    for (int at = 0; (action = rv_action_any(&at)) != NULL; count++) {
        assert_true((action->run != NULL) != (action->run_all != NULL));
        assert_true(action->feature && *action->feature && action->help && *action->help);
        assert_true(action->scope != 0);
        if (action->kind && strcmp(action->kind, RV_ACTION_INVENTORY) != 0)
            assert_non_null(rv_model_kind(action->kind));
        if (!action->test)
            continue;
        size_t len = strcspn(action->test, "!=");
        RV_AUTO_FREE char *path = rv_strndup(action->test, len);
        const struct rv_kind *kind = rv_model_kind(action->kind);
        char *name = path;
        for (char *dot; (dot = strchr(name, '.')) != NULL; name = dot + 1) {
            *dot = '\0';
            int via = rv_kind_association(kind, name);
            assert_true(via >= 0);
            kind = rv_model_kind(kind->columns[via].target);
        }
        assert_true(rv_kind_column(kind, name) >= 0);
    }
    assert_true(count > 10);
}

static void
methods_of_a_path_follow_from_the_actions(void **state)
{
    int count;
    const struct rv_route *routes = rv_routes(&count);

    (void)state;
    for (int i = 0; i < count; i++) {
        if (strcmp(routes[i].pattern, "/api/{collection}/{id}") != 0)
            continue;
        assert_int_equal(rv_route_methods(&routes[i], rv_model_kind("zone")), RV_M_GET);
        assert_int_equal(rv_route_methods(&routes[i], rv_model_kind("provider")),
                         RV_M_GET | RV_M_POST | RV_M_PUT | RV_M_PATCH | RV_M_DELETE);
        assert_int_equal(rv_route_methods(&routes[i], rv_model_kind("task")),
                         RV_M_GET | RV_M_POST | RV_M_DELETE);
        return;
    }
    fail_msg("no such route");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_action_names_what_there_is),
        cmocka_unit_test(methods_of_a_path_follow_from_the_actions),
    };

    return cmocka_run_group_tests(tests, start_model, end_model);
}
