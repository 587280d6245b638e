/* SPDX-License-Identifier: Apache-2.0
 *
 * reevectl get --watch: what is there, then every change as it comes.
 */
#ifndef CLI_WATCH_H
#define CLI_WATCH_H

#include "list.h"
#include "output.h"

enum { CLI_WATCH_ONLY = 1 }; /* changes alone */

/* Exit code, when the stream has ended for good. */
int cli_watch(struct cli *cli, const struct cli_query *query, const struct cli_show *show,
              int flags);

/* How changes are printed; for tests. */
struct cli_changes;
struct cli_changes *cli_changes_new(const struct cli_show *show);
void cli_changes_free(struct cli_changes *changes);
/* Print all that is there now; rows is emptied. What was known before and is not among them went
 * while nobody was told: it is printed as deleted. */
void cli_changes_list(struct cli_changes *changes, cJSON *rows);
/* Print one and remember the row, which becomes theirs. type: listed, or one of the API's
 * events. */
void cli_changes_add(struct cli_changes *changes, const char *type, cJSON *row);
/* What was added reaches stdout now; -1 when that cannot be written to. */
int cli_changes_flush(struct cli_changes *changes);

#endif
