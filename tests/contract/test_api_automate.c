/* SPDX-License-Identifier: Apache-2.0
 *
 * Automate over the API: who may change what, and runs for people.
 */
#include "api_fixture.h"

#include "base/text.h"

#define METHOD "/api/automate_methods/30"
#define INSTANCE "/api/automate_instances/40"
#define DOMAIN "/api/automate_domains/10"

/* One domain of this source with a class, a method and an instance. */
static void
seed_domain(struct api_fixture *f, const char *source)
{
    RV_AUTO_FREE char *sql = rv_format(
        "INSERT INTO miq_ae_domains (id, name, name_key, source, priority, enabled)"
        " VALUES (10, 'Acme', 'acme', '%s', 1, TRUE);"
        "INSERT INTO miq_ae_classes (id, name, domain_id, relative_path, path_key)"
        " VALUES (20, 'Jobs', 10, 'Jobs', 'jobs');"
        "INSERT INTO miq_ae_methods (id, name, name_key, domain_id, class_id, relative_path)"
        " VALUES (30, 'go', 'go', 10, 20, 'Jobs/go');"
        "INSERT INTO miq_ae_instances (id, name, name_key, domain_id, class_id, relative_path)"
        " VALUES (40, 'one', 'one', 10, 20, 'Jobs/one')",
        source);
    rv_test_script(f->store, sql);
}

static void
assert_offered(struct api_fixture *f, const char *path, const char *names)
{
    AUTO_REPLY struct reply row = get(f, path);
    assert_int_equal(row.status, 200);
    assert_string_equal(all_of(&row, "actions", "name"), names);
}

static void
what_is_offered_is_what_the_domains_source_lets_one_do(void **state)
{
    static const struct {
        const char *source, *domain, *method, *instance;
    } rows[] = {
        { "user", "edit,lock,set_priority,delete,delete", "edit", "edit,delete,delete" },
        { "user_locked", "edit,unlock,set_priority", "", "" },
        { "remote", "edit,set_priority,delete,delete", "", "" },
        { "system", "", "", "" },
    };
    struct api_fixture *f = fixture_of(state);
    seed_domain(f, "user");
    for (size_t i = 0; i < RV_COUNT(rows); i++) {
        RV_AUTO_FREE char *sql =
            rv_format("UPDATE miq_ae_domains SET source = '%s'", rows[i].source);
        rv_test_script(f->store, sql);
        assert_offered(f, DOMAIN, rows[i].domain);
        assert_offered(f, METHOD, rows[i].method);
        assert_offered(f, INSTANCE, rows[i].instance);
    }
    AUTO_REPLY struct reply list =
        get(f, "/api/automate_methods?expand=resources&attributes=name,domain.name");
    assert_string_equal(at(&list, "resources[0].domain.name"), "Acme");
    assert_string_equal(at(&list, "resources[0].domain.source"), "(none)");
}

static void
a_locked_domain_is_not_deleted_nor_what_is_in_it(void **state)
{
    static const char *const paths[] = { DOMAIN, INSTANCE };
    struct api_fixture *f = fixture_of(state);
    seed_domain(f, "user_locked");
    for (size_t i = 0; i < RV_COUNT(paths); i++) {
        AUTO_REPLY struct reply refused = ask(f, "DELETE", paths[i], NULL, NULL);
        assert_int_equal(refused.status, 403);
        assert_non_null(strstr(at(&refused, "error.message"), "domain 'Acme' is locked"));
    }
    assert_int_equal(rv_test_int(f->store, "SELECT COUNT(*) FROM miq_ae_domains"), 1);
    assert_int_equal(rv_test_int(f->store, "SELECT COUNT(*) FROM miq_ae_instances"), 1);
}

/* 400 with these words. */
static void
must_refuse(struct api_fixture *f, const char *path, const char *body, const char *says)
{
    AUTO_REPLY struct reply refused = post(f, path, body);
    if (refused.status != 400 || !strstr(at(&refused, "error.message"), says))
        fail_msg("%s %s: %d %s", path, body, refused.status, refused.body);
}

static void
what_cannot_be_changed_is_not_said_to_be(void **state)
{
    static const char edit[] = "{\"action\":\"edit\",\"name\":\"other\"}";
    struct api_fixture *f = fixture_of(state);
    seed_domain(f, "user");
    must_refuse(f, INSTANCE, edit, "the name stays, paths lead to it: 'one'");
    must_refuse(f, METHOD, edit, "the name stays, paths lead to it: 'go'");
    must_refuse(f, INSTANCE, "{\"action\":\"edit\",\"class_id\":\"21\"}", "unknown key 'class_id'");
    must_refuse(f, METHOD, "{\"action\":\"edit\",\"data\":null}", "data: a text is expected");
    must_refuse(f, DOMAIN, "{\"action\":\"edit\",\"name\":null}", "name: a text is expected");
    AUTO_REPLY struct reply same =
        post(f, INSTANCE, "{\"action\":\"edit\",\"name\":\"One\",\"display_name\":\"First\"}");
    assert_int_equal(same.status, 200);
    AUTO_REPLY struct reply named = post(f, "/api/automate_instances",
                                         "{\"action\":\"edit\",\"resources\":"
                                         "[{\"name\":\"one\",\"description\":\"d\"}]}");
    assert_string_equal(at(&named, "results[0].success"), "true");
    AUTO_REPLY struct reply row = get(f, INSTANCE);
    assert_string_equal(at(&row, "display_name"), "First");
    assert_string_equal(at(&row, "description"), "d");
}

static void
null_takes_a_title_or_description_away(void **state)
{
    static const char *const paths[] = { DOMAIN, METHOD, INSTANCE };
    struct api_fixture *f = fixture_of(state);
    seed_domain(f, "user");
    for (size_t i = 0; i < RV_COUNT(paths); i++) {
        AUTO_REPLY struct reply given =
            post(f, paths[i], "{\"action\":\"edit\",\"display_name\":\"t\",\"description\":\"d\"}");
        assert_int_equal(given.status, 200);
        AUTO_REPLY struct reply taken =
            post(f, paths[i], "{\"action\":\"edit\",\"display_name\":null,\"description\":null}");
        assert_int_equal(taken.status, 200);
        AUTO_REPLY struct reply row = get(f, paths[i]);
        assert_string_equal(at(&row, "display_name"), "(none)");
        assert_string_equal(at(&row, "description"), "(none)");
    }
}

static void
what_is_created_has_no_id_yet(void **state)
{
    static const char domains[] = "/api/automate_domains", instances[] = "/api/automate_instances";
    static const char says[] = "Resource id or href should not be specified";
    struct api_fixture *f = fixture_of(state);
    seed_domain(f, "user");
    must_refuse(f, domains, "{\"name\":\"New\",\"id\":\"7\"}", says);
    must_refuse(f, domains, "{\"name\":\"New\",\"href\":\"/api/automate_domains/7\"}", says);
    must_refuse(f, instances, "{\"class_id\":\"20\",\"name\":\"two\",\"id\":\"7\"}", says);
    AUTO_REPLY struct reply made =
        post(f, domains, "{\"name\":\"New\",\"description\":null,\"display_name\":null}");
    assert_int_equal(made.status, 200);
    assert_int_equal(rv_test_int(f->store, "SELECT COUNT(*) FROM miq_ae_domains"), 2);
}

static void
a_path_that_cannot_be_is_refused_of_a_run_and_of_a_simulation(void **state)
{
    static const char *const uris[] = { "nope", "", "/", "/A/b?x=%zz" };
    static const char *const actions[] = { "run", "simulate" };
    struct api_fixture *f = fixture_of(state);
    for (size_t i = 0; i < RV_COUNT(uris) * RV_COUNT(actions); i++) {
        RV_AUTO_FREE char *body =
            rv_format("{\"action\":\"%s\",\"uri\":\"%s\"}", actions[i % RV_COUNT(actions)],
                      uris[i / RV_COUNT(actions)]);
        must_refuse(f, "/api/automate_runs", body, "path");
    }
    assert_int_equal(rv_test_int(f->store, "SELECT COUNT(*) FROM automate_runs"), 0);
    AUTO_REPLY struct reply nothing =
        post(f, "/api/automate_runs", "{\"action\":\"simulate\",\"uri\":\"/A/b/c\"}");
    assert_int_equal(nothing.status, 200);
    assert_string_equal(at(&nothing, "results[0].outcome"), "error");
    assert_null(strstr(nothing.body, "null"));
}

/* Ten instances in each of four classes, each of which leads to all of the next class. */
static void
seed_fan(struct api_fixture *f)
{
    rv_test_script(f->store, "INSERT INTO miq_ae_domains (id, name, name_key, source, priority,"
                             " enabled) VALUES (10, 'Fan', 'fan', 'user', 1, TRUE);"
                             "INSERT INTO miq_ae_namespaces (id, name, domain_id, relative_path,"
                             " path_key) VALUES (15, 'N', 10, 'N', 'n')");
    for (int i = 1; i <= 4; i++) {
        RV_AUTO_FREE char *class = rv_format(
            "INSERT INTO miq_ae_classes (id, name, domain_id, namespace_id, relative_path,"
            " path_key) VALUES (%d, 'L%d', 10, 15, 'N/L%d', 'n/l%d');"
            "INSERT INTO miq_ae_fields (id, name, domain_id, class_id, aetype, datatype, priority,"
            " default_value, substitute) VALUES (%d, 'rel', 10, %d, 'relationship', 'string', 1,"
            " '%s', TRUE)",
            20 + i, i, i, i, 30 + i, 20 + i,
            i == 4 ? "" : (const char *[]){ "/N/L2/*", "/N/L3/*", "/N/L4/*" }[i - 1]);
        rv_test_script(f->store, class);
        for (int k = 0; k < 10; k++) {
            RV_AUTO_FREE char *one =
                rv_format("INSERT INTO miq_ae_instances (id, name, name_key, domain_id, class_id,"
                          " relative_path) VALUES (%d, 'i%d', 'i%d', 10, %d, 'N/L%d/i%d')",
                          100 * i + k, k, k, 20 + i, i, k);
            rv_test_script(f->store, one);
        }
    }
}

static void
simulations_of_one_request_have_a_ceiling_together(void **state)
{
    enum { COUNT = 12 };
    struct api_fixture *f = fixture_of(state);
    RV_AUTO_BUF rv_buf body = rv_buf_limited(4096);
    int done = 0;
    seed_fan(f);
    rv_buf_addf(&body, "%s", "{\"action\":\"simulate\",\"resources\":[");
    for (int i = 0; i < COUNT; i++)
        rv_buf_addf(&body, "%s{\"uri\":\"/N/L1/i0\"}", i ? "," : "");
    rv_buf_addf(&body, "%s", "]}");
    AUTO_REPLY struct reply all = post(f, "/api/automate_runs", rv_buf_text(&body));
    assert_int_equal(all.status, 200);
    assert_string_equal(at(&all, "results[0].outcome"), "done");
    for (int i = 0; i < COUNT; i++) {
        RV_AUTO_FREE char *path = rv_format("results[%d].success", i);
        done += rv_streq(at(&all, path), "true");
    }
    assert_in_range(done, 1, COUNT - 1);
    assert_non_null(strstr(at(&all, "results[11].message"), "ask for this one by itself"));
    assert_in_range(all.len, 1 << 19, 3 << 20);
}

static void
what_changes_many_is_in_the_openapi_document(void **state)
{
    static const char *const entries[] = { "AutomateDomainEntry", "AutomateInstanceEntry",
                                           "AutomateMethodEntry" };
    struct api_fixture *f = fixture_of(state);
    AUTO_REPLY struct reply document = get(f, "/api/openapi.json");
    assert_string_equal(at(&document, "components.schemas.ActionResult.properties.id.$ref"),
                        "#/components/schemas/Id");
    for (size_t i = 0; i < RV_COUNT(entries); i++) {
        RV_AUTO_FREE char *path =
            rv_format("components.schemas.%s.anyOf[0].required[0]", entries[i]);
        RV_AUTO_FREE char *used = rv_format("\"#/components/schemas/%s\"", entries[i]);
        assert_string_equal(at(&document, path), "id");
        assert_non_null(strstr(document.body, used));
    }
}

static void
a_run_about_what_is_not_there_is_not_found(void **state)
{
    static const struct {
        const char *body, *says;
        int status;
    } rows[] = {
        { "{\"action\":\"run\",\"uri\":\"/A/b\",\"target\":{\"kind\":\"vm\",\"id\":\"77\"}}",
          "target: there is no vm 77", 404 },
        { "{\"action\":\"run\",\"event\":\"78\"}", "there is no event 78", 404 },
        { "{\"action\":\"run\"}", "or an event", 400 },
    };
    struct api_fixture *f = fixture_of(state);
    for (size_t i = 0; i < RV_COUNT(rows); i++) {
        AUTO_REPLY struct reply refused = post(f, "/api/automate_runs", rows[i].body);
        assert_int_equal(refused.status, rows[i].status);
        assert_non_null(strstr(at(&refused, "error.message"), rows[i].says));
    }
    assert_int_equal(rv_test_int(f->store, "SELECT COUNT(*) FROM automate_runs"), 0);
    assert_int_equal(rv_test_int(f->store, "SELECT COUNT(*) FROM miq_tasks"), 0);
}

static void
an_event_is_run_again_once_and_that_is_in_the_audit_log(void **state)
{
    static const char again[] = "{\"action\":\"run\",\"event\":\"900\"}";
    struct api_fixture *f = fixture_of(state);
    rv_test_script(f->store, "INSERT INTO event_streams (id, event_type) VALUES (900, 'boom');"
                             "INSERT INTO automate_runs (id, event_stream_id, uri, status, error)"
                             " VALUES (901, 900, '/System/Process/Event', 'error', 'no luck')");
    AUTO_REPLY struct reply asked = post(f, "/api/automate_runs", again);
    assert_int_equal(asked.status, 200);
    assert_string_equal(at(&asked, "results[0].id"), "901");
    assert_string_not_equal(at(&asked, "results[0].task_id"), "(none)");
    assert_non_null(strstr(f->woken, "automate "));
    AUTO_REPLY struct reply twice = post(f, "/api/automate_runs", again);
    assert_int_equal(twice.status, 400);
    assert_non_null(strstr(at(&twice, "error.message"), "of event 900 is not over: queued"));
    assert_int_equal(rv_test_int(f->store, "SELECT COUNT(*) FROM miq_queue"), 1);
    assert_int_equal(rv_test_int(f->store, "SELECT COUNT(*) FROM miq_tasks"), 1);
    assert_int_equal(rv_test_int(f->store, "SELECT COUNT(*) FROM audit_events WHERE"
                                           " event = 'automate_run' AND target_id = 901"),
                     1);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        api_test(what_is_offered_is_what_the_domains_source_lets_one_do),
        api_test(a_locked_domain_is_not_deleted_nor_what_is_in_it),
        api_test(what_cannot_be_changed_is_not_said_to_be),
        api_test(null_takes_a_title_or_description_away),
        api_test(what_is_created_has_no_id_yet),
        api_test(a_path_that_cannot_be_is_refused_of_a_run_and_of_a_simulation),
        api_test(simulations_of_one_request_have_a_ceiling_together),
        api_test(what_changes_many_is_in_the_openapi_document),
        api_test(a_run_about_what_is_not_there_is_not_found),
        api_test(an_event_is_run_again_once_and_that_is_in_the_audit_log),
    };
    return cmocka_run_group_tests_name("api_automate", tests, NULL, NULL);
}
