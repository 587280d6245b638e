/* SPDX-License-Identifier: Apache-2.0
 *
 * reevectl task list | show | cancel | log. task.c waits for one.
 */
#include <string.h>
#include "act.h"
#include "list.h"
#include "output.h"

static const char *const states[] = { "Queued", "Active", "Finished", NULL };

int
cmd_task_list(struct cli *cli)
{
    RV_AUTO_FREE char *filter = NULL;
    const char *state = cli_value(cli, "state");

    for (int i = 0; state && states[i]; i++)
        if (rv_strcaseeq(states[i], state))
            filter = rv_format("state=%s", states[i]);
    if (state && !filter)
        return cli_usage(cli, "'%s' is no state of a task: queued, active or finished", state);
    if (filter && cli_add_filter(cli, filter))
        return CLI_USAGE;
    return cli_get_all(cli, "tasks");
}

static void
print_task(const cJSON *row)
{
    static const char *const lines[][2] = {
        { "Id:", "id" },
        { "Name:", "name" },
        { "State:", "state" },
        { "Status:", "status" },
        { "Progress (%):", "pct_complete" },
        { "Message:", "message" },
        { "Asked for by:", "userid" },
        { "Zone:", "zone" },
        { "Server:", "miq_server_id" },
        { "Created:", "created_on" },
        { "Started:", "started_on" },
        { "Changed:", "updated_on" },
        { "Cancelled:", "cancelled_on" },
        { "Belongs to:", "identifier" },
        { "Context:", "context_data" },
        { "Results:", "results" },
        { NULL, NULL },
    };

    cli_print_lines(row, lines);
}

int
cmd_task_show(struct cli *cli)
{
    return cli_show_row(cli, "tasks", print_task);
}

int
cmd_task_cancel(struct cli *cli)
{
    int code = cli_connect(cli);

    return code ? code : cli_act_on_words(cli, "tasks", "cancel");
}

int
cmd_task_log(struct cli *cli)
{
    static const struct cli_column columns[] = {
        { "TIME", "created_on", cli_cell_text, "", 0 },
        { "LEVEL", "level", cli_cell_text, "", 0 },
        { "MESSAGE", "message", cli_cell_text, "", 0 },
        CLI_COLUMNS_END,
    };
    int format = cli_format(cli), code;
    if (format < 0 || cli_take_id(cli, &cli->words[0]))
        return CLI_USAGE;
    RV_AUTO_FREE char *filter = rv_format("miq_task_id=%s", cli->words[0]);
    RV_AUTO_FREE char *path = rv_format("/api/tasks/%s?attributes=id", cli->words[0]);
    const char *const filters[] = { filter, NULL };
    const struct cli_query query = { .collection = "task_logs",
                                     .attributes = "created_on,level,message",
                                     .filters = filters,
                                     .sort_by = "created_on,id",
                                     .limit = -1 };
    RV_AUTO_JSON cJSON *rows = NULL, *task = NULL;
    rv_err err = RV_ERR_INIT;

    code = cli_connect(cli);
    if (code)
        return code;
    if (cli_get(cli->client, path, &task, &err) < 0 ||
        cli_list(cli->client, &query, &rows, NULL, &err) < 0)
        return cli_failed(&err);
    return cli_print_plain(cli, (enum cli_format)format, rows, columns, "created_on");
}
