/* SPDX-License-Identifier: Apache-2.0
 *
 * Values come back as they went in, and sort and compare alike on both engines.
 */
#include "contract.h"

#include <float.h>
#include <math.h>
#include "base/text.h"

static int
all_types(void **state)
{
    if (contract_bare(state) != 0)
        return -1;
    RV_AUTO_FREE char *columns =
        rv_format("id %s PRIMARY KEY, i %s, d %s, f %s, t %s", int_type(), int_type(),
                  rv_test_is_postgres() ? "DOUBLE PRECISION" : "REAL",
                  rv_test_is_postgres() ? "BOOLEAN" : "INTEGER", text_type());
    make_table(store_of(state), "things", columns);
    return 0;
}
#define things_test(name) cmocka_unit_test_setup_teardown(name, all_types, contract_end)

/* One value into a column and out again. */
static rv_value
through(struct rv_store *store, const char *column, rv_value value)
{
    RV_AUTO_FREE char *insert =
        rv_format("INSERT INTO things (id, %s) VALUES (1, $1) ON CONFLICT (id) DO UPDATE"
                  " SET %s = excluded.%s",
                  column, column, column);
    RV_AUTO_FREE char *select = rv_format("SELECT %s FROM things WHERE id = 1", column);
    rv_value out = RV_VNULL;

    must(rv_store_exec(store, NULL, insert, &value, 1, err));
    must(rv_store_one(store, &out, 1, select, NULL, 0, err));
    return out;
}

static void
integers_come_back_over_their_whole_range(void **state)
{
    static const int64_t numbers[] = { 0, 1, -1, INT32_MAX, INT64_MAX, INT64_MIN, 999999999999999 };

    for (size_t i = 0; i < RV_COUNT(numbers); i++) {
        rv_value out = through(store_of(state), "i", rv_vint(numbers[i]));
        assert_int_equal(out.type, RV_INT);
        assert_true(out.v.i == numbers[i]);
    }
}

static void
doubles_come_back_to_the_last_bit(void **state)
{
    static const double numbers[] = {
        0.1, 1.0 / 3, -2.5, 1e300, DBL_MAX, DBL_MIN, 5e-324, 123456789, 9007199254740993., 1e20
    };

    for (size_t i = 0; i < RV_COUNT(numbers); i++) {
        rv_value out = through(store_of(state), "d", rv_vdouble(numbers[i]));
        assert_int_equal(out.type, RV_DOUBLE);
        assert_true(out.v.d == numbers[i]);
    }
}

static void
what_is_not_finite_becomes_null(void **state)
{
    static const double numbers[] = { NAN, INFINITY, -INFINITY };

    for (size_t i = 0; i < RV_COUNT(numbers); i++)
        assert_int_equal(through(store_of(state), "d", rv_vdouble(numbers[i])).type, RV_NULL);
}

static void
flags_are_zero_and_one(void **state)
{
    for (int flag = 0; flag <= 1; flag++) {
        rv_value out = through(store_of(state), "f", rv_vint(flag));
        assert_int_equal(out.type, RV_INT);
        assert_int_equal(out.v.i, flag);
    }
    rv_value on = rv_vint(1), out;
    must(rv_store_one(store_of(state), &out, 1, "SELECT COUNT(*) FROM things WHERE f = $1", &on, 1,
                      err));
    assert_int_equal(out.v.i, 1);
    assert_int_equal(rv_test_int(store_of(state), "SELECT COUNT(*) FROM things WHERE f = TRUE"), 1);
}

static void
comparisons_give_zero_and_one(void **state)
{
    assert_int_equal(rv_test_int(store_of(state), "SELECT 1 = 1"), 1);
    assert_int_equal(rv_test_int(store_of(state), "SELECT 1 = 2"), 0);
}

static void
texts_come_back_byte_for_byte(void **state)
{
    static const char *const texts[] = {
        "",
        " ",
        "plain",
        "it's \"quoted\"",
        "back\\slash \\N \\n",
        "tab\there",
        "line\nbreak\r\n",
        "\xc3\xa4\xc3\xb6\xc3\xbc",
        "\xe2\x82\xac \xf0\x9f\x90\x99",
        "\x01\x7f",
        "$1 ? :a %s",
    };

    for (size_t i = 0; i < RV_COUNT(texts); i++) {
        rv_value out = through(store_of(state), "t", rv_vtext(texts[i]));
        assert_int_equal(out.type, RV_TEXT);
        assert_int_equal(out.len, strlen(texts[i]));
        assert_string_equal(out.v.text, texts[i]);
    }
}

static void
an_empty_text_is_not_null(void **state)
{
    through(store_of(state), "t", rv_vtext(""));
    assert_int_equal(rv_test_int(store_of(state), "SELECT COUNT(*) FROM things WHERE t = ''"), 1);
    assert_int_equal(through(store_of(state), "t", rv_vtext(NULL)).type, RV_NULL);
    assert_int_equal(rv_test_int(store_of(state), "SELECT COUNT(*) FROM things WHERE t = ''"), 0);
}

static void
null_comes_back_from_every_type(void **state)
{
    static const char *const columns[] = { "i", "d", "f", "t" };

    for (size_t i = 0; i < RV_COUNT(columns); i++)
        assert_int_equal(through(store_of(state), columns[i], RV_VNULL).type, RV_NULL);
}

static void
a_text_of_eight_megabytes_comes_back(void **state)
{
    size_t len = 8u << 20;
    RV_AUTO_FREE char *text = rv_alloc(len + 1);

    for (size_t i = 0; i < len; i++)
        text[i] = (char)('a' + i % 26);
    rv_value out = through(store_of(state), "t", rv_vtext_len(text, len));
    assert_int_equal(out.len, len);
    assert_memory_equal(out.v.text, text, len);
}

static void
texts_that_are_not_utf8_are_refused(void **state)
{
    static const struct {
        const char *bytes;
        size_t len;
    } bad[] = { { "\xff", 1 }, { "a\xc3", 2 }, { "\xed\xa0\x80", 3 }, { "a\0b", 3 } };

    for (size_t i = 0; i < RV_COUNT(bad); i++) {
        rv_value value = rv_vtext_len(bad[i].bytes, bad[i].len);
        must_fail(RV_E_INVALID,
                  rv_store_exec(store_of(state), NULL, "INSERT INTO things (id, t) VALUES (7, $1)",
                                &value, 1, err));
    }
    assert_int_equal(rv_test_int(store_of(state), "SELECT COUNT(*) FROM things"), 0);
}

static void
a_number_fits_a_column_of_another_number_type(void **state)
{
    rv_value out = through(store_of(state), "d", rv_vint(3));
    assert_int_equal(out.type, RV_DOUBLE);
    assert_true(out.v.d == 3.0);
    out = through(store_of(state), "i", rv_vdouble(4.0));
    assert_int_equal(out.type, RV_INT);
    assert_int_equal(out.v.i, 4);
    out = through(store_of(state), "i", rv_vtext("5"));
    assert_int_equal(out.v.i, 5);
    out = through(store_of(state), "t", rv_vint(6));
    assert_string_equal(out.v.text, "6");
}

static void
a_text_in_a_number_column_is_refused(void **state)
{
    rv_value text = rv_vtext("many"), half = rv_vdouble(1.5);

    must_fail(RV_E_INVALID,
              rv_store_exec(store_of(state), NULL, "INSERT INTO things (id, i) VALUES (1, $1)",
                            &text, 1, err));
    must_fail(RV_E_INVALID,
              rv_store_exec(store_of(state), NULL, "INSERT INTO things (id, i) VALUES (1, $1)",
                            &half, 1, err));
}

static void
parameters_may_stand_in_any_order_and_twice(void **state)
{
    rv_value params[] = { rv_vint(10), rv_vint(20), rv_vtext("x") };
    rv_value out[3];

    must_exec(store_of(state), "INSERT INTO things (t, i, id) VALUES ($3, $2, $1)", params[0],
              params[1], params[2]);
    must(rv_store_one(store_of(state), out, 3,
                      "SELECT id, i, t FROM things WHERE t = $3 AND i = $2 AND id = $1 AND i > $1",
                      params, 3, err));
    assert_int_equal(out[0].v.i, 10);
    assert_int_equal(out[1].v.i, 20);
    assert_string_equal(out[2].v.text, "x");
}

static void
sums_and_averages_have_the_same_types(void **state)
{
    rv_value out[4];

    rv_test_script(store_of(state), "INSERT INTO things (id, i) VALUES (1, 2), (2, 4)");
    must(rv_store_one(store_of(state), out, 4,
                      "SELECT SUM(i), AVG(i), COUNT(*), MAX(i) FROM things", NULL, 0, err));
    assert_int_equal(out[0].type, RV_INT);
    assert_int_equal(out[0].v.i, 6);
    assert_int_equal(out[1].type, RV_DOUBLE);
    assert_true(out[1].v.d == 3.0);
    assert_int_equal(out[2].v.i, 2);
    assert_int_equal(out[3].v.i, 4);
}

static void
texts_sort_by_their_bytes(void **state)
{
    rv_test_script(store_of(state),
                   "INSERT INTO things (id, t) VALUES (1, 'b'), (2, 'B'), (3, 'a'), (4, 'A'),"
                   " (5, '_'), (6, '\xc3\xa4'), (7, 'aa'), (8, '10'), (9, '9')");
    assert_column(store_of(state), "SELECT t FROM things ORDER BY t", "10,9,A,B,_,a,aa,b,\xc3\xa4");
}

static void
nulls_sort_last_when_asked(void **state)
{
    rv_test_script(store_of(state), "INSERT INTO things (id, i) VALUES (1, NULL), (2, 5), (3, 1)");
    assert_column(store_of(state), "SELECT i FROM things ORDER BY i ASC NULLS LAST", "1,5,NULL");
    assert_column(store_of(state), "SELECT i FROM things ORDER BY i DESC NULLS LAST", "5,1,NULL");
}

static void
like_sees_case_and_takes_an_escape(void **state)
{
    rv_test_script(store_of(state),
                   "INSERT INTO things (id, t) VALUES (1, 'Web_1'), (2, 'web_2'), (3, 'webx3'),"
                   " (4, 'w%b')");
    assert_column(store_of(state), "SELECT id FROM things WHERE t LIKE 'web%' ORDER BY id", "2,3");
    assert_column(store_of(state),
                  "SELECT id FROM things WHERE t LIKE 'web\\_%' ESCAPE '\\' ORDER BY id", "2");
    assert_column(store_of(state),
                  "SELECT id FROM things WHERE LOWER(t) LIKE 'web\\_%' ESCAPE '\\' ORDER BY id",
                  "1,2");
    assert_column(store_of(state), "SELECT id FROM things WHERE t LIKE 'w\\%%' ESCAPE '\\'", "4");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        things_test(integers_come_back_over_their_whole_range),
        things_test(doubles_come_back_to_the_last_bit),
        things_test(what_is_not_finite_becomes_null),
        things_test(flags_are_zero_and_one),
        things_test(comparisons_give_zero_and_one),
        things_test(texts_come_back_byte_for_byte),
        things_test(an_empty_text_is_not_null),
        things_test(null_comes_back_from_every_type),
        things_test(a_text_of_eight_megabytes_comes_back),
        things_test(texts_that_are_not_utf8_are_refused),
        things_test(a_number_fits_a_column_of_another_number_type),
        things_test(a_text_in_a_number_column_is_refused),
        things_test(parameters_may_stand_in_any_order_and_twice),
        things_test(sums_and_averages_have_the_same_types),
        things_test(texts_sort_by_their_bytes),
        things_test(nulls_sort_last_when_asked),
        things_test(like_sees_case_and_takes_an_escape),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
