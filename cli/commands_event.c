/* SPDX-License-Identifier: Apache-2.0
 *
 * Events: what happened, and making some.
 */
#include "commands.h"

#define NAMESPACE                                                                                  \
    {                                                                                              \
        "namespace", 'n', "NAME", "the object's namespace"                                         \
    }
#define WHICH                                                                                      \
    { "type", 0, "TYPE", "of this type; * stands for anything: 'POD_*'" },                         \
        { "source", 0, "SOURCE", "of this source: KUBERNETES, VC, EVM, CUSTOM, ..." },             \
        { "group", 0, "GROUP", "of this group: power, storage, status, ..." },                     \
        { "level", 0, "LEVEL", "critical, warning or detail" },                                    \
        { "provider", 0, "NAME", "of this provider" },                                             \
    {                                                                                              \
        "since", 0, "TIME", "from this time on, or so long ago: 10m, 2026-11-22T10:00:00Z"         \
    }
#define UNTIL                                                                                      \
    {                                                                                              \
        "until", 0, "TIME", "up to this time, or so long ago"                                      \
    }
#define LIMIT                                                                                      \
    {                                                                                              \
        "limit", 0, "N", "the last N of them (default: 1000)"                                      \
    }

static const struct cli_option list_options[] = { OUTPUT, WHICH,   UNTIL,      FILTER,
                                                  LIMIT,  COLUMNS, NO_HEADERS, END };
static const struct cli_option tail_options[] = {
    OUTPUT,  WHICH,      FILTER, { "lines", 0, "N", "first the last N (default: 10)" },
    COLUMNS, NO_HEADERS, END,
};
static const struct cli_option timeline_options[] = { OUTPUT, NAMESPACE, WHICH,      UNTIL, FILTER,
                                                      LIMIT,  COLUMNS,   NO_HEADERS, END };
static const struct cli_option emit_options[] = {
    { "message", 'm', "TEXT", "the same for people" },
    { "target", 0, "KIND/NAME", "what it happened to: pod/web-1" },
    NAMESPACE,
    { "data", 0, "JSON", "what else is to be told, at most 64 KiB; @FILE reads it from there" },
    { "source", 0, "WORD", "who says so (default: CUSTOM)" },
    { "time", 0, "TIME", "when it happened (default: now)" },
    END,
};

static const struct cli_option blacklist_options[] = {
    { "provider", 0, "NAME", "of this provider alone" },
    { "model", 0, "TYPE", "of all providers of this type: kubernetes, vmware, ..." },
    END,
};

const struct cli_command cli_commands_event[] = {
    {
        .name = "event list",
        .usage = "[options]",
        .summary = "what happened, the latest last",
        .examples = EXAMPLES("reevectl event list --since 1h --level critical",
                             "reevectl event list --provider prod --type 'POD_*' -o wide"),
        .options = list_options,
        .run = cmd_event_list,
    },
    {
        .name = "event tail",
        .usage = "[options]",
        .summary = "what happens, as it comes, until interrupted",
        .text = "The connection is made again when it is lost, and nothing is left out.",
        .examples = EXAMPLES("reevectl event tail", "reevectl event tail --lines 0 -o jsonl"),
        .options = tail_options,
        .run = cmd_event_tail,
    },
    {
        .name = "event show",
        .usage = "ID [-o FORMAT]",
        .summary = "one event with all that was told of it",
        .examples = EXAMPLES("reevectl event show 1000000000042"),
        .options = cli_document_options,
        .min_words = 1,
        .max_words = 1,
        .run = cmd_event_show,
    },
    {
        .name = "event emit",
        .usage = "TYPE [--message TEXT] [--target KIND/NAME] [options]",
        .summary = "make an event, which is handled like those of providers",
        .text = "It goes to /System/Event/CustomEvent/SOURCE/TYPE of automate. Its id is printed.",
        .examples = EXAMPLES("reevectl event emit deploy_done -m 'shop 2.1' --target pod/web-1 "
                             "-n shop",
                             "reevectl event emit backup --source cron --data '{\"took\":42}'"),
        .options = emit_options,
        .min_words = 1,
        .max_words = 1,
        .run = cmd_event_emit,
    },
    {
        .name = "event blacklist list",
        .usage = "[options]",
        .summary =
            "types of events that are not kept, and those that are though their plugin would "
            "not",
        .examples = EXAMPLES("reevectl event blacklist list"),
        .options = cli_list_options,
        .run = cmd_blacklist_list,
    },
    {
        .name = "event blacklist add",
        .usage = "TYPE [--provider NAME | --model TYPE]",
        .summary = "keep no events of a type, from now on",
        .text = "TYPE may end in *. What is said of one provider counts before what is said of its "
                "model.",
        .examples = EXAMPLES("reevectl event blacklist add UserLoginSessionEvent",
                             "reevectl event blacklist add 'POD_PULL*' --provider prod"),
        .options = blacklist_options,
        .min_words = 1,
        .max_words = 1,
        .run = cmd_blacklist_add,
    },
    {
        .name = "event blacklist enable",
        .usage = "ID|TYPE...",
        .summary = "these events are not kept",
        .examples = EXAMPLES("reevectl event blacklist enable POD_PULLED"),
        .options = cli_no_options,
        .min_words = 1,
        .max_words = CLI_MAX_VALUES,
        .run = cmd_blacklist_enable,
    },
    {
        .name = "event blacklist disable",
        .usage = "ID|TYPE...",
        .summary = "these events are kept",
        .examples = EXAMPLES("reevectl event blacklist disable POD_PULLED"),
        .options = cli_no_options,
        .min_words = 1,
        .max_words = CLI_MAX_VALUES,
        .run = cmd_blacklist_disable,
    },
    {
        .name = "event blacklist rm",
        .usage = "ID|TYPE...",
        .summary = "say nothing of these events any more",
        .text = "What came with a plugin stays on the list; disable it.",
        .examples = EXAMPLES("reevectl event blacklist rm UserLoginSessionEvent"),
        .options = cli_no_options,
        .min_words = 1,
        .max_words = CLI_MAX_VALUES,
        .run = cmd_blacklist_rm,
    },
    {
        .name = "timeline",
        .usage = "KIND NAME | KIND/NAME [-n NAMESPACE] [options]",
        .summary = "what happened to one object, the latest last",
        .examples = EXAMPLES("reevectl timeline pod web-1 -n shop",
                             "reevectl timeline vm/db1 --group power --since 7d"),
        .options = timeline_options,
        .min_words = 1,
        .max_words = 2,
        .run = cmd_timeline,
    },
    { .name = NULL },
};
