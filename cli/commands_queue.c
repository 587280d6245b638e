/* SPDX-License-Identifier: Apache-2.0
 *
 * Messages of the queue and tasks.
 */
#include "commands.h"

#define OF_STATE(help)                                                                             \
    {                                                                                              \
        "state", 0, "STATE", help                                                                  \
    }

static const struct cli_option task_options[] = { TIMEOUT, END };
static const struct cli_option task_list_options[] = {
    OF_STATE("queued, active or finished"),
    OUTPUT,
    FILTER,
    SORT_BY,
    { "descending", 0, NULL, "the other way round" },
    { "limit", 0, "N", "at most so many (default: 1000)" },
    { "all", 0, NULL, "all there are, page by page" },
    COLUMNS,
    NO_HEADERS,
    END,
};
static const struct cli_option queue_list_options[] = {
    OF_STATE("ready, working or dead"),
    OUTPUT,
    FILTER,
    SORT_BY,
    { "descending", 0, NULL, "the other way round" },
    { "limit", 0, "N", "at most so many (default: 1000)" },
    { "all", 0, NULL, "all there are, page by page" },
    COLUMNS,
    NO_HEADERS,
    END,
};
static const struct cli_option dead_options[] = {
    { "all-dead", 0, NULL, "all dead messages, in place of ids" }, END
};
static const struct cli_option plain_options[] = { OUTPUT, NO_HEADERS, END };

const struct cli_command cli_commands_queue[] = {
    {
        .name = "queue list",
        .usage = "[--state STATE] [options]",
        .summary = "the messages that wait, are worked on, or were given up",
        .text =
            "What is done is not kept. A dead message has failed as often as it may, or was not to "
            "run again after its worker died.",
        .examples = EXAMPLES("reevectl queue list --state dead",
                             "reevectl queue list --filter queue_name=generic -o wide"),
        .options = queue_list_options,
        .run = cmd_queue_list,
    },
    {
        .name = "queue counts",
        .usage = "[-o FORMAT]",
        .summary = "how many messages there are by state, queue, zone and role",
        .examples = EXAMPLES("reevectl queue counts"),
        .options = plain_options,
        .run = cmd_queue_counts,
    },
    {
        .name = "queue show",
        .usage = "ID [-o FORMAT]",
        .summary = "one message: what it asks for, who works on it, how it failed",
        .examples = EXAMPLES("reevectl queue show 1000000000042"),
        .options = cli_document_options,
        .min_words = 1,
        .max_words = 1,
        .run = cmd_queue_show,
    },
    {
        .name = "queue retry",
        .usage = "ID... | --all-dead",
        .summary = "send dead messages again",
        .examples =
            EXAMPLES("reevectl queue retry 1000000000042", "reevectl queue retry --all-dead"),
        .options = dead_options,
        .max_words = CLI_MAX_VALUES,
        .run = cmd_queue_retry,
    },
    {
        .name = "queue delete",
        .usage = "ID... | --all-dead",
        .summary = "remove dead messages",
        .examples = EXAMPLES("reevectl queue delete 1000000000042"),
        .options = dead_options,
        .max_words = CLI_MAX_VALUES,
        .run = cmd_queue_delete,
    },
    {
        .name = "task list",
        .usage = "[--state STATE] [options]",
        .summary = "what was asked for, and how it goes",
        .examples = EXAMPLES("reevectl task list --state active",
                             "reevectl task list --sort-by created_on --descending --limit 20"),
        .options = task_list_options,
        .run = cmd_task_list,
    },
    {
        .name = "task show",
        .usage = "ID [-o FORMAT]",
        .summary = "one task with its results",
        .examples = EXAMPLES("reevectl task show 1000000000042"),
        .options = cli_document_options,
        .min_words = 1,
        .max_words = 1,
        .run = cmd_task_show,
    },
    {
        .name = "task log",
        .usage = "ID [-o FORMAT]",
        .summary = "what happened to a task, line by line",
        .examples = EXAMPLES("reevectl task log 1000000000042"),
        .options = plain_options,
        .min_words = 1,
        .max_words = 1,
        .run = cmd_task_log,
    },
    {
        .name = "task cancel",
        .usage = "ID...",
        .summary = "end a task, or keep it from starting",
        .text = "What works on it is asked to stop; it may take a moment.",
        .examples = EXAMPLES("reevectl task cancel 1000000000042"),
        .options = cli_no_options,
        .min_words = 1,
        .max_words = CLI_MAX_VALUES,
        .run = cmd_task_cancel,
    },
    {
        .name = "task wait",
        .usage = "ID [--timeout DURATION]",
        .summary = "wait until a task has finished",
        .text = "The exit code is 0 when it went well, 1 when it failed, 6 when the time is over.",
        .examples = EXAMPLES("reevectl task wait 1000000000042 --timeout 5m"),
        .options = task_options,
        .min_words = 1,
        .max_words = 1,
        .run = cmd_task_wait,
    },
    { .name = NULL },
};
