/* SPDX-License-Identifier: Apache-2.0
 *
 * Settings, and the key that seals the secret ones.
 */
#include "commands.h"

#define SHOW_ORIGIN                                                                                \
    {                                                                                              \
        "show-origin", 0, NULL, "also where the value comes from"                                  \
    }

static const struct cli_option key_options[] = { WAIT("wait until the old key is gone"), TIMEOUT,
                                                 END };
static const struct cli_option settings_list_options[] = {
    OUTPUT,
    SETTINGS_OF,
    { "show-origin", 0, NULL, "what each layer says" },
    { "changed", 0, NULL, "only those that are not the default" },
    END,
};
static const struct cli_option settings_get_options[] = { DOCUMENT_OUTPUT, SETTINGS_OF, SHOW_ORIGIN,
                                                          END };
static const struct cli_option settings_describe_options[] = { DOCUMENT_OUTPUT, SETTINGS_OF, END };
static const struct cli_option settings_change_options[] = { SETTINGS_OF, END };
static const struct cli_option settings_history_options[] = { OUTPUT, END };

const struct cli_command cli_commands_settings[] = {
    {
        .name = "key rotate",
        .usage = "[--wait] [--timeout DURATION]",
        .summary = "make a new key, and seal all stored secrets with it",
        .text = "The server goes on meanwhile: the old key opens what it has sealed until "
                "everything is sealed anew, then leaves the key file. Copy the file again "
                "afterwards.",
        .examples = EXAMPLES("reevectl key rotate --wait"),
        .options = key_options,
        .run = cmd_key_rotate,
    },
    {
        .name = "settings list",
        .usage = "[SECTION] [--server NAME | --zone NAME | --region] [--changed] [--show-origin]",
        .summary = "the settings in force, and where each comes from",
        .text = "A server's settings lie over its zone's, those over the region's, those over the "
                "defaults; reeve.yaml in the server's home lies over all.",
        .examples = EXAMPLES("reevectl settings list", "reevectl settings list workers -o wide",
                             "reevectl settings list --changed --show-origin"),
        .options = settings_list_options,
        .max_words = 1,
        .run = cmd_settings_list,
    },
    {
        .name = "settings get",
        .usage = "KEY [--server NAME | --zone NAME | --region] [--show-origin]",
        .summary = "the value of one setting",
        .examples = EXAMPLES("reevectl settings get workers.generic.count",
                             "reevectl settings get log.level --show-origin"),
        .options = settings_get_options,
        .min_words = 1,
        .max_words = 1,
        .run = cmd_settings_get,
    },
    {
        .name = "settings describe",
        .usage = "KEY [--server NAME | --zone NAME | --region]",
        .summary = "what a setting is for, its limits, and what each layer says",
        .examples = EXAMPLES("reevectl settings describe workers.lease"),
        .options = settings_describe_options,
        .min_words = 1,
        .max_words = 1,
        .run = cmd_settings_describe,
    },
    {
        .name = "settings set",
        .usage = "KEY=VALUE... [--server NAME | --zone NAME | --region]",
        .summary = "change settings: all that are named, or none",
        .text = "KEY=@FILE reads the value from a file; of KEY alone it is asked for, which is how "
                "secrets are given.",
        .examples = EXAMPLES("reevectl settings set workers.generic.count=4",
                             "reevectl settings set refresh.retry_min=2s refresh.retry_max=1m "
                             "--region",
                             "reevectl settings set api.metrics_token"),
        .options = settings_change_options,
        .min_words = 1,
        .max_words = CLI_MAX_VALUES,
        .run = cmd_settings_set,
    },
    {
        .name = "settings unset",
        .usage = "KEY|SECTION... [--server NAME | --zone NAME | --region]",
        .summary = "take differences away: what the layer below says is in force again",
        .examples = EXAMPLES("reevectl settings unset workers.generic.count",
                             "reevectl settings unset workers --zone edge"),
        .options = settings_change_options,
        .min_words = 1,
        .max_words = CLI_MAX_VALUES,
        .run = cmd_settings_unset,
    },
    {
        .name = "settings history",
        .usage = "[KEY | SECTION]",
        .summary = "who changed which setting, when, from what to what; the newest first",
        .examples = EXAMPLES("reevectl settings history",
                             "reevectl settings history workers.generic.count -o json"),
        .options = settings_history_options,
        .max_words = 1,
        .run = cmd_settings_history,
    },
    { .name = NULL },
};
