/* SPDX-License-Identifier: Apache-2.0
 *
 * The tables of commands, one a group, and the options that several of them share.
 */
#ifndef CLI_COMMANDS_H
#define CLI_COMMANDS_H

#include "cli.h"

#define END                                                                                        \
    {                                                                                              \
        NULL, 0, NULL, NULL                                                                        \
    }
#define OUTPUT                                                                                     \
    {                                                                                              \
        "output", 'o', "FORMAT",                                                                   \
            "table, wide, json, yaml, csv, name or jsonl (default: table on a terminal, else "     \
            "json)"                                                                                \
    }
#define DOCUMENT_OUTPUT                                                                            \
    {                                                                                              \
        "output", 'o', "FORMAT", "table (default), json, yaml or jsonl"                            \
    }
#define FILTER                                                                                     \
    {                                                                                              \
        "filter", 'l', "FILTER", "as the API's filter[]: 'phase=Running'; may be repeated"         \
    }
#define SORT_BY                                                                                    \
    {                                                                                              \
        "sort-by", 0, "ATTRIBUTE", "instead of namespace and name; several with a comma between"   \
    }
#define COLUMNS                                                                                    \
    {                                                                                              \
        "columns", 0, "LIST", "these attributes: name,phase,container_node.name"                   \
    }
#define NO_HEADERS                                                                                 \
    {                                                                                              \
        "no-headers", 0, NULL, "no titles above the columns"                                       \
    }
#define WAIT(what)                                                                                 \
    {                                                                                              \
        "wait", 0, NULL, what ", with progress on a terminal"                                      \
    }
#define LOCAL_HOME                                                                                 \
    {                                                                                              \
        "home", 0, "DIR",                                                                          \
            "of the server on this machine: needs no login, nor the database; default: REEVE_HOME" \
    }
#define TIMEOUT                                                                                    \
    {                                                                                              \
        "timeout", 0, "DURATION", "wait no longer: 30s, 5m"                                        \
    }
#define SETTINGS_OF                                                                                \
    { "server", 0, "NAME", "of this server (default: the one that one is logged in to)" },         \
        { "zone", 0, "NAME", "of this zone" },                                                     \
    {                                                                                              \
        "region", 0, NULL, "of the region"                                                         \
    }
#define EXAMPLES(...)                                                                              \
    (const char *const[])                                                                          \
    {                                                                                              \
        __VA_ARGS__, NULL                                                                          \
    }

extern const struct cli_option cli_no_options[];
extern const struct cli_option cli_list_options[];
extern const struct cli_option cli_document_options[];

/* Each ends with a NULL name. */
extern const struct cli_command cli_commands_session[];
extern const struct cli_command cli_commands_objects[];
extern const struct cli_command cli_commands_provider[];
extern const struct cli_command cli_commands_event[];
extern const struct cli_command cli_commands_hook[];
extern const struct cli_command cli_commands_settings[];
extern const struct cli_command cli_commands_queue[];
extern const struct cli_command cli_commands_automate_local[];
extern const struct cli_command cli_commands_automate[];
extern const struct cli_command cli_commands_automate_run[];
extern const struct cli_command cli_commands_server[];
extern const struct cli_command cli_commands_db[];
extern const struct cli_command cli_commands_care[];
extern const struct cli_command cli_commands_shell[];

#endif
