/* SPDX-License-Identifier: Apache-2.0
 *
 * Runs of automate.
 */
#include "commands.h"

static const struct cli_option runs_options[] = {
    { "status", 0, "STATUS", "queued, running, retry, finished, error or stopped" },
    { "event", 0, "ID", "those of this event" },
    OUTPUT,
    FILTER,
    SORT_BY,
    { "descending", 0, NULL, "the other way round" },
    { "limit", 0, "N", "the last N of them (default: 1000)" },
    { "all", 0, NULL, "all there are, page by page" },
    COLUMNS,
    NO_HEADERS,
    END,
};
static const struct cli_option run_options[] = {
    { "attribute", 'a', "NAME=VALUE", "of the root; VALUE as JSON, else a text; may be repeated" },
    { "target", 0, "OBJECT", "what it is about: pod/web-1, vm/1000000000012" },
    { "namespace", 'n', "NAME", "the object's namespace" },
    { "event", 0, "ID", "for this event, once more; without URI, the path of events" },
    WAIT("wait until it is over"),
    TIMEOUT,
    END,
};

static const struct cli_option simulate_options[] = {
    { "attribute", 'a', "NAME=VALUE", "of the root; VALUE as JSON, else a text; may be repeated" },
    { "target", 0, "OBJECT", "what it is about: pod/web-1, vm/1000000000012" },
    { "namespace", 'n', "NAME", "the object's namespace" },
    { "event", 0, "ID", "as for this event; without URI, the path of events" },
    DOCUMENT_OUTPUT,
    END,
};

static const struct cli_option trace_options[] = {
    { "wait", 0, NULL, "without ID: until a run has ended, a minute at most" },
    TIMEOUT,
    DOCUMENT_OUTPUT,
    END,
};

const struct cli_command cli_commands_automate_run[] = {
    {
        .name = "automate run",
        .usage = "[URI] [options]",
        .summary = "run a path of the datastore with the methods that it leads to, or an event "
                   "again",
        .text = "Prints the run's id. An event that ran is run again as the same run, whatever "
                "came of it; one that is under way is refused. With --wait the exit code is 0 when "
                "it went well, 1 when it "
                "failed, 6 when the time is over. 'reevectl automate simulate' shows what a path "
                "leads to without running a method.",
        .examples = EXAMPLES("reevectl automate run /Acme/Ops/Jobs/cleanup --wait",
                             "reevectl automate run '/Acme/Ops/Jobs/cleanup?days=7#now' "
                             "-a dry_run=true --target vm/web",
                             "reevectl automate run --event 1000000000042 --wait"),
        .options = run_options,
        .min_words = 0,
        .max_words = 1,
        .run = cmd_automate_run,
    },
    {
        .name = "automate simulate",
        .usage = "[URI] [options]",
        .summary = "show what a path leads to, without running a method",
        .text = "Prints the objects that are made, their attributes, the methods that would be "
                "called with what goes in, and the states of machines as if each went well. "
                "Nothing is changed. The exit code is 1 when a domain says something wrong.",
        .examples = EXAMPLES("reevectl automate simulate --event 1000000000042",
                             "reevectl automate simulate '/Acme/Ops/Jobs/cleanup?days=7#now' "
                             "-a dry_run=true --target vm/web"),
        .options = simulate_options,
        .min_words = 0,
        .max_words = 1,
        .run = cmd_automate_simulate,
    },
    {
        .name = "automate runs",
        .usage = "[--status STATUS] [--event ID] [options]",
        .summary = "what automate ran, runs, and goes on with later; the latest last",
        .examples = EXAMPLES("reevectl automate runs --status running",
                             "reevectl automate runs --status error --limit 20"),
        .options = runs_options,
        .run = cmd_automate_runs,
    },
    {
        .name = "automate trace",
        .usage = "[ID | --wait] [-o FORMAT]",
        .summary = "what a run, or an event, did: a tree with times, attributes and log lines",
        .text = "ID is a run's or an event's; without it, the run that ended last. Which runs "
                "leave a trace says the setting automate.trace.",
        .examples = EXAMPLES("reevectl automate trace", "reevectl automate trace 1000000000042"),
        .options = trace_options,
        .max_words = 1,
        .run = cmd_automate_trace,
    },
    {
        .name = "automate stop",
        .usage = "ID...",
        .summary = "end a run, or keep it from going on",
        .text = "A method that runs ends within a second; a state machine that waits is over at "
                "once.",
        .examples = EXAMPLES("reevectl automate stop 1000000000042"),
        .options = cli_no_options,
        .min_words = 1,
        .max_words = CLI_MAX_VALUES,
        .run = cmd_automate_stop,
    },
    { .name = NULL },
};
