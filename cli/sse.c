/* SPDX-License-Identifier: Apache-2.0
 *
 * The event stream format of the HTML standard: lines that end with LF, CR or CR LF, fields
 * "name: value", an empty line ends an event.
 */
#include "sse.h"

#include <stdio.h>
#include <string.h>
#include "base/text.h"

#define EVENT_LIMIT (16u << 20)

enum { PAUSE_MS = 500, LONG_PAUSE_MS = 2000, LONGEST_PAUSE_MS = 30000, FEW_FAILURES = 5 };

void
cli_sse_init(struct cli_sse *sse, int (*event)(void *arg, const struct cli_event *event), void *arg)
{
    *sse = (struct cli_sse){ .event = event,
                             .arg = arg,
                             .line = rv_buf_limited(EVENT_LIMIT),
                             .data = rv_buf_limited(EVENT_LIMIT) };
}

void
cli_sse_free(struct cli_sse *sse)
{
    rv_buf_free(&sse->line);
    rv_buf_free(&sse->data);
}

void
cli_sse_restart(struct cli_sse *sse)
{
    rv_buf_reset(&sse->line);
    rv_buf_reset(&sse->data);
    sse->name[0] = '\0';
    sse->after_cr = sse->began = sse->verdict = 0;
}

static void
end_event(struct cli_sse *sse)
{
    struct cli_event event = { sse->name[0] ? sse->name : "message", sse->id,
                               rv_buf_text(&sse->data) };

    if (sse->data.len > 0) {
        sse->data.data[--sse->data.len] = '\0'; /* the newline behind the last line */
        sse->verdict = sse->event(sse->arg, &event);
    }
    rv_buf_reset(&sse->data);
    sse->name[0] = '\0';
}

static void
take_field(struct cli_sse *sse, const char *name, const char *value)
{
    rv_err ignored = RV_ERR_INIT;
    int64_t ms;

    if (strcmp(name, "data") == 0) {
        rv_buf_add_string(&sse->data, value);
        rv_buf_add_char(&sse->data, '\n');
    } else if (strcmp(name, "event") == 0 && strlen(value) < sizeof(sse->name)) {
        snprintf(sse->name, sizeof(sse->name), "%s", value);
    } else if (strcmp(name, "id") == 0 && strlen(value) < sizeof(sse->id)) {
        snprintf(sse->id, sizeof(sse->id), "%s", value);
    } else if (strcmp(name, "retry") == 0 && rv_parse_int(&ms, value, &ignored) == 0 && ms >= 0) {
        sse->retry_ms = ms;
    }
}

static void
end_line(struct cli_sse *sse)
{
    char *line = sse->line.data;
    char *colon = sse->line.len > 0 ? strchr(line, ':') : NULL;

    if (sse->line.len == 0) {
        end_event(sse);
    } else if (colon) {
        *colon = '\0'; /* a comment has an empty name, which is no field */
        take_field(sse, line, colon + 1 + (colon[1] == ' '));
    } else {
        take_field(sse, line, "");
    }
    rv_buf_reset(&sse->line);
}

static void
take_byte(struct cli_sse *sse, char byte)
{
    int after_cr = sse->after_cr;

    sse->after_cr = byte == '\r';
    if (byte == '\n' && after_cr)
        return;
    if (byte != '\n' && byte != '\r') {
        rv_buf_add_char(&sse->line, byte);
        /* A byte order mark may stand at the very beginning. */
        if (!sse->began && sse->line.len == 3) {
            sse->began = 1;
            if (memcmp(sse->line.data, "\xef\xbb\xbf", 3) == 0)
                rv_buf_reset(&sse->line);
        }
        return;
    }
    sse->began = 1;
    end_line(sse);
}

int
cli_sse_feed(struct cli_sse *sse, const char *bytes, size_t len, rv_err *err)
{
    for (size_t i = 0; i < len && sse->verdict == 0; i++) {
        take_byte(sse, bytes[i]);
        if (sse->line.failed || sse->data.failed)
            return rv_fail(err, RV_E_LIMIT, "an event of the server is larger than %u MiB",
                           EVENT_LIMIT >> 20);
    }
    return sse->verdict;
}

int64_t
cli_sse_pause_ms(const struct cli_sse *sse, int failures)
{
    int64_t asked_ms = sse->retry_ms ? sse->retry_ms : PAUSE_MS;
    int64_t pause_ms = asked_ms < LONGEST_PAUSE_MS ? asked_ms : LONGEST_PAUSE_MS;

    return failures < FEW_FAILURES || pause_ms > LONG_PAUSE_MS ? pause_ms : LONG_PAUSE_MS;
}
