/* SPDX-License-Identifier: Apache-2.0
 *
 * What a run may say in the server's log: its methods are not the only ones that write there, and a
 * method that writes in a loop would fill the disk. The trace has a ceiling of its own.
 */
#include "automate/live.h"

#include <string.h>
#include "base/log.h"
#include "base/mem.h"
#include "base/text.h"

enum {
    LINE_MAX_BYTES = 8 << 10,
    PATH_MAX_BYTES = 200,
    LINE_COSTS_BYTES = 160, /* its time, level, method and run */
    RUN_MAX_BYTES = 1 << 20
};

int
rv_live_may_log(struct rv_live *live, size_t bytes)
{
    int64_t cost = (int64_t)bytes + LINE_COSTS_BYTES;
    if (live->lines_left_out || cost > RUN_MAX_BYTES - live->log_bytes) {
        live->lines_left_out++;
        return 0;
    }
    live->log_bytes += cost;
    return 1;
}

char *
rv_live_short_path(const char *path)
{
    size_t len = rv_utf8_prefix(path, strnlen(path, PATH_MAX_BYTES));
    return rv_format("%.*s%s", (int)len, path, path[len] ? "..." : "");
}

static enum rv_log_level
level_of(const char *word)
{
    return strcmp(word, "debug") == 0   ? RV_DEBUG
           : strcmp(word, "warn") == 0  ? RV_WARNING
           : strcmp(word, "error") == 0 ? RV_ERROR
                                        : RV_INFO;
}

void
rv_live_log(void *arg, const char *level, const char *text)
{
    struct rv_live *live = arg;
    size_t len = rv_utf8_prefix(text, strnlen(text, LINE_MAX_BYTES));
    RV_AUTO_FREE char *cut = rv_strndup(text, len);
    rv_trace_log(live->trace, level, cut);
    if (!rv_log_enabled(level_of(level)) || !rv_live_may_log(live, len))
        return;
    rv_log(level_of(level), "automate method says", RV_F("method", RV_S(rv_script_running())),
           RV_LIVE_F(live), RV_F("text", RV_S(cut)));
}

void
rv_live_end(struct rv_live *live)
{
    if (live->lines_left_out)
        rv_log(RV_WARNING, "automate run says too much", RV_LIVE_F(live),
               RV_F("lines_left_out", RV_I(live->lines_left_out)),
               RV_F("most_bytes", RV_I(RUN_MAX_BYTES)));
    live->lines_left_out = 0;
}
