/* SPDX-License-Identifier: Apache-2.0
 *
 * Waiting for a task: on a terminal with a line that changes, otherwise silently.
 */
#include <signal.h>
#include <string.h>
#include "base/clock.h"
#include "base/wait.h"
#include "cli.h"

static volatile sig_atomic_t interrupted;

static void
on_interrupt(int signal_number)
{
    (void)signal_number;
    interrupted = 1;
}

static void
draw(const struct cli *cli, const cJSON *task, int64_t begun)
{
    const char *message = rv_json_string(task, "message");
    int pct = (int)rv_json_int(task, "pct_complete", 0);
    char bar[21];

    if (!cli->messages)
        return;
    for (int i = 0; i < 20; i++)
        bar[i] = i * 5 < pct ? '#' : '.';
    bar[20] = '\0';
    fprintf(stderr, "\r\033[K[%s] %3d%% %.60s (%llds)", bar, pct, message ? message : "",
            (long long)((rv_monotonic_ms() - begun) / 1000));
}

static int
verdict(const struct cli *cli, const cJSON *task)
{
    const char *status = rv_json_string(task, "status"), *message = rv_json_string(task, "message");

    if (cli->messages)
        fputs("\r\033[K", stderr);
    if (status && (strcmp(status, "Ok") == 0 || strcmp(status, "Warn") == 0)) {
        cli_say("%s: %s", rv_json_string(task, "name"), message ? message : status);
        return CLI_OK;
    }
    cli_say("reevectl: %s: %s", rv_json_string(task, "name"), message ? message : "failed");
    return CLI_FAILURE;
}

int
cli_wait_task(struct cli *cli, const char *task_id, int64_t timeout_ms)
{
    RV_AUTO_FREE char *path = rv_format("/api/tasks/%s", task_id);
    struct sigaction action = { .sa_handler = on_interrupt };
    int64_t begun = rv_monotonic_ms(), pause = 50;

    sigaction(SIGINT, &action, NULL);
    for (;;) {
        RV_AUTO_JSON cJSON *task = NULL;
        rv_err err = RV_ERR_INIT;

        if (cli_get(cli->client, path, &task, &err) < 0)
            return cli_failed(&err);
        if (rv_streq(rv_json_string(task, "state"), "Finished"))
            return verdict(cli, task);
        draw(cli, task, begun);
        if (interrupted) {
            cli_say("\nreevectl: interrupted; the task goes on: reevectl task wait %s", task_id);
            return CLI_INTERRUPTED;
        }
        if (timeout_ms > 0 && rv_monotonic_ms() - begun > timeout_ms) {
            cli_say("\nreevectl: task %s has not finished in time; it goes on", task_id);
            return CLI_WAIT_TIMED_OUT;
        }
        rv_sleep(pause, &err);
        pause = pause < 500 ? pause * 2 : 500;
    }
}

int
cmd_task_wait(struct cli *cli)
{
    const char *given = cli_value(cli, "timeout");
    int64_t timeout_ms = 0;
    rv_err err = RV_ERR_INIT;
    int code;

    if (given && rv_parse_duration(&timeout_ms, given, &err) < 0)
        return cli_usage(cli, "option '--timeout': %s", err.text);
    if (strspn(cli->words[0], "0123456789") != strlen(cli->words[0]))
        return cli_usage(cli, "'%s' is no task id", cli->words[0]);
    code = cli_connect(cli);
    return code ? code : cli_wait_task(cli, cli->words[0], timeout_ms);
}
