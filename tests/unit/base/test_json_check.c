/* SPDX-License-Identifier: Apache-2.0
 *
 * What JSON is, and what is not and why.
 */
#include "base/json.h"

#include "base/mem.h"
#include "check.h"

#define BYTES(text) text, sizeof(text) - 1

static void
rfc_8259_is_accepted(void **state)
{
    (void)state;
    static const char *const cases[] = {
        "{}",
        "[]",
        "\"\"",
        "0",
        "-0",
        "1.5",
        "true",
        "false",
        "null",
        " \t\r\n[]\n",
        "[1,[2,[3]]]",
        "{\"a\":{\"b\":[{},[],\"\"]}}",
        "1E3",
        "1e-3",
        "1.0e+3",
        "-12.5",
        "[\"\\u0001\\u001f\\uFFFF\\ud800\\udc00\"]",
        "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"",
        "\"\x7f\"",
        "[1e-400]",
        "123456789012345678901234567890123456789012345678901234567890123",
    };
    for (size_t i = 0; i < RV_COUNT(cases); i++) {
        rv_err err = RV_ERR_INIT;
        RV_AUTO_JSON cJSON *json = NULL;
        if (rv_json_parse(&json, cases[i], strlen(cases[i]), 1000, 0, &err))
            fail_msg("%s: %s", cases[i], err.text);
    }
}

static const struct {
    const char *text;
    size_t len;
    size_t at;
    const char *why;
} refused[] = {
    { BYTES(""), 0, "ends where a value is expected" },
    { BYTES("   "), 3, "ends where a value is expected" },
    { BYTES("["), 1, "ends where a value is expected" },
    { BYTES("[1"), 2, "expected ',' or ']'" },
    { BYTES("[1,"), 3, "ends where a value is expected" },
    { BYTES("[1,]"), 3, "expected a value" },
    { BYTES("[,1]"), 1, "expected a value" },
    { BYTES("[1 2]"), 3, "expected ',' or ']'" },
    { BYTES("[1}"), 2, "expected ',' or ']'" },
    { BYTES("{\"a\":1]"), 6, "expected ',' or '}'" },
    { BYTES("{"), 1, "expected a name" },
    { BYTES("{a:1}"), 1, "expected a name" },
    { BYTES("{\"a\"}"), 4, "expected ':'" },
    { BYTES("{\"a\" 1}"), 5, "expected ':'" },
    { BYTES("{\"a\":}"), 5, "expected a value" },
    { BYTES("{\"a\":1,}"), 7, "expected a name" },
    { BYTES("{\"a\":1"), 6, "expected ',' or '}'" },
    { BYTES("{,}"), 1, "expected a name" },
    { BYTES("]"), 0, "expected a value" },
    { BYTES("[]]"), 2, "something follows" },
    { BYTES("{} {}"), 3, "something follows" },
    { BYTES("1 2"), 2, "something follows" },
    { BYTES("tru"), 0, "expected a value" },
    { BYTES("True"), 0, "expected a value" },
    { BYTES("nul]"), 0, "expected a value" },
    { BYTES("truex"), 4, "something follows" },
    { BYTES("NaN"), 0, "expected a value" },
    { BYTES("01"), 0, "malformed number" },
    { BYTES("-01"), 0, "malformed number" },
    { BYTES("-"), 0, "malformed number" },
    { BYTES("+1"), 0, "expected a value" },
    { BYTES(".5"), 0, "expected a value" },
    { BYTES("5."), 0, "malformed number" },
    { BYTES("5.e1"), 0, "malformed number" },
    { BYTES("5e"), 0, "malformed number" },
    { BYTES("5e+"), 0, "malformed number" },
    { BYTES("0x10"), 1, "something follows" },
    { BYTES("1e999"), 0, "out of range" },
    { BYTES("[-1e309]"), 1, "out of range" },
    { BYTES("1234567890123456789012345678901234567890123456789012345678901234"), 0,
      "63 characters" },
    { BYTES("\"abc"), 0, "does not end" },
    { BYTES("[\"abc\\\"]"), 1, "does not end" },
    { BYTES("\"\\"), 1, "unknown escape" },
    { BYTES("\"\\x41\""), 1, "unknown escape" },
    { BYTES("\"\\'\""), 1, "unknown escape" },
    { BYTES("\"\\u12\""), 1, "four hexadecimal digits" },
    { BYTES("\"\\u12g4\""), 1, "four hexadecimal digits" },
    { BYTES("\"\\u123"), 1, "four hexadecimal digits" },
    { BYTES("\"a\\u0000\""), 2, "U+0000" },
    { BYTES("{\"\\u0000\":1}"), 2, "U+0000" },
    { BYTES("\"\\ud800\""), 1, "first half" },
    { BYTES("\"\\ud800x\""), 1, "first half" },
    { BYTES("\"\\ud800\\n12345\""), 1, "first half" },
    { BYTES("\"\\ud800\\ud800\""), 1, "first half" },
    { BYTES("\"\\ud800\\u00"), 1, "first half" },
    { BYTES("\"\\udc00\""), 1, "second half" },
    { BYTES("\"a\nb\""), 2, "control character" },
    { BYTES("\"a\tb\""), 2, "control character" },
    { BYTES("'a'"), 0, "expected a value" },
    { BYTES("[1] // no"), 4, "something follows" },
    { BYTES("\xef\xbb\xbf{}"), 0, "expected a value" },
    { BYTES("\"\xff\""), 1, "not UTF-8" },
    { BYTES("\"\xed\xa0\x80\""), 1, "not UTF-8" },
    { BYTES("[1] \xc3"), 4, "not UTF-8" },
    { BYTES("\"a\0b\""), 2, "a zero byte" },
    { BYTES("[]\0"), 2, "a zero byte" },
};

static void
everything_else_is_refused_with_place_and_reason(void **state)
{
    (void)state;
    for (size_t i = 0; i < RV_COUNT(refused); i++) {
        rv_err err = RV_ERR_INIT;
        RV_AUTO_JSON cJSON *json = NULL;
        /* A copy of the exact size, so that the sanitizer sees a read beyond it. */
        RV_AUTO_FREE char *copy = rv_alloc(refused[i].len);
        memcpy(copy, refused[i].text, refused[i].len);
        int code = rv_json_parse(&json, copy, refused[i].len, 1000, 0, &err);
        RV_AUTO_FREE char *place = rv_format("JSON at byte %zu (", refused[i].at);
        if (code != RV_E_INVALID || json || strstr(err.text, place) == NULL ||
            strstr(err.text, refused[i].why) == NULL)
            fail_msg("%s: %d '%s'", refused[i].text, code, err.text);
    }
}

static void
the_place_is_told_in_lines_and_columns_too(void **state)
{
    (void)state;
    rv_err err = RV_ERR_INIT;
    RV_AUTO_JSON cJSON *json = NULL;
    const char *text = "{\n  \"a\": 1,\n  \"b\": x\n}";
    rv_json_parse(&json, text, strlen(text), 1000, 0, &err);
    assert_string_equal(err.text, "JSON at byte 19 (line 3, column 8): expected a value");
}

static void
brackets_of_both_kinds_are_told_apart_at_every_depth(void **state)
{
    (void)state;
    char text[1000];
    for (int wrong = -1; wrong < 64; wrong++) {
        rv_err err = RV_ERR_INIT;
        RV_AUTO_JSON cJSON *json = NULL;
        size_t len = 0;
        for (int i = 0; i < 64; i++) {
            const char *opening = i % 3 ? "[" : "{\"a\":";
            memcpy(text + len, opening, strlen(opening));
            len += strlen(opening);
        }
        text[len++] = '1';
        for (int i = 63; i >= 0; i--)
            text[len++] = (i % 3 == 0) != (i == wrong) ? '}' : ']';
        int code = rv_json_parse(&json, text, len, sizeof(text), 0, &err);
        assert_int_equal(code, wrong < 0 ? 0 : RV_E_INVALID);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rfc_8259_is_accepted),
        cmocka_unit_test(everything_else_is_refused_with_place_and_reason),
        cmocka_unit_test(the_place_is_told_in_lines_and_columns_too),
        cmocka_unit_test(brackets_of_both_kinds_are_told_apart_at_every_depth),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
