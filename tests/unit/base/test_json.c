/* SPDX-License-Identifier: Apache-2.0
 *
 * Parsing, getters, canonical form.
 */
#include "base/json.h"

#include <math.h>
#include "base/mem.h"
#include "check.h"

static cJSON *
parse(const char *text)
{
    rv_err err = RV_ERR_INIT;
    cJSON *json = NULL;
    if (rv_json_parse(&json, text, strlen(text), 1 << 20, 0, &err))
        fail_msg("%s: %s", text, err.text);
    return json;
}

static void
the_canonical_form_is_sorted_short_and_unique(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        { " { \"b\" : 1 , \"a\" : [ ] } ", "{\"a\":[],\"b\":1}" },
        { "{\"b\":{\"z\":1,\"y\":2},\"a\":{}}", "{\"a\":{},\"b\":{\"y\":2,\"z\":1}}" },
        { "{\"b\":1,\"a\":2,\"b\":3,\"c\":4,\"b\":5}", "{\"a\":2,\"b\":5,\"c\":4}" },
        { "{\"a\":1,\"A\":2,\"\":3,\"aa\":4}", "{\"\":3,\"A\":2,\"a\":1,\"aa\":4}" },
        { "{\"\xc3\xa9\":1,\"z\":2}", "{\"z\":2,\"\xc3\xa9\":1}" },
        { "[3,2,1,true,false,null,\"x\"]", "[3,2,1,true,false,null,\"x\"]" },
        { "\"caf\\u00e9 \\ud83d\\ude00\"", "\"caf\xc3\xa9 \xf0\x9f\x98\x80\"" },
        { "\"\\/\\\"\\\\\\b\\f\\n\\r\\t\\u001F\\u007f\"",
          "\"/\\\"\\\\\\b\\f\\n\\r\\t\\u001f\x7f\"" },
        { "[0,-0,-0.0,1.0,1e2,100]", "[0,0,0,1,100,100]" },
        { "[0.1,0.10,1e-1]", "[0.1,0.1,0.1]" },
        { "[5e-324,1.7976931348623157e308]", "[5e-324,1.7976931348623157e+308]" },
        { "[9007199254740991,-9007199254740992]", "[9007199254740991,-9007199254740992]" },
        { "[1e15,123456789012345678,1e21]", "[1e+15,1.2345678901234568e+17,1e+21]" },
        { "[999999999999999]", "[999999999999999]" },
        { "[0.30000000000000004,123.456,-1.5]", "[0.30000000000000004,123.456,-1.5]" },
    };
    for (size_t i = 0; i < RV_COUNT(cases); i++) {
        RV_AUTO_JSON cJSON *json = parse(cases[i][0]);
        RV_AUTO_BUF
        rv_buf out = rv_buf_limited(10000);
        assert_int_equal(rv_json_canonical(&out, json), 0);
        assert_string_equal(rv_buf_text(&out), cases[i][1]);
    }
}

static void
the_canonical_form_keeps_to_the_ceiling(void **state)
{
    (void)state;
    RV_AUTO_JSON cJSON *json = parse("[\"0123456789\"]");
    RV_AUTO_BUF
    rv_buf exact = rv_buf_limited(14);
    RV_AUTO_BUF
    rv_buf small = rv_buf_limited(13);
    assert_int_equal(rv_json_canonical(&exact, json), 0);
    assert_int_equal(rv_json_canonical(&small, json), RV_E_LIMIT);
}

static void
what_json_cannot_say_has_no_canonical_form(void **state)
{
    (void)state;
    RV_AUTO_BUF
    rv_buf out = rv_buf_limited(1000);
    RV_AUTO_JSON cJSON *infinite = cJSON_CreateNumber(INFINITY);
    RV_AUTO_JSON cJSON *nan = cJSON_CreateArray();
    cJSON_AddItemToArray(nan, cJSON_CreateNumber(NAN));
    RV_AUTO_JSON cJSON *raw = cJSON_CreateRaw("{}");
    assert_int_equal(rv_json_canonical(&out, infinite), RV_E_INVALID);
    assert_int_equal(rv_json_canonical(&out, nan), RV_E_INVALID);
    assert_int_equal(rv_json_canonical(&out, raw), RV_E_INVALID);
}

static void
trees_of_our_own_may_be_too_deep(void **state)
{
    (void)state;
    RV_AUTO_JSON cJSON *json = cJSON_CreateArray();
    for (int i = 0; i < 600; i++) {
        cJSON *outer = cJSON_CreateArray();
        cJSON_AddItemToArray(outer, json);
        json = outer;
    }
    RV_AUTO_BUF
    rv_buf out = rv_buf_limited(10000);
    assert_int_equal(rv_json_canonical(&out, json), RV_E_LIMIT);
}

static void
bad_utf8_of_our_own_is_replaced(void **state)
{
    (void)state;
    RV_AUTO_JSON cJSON *json = cJSON_CreateString("a\xff");
    RV_AUTO_BUF
    rv_buf out = rv_buf_limited(100);
    assert_int_equal(rv_json_canonical(&out, json), 0);
    assert_string_equal(rv_buf_text(&out), "\"a\xef\xbf\xbd\"");
}

static void
size_and_depth_have_ceilings(void **state)
{
    (void)state;
    rv_err err = RV_ERR_INIT;
    cJSON *json = NULL;
    assert_int_equal(rv_json_parse(&json, "[1,2]", 5, 4, 0, &err), RV_E_LIMIT);
    assert_null(json);
    assert_contains(err.text, "limit of 4");
    assert_int_equal(rv_json_parse(&json, "[[1]]", 5, 5, 1, &err), RV_E_LIMIT);
    assert_null(json);
    assert_int_equal(rv_json_parse(&json, "[[1]]", 5, 5, 2, &err), 0);
    rv_json_delete_p(&json);
}

/* depth opening brackets, then as many closing ones. */
static char *
nested(int depth)
{
    char *text = rv_alloc(2 * (size_t)depth + 1);
    memset(text, '[', (size_t)depth);
    memset(text + depth, ']', (size_t)depth);
    return text;
}

static void
the_default_depth_is_64_and_the_greatest_512(void **state)
{
    (void)state;
    static const struct {
        int depth, max_depth, code;
    } cases[] = {
        { 64, 0, 0 },       { 65, 0, RV_E_LIMIT },       { 65, 100, 0 },
        { 512, 100000, 0 }, { 513, 100000, RV_E_LIMIT }, { 10000, 0, RV_E_LIMIT },
    };
    for (size_t i = 0; i < RV_COUNT(cases); i++) {
        rv_err err = RV_ERR_INIT;
        RV_AUTO_JSON cJSON *json = NULL;
        RV_AUTO_FREE char *text = nested(cases[i].depth);
        assert_int_equal(
            rv_json_parse(&json, text, strlen(text), 1 << 20, cases[i].max_depth, &err),
            cases[i].code);
    }
}

static void
the_text_needs_no_terminator(void **state)
{
    (void)state;
    static const char *const texts[] = { "12", "[1]", "\"x\"", "true", "{\"a\":1}", "-1.5e3" };
    for (size_t i = 0; i < RV_COUNT(texts); i++) {
        rv_err err = RV_ERR_INIT;
        size_t len = strlen(texts[i]);
        RV_AUTO_FREE char *exact = rv_alloc(len);
        memcpy(exact, texts[i], len);
        RV_AUTO_JSON cJSON *json = NULL;
        assert_int_equal(rv_json_parse(&json, exact, len, 100, 0, &err), 0);
    }
}

static void
getters_give_their_fallback_for_another_type(void **state)
{
    (void)state;
    RV_AUTO_JSON cJSON *json = parse("{\"s\":\"text\",\"n\":5,\"d\":1.5,\"big\":9007199254740992,"
                                     "\"huge\":1e300,\"minus\":-3,\"t\":true,\"f\":false,"
                                     "\"z\":null,\"o\":{}}");
    assert_string_equal(rv_json_string(json, "s"), "text");
    assert_null(rv_json_string(json, "n"));
    assert_null(rv_json_string(json, "S"));
    assert_null(rv_json_string(json, "absent"));
    assert_null(rv_json_string(NULL, "s"));
    assert_int_equal(rv_json_int(json, "n", -1), 5);
    assert_int_equal(rv_json_int(json, "minus", -1), -3);
    assert_true(rv_json_int(json, "big", -1) == 9007199254740992);
    assert_int_equal(rv_json_int(json, "d", -1), -1);
    assert_int_equal(rv_json_int(json, "huge", -1), -1);
    assert_int_equal(rv_json_int(json, "s", -1), -1);
    assert_int_equal(rv_json_int(json, "absent", -1), -1);
    assert_int_equal(rv_json_flag(json, "t", 0), 1);
    assert_int_equal(rv_json_flag(json, "f", 1), 0);
    assert_int_equal(rv_json_flag(json, "n", 7), 7);
    assert_int_equal(rv_json_flag(json, "z", 7), 7);
}

static void
wiping_reaches_every_text_below(void **state)
{
    (void)state;
    RV_AUTO_JSON cJSON *json =
        cJSON_Parse("{\"a\":\"one\",\"b\":[{\"c\":\"two\"},\"three\",7],\"d\":null}");
    RV_AUTO_JSON cJSON *other = cJSON_CreateString("mine");
    cJSON_AddItemReferenceToObject(json, "borrowed", other);
    rv_json_wipe(NULL);
    rv_json_wipe(json);
    RV_AUTO_FREE char *text = cJSON_PrintUnformatted(json);
    assert_string_equal(text, "{\"a\":\"\",\"b\":[{\"c\":\"\"},\"\",7],\"d\":null,"
                              "\"borrowed\":\"mine\"}");
}

static void
an_unknown_key_comes_with_the_nearest(void **state)
{
    (void)state;
    static const char *const keys[] = { "name", "zone", NULL };
    rv_err err = RV_ERR_INIT;
    RV_AUTO_JSON cJSON *good = parse("{\"zone\":1,\"name\":2}");
    RV_AUTO_JSON cJSON *close = parse("{\"name\":1,\"zones\":2}");
    RV_AUTO_JSON cJSON *far = parse("{\"colour\":1}");
    assert_int_equal(rv_json_check_keys(good, keys, "the zone", &err), 0);
    assert_int_equal(rv_json_check_keys(close, keys, "the zone", &err), RV_E_INVALID);
    assert_string_equal(err.text, "unknown key 'zones' in the zone");
    assert_string_equal(err.hint, "did you mean 'zone'?");
    rv_err_clear(&err);
    assert_int_equal(rv_json_check_keys(far, keys, "the zone", &err), RV_E_INVALID);
    assert_string_equal(err.hint, "");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_canonical_form_is_sorted_short_and_unique),
        cmocka_unit_test(the_canonical_form_keeps_to_the_ceiling),
        cmocka_unit_test(what_json_cannot_say_has_no_canonical_form),
        cmocka_unit_test(trees_of_our_own_may_be_too_deep),
        cmocka_unit_test(bad_utf8_of_our_own_is_replaced),
        cmocka_unit_test(size_and_depth_have_ceilings),
        cmocka_unit_test(the_default_depth_is_64_and_the_greatest_512),
        cmocka_unit_test(the_text_needs_no_terminator),
        cmocka_unit_test(getters_give_their_fallback_for_another_type),
        cmocka_unit_test(wiping_reaches_every_text_below),
        cmocka_unit_test(an_unknown_key_comes_with_the_nearest),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
