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
        api_test(a_run_about_what_is_not_there_is_not_found),
        api_test(an_event_is_run_again_once_and_that_is_in_the_audit_log),
    };
    return cmocka_run_group_tests_name("api_automate", tests, NULL, NULL);
}
