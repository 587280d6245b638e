/* SPDX-License-Identifier: Apache-2.0
 *
 * What the commands about providers share.
 */
#ifndef CLI_PROVIDER_H
#define CLI_PROVIDER_H

#include "doctor.h"

/* By name or id; *out is the caller's. */
int cli_find_provider(struct cli *cli, const char *name, cJSON **out, rv_err *err);
/* Add what --option, --unset and --kubeconfig say to options: text, or null for what is unset. */
int cli_provider_options(struct cli *cli, cJSON *options, rv_err *err);
/* Have the server do something to it; INVALID with its message when it refuses. *answer is the
 * caller's in any case. */
int cli_provider_act(struct cli *cli, const char *id, const char *action, cJSON **answer,
                     rv_err *err);
/* The same of any row, by its path. */
int cli_act(struct cli *cli, const char *path, const char *action, cJSON **answer, rv_err *err);
/* Say what an action answered, or, with --wait, wait for its task. */
int cli_tell_action(struct cli *cli, const cJSON *answer);
/* How it does, by its attributes name, state, quarantine_reason and last_refresh_error: "'prod' is
 * paused", and what to do about it ("" when nothing is). Both texts are the caller's. */
enum cli_health cli_provider_health(const cJSON *provider, char **found, char **advice);

#endif
