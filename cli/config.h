/* SPDX-License-Identifier: Apache-2.0
 *
 * Which server, and who we are there: the environment (REEVE_URL, REEVE_TOKEN), then the file
 * that `login` wrote: REEVE_CONFIG, else reeve/config.yaml in the user's configuration directory,
 * mode 0600, for it holds a token.
 */
#ifndef CLI_CONFIG_H
#define CLI_CONFIG_H

#include "base/err.h"

struct cli_context {
    char *url, *user, *token; /* NULL: not known */
    char *ca;                 /* file with certificates to trust; NULL: the system's */
    int insecure;             /* the server's certificate is not verified */
    char *local;              /* the home's local-token; NULL: none */
};

/* Flags beat the environment, that beats the file. url (of --url) may be NULL. A token is never
 * taken to another server than the one that gave it. */
int cli_context_load(struct cli_context *out, const char *url, rv_err *err);
/* After that: the server whose home is on this machine and ours to read, unless another is named.
 * Its local-token opens diagnostics without a login. */
int cli_context_home(struct cli_context *context, const char *home, const char *url, rv_err *err);
/* Keep it as the current context of the file; others in it stay. */
int cli_context_save(const struct cli_context *context, rv_err *err);
void cli_context_free(struct cli_context *context); /* wipes */
/* File name, the caller's to free; NULL (INVALID) when there is no place for it. */
char *cli_config_path(rv_err *err);

#endif
