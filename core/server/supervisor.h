/* SPDX-License-Identifier: Apache-2.0
 *
 * The first process of reeved. It opens no store and loads no module: it starts
 * workers, watches their hearts, hands messages between them and keeps the key.
 */
#ifndef RV_SERVER_SUPERVISOR_H
#define RV_SERVER_SUPERVISOR_H

#include "home/options.h"

/* Until it is told to stop. Exit code of the program. */
int rv_supervisor_run(const struct rv_options *options, int argc, char **argv);

#endif
