/* SPDX-License-Identifier: Apache-2.0
 *
 * Makes the database that the PostgreSQL suites copy: run once, by ctest's fixture.
 */
#include "support/support.h"

int
main(void)
{
    rv_test_template_make();
    return 0;
}
