/* SPDX-License-Identifier: Apache-2.0
 *
 * Memory is drawn as a share of the largest process's, CPU of one processor.
 */
#include "processes.h"

#include <stdlib.h>
#include <string.h>
#include "base/clock.h"
#include "table.h"

enum { BAR = 10, LINE_LIMIT = 4096, FULL_WIDTH = 114 };

double
cli_number(const cJSON *row, const char *name)
{
    const cJSON *value = cJSON_GetObjectItemCaseSensitive(row, name);
    return cJSON_IsNumber(value) ? value->valuedouble : 0;
}

double
cli_process_bytes(const cJSON *worker)
{
    double own = cli_number(worker, "unique_set_size");
    return own > 0 ? own : cli_number(worker, "memory_usage");
}

void
cli_bar_add(rv_buf *out, double share, int width, int color)
{
    int filled = (int)(share * width + 0.5);
    if (share > 0.02 && filled == 0)
        filled = 1;
    if (filled > width)
        filled = width;
    if (color)
        rv_buf_add_string(out, share > 0.85 ? "\033[31m" : share > 0.6 ? "\033[33m" : "\033[32m");
    for (int i = 0; i < filled; i++)
        rv_buf_add_string(out, "\xe2\x96\x88"); /* a full block */
    if (color)
        rv_buf_add_string(out, "\033[0;2m");
    for (int i = filled; i < width; i++)
        rv_buf_add_string(out, "\xe2\x96\x91"); /* a light one */
    if (color)
        rv_buf_add_string(out, "\033[0m");
}

static int
by_type(const void *left, const void *right)
{
    const cJSON *a = *(const cJSON *const *)left, *b = *(const cJSON *const *)right;
    const char *one = rv_json_string(a, "type"), *other = rv_json_string(b, "type");
    int order = strcmp(one ? one : "", other ? other : "");
    return order ? order : cli_number(a, "pid") < cli_number(b, "pid") ? -1 : 1;
}

static int
by_memory(const void *left, const void *right)
{
    double a = cli_process_bytes(*(const cJSON *const *)left);
    double b = cli_process_bytes(*(const cJSON *const *)right);
    return a > b ? -1 : a < b ? 1 : by_type(left, right);
}

static int
by_cpu(const void *left, const void *right)
{
    double a = cli_number(*(const cJSON *const *)left, "percent_cpu");
    double b = cli_number(*(const cJSON *const *)right, "percent_cpu");
    return a > b ? -1 : a < b ? 1 : by_memory(left, right);
}

static void
add_padded(rv_buf *out, const char *text, int width)
{
    RV_AUTO_BUF rv_buf clean = rv_buf_limited(LINE_LIMIT);
    cli_clean_line(&clean, text);
    RV_AUTO_BUF rv_buf cut = rv_buf_limited(LINE_LIMIT);
    const char *shown = rv_buf_text(&clean);
    if (cli_width(shown) > (size_t)width) {
        rv_buf_add(&cut, shown, rv_utf8_prefix(shown, (size_t)width));
        shown = rv_buf_text(&cut);
    }
    rv_buf_add_string(out, shown);
    for (size_t i = cli_width(shown); i < (size_t)width; i++)
        rv_buf_add_string(out, " ");
    rv_buf_add_string(out, " ");
}

static void
add_bytes(rv_buf *out, double bytes)
{
    char text[24];
    rv_format_size(text, bytes);
    /* No process takes none: it was not measured yet. */
    rv_buf_addf(out, "%9s ", bytes > 0 ? text : "-");
}

/* "0.4s", "3m12s", "2h5m" of processor time. */
static void
add_seconds(rv_buf *out, double seconds)
{
    RV_AUTO_BUF rv_buf text = rv_buf_limited(64);
    if (seconds < 60)
        rv_buf_addf(&text, "%.1fs", seconds);
    else
        cli_add_duration(&text, (int64_t)(seconds * 1000));
    rv_buf_addf(out, "%7s ", rv_buf_text(&text));
}

static void
add_since(rv_buf *out, const cJSON *row, const char *name)
{
    static const struct cli_column column = { NULL, NULL, NULL, NULL, 0 };
    struct cli_column of = column;
    RV_AUTO_BUF rv_buf text = rv_buf_limited(64);
    of.attributes = name;
    cli_cell_age(&text, row, &of);
    rv_buf_addf(out, "%6s", text.len ? rv_buf_text(&text) : "-");
}

static int
is_narrow(const struct cli_processes *processes)
{
    return processes->width > 0 && processes->width < FULL_WIDTH;
}

static void
add_titles(rv_buf *out, const struct cli_processes *processes)
{
    rv_buf_addf(out, "%s%-17s %-18s %7s %-8s ", processes->color ? "\033[1m" : "", "TYPE",
                "PROVIDER OR QUEUE", "PID", "STATUS");
    if (is_narrow(processes))
        rv_buf_addf(out, "%5s %9s %6s", "CPU %", "MEMORY", "AGE");
    else
        rv_buf_addf(out, "%4s %-11s %7s  %-20s %6s %6s", "NICE", "CPU %", "TIME", "PRIVATE MEMORY",
                    "BEAT", "AGE");
    rv_buf_addf(out, "%s%s", processes->color ? "\033[0m" : "", processes->line_end);
}

static void
add_process(rv_buf *out, const cJSON *row, double largest, const struct cli_processes *processes)
{
    const char *type = rv_json_string(row, "type"), *status = rv_json_string(row, "status");
    const char *queue = rv_json_string(row, "queue_name");
    const cJSON *provider = cli_value_at(row, "ext_management_system.name");
    double bytes = cli_process_bytes(row), cpu = cli_number(row, "percent_cpu");
    add_padded(out, type ? type : "?", 17);
    add_padded(out, cJSON_IsString(provider) ? provider->valuestring : queue ? queue : "", 18);
    rv_buf_addf(out, "%7.0f ", cli_number(row, "pid"));
    add_padded(out, status ? status : "?", 8);
    if (is_narrow(processes)) {
        rv_buf_addf(out, "%5.1f ", cpu);
        add_bytes(out, bytes);
        add_since(out, row, "started_on");
        rv_buf_add_string(out, processes->line_end);
        return;
    }
    rv_buf_addf(out, "%4.0f ", cli_number(row, "os_priority"));
    cli_bar_add(out, cpu / 100, BAR / 2, processes->color);
    rv_buf_addf(out, " %5.1f ", cpu);
    add_seconds(out, cli_number(row, "cpu_time"));
    cli_bar_add(out, largest > 0 ? bytes / largest : 0, BAR, 0);
    rv_buf_add_string(out, " ");
    add_bytes(out, bytes);
    add_since(out, row, "last_heartbeat");
    rv_buf_add_string(out, " ");
    add_since(out, row, "started_on");
    rv_buf_add_string(out, processes->line_end);
}

static const cJSON **
sorted(const cJSON *workers, enum cli_process_order order, int *count)
{
    const cJSON **rows = rv_alloc(sizeof(*rows) * (size_t)(cJSON_GetArraySize(workers) + 1));
    const cJSON *row = NULL;
    *count = 0;
    cJSON_ArrayForEach(row, workers) rows[(*count)++] = row;
    qsort(rows, (size_t)*count, sizeof(*rows),
          order == CLI_BY_CPU      ? by_cpu
          : order == CLI_BY_MEMORY ? by_memory
                                   : by_type);
    return rows;
}

void
cli_processes_add(rv_buf *out, const struct cli_processes *processes)
{
    int count = 0;
    double largest = 0;
    const cJSON **rows = sorted(processes->workers, processes->order, &count);
    for (int i = 0; i < count; i++)
        if (cli_process_bytes(rows[i]) > largest)
            largest = cli_process_bytes(rows[i]);
    add_titles(out, processes);
    for (int i = 0; i < count && (processes->most < 0 || i < processes->most); i++)
        add_process(out, rows[i], largest, processes);
    if (processes->most >= 0 && count > processes->most)
        rv_buf_addf(out, "... and %d more%s", count - processes->most, processes->line_end);
    free(rows);
}
