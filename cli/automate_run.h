/* SPDX-License-Identifier: Apache-2.0
 *
 * What asking for a run and for a simulation have in common.
 */
#ifndef CLI_AUTOMATE_RUN_H
#define CLI_AUTOMATE_RUN_H

#include "base/json.h"

struct cli;

/* "attributes" of each --attribute NAME=VALUE. CLI_OK, or CLI_USAGE. */
int cli_add_attributes(struct cli *cli, cJSON *body);
/* "target" of "pod/web-1"; connected. An exit code. */
int cli_add_target(struct cli *cli, cJSON *body, const char *given);

#endif
