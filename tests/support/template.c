/* SPDX-License-Identifier: Apache-2.0
 *
 * Makes the database that tests of a store copy: run once for each, by ctest's fixtures.
 */
#include "support/support.h"

int
main(void)
{
    rv_test_template_make();
    return 0;
}
