/* SPDX-License-Identifier: Apache-2.0
 *
 * Runs checks in children of their own and prints what became of them as TAP.
 */
#ifndef CONFORM_RUNNER_H
#define CONFORM_RUNNER_H

#include "conform.h"

/* Runs all checks of the groups that were asked for. The program's exit status: 0 all passed or
 * were skipped, 1 some failed, 2 nothing could be run. */
int runner_run(const struct conform *conform);
/* Prints the module's manifest, from a child as well. */
int runner_describe(const struct conform *conform);

#endif
