/* SPDX-License-Identifier: Apache-2.0
 *
 * The table of commands: what the help, the man page and the dispatch are made from.
 */
#include "cli.h"
#include "reeve/version.h"

#define OUTPUT                                                                                     \
    {                                                                                              \
        "output", 'o', "FORMAT",                                                                   \
            "table, wide, json, yaml, csv, name or jsonl (default: table on a terminal, else "     \
            "json)"                                                                                \
    }
#define NAMESPACE                                                                                  \
    {                                                                                              \
        "namespace", 'n', "NAME", "only in this namespace"                                         \
    }
#define WAIT                                                                                       \
    {                                                                                              \
        "wait", 0, NULL, "wait until it is done, with progress on a terminal"                      \
    }
#define END                                                                                        \
    {                                                                                              \
        NULL, 0, NULL, NULL                                                                        \
    }

static const struct cli_option no_options[] = { END };
static const struct cli_option login_options[] = {
    { "user", 0, "NAME", "default admin" },
    { "password-file", 0, "FILE",
      "first line is the password; - reads standard input; default: ask" },
    END
};
static const struct cli_option get_options[] = {
    OUTPUT,
    NAMESPACE,
    { "filter", 'l', "FILTER",
      "as the API's filter[]: 'phase=Running', 'name=\"web*\"'; may be repeated" },
    { "provider", 0, "NAME", "only of this provider" },
    { "sort-by", 0, "COLUMN", "default: as they came" },
    { "descending", 0, NULL, "the other way round" },
    { "limit", 0, "N", "at most N rows (default 1000)" },
    { "all", 0, NULL, "every page" },
    { "archived", 0, NULL, "also what is gone" },
    { "watch", 'w', NULL, "what is there, then each change as it comes, until interrupted" },
    { "watch-only", 0, NULL, "with --watch: changes alone" },
    { "no-headers", 0, NULL, "rows only" },
    END
};
static const struct cli_option describe_options[] = { NAMESPACE, END };
static const struct cli_option output_options[] = { OUTPUT, END };
static const struct cli_option list_options[] = { OUTPUT,
                                                  { "filter", 'l', "FILTER", "as for get" },
                                                  { "sort-by", 0, "COLUMN", "as for get" },
                                                  { "no-headers", 0, NULL, "rows only" },
                                                  END };
static const struct cli_option add_options[] = {
    { "type", 0, "TYPE", "kubernetes, demo, ... (reevectl provider types)" },
    { "kubeconfig", 0, "FILE", "address and credentials of a cluster" },
    { "context", 0, "NAME", "of the kubeconfig; default: its current one" },
    { "option", 0, "NAME=VALUE",
      "an option of the type; NAME=@FILE reads the value from a file; may be repeated" },
    { "zone", 0, "NAME", "default: the server's own" },
    { "wait", 0, NULL, "wait for the first full refresh" },
    END
};
static const struct cli_option wait_options[] = { WAIT, END };
static const struct cli_option delete_options[] = { WAIT, { "yes", 'y', NULL, "do not ask" }, END };
static const struct cli_option task_options[] = {
    { "timeout", 0, "DURATION", "give up after this long: 30s, 5m" }, END
};

int
cmd_version(struct cli *cli)
{
    (void)cli;
    printf("reevectl %s\n", REEVE_SDK_VERSION);
    return CLI_OK;
}

const struct cli_command cli_commands[] = {
    { "login", "--url URL [--user NAME] [--password-file FILE]",
      "log in to a server and remember it",
      "The token is kept in the file that REEVE_CONFIG names, else in ~/.config/reeve/config.yaml.",
      "  reevectl login --url http://127.0.0.1:7400 --user admin --password-file admin-password\n",
      login_options, 0, 0, cmd_login },
    { "logout", "", "forget the token, here and on the server", NULL, NULL, no_options, 0, 0,
      cmd_logout },
    { "status", "[-o FORMAT]", "the server, its workers, providers and what is in them", NULL,
      "  reevectl status\n  reevectl status -o json\n", output_options, 0, 0, cmd_status },
    { "get", "KIND [NAME...] [options]", "list objects, or show those that are named",
      "KIND is a word of kubectl's or ManageIQ's: pods, po, container_groups, vms (reevectl "
      "kinds).",
      "  reevectl get pods\n"
      "  reevectl get pods -n shop -o wide\n"
      "  reevectl get pod web-1 -n shop -o yaml\n"
      "  reevectl get pods --filter 'phase!=Running' --sort-by name --limit 20 -o json\n"
      "  reevectl get pods --watch\n"
      "  reevectl get images --all -o csv\n",
      get_options, 1, CLI_MAX_VALUES, cmd_get },
    { "describe", "KIND NAME [-n NAMESPACE]", "one object and all that belongs to it", NULL,
      "  reevectl describe pod web-1 -n shop\n  reevectl describe node node-1\n", describe_options,
      2, 2, cmd_describe },
    { "kinds", "[-o FORMAT]", "the kinds and what they may be called", NULL, NULL, output_options,
      0, 0, cmd_kinds },
    { "provider add", "NAME --type TYPE [--kubeconfig FILE] [--option NAME=VALUE]... [--wait]",
      "connect to a cluster or another manager", "Nothing is stored unless the credentials work.",
      "  reevectl provider add prod --type kubernetes --kubeconfig ~/.kube/config --context prod "
      "--wait\n"
      "  reevectl provider add test --type kubernetes --option hostname=10.0.0.1 --option "
      "auth_key=@token\n"
      "  reevectl provider add demo --type demo --option pods=500 --wait\n",
      add_options, 1, 1, cmd_provider_add },
    { "provider list", "[-o FORMAT]", "the providers, their last refresh and error", NULL,
      "  reevectl provider list\n", list_options, 0, 0, cmd_provider_list },
    { "provider show", "NAME [-o FORMAT]",
      "one provider: options, error, warnings, figures of its last refresh", NULL,
      "  reevectl provider show prod\n", output_options, 1, 1, cmd_provider_show },
    { "provider verify", "NAME", "prove a provider's credentials again", NULL,
      "  reevectl provider verify prod\n", wait_options, 1, 1, cmd_provider_verify },
    { "provider refresh", "NAME [--wait]", "list everything again",
      "Changes are followed without it.", "  reevectl provider refresh prod --wait\n", wait_options,
      1, 1, cmd_provider_refresh },
    { "provider delete", "NAME [--yes] [--wait]", "forget a provider and its inventory", NULL,
      "  reevectl provider delete old --yes --wait\n", delete_options, 1, 1, cmd_provider_delete },
    { "provider types", "", "the types of provider that the server has, and their options", NULL,
      NULL, output_options, 0, 0, cmd_provider_types },
    { "task wait", "ID [--timeout DURATION]", "wait until a task has finished",
      "Exit code 0 when it went well, 1 when it failed, 6 when the time is over.",
      "  reevectl task wait 1000000000042 --timeout 5m\n", task_options, 1, 1, cmd_task_wait },
    { "version", "", "this program's version", NULL, NULL, no_options, 0, 0, cmd_version },
    { NULL, NULL, NULL, NULL, NULL, NULL, 0, 0, NULL }
};
