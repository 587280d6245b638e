/* SPDX-License-Identifier: Apache-2.0
 *
 * Which rows a collection shows, and in which order: filters, sorting, what is gone, classes.
 */
#include "api_fixture.h"

#include <stdio.h>
#include "model/model.h"

struct filter_case {
    const char *filters;
    const char *names; /* of 12 pods, sorted by id */
};

static void
filters_select_by_type(void **state)
{
    static const struct filter_case cases[] = {
        { "filter[]=name=%20%22pod-0002%22", "pod-0002" },
        { "filter[]=name%20=%20'pod-0002'", "pod-0002" },
        { "filter[]=name=pod-0002", "pod-0002" },
        { "filter[]=name='pod-001%25'", "pod-0010,pod-0011,pod-0012" },
        { "filter[]=name='*-0001'", "pod-0001" },
        { "filter[]=name='pod-001*'&filter[]=name!='*1'", "pod-0010,pod-0012" },
        { "filter[]=name='Pod*'", "Pod-0003" },
        { "filter[]=name='POD*'", "" },
        { "filter[]=name='pod_0001'", "" },
        { "filter[]=name=pod-00*", "" },
        { "filter[]=name>=pod-0011", "pod-0011,pod-0012" },
        { "filter[]=name<'Q'", "Pod-0003" },
        { "filter[]=restart_count=6", "pod-0006" },
        { "filter[]=restart_count>4", "pod-0005,pod-0006,pod-0012" },
        { "filter[]=restart_count>=4&filter[]=restart_count<=4", "pod-0004,pod-0011" },
        { "filter[]=restart_count<1", "pod-0007" },
        { "filter[]=restart_count!=1&filter[]=restart_count!=2&filter[]=restart_count!=3"
          "&filter[]=restart_count!=4&filter[]=restart_count!=5",
          "pod-0006,pod-0007" },
        { "filter[]=host_network=true", "pod-0004,pod-0008,pod-0012" },
        { "filter[]=host_network=TRUE&filter[]=restart_count<2", "pod-0008" },
        { "filter[]=host_network!=false", "pod-0004,pod-0008,pod-0012" },
        { "filter[]=container_node_id=NULL", "pod-0005,pod-0010" },
        { "filter[]=container_node_id=nil", "pod-0005,pod-0010" },
        { "filter[]=container_node_id!=null&filter[]=restart_count=3", "Pod-0003" },
        { "filter[]=name='NULL'", "" },
        { "filter[]=ems_created_on=2023-11-14T22:13:21Z", "pod-0001" },
        { "filter[]=ems_created_on<2023-11-14T22:13:22Z", "pod-0001" },
        { "filter[]=ems_created_on>2023-11-14T22:13:30Z", "pod-0011,pod-0012" },
        { "filter[]=ems_created_on>='2023-11-14T22:13:31Z'", "pod-0011,pod-0012" },
        { "filter[]=ems_created_on<='2023-11-14T22:13:22Z'", "pod-0001,pod-0002" },
        { "filter[]=ems_created_on!='2023-11-14'", "" },
        { "filter[]=ems_created_on=2023-11-14&filter[]=restart_count=0", "pod-0007" },
        { "filter[]=restart_count=0&filter[]=phase=Running&filter[]=or%20name='pod-0001'"
          "&filter[]=or%20name='pod-0002'",
          "pod-0001,pod-0002,pod-0007" },
        { "filter[]=or%20name=pod-0001&filter[]=or%20name=pod-0002", "pod-0001,pod-0002" },
        { "filter[]=container_project.name=web&filter[]=restart_count=1", "pod-0001" },
        { "filter[]=container_node.name=NULL", "pod-0005,pod-0010" },
        { "filter[]=containers.name=sidecar&filter[]=restart_count=2", "pod-0002,pod-0009" },
        { "filter[]=containers.name=nothing", "" },
        { "filter[]=id=1000000001002", "pod-0002" },
        { "filter[]=archived=false&filter[]=restart_count=0", "pod-0007" },
        { "filter[]=archived=true", "" },
    };
    struct api_fixture *f = fixture_of(state);
    char target[600];

    seed_pods(f, 12);
    for (size_t i = 0; i < RV_COUNT(cases); i++) {
        snprintf(target, sizeof(target), PODS "?expand=resources&attributes=name&%s",
                 cases[i].filters);
        AUTO_REPLY struct reply reply = get(f, target);
        if (reply.status != 200 || strcmp(all_of(&reply, "resources", "name"), cases[i].names) != 0)
            fail_msg("%s: %d %s", cases[i].filters, reply.status, reply.body);
    }
}

static void
a_filter_that_cannot_be_is_refused_by_name(void **state)
{
    static const struct filter_case cases[] = {
        { "filter[]=phse=Running", "phse" },
        { "filter[]=name", "no operator" },
        { "filter[]=name=", "no value" },
        { "filter[]==x", "no attribute" },
        { "filter[]=name='x", "not closed" },
        { "filter[]=restart_count=many", "restart_count" },
        { "filter[]=restart_count=99999999999999999999", "restart_count" },
        { "filter[]=restart_count=1.5", "restart_count" },
        { "filter[]=host_network=maybe", "host_network" },
        { "filter[]=ems_created_on=yesterday", "ems_created_on" },
        { "filter[]=ems_created_on!=2023-11-14", "ems_created_on" },
        { "filter[]=ems_created_on>=2023-11-14", "ems_created_on" },
        { "filter[]=name>NULL", "name" },
        { "filter[]=container_project.ext_management_system.name=x", "more than one" },
        { "filter[]=container_project.nme=x", "nme" },
        { "filter[]=container_project=x", "container_project" },
        { "filter[]=href_slug=x", "href_slug" },
        { "filter[]=content_hash=1", "content_hash" },
        { "filter=name=x", "filter" },
    };
    struct api_fixture *f = fixture_of(state);
    char target[600];

    for (size_t i = 0; i < RV_COUNT(cases); i++) {
        snprintf(target, sizeof(target), PODS "?%s", cases[i].filters);
        AUTO_REPLY struct reply reply = get(f, target);
        if (reply.status != 400 || !strstr(at(&reply, "error.message"), cases[i].names))
            fail_msg("%s: %d %s", cases[i].filters, reply.status, reply.body);
    }
}

static void
sorting_takes_several_keys_orders_and_ignores_case_on_request(void **state)
{
    static const struct filter_case cases[] = {
        { "sort_by=phase,name&sort_order=asc,desc",
          "pod-0006,Pod-0003,pod-0005,pod-0004,pod-0002,pod-0001" },
        { "sort_by=name", "Pod-0003,pod-0001,pod-0002,pod-0004,pod-0005,pod-0006" },
        { "sort_by=name&sort_order=asc&sort_options=ignore_case",
          "pod-0001,pod-0002,Pod-0003,pod-0004,pod-0005,pod-0006" },
        { "sort_by=name&sort_order=descending&sort_options=ignore_case",
          "pod-0006,pod-0005,pod-0004,Pod-0003,pod-0002,pod-0001" },
        { "sort_by=container_node_id", "pod-0001,pod-0002,Pod-0003,pod-0004,pod-0006,pod-0005" },
        { "sort_by=container_node_id&sort_order=desc",
          "pod-0001,pod-0002,Pod-0003,pod-0004,pod-0006,pod-0005" },
        { "sort_by=container_project.name&limit=3", "pod-0002,pod-0004,pod-0006" },
        { "sort_by=archived,restart_count&sort_order=asc,desc&limit=2", "pod-0006,pod-0005" },
    };
    static const char *const bad[] = { "sort_by=href_slug", "sort_by=nme",
                                       "sort_by=name&sort_order=up",
                                       "sort_by=name&sort_options=case",
                                       "sort_by=container_project" };
    struct api_fixture *f = fixture_of(state);
    char target[600];

    seed_pods(f, 6);
    for (size_t i = 0; i < RV_COUNT(cases); i++) {
        snprintf(target, sizeof(target), PODS "?expand=resources&attributes=name&%s",
                 cases[i].filters);
        AUTO_REPLY struct reply reply = get(f, target);
        if (reply.status != 200 || strcmp(all_of(&reply, "resources", "name"), cases[i].names) != 0)
            fail_msg("%s: %d %s", cases[i].filters, reply.status,
                     all_of(&reply, "resources", "name"));
    }
    for (size_t i = 0; i < RV_COUNT(bad); i++) {
        snprintf(target, sizeof(target), PODS "?%s", bad[i]);
        AUTO_REPLY struct reply reply = get(f, target);
        assert_int_equal(reply.status, 400);
    }
}

static void
machines_that_are_gone_are_archived_or_orphaned(void **state)
{
    struct api_fixture *f = fixture_of(state);
    static const char *const rows = "INSERT INTO vms (id, ems_id, ems_ref, name, deleted_on, "
                                    "storage_id, connection_state) VALUES ";
    static const char *const vms[] = {
        ("(1000000000801, 1000000000101, 'a', 'here', NULL, 7, "
         "'connected')"),
        "(1000000000802, 1000000000101, 'b', 'files', 5, 7, NULL)",
        "(1000000000803, 1000000000101, 'c', 'gone', 5, NULL, NULL)"
    };
    static const char *const filters[][2] = { { "active=true", "here" },
                                              { "orphaned=true", "files" },
                                              { "archived=true", "gone" },
                                              { "disconnected=false", "here" } };

    for (size_t i = 0; i < RV_COUNT(vms); i++) {
        RV_AUTO_FREE char *sql = rv_format("%s%s", rows, vms[i]);
        rv_test_script(f->store, sql);
    }
    for (size_t i = 0; i < RV_COUNT(filters); i++) {
        RV_AUTO_FREE char *path = rv_format("/api/vms?expand=resources&filter[]=%s", filters[i][0]);
        AUTO_REPLY struct reply reply = get(f, path);
        assert_string_equal(all_of(&reply, "resources", "name"), filters[i][1]);
    }
    AUTO_REPLY struct reply one =
        get(f, "/api/vms/1000000000802?attributes=archived,orphaned,active,disconnected");
    assert_string_equal(at(&one, "archived"), "false");
    assert_string_equal(at(&one, "orphaned"), "true");
    assert_string_equal(at(&one, "active"), "false");
    assert_string_equal(at(&one, "disconnected"), "true");
}

static void
counts_are_what_each_collection_of_inventory_shows(void **state)
{
    struct api_fixture *f = fixture_of(state);
    seed_pods(f, 4);
    rv_test_script(
        f->store,
        "UPDATE container_groups SET deleted_on = 1700000000000 WHERE id = 1000000001002");
    AUTO_REPLY struct reply all = get(f, "/api/counts");
    AUTO_REPLY struct reply nobody = ask(f, "GET", "/api/counts", "Accept: */*\n", NULL);
    AUTO_REPLY struct reply wrong = get(f, "/api/counts?filter=x");
    const cJSON *counts = cJSON_GetObjectItemCaseSensitive(all.json, "counts"), *one;

    assert_int_equal(all.status, 200);
    assert_int_equal(nobody.status, 401);
    assert_int_equal(wrong.status, 400);
    assert_int_equal(rv_json_int(counts, "container_groups", 0), 3);
    assert_null(cJSON_GetObjectItemCaseSensitive(counts, "servers"));
    assert_null(cJSON_GetObjectItemCaseSensitive(counts, "containers"));
    assert_true(cJSON_GetArraySize(counts) > 50);
    cJSON_ArrayForEach(one, counts)
    {
        RV_AUTO_FREE char *path = rv_format("/api/%s?hide=resources&limit=1", one->string);
        AUTO_REPLY struct reply shown = get(f, path);
        if (rv_json_int(shown.json, "count", -1) != (int64_t)one->valuedouble)
            fail_msg("%s: %s, but %g were counted", path, shown.body, one->valuedouble);
    }
}

static void
rows_that_are_gone_are_listed_on_request_only(void **state)
{
    struct api_fixture *f = fixture_of(state);
    seed_pods(f, 4);
    rv_test_script(
        f->store,
        "UPDATE container_groups SET deleted_on = 1700000000000 WHERE id = 1000000001002");
    AUTO_REPLY struct reply active = get(f, PODS "?expand=resources&attributes=name");
    AUTO_REPLY struct reply all = get(f, PODS "?archived=true");
    AUTO_REPLY struct reply gone = get(f, PODS "?expand=resources&filter[]=deleted_on!=NULL");
    AUTO_REPLY struct reply virtual = get(f, PODS "?expand=resources&filter[]=archived=true");
    AUTO_REPLY struct reply one = get(f, PODS "/1000000001002");
    AUTO_REPLY struct reply bad = get(f, PODS "?archived=yes");

    assert_string_equal(at(&active, "count"), "3");
    assert_string_equal(all_of(&active, "resources", "name"), "pod-0001,Pod-0003,pod-0004");
    assert_string_equal(at(&all, "count"), "4");
    assert_string_equal(all_of(&gone, "resources", "name"), "pod-0002");
    assert_string_equal(all_of(&virtual, "resources", "name"), "pod-0002");
    assert_string_equal(at(&one, "deleted_on"), "2023-11-14T22:13:20Z");
    assert_int_equal(bad.status, 400);
}

static void
collection_class_restricts_and_knows_aliens(void **state)
{
    struct api_fixture *f = fixture_of(state);
    seed_pods(f, 2);
    AUTO_REPLY struct reply one = get(f, "/api/providers?expand=resources&collection_class="
                                         "ManageIQ::Providers::Kubernetes::ContainerManager");
    AUTO_REPLY struct reply base =
        get(f, "/api/providers?collection_class=ManageIQ::Providers::ContainerManager");
    AUTO_REPLY struct reply own = get(f, PODS "?collection_class=ContainerGroup");
    AUTO_REPLY struct reply nested = get(
        f, PODS "?collection_class=ManageIQ::Providers::Demo::ContainerManager::ContainerGroup");
    AUTO_REPLY struct reply alien = get(f, PODS "?collection_class=Vm");

    assert_string_equal(all_of(&one, "resources", "name"), "prod");
    assert_string_equal(at(&base, "count"), "2");
    assert_string_equal(at(&own, "count"), "2");
    assert_string_equal(at(&nested, "count"), "0");
    assert_int_equal(alien.status, 400);
}

static void
providers_show_the_class_and_filter_by_either_name(void **state)
{
    struct api_fixture *f = fixture_of(state);
    AUTO_REPLY struct reply one = get(
        f, "/api/providers/1000000000101?attributes=emstype,hostname,port,authentication_status,"
           "last_refresh_status");
    AUTO_REPLY struct reply by_name =
        get(f, "/api/providers?expand=resources&filter[]=type=kubernetes");
    AUTO_REPLY struct reply by_class =
        get(f, "/api/providers?expand=resources&filter[]=type="
               "'ManageIQ::Providers::Kubernetes::ContainerManager'");

    assert_string_equal(at(&one, "type"), "ManageIQ::Providers::Kubernetes::ContainerManager");
    assert_string_equal(at(&one, "emstype"), "kubernetes");
    assert_string_equal(at(&one, "hostname"), "k8s.example");
    assert_string_equal(at(&one, "port"), "6443");
    assert_string_equal(at(&one, "authentication_status"), "Valid");
    assert_string_equal(at(&one, "last_refresh_status"), "never");
    assert_string_equal(all_of(&by_name, "resources", "name"), "prod");
    assert_string_equal(all_of(&by_class, "resources", "name"), "prod");
}

/* Each adds something worse to those before it. */
static void
a_providers_state_says_first_what_keeps_it_from_being_read(void **state)
{
    static const char *const worse[][2] = {
        { "UPDATE ext_management_systems SET last_refresh_date = 1", "unserved" },
        { "INSERT INTO miq_workers (id, type, guid, status, ems_id) VALUES "
          "(1000000000900, 'event', 'w-0', 'ready', 1000000000101)",
          "unserved" }, /* listens to its events, and reads nothing else */
        { "INSERT INTO miq_workers (id, type, guid, status, ems_id) VALUES "
          "(1000000000901, 'refresh', 'w-1', 'ready', 1000000000101)",
          "ok" },
        { "UPDATE ext_management_systems SET last_refresh_date = NULL", "new" },
        { "UPDATE ext_management_systems SET last_refresh_error = 'no route'", "failing" },
        { "UPDATE miq_workers SET status = 'silent'", "hanging" },
        { "UPDATE authentications SET status = 'Invalid'", "refused" },
        { "UPDATE ext_management_systems SET quarantine_reason = 'it crashed'", "quarantine" },
        { "UPDATE ext_management_systems SET enabled = FALSE", "paused" },
    };
    struct api_fixture *f = fixture_of(state);

    for (size_t i = 0; i < RV_COUNT(worse); i++) {
        rv_test_script(f->store, worse[i][0]);
        AUTO_REPLY struct reply one = get(f, "/api/providers/1000000000101?attributes=state");
        RV_AUTO_FREE char *path =
            rv_format("/api/providers?filter[]=name=prod&filter[]=state=%s", worse[i][1]);
        AUTO_REPLY struct reply found = get(f, path);
        assert_string_equal(at(&one, "state"), worse[i][1]);
        assert_string_equal(at(&found, "subquery_count"), "1");
    }
}

static void
several_rows_are_queried_by_id_href_guid_and_name(void **state)
{
    struct api_fixture *f = fixture_of(state);
    seed_pods(f, 3);
    AUTO_REPLY struct reply reply =
        post(f, PODS "?attributes=name",
             "{\"action\":\"query\",\"resources\":[{\"name\":\"Pod-0003\"},"
             "{\"id\":\"1000000001001\"},{\"id\":1000000001001},"
             "{\"href\":\"http://x/api/container_groups/1000000001002\"}]}");
    AUTO_REPLY struct reply by_guid =
        post(f, "/api/providers", "{\"action\":\"query\",\"resources\":[{\"guid\":\"guid-102\"}]}");
    AUTO_REPLY struct reply unknown =
        post(f, PODS, "{\"action\":\"query\",\"resources\":[{\"id\":\"7\"}]}");
    AUTO_REPLY struct reply alien = post(
        f, PODS, "{\"action\":\"query\",\"resources\":[{\"href\":\"/api/vms/1000000001001\"}]}");

    assert_string_equal(all_of(&reply, "results", "name"), "Pod-0003,pod-0001,pod-0001,pod-0002");
    assert_string_equal(at(&by_guid, "results[0].name"), "lab");
    assert_int_equal(unknown.status, 404);
    assert_string_equal(at(&unknown, "error.klass"), "ActiveRecord::RecordNotFound");
    assert_int_equal(alien.status, 400);
}

static void
providers_are_compared_by_the_class_that_is_shown(void **state)
{
    static const struct {
        const char *filter, *names;
    } cases[] = {
        { "type='ManageIQ::*'", "prod,lab" },
        { "type='*::Kubernetes::*'", "prod" },
        { "type!='*::Kubernetes::*'", "lab" },
        { "type!=kubernetes", "lab" },
        { "type!='ManageIQ::Providers::Demo::ContainerManager'", "prod" },
        { "type>'ManageIQ::Providers::E'", "prod" },
        { "type='kube*'", "" },
        { "emstype='kube*'", "prod" },
    };
    struct api_fixture *f = fixture_of(state);

    for (size_t i = 0; i < RV_COUNT(cases); i++) {
        RV_AUTO_FREE char *target =
            rv_format("/api/providers?expand=resources&filter[]=%s", cases[i].filter);
        AUTO_REPLY struct reply reply = get(f, target);
        if (reply.status != 200 || strcmp(all_of(&reply, "resources", "name"), cases[i].names) != 0)
            fail_msg("%s: %s", cases[i].filter, reply.body);
    }
}

static void
a_filter_over_children_sees_those_that_are_gone_when_asked(void **state)
{
    struct api_fixture *f = fixture_of(state);
    seed_pods(f, 4);
    rv_test_script(f->store, "UPDATE containers SET deleted_on = 1700000000000 WHERE name = "
                             "'sidecar' AND container_group_id <> 1000000001002");
    AUTO_REPLY struct reply there = get(f, PODS "?filter[]=containers.name=sidecar");
    AUTO_REPLY struct reply all = get(f, PODS "?filter[]=containers.name=sidecar&archived=true");

    assert_string_equal(at(&there, "subquery_count"), "1");
    assert_string_equal(at(&all, "subquery_count"), "4");
}

static void
a_name_means_the_row_that_is_there(void **state)
{
    struct api_fixture *f = fixture_of(state);
    static const char query[] = "{\"action\":\"query\",\"resources\":[{\"name\":\"twin\"}]}";
    seed_pods(f, 3);
    rv_test_script(f->store, "UPDATE container_groups SET name = 'twin', deleted_on = "
                             "1700000000000 WHERE id <> 1000000001002");
    AUTO_REPLY struct reply gone = post(f, PODS, query);
    rv_test_script(f->store, "UPDATE container_groups SET name = 'twin'");
    AUTO_REPLY struct reply there = post(f, PODS, query);

    assert_string_equal(at(&gone, "results[0].id"), "1000000001001");
    assert_string_equal(at(&there, "results[0].id"), "1000000001002");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        api_test(filters_select_by_type),
        api_test(a_filter_that_cannot_be_is_refused_by_name),
        api_test(sorting_takes_several_keys_orders_and_ignores_case_on_request),
        api_test(machines_that_are_gone_are_archived_or_orphaned),
        api_test(rows_that_are_gone_are_listed_on_request_only),
        api_test(collection_class_restricts_and_knows_aliens),
        api_test(providers_show_the_class_and_filter_by_either_name),
        api_test(a_providers_state_says_first_what_keeps_it_from_being_read),
        api_test(several_rows_are_queried_by_id_href_guid_and_name),
        api_test(providers_are_compared_by_the_class_that_is_shown),
        api_test(a_filter_over_children_sees_those_that_are_gone_when_asked),
        api_test(counts_are_what_each_collection_of_inventory_shows),
        api_test(a_name_means_the_row_that_is_there),
    };

    return cmocka_run_group_tests_name("api_filter", tests, NULL, NULL);
}
