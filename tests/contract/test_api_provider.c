/* SPDX-License-Identifier: Apache-2.0
 *
 * Providers made, edited and proved over the API, the forms that such requests may have, and those
 * that wait for a proof.
 */
#include "api_fixture.h"

#include <stdio.h>

#define OWN_FORM                                                                                   \
    "{\"type\":\"kubernetes\",\"name\":\"new\",\"options\":{\"hostname\":\"a.example\","           \
    "\"port\":6443,\"auth_key\":\"the-token\"}}"

static int64_t
providers(struct api_fixture *f)
{
    return rv_test_int(f->store, "SELECT COUNT(*) FROM ext_management_systems");
}

static void
a_provider_is_created_once_its_credentials_are_proved(void **state)
{
    struct api_fixture *f = fixture_of(state);
    AUTO_REPLY struct reply reply = post(f, "/api/providers", OWN_FORM);

    assert_int_equal(reply.status, 200);
    assert_string_equal(at(&reply, "results[0].name"), "new");
    assert_string_equal(at(&reply, "results[0].type"),
                        "ManageIQ::Providers::Kubernetes::ContainerManager");
    assert_string_equal(at(&reply, "results[0].uid_ems"), "uid-of-the-other-side");
    assert_string_equal(at(&reply, "results[0].zone_id"), "1000000000002");
    assert_string_equal(f->verified_type, "kubernetes");
    assert_string_equal(rv_json_string(f->given, "auth_key"), "the-token");
    assert_non_null(strstr(f->woken, "workers "));
    assert_null(strstr(reply.body, "the-token"));
    RV_AUTO_FREE char *sealed = rv_test_text(
        f->store, "SELECT auth_key FROM authentications WHERE resource_id = (SELECT id "
                  "FROM ext_management_systems WHERE name = 'new')");
    assert_string_equal(sealed, "v1:fake:9");
    RV_AUTO_FREE char *host =
        rv_test_text(f->store, "SELECT hostname FROM endpoints WHERE resource_id = (SELECT id "
                               "FROM ext_management_systems WHERE name = 'new')");
    assert_string_equal(host, "a.example");
}

static void
what_the_client_says_of_a_record_beats_what_the_other_side_does(void **state)
{
    struct api_fixture *f = fixture_of(state);
    AUTO_REPLY struct reply made =
        post(f, "/api/providers",
             "{\"type\":\"kubernetes\",\"name\":\"own\",\"hostname\":\"h\",\"uid_ems\":\"mine\","
             "\"provider_region\":\"north\"}");
    const char *id = at(&made, "results[0].id");
    RV_AUTO_FREE char *path = rv_format("/api/providers/%s", id);

    assert_int_equal(made.status, 200);
    assert_string_equal(at(&made, "results[0].uid_ems"), "mine");
    assert_string_equal(at(&made, "results[0].provider_region"), "north");
    assert_string_equal(at(&made, "results[0].api_version"), "v1.30");
    AUTO_REPLY struct reply edited =
        post(f, path, "{\"action\":\"edit\",\"hostname\":\"other\",\"uid_ems\":\"again mine\"}");
    assert_int_equal(edited.status, 200);
    assert_string_equal(at(&edited, "uid_ems"), "again mine");
}

static void
every_form_of_a_create_means_the_same(void **state)
{
    static const char *const bodies[] = {
        "{\"type\":\"ManageIQ::Providers::Kubernetes::ContainerManager\",\"name\":\"p%d\","
        "\"zone\":{\"id\":\"1000000000003\"},\"connection_configurations\":[{\"endpoint\":{"
        "\"role\":"
        "\"default\",\"hostname\":\"h\",\"port\":\"6443\",\"verify_ssl\":0},\"authentication\":{"
        "\"authtype\":\"bearer\",\"auth_key\":\"k\"}}]}",
        "{\"action\":\"create\",\"resource\":{\"type\":\"kubernetes\",\"name\":\"p%d\",\"zone\":{"
        "\"href\":\"/api/zones/1000000000003\"},\"hostname\":\"h\",\"port\":6443,"
        "\"security_protocol\":\"ssl-without-validation\",\"credentials\":{\"auth_key\":\"k\"}}}",
        "{\"action\":\"create\",\"resources\":[{\"type\":\"kubernetes\",\"name\":\"p%d\",\"zone\":{"
        "\"name\":\"edge\"},\"options\":{\"hostname\":\"h\",\"port\":\"6443\",\"auth_key\":\"k\","
        "\"security_protocol\":\"ssl-without-validation\"}}]}",
        "{\"type\":\"kubernetes\",\"name\":\"p%d\",\"zone_id\":\"1000000000003\",\"ipaddress\":"
        "\"h\","
        "\"port\":6443,\"verify_ssl\":false,\"credentials\":[{\"auth_key\":\"k\"}]}",
    };
    struct api_fixture *f = fixture_of(state);

    for (size_t i = 0; i < RV_COUNT(bodies); i++) {
        char body[1024], *form = (char *)(uintptr_t)strstr(bodies[i], "p%d");
        snprintf(body, sizeof(body), "%.*sp%d%s", (int)(form - bodies[i]), bodies[i], (int)i,
                 form + 3);
        AUTO_REPLY struct reply reply = post(f, "/api/providers", body);
        if (reply.status != 200)
            fail_msg("%s: %d %s", body, reply.status, reply.body);
        assert_string_equal(at(&reply, "results[0].zone_id"), "1000000000003");
        assert_string_equal(rv_json_string(f->given, "hostname"), "h");
        assert_string_equal(rv_json_string(f->given, "auth_key"), "k");
        assert_string_equal(rv_json_string(f->given, "security_protocol"),
                            "ssl-without-validation");
        assert_true(rv_json_string(f->given, "port") || rv_json_int(f->given, "port", 0) == 6443);
    }
}

static void
a_create_that_is_refused_leaves_no_row(void **state)
{
    struct api_fixture *f = fixture_of(state);
    f->proof =
        (struct fake_proof){ RV_E_AUTH, "the API server refused the token", "make a new one" };
    AUTO_REPLY struct reply refused = post(f, "/api/providers", OWN_FORM);
    f->proof = (struct fake_proof){ RV_E_UNAVAILABLE, "connection refused", "" };
    AUTO_REPLY struct reply away = post(f, "/api/providers", OWN_FORM);

    assert_int_equal(refused.status, 400);
    assert_string_equal(at(&refused, "error.message"), "the API server refused the token");
    assert_string_equal(at(&refused, "error.hint"), "make a new one");
    assert_int_equal(away.status, 400);
    assert_int_equal(providers(f), 2);
    assert_int_equal(rv_test_int(f->store, "SELECT COUNT(*) FROM authentications"), 1);
}

static void
mistakes_in_a_form_are_named_before_anything_is_proved(void **state)
{
    static const struct {
        const char *body;
        int status;
        const char *text;
    } cases[] = {
        { "{\"type\":\"kubernetes\",\"nam\":\"x\"}", 400, "nam" },
        { "{\"type\":\"kubernetes\"}", 400, "name" },
        { "{\"name\":\"x\"}", 400, "type" },
        { "{\"type\":\"kubernets\",\"name\":\"x\"}", 400, "kubernets" },
        { "{\"type\":\"kubernetes\",\"name\":\"prod\"}", 400, "prod" },
        { "{\"type\":\"kubernetes\",\"name\":7}", 400, "name" },
        { "{\"type\":\"kubernetes\",\"name\":\"\"}", 400, "name" },
        { "{\"type\":\"kubernetes\",\"name\":\"x\",\"id\":\"1\"}", 400, "id" },
        { "{\"type\":\"kubernetes\",\"name\":\"x\",\"href\":\"/y\"}", 400, "href" },
        { "{\"type\":\"kubernetes\",\"name\":\"x\",\"options\":[]}", 400, "options" },
        { "{\"type\":\"kubernetes\",\"name\":\"x\",\"options\":{\"port\":{}}}", 400, "port" },
        { "{\"type\":\"kubernetes\",\"name\":\"x\",\"zone\":{\"id\":\"12\"}}", 404, "Zone" },
        { "{\"type\":\"kubernetes\",\"name\":\"x\",\"zone\":7}", 400, "zone" },
        { "{\"type\":\"kubernetes\",\"name\":\"x\",\"zone\":{}}", 400, "zone" },
        { "{\"type\":\"kubernetes\",\"name\":\"x\",\"zone\":{\"nmae\":\"y\"}}", 400, "nmae" },
        { "{\"type\":\"kubernetes\",\"name\":\"x\",\"verify_ssl\":2}", 400, "verify_ssl" },
        { "{\"type\":\"kubernetes\",\"name\":\"x\",\"tenant_mapping_enabled\":\"yes\"}", 400,
          "tenant_mapping_enabled" },
        { "{\"type\":\"kubernetes\",\"name\":\"x\",\"connection_configurations\":[{\"endpoint\":{"
          "\"hostnam\":\"h\"}}]}",
          400, "hostnam" },
        { "{\"type\":\"kubernetes\",\"name\":\"x\",\"connection_configurations\":[{\"endpoint\":{"
          "\"role\":\"prometheus\"}}]}",
          400, "prometheus" },
        { "{\"type\":\"kubernetes\",\"name\":\"x\",\"connection_configurations\":7}", 400,
          "connection_configurations" },
        { "{\"action\":\"create\",\"resource\":{},\"resources\":[{}]}", 400, "resource" },
        { "{\"action\":\"create\",\"resource\":[]}", 400, "resource" },
        { "{\"action\":\"create\",\"resources\":[{}],\"reources\":1}", 400, "reources" },
    };
    struct api_fixture *f = fixture_of(state);

    for (size_t i = 0; i < RV_COUNT(cases); i++) {
        AUTO_REPLY struct reply reply = post(f, "/api/providers", cases[i].body);
        if (reply.status != cases[i].status || !strstr(at(&reply, "error.message"), cases[i].text))
            fail_msg("%s: %d %s", cases[i].body, reply.status, reply.body);
    }
    assert_int_equal(f->verifications, 0);
    assert_int_equal(providers(f), 2);
}

static void
of_several_creates_each_has_its_own_result(void **state)
{
    struct api_fixture *f = fixture_of(state);
    AUTO_REPLY struct reply reply =
        post(f, "/api/providers",
             "{\"action\":\"create\",\"resources\":[{\"type\":\"demo\",\"name\":\"a\"},"
             "{\"type\":\"demo\",\"name\":\"prod\"},{\"type\":\"demo\",\"name\":\"b\"}]}");

    assert_int_equal(reply.status, 200);
    assert_string_equal(all_of(&reply, "results", "name"), "a,(none),b");
    assert_string_equal(at(&reply, "results[1].success"), "false");
    assert_int_equal(f->verifications, 2);
    assert_int_equal(providers(f), 4);
}

static void
edits_by_post_put_and_patch_have_the_same_outcome(void **state)
{
    static const struct {
        const char *method, *body;
    } cases[] = {
        { "POST",
          "{\"action\":\"edit\",\"resource\":{\"name\":\"renamed\",\"provider_region\":\"r1\"}}" },
        { "POST", "{\"action\":\"edit\",\"name\":\"renamed\",\"provider_region\":\"r1\"}" },
        { "PUT", "{\"name\":\"renamed\",\"provider_region\":\"r1\"}" },
        { "PATCH", "[{\"action\":\"edit\",\"path\":\"name\",\"value\":\"renamed\"},"
                   "{\"action\":\"add\",\"path\":\"provider_region\",\"value\":\"r1\"},"
                   "{\"action\":\"edit\",\"path\":\"a/b\",\"value\":1}]" },
    };
    struct api_fixture *f = fixture_of(state);

    for (size_t i = 0; i < RV_COUNT(cases); i++) {
        rv_test_script(f->store,
                       "UPDATE ext_management_systems SET name = 'prod', provider_region = "
                       "NULL WHERE id = 1000000000101");
        AUTO_REPLY struct reply reply = ask(f, cases[i].method, PROVIDER, NULL, cases[i].body);
        if (reply.status != 200)
            fail_msg("%s: %d %s", cases[i].body, reply.status, reply.body);
        assert_string_equal(at(&reply, "name"), "renamed");
        assert_string_equal(at(&reply, "provider_region"), "r1");
        assert_string_equal(at(&reply, "id"), "1000000000101");
    }
    assert_int_equal(f->verifications, 0);
    AUTO_REPLY struct reply removed =
        ask(f, "PATCH", PROVIDER, NULL, "[{\"action\":\"remove\",\"path\":\"provider_region\"}]");
    assert_string_equal(at(&removed, "provider_region"), "(none)");
}

static void
entries_are_named_by_guid_and_must_be_of_the_right_types(void **state)
{
    static const char *const wrong[] = {
        "{\"action\":\"delete\",\"resources\":[{\"id\":\"1000000000101\",\"name\":{}}]}",
        "{\"action\":\"delete\",\"resources\":[{\"id\":\"1000000000101\"},{\"id\":[]}]}",
        "{\"action\":\"edit\",\"resource\":{\"id\":\"1000000000101\",\"href\":null}}",
        "{\"action\":\"delete\",\"resources\":[{\"id\":\"1000000000101\",\"href\":\"\"}]}",
        "{\"action\":\"query\",\"resources\":[{\"guid\":7}]}",
        "{\"type\":\"demo\",\"name\":\"x\",\"guid\":\"y\"}",
    };
    struct api_fixture *f = fixture_of(state);
    AUTO_REPLY struct reply edited = post(
        f, "/api/providers",
        "{\"action\":\"edit\",\"resources\":[{\"guid\":\"guid-102\",\"provider_region\":\"r9\"}]}");

    assert_string_equal(at(&edited, "results[0].id"), "1000000000102");
    assert_string_equal(at(&edited, "results[0].provider_region"), "r9");
    for (size_t i = 0; i < RV_COUNT(wrong); i++) {
        AUTO_REPLY struct reply reply = post(f, "/api/providers", wrong[i]);
        if (reply.status != 400)
            fail_msg("%s: %d %s", wrong[i], reply.status, reply.body);
    }
    assert_int_equal(rv_test_int(f->store, "SELECT COUNT(*) FROM miq_queue"), 0);
}

static void
new_credentials_are_proved_before_they_replace_the_old(void **state)
{
    struct api_fixture *f = fixture_of(state);
    static const char body[] = "{\"action\":\"edit\",\"options\":{\"auth_key\":\"newer\"}}";
    f->proof = (struct fake_proof){ RV_E_AUTH, "refused", "" };
    AUTO_REPLY struct reply refused = post(f, PROVIDER, body);
    RV_AUTO_FREE char *kept =
        rv_test_text(f->store, "SELECT auth_key FROM authentications WHERE id = 1000000000104");
    f->proof = (struct fake_proof){ 0 };
    AUTO_REPLY struct reply taken = post(f, PROVIDER, body);
    RV_AUTO_FREE char *replaced =
        rv_test_text(f->store, "SELECT auth_key FROM authentications WHERE id = 1000000000104");

    assert_int_equal(refused.status, 400);
    assert_string_equal(kept, "v1:sealed-key");
    assert_int_equal(taken.status, 200);
    assert_string_equal(f->verified_type, "1000000000101");
    assert_string_equal(replaced, "v1:fake:5");
    assert_non_null(strstr(f->woken, "ems_1000000000101 "));
    assert_int_equal(rv_test_int(f->store, "SELECT COUNT(*) FROM miq_queue WHERE method_name = "
                                           "'refresh'"),
                     1);
}

static void
an_edit_cannot_do_everything(void **state)
{
    static const struct {
        const char *method, *body;
        int status;
    } cases[] = {
        { "PUT", "{\"type\":\"demo\"}", 400 },
        { "PUT", "{\"name\":\"lab\"}", 400 },
        { "PUT", "{\"nme\":\"x\"}", 400 },
        { "PUT", "[]", 400 },
        { "PATCH", "{}", 400 },
        { "PATCH", "[{\"action\":\"fly\",\"path\":\"name\",\"value\":1}]", 400 },
        { "PATCH", "[{\"action\":\"edit\",\"path\":\"name\"}]", 400 },
        { "PATCH", "[7]", 400 },
        { "POST", "{\"action\":\"edit\",\"resources\":[{\"id\":\"1\"}]}", 400 },
        { "POST", "{}", 400 },
    };
    struct api_fixture *f = fixture_of(state);

    for (size_t i = 0; i < RV_COUNT(cases); i++) {
        AUTO_REPLY struct reply reply = ask(f, cases[i].method, PROVIDER, NULL, cases[i].body);
        if (reply.status != cases[i].status)
            fail_msg("%s: %d %s", cases[i].body, reply.status, reply.body);
    }
    AUTO_REPLY struct reply same = ask(f, "PUT", PROVIDER, NULL, "{\"type\":\"kubernetes\"}");
    AUTO_REPLY struct reply unknown = ask(f, "PUT", "/api/providers/77", NULL, "{\"name\":\"x\"}");
    assert_int_equal(same.status, 200);
    assert_int_equal(unknown.status, 404);
}

static void
stored_credentials_are_proved_on_request(void **state)
{
    struct api_fixture *f = fixture_of(state);
    AUTO_REPLY struct reply good = post(f, PROVIDER, "{\"action\":\"verify\"}");
    f->proof = (struct fake_proof){ RV_E_AUTH, "refused by the other side", "renew the token" };
    AUTO_REPLY struct reply bad = post(f, PROVIDER, "{\"action\":\"verify\"}");
    AUTO_REPLY struct reply shown =
        get(f, PROVIDER "?attributes=authentication_status,authentication_next_check_on");

    assert_string_equal(at(&good, "success"), "true");
    assert_int_equal(bad.status, 200);
    assert_string_equal(at(&bad, "success"), "false");
    assert_string_equal(at(&bad, "message"), "refused by the other side");
    assert_string_equal(at(&bad, "hint"), "renew the token");
    assert_string_equal(at(&shown, "authentication_status"), "Invalid");
    assert_memory_equal(at(&shown, "authentication_next_check_on"), "20", 2);
}

static struct events *
send_form(struct api_fixture *f)
{
    RV_AUTO_FREE char *request =
        rv_format("POST /api/providers HTTP/1.1\r\nHost: x\r\nX-Auth-Token: %s\r\n"
                  "Content-Length: %zu\r\n\r\n%s",
                  f->token, strlen(OWN_FORM), OWN_FORM);

    return events_send(f, request);
}

static void
a_client_that_leaves_while_its_request_is_parked_does_no_harm(void **state)
{
    struct api_fixture *f = fixture_of(state);
    f->proof_ms = 200;
    struct events *events = send_form(f);
    run_loop(f, 100);
    assert_int_equal(f->verifications, 1);
    assert_int_equal(providers(f), 2);
    events_close(events);
    run_loop(f, 300);
    assert_int_equal(providers(f), 3);
    assert_true(rv_api_idle(f->api));
    AUTO_REPLY struct reply after = get(f, "/api/providers");
    assert_string_equal(at(&after, "count"), "3");
}

static void
the_api_closes_with_requests_that_wait(void **state)
{
    struct api_fixture *f = fixture_of(state);
    f->proof_ms = 60000; /* its timer ends with the loop */
    struct events *events = send_form(f);
    run_loop(f, 50);
    assert_int_equal(f->verifications, 1);
    api_reopen_with(f, "api.idle_timeout", "10s");
    run_loop(f, 50);
    assert_true(events_ended(events));
    events_close(events);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        api_test(a_provider_is_created_once_its_credentials_are_proved),
        api_test(what_the_client_says_of_a_record_beats_what_the_other_side_does),
        api_test(every_form_of_a_create_means_the_same),
        api_test(a_create_that_is_refused_leaves_no_row),
        api_test(mistakes_in_a_form_are_named_before_anything_is_proved),
        api_test(of_several_creates_each_has_its_own_result),
        api_test(edits_by_post_put_and_patch_have_the_same_outcome),
        api_test(entries_are_named_by_guid_and_must_be_of_the_right_types),
        api_test(new_credentials_are_proved_before_they_replace_the_old),
        api_test(an_edit_cannot_do_everything),
        api_test(stored_credentials_are_proved_on_request),
        api_test(a_client_that_leaves_while_its_request_is_parked_does_no_harm),
        api_test(the_api_closes_with_requests_that_wait),
    };

    return cmocka_run_group_tests_name("api_provider", tests, NULL, NULL);
}
