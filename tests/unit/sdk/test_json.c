/* SPDX-License-Identifier: Apache-2.0
 *
 * Parsing a document and asking it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "reeve/json.h"
#include "support/sdk_host.h"

static struct reeve_call call;

static int
begin(void **state)
{
    (void)state;
    sdk_host_begin(&call);
    return 0;
}

static int
end(void **state)
{
    (void)state;
    sdk_host_end(&call);
    return 0;
}

/* A copy of the exact length, so that the sanitizer sees a read behind it. */
static int
parse_bytes(const char *text, size_t len, int max_depth, struct reeve_json **out)
{
    char *copy = malloc(len ? len : 1);

    memcpy(copy, text, len);
    int status = reeve_json_parse(&call, copy, len, max_depth, out);
    free(copy);
    return status;
}

static struct reeve_json *
parse(const char *text)
{
    struct reeve_json *json = NULL;

    assert_int_equal(parse_bytes(text, strlen(text), 0, &json), 0);
    assert_non_null(json);
    return json;
}

static void
a_path_walks_names_and_elements(void **state)
{
    struct reeve_json *json =
        parse("{\"a\":{\"b.c\":1,\"list\":[[10,20],{\"x\":\"deep\"}]},\"n\":null}");

    (void)state;
    assert_string_equal(reeve_json_string(json, "a.list[1].x", "?"), "deep");
    assert_int_equal(reeve_json_int(json, "a.list[0][1]", -1), 20);
    assert_int_equal(reeve_json_int(reeve_json_member(reeve_json_get(json, "a"), "b.c"), "", -1),
                     1);
    assert_ptr_equal(reeve_json_get(json, ""), json);
    assert_ptr_equal(reeve_json_get(json, NULL), json);
    reeve_json_free(json);
}

static void
a_path_that_leads_nowhere_is_absent(void **state)
{
    static const char *const paths[] = {
        "b",   "a.b", "a[3]", "a[", "a[x]",   "a[]",   "a[0]x", "a[-1]", "n",
        "n.x", "s.x", "s[0]", "A",  "a[0].x", "a.[0]", ".",     "[0]",   "a[99999999999999999999]"
    };
    struct reeve_json *json = parse("{\"a\":[1,2],\"n\":null,\"s\":\"text\",\"ab\":1}");

    (void)state;
    for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
        if (reeve_json_get(json, paths[i]))
            fail_msg("'%s' leads somewhere", paths[i]);
    }
    assert_null(reeve_json_get(NULL, "a"));
    assert_null(reeve_json_member(NULL, "a"));
    assert_null(reeve_json_member(json, "n"));
    reeve_json_free(json);
}

static void
another_type_gives_the_fallback(void **state)
{
    struct reeve_json *json =
        parse("{\"s\":\"text\",\"i\":7,\"d\":1.5,\"f\":true,\"n\":null,\"o\":{},"
              "\"big\":1e300,\"edge\":9223372036854775808,\"low\":-9223372036854775808}");

    (void)state;
    assert_string_equal(reeve_json_string(json, "i", "none"), "none");
    assert_int_equal(reeve_json_int(json, "s", -1), -1);
    assert_int_equal(reeve_json_int(json, "d", -1), -1);
    assert_int_equal(reeve_json_int(json, "big", -1), -1);
    assert_int_equal(reeve_json_int(json, "edge", -1), -1);
    assert_true(reeve_json_int(json, "low", -1) == INT64_MIN);
    assert_true(reeve_json_double(json, "d", 0) > 1.4 && reeve_json_double(json, "d", 0) < 1.6);
    assert_true(reeve_json_double(json, "s", 2.0) > 1.9);
    assert_int_equal(reeve_json_flag(json, "f", 0), 1);
    assert_int_equal(reeve_json_flag(json, "i", 0), 0);
    assert_int_equal(reeve_json_has(json, "o"), 1);
    assert_int_equal(reeve_json_has(json, "n"), 0);
    reeve_json_free(json);
}

static void
types_are_told(void **state)
{
    static const struct {
        const char *text;
        int type;
    } cases[] = { { "null", REEVE_JSON_NULL },      { "true", REEVE_JSON_FLAG },
                  { "false", REEVE_JSON_FLAG },     { "-1.5e3", REEVE_JSON_NUMBER },
                  { "\"x\"", REEVE_JSON_STRING },   { " [1]\n", REEVE_JSON_ARRAY },
                  { "\t{}\r\n", REEVE_JSON_OBJECT } };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct reeve_json *json = parse(cases[i].text);
        assert_int_equal(reeve_json_type(json), cases[i].type);
        reeve_json_free(json);
    }
    assert_int_equal(reeve_json_type(NULL), REEVE_JSON_NULL);
}

static void
children_come_in_order_with_their_names(void **state)
{
    struct reeve_json *json = parse("{\"m\":{\"b\":1,\"a\":2},\"l\":[5,6,7],\"e\":[]}");
    const struct reeve_json *child = reeve_json_first(json, "m");

    (void)state;
    assert_string_equal(reeve_json_name(child), "b");
    child = reeve_json_next(child);
    assert_string_equal(reeve_json_name(child), "a");
    assert_null(reeve_json_next(child));
    int64_t sum = 0;
    for (child = reeve_json_first(json, "l"); child; child = reeve_json_next(child)) {
        assert_null(reeve_json_name(child));
        sum = sum * 10 + reeve_json_int(child, "", 0);
    }
    assert_int_equal(sum, 567);
    assert_int_equal(reeve_json_count(json, "l"), 3);
    assert_int_equal(reeve_json_count(json, "e"), 0);
    assert_int_equal(reeve_json_count(json, "nothing"), 0);
    assert_null(reeve_json_next(NULL));
    assert_null(reeve_json_name(NULL));
    assert_null(reeve_json_first(json, "l[0]"));
    reeve_json_free(json);
}

static void
what_is_needed_and_not_there_is_named(void **state)
{
    struct reeve_json *json = parse("{\"a\":{\"s\":\"x\",\"n\":1,\"z\":null}}");
    const struct reeve_json *object;
    const char *text;

    (void)state;
    assert_int_equal(reeve_json_need_string(&call, json, "a.s", &text), 0);
    assert_string_equal(text, "x");
    assert_int_equal(reeve_json_need_object(&call, json, "a", &object), 0);
    assert_string_equal(reeve_json_string(object, "s", "?"), "x");
    assert_int_equal(reeve_json_need_string(&call, json, "a.n", &text), REEVE_E_PROTOCOL);
    assert_null(text);
    assert_string_equal(call.text, "'a.n' is a number where a string was expected");
    assert_int_equal(reeve_json_need_string(&call, json, "a.q", &text), REEVE_E_PROTOCOL);
    assert_string_equal(call.text, "'a.q' is missing: 'a' is an object without it");
    assert_int_equal(reeve_json_need_string(&call, json, "a.s.t", &text), REEVE_E_PROTOCOL);
    assert_string_equal(call.text, "'a.s.t' is missing: 'a.s' is a string without it");
    assert_int_equal(reeve_json_need_string(&call, json, "a.z", &text), REEVE_E_PROTOCOL);
    assert_string_equal(call.text, "'a.z' is null in the answer");
    assert_int_equal(reeve_json_need_object(&call, json, "q", &object), REEVE_E_PROTOCOL);
    assert_string_equal(call.text, "'q' is missing in the answer");
    assert_int_equal(reeve_json_need_object(&call, json, "a.s", &object), REEVE_E_PROTOCOL);
    assert_string_equal(call.text, "'a.s' is a string where an object was expected");
    assert_int_equal(reeve_json_need_object(&call, NULL, "a", &object), REEVE_E_PROTOCOL);
    reeve_json_free(json);
}

static void
what_is_no_json_is_refused(void **state)
{
    static const struct {
        const char *text;
        const char *part; /* of the error */
    } cases[] = {
        { "", "nothing where JSON was expected" },
        { " \n", "nothing where JSON was expected" },
        { "{", "cut off after 1 bytes" },
        { "[1,2", "cut off after 4 bytes" },
        { "\"abc", "cut off after 4 bytes" },
        { "\"abc\\", "cut off after 5 bytes" },
        { "{\"a\":1}}", "more follows the value at byte 7" },
        { "{} x", "more follows the value at byte 3" },
        { "1 2", "more follows the value at byte 2" },
        { "nul", "goes wrong at byte" },
        { "[1,]", "goes wrong at byte" },
        { "{\"a\" 1}", "goes wrong at byte" },
        { "[1}", "goes wrong at byte" },
        { "[\"\\x\"]", "goes wrong at byte" },
        { "[\"\\ud800\"]", "goes wrong at byte" },
        { "[\"\\ud800\\u0041\"]", "goes wrong at byte" },
        { "[\"\\udc00\"]", "goes wrong at byte" },
        { "[\"\\u12g4\"]", "goes wrong at byte" },
        { "[\"\\u12\"]", "goes wrong at byte" },
        { "\"\\u", "cut off after 3 bytes" },
        { "[01]", "goes wrong at byte" },
        { "[-]", "goes wrong at byte" },
        { "[1.]", "goes wrong at byte" },
        { "[1e+]", "goes wrong at byte" },
        { "[+1]", "goes wrong at byte" },
        { "[truefalse]", "goes wrong at byte 5" },
        { "{1:2}", "goes wrong at byte 1" },
        { "{\"a\":}", "goes wrong at byte 5" },
        { "{\"a\":1,}", "goes wrong at byte 7" },
        { "<html>", "goes wrong at byte 0" },
        { "]", "unexpected character at byte 0" },
        { "[\x01]", "unexpected character at byte 1" },
        { "[\xC3\xA9]", "unexpected character at byte 1" },
        { "\xEF\xBB\xBF{}", "unexpected character at byte 0" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct reeve_json *json;
        int status = parse_bytes(cases[i].text, strlen(cases[i].text), 0, &json);
        if (status != REEVE_E_PROTOCOL || json || !strstr(call.text, cases[i].part))
            fail_msg("'%s': %d, '%s'", cases[i].text, status, call.text);
    }
}

static void
bytes_that_are_not_utf8_are_refused_with_their_place(void **state)
{
    static const char *const bad[] = { "\x80",
                                       "\xC3",
                                       "\xC3(",
                                       "\xC0\xAF",
                                       "\xE0\x80\x80",
                                       "\xED\xA0\x80",
                                       "\xF0\x80\x80\x80",
                                       "\xF4\x90\x80\x80",
                                       "\xF5\x80\x80\x80",
                                       "\xE2\x82",
                                       "\xFF" };
    char text[64];

    (void)state;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        struct reeve_json *json;
        snprintf(text, sizeof(text), "[\"abcdefghij%s\"]", bad[i]);
        assert_int_equal(parse_bytes(text, strlen(text), 0, &json), REEVE_E_PROTOCOL);
        assert_non_null(strstr(call.text, "not UTF-8 at byte 1"));
    }
    struct reeve_json *json = parse("\"\xC3\xA9\xE2\x82\xAC\xF0\x9F\x99\x82\"");
    assert_string_equal(reeve_json_string(json, "", ""), "\xC3\xA9\xE2\x82\xAC\xF0\x9F\x99\x82");
    reeve_json_free(json);
}

static void
a_raw_nul_is_refused_and_an_escaped_one_replaced(void **state)
{
    struct reeve_json *json;

    (void)state;
    assert_int_equal(parse_bytes("[\"a\0b\"]", 7, 0, &json), REEVE_E_PROTOCOL);
    assert_non_null(strstr(call.text, "NUL byte at byte 3"));
    json = parse("{\"k\\u0000\":\"a\\u0000b\\\\u0000\"}");
    assert_string_equal(reeve_json_name(reeve_json_first(json, "")), "k\xEF\xBF\xBD");
    assert_string_equal(reeve_json_string(reeve_json_first(json, ""), "", ""), "a\xEF\xBF\xBD"
                                                                               "b\\u0000");
    reeve_json_free(json);
}

static char *
nested(size_t depth)
{
    char *text = malloc(depth * 2 + 1);

    memset(text, '[', depth);
    memset(text + depth, ']', depth);
    text[depth * 2] = 0;
    return text;
}

static void
nesting_has_a_ceiling(void **state)
{
    struct reeve_json *json;
    char *deep = nested(10000);
    char *just = nested(64);

    (void)state;
    assert_int_equal(parse_bytes(deep, 20000, 0, &json), REEVE_E_LIMIT);
    assert_string_equal(call.text, "JSON is nested more than 64 levels deep at byte 64");
    assert_int_equal(parse_bytes(deep, 20000, 1 << 30, &json), REEVE_E_LIMIT);
    assert_non_null(strstr(call.text, "more than 512 levels"));
    assert_int_equal(parse_bytes(just, 128, 0, &json), 0);
    reeve_json_free(json);
    assert_int_equal(parse_bytes(just, 128, 63, &json), REEVE_E_LIMIT);
    free(deep);
    free(just);
}

static void
the_number_of_values_has_a_ceiling(void **state)
{
    size_t len = 4 << 20;
    char *text = malloc(len);
    struct reeve_json *json;

    (void)state;
    for (size_t i = 0; i < len; i += 2)
        memcpy(text + i, i ? ",1" : " [", 2);
    text[2] = ' ';
    text[len - 1] = ']';
    assert_int_equal(reeve_json_parse(&call, text, len, 0, &json), REEVE_E_LIMIT);
    assert_non_null(strstr(call.text, "holds more than 1048576 others"));
    free(text);
}

static void
a_name_of_a_mebibyte_is_kept_whole(void **state)
{
    size_t len = 1 << 20;
    char *text = malloc(len + 16);
    struct reeve_json *json;

    (void)state;
    memcpy(text, "{\"", 2);
    memset(text + 2, 'n', len);
    memcpy(text + 2 + len, "\":1}", 4);
    assert_int_equal(reeve_json_parse(&call, text, len + 6, 0, &json), 0);
    assert_int_equal(strlen(reeve_json_name(reeve_json_first(json, ""))), len);
    reeve_json_free(json);
    free(text);
}

static void
a_value_becomes_compact_text_again(void **state)
{
    struct reeve_json *json = parse("{ \"a\" : [ 1, true, null, \"x\\n\" ], \"b\" : { } }");

    (void)state;
    assert_string_equal(reeve_json_text(&call, json), "{\"a\":[1,true,null,\"x\\n\"],\"b\":{}}");
    assert_string_equal(reeve_json_text(&call, reeve_json_get(json, "a[3]")), "\"x\\n\"");
    assert_string_equal(reeve_json_text(&call, NULL), "null");
    reeve_json_free(json);
}

static void
a_text_is_quoted_so_that_it_is_read_as_it_was(void **state)
{
    static const struct {
        const char *text, *quoted;
    } cases[] = {
        { "", "\"\"" },
        { "plain", "\"plain\"" },
        { "a\"b\\c/d", "\"a\\\"b\\\\c/d\"" },
        { "\n\x1f\x7f", "\"\\u000a\\u001f\x7f\"" },
        { "\xc3\xa4\xf0\x9f\x94\x91", "\"\xc3\xa4\xf0\x9f\x94\x91\"" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        size_t len = strlen(cases[i].quoted);
        char *out = malloc(len + 1);
        assert_int_equal(reeve_json_quote(out, len + 1, cases[i].text, strlen(cases[i].text)), len);
        assert_string_equal(out, cases[i].quoted);
        struct reeve_json *json = parse(out);
        assert_string_equal(reeve_json_string(json, "", NULL), cases[i].text);
        reeve_json_free(json);
        free(out);
    }
}

static void
a_quoted_text_without_room_is_cut_off_and_its_length_told(void **state)
{
    char *out = malloc(4);

    (void)state;
    assert_int_equal(reeve_json_quote(NULL, 0, "a\"b", 3), 6);
    assert_int_equal(reeve_json_quote(out, 4, "a\"b", 3), 6);
    assert_string_equal(out, "\"a\\");
    assert_int_equal(reeve_json_quote(out, 1, "a", 1), 3);
    assert_string_equal(out, "");
    assert_int_equal(reeve_json_quote(NULL, 0, "\0", 1), 8);
    free(out);
}

static void
whole_numbers_of_64_bits_are_exact(void **state)
{
    static const struct {
        const char *text;
        int64_t value;
        int refused;
    } cases[] = {
        { "0", 0, 0 },
        { "-0", 0, 0 },
        { "7.0", 7, 0 },
        { "1e3", 1000, 0 },
        { "9007199254740993", 9007199254740993, 0 },
        { "-9007199254740993", -9007199254740993, 0 },
        { "1234567890123456789", 1234567890123456789, 0 },
        { "9223372036854775807", INT64_MAX, 0 },
        { "-9223372036854775808", INT64_MIN, 0 },
        { "9223372036854775808", 0, 1 },
        { "-9223372036854775809", 0, 1 },
        { "99999999999999999999999999", 0, 1 },
        { "1.5", 0, 1 },
        { "1e300", 0, 1 },
        { "9007199254740993.0", 0, 1 },
        { "\"7\"", 0, 1 },
        { "true", 0, 1 },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct reeve_json *json = parse(reeve_format(
            &call, "{\"a\":\"12345678901234567 \\\" 1\",\"n\":%s,\"z\":[2]}", cases[i].text));
        int64_t value = -1;
        int status = reeve_json_need_int(&call, json, "n", &value);
        if (status != (cases[i].refused ? REEVE_E_PROTOCOL : 0) || value != cases[i].value)
            fail_msg("%s: %d, %lld", cases[i].text, status, (long long)value);
        if (!cases[i].refused)
            assert_true(reeve_json_int(json, "n", -5) == cases[i].value);
        assert_int_equal(reeve_json_int(json, "z[0]", 0), 2);
        reeve_json_free(json);
    }
    struct reeve_json *json = parse("{\"n\":1.5,\"s\":\"x\"}");
    int64_t value;
    reeve_json_need_int(&call, json, "n", &value);
    assert_string_equal(call.text,
                        "'n' is the number 1.5 where a whole number of 64 bits was expected");
    reeve_json_need_int(&call, json, "s", &value);
    assert_string_equal(call.text, "'s' is a string where a whole number was expected");
    reeve_json_need_int(&call, json, "none", &value);
    assert_string_equal(call.text, "'none' is missing in the answer");
    reeve_json_free(json);
}

static void
an_id_may_be_a_text_or_a_whole_number(void **state)
{
    static const struct {
        const char *text;
        const char *id; /* NULL: refused */
    } cases[] = {
        { "\"vm-7\"", "vm-7" },
        { "\"007\"", "007" },
        { "42", "42" },
        { "42.0", "42" },
        { "-1", "-1" },
        { "9007199254740992", "9007199254740992" },
        { "9007199254740993", "9007199254740993" },
        { "18446744073709551615", "18446744073709551615" },
        { "123456789012345678901234567890", "123456789012345678901234567890" },
        { "1.5", NULL },
        { "1e20", NULL },
        { "12345678901234567.0", NULL },
        { "true", NULL },
        { "[1]", NULL },
        { "null", NULL },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct reeve_json *json = parse(reeve_format(&call, "{\"id\":%s}", cases[i].text));
        const char *id = "?";
        int status = reeve_json_need_id(&call, json, "id", &id);
        if (cases[i].id && (status != 0 || strcmp(id, cases[i].id) != 0))
            fail_msg("%s became %s: %s", cases[i].text, id, call.text);
        if (!cases[i].id && (status != REEVE_E_PROTOCOL || id))
            fail_msg("%s was taken", cases[i].text);
        reeve_json_free(json);
    }
    struct reeve_json *json = parse("1234567890123456789");
    const char *id;
    assert_int_equal(reeve_json_need_id(&call, json, NULL, &id), 0);
    assert_string_equal(id, "1234567890123456789");
    assert_int_equal(reeve_json_type(json), REEVE_JSON_NUMBER);
    assert_true(reeve_json_double(json, "", 0) == 1234567890123456789.0);
    assert_string_equal(reeve_json_text(&call, json), "1234567890123456789");
    reeve_json_free(json);
}

static void
documents_of_all_sizes_follow_each_other(void **state)
{
    (void)state;
    for (size_t count = 1; count < 30000; count = count * 3 + 1) {
        char *text = malloc(count * 12 + 3);
        size_t len = 1;
        text[0] = '[';
        for (size_t i = 0; i < count; i++)
            len += (size_t)snprintf(text + len, 12, "%s\"%07zu\"", i ? "," : "", i);
        text[len++] = ']';
        struct reeve_json *one, *two;
        assert_int_equal(reeve_json_parse(&call, text, len, 0, &one), 0);
        assert_int_equal(reeve_json_parse(&call, text, len, 0, &two), 0);
        reeve_json_free(one);
        assert_int_equal(reeve_json_count(two, ""), count);
        reeve_json_free(two);
        free(text);
    }
    reeve_json_free(NULL);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_path_walks_names_and_elements),
        cmocka_unit_test(a_path_that_leads_nowhere_is_absent),
        cmocka_unit_test(another_type_gives_the_fallback),
        cmocka_unit_test(types_are_told),
        cmocka_unit_test(children_come_in_order_with_their_names),
        cmocka_unit_test(what_is_needed_and_not_there_is_named),
        cmocka_unit_test(what_is_no_json_is_refused),
        cmocka_unit_test(bytes_that_are_not_utf8_are_refused_with_their_place),
        cmocka_unit_test(a_raw_nul_is_refused_and_an_escaped_one_replaced),
        cmocka_unit_test(nesting_has_a_ceiling),
        cmocka_unit_test(the_number_of_values_has_a_ceiling),
        cmocka_unit_test(a_name_of_a_mebibyte_is_kept_whole),
        cmocka_unit_test(a_value_becomes_compact_text_again),
        cmocka_unit_test(a_text_is_quoted_so_that_it_is_read_as_it_was),
        cmocka_unit_test(a_quoted_text_without_room_is_cut_off_and_its_length_told),
        cmocka_unit_test(whole_numbers_of_64_bits_are_exact),
        cmocka_unit_test(an_id_may_be_a_text_or_a_whole_number),
        cmocka_unit_test(documents_of_all_sizes_follow_each_other),
    };

    return cmocka_run_group_tests(tests, begin, end);
}
