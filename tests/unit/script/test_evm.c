/* SPDX-License-Identifier: Apache-2.0
 *
 * tests/lua/evm: each member of evm, of objects, of rows and of the libraries, from Lua. And the
 * words of test files themselves; modules; the environment as a whole.
 */
#include "script_test.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/buf.h"
#include "base/mem.h"
#include "script/test.h"

#define HERE REEVE_SOURCE_DIR "/tests/lua/evm"

static rv_buf reported;

static void
report(void *arg, const char *name, const char *error, int64_t took_us)
{
    (void)arg;
    (void)took_us;
    rv_buf_addf(&reported, "%s: %s\n", name, error ? error : "held");
    if (error && arg)
        print_message("%s: %s\n", name, error);
}

static int
is_lua(const struct dirent *entry)
{
    const char *dot = strrchr(entry->d_name, '.');
    return dot && strcmp(dot, ".lua") == 0;
}

static int
run_file(struct bench *b, const char *name, rv_buf *all)
{
    RV_AUTO_BUF rv_buf text = rv_buf_limited(1 << 20);
    RV_AUTO_FREE char *path = rv_format(HERE "/%s", name);
    rv_err err = RV_ERR_INIT;
    assert_int_equal(rv_buf_read_file(&text, path, &err), 0);
    rv_buf_add(all, text.data, text.len);
    const struct rv_ae_method file = { .name = name, .data = text.data, .data_len = text.len };
    struct rv_script_tests tests = { .file = &file, .report = report, .report_arg = b };
    if (rv_script_test(b->script, &tests, &err))
        fail_msg("%s: %s", name, err.text);
    assert_true(tests.count > 0);
    return tests.failed;
}

/* "evm.log" is in the texts when they say log where a member stands. */
static void
expect_all_named(const char *environment, const char *texts)
{
    int missing = 0;
    for (const char *at = environment; *at; at += strcspn(at, "\n") + 1) {
        size_t len = strcspn(at, "\n");
        RV_AUTO_FREE char *name = rv_strndup(at, len);
        char *dot = strchr(name, '.');
        if (!dot || strncmp(name, "string.", 7) == 0 || strncmp(name, "table.", 6) == 0 ||
            strncmp(name, "math.", 5) == 0 || strncmp(name, "utf8.", 5) == 0)
            continue;
        if (!strstr(texts, dot + 1)) {
            print_message("no test of %s\n", name);
            missing++;
        }
    }
    assert_int_equal(missing, 0);
}

static void
every_member_does_what_it_says_and_none_is_left_out(void **state)
{
    struct bench *b = *state;
    struct dirent **entries = NULL;
    int count = scandir(HERE, &entries, is_lua, alphasort), failed = 0;
    RV_AUTO_BUF rv_buf all = rv_buf_limited(1 << 20), environment = rv_buf_limited(1 << 20);
    assert_true(count >= 4);
    for (int i = 0; i < count; i++) {
        failed += run_file(b, entries[i]->d_name, &all);
        free(entries[i]);
    }
    free(entries);
    rv_script_environment(b->script, &environment);
    expect_all_named(rv_buf_text(&environment), rv_buf_text(&all));
    assert_int_equal(failed, 0);
}

static void
the_environment_has_exactly_the_names_of_environment_txt(void **state)
{
    struct bench *b = *state;
    RV_AUTO_BUF rv_buf wanted = rv_buf_limited(1 << 20), got = rv_buf_limited(1 << 20);
    rv_err err = RV_ERR_INIT;
    assert_int_equal(rv_buf_read_file(&wanted, REEVE_SOURCE_DIR "/tests/lua/environment.txt", &err),
                     0);
    rv_script_environment(b->script, &got);
    if (strcmp(rv_buf_text(&wanted), rv_buf_text(&got)) != 0) {
        fprintf(stderr, "tests/lua/environment.txt should be:\n%s", rv_buf_text(&got));
        fail();
    }
}

static int
test_text(struct bench *b, const char *text, const char *method)
{
    const struct rv_ae_method file = { .name = "a/act_test.lua",
                                       .data = text,
                                       .data_len = strlen(text) };
    const struct rv_ae_field input = { .name = "days", .default_value = "7" };
    const struct rv_ae_method tested = { .name = "a/act.lua",
                                         .data = method,
                                         .data_len = strlen(method),
                                         .inputs = &input,
                                         .input_count = 1 };
    struct rv_script_tests tests = {
        .file = &file, .method = &tested, .path = "/Shop/Ops/Crash/on_pod", .report = report
    };
    rv_buf_reset(&reported);
    rv_err_clear(&b->err);
    int code = rv_script_test(b->script, &tests, &b->err);
    return code ? code : tests.failed;
}

static void
a_test_file_says_what_held_and_where_it_did_not(void **state)
{
    struct bench *b = *state;
    assert_int_equal(
        test_text(b,
                  "test('good', function() evm.mock { root = { n = 1 } }\n"
                  "  expect(evm.run()).is('stop') expect(evm.root.n).is(2)\n"
                  "  expect(evm.current_class).is('Crash') end)\n"
                  "test('bad', function()\n"
                  "  expect(1).is(2)\n"
                  "end)\n"
                  "test('worse', function() evm.run() end)\n"
                  "test('inputs', function() evm.mock { root = { n = 1 }, inputs = { days = 3 } }\n"
                  "  evm.run() expect(evm.root.days).is(3) evm.mock { root = { n = 1 } }\n"
                  "  evm.run() expect(evm.root.days).is('7') end)\n",
                  "evm.root.days = evm.inputs.days\nevm.root.n = evm.root.n + 1\nreturn MIQ_STOP"),
        2);
    assert_has(rv_buf_text(&reported), "good: held\n");
    assert_has(rv_buf_text(&reported), "bad: a/act_test.lua:5: expected 2, got 1\n");
    assert_has(rv_buf_text(&reported),
               "worse: a/act.lua:2 on /Shop/Ops/Crash/on_pod: attempt to perform arithmetic on a "
               "nil value (field 'n')\n");
    assert_has(rv_buf_text(&reported), "inputs: held\n");
}

static void
a_method_that_runs_wild_ends_the_whole_file(void **state)
{
    struct bench *b = *state;
    b->limits = (struct rv_script_limits){ 0 };
    assert_int_equal(test_text(b,
                               "test('one', function() expect(1).is(1) end)\n"
                               "test('two', function() pcall(evm.run) end)\n"
                               "test('three', function() error('not come to') end)\n",
                               "while true do end"),
                     RV_E_LIMIT);
    assert_has(b->err.text, "a/act.lua:1: ran 100000000 instructions");
    assert_has(rv_buf_text(&reported), "one: held\n");
    assert_null(strstr(rv_buf_text(&reported), "three"));
}

static const struct rv_ae_domain shop = { .name = "Shop" };
static const struct rv_ae_class common = { .domain = &shop, .path = "Common/Lib" };

static int
find_library(void *arg, const char *path, const struct rv_ae_method **out, rv_err *err)
{
    static const struct {
        const char *name, *text;
    } texts[] = {
        { "util",
          "local count = 0\nreturn { next = function() count = count + 1 return count end }" },
        { "bad", "\n\nerror('broken module')" },
        { "loop", "return require('loop')" },
        { "nothing", "local x = 1" },
        { "fails", "return { f = function(x)\n  return x.y.z\nend }" },
    };
    static struct rv_ae_method methods[RV_COUNT(texts)];
    const char *slash = strrchr(path, '/');
    (void)arg;
    for (size_t i = 0; i < RV_COUNT(texts); i++) {
        methods[i] = (struct rv_ae_method){ .class = &common,
                                            .name = texts[i].name,
                                            .data = texts[i].text,
                                            .data_len = strlen(texts[i].text) };
        if (strcmp(slash ? slash + 1 : path, texts[i].name) == 0) {
            *out = &methods[i];
            return 0;
        }
    }
    return rv_fail(err, RV_E_NOT_FOUND, "no method '%s'", path);
}

static void
modules_are_loaded_once_a_run_and_their_errors_name_them(void **state)
{
    struct bench *b = *state;
    bench_world(b, "{}");
    rv_mock_libraries(b->mock, find_library, NULL);
    bench_ok(b, "local a, b = require('/Common/Lib/util'), require('/Common/Lib/util')\n"
                "a.next() evm.root.n = b.next()\n"
                "evm.root.same = a == b\n"
                "evm.root.nothing = require('nothing')");
    assert_string_equal(bench_get(b, "n"), "2");
    assert_string_equal(bench_get(b, "same"), "true");
    assert_string_equal(bench_get(b, "nothing"), "true");
    assert_int_equal(bench_run(b, "require('bad')"), RV_E_INVALID);
    assert_string_equal(b->result.place, "Shop/Common/Lib/bad:3");
    assert_int_equal(bench_run(b, "local f = require('fails').f\nf({})"), RV_E_INVALID);
    assert_string_equal(b->result.place, "Shop/Common/Lib/fails:2");
    assert_int_equal(bench_run(b, "require('loop')"), RV_E_INVALID);
    assert_has(b->err.text, "module 'loop' requires itself");
    assert_int_equal(bench_run(b, "require('none')"), RV_E_INVALID);
    assert_has(b->err.text, "no method 'none'");
    rv_mock_libraries(b->mock, NULL, NULL);
}

static void
embedded_methods_are_globals_of_their_name(void **state)
{
    struct bench *b = *state;
    static const char *const embedded[] = { "/Common/Lib/util" };
    static const char text[] = "evm.root.n = util.next()";
    const struct rv_ae_method method = { .class = &common,
                                         .name = "act",
                                         .data = text,
                                         .data_len = sizeof(text) - 1,
                                         .embedded = embedded,
                                         .embedded_count = 1 };
    const struct rv_script_run run = { .method = &method,
                                       .self = 1,
                                       .host = rv_mock_host(b->mock) };
    bench_world(b, "{}");
    rv_mock_libraries(b->mock, find_library, NULL);
    rv_err_clear(&b->err);
    assert_int_equal(rv_script_run(b->script, &run, &b->result, &b->err), 0);
    assert_string_equal(bench_get(b, "n"), "1");
    rv_mock_libraries(b->mock, NULL, NULL);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_member_does_what_it_says_and_none_is_left_out),
        cmocka_unit_test(the_environment_has_exactly_the_names_of_environment_txt),
        cmocka_unit_test(a_test_file_says_what_held_and_where_it_did_not),
        cmocka_unit_test(a_method_that_runs_wild_ends_the_whole_file),
        cmocka_unit_test(modules_are_loaded_once_a_run_and_their_errors_name_them),
        cmocka_unit_test(embedded_methods_are_globals_of_their_name),
    };
    reported = rv_buf_limited(1 << 20);
    int failed = cmocka_run_group_tests(tests, bench_begin, bench_end);
    rv_buf_free(&reported);
    return failed;
}
