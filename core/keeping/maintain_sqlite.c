/* SPDX-License-Identifier: Apache-2.0
 *
 * SQLite: its log is written back into the file, statistics are renewed where they are off, free
 * pages leave the file a few at a time, so that the writer's place is never taken for long.
 */
#include "base/clock.h"
#include "base/mem.h"
#include "base/wait.h"
#include "keeping/maintain_internal.h"

enum { LIGHT_MS = 500, FULL_MS = 30000, STEP_PAGES = 256, SPARE_PAGES = 256, PAUSE_MS = 5 };

static int
number(int64_t *out, struct rv_store *store, const char *sql, rv_err *err)
{
    rv_value row[3];
    int found = rv_store_one(store, row, 1, sql, NULL, 0, err);

    *out = found > 0 && row[0].type == RV_INT ? row[0].v.i : 0;
    return found < 0 ? found : 0;
}

/* Some free pages stay: what grows takes those first. Only of a file that was made so: an older one
 * keeps its free pages and uses them again. */
static int
give_back_pages(struct rv_maintaining *run, rv_err *err)
{
    int64_t until_ms =
        rv_monotonic_ms() + (run->options->depth == RV_MAINTAIN_FULL ? FULL_MS : LIGHT_MS);
    int64_t before = 0, left = 0, size = 0;
    RV_AUTO_FREE char *step = rv_format("PRAGMA incremental_vacuum(%d)", STEP_PAGES);

    if (number(&before, run->store, "SELECT freelist_count FROM pragma_freelist_count", err) < 0 ||
        number(&size, run->store, "SELECT page_size FROM pragma_page_size", err) < 0)
        return err->code;
    left = before;
    while (left > SPARE_PAGES && rv_monotonic_ms() < until_ms) {
        int64_t last = left;
        if (rv_store_script(run->store, step, err) < 0 ||
            number(&left, run->store, "SELECT freelist_count FROM pragma_freelist_count", err) < 0)
            return err->code;
        if (left >= last)
            break;
        if (rv_sleep(PAUSE_MS, err) < 0)
            return err->code;
    }
    cJSON_AddNumberToObject(run->report, "freed_bytes", (double)((before - left) * size));
    return 0;
}

/* PASSIVE waits for nobody and holds nobody up. */
static int
write_log_back(struct rv_maintaining *run, rv_err *err)
{
    rv_value row[3];
    int64_t size = 0;

    if (number(&size, run->store, "SELECT page_size FROM pragma_page_size", err) < 0)
        return err->code;
    int found = rv_store_one(run->store, row, 3, "PRAGMA wal_checkpoint(PASSIVE)", NULL, 0, err);
    if (found < 0)
        return found;
    cJSON_AddNumberToObject(run->report, "log_bytes",
                            found > 0 && row[1].type == RV_INT ? (double)(row[1].v.i * size) : 0);
    return 0;
}

int
rv_maintain_sqlite(struct rv_maintaining *run, rv_err *err)
{
    /* The limit bounds how much of each index is looked at. */
    if (rv_store_script(run->store, "PRAGMA analysis_limit = 400; PRAGMA optimize", err) < 0 ||
        give_back_pages(run, err) < 0)
        return err->code;
    return write_log_back(run, err);
}
