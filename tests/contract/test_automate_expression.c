/* SPDX-License-Identifier: Apache-2.0
 *
 * Methods of location "expression", on both stores: which rows fit, and what of them is put where.
 */
#include "contract.h"

#include <string.h>
#include "../unit/resolve/table.h"
#include "automate/live.h"
#include "base/clock.h"
#include "base/mem.h"

#define NOW 1790000000000LL /* 2026-09-21T14:13:20Z, a Monday */

static struct rv_test_db db;
static struct rv_store *store;
static struct rv_settings *settings;
static struct rv_live *live;
static struct rv_settings *settings;

static int
setup(void **state)
{
    (void)state;
    store = rv_test_store_fresh(&db);
    settings = rv_settings_new();
    live = rv_live_new(&(struct rv_live){ .store = store, .settings = settings });
    must(rv_store_script(
        store,
        "INSERT INTO ext_management_systems (id, name, type) VALUES (5, 'estate', 'demo');"
        "INSERT INTO hosts (id, ems_id, name) VALUES (7, 5, 'h1'), (8, 5, 'h2');"
        "INSERT INTO vms (id, ems_id, name, host_id, cpu_shares, power_state, state_changed_on,"
        " deleted_on) VALUES"
        " (20, 5, 'cfme_2.1', 7, 400, 'on', 1789990000000, NULL),"
        " (21, 5, 'cfme_3.1', 8, 400, 'off', 1789900000000, NULL),"
        " (22, 5, 'cfme_4.2', 8, 11, NULL, 1780000000000, NULL),"
        " (23, 5, 'x%y', NULL, NULL, '', NULL, NULL),"
        " (24, 5, 'cfme_gone.1', 7, 400, 'on', NULL, 1789990000000);"
        "INSERT INTO snapshots (id, vm_or_template_id, name) VALUES (1, 20, 'a'), (2, 20, 'b'),"
        " (3, 21, 'c');"
        "INSERT INTO tags (id, name) VALUES (3, '/managed/environment/prod');"
        "INSERT INTO taggings (id, tag_id, taggable_type, taggable_id) VALUES (1, 3, 'vm', 21),"
        " (2, 3, 'host', 8);",
        err));
    return 0;
}

static int
teardown(void **state)
{
    (void)state;
    rv_live_free(live);
    rv_settings_free(settings);
    rv_store_close(store);
    rv_test_db_drop(&db);
    return 0;
}

#define EXPRESSION_TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

/* What becomes of a method with this expression and these inputs ("name datatype = value" lines):
 * the root's attribute `attribute` as text, or the error. The caller's to free. */
static char *
run(const char *expression, const char *inputs, const char *attribute)
{
    RV_AUTO_FREE char *definitions = rv_format("domain Acme 20\n"
                                               "class Ops/Find\n"
                                               "  field act method = find\n"
                                               "  method find expression: %s\n"
                                               "%s"
                                               "  instance any\n",
                                               expression, inputs);
    struct table *table = table_new(definitions);
    const struct rv_ws_calls calls = rv_live_calls(live);
    struct rv_ws *ws = NULL;
    struct rv_ws_object *root = NULL;
    rv_err err = RV_ERR_INIT;
    RV_AUTO_BUF rv_buf text = rv_buf_limited(1 << 20);
    if (rv_ws_open(&ws, table_source(table), &calls, NULL, &err) < 0)
        fail_msg("%s", err.text);
    rv_live_begin(live, ws, 1, 0);
    if (rv_ws_instantiate(ws, NULL, "/Ops/Find/any", &root, &err) < 0)
        rv_buf_add_string(&text, err.text);
    else if (rv_ws_outcome(ws) == RV_WS_ABORTED)
        rv_buf_add_string(&text, "aborted");
    else if (rv_ws_get(root, attribute))
        rv_ae_show(&text, rv_ws_get(root, attribute));
    rv_ws_close(ws);
    table_free(table);
    return rv_strdup(rv_buf_text(&text));
}

#define AS_NAMES "    input result_type = array\n    input on_empty = warn\n"
#define VM(expression) "{db: Vm, expression: " expression "}"

static void
gives(const char *expression, const char *inputs, const char *attribute, const char *wanted)
{
    RV_AUTO_FREE char *text = run(expression, inputs, attribute);
    if (strcmp(text, wanted) != 0)
        fail_msg("%s\n%sgives '%s', not '%s'", expression, inputs, text, wanted);
}

static void
says(const char *expression, const char *inputs, const char *wanted)
{
    RV_AUTO_FREE char *text = run(expression, inputs, "values");
    if (strstr(text, wanted) == NULL)
        fail_msg("%s\n%ssays '%s', without '%s'", expression, inputs, text, wanted);
}

static void
each_operator_finds_the_rows_that_fit(void **state)
{
    static const struct {
        const char *expression, *names;
    } cases[] = {
        { "{'=': {field: Vm-name, value: cfme_2.1}}", "[\"cfme_2.1\"]" },
        { "{'!=': {field: Vm-cpu_shares, value: 400}}", "[\"cfme_4.2\"]" },
        { "{'<': {field: Vm-cpu_shares, value: 400}}", "[\"cfme_4.2\"]" },
        { "{'>=': {field: Vm-cpu_shares, value: 400}}", "[\"cfme_2.1\",\"cfme_3.1\"]" },
        { "{STARTS WITH: {field: Vm-name, value: cfme}}",
          "[\"cfme_2.1\",\"cfme_3.1\",\"cfme_4.2\"]" },
        { "{ends with: {field: Vm-name, value: '.1'}}", "[\"cfme_2.1\",\"cfme_3.1\"]" },
        { "{INCLUDES: {field: Vm-name, value: '%'}}", "[\"x%y\"]" },
        { "{'=': {field: Vm-name, value: '*'}}", "" },
        { "{NOT LIKE: {field: Vm-name, value: '_'}}", "[\"x%y\"]" },
        { "{IS NULL: {field: Vm-power_state}}", "[\"cfme_4.2\"]" },
        { "{IS EMPTY: {field: Vm-power_state, value: ''}}", "[\"cfme_4.2\",\"x%y\"]" },
        { "{IS NOT EMPTY: {field: Vm-power_state}}", "[\"cfme_2.1\",\"cfme_3.1\"]" },
        { "{IS NOT NULL: {field: Vm-host_id}}", "[\"cfme_2.1\",\"cfme_3.1\",\"cfme_4.2\"]" },
        { "{'=': {field: Vm.host-name, value: h2}}", "[\"cfme_3.1\",\"cfme_4.2\"]" },
        { "{'=': {field: Vm.snapshots-name, value: c}}", "[\"cfme_3.1\"]" },
        { "{'>': {count: Vm.snapshots, value: 1}}", "[\"cfme_2.1\"]" },
        { "{CONTAINS: {tag: Vm.managed-environment, value: prod}}", "[\"cfme_3.1\"]" },
        { "{CONTAINS: {tag: Vm.host.managed-environment, value: prod}}",
          "[\"cfme_3.1\",\"cfme_4.2\"]" },
        { "{IS: {field: Vm-state_changed_on, value: Today}}", "[\"cfme_2.1\"]" },
        { "{IS: {field: Vm-state_changed_on, value: Yesterday}}", "[\"cfme_3.1\"]" },
        { "{BEFORE: {field: Vm-state_changed_on, value: 2 Months Ago}}", "[\"cfme_4.2\"]" },
        { "{AFTER: {field: Vm-state_changed_on, value: Last Week}}", "[\"cfme_2.1\"]" },
        { "{FROM: {field: Vm-state_changed_on, value: [Last Week, This Week]}}",
          "[\"cfme_2.1\",\"cfme_3.1\"]" },
        { "{'=': {field: Vm-state_changed_on, value: '2026-09-20'}}", "[\"cfme_3.1\"]" },
        { "{and: [{'=': {field: Vm-cpu_shares, value: 400}}, {'=': {field: Vm-power_state, value: "
          "'on'}}]}",
          "[\"cfme_2.1\"]" },
        { "{or: [{'=': {field: Vm-cpu_shares, value: 11}}, {'=': {field: Vm-power_state, value: "
          "'on'}}]}",
          "[\"cfme_2.1\",\"cfme_4.2\"]" },
        { "{not: {'=': {field: Vm-power_state, value: 'on'}}, token: 3}",
          "[\"cfme_3.1\",\"cfme_4.2\",\"x%y\"]" },
        { "{IS NOT NULL: {field: Vm-deleted_on}}", "[\"cfme_gone.1\"]" },
    };
    (void)state;
    rv_clock_fake(NOW);
    for (size_t i = 0; i < RV_COUNT(cases); i++) {
        RV_AUTO_FREE char *whole = rv_format("{db: Vm, expression: %s}", cases[i].expression);
        gives(whole, AS_NAMES, "values", cases[i].names);
    }
    rv_clock_real();
}

static void
open_values_are_the_inputs_in_their_order(void **state)
{
    static const char expression[] =
        "{':db': VmOrTemplate, ':expression': {and: [{STARTS WITH: {field: Vm-name, value: "
        "':user_input'}}, {ENDS WITH: {field: Vm-name, value: ':user_input'}}]}}";
    (void)state;
    gives(expression,
          AS_NAMES "    input arg1 = cfme\n    input arg2 integer = 1\n"
                   "    input attributes array = name\n",
          "values", "[\"cfme_2.1\",\"cfme_3.1\"]");
    gives(expression, AS_NAMES "    input arg1 = a%\n    input arg2 = %\n", "values", "");
    says(expression, AS_NAMES "    input arg1 = cfme\n", "no input 'arg2'");
}

static void
a_result_is_shaped_as_its_type_says(void **state)
{
    static const struct {
        const char *inputs, *value;
    } cases[] = {
        { "", "{\"20\":\"cfme_2.1\",\"21\":\"cfme_3.1\"}" },
        { "    input key = name\n    input attributes array = id\n",
          "{\"cfme_2.1\":20,\"cfme_3.1\":21}" },
        { "    input result_type = hash\n    input attributes array = name,cpu_shares\n",
          "{\"name\":\"cfme_2.1\",\"cpu_shares\":400}" },
        { "    input result_type = array\n    input attributes array = id,host.name\n",
          "[[20,\"h1\"],[21,\"h2\"]]" },
        { "    input result_type = simple\n    input attributes = state_changed_on\n",
          "2026-09-21T11:26:40Z" },
        { "    input result_type = simple\n    input attributes = host\n", "host::7" },
        { "    input result_type = count\n", "2" },
        { "    input result_type = count\n    input distinct array = cpu_shares\n", "1" },
        { "    input result_type = array\n    input distinct array = cpu_shares\n", "[400]" },
        { "    input result_type = array\n    input distinct = archived, cpu_shares\n",
          "[[false,400]]" },
    };
    (void)state;
    for (size_t i = 0; i < RV_COUNT(cases); i++)
        gives(VM("{'=': {field: Vm-cpu_shares, value: 400}}"), cases[i].inputs, "values",
              cases[i].value);
}

static void
a_result_goes_where_it_is_told_and_the_root_knows_how_it_went(void **state)
{
    (void)state;
    gives(VM("{'=': {field: Vm-name, value: cfme_4.2}}"),
          "    input result_type = simple\n    input result_attr = Found\n", "found", "cfme_4.2");
    gives(VM("{'=': {field: Vm-name, value: cfme_4.2}}"), "    input result_obj = /\n", "ae_result",
          "ok");
    says(VM("{'=': {field: Vm-name, value: cfme_4.2}}"), "    input result_obj = nada\n",
         "there is no object 'nada'");
}

static void
no_row_is_an_error_a_warning_or_the_end(void **state)
{
#define NONE VM("{'=': {field: Vm-name, value: nada}}")
    (void)state;
    gives(NONE, "", "ae_result", "error");
    gives(NONE, "    input default = x\n", "values", "");
    gives(NONE, "    input on_empty = warn\n", "ae_result", "warn");
    gives(NONE, "    input on_empty = warn\n    input default array = a,b\n", "values",
          "[\"a\",\"b\"]");
    gives(NONE, "    input on_empty = abort\n", "values", "aborted");
    gives(NONE, "    input result_type = count\n", "values", "0");
    says(NONE, "    input on_empty = shrug\n", "on_empty: 'shrug' means nothing");
}

static void
what_cannot_be_meant_is_an_error_that_names_it(void **state)
{
    static const struct {
        const char *expression, *says;
    } cases[] = {
        { "", "'db' and 'expression' are expected" },
        { "{db: Vm", "line 2" },
        { "{db: Vmm, expression: {IS NULL: {field: Vm-name}}}", "no model 'Vmm'" },
        { VM("{IS NULL: {field: Vm-nome}}"), "unknown attribute 'nome'" },
        { VM("{IS NULL: {field: Host-name}}"), "a field of host" },
        { VM("{IS NULL: {field: name}}"), "no field such as" },
        { VM("{IS NULL: {value: 1}}"), "'field', 'count' or 'tag' is missing" },
        { VM("{RUBY: {field: Vm-name, value: exit}}"), "no operator" },
        { VM("{'=': {field: Vm-cpu_shares, value: many}}"), "not a whole number" },
        { VM("{INCLUDES: {field: Vm-cpu_shares, value: 4}}"), "no text to search in" },
        { VM("{AFTER: {field: Vm-state_changed_on, value: noon}}"), "not a time" },
        { VM("{and: {field: Vm-name}}"), "a list is expected" },
        { VM("{and: []}"), "about nothing" },
        { VM("{and: [x]}"), "an operator" },
        { VM("{IS NULL: {field: Vm-name}, IS EMPTY: {field: Vm-name}}"), "beside each other" },
        { VM("{'=': {field: Vm-name, value: [a]}}"), "not a list" },
        { VM("{FROM: {field: Vm-name, value: a}}"), "two times" },
        { VM("{'=': {count: Vm.nothings, value: 1}}"), "no 'nothings' to count" },
        { VM("{'=': {tag: Vm.managed-environment, value: prod}}"), "CONTAINS" },
    };
    (void)state;
    for (size_t i = 0; i < RV_COUNT(cases); i++)
        says(cases[i].expression, "", cases[i].says);
    says(VM("{IS NULL: {field: Vm-deleted_on}}"), "    input result_type = heap\n",
         "result_type: 'heap' means nothing");
    says(VM("{IS NULL: {field: Vm-deleted_on}}"), "    input attributes = nada\n",
         "unknown attribute 'nada'");
    says(VM("{IS NULL: {field: Vm-deleted_on}}"), "    input attributes = href_slug\n",
         "cannot be read here");
}

static void
more_rows_than_a_value_may_have_are_an_error(void **state)
{
    (void)state;
    must(rv_store_script(store,
                         "INSERT INTO vms (id, name) WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL"
                         " SELECT i + 1 FROM n WHERE i < 10000) SELECT 1000 + i, 'many' FROM n",
                         err));
    gives(VM("{'=': {field: Vm-name, value: many}}"), "    input result_type = count\n", "values",
          "10000");
    says(VM("{IS NOT NULL: {field: Vm-name}}"), AS_NAMES, "more than 10000 rows of vm");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        EXPRESSION_TEST(each_operator_finds_the_rows_that_fit),
        EXPRESSION_TEST(open_values_are_the_inputs_in_their_order),
        EXPRESSION_TEST(a_result_is_shaped_as_its_type_says),
        EXPRESSION_TEST(a_result_goes_where_it_is_told_and_the_root_knows_how_it_went),
        EXPRESSION_TEST(no_row_is_an_error_a_warning_or_the_end),
        EXPRESSION_TEST(what_cannot_be_meant_is_an_error_that_names_it),
        EXPRESSION_TEST(more_rows_than_a_value_may_have_are_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
