/* SPDX-License-Identifier: Apache-2.0
 *
 * The writer: commas, escapes, nesting.
 */
#include "base/json.h"

#include <math.h>
#include "check.h"

static void
commas_and_colons_come_by_themselves(void **state)
{
    (void)state;
    RV_AUTO_BUF
    rv_buf out = rv_buf_limited(1000);
    rv_json_writer w = rv_json_to(&out);
    rv_jw_object(&w);
    rv_jw_name(&w, "a");
    rv_jw_int(&w, INT64_MIN);
    rv_jw_name(&w, "b");
    rv_jw_array(&w);
    rv_jw_flag(&w, 7);
    rv_jw_flag(&w, 0);
    rv_jw_null(&w);
    rv_jw_object(&w);
    rv_jw_end_object(&w);
    rv_jw_array(&w);
    rv_jw_end_array(&w);
    rv_jw_raw(&w, "[1,2]!", 5);
    rv_jw_raw(&w, "", 0);
    rv_jw_end_array(&w);
    rv_jw_name(&w, "c \"q\"");
    rv_jw_string(&w, "x");
    rv_jw_name(&w, "d");
    rv_jw_object(&w);
    rv_jw_name(&w, "e");
    rv_jw_string(&w, NULL);
    rv_jw_end_object(&w);
    rv_jw_name(&w, "t");
    rv_jw_time(&w, 1795341600000);
    rv_jw_end_object(&w);
    assert_string_equal(rv_buf_text(&out),
                        "{\"a\":-9223372036854775808,\"b\":[true,false,null,{},[],[1,2],null],"
                        "\"c \\\"q\\\"\":\"x\",\"d\":{\"e\":null},\"t\":\"2026-11-22T10:00:00Z\"}");
    assert_int_equal(w.depth, 0);
}

static void
values_at_the_top_are_not_separated(void **state)
{
    (void)state;
    RV_AUTO_BUF
    rv_buf out = rv_buf_limited(1000);
    rv_json_writer w = rv_json_to(&out);
    rv_jw_array(&w);
    rv_jw_int(&w, 1);
    rv_jw_end_array(&w);
    rv_buf_add_char(&out, '\n');
    rv_jw_array(&w);
    rv_jw_int(&w, 2);
    rv_jw_end_array(&w);
    assert_string_equal(rv_buf_text(&out), "[1]\n[2]");
}

static void
strings_are_escaped_and_cleaned(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t len;
        const char *json;
    } cases[] = {
        { "", 0, "\"\"" },
        { "plain", 5, "\"plain\"" },
        { "a\"b\\c/", 6, "\"a\\\"b\\\\c/\"" },
        { "\b\f\n\r\t", 5, "\"\\b\\f\\n\\r\\t\"" },
        { "\x01\x1f\x7f", 3, "\"\\u0001\\u001f\x7f\"" },
        { "a\0b", 3,
          "\"a\xef\xbf\xbd"
          "b\"" },
        { "\xff\xc3", 2, "\"\xef\xbf\xbd\xef\xbf\xbd\"" },
        { "caf\xc3\xa9", 5, "\"caf\xc3\xa9\"" },
        { "ab\"", 2, "\"ab\"" },
    };
    for (size_t i = 0; i < RV_COUNT(cases); i++) {
        RV_AUTO_BUF
        rv_buf out = rv_buf_limited(1000);
        rv_json_writer w = rv_json_to(&out);
        rv_jw_string_len(&w, cases[i].text, cases[i].len);
        assert_string_equal(rv_buf_text(&out), cases[i].json);
    }
}

static void
every_control_character_reads_back(void **state)
{
    (void)state;
    char text[127];
    for (int i = 0; i < 127; i++)
        text[i] = (char)(i + 1);
    RV_AUTO_BUF
    rv_buf out = rv_buf_limited(1000);
    rv_json_writer w = rv_json_to(&out);
    rv_jw_string_len(&w, text, sizeof(text));
    rv_err err = RV_ERR_INIT;
    RV_AUTO_JSON cJSON *json = NULL;
    assert_int_equal(rv_json_parse(&json, out.data, out.len, 1000, 0, &err), 0);
    assert_memory_equal(json->valuestring, text, sizeof(text));
}

static void
doubles_take_their_shortest_form(void **state)
{
    (void)state;
    static const struct {
        double value;
        const char *json;
    } cases[] = {
        { 0, "0" },
        { -0.0, "0" },
        { 1, "1" },
        { 0.1, "0.1" },
        { -2.5, "-2.5" },
        { 1e300, "1e+300" },
        { NAN, "null" },
        { INFINITY, "null" },
        { -INFINITY, "null" },
        { 1.0 / 3, "0.3333333333333333" },
    };
    for (size_t i = 0; i < RV_COUNT(cases); i++) {
        RV_AUTO_BUF
        rv_buf out = rv_buf_limited(1000);
        rv_json_writer w = rv_json_to(&out);
        rv_jw_double(&w, cases[i].value);
        assert_string_equal(rv_buf_text(&out), cases[i].json);
    }
}

static void
a_full_buffer_is_noticed_at_the_end(void **state)
{
    (void)state;
    rv_err err = RV_ERR_INIT;
    RV_AUTO_BUF
    rv_buf out = rv_buf_limited(20);
    rv_json_writer w = rv_json_to(&out);
    rv_jw_array(&w);
    for (int i = 0; i < 100; i++)
        rv_jw_string(&w, "value");
    rv_jw_end_array(&w);
    assert_int_equal(rv_buf_check(&out, &err), RV_E_LIMIT);
}

static void
nest(int levels)
{
    RV_AUTO_BUF
    rv_buf out = rv_buf_limited(1000);
    rv_json_writer w = rv_json_to(&out);
    for (int round = 0; round < 2; round++) {
        for (int i = 0; i < levels; i++) {
            rv_jw_array(&w);
            rv_jw_int(&w, i);
        }
        for (int i = 0; i < levels; i++)
            rv_jw_end_array(&w);
    }
    RV_ASSERT(w.depth == 0 && strncmp(out.data, "[0,[1,[2,", 9) == 0);
}

static void
nest_32(void)
{
    nest(32);
}

static void
nest_33(void)
{
    nest(33);
}

static void
close_too_often(void)
{
    RV_AUTO_BUF
    rv_buf out = rv_buf_limited(1000);
    rv_json_writer w = rv_json_to(&out);
    rv_jw_end_array(&w);
}

static void
end_after_name(void)
{
    RV_AUTO_BUF
    rv_buf out = rv_buf_limited(1000);
    rv_json_writer w = rv_json_to(&out);
    rv_jw_object(&w);
    rv_jw_name(&w, "a");
    rv_jw_end_object(&w);
}

static void
misuse_is_a_bug(void **state)
{
    (void)state;
    assert_false(aborts(nest_32));
    assert_true(aborts(nest_33));
    assert_true(aborts(close_too_often));
    assert_true(aborts(end_after_name));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(commas_and_colons_come_by_themselves),
        cmocka_unit_test(values_at_the_top_are_not_separated),
        cmocka_unit_test(strings_are_escaped_and_cleaned),
        cmocka_unit_test(every_control_character_reads_back),
        cmocka_unit_test(doubles_take_their_shortest_form),
        cmocka_unit_test(a_full_buffer_is_noticed_at_the_end),
        cmocka_unit_test(misuse_is_a_bug),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
