/* SPDX-License-Identifier: Apache-2.0
 *
 * A database copied into another one, and compared row by row.
 */
#include "base/clock.h"
#include "base/json.h"
#include "base/mem.h"
#include "keeping/flow.h"
#include "keeping/report.h"
#include "keeping/target.h"
#include "store/feed.h"
#include "store/schema.h"

struct copy {
    struct rv_store *from, *to;
    struct rv_layout layout;
    struct rv_tally *tallies;
    const struct rv_keep_watch *watch;
};

static int
load(struct copy *copy, rv_err *err)
{
    struct rv_store_source from = { .store = copy->from, .layout = &copy->layout };
    struct rv_flow_source source = rv_source_of_store(&from);
    struct rv_store_sink *to = rv_store_sink_new(copy->to, &copy->layout);
    struct rv_flow_sink sink = rv_sink_of_store(to);

    rv_store_relax(copy->to, 1); /* what finishes the copy waits for the disk, and all before it */
    rv_flow(&source, &sink, copy->tallies, copy->watch, err);
    rv_store_relax(copy->to, 0);
    rv_store_source_end(&from);
    rv_store_sink_free(to);
    return err->code;
}

static int
compare(struct copy *copy, rv_err *err)
{
    struct rv_store_source from = { .store = copy->from, .layout = &copy->layout };
    struct rv_store_source to = { .store = copy->to, .layout = &copy->layout };
    struct rv_flow_source left = rv_source_of_store(&from), right = rv_source_of_store(&to);

    rv_flow_compare(&left, &right, copy->watch, err);
    rv_store_source_end(&from);
    rv_store_source_end(&to);
    return err->code ? rv_wrap(err, "the copy is not the same") : 0;
}

static int
copy_all(struct copy *copy, int flags, rv_err *err)
{
    struct rv_copy_target target = { .store = copy->to,
                                     .layout = &copy->layout,
                                     .region = rv_store_region(copy->from) };

    if (rv_layout_read(&copy->layout, copy->from, err) < 0)
        return err->code;
    copy->tallies = rv_realloc(NULL, (size_t)copy->layout.count + 1, sizeof *copy->tallies);
    if (rv_copy_target_begin(&target, flags, err) < 0 || load(copy, err) < 0 ||
        compare(copy, err) < 0)
        return err->code;
    return rv_copy_target_finish(&target, err);
}

int
rv_keep_copy(cJSON **report, struct rv_store *from, struct rv_store *to, int flags,
             const struct rv_keep_watch *watch, rv_err *err)
{
    struct copy copy = { .from = from, .to = to, .watch = watch };
    struct rv_cursor cursor;
    char position[48];
    int64_t begun_ms = rv_monotonic_ms();

    if (rv_schema_open(from, err) < 0)
        return rv_wrap(err, "copy: the source");
    if (rv_store_begin_snapshot(from, err) < 0)
        return rv_wrap(err, "copy: the source");
    if (rv_cursor_now(&cursor, from, err) == 0)
        copy_all(&copy, flags, err);
    rv_store_rollback(from);
    if (err->code == 0) {
        *report = rv_keep_report(&copy.layout, copy.tallies);
        rv_cursor_format(position, &cursor);
        cJSON_AddStringToObject(*report, "cursor", position);
        cJSON_AddNumberToObject(*report, "ms", (double)(rv_monotonic_ms() - begun_ms));
    }
    rv_layout_free(&copy.layout);
    free(copy.tallies);
    return err->code ? rv_wrap(err, "copy") : 0;
}
