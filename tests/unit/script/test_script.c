/* SPDX-License-Identifier: Apache-2.0
 *
 * A method's text, run on the mock: inputs, attributes, exit codes, errors and their place.
 */
#include "script_test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/mem.h"

static void
attributes_go_in_and_come_out(void **state)
{
    struct bench *b = *state;
    bench_world(b, "{\"path\":\"/Shop/Ops/Crash/on_pod\",\"inputs\":{\"limit\":3},"
                   "\"root\":{\"event_type\":\"POD_FAILED\",\"count\":5}}");
    bench_ok(b, "evm.object.worse = evm.root.count > evm.inputs.limit\n"
                "evm.object.list = { 1, 2.5, 'x', { a = true } }\n"
                "evm.root.Text = evm.root.event_type:lower()");
    assert_string_equal(bench_get(b, "worse"), "true");
    assert_string_equal(bench_get(b, "list"), "[1,2.5,\"x\",{\"a\":true}]");
    assert_string_equal(bench_get(b, "text"), "pod_failed");
    assert_int_equal(b->result.exit_code, 0);
    assert_true(b->result.memory_peak > 1000 && b->result.memory_peak < 200000);
}

static void
exit_codes_are_ok_warn_stop_and_abort(void **state)
{
    static const struct {
        const char *text;
        int code;
    } cases[] = {
        { "", 0 },
        { "return", 0 },
        { "return MIQ_OK", 0 },
        { "return MIQ_WARN", 4 },
        { "return MIQ_STOP", 8 },
        { "return MIQ_ABORT", 16 },
        { "return 3", 16 },
        { "return { 1 }", 0 },
        { "exit()", 0 },
        { "exit(MIQ_STOP) error('not come to')", 8 },
        { "exit('warn')", 4 },
        { "local function deep(n) if n == 0 then exit('stop') end deep(n - 1) end deep(20)", 8 },
        { "pcall(exit, 'stop') error('exit is not caught')", 8 },
        { "xpcall(exit, print, 'abort') error('nor here')", 16 },
    };
    for (size_t i = 0; i < RV_COUNT(cases); i++) {
        bench_ok(*state, cases[i].text);
        assert_int_equal(((struct bench *)*state)->result.exit_code, cases[i].code);
    }
}

static void
an_error_says_domain_class_method_line_and_instance(void **state)
{
    static const struct {
        const char *text, *place, *said;
    } cases[] = {
        { "\n\nlocal x = evm.root.none.name", "Shop/Ops/Crash/act:3",
          "attempt to index a nil value (field 'none')" },
        { "error('no luck')", "Shop/Ops/Crash/act:1", ": no luck" },
        { "local function f()\n error('by whom', 2)\nend\nf()", "Shop/Ops/Crash/act:4",
          ": by whom" },
        { "error({ message = 'a table' })", "Shop/Ops/Crash/act:1", ": a table" },
        { "error({})", "Shop/Ops/Crash/act:1", "a table" },
        { "error()", "Shop/Ops/Crash/act:1", "nil" },
        { "local ok, e = pcall(function()\n error('inner')\nend)\nerror(e, 0)",
          "Shop/Ops/Crash/act:2", ": inner" },
        { "local ok, e = pcall(function()\n local a = nil + 1\nend)\nerror(e)",
          "Shop/Ops/Crash/act:2", "arithmetic on a nil value" },
        { "local x = = 1", "Shop/Ops/Crash/act:1", "unexpected symbol near '='" },
    };
    struct bench *b = *state;
    bench_world(b, "{\"path\":\"/Shop/Ops/Crash/on_pod\"}");
    for (size_t i = 0; i < RV_COUNT(cases); i++) {
        assert_int_equal(bench_run(b, cases[i].text), RV_E_INVALID);
        assert_has(b->err.text, cases[i].said);
        assert_has(b->err.text, cases[i].place);
        assert_has(b->err.text, "on /Shop/Ops/Crash/on_pod: ");
        assert_string_equal(b->result.place, cases[i].place);
        assert_null(strstr(b->err.text + strlen(cases[i].place), cases[i].place));
        assert_int_equal(b->result.exit_code, 16);
    }
}

static void
an_undeclared_name_raises_with_the_nearest(void **state)
{
    struct bench *b = *state;
    assert_int_equal(bench_run(b, "local x = jsn.encode({})"), RV_E_INVALID);
    assert_has(b->err.text, "'jsn' is not declared; did you mean 'json'?");
    assert_int_equal(bench_run(b, "result = 1"), RV_E_INVALID);
    assert_has(b->err.text, "'result' is not declared: write 'local result'");
    assert_int_equal(bench_run(b, "evm.root_object = 1"), RV_E_INVALID);
    assert_int_equal(bench_run(b, "evm.instanciate('/x')"), RV_E_INVALID);
    assert_has(b->err.text, "evm has no 'instanciate'; did you mean 'instantiate'?");
}

static void
what_does_not_compile_is_told_with_its_line(void **state)
{
    struct bench *b = *state;
    const char *bad = "local x = 1\nif x then\n", *bytes = "\033Lua";
    rv_err err = RV_ERR_INIT;
    assert_int_equal(rv_script_check(b->script, "a/b.lua", "return 1", 8, &err), 0);
    assert_int_equal(rv_script_check(b->script, "a/b.lua", bad, strlen(bad), &err), RV_E_INVALID);
    assert_has(err.text, "a/b.lua:3: 'end' expected (to close 'if' at line 2) near <eof>");
    assert_int_equal(rv_script_check(b->script, "a/b.lua", bytes, 4, &err), RV_E_INVALID);
    assert_has(err.text, "a/b.lua: byte code is not run, only text");
}

static void
count_remark(void *arg, int line, const char *global, const char *text)
{
    char *out = arg;
    size_t len = strlen(out);
    snprintf(out + len, 1024 - len, "%d %s %s\n", line, global, text);
}

static void
globals_that_nobody_has_are_found_without_running(void **state)
{
    struct bench *b = *state;
    char found[1024] = "";
    rv_err err = RV_ERR_INIT;
    const char *text = "local a = evm.root\n\nlocal function f()\n  return pirnt(a), json.encode\n"
                       "end\nf()\ncount = 1\nlocal s = string.len('x') .. zzzzzz\n";
    assert_int_equal(
        rv_script_globals(b->script, "x", text, strlen(text), count_remark, found, &err), 0);
    assert_has(found, "4 pirnt 'pirnt' is not declared; did you mean 'print'?\n");
    assert_has(found, "7 count 'count' is not declared: write 'local count'");
    assert_has(found, "8 zzzzzz 'zzzzzz' is not declared\n");
    assert_null(strstr(found, "json"));
    assert_null(strstr(found, "evm"));
}

/* Far down, lines are said absolutely in the dump. */
static void
lines_of_a_long_text_are_right(void **state)
{
    struct bench *b = *state;
    RV_AUTO_BUF rv_buf text = rv_buf_limited(1 << 20);
    char found[1024] = "";
    rv_err err = RV_ERR_INIT;
    for (int i = 0; i < 500; i++)
        rv_buf_addf(&text, "evm.root.x = %d%s", i, i % 7 ? "\n" : "\n\n\n");
    rv_buf_add_string(&text, "\n\nlocal z = nobody_has_this\n");
    int lines = 0;
    for (size_t i = 0; i < text.len; i++)
        lines += text.data[i] == '\n';
    assert_int_equal(
        rv_script_globals(b->script, "x", text.data, text.len, count_remark, found, &err), 0);
    char wanted[64];
    snprintf(wanted, sizeof(wanted), "%d nobody_has_this ", lines);
    assert_int_equal(strncmp(found, wanted, strlen(wanted)), 0);
}

static void
a_changed_text_is_compiled_again_and_the_same_is_not(void **state)
{
    struct bench *b = *state;
    for (int i = 0; i < 3; i++) {
        bench_ok(b, "evm.root.x = 'one'");
        assert_string_equal(bench_get(b, "x"), "one");
        bench_ok(b, "evm.root.x = 'two'");
        assert_string_equal(bench_get(b, "x"), "two");
    }
    assert_int_equal(bench_run(b, "\n\nerror('cached')"), RV_E_INVALID);
    assert_int_equal(bench_run(b, "\n\nerror('cached')"), RV_E_INVALID);
    assert_string_equal(b->result.place, "Shop/Ops/Crash/act:3");
}

static void
nothing_of_a_run_is_there_for_the_next(void **state)
{
    struct bench *b = *state;
    bench_ok(
        b, "string.upper = nil; evm.log('info') evm.log = 5; math.random = nil; getmetatable = nil "
           "local s = ('x'):rep(10) string.rep = print");
    bench_ok(b, "evm.root.x = ('a'):upper() .. math.random(1, 1) evm.log('info', ('a'):rep(2))");
    assert_string_equal(bench_get(b, "x"), "A1");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(attributes_go_in_and_come_out),
        cmocka_unit_test(exit_codes_are_ok_warn_stop_and_abort),
        cmocka_unit_test(an_error_says_domain_class_method_line_and_instance),
        cmocka_unit_test(an_undeclared_name_raises_with_the_nearest),
        cmocka_unit_test(what_does_not_compile_is_told_with_its_line),
        cmocka_unit_test(globals_that_nobody_has_are_found_without_running),
        cmocka_unit_test(lines_of_a_long_text_are_right),
        cmocka_unit_test(a_changed_text_is_compiled_again_and_the_same_is_not),
        cmocka_unit_test(nothing_of_a_run_is_there_for_the_next),
    };
    return cmocka_run_group_tests(tests, bench_begin, bench_end);
}
