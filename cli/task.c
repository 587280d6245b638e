/* SPDX-License-Identifier: Apache-2.0
 *
 * Waiting for a task: on a terminal with a line that changes, otherwise silently.
 */
#include <string.h>
#include <unistd.h>
#include "base/clock.h"
#include "base/wait.h"
#include "cli.h"
#include "client.h"

#define BAR 20
#define PAUSE_MIN_MS 50
#define PAUSE_MAX_MS 500

/* What fits behind the bar. */
static size_t
room_for_text(void)
{
    size_t columns = cli_columns_of(STDERR_FILENO);

    if (columns == 0)
        columns = 80;
    return columns > BAR + 24 ? columns - BAR - 20 : 4;
}

static void
draw(const struct cli *cli, const cJSON *task, int64_t begun_ms)
{
    RV_AUTO_BUF rv_buf message = rv_buf_limited(1u << 16);
    const char *said = rv_json_string(task, "message");
    int64_t percent = rv_json_int(task, "pct_complete", 0);
    char bar[BAR + 1] = "";

    if (!cli->messages || cli_has(cli, "quiet"))
        return;
    cli_clean_line(&message, said ? said : "");
    for (int i = 0; i < BAR; i++)
        bar[i] = i * 100 < percent * BAR ? '#' : '.';
    if (message.len > room_for_text())
        message.data[rv_utf8_prefix(message.data, room_for_text())] = '\0';
    fprintf(stderr, "\r\033[K[%s] %3lld%% %s (%llds)", bar, (long long)percent,
            rv_buf_text(&message), (long long)((rv_monotonic_ms() - begun_ms) / 1000));
}

static void
end_line(const struct cli *cli)
{
    if (cli->messages && !cli_has(cli, "quiet"))
        fputs("\r\033[K", stderr);
}

static int
verdict(const cJSON *task)
{
    const char *name = rv_json_string(task, "name"), *status = rv_json_string(task, "status");
    const char *message = rv_json_string(task, "message");

    if (!name)
        name = "task";
    if (rv_streq(status, "Ok") || rv_streq(status, "Warn")) {
        cli_say("%s: %s", name, message ? message : status);
        return CLI_OK;
    }
    cli_warn("%s: %s%s%s", name, status ? status : "no status", message ? ": " : "",
             message ? message : "");
    return rv_streq(status, "Timeout") || rv_streq(status, "Expired") ? CLI_WAIT_TIMED_OUT
                                                                      : CLI_FAILURE;
}

int
cli_wait_task(struct cli *cli, const char *task_id, int64_t timeout_ms)
{
    RV_AUTO_FREE char *path = rv_format("/api/tasks/%s", task_id);
    RV_AUTO_FREE char *interrupted =
        rv_format("\nreevectl: interrupted; the task goes on: reevectl task wait %s\n", task_id);
    int64_t begun_ms = rv_monotonic_ms(), pause_ms = PAUSE_MIN_MS;

    cli_on_interrupt(STDERR_FILENO, interrupted);
    for (;;) {
        RV_AUTO_JSON cJSON *task = NULL;
        rv_err err = RV_ERR_INIT;

        if (cli_get(cli->client, path, &task, &err) < 0) {
            end_line(cli);
            return cli_failed(&err);
        }
        if (rv_streq(rv_json_string(task, "state"), "Finished")) {
            end_line(cli);
            return verdict(task);
        }
        draw(cli, task, begun_ms);
        if (timeout_ms > 0 && rv_monotonic_ms() - begun_ms >= timeout_ms) {
            end_line(cli);
            const char *says = rv_json_string(task, "message");
            cli_warn("task %s has not finished in time; it goes on%s%s", task_id,
                     says && says[0] ? ": " : "", says ? says : "");
            return CLI_WAIT_TIMED_OUT;
        }
        rv_sleep(pause_ms, &err);
        pause_ms = pause_ms * 2 < PAUSE_MAX_MS ? pause_ms * 2 : PAUSE_MAX_MS;
    }
}

int
cmd_task_wait(struct cli *cli)
{
    const char *id = cli->words[0];
    int64_t timeout_ms = cli_duration(cli, "timeout", 0);
    int code;

    if (timeout_ms < 0)
        return CLI_USAGE;
    if (strncmp(id, "task/", 5) == 0 || strncmp(id, "tasks/", 6) == 0)
        id = strchr(id, '/') + 1;
    if (!*id || strspn(id, "0123456789") != strlen(id))
        return cli_usage(cli, "'%s' is no task id", id);
    code = cli_connect(cli);
    return code ? code : cli_wait_task(cli, id, timeout_ms);
}
