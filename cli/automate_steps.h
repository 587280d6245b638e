/* SPDX-License-Identifier: Apache-2.0
 *
 * Steps of automate as a tree on a terminal.
 */
#ifndef CLI_AUTOMATE_STEPS_H
#define CLI_AUTOMATE_STEPS_H

#include "base/json.h"

struct cli;

enum { CLI_STEPS_MAX_BYTES = 64 << 20 };

void cli_step_add(rv_buf *out, const cJSON *step);
void cli_step_time(rv_buf *out, int64_t us);       /* nothing for 0 */
void cli_step_text(rv_buf *out, const char *text); /* on one line, without what a terminal obeys */
/* What the path of an event leads to, for one that no method ran for. */
int cli_simulate_event(struct cli *cli, const char *id, int format);

#endif
