/* SPDX-License-Identifier: Apache-2.0
 *
 * The grammar of filter[].
 */
#include "unit.h"
#include "query/filter.h"

static void
a_filter_is_attribute_operator_and_value(void **state)
{
    static const struct {
        const char *text, *attribute;
        enum rv_filter_op op;
        const char *value;
        int quoted, is_or;
    } cases[] = {
        { "name=x", "name", RV_EQ, "x", 0, 0 },
        { "name = \"x\"", "name", RV_EQ, "x", 1, 0 },
        { "  name  !=  'x y'  ", "name", RV_NE, "x y", 1, 0 },
        { "a<1", "a", RV_LT, "1", 0, 0 },
        { "a<=1", "a", RV_LE, "1", 0, 0 },
        { "a>1", "a", RV_GT, "1", 0, 0 },
        { "a>=1", "a", RV_GE, "1", 0, 0 },
        { "or a=1", "a", RV_EQ, "1", 0, 1 },
        { "OR  a = 1", "a", RV_EQ, "1", 0, 1 },
        { "order=1", "order", RV_EQ, "1", 0, 0 },
        { "orbit=1", "orbit", RV_EQ, "1", 0, 0 },
        { "a='b=c'", "a", RV_EQ, "b=c", 1, 0 },
        { "a=b=c", "a", RV_EQ, "b=c", 0, 0 },
        { "a='it''s'", "a", RV_EQ, "it''s", 1, 0 },
        { "a='say \"hi\"'", "a", RV_EQ, "say \"hi\"", 1, 0 },
        { "a=''", "a", RV_EQ, "", 1, 0 },
        { "hardware.memory_mb>=8192", "hardware.memory_mb", RV_GE, "8192", 0, 0 },
        { "a=NULL", "a", RV_EQ, "NULL", 0, 0 },
        { "a=x'y", "a", RV_EQ, "x'y", 0, 0 },
    };
    struct rv_arena *arena = rv_arena_new(0);

    (void)state;
    for (size_t i = 0; i < RV_COUNT(cases); i++) {
        struct rv_filter filter;
        rv_err err = RV_ERR_INIT;
        if (rv_filter_parse(&filter, arena, cases[i].text, &err) < 0)
            fail_msg("%s: %s", cases[i].text, err.text);
        assert_string_equal(filter.attribute, cases[i].attribute);
        assert_int_equal(filter.op, cases[i].op);
        assert_string_equal(filter.value, cases[i].value);
        assert_int_equal(filter.quoted, cases[i].quoted);
        assert_int_equal(filter.is_or, cases[i].is_or);
    }
    rv_arena_free(arena);
}

static void
what_is_no_filter_is_said_to_be_none(void **state)
{
    static const char *const cases[] = {
        "",     "name", "=x",     "name=", "name='x", "name=\"x'", "name='", "a b=c", "a==b",
        "a=~b", "a!b",  "$(x)=1", "a;b=1", "or =1",   "'a'=1",     "a\tb=1", "a<>'b", "\xc3\xa9=1",
    };
    struct rv_arena *arena = rv_arena_new(0);

    (void)state;
    for (size_t i = 0; i < RV_COUNT(cases); i++) {
        struct rv_filter filter;
        rv_err err = RV_ERR_INIT;
        if (rv_filter_parse(&filter, arena, cases[i], &err) != RV_E_INVALID)
            fail_msg("taken: %s", cases[i]);
        assert_true(err.text[0] != '\0');
    }
    rv_arena_free(arena);
}

static void
a_filter_has_a_ceiling(void **state)
{
    struct rv_arena *arena = rv_arena_new(0);
    char *text = rv_arena_alloc(arena, RV_FILTER_BYTES_MAX + 2);
    struct rv_filter filter;
    rv_err err = RV_ERR_INIT;

    (void)state;
    memset(text, 'a', RV_FILTER_BYTES_MAX + 1);
    text[1] = '=';
    assert_int_equal(rv_filter_parse(&filter, arena, text, &err), RV_E_INVALID);
    text[RV_FILTER_BYTES_MAX] = '\0';
    rv_err_clear(&err);
    assert_int_equal(rv_filter_parse(&filter, arena, text, &err), 0);
    rv_arena_free(arena);
}

static void
only_bare_null_and_nil_mean_null(void **state)
{
    static const struct {
        const char *text;
        int is_null;
    } cases[] = {
        { "a=NULL", 1 }, { "a!=nil", 1 },    { "a=Null", 1 },   { "a='NULL'", 0 },
        { "a=nul", 0 },  { "a=\"nil\"", 0 }, { "a= null ", 1 },
    };
    struct rv_arena *arena = rv_arena_new(0);

    (void)state;
    for (size_t i = 0; i < RV_COUNT(cases); i++) {
        struct rv_filter filter;
        rv_err err = RV_ERR_INIT;
        assert_int_equal(rv_filter_parse(&filter, arena, cases[i].text, &err), 0);
        assert_int_equal(rv_filter_is_null(&filter), cases[i].is_null);
    }
    rv_arena_free(arena);
}

static void
wildcards_become_like_patterns_and_nothing_else_does(void **state)
{
    static const struct {
        const char *text, *pattern; /* NULL: no wildcard */
    } cases[] = {
        { "a='x%'", "x%" },       { "a='*x*'", "%x%" },       { "a!=\"%\"", "%" },
        { "a='a_b%'", "a\\_b%" }, { "a='a\\b*'", "a\\\\b%" }, { "a='plain'", NULL },
        { "a=x%", NULL },         { "a<'x%'", NULL },
    };
    struct rv_arena *arena = rv_arena_new(0);

    (void)state;
    for (size_t i = 0; i < RV_COUNT(cases); i++) {
        struct rv_filter filter;
        rv_err err = RV_ERR_INIT;
        assert_int_equal(rv_filter_parse(&filter, arena, cases[i].text, &err), 0);
        assert_int_equal(rv_filter_is_wildcard(&filter), cases[i].pattern != NULL);
        if (cases[i].pattern)
            assert_string_equal(rv_filter_like(&filter, arena), cases[i].pattern);
    }
    rv_arena_free(arena);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_filter_is_attribute_operator_and_value),
        cmocka_unit_test(what_is_no_filter_is_said_to_be_none),
        cmocka_unit_test(a_filter_has_a_ceiling),
        cmocka_unit_test(only_bare_null_and_nil_mean_null),
        cmocka_unit_test(wildcards_become_like_patterns_and_nothing_else_does),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
