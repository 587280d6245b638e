/* SPDX-License-Identifier: Apache-2.0
 *
 * An object with what belongs to it, as text for people. Names are the API's, so that they can be
 * used in filters.
 */
#ifndef CLI_DESCRIBE_H
#define CLI_DESCRIBE_H

#include "cli.h"
#include "list.h"

/* The words are KIND NAME or KIND/NAME: CLI_OK, or CLI_USAGE and said why. */
int cli_check_object(struct cli *cli);
/* The object that the words name, with option namespace; one that is gone when no other has the
 * name. *out is the caller's. */
int cli_find_object(struct cli *cli, struct cli_kind *kind, cJSON **out, rv_err *err);

/* Fields, with the names of what they refer to where the document has them; objects; lists. */
void cli_print_object(const struct cli *cli, const cJSON *document);
/* Name of the object that a column refers to: "container_node" of "container_node_id". */
void cli_reference_name(char out[64], const char *column);

#endif
