/* SPDX-License-Identifier: Apache-2.0
 *
 * What reevectl status has read, and how it is drawn.
 */
#ifndef CLI_STATUS_H
#define CLI_STATUS_H

#include "cli.h"

/* {"servers": [...], "roles": [...], "workers": [...], "providers": [...], "queue": {"ready": 3,
 * "dequeue": 1, "error": 0, "oldest": {"ready": {"queue_name": "generic",
 * "created_on": "..."}, ... of the states that some message has}}, "inventory": {collection:
 * number}} */
void cli_status_draw(struct cli *cli, const cJSON *all);
/* Appends texts: what somebody should do. */
void cli_status_hints(cJSON *hints, const cJSON *all);

#endif
