/* SPDX-License-Identifier: Apache-2.0
 *
 * Workspaces of automate over the API (A54): read by GUID, answered, passwords starred.
 */
#include "api_fixture.h"

#include "automate/workspace.h"
#include "base/mem.h"

#define GUID "11111111-2222-4333-8444-555555555555"
#define WORKSPACE "/api/automate_workspaces/" GUID

static int
setup(void **state)
{
    int failed = api_setup(state);
    struct api_fixture *f = *state;
    if (failed)
        return failed;
    snprintf(f->sealed, sizeof(f->sealed), "%s",
             "{\"objects\":{\"root\":{\"pin\":\"hush\"}},\"method_parameters\":{\"key\":\"k\"}}");
    must(rv_store_script(
        f->store,
        "INSERT INTO miq_ae_workspaces (id, guid, input, sealed_value) VALUES (1000000000701,"
        " '" GUID "', '{\"objects\":{\"root\":{\"size\":3,\"pin\":\"password::********\"}},"
        "\"method_parameters\":{\"key\":\"password::********\"}}', 'v1:fake:4')",
        err));
    return 0;
}

#define WORKSPACE_TEST(name) cmocka_unit_test_setup_teardown(name, setup, api_teardown)

static void
a_workspace_is_read_by_its_guid_and_in_no_list(void **state)
{
    struct api_fixture *f = fixture_of(state);
    AUTO_REPLY struct reply one = get(f, WORKSPACE);
    assert_int_equal(one.status, 200);
    assert_string_equal(at(&one, "guid"), GUID);
    AUTO_REPLY struct reply slug = get(f, WORKSPACE "?attributes=href_slug");
    assert_string_equal(at(&slug, "href_slug"), "automate_workspaces/" GUID);
    assert_non_null(strstr(at(&one, "href"), WORKSPACE));
    assert_string_equal(at(&one, "input.objects.root.size"), "3");
    assert_string_equal(at(&one, "input.objects.root.pin"), "password::********");
    assert_null(strstr(one.body, "sealed"));
    assert_null(strstr(one.body, "hush"));
    assert_string_equal(at(&one, "actions[0].name"), "edit");
    assert_string_equal(at(&one, "actions[1].name"), "encrypt");
    assert_string_equal(at(&one, "actions[2].name"), "decrypt");
    AUTO_REPLY struct reply list = get(f, "/api/automate_workspaces?expand=resources");
    assert_int_equal(list.status, 200);
    assert_string_equal(at(&list, "count"), "1");
    assert_null(strstr(list.body, GUID));
    /* Numbers of rows that fit would tell a GUID letter by letter. */
    AUTO_REPLY struct reply guessed = get(f, "/api/automate_workspaces?filter[]=guid=%271*%27");
    assert_int_equal(guessed.status, 400);
    assert_non_null(strstr(guessed.body, "by their guid"));
    AUTO_REPLY struct reply document = get(f, "/api/openapi.json");
    assert_non_null(strstr(document.body, "AutomateWorkspace.sort_by"));
    assert_null(strstr(document.body, "AutomateWorkspace.filter"));
    static const char *const others[] = {
        "/api/automate_workspaces/1000000000701",
        "/api/automate_workspaces/11111111-2222-4333-8444-555555555556",
        "/api/automate_workspaces/11111111",
    };
    for (size_t i = 0; i < RV_COUNT(others); i++) {
        AUTO_REPLY struct reply none = get(f, others[i]);
        assert_int_equal(none.status, 404);
    }
    AUTO_REPLY struct reply query = post(f, "/api/automate_workspaces",
                                         "{\"action\":\"query\",\"resources\":[{\"id\":"
                                         "\"1000000000701\"}]}");
    assert_int_equal(query.status, 405);
}

static void
answers_are_merged_into_the_output(void **state)
{
    struct api_fixture *f = fixture_of(state);
    AUTO_REPLY struct reply first =
        post(f, WORKSPACE,
             "{\"action\":\"edit\",\"resource\":{\"objects\":{\"root\":{\"a\":1,\"b\":{\"c\":2}}},"
             "\"state_vars\":{\"v\":[1]}}}");
    assert_int_equal(first.status, 200);
    assert_string_equal(at(&first, "output.objects.root.a"), "1");
    AUTO_REPLY struct reply second = post(
        f, WORKSPACE, "{\"action\":\"edit\",\"objects\":{\"root\":{\"a\":2,\"b\":{\"d\":3}}}}");
    assert_int_equal(second.status, 200);
    assert_string_equal(at(&second, "output.objects.root.a"), "2");
    assert_string_equal(at(&second, "output.objects.root.b.c"), "2");
    assert_string_equal(at(&second, "output.objects.root.b.d"), "3");
    assert_string_equal(at(&second, "output.state_vars.v[0]"), "1");
    assert_string_equal(at(&second, "input.objects.root.size"), "3");
    static const char *const wrong[] = {
        "{\"action\":\"edit\"}",
        "{\"action\":\"edit\",\"objects\":{\"root\":1}}",
        "{\"action\":\"edit\",\"input\":{}}",
        "{\"action\":\"encrypt\",\"object\":\"root\"}",
        "{\"action\":\"decrypt\",\"object\":\"root\",\"attribute\":5}",
        "{\"action\":\"delete\"}",
    };
    for (size_t i = 0; i < RV_COUNT(wrong); i++) {
        AUTO_REPLY struct reply refused = post(f, WORKSPACE, wrong[i]);
        if (refused.status != 400)
            fail_msg("%s: %d %s", wrong[i], refused.status, refused.body);
    }
}

static void
passwords_are_opened_for_who_asks_and_sealed_for_who_gives_one(void **state)
{
    struct api_fixture *f = fixture_of(state);
    AUTO_REPLY struct reply opened =
        post(f, WORKSPACE, "{\"action\":\"decrypt\",\"object\":\"root\",\"attribute\":\"pin\"}");
    assert_int_equal(opened.status, 200);
    assert_string_equal(at(&opened, "object"), "root");
    assert_string_equal(at(&opened, "attribute"), "pin");
    assert_string_equal(at(&opened, "value"), "hush");
    AUTO_REPLY struct reply parameter =
        post(f, WORKSPACE,
             "{\"action\":\"decrypt\",\"resource\":{\"object\":\"method_parameters\","
             "\"attribute\":\"key\"}}");
    assert_string_equal(at(&parameter, "value"), "k");
    AUTO_REPLY struct reply none =
        post(f, WORKSPACE, "{\"action\":\"decrypt\",\"object\":\"root\",\"attribute\":\"size\"}");
    assert_int_equal(none.status, 404);
    AUTO_REPLY struct reply sealed =
        post(f, WORKSPACE,
             "{\"action\":\"encrypt\",\"object\":\"root\",\"attribute\":\"token\",\"value\":"
             "\"s3cret\"}");
    assert_int_equal(sealed.status, 200);
    assert_string_equal(at(&sealed, "output.objects.root.token"), "password::********");
    assert_null(strstr(sealed.body, "s3cret"));
    assert_non_null(
        strstr(f->sealed, "\"output\":{\"objects\":{\"root\":{\"token\":\"s3cret\"}}}"));
    assert_non_null(strstr(f->sealed, "\"pin\":\"hush\""));
    assert_int_equal(rv_test_int(f->store, "SELECT COUNT(*) FROM audit_events WHERE event ="
                                           " 'automate_workspace_decrypt'"),
                     2);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        WORKSPACE_TEST(a_workspace_is_read_by_its_guid_and_in_no_list),
        WORKSPACE_TEST(answers_are_merged_into_the_output),
        WORKSPACE_TEST(passwords_are_opened_for_who_asks_and_sealed_for_who_gives_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
