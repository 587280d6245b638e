/* SPDX-License-Identifier: Apache-2.0
 *
 * The index of commands: what dispatch, help, manual page and completion are made from, in this
 * order.
 */
#include "commands.h"

const struct cli_option cli_no_options[] = { END };
const struct cli_option cli_list_options[] = { OUTPUT, FILTER, SORT_BY, COLUMNS, NO_HEADERS, END };
const struct cli_option cli_document_options[] = { DOCUMENT_OUTPUT, END };

static const struct cli_command *const groups[] = {
    cli_commands_session,  cli_commands_objects,        cli_commands_provider,
    cli_commands_event,    cli_commands_hook,           cli_commands_settings,
    cli_commands_automate, cli_commands_automate_local, cli_commands_automate_run,
    cli_commands_queue,    cli_commands_server,         cli_commands_db,
    cli_commands_care,     cli_commands_shell,
};

const struct cli_command *
cli_command_at(int index)
{
    for (size_t group = 0; group < RV_COUNT(groups); group++)
        for (const struct cli_command *command = groups[group]; command->name; command++)
            if (index-- == 0)
                return command;
    return NULL;
}
