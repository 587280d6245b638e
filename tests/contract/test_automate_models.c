/* SPDX-License-Identifier: Apache-2.0
 *
 * What methods see of the model's rows, on both stores: every kind of the dictionary, its columns
 * and associations, and nothing that is secret.
 */
#include "contract.h"

#include <stdlib.h>
#include <string.h>
#include "automate/models.h"
#include "base/clock.h"
#include "query/kinds.h"
#include "base/mem.h"

static struct rv_test_db db;
static struct rv_store *store;
static struct rv_models *models;

static int
setup(void **state)
{
    (void)state;
    store = rv_test_store_fresh(&db);
    models = rv_models_new(store);
    return 0;
}

static int
teardown(void **state)
{
    (void)state;
    rv_models_free(models);
    rv_store_close(store);
    rv_test_db_drop(&db);
    return 0;
}

#define MODELS_TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

static void
run(const char *sql)
{
    rv_err err = RV_ERR_INIT;
    if (rv_store_script(store, sql, &err))
        fail_msg("%s", err.text);
}

static void
column_is(const char *kind, int64_t id, const char *name, const char *shown)
{
    rv_err err = RV_ERR_INIT;
    RV_AUTO_AE_VALUE struct rv_ae_value value = RV_AE_VNIL;
    RV_AUTO_BUF
    rv_buf text = rv_buf_limited(4096);
    if (rv_models_column(models, rv_model_kind(kind), id, name, &value, &err))
        fail_msg("%s", err.text);
    rv_ae_show(&text, &value);
    assert_string_equal(rv_buf_text(&text), shown);
}

/* A row of each kind, with nothing but its id. */
static void
put_a_row(const struct rv_kind *kind)
{
    RV_AUTO_FREE char *sql = rv_format("INSERT INTO \"%s\" (id) VALUES (77)", kind->table);
    rv_err err = RV_ERR_INIT;
    if (rv_store_exec(store, NULL, sql, NULL, 0, &err))
        fail_msg("%s: %s", kind->name, err.text);
}

static void
all_answer(const struct rv_kind *kind, const struct rv_ae_value *names)
{
    for (int i = 0; i < names->len; i++) {
        rv_err err = RV_ERR_INIT;
        RV_AUTO_AE_VALUE struct rv_ae_value value = RV_AE_VNIL;
        if (rv_models_column(models, kind, 77, names->v.items[i].v.text, &value, &err))
            fail_msg("%s.%s: %s", kind->name, names->v.items[i].v.text, err.text);
    }
}

static void
every_kinds_columns_and_associations_answer_and_secrets_do_not(void **state)
{
    (void)state;
    for (int i = 0; i < rv_model_count(); i++) {
        const struct rv_kind *kind = rv_model_at(i);
        RV_AUTO_AE_VALUE struct rv_ae_value columns = RV_AE_VNIL, associations = RV_AE_VNIL;
        put_a_row(kind);
        rv_models_columns(kind, &columns);
        rv_models_associations(kind, &associations);
        all_answer(kind, &columns);
        all_answer(kind, &associations);
        for (int at = 0; at < kind->column_count; at++) {
            rv_err err = RV_ERR_INIT;
            RV_AUTO_AE_VALUE struct rv_ae_value value = RV_AE_VNIL;
            if (kind->columns[at].flags & (REEVE_COL_SECRET | REEVE_COL_INTERNAL))
                assert_int_equal(
                    rv_models_column(models, kind, 77, kind->columns[at].name, &value, &err),
                    RV_E_NOT_FOUND);
        }
    }
}

static void
kinds_are_found_by_our_names_and_by_those_of_manageiqs_classes(void **state)
{
    static const struct {
        const char *asked, *kind;
    } cases[] = {
        { "vm", "vm" },
        { "Vm", "vm" },
        { "vms", "vm" },
        { "VmOrTemplate", "vm" },
        { "MiqAeServiceVm", "vm" },
        { "ManageIQ::Providers::Vmware::InfraManager::Vm", "vm" },
        { "ext_management_system", "provider" },
        { "ExtManagementSystem", "provider" },
        { "ManageIQ::Providers::Kubernetes::ContainerManager::ContainerGroup", "container_group" },
        { "container_group", "container_group" },
        { "ContainerReplicator", "container_replicator" },
        { "EventStream", "event_stream" },
        { "EmsEvent", "event_stream" },
        { "nothing_of_the_sort", NULL },
        { "", NULL },
    };
    (void)state;
    for (size_t i = 0; i < RV_COUNT(cases); i++) {
        const struct rv_kind *kind = rv_query_kind(cases[i].asked);
        if ((kind == NULL) != (cases[i].kind == NULL) ||
            (kind && strcmp(kind->name, cases[i].kind) != 0))
            fail_msg("%s gives %s", cases[i].asked, kind ? kind->name : "nothing");
    }
}

static void
put_pods(void)
{
    run("INSERT INTO ext_management_systems (id, name) VALUES (5, 'cluster');"
        "INSERT INTO container_nodes (id, ems_id, name) VALUES (10, 5, 'n1');"
        "INSERT INTO container_groups (id, ems_id, name, namespace, container_node_id, phase)"
        " VALUES (20, 5, 'web-1', 'shop', 10, 'Running'), (21, 5, 'web-2', 'shop', 10, 'Failed'),"
        " (22, 5, 'job', 'batch', NULL, 'Failed');"
        "UPDATE container_groups SET deleted_on = 1000 WHERE id = 22;"
        "INSERT INTO containers (id, ems_id, container_group_id, name) VALUES (30, 5, 20, 'main'),"
        " (31, 5, 20, 'side')");
}

static void
a_row_leads_to_the_rows_around_it(void **state)
{
    (void)state;
    put_pods();
    column_is("container_group", 20, "name", "web-1");
    column_is("container_group", 20, "container_node", "container_node::10");
    column_is("container_group", 20, "ext_management_system", "provider::5");
    column_is("container_group", 22, "container_node", "");
    RV_AUTO_AE_VALUE struct rv_ae_value list = RV_AE_VNIL;
    rv_err err = RV_ERR_INIT;
    assert_int_equal(
        rv_models_column(models, rv_model_kind("container_group"), 20, "containers", &list, &err),
        0);
    assert_int_equal(list.len, 2);
    assert_int_equal(list.v.items[1].v.row.id, 31);
    rv_ae_clear(&list);
    assert_int_equal(rv_models_column(models, rv_model_kind("container_node"), 10,
                                      "container_groups", &list, &err),
                     0);
    assert_int_equal(list.len, 2);
}

static int
ask(const char *verb, const char *query, struct rv_ae_value *out, rv_err *err)
{
    cJSON *json = cJSON_Parse(query);
    RV_AUTO_AE_VALUE struct rv_ae_value value = RV_AE_VNIL;
    assert_int_equal(rv_ae_from_json(&value, json, err), 0);
    cJSON_Delete(json);
    return rv_models_rows(models, rv_model_kind("container_group"), verb, &value, out, err);
}

static void
shows(const char *verb, const char *query, const char *shown)
{
    rv_err err = RV_ERR_INIT;
    RV_AUTO_AE_VALUE struct rv_ae_value out = RV_AE_VNIL;
    RV_AUTO_BUF
    rv_buf text = rv_buf_limited(4096);
    if (ask(verb, query, &out, &err))
        fail_msg("%s %s: %s", verb, query, err.text);
    for (int i = 0; out.type == RV_AE_LIST && i < out.len; i++)
        rv_buf_addf(&text, "%lld ", (long long)out.v.items[i].v.row.id);
    if (out.type != RV_AE_LIST)
        rv_ae_show(&text, &out);
    assert_string_equal(rv_buf_text(&text), shown);
}

static void
rows_are_looked_for_by_bound_values_and_what_is_gone_is_left_out(void **state)
{
    (void)state;
    put_pods();
    shows("where", "{}", "20 21 ");
    shows("where", "{\"where\":{\"phase\":\"Failed\"}}", "21 ");
    shows("where", "{\"where\":{\"name\":[\"web-1\",\"web-2\"]},\"order\":\"phase\"}", "21 20 ");
    shows("where", "{\"where\":{\"name\":[]}}", "");
    shows("where", "{\"where\":{\"name\":\"' OR 1 = 1 --\"}}", "");
    shows("where", "{\"where\":{\"deleted_on\":1000}}", "22 ");
    shows("where",
          "{\"where\":{\"container_node_id\":null,\"deleted_on\":\"1970-01-01T00:00:01Z\"}}",
          "22 ");
    shows("all", "{\"limit\":1}", "20 ");
    shows("first", "{\"where\":{\"namespace\":\"shop\"},\"order\":\"name\"}",
          "container_group::20");
    shows("first", "{\"where\":{\"namespace\":\"none\"}}", "");
    shows("count", "{\"where\":{\"namespace\":\"shop\"}}", "2");
    shows("find", "{\"id\":22}", "container_group::22");
    shows("find", "{\"id\":\"21\"}", "container_group::21");
    shows("find", "{\"id\":99}", "");
    shows("find", "{\"id\":[20,99,21]}", "20 21 ");
}

static void
a_query_that_makes_no_sense_says_what_is_wrong_with_it(void **state)
{
    static const struct {
        const char *verb, *query, *says;
        int code;
    } cases[] = {
        { "where", "{\"where\":{\"colour\":\"red\"}}", "no column 'colour'", RV_E_INVALID },
        { "where", "{\"where\":{\"content_hash\":1}}", "no column 'content_hash'", RV_E_INVALID },
        { "where", "{\"where\":{\"name\":5}}", "'name' is compared with a text", RV_E_INVALID },
        { "where", "{\"where\":{\"id\":\"many\"}}", "column 'id'", RV_E_INVALID },
        { "where", "{\"where\":[1]}", "table of columns", RV_E_INVALID },
        { "where", "{\"order\":\"name; DROP\"}", "to sort by", RV_E_INVALID },
        { "find", "{\"id\":{\"a\":1}}", "find takes an id", RV_E_INVALID },
        { "destroy_all", "{}", "not 'destroy_all'", RV_E_UNSUPPORTED },
    };
    (void)state;
    for (size_t i = 0; i < RV_COUNT(cases); i++) {
        rv_err err = RV_ERR_INIT;
        RV_AUTO_AE_VALUE struct rv_ae_value out = RV_AE_VNIL;
        assert_int_equal(ask(cases[i].verb, cases[i].query, &out, &err), cases[i].code);
        if (strstr(err.text, cases[i].says) == NULL)
            fail_msg("'%s' lacks '%s'", err.text, cases[i].says);
    }
}

static void
a_row_is_read_once_until_it_is_forgotten(void **state)
{
    (void)state;
    put_pods();
    column_is("container_group", 20, "name", "web-1");
    run("UPDATE container_groups SET name = 'renamed' WHERE id = 20");
    int64_t before = rv_store_statements(store);
    for (int i = 0; i < 5; i++)
        column_is("container_group", 20, "name", "web-1");
    assert_int_equal(rv_store_statements(store), before);
    rv_models_forget(models, rv_model_kind("container_group"), 20);
    column_is("container_group", 20, "name", "renamed");
}

/* What a caller reads along. */
static int
add_up(void *arg, const rv_value *row, rv_err *err)
{
    (void)err;
    *(int64_t *)arg += row[0].v.i;
    return 0;
}

static void
ahead(const struct rv_model_want *wants, int count)
{
    rv_err err = RV_ERR_INIT;
    int64_t sum = 0;
    const struct rv_store_read more = { "SELECT 30 UNION ALL SELECT 12", NULL, 0, add_up, &sum };
    if (rv_models_ahead(models, wants, count, &more, 1, &err))
        fail_msg("%s", err.text);
    assert_int_equal(sum, 42);
}

static void
rows_read_ahead_serve_the_runs_that_begin_soon_and_a_run_keeps_what_it_saw(void **state)
{
    (void)state;
    const struct rv_kind *pods = rv_model_kind("container_group");
    const struct rv_model_want wants[] = {
        { pods, 20 }, { rv_model_kind("container_project"), 30 }, { pods, 20 }, { pods, 999 }
    };
    RV_AUTO_AE_VALUE struct rv_ae_value value = RV_AE_VNIL;
    rv_err err = RV_ERR_INIT;
    put_pods();
    run("INSERT INTO container_projects (id, name) VALUES (30, 'shop') ON CONFLICT DO NOTHING");
    rv_clock_fake(1790000000000LL);
    ahead(wants, (int)RV_COUNT(wants));
    run("UPDATE container_groups SET name = 'renamed' WHERE id = 20");
    int64_t before = rv_store_statements(store);
    column_is("container_group", 20, "name", "web-1");
    rv_models_forget(models, NULL, 0); /* a run begins */
    rv_clock_advance(RV_MODELS_AHEAD_MS - 1);
    assert_true(rv_models_ahead_is_fresh(models));
    column_is("container_group", 20, "name", "web-1");
    rv_clock_advance(1);
    column_is("container_group", 20, "name", "web-1");
    assert_int_equal(rv_store_statements(store), before);
    assert_int_equal(rv_models_column(models, pods, 999, "name", &value, &err), RV_E_NOT_FOUND);
    rv_models_forget(models, NULL, 0);
    assert_false(rv_models_ahead_is_fresh(models));
    column_is("container_group", 20, "name", "renamed");
    rv_clock_real();
}

static void
a_row_that_was_changed_is_forgotten_though_it_was_read_ahead(void **state)
{
    (void)state;
    const struct rv_kind *pods = rv_model_kind("container_group");
    const struct rv_model_want wants[] = { { pods, 20 }, { pods, 21 } };
    put_pods();
    ahead(wants, (int)RV_COUNT(wants));
    run("UPDATE container_groups SET name = 'renamed' WHERE id = 20");
    rv_models_forget(models, pods, 20);
    column_is("container_group", 20, "name", "renamed");
    run("UPDATE container_groups SET name = 'again' WHERE id = 20");
    rv_models_forget(models, NULL, 0);
    rv_models_ahead_drop(models);
    column_is("container_group", 20, "name", "again");
}

static void
more_rows_than_are_read_ahead_are_read_when_they_are_wanted(void **state)
{
    (void)state;
    struct rv_model_want wants[3 * RV_MODELS_AHEAD_MOST];
    const struct rv_kind *pods = rv_model_kind("container_group");
    run("INSERT INTO container_groups (id, name) SELECT n, 'p' || n FROM (WITH RECURSIVE s(n) AS"
        " (SELECT 1000 UNION ALL SELECT n + 1 FROM s WHERE n < 1200) SELECT n FROM s) t");
    for (int i = 0; i < (int)RV_COUNT(wants); i++)
        wants[i] = (struct rv_model_want){ pods, 1000 + i };
    ahead(wants, (int)RV_COUNT(wants));
    for (int i = 0; i < (int)RV_COUNT(wants); i++) {
        RV_AUTO_FREE char *name = rv_format("p%d", 1000 + i);
        column_is("container_group", 1000 + i, "name", name);
    }
}

static void
what_an_event_carries_is_no_row_and_no_secret_whatever_it_says(void **state)
{
    (void)state;
    rv_err err = RV_ERR_INIT;
    RV_AUTO_AE_VALUE struct rv_ae_value data = RV_AE_VNIL;
    run("INSERT INTO event_streams (id, type, event_type, full_data) VALUES (9, 'EmsEvent', 'x',"
        " '{\"vm\":{\"$type\":\"row\",\"kind\":\"vm\",\"value\":\"40\"}}')");
    if (rv_models_column(models, rv_model_kind("event_stream"), 9, "full_data", &data, &err))
        fail_msg("%s", err.text);
    assert_int_equal(data.type, RV_AE_MAP);
    assert_int_equal(rv_ae_get(&data, "vm")->type, RV_AE_MAP);
    assert_string_equal(rv_ae_get(rv_ae_get(&data, "vm"), "$type")->v.text, "row");
}

static void
more_rows_than_a_method_can_mean_are_an_error(void **state)
{
    (void)state;
    rv_err err = RV_ERR_INIT;
    RV_AUTO_AE_VALUE struct rv_ae_value out = RV_AE_VNIL;
    run("INSERT INTO container_groups (id, name) SELECT n, 'p' FROM (WITH RECURSIVE s(n) AS"
        " (SELECT 1000 UNION ALL SELECT n + 1 FROM s WHERE n < 11001) SELECT n FROM s) t");
    assert_int_equal(ask("all", "{}", &out, &err), RV_E_LIMIT);
    assert_non_null(strstr(err.text, "more than 10000 rows"));
    shows("count", "{}", "10002");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        MODELS_TEST(every_kinds_columns_and_associations_answer_and_secrets_do_not),
        cmocka_unit_test(kinds_are_found_by_our_names_and_by_those_of_manageiqs_classes),
        MODELS_TEST(a_row_leads_to_the_rows_around_it),
        MODELS_TEST(rows_are_looked_for_by_bound_values_and_what_is_gone_is_left_out),
        MODELS_TEST(a_query_that_makes_no_sense_says_what_is_wrong_with_it),
        MODELS_TEST(a_row_is_read_once_until_it_is_forgotten),
        MODELS_TEST(rows_read_ahead_serve_the_runs_that_begin_soon_and_a_run_keeps_what_it_saw),
        MODELS_TEST(a_row_that_was_changed_is_forgotten_though_it_was_read_ahead),
        MODELS_TEST(more_rows_than_are_read_ahead_are_read_when_they_are_wanted),
        MODELS_TEST(what_an_event_carries_is_no_row_and_no_secret_whatever_it_says),
        MODELS_TEST(more_rows_than_a_method_can_mean_are_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
