/* SPDX-License-Identifier: Apache-2.0
 *
 * Logging in and out, and how things are.
 */
#include "commands.h"

static const struct cli_option login_options[] = {
    { "user", 0, "USER", "default: admin" },
    { "password-file", 0, "FILE",
      "its first line is the password; - reads standard input; default: ask" },
    END,
};
static const struct cli_option piped_document_options[] = {
    { "output", 'o', "FORMAT",
      "table, json, yaml or jsonl (default: table on a terminal, else json)" },
    END,
};

const struct cli_command cli_commands_session[] = {
    {
        .name = "login",
        .usage = "--url URL [--user USER] [--password-file FILE] [--ca FILE]",
        .summary = "log in to a server and remember it",
        .text = "A token is kept, not the password: in the file that REEVE_CONFIG names, else in "
                "~/.config/reeve/config.yaml.",
        .examples = EXAMPLES("reevectl login --url http://127.0.0.1:7400 --user admin "
                             "--password-file admin-password",
                             "reevectl login --url https://reeve.example.com:7400 --ca ca.crt"),
        .options = login_options,
        .run = cmd_login,
    },
    {
        .name = "logout",
        .usage = "",
        .summary = "forget the token, here and on the server",
        .options = cli_no_options,
        .run = cmd_logout,
    },
    {
        .name = "status",
        .usage = "[-o FORMAT]",
        .summary = "the server, its roles, workers, queue, providers and what is in them",
        .text = "What somebody should look at stands at its end, with the command for it.",
        .examples = EXAMPLES("reevectl status", "reevectl status -o json"),
        .options = piped_document_options,
        .run = cmd_status,
    },
    { .name = NULL },
};
