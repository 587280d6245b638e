/* SPDX-License-Identifier: Apache-2.0
 *
 * The pages for authors: each block of Lua in them compiles, uses nothing that is not there, and
 * runs to its end. A comment before a block says its world, a module that it loads, or that it is a
 * test file, of the method that the comment holds.
 */
#include "script_test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/buf.h"
#include "base/mem.h"
#include "script/test.h"

static const char *module_text;

static int
find_module(void *arg, const char *path, const struct rv_ae_method **out, rv_err *err)
{
    static const struct rv_ae_class class = { .path = "Common/Limits" };
    static struct rv_ae_method method;
    (void)arg;
    if (!module_text)
        return rv_fail(err, RV_E_NOT_FOUND, "no method '%s'", path);
    method = (struct rv_ae_method){
        .class = &class, .name = "limits", .data = module_text, .data_len = strlen(module_text)
    };
    *out = &method;
    return 0;
}

/* What stands in "<!-- word: ... -->" of the lines between two blocks; the caller's, or NULL. */
static char *
comment(const char *from, const char *to, const char *word)
{
    RV_AUTO_FREE char *begin = rv_format("<!-- %s: ", word);
    const char *found = strstr(from, begin);
    if (!found || found >= to)
        return NULL;
    found += strlen(begin);
    const char *end = strstr(found, " -->");
    return rv_strndup(found, (size_t)(end - found));
}

static void
refuse_remark(void *arg, int line, const char *global, const char *text)
{
    (void)global;
    if (strcmp(global, "test") != 0 && strcmp(global, "expect") != 0)
        fail_msg("%s: line %d of the block: %s", (const char *)arg, line, text);
}

static void
expect_held(void *arg, const char *name, const char *error, int64_t took_us)
{
    (void)arg;
    (void)took_us;
    if (error)
        fail_msg("%s: %s", name, error);
}

static void
run_test_file(struct bench *b, const char *text, const char *method)
{
    const struct rv_ae_method file = { .name = "a/b_test.lua",
                                       .data = text,
                                       .data_len = strlen(text) };
    const struct rv_ae_method tested = { .name = "a/b",
                                         .data = method,
                                         .data_len = strlen(method) };
    struct rv_script_tests tests = { .file = &file, .method = &tested, .report = expect_held };
    rv_err err = RV_ERR_INIT;
    if (rv_script_test(b->script, &tests, &err))
        fail_msg("%s", err.text);
    assert_true(tests.count > 0);
}

static void
run_block(struct bench *b, const char *page, const char *before, const char *block, const char *end)
{
    RV_AUTO_FREE char *text = rv_strndup(block, (size_t)(end - block));
    RV_AUTO_FREE char *world = comment(before, block, "world");
    RV_AUTO_FREE char *module = comment(before, block, "module");
    RV_AUTO_FREE char *method = comment(before, block, "test");
    rv_err err = RV_ERR_INIT;
    if (rv_script_globals(b->script, page, text, strlen(text), refuse_remark,
                          (void *)(uintptr_t)page, &err))
        fail_msg("%s", err.text);
    if (method) {
        run_test_file(b, text, method);
        return;
    }
    bench_world(b, world ? world : "{}");
    module_text = module;
    rv_mock_libraries(b->mock, find_module, NULL);
    bench_ok(b, text);
    module_text = NULL;
}

static int
run_page(struct bench *b, const char *page)
{
    RV_AUTO_BUF rv_buf text = rv_buf_limited(1 << 20);
    RV_AUTO_FREE char *path = rv_format(REEVE_SOURCE_DIR "/docs/%s", page);
    rv_err err = RV_ERR_INIT;
    int count = 0;
    assert_int_equal(rv_buf_read_file(&text, path, &err), 0);
    const char *before = rv_buf_text(&text), *block;
    while ((block = strstr(before, "\n```lua\n"))) {
        block += strlen("\n```lua\n");
        const char *end = strstr(block, "\n```\n");
        assert_non_null(end);
        print_message("%s, block %d\n", page, ++count);
        run_block(b, page, before, block, end);
        before = end + strlen("\n```\n") - 1;
    }
    return count;
}

static void
every_block_of_the_reference_runs(void **state)
{
    assert_true(run_page(*state, "automate-lua.md") >= 7);
}

static void
every_block_of_the_page_for_people_from_ruby_runs(void **state)
{
    assert_true(run_page(*state, "automate-from-ruby.md") >= 10);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_block_of_the_reference_runs),
        cmocka_unit_test(every_block_of_the_page_for_people_from_ruby_runs),
    };
    return cmocka_run_group_tests(tests, bench_begin, bench_end);
}
