/* SPDX-License-Identifier: Apache-2.0
 *
 * Lines of the server's log.
 */
#ifndef CLI_LOG_H
#define CLI_LOG_H

#include "cli.h"

/* {ts, level, msg, worker, ...} of a line in either of the server's two formats; the caller's. */
cJSON *cli_log_row(const char *line);

#endif
