/* SPDX-License-Identifier: Apache-2.0
 *
 * The datastore of automate: what is in it, in and out.
 */
#include "commands.h"

static const struct cli_option ls_options[] = {
    { "machines", 0, NULL, "only state machines, and what leads to them" },
    OUTPUT,
    NO_HEADERS,
    END,
};
static const struct cli_option tree_options[] = {
    { "machines", 0, NULL, "only state machines, and what leads to them" },
    END,
};
static const struct cli_option cat_options[] = {
    { "document", 0, NULL, "of a method: what it says of itself, not its text" },
    END,
};
static const struct cli_option import_options[] = {
    { "as", 0, "NAME", "another name for the domain" },
    { "enable", 0, NULL, "a domain that is new is looked at at once" },
    END,
};
static const struct cli_option domain_options[] = {
    { "title", 0, "TEXT", "name for people" },
    { "description", 0, "TEXT", "what it is for" },
    { "enable", 0, NULL, "it is looked at at once" },
    END,
};

const struct cli_command cli_commands_automate[] = {
    {
        .name = "automate ls",
        .usage = "[PATH] [options]",
        .summary = "what lies in a path of the datastore; without one, the domains",
        .text =
            "Domains come with their place (the highest has what it has of a path run), whether "
            "they are looked at, and whose they are: user, user_locked, remote or system.",
        .examples = EXAMPLES("reevectl automate ls", "reevectl automate ls Reeve/System/Event"),
        .options = ls_options,
        .max_words = 1,
        .run = cmd_automate_ls,
    },
    {
        .name = "automate tree",
        .usage = "[PATH] [--machines]",
        .summary = "all that lies below a path of the datastore",
        .examples = EXAMPLES("reevectl automate tree Reeve/System/Event/EmsEvent/Kubernetes"),
        .options = tree_options,
        .max_words = 1,
        .run = cmd_automate_tree,
    },
    {
        .name = "automate cat",
        .usage = "PATH [--document]",
        .summary = "a domain, class, instance or method as its file has it",
        .examples = EXAMPLES("reevectl automate cat Acme/System/Event/EmsEvent/Demo/vm_started",
                             "reevectl automate cat Acme/Ops/Pods/tag_pod >tag_pod.lua"),
        .options = cat_options,
        .min_words = 1,
        .max_words = 1,
        .run = cmd_automate_cat,
    },
    {
        .name = "automate import",
        .usage = "DIR | FILE.zip | FILE.tar.gz | FILE.yaml [--as NAME] [--enable]",
        .summary = "make domains of the datastore what files say",
        .text = "Reads ManageIQ's layout: the folder of a domain, or the one above several. What a "
                "domain has and the files have not goes. A domain that is new is disabled and on "
                "top of the others; one that is there keeps its place. A failure changes nothing.",
        .examples = EXAMPLES("reevectl automate import Acme --enable",
                             "reevectl automate import backup.zip --as Restored"),
        .options = import_options,
        .min_words = 1,
        .max_words = 1,
        .run = cmd_automate_import,
    },
    {
        .name = "automate export",
        .usage = "DOMAIN [DIR | FILE.zip | FILE.yaml]",
        .summary = "write a domain into a folder, an archive or a document",
        .text = "Without a file, one document goes to stdout. Into a folder, files that say the "
                "same are left alone and those of what is gone are removed. Passwords are stars.",
        .examples =
            EXAMPLES("reevectl automate export Acme .", "reevectl automate export Acme a.zip"),
        .options = cli_no_options,
        .min_words = 1,
        .max_words = 2,
        .run = cmd_automate_export,
    },
    {
        .name = "automate watch",
        .usage = "DIR [--as NAME] [--enable]",
        .summary = "import domains whenever one of their files is saved",
        .text = "Imports what is there, then again after each change, and says after how many "
                "milliseconds runs see it. A mistake is told with file and line, and the next save "
                "is another try.",
        .examples = EXAMPLES("reevectl automate watch Acme --enable"),
        .options = import_options,
        .min_words = 1,
        .max_words = 1,
        .run = cmd_automate_watch,
    },
    {
        .name = "automate enable",
        .usage = "DOMAIN...",
        .summary = "have a domain looked at",
        .examples = EXAMPLES("reevectl automate enable Acme"),
        .options = cli_no_options,
        .min_words = 1,
        .max_words = CLI_MAX_VALUES,
        .run = cmd_automate_enable,
    },
    {
        .name = "automate disable",
        .usage = "DOMAIN...",
        .summary = "leave a domain out: what the domains below it say counts",
        .examples = EXAMPLES("reevectl automate disable Acme"),
        .options = cli_no_options,
        .min_words = 1,
        .max_words = CLI_MAX_VALUES,
        .run = cmd_automate_disable,
    },
    {
        .name = "automate lock",
        .usage = "DOMAIN...",
        .summary = "keep the content of a domain from being changed",
        .examples = EXAMPLES("reevectl automate lock Acme"),
        .options = cli_no_options,
        .min_words = 1,
        .max_words = CLI_MAX_VALUES,
        .run = cmd_automate_lock,
    },
    {
        .name = "automate unlock",
        .usage = "DOMAIN...",
        .summary = "let the content of a domain be changed again",
        .examples = EXAMPLES("reevectl automate unlock Acme"),
        .options = cli_no_options,
        .min_words = 1,
        .max_words = CLI_MAX_VALUES,
        .run = cmd_automate_unlock,
    },
    {
        .name = "automate priority",
        .usage = "DOMAIN PLACE",
        .summary = "give a domain another place, from 1 up; the highest that has a path wins",
        .examples = EXAMPLES("reevectl automate priority Acme 2"),
        .options = cli_no_options,
        .min_words = 2,
        .max_words = 2,
        .run = cmd_automate_priority,
    },
    {
        .name = "automate create",
        .usage = "NAME [--title TEXT] [--description TEXT] [--enable]",
        .summary = "make an empty domain",
        .examples = EXAMPLES("reevectl automate create Acme --title 'What we do'"),
        .options = domain_options,
        .min_words = 1,
        .max_words = 1,
        .run = cmd_automate_create,
    },
    {
        .name = "automate rm",
        .usage = "NAME...",
        .summary = "delete a domain with all that is in it",
        .examples = EXAMPLES("reevectl automate rm Acme"),
        .options = cli_no_options,
        .min_words = 1,
        .max_words = CLI_MAX_VALUES,
        .run = cmd_automate_rm,
    },
    { .name = NULL },
};
