/* SPDX-License-Identifier: Apache-2.0
 *
 * Steps of a trace, as a run or a simulation has them: a line each, indented by its depth.
 */
#include "automate_steps.h"

#include <string.h>
#include "cli.h"
#include "output.h"

enum { MOST_INDENT = 40 };

void
cli_step_time(rv_buf *out, int64_t us)
{
    if (us > 0)
        rv_buf_addf(out, us < 10000 ? "  %.2f ms" : "  %.0f ms", (double)us / 1000);
}

static void
add_indent(rv_buf *out, int64_t depth)
{
    for (int64_t i = 0; i < depth && i < MOST_INDENT; i++)
        rv_buf_add_string(out, "  ");
}

static const char *
code_word(int64_t code)
{
    return code == 0    ? "ok"
           : code == 4  ? "warn"
           : code == 8  ? "stop"
           : code == 16 ? "abort"
                        : "failed";
}

void
cli_step_text(rv_buf *out, const char *text)
{
    cli_clean_line(out, text ? text : "");
}

/* What goes in, and how it ended; what it says of its end instead, when it says something. */
static void
add_method(rv_buf *out, const cJSON *step)
{
    const char *name = rv_json_string(step, "name"), *text = rv_json_string(step, "text");
    const char *inputs = rv_json_string(step, "value");
    int64_t code = rv_json_int(step, "code", 0);
    cli_step_text(out, name ? name : text);
    if (inputs && strcmp(inputs, "{}") != 0) {
        rv_buf_add_char(out, ' ');
        cli_step_text(out, inputs);
    }
    rv_buf_add_string(out, "  ");
    if (name && text && code == 0) {
        cli_step_text(out, text);
        return;
    }
    rv_buf_add_string(out, code_word(code));
    if (name && text) {
        rv_buf_add_string(out, ": ");
        cli_step_text(out, text);
    }
}

/* A line each; what a step says of itself stands behind its kind. */
void
cli_step_add(rv_buf *out, const cJSON *step)
{
    const char *kind = rv_json_string(step, "kind"), *name = rv_json_string(step, "name");
    const char *text = rv_json_string(step, "text"), *value = rv_json_string(step, "value");
    int64_t depth = rv_json_int(step, "depth", 0);
    if (kind == NULL || strcmp(kind, "end") == 0)
        return;
    add_indent(out, depth + (strcmp(kind, "object") != 0));
    if (strcmp(kind, "object") == 0) {
        cli_step_text(out, text);
    } else if (strcmp(kind, "field") == 0) {
        cli_step_text(out, name);
        rv_buf_add_string(out, " = ");
        cli_step_text(out, value);
    } else if (strcmp(kind, "method") == 0) {
        rv_buf_add_string(out, "method ");
        add_method(out, step);
    } else if (strcmp(kind, "state") == 0) {
        rv_buf_add_string(out, "state ");
        cli_step_text(out, text);
        rv_buf_add_string(out, ": ");
        cli_step_text(out, value);
    } else if (strcmp(kind, "log") == 0) {
        rv_buf_addf(out, "| %-5s ", rv_json_string(step, "level"));
        cli_step_text(out, text);
    } else if (strcmp(kind, "left_out") == 0) {
        rv_buf_addf(out, "... %lld more steps are not kept",
                    (long long)rv_json_int(step, "count", 0));
    } else {
        rv_buf_addf(out, "%s ", kind);
        cli_step_text(out, text ? text : name);
    }
    cli_step_time(out, rv_json_int(step, "took_us", 0));
    rv_buf_add_char(out, '\n');
}
