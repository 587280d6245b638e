/* SPDX-License-Identifier: Apache-2.0
 *
 * reevectl worker top: the processes of a server, drawn again and again in the same place.
 */
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include "base/wait.h"
#include "list.h"
#include "output.h"
#include "processes.h"

#define OTHER_SCREEN "\033[?1049h\033[?25l"
#define BACK "\033[?25h\033[?1049l"

enum { TEXT_LIMIT = 4 << 20, DEFAULT_MS = 2000 };

static int
read_rows(struct cli *cli, cJSON **rows, rv_err *err)
{
    const struct cli_query query = { .collection = "workers",
                                     .attributes = CLI_PROCESS_ATTRIBUTES,
                                     .limit = -1 };
    return cli_list(cli->client, &query, rows, NULL, err);
}

static int
order_of(const struct cli *cli)
{
    const char *by = cli_value(cli, "sort");
    if (by == NULL || strcmp(by, "memory") == 0)
        return CLI_BY_MEMORY;
    return strcmp(by, "cpu") == 0 ? CLI_BY_CPU : strcmp(by, "type") == 0 ? CLI_BY_TYPE : -1;
}

static int
lines_of_screen(void)
{
    struct winsize size;
    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_row > 6)
        return size.ws_row;
    return 24;
}

static void
add_totals(rv_buf *out, const cJSON *rows, const char *line_end)
{
    double bytes = 0, percent = 0;
    char size[24];
    const cJSON *row = NULL;
    cJSON_ArrayForEach(row, rows)
    {
        const cJSON *cpu = cJSON_GetObjectItemCaseSensitive(row, "percent_cpu");
        bytes += cli_process_bytes(row);
        percent += cJSON_IsNumber(cpu) ? cpu->valuedouble : 0;
    }
    rv_format_size(size, bytes);
    rv_buf_addf(out, "%d workers, private memory %s, %.1f %% of a processor%s%s",
                cJSON_GetArraySize(rows), size, percent, line_end, line_end);
}

static int
draw(struct cli *cli, int order, const char *line_end, int most, rv_err *err)
{
    RV_AUTO_JSON cJSON *rows = NULL;
    RV_AUTO_BUF rv_buf text = rv_buf_limited(TEXT_LIMIT);
    if (read_rows(cli, &rows, err) < 0)
        return err->code;
    const struct cli_processes processes = { .workers = rows,
                                             .order = (enum cli_process_order)order,
                                             .most = most,
                                             .color = cli->color,
                                             .width = cli_columns_of(STDOUT_FILENO),
                                             .line_end = line_end };
    add_totals(&text, rows, line_end);
    cli_processes_add(&text, &processes);
    fwrite(text.data, 1, text.len, stdout);
    return 0;
}

/* 1 when somebody wants it to end, by q or the end of what is typed. typed: somebody types at a
 * terminal; one that went away would not be one any more. */
static int
wait_for_key(int64_t ms, int typed)
{
    struct pollfd keys = { .fd = STDIN_FILENO, .events = POLLIN };
    rv_err ignored = RV_ERR_INIT;
    char key = 0;
    if (!typed)
        return rv_sleep(ms, &ignored) < 0;
    if (poll(&keys, 1, (int)ms) <= 0)
        return 0;
    return read(STDIN_FILENO, &key, 1) <= 0 || key == 'q' || key == 'Q';
}

static void
say_failed(const rv_err *failed)
{
    RV_AUTO_BUF rv_buf text = rv_buf_limited(TEXT_LIMIT);
    cli_clean_line(&text, failed->text);
    printf("no figures now: %s\033[K\n", rv_buf_text(&text));
}

/* Until it is interrupted, or q. A server that goes away for a moment is waited for. */
static int
refresh(struct cli *cli, int order, int64_t every_ms, rv_err *err)
{
    int64_t failing = 0;
    int typed = isatty(STDIN_FILENO);
    cli_on_interrupt(STDOUT_FILENO, BACK);
    cli_keys(STDIN_FILENO);
    fputs(OTHER_SCREEN, stdout);
    do {
        rv_err failed = RV_ERR_INIT;
        fputs("\033[H", stdout);
        if (draw(cli, order, "\033[K\n", lines_of_screen() - 5, &failed) < 0) {
            if (failing++ == 0 && failed.code != RV_E_UNAVAILABLE && failed.code != RV_E_TIMEOUT) {
                *err = failed;
                break;
            }
            say_failed(&failed);
        } else {
            failing = 0;
        }
        fputs("\033[J", stdout);
    } while (fflush(stdout) == 0 && !wait_for_key(every_ms, typed));
    cli_echo_on();
    fputs(BACK, stdout);
    return err->code;
}

static int
print_once(struct cli *cli, int format, int order, rv_err *err)
{
    RV_AUTO_JSON cJSON *rows = NULL;
    if (cli_is_table((enum cli_format)format))
        return draw(cli, order, "\n", -1, err);
    if (read_rows(cli, &rows, err) < 0)
        return err->code;
    cli_print_document((enum cli_format)format, rows);
    return 0;
}

int
cmd_worker_top(struct cli *cli)
{
    rv_err err = RV_ERR_INIT;
    int format = cli_document_format(cli), order = order_of(cli), code, failed;
    int64_t every_ms = cli_duration(cli, "interval", DEFAULT_MS);
    if (format < 0 || every_ms < 0)
        return CLI_USAGE;
    if (order < 0)
        return cli_usage(cli, "--sort takes memory, cpu or type");
    code = cli_connect(cli);
    if (code)
        return code;
    if (!cli_value(cli, "output") && !cli->terminal)
        format = CLI_JSON;
    const char *term = getenv("TERM");
    int screen = cli->terminal && !(term && strcmp(term, "dumb") == 0);
    if (screen && !cli_has(cli, "once") && cli_is_table((enum cli_format)format))
        failed = refresh(cli, order, every_ms < 100 ? 100 : every_ms, &err);
    else
        failed = print_once(cli, format, order, &err);
    return failed < 0 ? cli_failed(&err) : CLI_OK;
}
