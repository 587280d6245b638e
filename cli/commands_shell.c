/* SPDX-License-Identifier: Apache-2.0
 *
 * Completion and manual: what a shell or a build asks for.
 */
#include "commands.h"

const struct cli_command cli_commands_shell[] = {
    {
        .name = "completion",
        .usage = "bash | zsh | fish",
        .summary = "print a completion script for a shell",
        .text = "Names of objects are asked of the server that was logged in to, for a second at "
                "most.",
        .examples = EXAMPLES("source <(reevectl completion bash)",
                             "reevectl completion zsh >~/.zfunc/_reevectl",
                             "reevectl completion fish >~/.config/fish/completions/reevectl.fish"),
        .options = cli_no_options,
        .min_words = 1,
        .max_words = 1,
        .run = cmd_completion,
    },
    {
        .name = "version",
        .usage = "",
        .summary = "this program's version",
        .options = cli_no_options,
        .run = cmd_version,
    },
    {
        .name = "complete",
        .usage = "-- WORD...",
        .summary = "what may stand in the place of the last word: for completion scripts",
        .options = cli_no_options,
        .max_words = CLI_MAX_VALUES,
        .hidden = 1,
        .run = cmd_complete,
    },
    {
        .name = "man",
        .usage = "",
        .summary = "print the manual page's source",
        .options = cli_no_options,
        .hidden = 1,
        .run = cmd_man,
    },
    { .name = NULL },
};
