/* SPDX-License-Identifier: Apache-2.0
 *
 * How much room a database wants.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "server/space.h"

#define MIB (1024LL * 1024)

static void
a_small_file_system_wants_a_twentieth_of_it(void **state)
{
    (void)state;
    assert_int_equal(rv_space_floor(256 * MIB, 100000 * MIB), 256 * MIB);
    assert_int_equal(rv_space_floor(256 * MIB, 100 * MIB), 5 * MIB);
    assert_int_equal(rv_space_floor(0, 100 * MIB), 0);
}

static void
there_is_room_again_only_well_above_the_floor(void **state)
{
    (void)state;
    assert_true(rv_space_judge(99, 100, 0));
    assert_false(rv_space_judge(100, 100, 0));
    assert_true(rv_space_judge(110, 100, 1));
    assert_false(rv_space_judge(125, 100, 1));
    assert_false(rv_space_judge(0, 0, 1)); /* switched off */
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_small_file_system_wants_a_twentieth_of_it),
        cmocka_unit_test(there_is_room_again_only_well_above_the_floor),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
