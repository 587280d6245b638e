/* SPDX-License-Identifier: Apache-2.0
 *
 * reevectl. All of it is in the library, so that tests can call it.
 */
#include "cli.h"

int
main(int argc, char **argv)
{
    return cli_run(argc, argv);
}
