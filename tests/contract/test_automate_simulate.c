/* SPDX-License-Identifier: Apache-2.0
 *
 * Simulation: what a path leads to is told, and nothing is done.
 */
#include "contract.h"

#include "automate/simulate.h"
#include "base/json.h"
#include "base/mem.h"
#include "datastore/datastore.h"
#include "tree/read.h"
#include "tree/value.h"

static void
fill(struct rv_store *store)
{
    RV_AUTO_AE_TREE struct rv_ae_tree *tree = NULL;
    const struct rv_datastore ds = { .store = store };
    const struct rv_ae_import as_shipped = { .system = 1, .enable = 1 };
    struct rv_ae_imported imported;
    must(rv_ae_tree_read(&tree, REEVE_SOURCE_DIR "/automate/domains", NULL, err));
    must(rv_datastore_import(&ds, tree, &as_shipped, &imported, err));
    rv_test_script(store, "INSERT INTO ext_management_systems (id, name, type, created_on)"
                          " VALUES (5, 'estate', 'demo', 1);"
                          "INSERT INTO vms (id, ems_id, ems_ref, name, power_state)"
                          " VALUES (40, 5, 'vm-40', 'web', 'off');"
                          "INSERT INTO event_streams (id, type, source, event_type, timestamp,"
                          " ems_id, vm_or_template_id) VALUES"
                          " (700, 'EmsEvent', 'DEMO', 'VmPoweredOnEvent', 5000, 5, 40)");
}

static cJSON *
simulate(struct rv_store *store, const struct rv_simulation *wanted)
{
    RV_AUTO_BUF rv_buf out = rv_buf_limited(1 << 20);
    cJSON *json = NULL;
    must(rv_automate_simulate(&out, store, NULL, wanted, err));
    must(rv_json_parse(&json, rv_buf_text(&out), out.len, 1 << 20, 0, err));
    return json;
}

/* 1 when a step of this kind says so. */
static int
has_step(const cJSON *simulated, const char *kind, const char *member, const char *says)
{
    const cJSON *step;
    cJSON_ArrayForEach(step, cJSON_GetObjectItemCaseSensitive(simulated, "steps"))
    {
        const char *text = rv_json_string(step, member);
        if (strcmp(rv_json_string(step, "kind"), kind) == 0 && text && strcmp(text, says) == 0)
            return 1;
    }
    return 0;
}

static void
an_event_leads_to_its_instance_and_nothing_is_done(void **state)
{
    struct rv_store *store = store_of(state);
    fill(store);
    RV_AUTO_JSON cJSON *simulated = simulate(store, &(struct rv_simulation){ .event_id = 700 });
    assert_string_equal(rv_json_string(simulated, "uri"), "/System/Process/Event");
    assert_string_equal(rv_json_string(simulated, "outcome"), "done");
    assert_true(has_step(simulated, "object", "text",
                         "/Reeve/System/Event/EmsEvent/Demo/VmPoweredOnEvent"));
    assert_true(has_step(simulated, "method", "name", "event_action_refresh"));
    assert_true(has_step(simulated, "method", "text", "not run"));
    assert_column(store, "SELECT COUNT(*) FROM miq_queue", "0");
}

static void
attributes_and_the_target_are_those_of_the_root(void **state)
{
    struct rv_store *store = store_of(state);
    fill(store);
    RV_AUTO_JSON cJSON *simulated = simulate(
        store, &(struct rv_simulation){ .uri = "/System/Request/Call_Instance",
                                        .attrs = "{\"namespace\":\"System\",\"class\":\"Policy\","
                                                 "\"instance\":\"request_created\"}",
                                        .target_kind = "vm",
                                        .target_id = 40 });
    assert_true(has_step(simulated, "object", "text", "/Reeve/System/Policy/request_created"));
}

static void
what_is_wrong_in_a_domain_is_told_with_the_steps_before_it(void **state)
{
    struct rv_store *store = store_of(state);
    fill(store);
    RV_AUTO_JSON cJSON *simulated =
        simulate(store, &(struct rv_simulation){ .uri = "/System/Request/Call_Instance",
                                                 .attrs = "{\"namespace\":\"System\","
                                                          "\"class\":\"Nowhere\","
                                                          "\"instance\":\"x\"}" });
    assert_string_equal(rv_json_string(simulated, "outcome"), "error");
    assert_non_null(strstr(rv_json_string(simulated, "reason"), "System/Nowhere"));
    assert_true(has_step(simulated, "object", "text", "/Reeve/System/Request/Call_Instance"));
}

static void
attributes_have_a_ceiling_and_are_what_they_say(void **state)
{
    struct rv_store *store = store_of(state);
    RV_AUTO_BUF rv_buf out = rv_buf_limited(1 << 20), names = rv_buf_limited(1 << 20);
    RV_AUTO_FREE char *wide = rv_format("{\"a\":\"%0300000d\"}", 7);
    struct rv_simulation wanted = { .uri = "/System/Request/Call_Instance", .attrs = wide };
    fill(store);
    must_fail(RV_E_LIMIT, rv_automate_simulate(&out, store, NULL, &wanted, err));
    rv_buf_add_char(&names, '{');
    for (int i = 0; i <= RV_AE_NAMES_MAX; i++)
        rv_buf_addf(&names, "%s\"n%d\":1", i ? "," : "", i);
    rv_buf_add_char(&names, '}');
    wanted.attrs = rv_buf_text(&names);
    must_fail(RV_E_LIMIT, rv_automate_simulate(&out, store, NULL, &wanted, err));
    wanted.attrs = "{\"namespace\":{\"$type\":\"symbol\",\"value\":\"System\"},"
                   "\"class\":\"Policy\",\"instance\":\"request_created\"}";
    RV_AUTO_JSON cJSON *simulated = simulate(store, &wanted);
    assert_false(has_step(simulated, "object", "text", "/Reeve/System/Policy/request_created"));
}

static void
what_is_wrong_in_the_request_is_refused(void **state)
{
    struct rv_store *store = store_of(state);
    RV_AUTO_BUF rv_buf out = rv_buf_limited(1 << 20);
    fill(store);
    static const struct {
        struct rv_simulation wanted;
        int code;
    } bad[] = {
        { { .event_id = 701 }, RV_E_NOT_FOUND },
        { { .uri = "/A//b" }, RV_E_INVALID },
        { { .uri = "/A/b", .attrs = "[1]" }, RV_E_INVALID },
        { { .uri = "/A/b", .target_kind = "nothing", .target_id = 1 }, RV_E_INVALID },
        { { .uri = "/A/b", .target_kind = "vm", .target_id = 41 }, RV_E_NOT_FOUND },
    };
    for (size_t i = 0; i < RV_COUNT(bad); i++)
        must_fail(bad[i].code, rv_automate_simulate(&out, store, NULL, &bad[i].wanted, err));
    assert_int_equal(out.len, 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        schema_test(an_event_leads_to_its_instance_and_nothing_is_done),
        schema_test(attributes_and_the_target_are_those_of_the_root),
        schema_test(what_is_wrong_in_a_domain_is_told_with_the_steps_before_it),
        schema_test(attributes_have_a_ceiling_and_are_what_they_say),
        schema_test(what_is_wrong_in_the_request_is_refused),
    };
    return cmocka_run_group_tests_name("automate_simulate", tests, NULL, NULL);
}
