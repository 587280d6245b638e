/* SPDX-License-Identifier: Apache-2.0
 *
 * The map from names to numbers.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>
#include "model/names.h"

static void
an_empty_map_knows_no_name(void **state)
{
    struct rv_names names = { 0 };

    (void)state;
    assert_int_equal(rv_names_find(&names, "pod"), -1);
    assert_int_equal(rv_names_find(&names, NULL), -1);
    rv_names_clear(&names);
}

static void
the_first_value_of_a_name_holds(void **state)
{
    struct rv_names names = { 0 };

    (void)state;
    assert_int_equal(rv_names_add(&names, "pod", 3), 3);
    assert_int_equal(rv_names_add(&names, "pod", 4), 3);
    assert_int_equal(rv_names_find(&names, "pod"), 3);
    assert_int_equal(rv_names_find(&names, "po"), -1);
    assert_int_equal(names.count, 1);
    rv_names_clear(&names);
}

static void
a_thousand_names_are_all_found_again(void **state)
{
    static char text[1000][32];
    struct rv_names names = { 0 };

    (void)state;
    for (int i = 0; i < 1000; i++) {
        snprintf(text[i], sizeof(text[i]), "name_%d", i);
        assert_int_equal(rv_names_add(&names, text[i], i), i);
    }
    for (int i = 0; i < 1000; i++)
        assert_int_equal(rv_names_find(&names, text[i]), i);
    assert_int_equal(rv_names_find(&names, "name_1000"), -1);
    rv_names_clear(&names);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_empty_map_knows_no_name),
        cmocka_unit_test(the_first_value_of_a_name_holds),
        cmocka_unit_test(a_thousand_names_are_all_found_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
