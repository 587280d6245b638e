/* SPDX-License-Identifier: Apache-2.0
 *
 * What is asked of the server.
 */
#include <string.h>
#include "capture.h"
#include "list.h"

static void
queries_become_paths(void **state)
{
    static const char *const none[] = { NULL };
    static const char *const two[] = { "phase='Running'", "name=\"we*\"", NULL };
    static const struct {
        struct cli_query query;
        const char *path;
    } table[] = {
        { { .collection = "vms" }, "/api/vms" },
        { { .collection = "vms", .filters = none }, "/api/vms" },
        { { .collection = "vms", .attributes = "name,host.name" },
          "/api/vms?attributes=name,host.name" },
        { { .collection = "container_groups", .filters = two, .attributes = "name", .archived = 1 },
          "/api/container_groups?filter[]=phase%3D%27Running%27&filter[]=name%3D%22we%2A%22"
          "&attributes=name&archived=true" },
    };
    (void)state;

    for (size_t i = 0; i < RV_COUNT(table); i++) {
        RV_AUTO_FREE char *path = cli_query_path(&table[i].query);

        assert_string_equal(path, table[i].path);
    }
}

static void
pages_go_by_offset_in_order_or_by_id(void **state)
{
    static const struct {
        struct cli_query query;
        int64_t offset, limit;
        const char *last_id, *path;
    } table[] = {
        { { .collection = "vms" }, 0, 5, NULL, "/api/vms?expand=resources&limit=5&sort_by=id" },
        { { .collection = "vms", .order = { "name" } },
          0,
          5,
          NULL,
          "/api/vms?expand=resources&limit=5&sort_by=name" },
        { { .collection = "pods", .order = { "namespace", "name" }, .descending = 1 },
          10,
          5,
          NULL,
          "/api/pods?expand=resources&limit=5&sort_by=namespace,name&sort_order=desc,desc"
          "&offset=10" },
        { { .collection = "vms", .sort_by = "a,b,c", .descending = 1 },
          0,
          7,
          NULL,
          "/api/vms?expand=resources&limit=7&sort_by=a,b,c&sort_order=desc,desc,desc" },
        { { .collection = "vms", .sort_by = "created_on,id", .latest = 1 },
          0,
          7,
          NULL,
          "/api/vms?expand=resources&limit=7&sort_by=created_on,id&sort_order=desc,desc" },
        { { .collection = "vms", .order = { "name" } },
          0,
          1000,
          "",
          "/api/vms?expand=resources&limit=1000&sort_by=id" },
        { { .collection = "vms", .order = { "name" } },
          1000,
          1000,
          "1000000000042",
          "/api/vms?expand=resources&limit=1000&sort_by=id&filter[]=id%3E1000000000042" },
    };
    (void)state;

    for (size_t i = 0; i < RV_COUNT(table); i++) {
        RV_AUTO_FREE char *path =
            cli_page_path(&table[i].query, table[i].offset, table[i].limit, table[i].last_id);

        assert_string_equal(path, table[i].path);
    }
}

/* In quotes * and % are wildcards, without them null is none: each text is said so that it is
 * meant exactly where the grammar can say it. */
static void
names_are_asked_for_exactly(void **state)
{
    static const char *const table[][2] = {
        { "web-1", "name=web-1" },   { "50%", "name=50%" },         { "a*b", "name=a*b" },
        { "null", "name=\"null\"" }, { "NIL", "name=\"NIL\"" },     { "", "name=\"\"" },
        { "'x'", "name=\"'x'\"" },   { "\"x\"", "name=\"\"x\"\"" }, { " x", "name=\" x\"" },
        { "x ", "name=\"x \"" },     { "=x", "name=\"=x\"" },       { "~x", "name=\"~x\"" },
        { "a=b!=c", "name=a=b!=c" },
    };
    (void)state;

    for (size_t i = 0; i < RV_COUNT(table); i++) {
        RV_AUTO_FREE char *filter = cli_filter_equal("name", table[i][0]);

        assert_string_equal(filter, table[i][1]);
    }
}

static void
rows_come_in_the_order_that_people_expect(void **state)
{
    static const char *const table[][3] = {
        { "pods", "namespace", "name" }, { "containers", "container_group.namespace", "name" },
        { "nodes", "name", NULL },       { "providers", "name", NULL },
        { "tasks", NULL, NULL },         { "miq_queue", NULL, NULL },
        { "workers", NULL, NULL },
    };
    (void)state;

    for (size_t i = 0; i < RV_COUNT(table); i++) {
        struct cli_query query = { .collection = "x" };
        struct cli_kind kind;

        assert_true(cli_kind_lookup(&kind, table[i][0]));
        cli_query_order(&query, &kind);
        assert_true(rv_streq(query.order[0], table[i][1]));
        assert_true(!query.order[0] || rv_streq(query.order[1], table[i][2]));
    }
}

static void
people_call_rows_by_name_where_they_have_one(void **state)
{
    static const char *const table[][2] = {
        { "pods", "name" },  { "users", "userid" },        { "workers", "guid" },
        { "tasks", "name" }, { "settings_changes", NULL }, { "miq_queue", NULL },
    };
    const struct cli_kind unknown = { .kind = NULL };
    (void)state;

    for (size_t i = 0; i < RV_COUNT(table); i++) {
        struct cli_kind kind;

        assert_true(cli_kind_lookup(&kind, table[i][0]));
        if (!rv_streq(cli_name_attribute(&kind), table[i][1]))
            fail_msg("%s: %s", table[i][0], cli_name_attribute(&kind));
    }
    assert_string_equal(cli_name_attribute(&unknown), "name");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(queries_become_paths),
        cmocka_unit_test(pages_go_by_offset_in_order_or_by_id),
        cmocka_unit_test(names_are_asked_for_exactly),
        cmocka_unit_test(rows_come_in_the_order_that_people_expect),
        cmocka_unit_test(people_call_rows_by_name_where_they_have_one),
    };

    return cmocka_run_group_tests(tests, learn_dictionary, forget_dictionary);
}
