/* SPDX-License-Identifier: Apache-2.0
 *
 * What may stand next on a command line: what the completion scripts of all shells ask for.
 */
#ifndef CLI_COMPLETE_H
#define CLI_COMPLETE_H

#include "cli.h"

/* One line a candidate: the word, then perhaps a tab and what it means. */
struct cli_candidates {
    const char *before; /* part of the word that is no part of candidates: "--output=", "pod/" */
    const char *given;  /* what is there of the rest: others are not offered */
    rv_buf *out;
};
void cli_candidate(const struct cli_candidates *candidates, const char *word, const char *means);

/* Names of a kind's objects. Asked of the server, for a second at most, and
 * remembered for some seconds. Whoever waits for a completion wants no messages: when there is no
 * answer there are no names. */
void cli_complete_names(struct cli *cli, const struct cli_candidates *candidates,
                        const char *kind_word);
/* Keys of the server's settings. */
void cli_complete_settings(struct cli *cli, const struct cli_candidates *candidates);

/* words: what follows the program's name, the last of them not whole. *files: names of files fit
 * here, and nothing else does. */
void cli_complete(struct cli *cli, const char *const *words, int count, rv_buf *out, int *files);

#endif
