/* SPDX-License-Identifier: Apache-2.0
 *
 * What the commands about settings share.
 */
#ifndef CLI_SETTINGS_H
#define CLI_SETTINGS_H

#include "cli.h"

/* Path of the settings that --server, --zone and --region name, without them of the server that one
 * is logged in to; the caller's. Exit code, printed. */
int cli_settings_path(struct cli *cli, char **out);
/* The settings of a path below a section ("": all), as the server's list tells them; the caller's.
 */
int cli_settings_list(struct cli *cli, const char *path, const char *section, cJSON **out,
                      rv_err *err);
/* "0 to 64", "100ms to 24h"; nothing without limits. */
void cli_settings_add_limits(rv_buf *out, const cJSON *setting);

#endif
