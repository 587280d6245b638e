/* SPDX-License-Identifier: Apache-2.0
 *
 * reevectl queue list | show | retry | delete | counts.
 */
#include <string.h>
#include "act.h"
#include "list.h"
#include "output.h"

/* Words of people beside those of the table. */
static const char *const states[][2] = { { "ready", "ready" },
                                         { "dequeue", "dequeue" },
                                         { "working", "dequeue" },
                                         { "dead", "error" },
                                         { "error", "error" } };

int
cmd_queue_list(struct cli *cli)
{
    RV_AUTO_FREE char *filter = NULL;
    const char *state = cli_value(cli, "state"), *is = NULL;

    for (size_t i = 0; state && i < RV_COUNT(states); i++)
        if (rv_streq(states[i][0], state))
            is = states[i][1];
    if (state && !is)
        return cli_usage(cli, "'%s' is no state of a message: ready, working or dead", state);
    if (is) {
        filter = rv_format("state=%s", is);
        if (cli_add_filter(cli, filter))
            return CLI_USAGE;
    }
    return cli_get_all(cli, "messages");
}

static void
print_message(const cJSON *row)
{
    static const char *const lines[][2] = {
        { "Id:", "id" },
        { "Queue:", "queue_name" },
        { "State:", "state" },
        { "Class:", "class_name" },
        { "Method:", "method_name" },
        { "Target:", "target_id" },
        { "Priority:", "priority" },
        { "Role:", "role" },
        { "Zone:", "zone" },
        { "Server:", "server_guid" },
        { "Series:", "task_id" },
        { "Label:", "tracking_label" },
        { "Task:", "miq_task_id" },
        { "User:", "user_id" },
        { "Created:", "created_on" },
        { "Not before:", "deliver_on" },
        { "Not after:", "expires_on" },
        { "Taken:", "dequeued_on" },
        { "By worker:", "handler_id" },
        { "Lease until:", "lease_expires_on" },
        { "Timeout (s):", "msg_timeout" },
        { "Attempts:", "attempts" },
        { "At most:", "max_attempts" },
        { "Runs again:", "retryable" },
        { "Given up:", "dead_on" },
        { "Error class:", "error_class" },
        { "Error:", "error" },
        { "Callback:", "miq_callback" },
        { "Arguments:", "args" },
        { NULL, NULL },
    };

    cli_print_lines(row, lines);
}

int
cmd_queue_show(struct cli *cli)
{
    return cli_show_row(cli, "miq_queue", print_message);
}

/* All dead messages, some after some: what was acted on is no longer dead. */
static int
act_on_dead(struct cli *cli, const char *action)
{
    static const char *const filters[] = { "state=error", NULL };
    const struct cli_query query = {
        .collection = "miq_queue", .attributes = "id", .filters = filters, .limit = -1
    };
    RV_AUTO_JSON cJSON *rows = NULL;
    const cJSON *row;
    rv_err err = RV_ERR_INIT;
    struct cli_outcome outcome = { 0 };

    if (cli_list(cli->client, &query, &rows, NULL, &err) < 0)
        return cli_failed(&err);
    cli_set_quiet(1);
    cJSON_ArrayForEach(row, rows)
    {
        const char *id = rv_json_string(row, "id");

        if (id)
            cli_outcome_add(&outcome, cli_act_on(cli, "miq_queue", id, action));
    }
    cli_set_quiet(cli_has(cli, "quiet"));
    cli_say("%d dead messages: %s", outcome.count - outcome.failed,
            rv_streq(action, "retry") ? "sent again" : "deleted");
    return cli_outcome_code(&outcome);
}

static int
act(struct cli *cli, const char *action)
{
    int code;

    if (cli_has(cli, "all-dead") == (cli->word_count > 0))
        return cli_usage(cli, "give ids, or --all-dead");
    code = cli_connect(cli);
    if (code)
        return code;
    return cli_has(cli, "all-dead") ? act_on_dead(cli, action)
                                    : cli_act_on_words(cli, "miq_queue", action);
}

int
cmd_queue_retry(struct cli *cli)
{
    return act(cli, "retry");
}

int
cmd_queue_delete(struct cli *cli)
{
    return act(cli, "delete");
}

int
cli_queue_counts(struct cli_client *client, cJSON **out, rv_err *err)
{
    RV_AUTO_JSON cJSON *body = cJSON_CreateObject(), *answer = NULL;

    cJSON_AddStringToObject(body, "action", "counts");
    if (cli_request(client, "POST", "/api/miq_queue", body, &answer, err) < 0)
        return err->code;
    cJSON *results = cJSON_GetObjectItemCaseSensitive(answer, "results");
    *out = cJSON_DetachItemFromObjectCaseSensitive(results ? results->child : answer, "counts");
    return cJSON_IsArray(*out) ? 0
                               : rv_fail(err, RV_E_PROTOCOL, "the server's answer has no counts");
}

int
cmd_queue_counts(struct cli *cli)
{
    static const struct cli_column columns[] = {
        { "STATE", "state", cli_cell_text, "", 0 },
        { "QUEUE", "queue_name", cli_cell_text, "", 0 },
        { "ZONE", "zone", cli_cell_text, "<any>", 0 },
        { "ROLE", "role", cli_cell_text, "<any>", 0 },
        { "COUNT", "count", cli_cell_text, "", 0 },
        { "OLDEST", "oldest_on", cli_cell_age, "", 0 },
        CLI_COLUMNS_END,
    };
    RV_AUTO_JSON cJSON *counts = NULL;
    rv_err err = RV_ERR_INIT;
    int format = cli_format(cli), code;

    if (format < 0)
        return CLI_USAGE;
    code = cli_connect(cli);
    if (code)
        return code;
    if (cli_queue_counts(cli->client, &counts, &err) < 0)
        return cli_failed(&err);
    return cli_print_plain(cli, (enum cli_format)format, counts, columns, "state");
}
