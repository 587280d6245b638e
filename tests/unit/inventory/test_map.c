/* SPDX-License-Identifier: Apache-2.0
 *
 * The map of a batch.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "inventory/map.h"

static struct rv_digest
key(uint64_t n)
{
    return (struct rv_digest){ .low = n, .high = n / 7 };
}

static void
values_are_found_replaced_and_cleared(void **state)
{
    (void)state;
    struct rv_map map = { 0 };
    assert_int_equal(rv_map_get(&map, key(1)), -1);
    for (int round = 0; round < 2; round++) {
        for (uint64_t n = 0; n < 30000; n++)
            rv_map_put(&map, key(n), (int64_t)n);
        rv_map_put(&map, key(5), 77);
        assert_int_equal(map.count, 30000);
        assert_int_equal(rv_map_get(&map, key(5)), 77);
        assert_int_equal(rv_map_get(&map, key(0)), 0);
        assert_int_equal(rv_map_get(&map, key(29999)), 29999);
        assert_int_equal(rv_map_get(&map, key(30000)), -1);
        rv_map_clear(&map);
        assert_int_equal(map.count, 0);
        assert_int_equal(rv_map_get(&map, key(5)), -1);
    }
    rv_map_free(&map);
}

int
main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(values_are_found_replaced_and_cleared) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
