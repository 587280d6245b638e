/* SPDX-License-Identifier: Apache-2.0
 *
 * Reading over the API: collections, pages, attributes, filters, sorting, sub-collections.
 */
#include "api_fixture.h"

#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>
#include "model/model.h"
#include "store/schema.h"

#define PODS "/api/container_groups"

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
        "(1000000000801, 1000000000101, 'a', 'here', NULL, 7, "
        "'connected')",
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
        api_test(sub_collections_are_expanded_in_place),
        api_test(tags_come_over_their_pairing_table),
        api_test(sub_collections_are_listed_and_read),
        api_test(zero_is_no_id),
        api_test(filters_select_by_type),
        api_test(a_filter_that_cannot_be_is_refused_by_name),
        api_test(sorting_takes_several_keys_orders_and_ignores_case_on_request),
        api_test(machines_that_are_gone_are_archived_or_orphaned),
        api_test(rows_that_are_gone_are_listed_on_request_only),
        api_test(collection_class_restricts_and_knows_aliens),
        api_test(providers_show_the_class_and_filter_by_either_name),
        api_test(several_rows_are_queried_by_id_href_guid_and_name),
        api_test(a_page_of_large_rows_ends_early_and_leads_on),
        api_test(providers_are_compared_by_the_class_that_is_shown),
        api_test(a_filter_over_children_sees_those_that_are_gone_when_asked),
        api_test(what_is_looked_up_for_each_row_has_a_ceiling),
        api_test(task_results_are_there_by_that_name),
        api_test(counts_are_what_each_collection_of_inventory_shows),
        api_test(a_name_means_the_row_that_is_there),
        api_test(options_describe_a_collection_without_login),
        api_test(a_kind_that_another_process_brought_in_is_a_collection),
    };

    return cmocka_run_group_tests_name("api_read", tests, NULL, NULL);
}
