/* SPDX-License-Identifier: Apache-2.0
 *
 * The loops: from a source to a sink, and two sources beside each other.
 */
#include "keeping/flow.h"

#include <string.h>
#include "base/mem.h"
#include "base/wait.h"

#define STEP_ROWS 512

int
rv_keep_step(const struct rv_keep_watch *watch, const char *doing, const char *table, int64_t rows,
             rv_err *err)
{
    if (rv_wait_poll(err) < 0)
        return err->code;
    if (!watch)
        return 0;
    if (watch->stopped && watch->stopped(watch->arg))
        return rv_fail(err, RV_E_CANCELLED, "interrupted");
    if (watch->tell)
        watch->tell(watch->arg, doing, table, rows);
    return 0;
}

/* 1 with a row whose bytes are there, in `room` unless the source has them. */
static int
next_row(const struct rv_flow_source *source, const struct rv_layout_table *table,
         struct rv_flow_row *row, rv_buf *room, rv_err *err)
{
    *row = (struct rv_flow_row){ 0 };
    int more = source->row(source->arg, row, err);

    if (more <= 0 || row->bytes)
        return more;
    rv_buf_reset(room);
    rv_row_encode(room, table, row->values);
    if (rv_buf_check(room, err) < 0)
        return rv_wrap(err, "table %s", table->name);
    row->bytes = room->data;
    row->len = room->len;
    return 1;
}

static int
flow_table(const struct rv_flow_source *source, const struct rv_flow_sink *sink, int index,
           struct rv_tally *tally, const struct rv_keep_watch *watch, rv_err *err)
{
    RV_AUTO_BUF
    rv_buf bytes = rv_buf_limited(RV_ROW_MAX_BYTES);
    const struct rv_layout_table *table = &source->layout->tables[index];
    struct rv_flow_row row;
    int more;

    *tally = (struct rv_tally){ 0 };
    if (source->table(source->arg, index, err) < 0 ||
        (sink && sink->table(sink->arg, index, err) < 0))
        return err->code;
    while ((more = next_row(source, table, &row, &bytes, err)) > 0) {
        rv_tally_add(tally, row.bytes, row.len);
        if (sink && sink->row(sink->arg, &row, err) < 0)
            return err->code;
        if (tally->rows % STEP_ROWS == 1 &&
            rv_keep_step(watch, sink ? "rows" : "checked", table->name, tally->rows, err) < 0)
            return err->code;
    }
    if (more == 0 && sink)
        return sink->end(sink->arg, tally, err);
    return more;
}

int
rv_flow(const struct rv_flow_source *source, const struct rv_flow_sink *sink,
        struct rv_tally *tallies, const struct rv_keep_watch *watch, rv_err *err)
{
    for (int i = 0; i < source->layout->count; i++)
        if (flow_table(source, sink, i, &tallies[i], watch, err) < 0)
            return err->code;
    return 0;
}

/* "id 1000000000012", for a person who looks the row up. */
static void
add_key(rv_buf *out, const struct rv_layout_table *table, const rv_value *row)
{
    for (int i = 0; i < table->column_count; i++) {
        if (!table->columns[i].key)
            continue;
        rv_buf_addf(out, "%s%s ", out->len ? ", " : "", table->columns[i].name);
        if (row[i].type == RV_INT)
            rv_buf_addf(out, "%lld", (long long)row[i].v.i);
        else if (row[i].type == RV_TEXT)
            rv_buf_addf(out, "'%.80s'", row[i].v.text);
    }
}

static int
fail_differs(const struct rv_layout_table *table, const rv_value *left, const rv_value *right,
             rv_err *err)
{
    RV_AUTO_BUF
    rv_buf key = rv_buf_limited(4096);

    add_key(&key, table, left ? left : right);
    if (!left || !right)
        return rv_fail(err, RV_E_CONFLICT, "table %s: the row with %s is only in the %s",
                       table->name, rv_buf_text(&key), left ? "source" : "copy");
    for (int i = 0; i < table->column_count; i++) {
        RV_AUTO_BUF rv_buf a = rv_buf_limited(RV_ROW_MAX_BYTES);
        RV_AUTO_BUF rv_buf b = rv_buf_limited(RV_ROW_MAX_BYTES);
        struct rv_layout_table one = { .columns = &table->columns[i], .column_count = 1 };
        rv_row_encode(&a, &one, &left[i]);
        rv_row_encode(&b, &one, &right[i]);
        if (a.len == b.len && memcmp(a.data, b.data, a.len) == 0)
            continue;
        return rv_fail(err, RV_E_CONFLICT, "table %s, row with %s: column %s differs", table->name,
                       rv_buf_text(&key), table->columns[i].name);
    }
    return 0;
}

struct pair {
    const struct rv_flow_source *sides[2];
    rv_buf room[2];
    struct rv_flow_row rows[2];
};

static int
same_row(const struct rv_flow_row *a, const struct rv_flow_row *b)
{
    return a->values && b->values && a->len == b->len && memcmp(a->bytes, b->bytes, a->len) == 0;
}

static int
compare_table(struct pair *pair, int index, const struct rv_keep_watch *watch, rv_err *err)
{
    const struct rv_layout_table *table = &pair->sides[0]->layout->tables[index];
    int64_t count = 0;

    for (int side = 0; side < 2; side++)
        if (pair->sides[side]->table(pair->sides[side]->arg, index, err) < 0)
            return err->code;
    for (;;) {
        for (int side = 0; side < 2; side++) {
            int more =
                next_row(pair->sides[side], table, &pair->rows[side], &pair->room[side], err);
            if (more < 0)
                return more;
            if (more == 0)
                pair->rows[side].values = NULL;
        }
        if (!pair->rows[0].values && !pair->rows[1].values)
            return 0;
        if (!same_row(&pair->rows[0], &pair->rows[1]))
            return fail_differs(table, pair->rows[0].values, pair->rows[1].values, err);
        if (++count % STEP_ROWS == 1 &&
            rv_keep_step(watch, "compared", table->name, count, err) < 0)
            return err->code;
    }
}

int
rv_flow_compare(const struct rv_flow_source *left, const struct rv_flow_source *right,
                const struct rv_keep_watch *watch, rv_err *err)
{
    struct pair pair = { .sides = { left, right },
                         .room = { rv_buf_limited(RV_ROW_MAX_BYTES),
                                   rv_buf_limited(RV_ROW_MAX_BYTES) } };

    for (int i = 0; i < left->layout->count && !err->code; i++)
        compare_table(&pair, i, watch, err);
    rv_buf_free(&pair.room[0]);
    rv_buf_free(&pair.room[1]);
    return err->code;
}
