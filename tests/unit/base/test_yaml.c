/* SPDX-License-Identifier: Apache-2.0
 *
 * YAML documents: structure, limits, refusals with their place.
 */
#include "base/yaml.h"

#include "base/mem.h"
#include "base/clock.h"
#include "check.h"

#define BYTES(text) text, sizeof(text) - 1

static void
documents_become_trees(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        { "", "null" },
        { "# nothing\n", "null" },
        { "---\n...\n", "null" },
        { "a: 1\n", "{\"a\":1}" },
        { "\xef\xbb\xbf"
          "a: 1\n",
          "{\"a\":1}" },
        { "%YAML 1.1\n---\na: 1\n...\n", "{\"a\":1}" },
        { "a:\n  b: [1, {c: d}]\n  e:\n  - f\n  - - g\n    - h\n",
          "{\"a\":{\"b\":[1,{\"c\":\"d\"}],\"e\":[\"f\",[\"g\",\"h\"]]}}" },
        { "{}", "{}" },
        { "[]", "[]" },
        { "{\"a\": [true, null]}", "{\"a\":[true,null]}" },
        { "just text", "\"just text\"" },
        { "a:\nb:\n", "{\"a\":null,\"b\":null}" },
        { "a: |\n  one\n  two\nb: >-\n  one\n  two\n",
          "{\"a\":\"one\\ntwo\\n\",\"b\":\"one two\"}" },
        { "1: a\ntrue: b\n\"c d\": e\n", "{\"1\":\"a\",\"c d\":\"e\",\"true\":\"b\"}" },
        { "a: {x: 1}\nb: {x: 2}\n", "{\"a\":{\"x\":1},\"b\":{\"x\":2}}" },
        { "- {a: 1}\n- {a: 2}\n", "[{\"a\":1},{\"a\":2}]" },
        { "? a\n: b\n", "{\"a\":\"b\"}" },
        { "\"<<\": 1\n", "{\"<<\":1}" },
        { "!!map {a: !!seq [1]}", "{\"a\":[1]}" },
        { "a: \"\\u00e9\\x41\"", "{\"a\":\"\xc3\xa9"
                                 "A\"}" },
    };
    for (size_t i = 0; i < RV_COUNT(cases); i++) {
        rv_err err = RV_ERR_INIT;
        RV_AUTO_JSON cJSON *tree = NULL;
        if (rv_yaml_parse(&tree, cases[i][0], strlen(cases[i][0]), 10000, &err))
            fail_msg("%s: %s", cases[i][0], err.text);
        RV_AUTO_BUF
        rv_buf out = rv_buf_limited(10000);
        assert_int_equal(rv_json_canonical(&out, tree), 0);
        assert_string_equal(rv_buf_text(&out), cases[i][1]);
    }
}

static const struct {
    const char *text;
    size_t len;
    const char *where;
    const char *why;
} refused[] = {
    { BYTES("a: &x 1\n"), "line 1, column 4", "anchors" },
    { BYTES("a: &x [1]\n"), "line 1, column 4", "anchors" },
    { BYTES("a: &x {b: 1}\n"), "line 1, column 4", "anchors" },
    { BYTES("a: 1\nb: *a\n"), "line 2, column 4", "anchors" },
    { BYTES("*a : 1\n"), "line 1, column 1", "anchors" },
    { BYTES("&a b: 1\n"), "line 1, column 1", "anchors" },
    { BYTES("a:\n  <<: {b: 1}\n"), "line 2, column 3", "merge keys" },
    { BYTES("a: 1\nb: 2\na: 3\n"), "line 3, column 1",
      "key 'a' is here a second time (first in line 1)" },
    { BYTES("x:\n  {b: 1, c: {b: 1}, b: 2}\n"), "line 2, column 21", "key 'b'" },
    { BYTES("\"a\": 1\na: 2\n"), "line 2, column 1", "key 'a'" },
    { BYTES("a: {b: 1}\nc: {d: 1, d: 1}\n"), "line 2, column 11", "key 'd'" },
    { BYTES("a: 1\n---\nb: 2\n"), "line 2, column 1", "more than one document" },
    { BYTES("? [a]\n: b\n"), "line 1, column 3", "a key must be a scalar" },
    { BYTES("{{a: 1}: 2}"), "line 1, column 2", "a key must be a scalar" },
    { BYTES("a: \"x\\0y\"\n"), "line 1, column 4", "U+0000" },
    { BYTES("\"\\0\": 1\n"), "line 1, column 1", "U+0000" },
    { BYTES("a: !mine 1\n"), "line 1, column 4", "unknown tag" },
    { BYTES("a: !ruby/object {}\n"), "line 1, column 4", "unknown tag" },
    { BYTES("a: !!map [1]\n"), "line 1, column 4", "unknown tag" },
    { BYTES("a: !!int x\n"), "line 1, column 4", "does not fit" },
    { BYTES("a: [1, 2\n"), "line 2, column 1", "expected ',' or ']'" },
    { BYTES("a: b: c\n"), "line 1, column 5", "mapping values are not allowed" },
    { BYTES("a:\n\t- b\n"), "line 2, column 1", "cannot start any token" },
    { BYTES("a: 'x\n"), "line 2, column 1", "unexpected end of stream" },
    { BYTES("a: \x01\n"), "byte 3", "control characters" },
    { BYTES("a: \xff\n"), "byte 3", "not UTF-8" },
    { BYTES("a: \0\n"), "byte 3", "a zero byte" },
    { BYTES("\xff\xfe"
            "a\0"),
      "byte 0", "not UTF-8" },
};

static void
what_is_refused_is_told_with_its_place(void **state)
{
    (void)state;
    for (size_t i = 0; i < RV_COUNT(refused); i++) {
        rv_err err = RV_ERR_INIT;
        RV_AUTO_JSON cJSON *tree = NULL;
        int code = rv_yaml_parse(&tree, refused[i].text, refused[i].len, 10000, &err);
        if (code != RV_E_INVALID || tree || strstr(err.text, refused[i].where) == NULL ||
            strstr(err.text, refused[i].why) == NULL)
            fail_msg("%s: %d '%s'", refused[i].text, code, err.text);
    }
}

static void
size_has_a_ceiling(void **state)
{
    (void)state;
    rv_err err = RV_ERR_INIT;
    RV_AUTO_JSON cJSON *tree = NULL;
    assert_int_equal(rv_yaml_parse(&tree, "a: 1", 4, 3, &err), RV_E_LIMIT);
    assert_null(tree);
    assert_int_equal(rv_yaml_parse(&tree, "a: 1", 4, 4, &err), 0);
}

static void
depth_has_a_ceiling_in_every_style(void **state)
{
    (void)state;
    static const char *const openings[] = { "[", "{a: ", "- ", "? " };
    for (size_t i = 0; i < RV_COUNT(openings); i++) {
        RV_AUTO_BUF
        rv_buf text = rv_buf_limited(100000);
        for (int depth = 0; depth < 10000; depth++)
            rv_buf_add_string(&text, openings[i]);
        rv_err err = RV_ERR_INIT;
        RV_AUTO_JSON cJSON *tree = NULL;
        int code = rv_yaml_parse(&tree, text.data, text.len, 100000, &err);
        /* "? ? " is refused earlier, for its keys. */
        assert_int_equal(code, openings[i][0] == '?' ? RV_E_INVALID : RV_E_LIMIT);
        assert_null(tree);
    }
}

static void
sixty_four_levels_are_fine(void **state)
{
    (void)state;
    char text[130];
    memset(text, '[', 65);
    memset(text + 65, ']', 65);
    rv_err err = RV_ERR_INIT;
    RV_AUTO_JSON cJSON *tree = NULL;
    assert_int_equal(rv_yaml_parse(&tree, text + 1, 128, 1000, &err), 0);
    rv_json_delete_p(&tree);
    assert_int_equal(rv_yaml_parse(&tree, text, 130, 1000, &err), RV_E_LIMIT);
}

static void
many_keys_take_little_time(void **state)
{
    (void)state;
    RV_AUTO_BUF
    rv_buf text = rv_buf_limited(1 << 20);
    for (int i = 0; i < 50000; i++)
        rv_buf_addf(&text, "key%d: 1\n", (i * 7919) % 50000);
    rv_err err = RV_ERR_INIT;
    RV_AUTO_JSON cJSON *tree = NULL;
    int64_t before_ms = rv_monotonic_ms();
    assert_int_equal(rv_yaml_parse(&tree, text.data, text.len, 1 << 20, &err), 0);
    assert_int_equal(cJSON_GetArraySize(tree), 50000);
    /* Comparing each with each would take minutes with sanitizers. */
    assert_true(rv_monotonic_ms() - before_ms < 10000);
    rv_json_delete_p(&tree);
    rv_buf_add_string(&text, "key4711: 2\n");
    assert_int_equal(rv_yaml_parse(&tree, text.data, text.len, 1 << 20, &err), RV_E_INVALID);
    assert_contains(err.text, "line 50001, column 1: key 'key4711'");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(documents_become_trees),
        cmocka_unit_test(what_is_refused_is_told_with_its_place),
        cmocka_unit_test(size_has_a_ceiling),
        cmocka_unit_test(depth_has_a_ceiling_in_every_style),
        cmocka_unit_test(sixty_four_levels_are_fine),
        cmocka_unit_test(many_keys_take_little_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
