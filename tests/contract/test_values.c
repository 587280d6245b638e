/* SPDX-License-Identifier: Apache-2.0
 *
 * Values come back as they went in, and compare alike on both engines.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "support/support.h"

static void
the_schema_is_made(void **state)
{
    struct rv_test_db db;
    (void)state;
    struct rv_store *store = rv_test_store_fresh(&db);
    rv_store_close(store);
    rv_test_db_drop(&db);
}
int
main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(the_schema_is_made) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
