/* SPDX-License-Identifier: Apache-2.0
 *
 * Values of automate: what they hold, as text and as JSON.
 */
#include "tree/value.h"

#include "base/json.h"
#include "base/mem.h"
#include "model/model.h"
#include "tree/tree.h"
#include "../base/check.h"

static void
json_of(rv_buf *out, const struct rv_ae_value *value)
{
    rv_err err = RV_ERR_INIT;
    if (rv_ae_to_json(out, value, &err) < 0)
        fail_msg("%s", err.text);
}

static void
put(struct rv_ae_value *map, const char *key, struct rv_ae_value item)
{
    rv_ae_set(map, key, &item);
    assert_int_equal(item.type, RV_AE_NIL);
}

/* One value of each type, in a map. */
static struct rv_ae_value
everything(void)
{
    struct rv_ae_value map = rv_ae_vmap(), list = rv_ae_vlist(), inner = rv_ae_vmap();
    struct rv_ae_value symbol = rv_ae_vtext("ok"), secret = rv_ae_vtext("v1:ab:cd:ef");
    symbol.type = RV_AE_SYMBOL;
    secret.type = RV_AE_SECRET;
    for (int64_t i = 0; i < 5; i++) {
        struct rv_ae_value item = rv_ae_vint(i);
        rv_ae_append(&list, &item);
    }
    put(&inner, "$type", rv_ae_vtext("not ours"));
    put(&map, "nil", RV_AE_VNIL);
    put(&map, "yes", rv_ae_vbool(7));
    put(&map, "int", rv_ae_vint(-3));
    put(&map, "long", rv_ae_vint(INT64_MAX));
    put(&map, "half", rv_ae_vdouble(0.5));
    put(&map, "whole", rv_ae_vdouble(2));
    put(&map, "text", rv_ae_vtext("a \"b\""));
    put(&map, "symbol", symbol);
    put(&map, "stamp", rv_ae_vstamp(1700000000123));
    put(&map, "secret", secret);
    put(&map, "list", list);
    put(&map, "row", rv_ae_vrow(rv_model_kind("vm")->name, 1000000000012));
    put(&map, "node", rv_ae_vnode(3));
    put(&map, "inner", inner);
    return map;
}

static void
json_keeps_the_type_of_every_value(void **state)
{
    (void)state;
    rv_err err = RV_ERR_INIT;
    RV_AUTO_AE_VALUE struct rv_ae_value all = everything(), back = RV_AE_VNIL;
    RV_AUTO_BUF rv_buf first = rv_buf_limited(1 << 16), second = rv_buf_limited(1 << 16);
    RV_AUTO_JSON cJSON *json = NULL;
    json_of(&first, &all);
    assert_int_equal(rv_json_parse(&json, first.data, first.len, 1 << 16, 0, &err), 0);
    if (rv_ae_from_json(&back, json, &err) < 0)
        fail_msg("%s", err.text);
    json_of(&second, &back);
    assert_string_equal(rv_buf_text(&first), rv_buf_text(&second));
    for (int32_t i = 0; i < all.len; i++)
        assert_int_equal(all.v.items[i].type, back.v.items[i].type);
    assert_true(rv_ae_get(&back, "long")->v.i == INT64_MAX);
    assert_string_equal(rv_ae_get(rv_ae_get(&back, "inner"), "$type")->v.text, "not ours");
}

static void
a_copy_is_its_own_and_a_key_is_set_once(void **state)
{
    (void)state;
    RV_AUTO_AE_VALUE struct rv_ae_value all = everything();
    RV_AUTO_AE_VALUE struct rv_ae_value copy = rv_ae_copy(&all);
    put(&all, "text", rv_ae_vtext("changed"));
    assert_int_equal(all.len, copy.len);
    assert_string_equal(rv_ae_get(&copy, "text")->v.text, "a \"b\"");
    assert_string_equal(rv_ae_get(&all, "text")->v.text, "changed");
    assert_null(rv_ae_get(&all, "TEXT"));
}

static void
people_see_a_secret_as_stars(void **state)
{
    (void)state;
    static const char *const shown[][2] = {
        { "nil", "" },
        { "yes", "true" },
        { "int", "-3" },
        { "half", "0.5" },
        { "text", "a \"b\"" },
        { "symbol", "ok" },
        { "secret", "********" },
        { "stamp", "2023-11-14T22:13:20.123Z" },
        { "row", "vm::1000000000012" },
        { "list", "[0,1,2,3,4]" },
    };
    RV_AUTO_AE_VALUE struct rv_ae_value all = everything();
    for (size_t i = 0; i < RV_COUNT(shown); i++) {
        RV_AUTO_BUF rv_buf out = rv_buf_limited(1 << 10);
        assert_int_equal(rv_ae_show(&out, rv_ae_get(&all, shown[i][0])), 0);
        assert_string_equal(rv_buf_text(&out), shown[i][1]);
    }
}

static void
what_is_nested_too_deep_is_refused_both_ways(void **state)
{
    (void)state;
    rv_err err = RV_ERR_INIT;
    RV_AUTO_AE_VALUE struct rv_ae_value tower = rv_ae_vlist(), back = RV_AE_VNIL;
    for (int i = 0; i < RV_AE_DEPTH_MAX; i++) {
        struct rv_ae_value above = rv_ae_vlist();
        rv_ae_append(&above, &tower);
        tower = above;
    }
    RV_AUTO_BUF rv_buf out = rv_buf_limited(1 << 16);
    assert_int_equal(rv_ae_to_json(&out, &tower, &err), RV_E_LIMIT);
    RV_AUTO_JSON cJSON *json =
        cJSON_Parse("[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]");
    assert_non_null(json);
    assert_int_equal(rv_ae_from_json(&back, json, &err), RV_E_LIMIT);
    assert_int_equal(back.type, RV_AE_NIL);
}

static void
what_can_be_written_can_be_read_again_whatever_its_names(void **state)
{
    (void)state;
    struct rv_ae_value tower = rv_ae_vmap();
    int written = 0;
    for (int i = 0; i < RV_AE_DEPTH_MAX; i++) {
        rv_err err = RV_ERR_INIT;
        RV_AUTO_AE_VALUE struct rv_ae_value back = RV_AE_VNIL;
        RV_AUTO_BUF rv_buf out = rv_buf_limited(1 << 16);
        RV_AUTO_JSON cJSON *json = NULL;
        struct rv_ae_value above = rv_ae_vmap();
        rv_ae_set(&above, "$type", &tower);
        tower = above;
        if (rv_ae_to_json(&out, &tower, &err) < 0)
            continue;
        assert_int_equal(rv_json_parse(&json, out.data, out.len, 1 << 16, 0, &err), 0);
        assert_int_equal(rv_ae_from_json(&back, json, &err), 0);
        assert_int_equal(rv_ae_bytes(&back), rv_ae_bytes(&tower));
        written++;
    }
    rv_ae_clear(&tower);
    assert_in_range(written, 8, RV_AE_DEPTH_MAX - 1);
}

static cJSON *
names(int count)
{
    cJSON *json = cJSON_CreateObject();
    for (int i = 0; i < count; i++) {
        char name[16];
        snprintf(name, sizeof(name), "n%d", i);
        cJSON_AddNullToObject(json, name);
    }
    return json;
}

static void
a_map_has_a_ceiling_of_names_both_ways(void **state)
{
    (void)state;
    rv_err err = RV_ERR_INIT;
    RV_AUTO_AE_VALUE struct rv_ae_value map = RV_AE_VNIL, back = RV_AE_VNIL;
    RV_AUTO_JSON cJSON *most = names(RV_AE_NAMES_MAX), *more = names(RV_AE_NAMES_MAX + 1);
    assert_int_equal(rv_ae_from_json(&map, most, &err), 0);
    assert_int_equal(map.len, RV_AE_NAMES_MAX);
    assert_int_equal(rv_ae_from_json(&back, more, &err), RV_E_LIMIT);
    assert_string_equal(err.text, "a map has more than 10000 names");
    rv_err_clear(&err);
    assert_int_equal(rv_ae_from_plain_json(&back, more, &err), RV_E_LIMIT);
    struct rv_ae_value none = RV_AE_VNIL;
    rv_ae_put(&map, "one more", &none);
    RV_AUTO_BUF rv_buf out = rv_buf_limited(1 << 20);
    rv_err_clear(&err);
    assert_int_equal(rv_ae_to_json(&out, &map, &err), RV_E_LIMIT);
}

static void
of_a_name_that_comes_twice_the_last_counts_where_the_first_stood(void **state)
{
    (void)state;
    static const char *const ways[] = {
        "{\"a\":1,\"b\":2,\"A\":3,\"a\":{},\"c\":5,\"a\":\"x\",\"c\":6,\"d\":7}",
        "{\"$type\":\"map\",\"value\":[[\"a\",1],[\"b\",2],[\"A\",3],[\"a\",[]],[\"c\",5],"
        "[\"a\",\"x\"],[\"c\",6],[\"d\",7]]}",
    };
    for (size_t i = 0; i < RV_COUNT(ways); i++) {
        rv_err err = RV_ERR_INIT;
        RV_AUTO_JSON cJSON *json = cJSON_Parse(ways[i]);
        RV_AUTO_AE_VALUE struct rv_ae_value map = RV_AE_VNIL;
        RV_AUTO_BUF rv_buf out = rv_buf_limited(1 << 10);
        assert_int_equal(rv_ae_from_json(&map, json, &err), 0);
        put(&map, "e", rv_ae_vint(8));
        json_of(&out, &map);
        assert_string_equal(rv_buf_text(&out),
                            "{\"a\":\"x\",\"b\":2,\"A\":3,\"c\":6,\"d\":7,\"e\":8}");
    }
}

static void
json_of_others_makes_no_rows_and_no_secrets(void **state)
{
    (void)state;
    rv_err err = RV_ERR_INIT;
    RV_AUTO_JSON cJSON *json = cJSON_Parse(
        "{\"a\":{\"$type\":\"row\",\"kind\":\"vm\",\"value\":\"3\"},"
        "\"b\":[{\"$type\":\"secret\",\"value\":\"v1:x\"}],\"c\":{\"$type\":\"soup\"}}");
    RV_AUTO_AE_VALUE struct rv_ae_value value = RV_AE_VNIL;
    assert_int_equal(rv_ae_from_plain_json(&value, json, &err), 0);
    const struct rv_ae_value *row = rv_ae_get(&value, "a");
    assert_int_equal(row->type, RV_AE_MAP);
    assert_string_equal(rv_ae_get(row, "$type")->v.text, "row");
    assert_int_equal(rv_ae_get(&value, "b")->v.items[0].type, RV_AE_MAP);
    assert_int_equal(rv_ae_get(&value, "c")->type, RV_AE_MAP);
}

static void
a_saved_value_that_was_damaged_is_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "{\"$type\":\"soup\",\"value\":\"1\"}",
        "{\"$type\":\"stamp\",\"value\":\"x\"}",
        "{\"$type\":\"stamp\"}",
        "{\"$type\":\"row\",\"value\":\"1\",\"kind\":\"soup\"}",
        "{\"$type\":\"map\",\"value\":[[1,2]]}",
        "{\"$type\":1}",
    };
    for (size_t i = 0; i < RV_COUNT(bad); i++) {
        rv_err err = RV_ERR_INIT;
        RV_AUTO_AE_VALUE struct rv_ae_value back = RV_AE_VNIL;
        RV_AUTO_JSON cJSON *json = cJSON_Parse(bad[i]);
        assert_int_equal(rv_ae_from_json(&back, json, &err), RV_E_INVALID);
    }
}

static void
words_and_numbers_of_a_schema_agree_in_any_case(void **state)
{
    (void)state;
    for (int i = RV_AE_DATA_STRING; i <= RV_AE_DATA_NULL_COALESCING; i++)
        assert_int_equal(rv_ae_datatype(rv_ae_datatype_name(i)), i);
    for (int i = RV_AE_ATTRIBUTE; i <= RV_AE_STATE; i++)
        assert_int_equal(rv_ae_aetype(rv_ae_aetype_name(i)), i);
    for (int i = RV_AE_USER; i <= RV_AE_SYSTEM; i++)
        assert_int_equal(rv_ae_source_of(rv_ae_source_name(i)), i);
    assert_int_equal(rv_ae_datatype("Null Coalescing"), RV_AE_DATA_NULL_COALESCING);
    assert_int_equal(rv_ae_datatype(""), RV_AE_DATA_STRING);
    assert_int_equal(rv_ae_datatype("Host"), RV_AE_DATA_OBJECT);
    assert_int_equal(rv_ae_aetype("soup"), -1);
    assert_null(rv_ae_datatype_name(RV_AE_DATA_OBJECT));
}

static int
model(void **state)
{
    (void)state;
    rv_err err = RV_ERR_INIT;
    return rv_model_init(&err);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(json_keeps_the_type_of_every_value),
        cmocka_unit_test(a_copy_is_its_own_and_a_key_is_set_once),
        cmocka_unit_test(people_see_a_secret_as_stars),
        cmocka_unit_test(what_is_nested_too_deep_is_refused_both_ways),
        cmocka_unit_test(what_can_be_written_can_be_read_again_whatever_its_names),
        cmocka_unit_test(a_map_has_a_ceiling_of_names_both_ways),
        cmocka_unit_test(of_a_name_that_comes_twice_the_last_counts_where_the_first_stood),
        cmocka_unit_test(json_of_others_makes_no_rows_and_no_secrets),
        cmocka_unit_test(a_saved_value_that_was_damaged_is_refused),
        cmocka_unit_test(words_and_numbers_of_a_schema_agree_in_any_case),
    };
    return cmocka_run_group_tests(tests, model, NULL);
}
