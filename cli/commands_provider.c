/* SPDX-License-Identifier: Apache-2.0
 *
 * Providers.
 */
#include "commands.h"

static const struct cli_option add_options[] = {
    { "type", 0, "TYPE", "kubernetes, demo, ... (reevectl provider types lists them)" },
    { "kubeconfig", 0, "FILE", "address and credentials of a cluster" },
    { "context", 0, "NAME", "of the kubeconfig; default: its current one" },
    { "option", 0, "NAME=VALUE",
      "an option of the type; NAME=@FILE reads the value from a file; may be repeated" },
    { "zone", 0, "NAME", "default: the server's own" },
    WAIT("wait until everything has been read"),
    TIMEOUT,
    END,
};
static const struct cli_option edit_options[] = {
    { "name", 0, "NAME", "another name" },
    { "kubeconfig", 0, "FILE", "another address and other credentials of a cluster" },
    { "context", 0, "NAME", "of the kubeconfig; default: its current one" },
    { "option", 0, "NAME=VALUE",
      "another value of an option; NAME=@FILE reads it from a file; may be repeated" },
    { "unset", 0, "NAME", "take an option away; may be repeated" },
    { "zone", 0, "NAME", "another zone" },
    WAIT("wait until everything has been read again"),
    TIMEOUT,
    END,
};
static const struct cli_option refresh_options[] = { WAIT("wait until it is done"), TIMEOUT, END };
static const struct cli_option delete_options[] = {
    { "yes", 'y', NULL, "do not ask" },
    WAIT("wait until all of it is gone"),
    TIMEOUT,
    END,
};

const struct cli_command cli_commands_provider[] = {
    {
        .name = "provider add",
        .usage = "NAME --type TYPE [--kubeconfig FILE] [--option NAME=VALUE]... [--wait]",
        .summary = "connect to a cluster or another system",
        .text = "Nothing is stored unless the credentials work. Of a kubeconfig only the one "
                "context is sent, with the files that it names.",
        .examples =
            EXAMPLES("reevectl provider add prod --type kubernetes --kubeconfig ~/.kube/config "
                     "--context prod --wait",
                     "reevectl provider add test --type kubernetes --option hostname=10.0.0.1 "
                     "--option auth_key=@token",
                     "reevectl provider add demo --type demo --option pods=500 --wait"),
        .options = add_options,
        .min_words = 1,
        .max_words = 1,
        .run = cmd_provider_add,
    },
    {
        .name = "provider edit",
        .usage = "NAME [--option NAME=VALUE]... [--unset NAME]... [--name NAME] [--wait]",
        .summary = "give a provider another token, address, name or zone",
        .text = "What is not named stays. Nothing is stored unless the new credentials work. "
                "Who changes the address gives the credentials again: they are sent nowhere else.",
        .examples = EXAMPLES("reevectl provider edit prod --option auth_key=@token",
                             "reevectl provider edit prod --kubeconfig ~/.kube/config --wait",
                             "reevectl provider edit prod --name production"),
        .options = edit_options,
        .min_words = 1,
        .max_words = 1,
        .run = cmd_provider_edit,
    },
    {
        .name = "provider list",
        .usage = "[-o FORMAT]",
        .summary = "the providers, their last refresh and error",
        .examples = EXAMPLES("reevectl provider list"),
        .options = cli_list_options,
        .run = cmd_provider_list,
    },
    {
        .name = "provider show",
        .usage = "NAME [-o FORMAT]",
        .summary = "one provider: options, error, warnings, figures of its last refresh",
        .examples = EXAMPLES("reevectl provider show prod"),
        .options = cli_document_options,
        .min_words = 1,
        .max_words = 1,
        .run = cmd_provider_show,
    },
    {
        .name = "provider verify",
        .usage = "NAME",
        .summary = "prove a provider's credentials again",
        .examples = EXAMPLES("reevectl provider verify prod"),
        .options = cli_no_options,
        .min_words = 1,
        .max_words = 1,
        .run = cmd_provider_verify,
    },
    {
        .name = "provider refresh",
        .usage = "NAME [--wait]",
        .summary = "read everything again",
        .text = "Changes are followed without it: this is for repair.",
        .examples = EXAMPLES("reevectl provider refresh prod --wait"),
        .options = refresh_options,
        .min_words = 1,
        .max_words = 1,
        .run = cmd_provider_refresh,
    },
    {
        .name = "provider pause",
        .usage = "NAME",
        .summary = "stop reading a provider; its inventory stays",
        .examples = EXAMPLES("reevectl provider pause prod"),
        .options = cli_no_options,
        .min_words = 1,
        .max_words = 1,
        .run = cmd_provider_pause,
    },
    {
        .name = "provider resume",
        .usage = "NAME",
        .summary = "read a paused provider again",
        .examples = EXAMPLES("reevectl provider resume prod"),
        .options = cli_no_options,
        .min_words = 1,
        .max_words = 1,
        .run = cmd_provider_resume,
    },
    {
        .name = "provider delete",
        .usage = "NAME [--yes] [--wait]",
        .summary = "forget a provider and its inventory",
        .text = "On a terminal it asks first.",
        .examples = EXAMPLES("reevectl provider delete old --yes --wait"),
        .options = delete_options,
        .min_words = 1,
        .max_words = 1,
        .run = cmd_provider_delete,
    },
    {
        .name = "provider types",
        .usage = "[-o FORMAT]",
        .summary = "the types of providers that the server has, and their options",
        .examples = EXAMPLES("reevectl provider types"),
        .options = cli_document_options,
        .run = cmd_provider_types,
    },
    { .name = NULL },
};
