/* SPDX-License-Identifier: Apache-2.0
 *
 * Reading over the API: collections, pages, attributes.
 */
#include "api_fixture.h"

#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>
#include "model/model.h"
#include "store/schema.h"

static void
a_collection_without_expand_holds_hrefs_alone(void **state)
{
    struct api_fixture *f = fixture_of(state);
    seed_pods(f, 3);
    AUTO_REPLY struct reply reply = get(f, PODS);

    assert_int_equal(reply.status, 200);
    assert_string_equal(at(&reply, "name"), "container_groups");
    assert_string_equal(at(&reply, "count"), "3");
    assert_string_equal(at(&reply, "subcount"), "3");
    assert_string_equal(at(&reply, "subquery_count"), "(none)");
    assert_string_equal(at(&reply, "pages"), "1");
    assert_int_equal(count_at(&reply, "resources[0]"), 1);
    assert_string_equal(at(&reply, "resources[0].href"),
                        "http://reeve.example:7400/api/container_groups/1000000001001");
    assert_string_equal(at(&reply, "actions[0].name"), "query");
    assert_string_equal(at(&reply, "actions[0].method"), "post");
}

static void
expanded_rows_have_string_ids_iso_times_flags_and_no_nulls(void **state)
{
    struct api_fixture *f = fixture_of(state);
    seed_pods(f, 5);
    AUTO_REPLY struct reply reply = get(f, PODS "?expand=resources&limit=1&offset=4");

    assert_string_equal(at(&reply, "resources[0].id"), "1000000001005");
    assert_string_equal(at(&reply, "resources[0].ems_id"), "1000000000101");
    assert_string_equal(at(&reply, "resources[0].ems_created_on"), "2023-11-14T22:13:25Z");
    assert_string_equal(at(&reply, "resources[0].host_network"), "false");
    assert_string_equal(at(&reply, "resources[0].restart_count"), "5");
    assert_string_equal(at(&reply, "resources[0].container_node_id"), "(none)");
    assert_string_equal(at(&reply, "resources[0].message"), "(none)");
    assert_string_equal(at(&reply, "resources[0].content_hash"), "(none)");
    assert_null(strstr(reply.body, "null"));
}

static void
secrets_are_in_no_document(void **state)
{
    struct api_fixture *f = fixture_of(state);
    AUTO_REPLY struct reply reply = get(f, "/api/authentications?expand=resources");
    AUTO_REPLY struct reply named =
        get(f, "/api/authentications?expand=resources&attributes=auth_key");
    AUTO_REPLY struct reply filtered = get(f, "/api/authentications?filter[]=auth_key='v1*'");
    AUTO_REPLY struct reply users = get(f, "/api/users?expand=resources");

    assert_string_equal(at(&reply, "resources[0].status"), "Valid");
    assert_null(strstr(reply.body, "sealed"));
    assert_null(strstr(reply.body, "auth_key"));
    assert_int_equal(named.status, 400);
    assert_int_equal(filtered.status, 400);
    assert_null(strstr(users.body, "password_digest"));
}

static void
every_collection_answers_with_its_own_name(void **state)
{
    struct api_fixture *f = fixture_of(state);
    char target[160];

    for (int i = 0; i < rv_model_count(); i++) {
        const char *name = rv_model_at(i)->api_name;
        snprintf(target, sizeof(target), "/api/%s?expand=resources", name);
        AUTO_REPLY struct reply reply = get(f, target);
        assert_int_equal(reply.status, 200);
        assert_string_equal(at(&reply, "name"), name);
        assert_string_equal(at(&reply, "links.self") + strlen("http://reeve.example:7400"), target);
    }
}

static void
pages_have_counts_and_links(void **state)
{
    struct api_fixture *f = fixture_of(state);
    seed_pods(f, 95);
    AUTO_REPLY struct reply first = get(f, PODS "?limit=10");
    AUTO_REPLY struct reply middle = get(f, PODS "?limit=10&offset=40&hide=resources");
    AUTO_REPLY struct reply last = get(f, PODS "?limit=10&offset=90");
    const char *root = "http://reeve.example:7400" PODS;
    char expected[256];

    assert_string_equal(at(&first, "pages"), "10");
    assert_string_equal(at(&first, "subcount"), "10");
    assert_string_equal(at(&first, "links.previous"), "(none)");
    snprintf(expected, sizeof(expected), "%s?limit=10&offset=10", root);
    assert_string_equal(at(&first, "links.next"), expected);
    snprintf(expected, sizeof(expected), "%s?limit=10&offset=90", root);
    assert_string_equal(at(&first, "links.last"), expected);
    assert_string_equal(at(&middle, "resources"), "(none)");
    assert_string_equal(at(&middle, "subcount"), "10");
    snprintf(expected, sizeof(expected), "%s?limit=10&hide=resources&offset=30", root);
    assert_string_equal(at(&middle, "links.previous"), expected);
    snprintf(expected, sizeof(expected), "%s?limit=10&hide=resources&offset=50", root);
    assert_string_equal(at(&middle, "links.next"), expected);
    snprintf(expected, sizeof(expected), "%s?limit=10&hide=resources&offset=0", root);
    assert_string_equal(at(&middle, "links.first"), expected);
    assert_string_equal(at(&last, "links.next"), "(none)");
    assert_string_equal(at(&last, "subcount"), "5");
}

static void
counts_of_a_filtered_page_tell_all_three(void **state)
{
    struct api_fixture *f = fixture_of(state);
    seed_pods(f, 30);
    AUTO_REPLY struct reply reply = get(f, PODS "?filter[]=phase=Pending&limit=4");

    assert_string_equal(at(&reply, "count"), "30");
    assert_string_equal(at(&reply, "subquery_count"), "10");
    assert_string_equal(at(&reply, "subcount"), "4");
    assert_string_equal(at(&reply, "pages"), "3");
}

static void
a_limit_is_capped_and_must_make_sense(void **state)
{
    struct api_fixture *f = fixture_of(state);
    seed_pods(f, 1010);
    AUTO_REPLY struct reply much = get(f, PODS "?limit=5000");
    AUTO_REPLY struct reply none = get(f, PODS);
    static const char *const bad[] = {
        PODS "?limit=0",   PODS "?limit=-1",
        PODS "?limit=ten", PODS "?limit=99999999999999999999",
        PODS "?offset=-1", PODS "?offset=1.5",
        PODS "?limit=",    PODS "?offset=9223372036854775808",
    };

    assert_string_equal(at(&much, "subcount"), "1000");
    assert_string_equal(at(&none, "subcount"), "1000");
    for (size_t i = 0; i < RV_COUNT(bad); i++) {
        AUTO_REPLY struct reply reply = get(f, bad[i]);
        assert_int_equal(reply.status, 400);
        assert_string_equal(at(&reply, "error.kind"), "bad_request");
        assert_string_equal(at(&reply, "error.klass"), "Api::BadRequestError");
    }
    AUTO_REPLY struct reply far = get(f, PODS "?offset=9223372036854775807");
    assert_int_equal(far.status, 200);
    assert_string_equal(at(&far, "subcount"), "0");
}

static void
listing_takes_as_many_statements_for_ten_rows_as_for_a_thousand(void **state)
{
    static const char target[] =
        PODS "?expand=resources,containers,custom_attributes&attributes=name,container_project.name"
             "&filter[]=phase!=Failed&sort_by=name&limit=";
    struct api_fixture *f = fixture_of(state);
    int64_t statements[2];
    char text[300];

    seed_pods(f, 1000);
    for (int i = 0; i < 2; i++) {
        snprintf(text, sizeof(text), "%s%d", target, i ? 1000 : 10);
        struct reply warm = get(f, text);
        reply_free(&warm);
        int64_t before = rv_store_statements(f->served);
        AUTO_REPLY struct reply reply = get(f, text);
        statements[i] = rv_store_statements(f->served) - before;
        assert_int_equal(count_at(&reply, "resources"), i ? 1000 : 10);
        assert_int_equal(count_at(&reply, "resources[9].containers"), 2);
    }
    assert_int_equal(statements[0], statements[1]);
    assert_in_range(statements[1], 1, 6);
}

static void
attributes_narrow_to_the_columns_that_are_named(void **state)
{
    struct api_fixture *f = fixture_of(state);
    seed_pods(f, 2);
    AUTO_REPLY struct reply columns = get(f, PODS "?expand=resources&attributes=name,phase");
    AUTO_REPLY struct reply virtuals =
        get(f, PODS "?expand=resources&attributes=href_slug,archived");
    AUTO_REPLY struct reply one = get(f, PODS "/1000000001001?attributes=name");

    assert_int_equal(count_at(&columns, "resources[0]"), 4);
    assert_string_equal(at(&columns, "resources[0].id"), "1000000001001");
    assert_string_equal(at(&columns, "resources[0].name"), "pod-0001");
    assert_string_equal(at(&virtuals, "resources[0].href_slug"), "container_groups/1000000001001");
    assert_string_equal(at(&virtuals, "resources[0].archived"), "false");
    assert_string_equal(at(&virtuals, "resources[0].phase"), "Running");
    assert_int_equal(count_at(&one, ""), 3);
}

static void
an_unknown_attribute_is_named_with_the_nearest(void **state)
{
    struct api_fixture *f = fixture_of(state);
    AUTO_REPLY struct reply reply = get(f, PODS "?expand=resources&attributes=name,phse");
    AUTO_REPLY struct reply twice =
        get(f, PODS "?expand=resources,containers&attributes=containers");

    assert_int_equal(reply.status, 400);
    assert_string_equal(at(&reply, "error.message"),
                        "unknown attribute 'phse' of container_groups");
    assert_string_equal(at(&reply, "error.hint"), "did you mean 'phase'?");
    assert_int_equal(twice.status, 400);
}

static void
dotted_attributes_nest(void **state)
{
    struct api_fixture *f = fixture_of(state);
    seed_pods(f, 5);
    AUTO_REPLY struct reply reply =
        get(f, PODS "?expand=resources&attributes=name,container_project.name,container_node/name,"
                    "ext_management_system.zone.name");
    AUTO_REPLY struct reply whole = get(f, PODS "/1000000001001?attributes=container_project");

    assert_string_equal(at(&reply, "resources[0].container_project.name"), "web");
    assert_string_equal(at(&reply, "resources[1].container_project.name"), "Data");
    assert_string_equal(at(&reply, "resources[0].container_node.name"), "node-a");
    assert_string_equal(at(&reply, "resources[4].container_node"), "(none)");
    assert_string_equal(at(&reply, "resources[0].ext_management_system.zone.name"), "default");
    assert_string_equal(at(&reply, "resources[0].phase"), "(none)");
    assert_string_equal(at(&whole, "container_project.id"), "1000000000201");
    assert_string_equal(at(&whole, "phase"), "Running");
}

static void
options_describe_a_collection_without_login(void **state)
{
    struct api_fixture *f = fixture_of(state);
    AUTO_REPLY struct reply reply =
        ask(f, "OPTIONS", "/api/providers", "Origin: http://ui\n", NULL);
    AUTO_REPLY struct reply root = ask(f, "OPTIONS", "/api", "Origin: http://ui\n", NULL);
    AUTO_REPLY struct reply sub =
        ask(f, "OPTIONS", "/api/providers/1000000000101/container_groups", "Origin: x\n", NULL);
    char header[256];

    assert_int_equal(reply.status, 200);
    assert_int_equal(count_at(&reply, ""), 5);
    assert_string_equal(at(&reply, "attributes"), "(array)");
    assert_non_null(strstr(reply.body, "\"container_groups\""));
    assert_string_equal(
        at(&reply,
           "data.provider_settings.ManageIQ::Providers::Kubernetes::ContainerManager.title"),
        "Kubernetes");
    assert_string_equal(reply_header(&reply, "Access-Control-Allow-Origin", header), "*");
    assert_int_equal(root.status, 200);
    assert_int_equal(root.len, 0);
    assert_int_equal(sub.len, 0);
}

/* Six bytes of JSON each. */
static void
enlarge(struct api_fixture *f, int n, size_t bytes)
{
    RV_AUTO_FREE char *text = rv_alloc(bytes + 1);

    memset(text, 1, bytes);
    must_exec(f->store, "UPDATE container_groups SET message = $1 WHERE id = $2", rv_vtext(text),
              rv_vint(FIRST_ID + 1000 + n));
}

static void
a_page_of_large_rows_ends_early_and_leads_on(void **state)
{
    struct api_fixture *f = fixture_of(state);
    RV_AUTO_FREE char *target = rv_strdup("/api/container_groups?expand=resources&limit=50");
    int pages = 0, rows = 0;
    seed_pods(f, 8);

    for (int n = 1; n <= 5; n++)
        enlarge(f, n, 1 << 20);
    enlarge(f, 6, 13 << 20);
    for (; target && pages < 10; pages++) {
        AUTO_REPLY struct reply page = get(f, target);
        assert_int_equal(page.status, 200);
        assert_string_equal(at(&page, "count"), "8");
        for (int i = 0; i < count_at(&page, "resources"); i++) {
            RV_AUTO_FREE char *path = rv_format("resources[%d].id", i);
            RV_AUTO_FREE char *id = rv_format("%lld", FIRST_ID + 1000 + ++rows);
            assert_string_equal(at(&page, path), id);
        }
        const char *next = at(&page, "links.next"), *path = strstr(next, "/api");
        free(target);
        target = path ? rv_strdup(path) : NULL;
    }
    assert_int_equal(rows, 8);
    assert_in_range(pages, 3, 4);
    AUTO_REPLY struct reply large =
        get(f, "/api/container_groups?expand=resources&offset=5&limit=1");
    assert_string_equal(at(&large, "resources[0].id"), "1000000001006");
    assert_string_equal(at(&large, "resources[0].name"), "(none)");
}

static void
task_results_are_there_by_that_name(void **state)
{
    struct api_fixture *f = fixture_of(state);
    rv_test_script(f->store, "INSERT INTO miq_tasks (id, name, state, status, results) VALUES "
                             "(1000000000901, 'asked', 'Finished', 'Ok', '{\"answer\":[42]}')");
    AUTO_REPLY struct reply task = get(f, "/api/tasks/1000000000901?attributes=task_results");

    assert_int_equal(task.status, 200);
    assert_string_equal(at(&task, "task_results.answer[0]"), "42");
}

/* In another process, as a refresh worker does: ours does not know of it. */
static void
bring_in_kind(const struct rv_test_db *db)
{
    static const struct reeve_column columns[] = {
        { "ems_ref", REEVE_STRING, REEVE_COL_REQUIRED, NULL, "Key" },
        { "name", REEVE_STRING, 0, NULL, "Name" },
        REEVE_COLUMNS_END,
    };
    static const char *const key[] = { "ems_ref", NULL };
    const struct reeve_kind def = { .size = sizeof(def),
                                    .name = "demo_widget",
                                    .table = "demo_widgets",
                                    .api_name = "demo_widgets",
                                    .title = "Widget",
                                    .help = "A thing of the demo provider",
                                    .archive = REEVE_ARCHIVE,
                                    .columns = columns,
                                    .key = key };
    pid_t pid = fork();
    int status = -1;

    if (pid == 0) {
        rv_err err = RV_ERR_INIT;
        struct rv_store *store = rv_test_store_open(db);
        int failed = rv_model_add(&def, &err) < 0 ||
                     rv_schema_add_kind(store, "demo", rv_model_kind("demo_widget"), &err) < 0;
        _exit(failed);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
}

/* The last test: the kind stays in this process's dictionary. */
static void
a_kind_that_another_process_brought_in_is_a_collection(void **state)
{
    struct api_fixture *f = fixture_of(state);
    AUTO_REPLY struct reply before = get(f, "/api/demo_widgets");
    assert_int_equal(before.status, 404);
    bring_in_kind(&f->db);
    AUTO_REPLY struct reply entry = get(f, "/api");
    assert_non_null(strstr(entry.body, "\"demo_widgets\""));
    AUTO_REPLY struct reply widgets = get(f, "/api/demo_widgets");
    assert_int_equal(widgets.status, 200);
    assert_int_equal(count_at(&widgets, "resources"), 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        api_test(a_collection_without_expand_holds_hrefs_alone),
        api_test(expanded_rows_have_string_ids_iso_times_flags_and_no_nulls),
        api_test(secrets_are_in_no_document),
        api_test(every_collection_answers_with_its_own_name),
        api_test(pages_have_counts_and_links),
        api_test(counts_of_a_filtered_page_tell_all_three),
        api_test(a_limit_is_capped_and_must_make_sense),
        api_test(listing_takes_as_many_statements_for_ten_rows_as_for_a_thousand),
        api_test(attributes_narrow_to_the_columns_that_are_named),
        api_test(an_unknown_attribute_is_named_with_the_nearest),
        api_test(dotted_attributes_nest),
        api_test(a_page_of_large_rows_ends_early_and_leads_on),
        api_test(task_results_are_there_by_that_name),
        api_test(options_describe_a_collection_without_login),
        api_test(a_kind_that_another_process_brought_in_is_a_collection),
    };

    return cmocka_run_group_tests_name("api_read", tests, NULL, NULL);
}
