/* SPDX-License-Identifier: Apache-2.0
 *
 * Server-sent events taken apart, from bytes in pieces of any size. Knows nothing of HTTP.
 */
#ifndef CLI_SSE_H
#define CLI_SSE_H

#include "base/buf.h"

struct cli_event {
    const char *name; /* "message" when the server gave none */
    const char *id;   /* last id so far, "" for none */
    const char *data;
};

struct cli_sse {
    int (*event)(void *arg, const struct cli_event *event);
    void *arg;
    rv_buf line, data;
    char name[64], id[128];
    int64_t retry_ms; /* what the server asks for, 0: nothing */
    int after_cr, began, verdict;
};

void cli_sse_init(struct cli_sse *sse, int (*event)(void *arg, const struct cli_event *event),
                  void *arg);
void cli_sse_free(struct cli_sse *sse);
/* A new connection: what was half read is dropped, the last id stays. */
void cli_sse_restart(struct cli_sse *sse);
/* How long to wait before the next connection: what the server asked for, within reason, and longer
 * when several have failed in a row. */
int64_t cli_sse_pause_ms(const struct cli_sse *sse, int failures);
/* 0; what event returned when that was not 0 (the rest is not read); or LIMIT. */
int cli_sse_feed(struct cli_sse *sse, const char *bytes, size_t len, rv_err *err);

#endif
