/* SPDX-License-Identifier: Apache-2.0
 *
 * What the commands on messages and tasks share.
 */
#ifndef CLI_QUEUE_H
#define CLI_QUEUE_H

#include "cli.h"

/* One more --filter, as if it had been given; it must live until the command ends. Exit code. */
int cli_add_filter(struct cli *cli, const char *filter);
/* CLI_OK, or CLI_USAGE with a message printed. */
int cli_check_id(struct cli *cli, const char *word);
/* "Title:  value" for each attribute that has one; ends with NULL. */
void cli_print_lines(const cJSON *row, const char *const (*lines)[2]);
/* The row that the first word names, in the format that was asked for. Exit code. */
int cli_show_row(struct cli *cli, const char *collection, void (*print)(const cJSON *row));
/* An action on one row, its answer said. Exit code. */
int cli_act_on(struct cli *cli, const char *collection, const char *id, const char *action);
/* The same on all words of the command line, which are ids. */
int cli_act_on_words(struct cli *cli, const char *collection, const char *action);

#endif
