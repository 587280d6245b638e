/* SPDX-License-Identifier: Apache-2.0
 *
 * Descriptions as JSON and back.
 */
#include "support.h"
#include "base/json.h"
#include "base/text.h"

static void
assert_same_list(const char *const *a, const char *const *b)
{
    assert_int_equal(a == NULL, b == NULL);
    for (; a && *a && *b; a++, b++)
        assert_string_equal(*a, *b);
    if (a)
        assert_true(!*a && !*b);
}

static void
assert_same_def(const struct reeve_kind *a, const struct reeve_kind *b)
{
    assert_true(rv_streq(a->name, b->name) && rv_streq(a->table, b->table) &&
                rv_streq(a->api_name, b->api_name) && rv_streq(a->title, b->title) &&
                rv_streq(a->help, b->help) && rv_streq(a->owner_column, b->owner_column) &&
                rv_streq(a->kept_by, b->kept_by) && rv_streq(a->class_name, b->class_name));
    assert_int_equal(a->size, b->size);
    assert_int_equal(a->flags, b->flags);
    assert_int_equal(a->archive, b->archive);
    assert_same_list(a->key, b->key);
    assert_same_list(a->name_key, b->name_key);
    assert_same_list(a->aliases, b->aliases);
    const struct reeve_column *x = a->columns, *y = b->columns;
    for (; x->name && y->name; x++, y++) {
        assert_true(rv_streq(x->name, y->name) && rv_streq(x->target, y->target) &&
                    rv_streq(x->help, y->help));
        assert_int_equal(x->type, y->type);
        assert_int_equal(x->flags, y->flags);
    }
    assert_true(!x->name && !y->name);
}

static void
every_kind_comes_back_from_json_as_it_was(void **state)
{
    (void)state;
    for (int k = 0; k < rv_model_count(); k++) {
        rv_err err = RV_ERR_INIT;
        RV_AUTO_BUF
        rv_buf text = rv_buf_limited(1 << 20);
        RV_AUTO_JSON cJSON *json = rv_kind_to_json(rv_model_at(k)->def);
        RV_AUTO_JSON cJSON *again = NULL;
        struct reeve_kind *def = NULL;
        assert_int_equal(rv_json_canonical(&text, json), 0);
        assert_int_equal(rv_json_parse(&again, rv_buf_text(&text), text.len, 1 << 20, 0, &err), 0);
        if (rv_kind_from_json(&def, again, &err) != RV_OK)
            fail_msg("%s", err.text);
        assert_same_def(rv_model_at(k)->def, def);
        rv_kind_def_free(def);
    }
}

static void
a_wrong_description_is_refused(void **state)
{
#define REST "\"archive\":\"delete\",\"key\":[\"a\"]"
    static const struct {
        const char *json, *says;
    } cases[] = {
        { "[]", "is no object" },
        { "\"vm\"", "is no object" },
        { "{}", "archive" },
        { "{" REST "}", "columns is no array" },
        { "{" REST ",\"columns\":{}}", "columns is no array" },
        { "{" REST ",\"columns\":[1]}", "column 0" },
        { "{" REST ",\"columns\":[{\"type\":\"string\"}]}", "column 0: name is missing" },
        { "{" REST ",\"columns\":[{\"name\":\"a\"}]}", "unknown type ''" },
        { "{" REST ",\"columns\":[{\"name\":\"a\",\"type\":\"text\"}]}", "unknown type 'text'" },
        { "{" REST ",\"columns\":[{\"name\":7,\"type\":\"string\"}]}", "name is no string" },
        { "{" REST ",\"columns\":[{\"name\":\"a\",\"type\":\"string\",\"flags\":[\"shiny\"]}]}",
          "unknown flag" },
        { "{" REST ",\"columns\":[{\"name\":\"a\",\"type\":\"string\",\"flags\":[1]}]}",
          "unknown flag" },
        { "{" REST ",\"columns\":[],\"name\":1}", "name is no string" },
        { "{" REST ",\"columns\":[],\"flags\":\"child\"}", "flags is no array" },
        { "{" REST ",\"columns\":[],\"aliases\":\"pod\"}", "aliases is no array" },
        { "{" REST ",\"columns\":[],\"name_key\":[\"a\",2]}", "name_key: item 1 is no string" },
        { "{\"archive\":\"burn\"}", "neither archive nor delete" },
    };
#undef REST

    (void)state;
    for (size_t i = 0; i < RV_COUNT(cases); i++) {
        rv_err err = RV_ERR_INIT;
        RV_AUTO_JSON cJSON *json = NULL;
        struct reeve_kind *def = NULL;
        assert_int_equal(
            rv_json_parse(&json, cases[i].json, strlen(cases[i].json), 1 << 16, 0, &err), 0);
        if (rv_kind_from_json(&def, json, &err) != RV_E_INVALID || def)
            fail_msg("taken: %s", cases[i].json);
        if (!strstr(err.text, cases[i].says))
            fail_msg("expected '%s', got '%s'", cases[i].says, err.text);
    }
}

/* What JSON left out is found by the model's own checks, not by a crash. */
static void
a_description_without_names_is_refused_by_the_model(void **state)
{
    static const char text[] = "{\"archive\":\"delete\",\"columns\":[]}";
    rv_err err = RV_ERR_INIT;
    RV_AUTO_JSON cJSON *json = NULL;
    struct reeve_kind *def = NULL;

    (void)state;
    assert_int_equal(rv_json_parse(&json, text, sizeof(text) - 1, 1 << 16, 0, &err), 0);
    assert_int_equal(rv_kind_from_json(&def, json, &err), RV_OK);
    assert_int_equal(rv_model_add(def, &err), RV_E_INVALID);
    rv_kind_def_free(def);
}

static void
freeing_nothing_is_fine(void **state)
{
    (void)state;
    rv_kind_def_free(NULL);
}

static void
types_have_names(void **state)
{
    (void)state;
    assert_string_equal(rv_type_name(REEVE_STRING), "string");
    assert_string_equal(rv_type_name(REEVE_INT), "integer");
    assert_string_equal(rv_type_name(REEVE_REF), "reference");
    assert_string_equal(rv_type_name(0), "unknown");
    assert_string_equal(rv_type_name(-1), "unknown");
    assert_string_equal(rv_type_name(REEVE_REF + 1), "unknown");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(every_kind_comes_back_from_json_as_it_was),
        TEST(a_wrong_description_is_refused),
        TEST(a_description_without_names_is_refused_by_the_model),
        TEST(freeing_nothing_is_fine),
        TEST(types_have_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
