/* SPDX-License-Identifier: Apache-2.0
 *
 * Writing over the API: refreshes, label mappings, tasks, messages, deletions.
 */
#include "api_fixture.h"

#include <stdio.h>
#include "queue/queue.h"
#include "queue/task.h"

static void
a_refresh_is_a_task_and_two_are_one(void **state)
{
    struct api_fixture *f = fixture_of(state);
    AUTO_REPLY struct reply first = post(f, PROVIDER, "{\"action\":\"refresh\"}");
    AUTO_REPLY struct reply second = post(f, PROVIDER, "{\"action\":\"refresh\"}");
    char target[128];

    assert_int_equal(first.status, 200);
    assert_string_equal(at(&first, "success"), "true");
    assert_string_equal(at(&first, "message"), "Provider id:1000000000101 name:'prod' refreshing");
    assert_string_equal(at(&first, "href"), "http://reeve.example:7400" PROVIDER);
    assert_string_equal(at(&first, "tasks[0].id"), at(&first, "task_id"));
    assert_string_equal(at(&second, "task_id"), at(&first, "task_id"));
    assert_non_null(strstr(f->woken, "ems_1000000000101 "));
    assert_int_equal(rv_test_int(f->store, "SELECT COUNT(*) FROM miq_queue"), 1);
    assert_int_equal(rv_test_int(f->store, "SELECT COUNT(*) FROM miq_tasks"), 1);
    snprintf(target, sizeof(target), "/api/tasks/%s", at(&first, "task_id"));
    AUTO_REPLY struct reply task = get(f, target);
    assert_string_equal(at(&task, "state"), "Queued");
    assert_string_equal(at(&task, "status"), "Ok");
    assert_string_equal(at(&task, "userid"), ADMIN);
    must(rv_task_finish(f->store, (int64_t)strtoll(at(&first, "task_id"), NULL, 10), "Ok",
                        "Finished", "{\"pods\":3}", err));
    AUTO_REPLY struct reply done = get(f, target);
    assert_string_equal(at(&done, "state"), "Finished");
    assert_string_equal(at(&done, "results.pods"), "3");
}

static void
single_rows_are_refreshed_in_one_message(void **state)
{
    struct api_fixture *f = fixture_of(state);
    const char *first = "1000000000201", *last = "1000000000202";
    char body[256];

    snprintf(body, sizeof(body),
             "{\"action\":\"refresh\",\"resources\":[{\"id\":\"%s\"},{\"id\":\"%s\"}]}", first,
             last);
    AUTO_REPLY struct reply both = post(f, "/api/container_projects", body);
    assert_int_equal(both.status, 200);
    assert_string_equal(at(&both, "results[0].success"), "true");
    assert_string_equal(at(&both, "results[1].task_id"), at(&both, "results[0].task_id"));
    assert_non_null(strstr(f->woken, "ems_1000000000101 "));
    RV_AUTO_FREE char *args = rv_test_text(f->store, "SELECT args FROM miq_queue");
    snprintf(body, sizeof(body),
             "{\"targets\":[{\"kind\":\"container_project\",\"id\":%s},{\"kind\":"
             "\"container_project\",\"id\":%s}]}",
             first, last);
    assert_string_equal(args, body);
    AUTO_REPLY struct reply none =
        post(f, "/api/container_projects/1000000000077", "{\"action\":\"refresh\"}");
    assert_int_equal(none.status, 404);
    AUTO_REPLY struct reply paused = post(f, PROVIDER, "{\"action\":\"pause\"}");
    assert_int_equal(paused.status, 200);
    snprintf(body, sizeof(body), "/api/container_projects/%s", first);
    AUTO_REPLY struct reply refused = post(f, body, "{\"action\":\"refresh\"}");
    assert_string_equal(at(&refused, "success"), "false");
    assert_non_null(strstr(at(&refused, "message"), "its provider 'prod' is paused"));
}

static void
resume_ends_a_quarantine_and_has_the_provider_tried_at_once(void **state)
{
    struct api_fixture *f = fixture_of(state);
    rv_test_script(f->store, "UPDATE ext_management_systems SET enabled = TRUE, quarantine_reason ="
                             " 'its worker crashed 5 times', quarantined_on = 5");
    AUTO_REPLY struct reply before = get(f, PROVIDER "?attributes=state");
    AUTO_REPLY struct reply done = post(f, PROVIDER, "{\"action\":\"resume\"}");

    assert_string_equal(at(&before, "state"), "quarantine");
    assert_string_equal(at(&done, "success"), "true");
    assert_non_null(strstr(f->woken, "workers "));
    assert_int_equal(rv_test_int(f->store, "SELECT COUNT(*) FROM ext_management_systems WHERE"
                                           " quarantine_reason IS NULL AND quarantined_on IS NULL"),
                     1);
}

/* Where an index of PostgreSQL would refuse them, in its own words. */
static void
texts_of_a_label_mapping_have_a_ceiling(void **state)
{
    static const struct {
        const char *name;
        int most;
    } rows[] = {
        { "label_name", 250 }, { "label_value", 1000 }, { "category", 250 }, { "prefix", 250 }
    };
    struct api_fixture *f = fixture_of(state);
    char text[20001];

    for (size_t i = 0; i < RV_COUNT(rows); i++) {
        for (size_t at = 0; at + 1 < sizeof text;
             at++) /* which do not get shorter by compressing */
            text[at] = (char)('a' + (at * at / 7 + at * 31 / 5) % 26);
        text[sizeof text - 1] = '\0';
        RV_AUTO_FREE char *body =
            rv_format("{\"%s\":\"%s\"%s}", rows[i].name, text, i ? ",\"label_name\":\"x\"" : "");
        RV_AUTO_FREE char *says =
            rv_format("a %s has at most %d bytes", rows[i].name, rows[i].most);
        AUTO_REPLY struct reply refused = post(f, "/api/container_label_tag_mappings", body);
        assert_int_equal(refused.status, 400);
        assert_string_equal(at(&refused, "error.message"), says);
    }
}

static void
label_mappings_are_made_edited_and_deleted(void **state)
{
    static const char *const mappings = "/api/container_label_tag_mappings";
    struct api_fixture *f = fixture_of(state);
    AUTO_REPLY struct reply resumed = post(f, PROVIDER, "{\"action\":\"resume\"}");
    assert_int_equal(resumed.status, 200);
    AUTO_REPLY struct reply made =
        post(f, mappings, "{\"label_name\":\"team\",\"labeled_resource_type\":\"ContainerGroup\"}");
    AUTO_REPLY struct reply again = post(
        f, mappings, "{\"label_name\":\"team\",\"labeled_resource_type\":\"container_groups\"}");
    AUTO_REPLY struct reply wrong = post(f, mappings, "{\"label\":\"team\"}");
    AUTO_REPLY struct reply none = post(f, mappings, "{\"category\":\"x\"}");
    AUTO_REPLY struct reply number = post(f, mappings, "{\"label_name\":\"x\",\"tag_id\":77}");
    assert_non_null(strstr(number.body, "tag 77 is no category"));
    AUTO_REPLY struct reply listed = get(
        f, "/api/container_label_tag_mappings?expand=resources&attributes=labeled_resource_type");
    RV_AUTO_FREE char *path = rv_format("%s/%s", mappings, at(&listed, "resources[0].id"));

    assert_int_equal(made.status, 200);
    assert_string_equal(at(&made, "results[0].success"), "true");
    assert_int_equal(again.status, 400);
    assert_int_equal(wrong.status, 400);
    assert_int_equal(none.status, 400);
    assert_string_equal(at(&listed, "resources[0].labeled_resource_type"), "container_group");
    assert_non_null(strstr(f->woken, "ems_1000000000101 "));
    assert_int_equal(rv_test_int(f->store, "SELECT COUNT(*) FROM miq_queue WHERE method_name = "
                                           "'map_labels' AND queue_name = 'ems_1000000000101'"),
                     1);
    AUTO_REPLY struct reply edited =
        post(f, path, "{\"action\":\"edit\",\"labeled_resource_type\":null,\"category\":\"Team\"}");
    assert_int_equal(edited.status, 200);
    RV_AUTO_FREE char *title =
        rv_test_text(f->store, "SELECT description FROM classifications WHERE name = "
                               "'kubernetes:container_group:team'");
    assert_string_equal(title, "Team");
    AUTO_REPLY struct reply moved = post(f, path, "{\"action\":\"edit\",\"tag_id\":\"7\"}");
    assert_int_equal(moved.status, 400);
    AUTO_REPLY struct reply gone = ask(f, "DELETE", path, NULL, NULL);
    assert_int_equal(gone.status, 204);
    assert_int_equal(rv_test_int(f->store, "SELECT COUNT(*) FROM tags"), 0);
}

static void
a_refresh_that_nobody_follows_yet_gets_the_task(void **state)
{
    struct api_fixture *f = fixture_of(state);
    AUTO_REPLY struct reply edited =
        post(f, PROVIDER, "{\"action\":\"edit\",\"options\":{\"auth_key\":\"newer\"}}");
    AUTO_REPLY struct reply refreshed = post(f, PROVIDER, "{\"action\":\"refresh\"}");
    AUTO_REPLY struct reply again = post(f, PROVIDER, "{\"action\":\"refresh\"}");

    assert_int_equal(edited.status, 200);
    assert_string_not_equal(at(&refreshed, "task_id"), "(none)");
    assert_string_equal(at(&again, "task_id"), at(&refreshed, "task_id"));
    assert_int_equal(rv_test_int(f->store, "SELECT COUNT(*) FROM miq_queue"), 1);
    /* It has the time of the one that was asked for. */
    assert_int_equal(rv_test_int(f->store, "SELECT msg_timeout FROM miq_queue"), 7200);
    assert_int_equal(rv_test_int(f->store, "SELECT max_attempts FROM miq_queue"), 100);
    assert_int_equal(rv_test_int(f->store, "SELECT COUNT(*) FROM miq_tasks"), 1);
}

static void
a_paused_provider_is_not_refreshed(void **state)
{
    struct api_fixture *f = fixture_of(state);
    AUTO_REPLY struct reply resumed = post(f, PROVIDER, "{\"action\":\"resume\"}");
    AUTO_REPLY struct reply paused = post(f, PROVIDER, "{\"action\":\"pause\"}");
    AUTO_REPLY struct reply refused = post(f, PROVIDER, "{\"action\":\"refresh\"}");
    AUTO_REPLY struct reply shown = get(f, PROVIDER);

    assert_string_equal(at(&resumed, "success"), "true");
    assert_string_equal(at(&paused, "success"), "true");
    assert_string_equal(at(&refused, "success"), "false");
    assert_string_equal(at(&refused, "task_id"), "(none)");
    assert_string_equal(at(&shown, "enabled"), "false");
    assert_non_null(strstr(all_of(&shown, "actions", "name"), "resume"));
    assert_null(strstr(all_of(&shown, "actions", "name"), "pause"));
}

static void
deleting_is_queued_in_all_its_forms(void **state)
{
    struct api_fixture *f = fixture_of(state);
    AUTO_REPLY struct reply by_post = post(f, PROVIDER, "{\"action\":\"delete\"}");
    AUTO_REPLY struct reply by_method =
        ask(f, "DELETE", "/api/providers/1000000000102", NULL, NULL);
    AUTO_REPLY struct reply bulk =
        post(f, "/api/providers",
             "{\"action\":\"delete\",\"resources\":[{\"id\":\"1000000000101\"},{\"id\":\"7\"},"
             "{\"href\":\"http://x/api/providers/1000000000102\"}]}");
    AUTO_REPLY struct reply unknown = ask(f, "DELETE", "/api/providers/77", NULL, NULL);
    rv_err err = RV_ERR_INIT;
    assert_int_equal(
        rv_store_exec(f->store, NULL, "UPDATE miq_queue SET state = 'dequeue'", NULL, 0, &err), 0);
    AUTO_REPLY struct reply running = post(f, PROVIDER, "{\"action\":\"delete\"}");

    assert_string_equal(at(&running, "task_id"), at(&by_post, "task_id"));
    assert_string_equal(at(&by_post, "message"), "Provider id:1000000000101 name:'prod' deleting");
    assert_string_not_equal(at(&by_post, "task_href"), "(none)");
    assert_int_equal(by_method.status, 204);
    assert_int_equal(by_method.len, 0);
    assert_string_equal(all_of(&bulk, "results", "success"), "true,false,true");
    assert_string_equal(at(&bulk, "results[0].task_id"), at(&by_post, "task_id"));
    assert_int_equal(unknown.status, 404);
    assert_int_equal(rv_test_int(f->store, "SELECT COUNT(*) FROM miq_queue WHERE class_name = "
                                           "'Provider' AND method_name = 'destroy'"),
                     2);
    assert_non_null(strstr(f->woken, "generic "));
}

static void
an_href_of_another_kind_fails_its_own_entry(void **state)
{
    struct api_fixture *f = fixture_of(state);
    AUTO_REPLY struct reply bulk =
        post(f, "/api/providers",
             "{\"action\":\"delete\",\"resources\":[{\"href\":\"/api/zones/1000000000002\"},"
             "{\"id\":\"1000000000101\"},"
             "{\"id\":\"1000000000102\",\"href\":\"http://x/api/vms/1000000000102\"}]}");
    AUTO_REPLY struct reply none = post(f, "/api/providers",
                                        "{\"action\":\"delete\",\"resources\":[{\"id\":"
                                        "\"1000000000101\"},{\"href\":\"/nowhere\"}]}");
    AUTO_REPLY struct reply alone =
        post(f, "/api/providers",
             "{\"action\":\"delete\",\"resource\":{\"href\":\"/api/zones/1000000000002\"}}");

    assert_int_equal(bulk.status, 200);
    assert_string_equal(all_of(&bulk, "results", "success"), "false,true,false");
    assert_non_null(strstr(at(&bulk, "results[0].message"), "none of providers"));
    assert_int_equal(none.status, 400);
    assert_int_equal(alone.status, 400);
}

static void
finished_tasks_can_be_deleted_and_others_cancelled(void **state)
{
    struct api_fixture *f = fixture_of(state);
    int64_t waiting, over;
    char target[128];

    must(rv_task_create(f->store, "waits", ADMIN, &waiting, err));
    struct rv_message_spec spec = { .class_name = "A", .method_name = "b", .task_id = waiting };
    must(rv_queue_put(f->store, &spec, NULL, err));
    must(rv_task_create(f->store, "is over", ADMIN, &over, err));
    must(rv_task_finish(f->store, over, "Ok", "done", NULL, err));
    snprintf(target, sizeof(target), "/api/tasks/%lld", (long long)waiting);
    AUTO_REPLY struct reply early = ask(f, "DELETE", target, NULL, NULL);
    AUTO_REPLY struct reply cancelled = post(f, target, "{\"action\":\"cancel\"}");
    AUTO_REPLY struct reply shown = get(f, target);
    AUTO_REPLY struct reply again = post(f, target, "{\"action\":\"cancel\"}");
    AUTO_REPLY struct reply deleted = ask(f, "DELETE", target, NULL, NULL);
    AUTO_REPLY struct reply gone = get(f, target);
    snprintf(target, sizeof(target), "/api/tasks/%lld", (long long)over);
    AUTO_REPLY struct reply finished = get(f, target);
    AUTO_REPLY struct reply posted = post(f, target, "{\"action\":\"delete\"}");

    assert_int_equal(early.status, 400);
    assert_string_equal(at(&cancelled, "success"), "true");
    assert_string_equal(at(&shown, "state"), "Finished");
    assert_string_equal(at(&shown, "status"), "Error");
    assert_int_equal(again.status, 400);
    assert_int_equal(deleted.status, 204);
    assert_int_equal(gone.status, 404);
    assert_null(strstr(all_of(&finished, "actions", "name"), "cancel"));
    assert_string_equal(at(&posted, "success"), "true");
    assert_int_equal(rv_test_int(f->store, "SELECT COUNT(*) FROM miq_tasks"), 0);
}

static void
a_dead_message_is_deleted_and_others_are_not(void **state)
{
    struct api_fixture *f = fixture_of(state);
    struct rv_message_spec spec = { .class_name = "A", .method_name = "b" };
    int64_t id;
    char target[128];

    must(rv_queue_put(f->store, &spec, &id, err));
    snprintf(target, sizeof(target), "/api/miq_queue/%lld", (long long)id);
    AUTO_REPLY struct reply early = ask(f, "DELETE", target, NULL, NULL);
    rv_test_script(f->store, "UPDATE miq_queue SET state = 'error', error = 'it broke'");
    AUTO_REPLY struct reply deleted = ask(f, "DELETE", target, NULL, NULL);
    AUTO_REPLY struct reply gone = ask(f, "DELETE", target, NULL, NULL);

    assert_int_equal(early.status, 400);
    assert_int_equal(deleted.status, 204);
    assert_int_equal(gone.status, 404);
    assert_int_equal(rv_test_int(f->store, "SELECT COUNT(*) FROM miq_queue"), 0);
}

static void
messages_are_counted_by_state(void **state)
{
    struct api_fixture *f = fixture_of(state);
    struct rv_message_spec spec = { .class_name = "A", .method_name = "b", .role = "event" };

    for (int i = 0; i < 3; i++)
        must(rv_queue_put(f->store, &spec, NULL, err));
    AUTO_REPLY struct reply counts = post(f, "/api/miq_queue", "{\"action\":\"counts\"}");

    assert_int_equal(counts.status, 200);
    assert_non_null(strstr(counts.body, "\"state\":\"ready\",\"queue_name\":\"generic\","
                                        "\"zone\":null,\"role\":\"event\",\"count\":3"));
}

static void
a_dead_message_is_sent_again(void **state)
{
    struct api_fixture *f = fixture_of(state);
    struct rv_message_spec spec = { .class_name = "Provider", .method_name = "destroy" };
    int64_t id;
    char target[128];

    must(rv_queue_put(f->store, &spec, &id, err));
    rv_test_script(f->store, "UPDATE miq_queue SET state = 'error', error = 'it broke'");
    snprintf(target, sizeof(target), "/api/miq_queue/%lld", (long long)id);
    AUTO_REPLY struct reply shown = get(f, target);
    AUTO_REPLY struct reply retried = post(f, target, "{\"action\":\"retry\"}");

    assert_string_equal(at(&shown, "error"), "it broke");
    assert_string_equal(at(&shown, "actions[0].name"), "retry");
    assert_string_equal(at(&retried, "success"), "true");
    RV_AUTO_FREE char *now = rv_test_text(f->store, "SELECT state FROM miq_queue");
    assert_string_equal(now, "ready");
}

static void
actions_of_documents_can_be_followed(void **state)
{
    struct api_fixture *f = fixture_of(state);
    AUTO_REPLY struct reply one = get(f, PROVIDER);
    AUTO_REPLY struct reply list = get(f, "/api/providers?limit=1");

    assert_string_equal(all_of(&one, "actions", "name"),
                        "edit,edit,edit,refresh,verify,pause,resume,delete,delete");
    assert_string_equal(all_of(&one, "actions", "method"),
                        "post,patch,put,post,post,post,post,post,delete");
    assert_string_equal(at(&one, "actions[0].href"), "http://reeve.example:7400" PROVIDER);
    assert_string_equal(all_of(&list, "actions", "name"),
                        "query,create,edit,refresh,verify,pause,resume,delete");
}

static void
a_server_is_given_a_role_and_relieved_of_it(void **state)
{
    struct api_fixture *f = fixture_of(state);
    const int64_t server = FIRST_ID + 601, zone = FIRST_ID + 602, role = FIRST_ID + 603;
    const char *path = "/api/servers/1000000000601";
    must_exec(f->store, "INSERT INTO miq_servers (id, guid, zone_id) VALUES ($1, 'cccc', $2)",
              rv_vint(server), rv_vint(zone));
    must_exec(f->store,
              "INSERT INTO server_roles (id, name, max_concurrent, role_scope)"
              " VALUES ($1, 'event', 1, 'zone')",
              rv_vint(role));
    AUTO_REPLY struct reply given = post(f, path, "{\"action\":\"add_role\",\"role\":\"event\"}");
    assert_int_equal(given.status, 200);
    assert_non_null(strstr(at(&given, "message"), "has role 'event'"));
    assert_int_equal(rv_test_int(f->store, "SELECT COUNT(*) FROM assigned_server_roles"), 1);
    AUTO_REPLY struct reply taken =
        post(f, path, "{\"action\":\"remove_role\",\"role\":\"event\"}");
    assert_int_equal(taken.status, 200);
    assert_int_equal(rv_test_int(f->store, "SELECT COUNT(*) FROM assigned_server_roles"), 0);
    assert_non_null(strstr(f->woken, "workers "));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        api_test(a_refresh_is_a_task_and_two_are_one),
        api_test(single_rows_are_refreshed_in_one_message),
        api_test(resume_ends_a_quarantine_and_has_the_provider_tried_at_once),
        api_test(label_mappings_are_made_edited_and_deleted),
        api_test(texts_of_a_label_mapping_have_a_ceiling),
        api_test(a_refresh_that_nobody_follows_yet_gets_the_task),
        api_test(a_paused_provider_is_not_refreshed),
        api_test(deleting_is_queued_in_all_its_forms),
        api_test(an_href_of_another_kind_fails_its_own_entry),
        api_test(finished_tasks_can_be_deleted_and_others_cancelled),
        api_test(a_dead_message_is_sent_again),
        api_test(a_dead_message_is_deleted_and_others_are_not),
        api_test(messages_are_counted_by_state),
        api_test(actions_of_documents_can_be_followed),
        api_test(a_server_is_given_a_role_and_relieved_of_it),
    };

    return cmocka_run_group_tests_name("api_write", tests, NULL, NULL);
}
