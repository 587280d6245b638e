/* SPDX-License-Identifier: Apache-2.0
 *
 * What a support bundle is made of.
 */
#ifndef CLI_BUNDLE_H
#define CLI_BUNDLE_H

#include "cli.h"
#include "client.h"
#include "tar.h"

struct cli_bundle {
    struct cli *cli;
    struct cli_tar *tar;
    char folder[80]; /* that all files are in */
    char *token;     /* ours, which must not be in it; may be NULL */
    cJSON *contents; /* what it holds, and what could not be had */
};

/* One file; secrets that should not be there are taken out all the same. */
void cli_bundle_text(struct cli_bundle *bundle, const char *name, const char *text, size_t len);
void cli_bundle_json(struct cli_bundle *bundle, const char *name, cJSON *json);
/* Instead of a file: why it is not there. */
void cli_bundle_missing(struct cli_bundle *bundle, const char *name, const rv_err *err);

/* bundle_parts.c: everything that the server tells. */
void cli_bundle_server(struct cli_bundle *bundle);
/* The end of a log file. */
void cli_bundle_log(struct cli_bundle *bundle, const char *path, int number);

/* In place: whatever stands under a name that says secret, at any depth. */
void cli_mask_json(cJSON *json);

#endif
