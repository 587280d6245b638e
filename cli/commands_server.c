/* SPDX-License-Identifier: Apache-2.0
 *
 * Servers, their workers and roles.
 */
#include "commands.h"

static const struct cli_option top_options[] = {
    { "output", 'o', "FORMAT",
      "table, json, yaml or jsonl (default: table on a terminal, else json)" },
    { "sort", 0, "BY", "memory (default), cpu or type" },
    { "interval", 0, "DURATION", "how often it is drawn (default: 2s)" },
    { "once", 0, NULL, "draw it once" },
    END,
};
static const struct cli_option role_options[] = {
    { "server", 0, "NAME", "default: the only one" },
    END,
};

const struct cli_command cli_commands_server[] = {
    {
        .name = "worker list",
        .usage = "[-o FORMAT]",
        .summary = "the processes of the servers",
        .examples = EXAMPLES("reevectl worker list", "reevectl worker list -o wide"),
        .options = cli_list_options,
        .run = cmd_worker_list,
    },
    {
        .name = "worker top",
        .usage = "[--sort memory|cpu|type] [--interval DURATION] [--once]",
        .summary = "the processes with their memory and CPU, until q or Ctrl-C",
        .text = "The server measures them every ten seconds or so. A pipe gets JSON, once.",
        .examples = EXAMPLES("reevectl worker top", "reevectl worker top --sort cpu --once"),
        .options = top_options,
        .run = cmd_worker_top,
    },
    {
        .name = "worker show",
        .usage = "ID|PID|TYPE|PROVIDER [-o FORMAT]",
        .summary = "all that is known of a worker",
        .examples = EXAMPLES("reevectl worker show 4711", "reevectl worker show refresh"),
        .options = cli_document_options,
        .min_words = 1,
        .max_words = 1,
        .run = cmd_worker_show,
    },
    {
        .name = "worker restart",
        .usage = "ID|PID|TYPE|PROVIDER",
        .summary = "have a worker end what it does and replace it",
        .text = "A type or a provider's name means all of its workers.",
        .examples = EXAMPLES("reevectl worker restart 4711", "reevectl worker restart generic"),
        .options = cli_no_options,
        .min_words = 1,
        .max_words = 1,
        .run = cmd_worker_restart,
    },
    {
        .name = "worker kill",
        .usage = "ID|PID|TYPE|PROVIDER",
        .summary = "end a worker at once and replace it",
        .text = "What it had begun is done by another one, if it may be begun again.",
        .examples = EXAMPLES("reevectl worker kill 4711"),
        .options = cli_no_options,
        .min_words = 1,
        .max_words = 1,
        .run = cmd_worker_kill,
    },
    {
        .name = "server role add",
        .usage = "ROLE... [--server NAME]",
        .summary = "give a server roles; their workers are started",
        .text = "'reevectl get server_roles' lists the roles there are.",
        .examples = EXAMPLES("reevectl server role add ems_metrics_collector smartproxy"),
        .options = role_options,
        .min_words = 1,
        .max_words = CLI_MAX_VALUES,
        .run = cmd_server_role_add,
    },
    {
        .name = "server role remove",
        .usage = "ROLE... [--server NAME]",
        .summary = "take roles from a server; their workers end",
        .examples = EXAMPLES("reevectl server role remove smartstate"),
        .options = role_options,
        .min_words = 1,
        .max_words = CLI_MAX_VALUES,
        .run = cmd_server_role_remove,
    },
    { .name = NULL },
};
