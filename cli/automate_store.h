/* SPDX-License-Identifier: Apache-2.0
 *
 * What the commands on the datastore of automate share.
 */
#ifndef CLI_AUTOMATE_STORE_H
#define CLI_AUTOMATE_STORE_H

#include "cli.h"
#include "tree/read.h"

/* The row of a domain, by its name without regard to case; NOT_FOUND with the nearest. The caller's
 * (cJSON_Delete). */
int cli_domain_row(struct cli *cli, cJSON **out, const char *name, rv_err *err);
/* A domain with all that is in it. */
int cli_domain_fetch(struct cli *cli, struct rv_ae_tree **out, const char *name, rv_err *err);
/* What a folder, archive or document holds, as the server is to have it. *task is the caller's to
 * free. */
struct cli_import {
    const char *as; /* NULL: its own name */
    int enable;
};
int cli_import_start(struct cli *cli, const struct rv_ae_tree *tree,
                     const struct cli_import *options, char **task, rv_err *err);
/* "Acme/System/Event/x" in two; *rest is "" for the domain itself. A slash in front is passed over.
 */
void cli_split_path(const char *path, char **domain, const char **rest);

#endif
