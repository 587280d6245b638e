/* SPDX-License-Identifier: Apache-2.0
 *
 * Addresses that events may be sent to.
 */
#include "commands.h"

#define RECEIVER_OPTIONS                                                                           \
    { "format", 0, "WORD", "auto (default), cloudevents or alertmanager" },                        \
        { "provider", 0, "NAME", "its objects are what the events are about" },                    \
        { "rate", 0, "N", "requests a minute; default: hooks.rate" },                              \
    {                                                                                              \
        "description", 0, "TEXT", "what it is for"                                                 \
    }

static const struct cli_option add_options[] = { RECEIVER_OPTIONS, DOCUMENT_OUTPUT, END };
static const struct cli_option edit_options[] = { RECEIVER_OPTIONS, END };
static const struct cli_option secret_options[] = { DOCUMENT_OUTPUT, END };

const struct cli_command cli_commands_hook[] = {
    {
        .name = "hook list",
        .usage = "[options]",
        .summary = "the addresses that events may be sent to",
        .examples = EXAMPLES("reevectl hook list"),
        .options = cli_list_options,
        .run = cmd_hook_list,
    },
    {
        .name = "hook add",
        .usage = "NAME [--format WORD] [--provider NAME] [--rate N]",
        .summary = "let others send events to /hooks/NAME",
        .text = "CloudEvents 1.0 (structured, batch and binary) and what Alertmanager sends are "
                "taken. Each becomes a custom event, once, however often it is sent, and goes "
                "through automate: /System/Event/CustomEvent/CloudEvents/TYPE, or "
                "/System/Event/CustomEvent/Alertmanager/ALERTNAME, with _resolved behind when the "
                "alert is over. The secret is shown once.",
        .examples = EXAMPLES("reevectl hook add alerts --format alertmanager --provider prod",
                             "reevectl hook add arrays --rate 60 -o json | jq -r .secret"),
        .options = add_options,
        .min_words = 1,
        .max_words = 1,
        .run = cmd_hook_add,
    },
    {
        .name = "hook edit",
        .usage = "NAME [--format WORD] [--provider NAME] [--rate N]",
        .summary = "change what an address takes",
        .examples = EXAMPLES("reevectl hook edit alerts --rate 60"),
        .options = edit_options,
        .min_words = 1,
        .max_words = 1,
        .run = cmd_hook_edit,
    },
    {
        .name = "hook enable",
        .usage = "NAME",
        .summary = "take events again",
        .examples = EXAMPLES("reevectl hook enable alerts"),
        .options = cli_no_options,
        .min_words = 1,
        .max_words = 1,
        .run = cmd_hook_enable,
    },
    {
        .name = "hook disable",
        .usage = "NAME",
        .summary = "take no more events; the secret stays",
        .examples = EXAMPLES("reevectl hook disable alerts"),
        .options = cli_no_options,
        .min_words = 1,
        .max_words = 1,
        .run = cmd_hook_disable,
    },
    {
        .name = "hook secret",
        .usage = "NAME [-o FORMAT]",
        .summary = "make a new secret; the old one is good no longer",
        .examples = EXAMPLES("reevectl hook secret alerts"),
        .options = secret_options,
        .min_words = 1,
        .max_words = 1,
        .run = cmd_hook_secret,
    },
    {
        .name = "hook remove",
        .usage = "NAME...",
        .summary = "take an address away; what came is handled",
        .examples = EXAMPLES("reevectl hook remove alerts"),
        .options = cli_no_options,
        .min_words = 1,
        .max_words = CLI_MAX_VALUES,
        .run = cmd_hook_remove,
    },
    { .name = NULL },
};
