/* SPDX-License-Identifier: Apache-2.0
 *
 * What one looks for mistakes with.
 */
#include "commands.h"

static const struct cli_option log_level_options[] = { OUTPUT, SETTINGS_OF, END };
static const struct cli_option log_recent_options[] = { OUTPUT, LOCAL_HOME, END };
static const struct cli_option bundle_options[] = {
    { "log", 0, "FILE", "also the end of this log file, at most 8 MiB of it; may be repeated" },
    { "overwrite", 0, NULL, "in the place of a file that is there" },
    LOCAL_HOME,
    END,
};
static const struct cli_option doctor_options[] = { OUTPUT, LOCAL_HOME, END };

const struct cli_command cli_commands_care[] = {
    {
        .name = "log level",
        .usage = "[LEVEL | TOPIC [LEVEL | default]] [--server NAME | --zone NAME | --region]",
        .summary = "from which level on the log tells of each topic; or change it, at once",
        .text = "LEVEL is debug, info, warning or error. Without a topic it is for all that have "
                "none of their own; default takes a topic's own away.",
        .examples = EXAMPLES("reevectl log level", "reevectl log level queue debug",
                             "reevectl log level queue default", "reevectl log level warning"),
        .options = log_level_options,
        .max_words = 2,
        .run = cmd_log_level,
    },
    {
        .name = "log recent",
        .usage = "[-o FORMAT] [--home DIR]",
        .summary = "the last warnings and errors of all processes of the server",
        .text = "On the server's machine --home does without a login, and without the database: "
                "also while it cannot be reached.",
        .examples =
            EXAMPLES("reevectl log recent", "sudo reevectl log recent --home /var/lib/reeve",
                     "reevectl log recent -o jsonl | jq -c 'select(.level == \"error\")'"),
        .options = log_recent_options,
        .run = cmd_log_recent,
    },
    {
        .name = "support-bundle",
        .usage = "[FILE] [--log FILE]... [--overwrite] [--home DIR]",
        .summary = "what somebody who helps needs to see, in one file and without secrets",
        .text =
            "Versions, settings, status, workers, counts of the queue, errors of late, metrics, "
            "figures of the database, what doctor finds, and the last lines of the log: a "
            "tar.gz that only you can read. Look into it before you hand it on: names of "
            "providers, hosts and addresses are in it.",
        .examples = EXAMPLES("reevectl support-bundle",
                             "reevectl support-bundle bundle.tar.gz --log /var/log/reeved.log"),
        .options = bundle_options,
        .max_words = 1,
        .run = cmd_support_bundle,
    },
    {
        .name = "doctor",
        .usage = "[-o FORMAT] [--home DIR]",
        .summary = "find what is wrong, and say what to do about it",
        .text = "Looks at the way to the server, its clock, disk, key, limits, database, workers, "
                "queue and providers, and changes nothing. The exit code is 1 when something has "
                "failed; warnings alone leave it 0.",
        .examples = EXAMPLES("reevectl doctor", "reevectl doctor -o json | jq '.[] | "
                                                "select(.state != \"ok\")'"),
        .options = doctor_options,
        .run = cmd_doctor,
    },
    { .name = NULL },
};
