/* SPDX-License-Identifier: Apache-2.0
 *
 * What the commands on messages, tasks and workers share.
 */
#ifndef CLI_ACT_H
#define CLI_ACT_H

#include "cli.h"

/* One more --filter, as if it had been given; it must live until the command ends. Exit code. */
int cli_add_filter(struct cli *cli, const char *filter);
/* Leaves the id of "ID" or, as -o name prints it, "KIND/ID". CLI_OK, or CLI_USAGE with a message
 * printed. */
int cli_take_id(struct cli *cli, const char **word);
/* "Title:  value" for each attribute that has one; lines end with NULL. */
void cli_print_lines(const cJSON *row, const char *const (*lines)[2]);
/* The row that the first word names, in the format that was asked for. Exit code. */
int cli_show_row(struct cli *cli, const char *collection, void (*print)(const cJSON *row));
/* An action on one row, its answer said. Exit code. */
int cli_act_on(struct cli *cli, const char *collection, const char *id, const char *action);
/* Of actions on several rows: one that failed does not keep the others from being tried. */
struct cli_outcome {
    int count, failed;
    int code; /* of the last that failed */
};
void cli_outcome_add(struct cli_outcome *outcome, int code);
/* CLI_SOME_FAILED when some did and some did not. */
int cli_outcome_code(const struct cli_outcome *outcome);
/* What --target names: "pod/web-1" (in --namespace where the command has that), "vm/1000000000012".
 * *kind (the dictionary's name) and *id are the caller's to free. Exit code. */
int cli_find_target(struct cli *cli, const char *given, char **kind, char **id);
/* The same on all words of the command line, which are ids. */
int cli_act_on_words(struct cli *cli, const char *collection, const char *action);

#endif
