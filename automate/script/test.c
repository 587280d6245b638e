/* SPDX-License-Identifier: Apache-2.0
 *
 * The host's side of a test file: the file runs on the mock, and by it the method that it tests.
 */
#include "script/test.h"

#include <string.h>
#include "base/clock.h"
#include "base/mem.h"

struct bench {
    struct rv_script *script;
    struct rv_script_tests *tests;
    struct rv_mock *mock;
    int64_t began_us;
};

static const struct rv_ae_value *
argument(const struct rv_ae_value *args, int32_t index)
{
    static const struct rv_ae_value nothing = { .type = RV_AE_NIL };
    return args->type == RV_AE_LIST && index < args->len ? &args->v.items[index] : &nothing;
}

/* A table without members comes as a list or a map; both are an empty world. */
static int
set_world(struct bench *b, const struct rv_ae_value *given, rv_err *err)
{
    RV_AUTO_AE_VALUE struct rv_ae_value world = RV_AE_VNIL;
    if (given->type != RV_AE_MAP && given->len != 0)
        return rv_fail(err, RV_E_INVALID, "evm.mock takes a table of names");
    world = given->type == RV_AE_MAP ? rv_ae_copy(given) : rv_ae_vmap();
    if (b->tests->path && !rv_ae_get(&world, "path")) {
        struct rv_ae_value path = rv_ae_vtext(b->tests->path);
        rv_ae_set(&world, "path", &path);
    }
    return rv_mock_set(b->mock, &world, err);
}

static const char *
word_of(int exit_code)
{
    return exit_code == 0 ? "ok" : exit_code == 4 ? "warn" : exit_code == 8 ? "stop" : "abort";
}

/* What the world gave, else the method's defaults, which are texts. */
static void
fill_inputs(const struct bench *b, struct rv_ae_value *out)
{
    *out = rv_ae_copy(rv_mock_inputs(b->mock));
    for (size_t i = 0; i < b->tests->method->input_count; i++) {
        const struct rv_ae_field *input = &b->tests->method->inputs[i];
        struct rv_ae_value value = rv_ae_vtext(input->default_value);
        if (!rv_ae_get(out, input->name) && input->default_value)
            rv_ae_set(out, input->name, &value);
        rv_ae_clear(&value);
    }
}

static int
run_method(struct bench *b, struct rv_ae_value *out, rv_err *err)
{
    if (!b->tests->method)
        return rv_fail(err, RV_E_NOT_FOUND, "there is no method beside this test to run");
    RV_AUTO_AE_VALUE struct rv_ae_value inputs = RV_AE_VNIL;
    struct rv_script_result result;
    fill_inputs(b, &inputs);
    const struct rv_script_run run = { .method = b->tests->method,
                                       .self = rv_mock_self(b->mock),
                                       .inputs = &inputs,
                                       .host = rv_mock_host(b->mock) };
    if (rv_script_run(b->script, &run, &result, err))
        return err->code;
    *out = rv_ae_vtext(word_of(result.exit_code));
    return 0;
}

static void
finish(struct bench *b, const struct rv_ae_value *args)
{
    const struct rv_ae_value *name = argument(args, 0), *error = argument(args, 1);
    int64_t now_us = rv_monotonic_us();
    int held = error->type != RV_AE_TEXT;
    b->tests->count++;
    b->tests->failed += !held;
    b->tests->report(b->tests->report_arg, name->type == RV_AE_TEXT ? name->v.text : "?",
                     held ? NULL : error->v.text, now_us - b->began_us);
    b->began_us = now_us;
}

static int
on_call(void *arg, const char *name, const struct rv_ae_value *args, struct rv_ae_value *out,
        rv_err *err)
{
    struct bench *b = arg;
    if (strcmp(name, "test_world") == 0)
        return set_world(b, argument(args, 0), err);
    if (strcmp(name, "test_run") == 0)
        return run_method(b, out, err);
    if (strcmp(name, "test_calls") == 0)
        *out = rv_ae_copy(rv_mock_calls(b->mock));
    else if (strcmp(name, "test_lines") == 0)
        *out = rv_ae_copy(rv_mock_lines(b->mock));
    else if (strcmp(name, "test_state_vars") == 0)
        *out = rv_ae_copy(rv_mock_state_vars(b->mock));
    else if (strcmp(name, "test_done") == 0)
        finish(b, args);
    else
        return rv_fail(err, RV_E_UNSUPPORTED, "not of a test");
    return 0;
}

int
rv_script_test(struct rv_script *script, struct rv_script_tests *tests, rv_err *err)
{
    struct bench b = {
        .script = script, .tests = tests, .mock = rv_mock_new(), .began_us = rv_monotonic_us()
    };
    struct rv_script_result result;
    const struct rv_script_run run = { .method = tests->file,
                                       .self = RV_MOCK_SELF,
                                       .host = rv_mock_host(b.mock),
                                       .limits = tests->limits,
                                       .flags = RV_SCRIPT_TEST };
    tests->count = tests->failed = 0;
    rv_mock_libraries(b.mock, tests->library, tests->library_arg);
    rv_mock_on_call(b.mock, on_call, &b);
    int code = rv_script_run(script, &run, &result, err);
    rv_mock_free(b.mock);
    return code;
}
