/* SPDX-License-Identifier: Apache-2.0
 *
 * Runs in a process of their own: the same answers as in this one, and whatever happens there, this
 * one goes on.
 */
#include "script_test.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include "base/clock.h"
#include "model/model.h"
#include "script/apart.h"

static const struct rv_ae_domain shop = { .name = "Shop" };
static const struct rv_ae_class crash = { .domain = &shop, .path = "Ops/Crash" };

static int
run_on(struct bench *b, const struct rv_script_host *host, const char *text)
{
    const struct rv_ae_method method = {
        .class = &crash, .name = "act", .data = text, .data_len = strlen(text)
    };
    const struct rv_script_run run = { .method = &method,
                                       .self = rv_mock_self(b->mock),
                                       .inputs = rv_mock_inputs(b->mock),
                                       .host = host,
                                       .limits = b->limits };
    rv_err_clear(&b->err);
    return rv_script_run_apart(b->script, &run, &b->result, &b->err);
}

static int
run_apart(struct bench *b, const char *text)
{
    return run_on(b, rv_mock_host(b->mock), text);
}

static int
find_library(void *arg, const char *path, const struct rv_ae_method **out, rv_err *err)
{
    static const char text[] = "return { twice = function(x) return 2 * x end }";
    static const struct rv_ae_method method = {
        .class = &crash, .name = "util", .data = text, .data_len = sizeof(text) - 1
    };
    (void)arg;
    *out = &method;
    return strstr(path, "util") ? 0 : rv_fail(err, RV_E_NOT_FOUND, "no method '%s'", path);
}

static void
all_that_the_host_offers_is_there(void **state)
{
    struct bench *b = *state;
    bench_world(
        b, "{\"path\":\"/Shop/Ops/Crash/on_pod\",\"inputs\":{\"n\":3},"
           "\"root\":{\"vm\":{\"kind\":\"vm\",\"id\":7,\"name\":\"web\"}},\"object\":{\"a\":1},"
           "\"answers\":{\"http\":{\"status\":200}}}");
    rv_mock_libraries(b->mock, find_library, NULL);
    if (run_apart(
            b,
            "local vm = evm.root.vm\n"
            "evm.object.name_ = vm.name .. evm.inputs.n .. require('/Common/util').twice(4)\n"
            "evm.object.rows = evm.vmdb('vm').count() + #evm.vmdb('vm').where({ name = 'web' })\n"
            "vm:tag_assign('state/failed') evm.object.tags = vm:tags()\n"
            "evm.object.where = evm.object.path .. evm.current_class .. evm.parent.path\n"
            "evm.object.status = http.get('http://x/').status\n"
            "evm.object.list = { 1, 2.5, 'x', time.at(0), { y = vm } }\n"
            "evm.set_state_var('s', evm.object.attributes.a + #evm.root:children())\n"
            "evm.log('warn', 'said') evm.object.has = #vm.columns > 3\n"
            "return MIQ_STOP"))
        fail_msg("%s", b->err.text);
    assert_int_equal(b->result.exit_code, 8);
    assert_true(b->result.instructions > 0 || b->result.memory_peak > 1000);
    assert_string_equal(bench_get(b, "name_"), "web38");
    assert_string_equal(bench_get(b, "rows"), "2");
    assert_string_equal(bench_get(b, "tags"), "[\"state/failed\"]");
    assert_string_equal(bench_get(b, "where"),
                        "/Shop/Ops/Crash/on_podCrash/Test/System/Process/Test");
    assert_string_equal(bench_get(b, "status"), "200");
    assert_string_equal(bench_get(b, "has"), "true");
    assert_has(bench_get(b, "list"), "1970-01-01");
    assert_int_equal(rv_ae_get(rv_mock_state_vars(b->mock), "s")->v.i, 2);
    assert_string_equal(rv_ae_get(&rv_mock_lines(b->mock)->v.items[0], "text")->v.text, "said");
    rv_mock_libraries(b->mock, NULL, NULL);
}

static void
errors_and_limits_are_those_of_a_run_in_this_process(void **state)
{
    struct bench *b = *state;
    bench_world(b, "{\"path\":\"/Shop/Ops/Crash/on_pod\"}");
    assert_int_equal(run_apart(b, "\nerror('no luck')"), RV_E_INVALID);
    assert_string_equal(b->result.place, "Shop/Ops/Crash/act:2");
    assert_has(b->err.text, "on /Shop/Ops/Crash/on_pod: no luck");
    assert_int_equal(run_apart(b, "evm.vmdb('unicorn')"), RV_E_INVALID);
    assert_has(b->err.text, "no kind 'unicorn'");
    b->limits.instructions = 100000;
    assert_int_equal(run_apart(b, "while true do end"), RV_E_LIMIT);
    assert_has(b->err.hint, "automate.method_instructions");
    b->limits = (struct rv_script_limits){ 0 };
}

/* The parent's own life is not in the child's hands. */
static int
die(void *arg, int64_t object, const char *name, const struct rv_ae_value *value, rv_err *err)
{
    (void)arg;
    (void)object;
    (void)value;
    return rv_fail(err, RV_E_CANCELLED, "stopped at %s", name);
}

static int
kill_children(void *arg, rv_err *err)
{
    char path[64], line[256];
    (void)arg;
    (void)err;
    snprintf(path, sizeof(path), "/proc/self/task/%d/children", (int)getpid());
    FILE *file = fopen(path, "r");
    /* All of them: one that has ended and was not fetched yet may come first. */
    for (char *at = file && fgets(line, sizeof(line), file) ? line : NULL; at && *at >= '1';) {
        kill((pid_t)strtol(at, &at, 10), SIGKILL);
        at += *at == ' ';
    }
    if (file)
        fclose(file);
    return 0;
}

static void
a_child_that_dies_or_hangs_is_an_error_of_its_run_alone(void **state)
{
    struct bench *b = *state;
    struct rv_script_host host = *rv_mock_host(b->mock);
    bench_world(b, "{}");
    host.set = die;
    assert_int_equal(run_on(b, &host, "pcall(function() evm.root.x = 1 end) while true do end"),
                     RV_E_CANCELLED);
    host = *rv_mock_host(b->mock);
    host.pulse = kill_children;
    assert_int_equal(run_on(b, &host, "while true do end"), RV_E_INTERNAL);
    assert_has(b->err.text, "Shop/Ops/Crash/act: its process was ended by signal 9");
    assert_int_equal(run_apart(b, "evm.root.x = 5"), 0);
    assert_string_equal(bench_get(b, "x"), "5");
    rv_script_apart_reap();
    assert_int_equal(waitpid(-1, NULL, WNOHANG), -1); /* no child is left */
}

static int
cancel(void *arg, rv_err *err)
{
    (void)arg;
    return rv_fail(err, RV_E_CANCELLED, "a person said stop");
}

static void
a_run_apart_is_stopped_at_once(void **state)
{
    struct bench *b = *state;
    struct rv_script_host host = *rv_mock_host(b->mock);
    int64_t began = rv_monotonic_ms();
    host.pulse = cancel;
    assert_int_equal(run_on(b, &host, "while true do end"), RV_E_CANCELLED);
    assert_true(rv_monotonic_ms() - began < 2000);
}

static int
miss(void *arg, rv_err *err)
{
    (void)arg;
    return rv_fail(err, RV_E_NOT_FOUND, "its row is gone");
}

/* Only the end of what the child says means that it is dead. */
static void
what_is_missing_for_the_host_ends_the_child_and_is_told(void **state)
{
    struct bench *b = *state;
    struct rv_script_host host = *rv_mock_host(b->mock);
    host.pulse = miss;
    assert_int_equal(run_on(b, &host, "while true do end"), RV_E_NOT_FOUND);
    assert_has(b->err.text, "its row is gone");
}

static int
learn(void **state)
{
    rv_err err = RV_ERR_INIT;
    return rv_model_init(&err) ? -1 : bench_begin(state);
}

static int
forget(void **state)
{
    int code = bench_end(state);
    rv_model_reset();
    return code;
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_that_the_host_offers_is_there),
        cmocka_unit_test(errors_and_limits_are_those_of_a_run_in_this_process),
        cmocka_unit_test(a_child_that_dies_or_hangs_is_an_error_of_its_run_alone),
        cmocka_unit_test(a_run_apart_is_stopped_at_once),
        cmocka_unit_test(what_is_missing_for_the_host_ends_the_child_and_is_told),
    };
    return cmocka_run_group_tests(tests, learn, forget);
}
