/* SPDX-License-Identifier: Apache-2.0
 *
 * What scalars of YAML mean.
 */
#include "base/yaml.h"

#include "base/mem.h"
#include "check.h"

static const char *const cases[][2] = {
    { "null", "null" },
    { "~", "null" },
    { "Null", "null" },
    { "NULL", "null" },
    { "nULL", "\"nULL\"" },
    { "true", "true" },
    { "True", "true" },
    { "FALSE", "false" },
    { "yes", "\"yes\"" },
    { "no", "\"no\"" },
    { "on", "\"on\"" },
    { "y", "\"y\"" },
    { "0", "0" },
    { "42", "42" },
    { "-42", "-42" },
    { "+42", "42" },
    { "-0", "0" },
    { "--1", "\"--1\"" },
    { "+-1", "\"+-1\"" },
    { "-+1", "\"-+1\"" },
    { "007", "\"007\"" },
    { "-007", "\"-007\"" },
    { "0x1F", "\"0x1F\"" },
    { "0o17", "\"0o17\"" },
    { "1_000", "\"1_000\"" },
    { "9007199254740992", "9007199254740992" },
    { "9007199254740993", "\"9007199254740993\"" },
    { "-9007199254740993", "\"-9007199254740993\"" },
    { "99999999999999999999", "\"99999999999999999999\"" },
    { "1.5", "1.5" },
    { "-1.5e3", "-1500" },
    { "+1.5", "1.5" },
    { ".5", "0.5" },
    { "5.", "5" },
    { "1e3", "1000" },
    { "1e+3", "1000" },
    { "1e999", "\"1e999\"" },
    { "1e", "\"1e\"" },
    { ".", "\".\"" },
    { "1.2.3", "\"1.2.3\"" },
    { ".inf", "\".inf\"" },
    { ".nan", "\".nan\"" },
    { "inf", "\"inf\"" },
    { "0x1p3", "\"0x1p3\"" },
    { "2026-11-22", "\"2026-11-22\"" },
    { "12:30:45", "\"12:30:45\"" },
    { "\"42\"", "\"42\"" },
    { "'true'", "\"true\"" },
    { "\"\"", "\"\"" },
    { "!!str 42", "\"42\"" },
    { "! 42", "\"42\"" },
    { "!!int 42", "42" },
    { "!!int \"42\"", "42" },
    { "!!float 42", "42" },
    { "!!bool true", "true" },
    { "!!null ~", "null" },
};

static cJSON *
parse(const char *scalar, rv_err *err)
{
    RV_AUTO_FREE char *text = rv_format("[%s]", scalar);
    cJSON *tree = NULL;
    rv_yaml_parse(&tree, text, strlen(text), 1000, err);
    return tree;
}

static void
scalars_have_the_types_of_json(void **state)
{
    (void)state;
    for (size_t i = 0; i < RV_COUNT(cases); i++) {
        rv_err err = RV_ERR_INIT;
        RV_AUTO_JSON cJSON *tree = parse(cases[i][0], &err);
        if (tree == NULL)
            fail_msg("%s: %s", cases[i][0], err.text);
        RV_AUTO_BUF
        rv_buf out = rv_buf_limited(1000);
        RV_AUTO_FREE char *expected = rv_format("[%s]", cases[i][1]);
        assert_int_equal(rv_json_canonical(&out, tree), 0);
        assert_string_equal(rv_buf_text(&out), expected);
    }
}

static void
tags_must_fit_their_text(void **state)
{
    (void)state;
    static const char *const wrong[] = {
        "!!int 1.5", "!!int x",   "!!int true", "!!bool 1",      "!!bool yes",
        "!!null 0",  "!!float x", "!!int 007",  "!!binary QQ==", "!!timestamp 2026-11-22",
    };
    for (size_t i = 0; i < RV_COUNT(wrong); i++) {
        rv_err err = RV_ERR_INIT;
        RV_AUTO_JSON cJSON *tree = parse(wrong[i], &err);
        if (tree)
            fail_msg("%s was taken", wrong[i]);
        assert_int_equal(err.code, RV_E_INVALID);
        assert_contains(err.text, "tag");
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(scalars_have_the_types_of_json),
        cmocka_unit_test(tags_must_fit_their_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
