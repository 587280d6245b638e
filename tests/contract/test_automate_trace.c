/* SPDX-License-Identifier: Apache-2.0
 *
 * Traces of runs, on both stores.
 */
#include "contract.h"

#include "automate/trace.h"
#include "base/json.h"
#include "store/record.h"

static struct rv_test_db db;
static struct rv_store *store;

static int
setup(void **state)
{
    (void)state;
    store = rv_test_store_fresh(&db);
    return 0;
}

static int
teardown(void **state)
{
    (void)state;
    rv_store_close(store);
    rv_test_db_drop(&db);
    return 0;
}

#define TRACE_TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

/* All parts of a run's trace, in order. */
static cJSON *
trace_of(int64_t run_id)
{
    cJSON *all = cJSON_CreateArray();
    RV_AUTO_ROWS struct rv_rows *rows = NULL;
    const rv_value *row = NULL, param = rv_vint(run_id);
    must(rv_store_query(store, &rows,
                        "SELECT data FROM automate_traces WHERE run_id = $1 ORDER BY part", &param,
                        1, err));
    while (rv_rows_next(rows, &row, &(rv_err){ 0 }) > 0) {
        assert_true(row[0].len <= RV_TRACE_PART_MAX + 128);
        cJSON *part = cJSON_Parse(row[0].v.text);
        assert_true(cJSON_IsArray(part));
        while (cJSON_GetArraySize(part) > 0)
            cJSON_AddItemToArray(all, cJSON_DetachItemFromArray(part, 0));
        cJSON_Delete(part);
    }
    return all;
}

struct tracing {
    struct rv_trace *trace;
    int64_t run_id;
};

static int
trace_in(void *arg, struct rv_store *in, struct rv_feed *feed, rv_err *err)
{
    const struct tracing *tracing = arg;
    int first = 0;
    (void)feed;
    if (rv_trace_next_part(in, tracing->run_id, &first, err))
        return err->code;
    return rv_trace_write(tracing->trace, in, tracing->run_id, first, err);
}

static void
write_trace(struct rv_trace *trace, int64_t run_id)
{
    struct tracing tracing = { trace, run_id };
    must(rv_store_reserve_ids(store, rv_trace_ids(trace), err));
    must(rv_record_transaction(store, trace_in, &tracing, err));
}

static void
a_trace_has_steps_values_and_log_lines_and_hides_secrets(void **state)
{
    (void)state;
    struct rv_trace *trace = rv_trace_new();
    struct rv_ae_value secret = rv_ae_vtext("v1:sealed");
    secret.type = RV_AE_SECRET;
    const struct rv_ws_step object = { .kind = RV_WS_STEP_OBJECT, .object = 1, .text = "/D/A/b" };
    const struct rv_ws_step field = {
        .kind = RV_WS_STEP_FIELD, .depth = 1, .object = 1, .name = "password", .value = &secret
    };
    const struct rv_ws_step method = {
        .kind = RV_WS_STEP_METHOD, .object = 1, .text = "D/A/m", .took_us = 1200
    };
    rv_trace_step(trace, &object);
    rv_trace_step(trace, &field);
    rv_trace_log(trace, "warn", "a line with \"quotes\"\nand an end");
    rv_trace_step(trace, &method);
    write_trace(trace, 1);
    RV_AUTO_JSON cJSON *steps = trace_of(1);
    assert_int_equal(cJSON_GetArraySize(steps), 4);
    assert_string_equal(rv_json_string(cJSON_GetArrayItem(steps, 0), "kind"), "object");
    assert_string_equal(rv_json_string(cJSON_GetArrayItem(steps, 1), "value"), "********");
    assert_string_equal(rv_json_string(cJSON_GetArrayItem(steps, 2), "text"),
                        "a line with \"quotes\"\nand an end");
    assert_int_equal(rv_json_int(cJSON_GetArrayItem(steps, 3), "took_us", 0), 1200);
    assert_int_equal(rv_json_int(cJSON_GetArrayItem(steps, 3), "code", -1), 0);
    rv_ae_clear(&secret);
    rv_trace_free(trace);
}

static void
a_step_that_is_too_long_is_counted_at_the_end(void **state)
{
    (void)state;
    struct rv_trace *trace = rv_trace_new();
    char signs[2001];
    memset(signs, 1, sizeof(signs) - 1); /* each is six characters in JSON */
    signs[sizeof(signs) - 1] = '\0';
    rv_trace_log(trace, "info", "before");
    rv_trace_log(trace, "info", signs);
    rv_trace_log(trace, "info", "behind");
    write_trace(trace, 1);
    RV_AUTO_JSON cJSON *steps = trace_of(1);
    assert_int_equal(cJSON_GetArraySize(steps), 3);
    assert_string_equal(rv_json_string(cJSON_GetArrayItem(steps, 2), "kind"), "left_out");
    assert_int_equal(rv_json_int(cJSON_GetArrayItem(steps, 2), "count", 0), 1);
    rv_trace_free(trace);
}

static void
what_a_run_that_loops_says_has_a_ceiling_and_is_counted(void **state)
{
    (void)state;
    enum { LINES = 20000 };
    struct rv_trace *trace = rv_trace_new();
    char line[200];
    memset(line, 'x', sizeof(line) - 1);
    line[sizeof(line) - 1] = '\0';
    for (int i = 0; i < LINES; i++)
        rv_trace_log(trace, "info", line);
    assert_int_equal(rv_trace_ids(trace), RV_TRACE_PARTS_MAX);
    write_trace(trace, 1);
    RV_AUTO_JSON cJSON *steps = trace_of(1);
    int kept = cJSON_GetArraySize(steps) - 1;
    const cJSON *last = cJSON_GetArrayItem(steps, kept);
    assert_string_equal(rv_json_string(last, "kind"), "left_out");
    assert_int_equal(kept + rv_json_int(last, "count", 0), LINES);
    rv_trace_begin(trace);
    assert_int_equal(rv_trace_ids(trace), 0);
    rv_trace_free(trace);
}

static void
a_later_attempt_adds_to_the_trace(void **state)
{
    (void)state;
    struct rv_trace *trace = rv_trace_new();
    rv_trace_log(trace, "info", "first");
    write_trace(trace, 1);
    rv_trace_begin(trace);
    rv_trace_log(trace, "info", "second");
    write_trace(trace, 1);
    RV_AUTO_JSON cJSON *steps = trace_of(1);
    assert_int_equal(cJSON_GetArraySize(steps), 2);
    assert_string_equal(rv_json_string(cJSON_GetArrayItem(steps, 1), "text"), "second");
    rv_trace_free(trace);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TRACE_TEST(a_trace_has_steps_values_and_log_lines_and_hides_secrets),
        TRACE_TEST(a_step_that_is_too_long_is_counted_at_the_end),
        TRACE_TEST(what_a_run_that_loops_says_has_a_ceiling_and_is_counted),
        TRACE_TEST(a_later_attempt_adds_to_the_trace),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
