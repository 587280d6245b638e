/* SPDX-License-Identifier: Apache-2.0
 *
 * What a handler does with a lane: it takes it, reads a range of its events, and says up to where
 * they are handled.
 */
#include "event/lanes.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include "base/buf.h"
#include "base/clock.h"
#include "base/mem.h"
#include "model/model.h"

int
rv_lane_take(struct rv_lane *lane, struct rv_store *store, int64_t holder, int64_t ttl_ms,
             rv_err *err)
{
    char name[64];
    rv_err ignored = RV_ERR_INIT;
    snprintf(name, sizeof(name), "events/%" PRId64, lane->id);
    if (rv_lease_take(store, &lane->lease, name, holder, ttl_ms, err) < 0)
        return err->code;
    if (rv_lane_read(lane, store, err) < 0)
        rv_lane_release(store, lane, &ignored);
    return err->code;
}

int
rv_lane_release(struct rv_store *store, const struct rv_lane *lane, rv_err *err)
{
    return rv_lease_release(store, &lane->lease, err);
}

static void
select_columns(rv_buf *sql, const struct rv_kind *kind)
{
    for (int i = 0; i < kind->column_count; i++) {
        const char *name = kind->columns[i].name;
        int left_out = strcmp(name, "full_data") == 0;
        rv_buf_addf(sql, left_out ? "%sCAST(NULL AS TEXT)" : "%s\"%s\"", i ? ", " : "SELECT ",
                    name);
    }
}

typedef int (*each_row)(void *arg, const struct rv_event_row *row, rv_err *err);

/* Returns how many there were. */
static int
read_rows(struct rv_store *store, const char *which, const rv_value *params, int param_count,
          each_row fn, void *arg, rv_err *err)
{
    RV_AUTO_ROWS struct rv_rows *rows = NULL;
    RV_AUTO_BUF rv_buf sql = rv_buf_limited(16384);
    struct rv_event_row row = { .kind = rv_model_kind("event_stream") };
    int number = rv_kind_column(row.kind, "number"), count = 0, more;
    select_columns(&sql, row.kind);
    rv_buf_add_string(&sql, which);
    if (rv_buf_check(&sql, err) < 0 ||
        rv_store_query(store, &rows, rv_buf_text(&sql), params, param_count, err) < 0)
        return err->code;
    while ((more = rv_rows_next(rows, &row.values, err)) > 0) {
        row.id = row.values[0].v.i;
        row.number = row.values[number].type == RV_INT ? row.values[number].v.i : 0;
        if (fn(arg, &row, err) < 0)
            return err->code;
        count++;
    }
    return more < 0 ? more : count;
}

int
rv_lane_range(struct rv_store *store, const struct rv_lane *lane, int most, each_row fn, void *arg,
              rv_err *err)
{
    const rv_value params[] = { rv_vint(lane->id), rv_vint(lane->handled), rv_vint(lane->written),
                                rv_vint(most) };
    int count = read_rows(store,
                          " FROM event_streams WHERE lane_id = $1 AND number > $2"
                          " AND number <= $3 ORDER BY number LIMIT $4",
                          params, (int)RV_COUNT(params), fn, arg, err);
    return count < 0 ? rv_wrap(err, "read events of lane %" PRId64, lane->id) : count;
}

int
rv_event_by_id(struct rv_store *store, int64_t id, each_row fn, void *arg, rv_err *err)
{
    const rv_value params[] = { rv_vint(id) };
    int count = read_rows(store, " FROM event_streams WHERE id = $1", params, 1, fn, arg, err);
    return count < 0 ? rv_wrap(err, "read event %" PRId64, id) : count;
}

rv_value
rv_event_row_value(const struct rv_event_row *row, const char *column)
{
    int at = rv_kind_column(row->kind, column);
    return at < 0 ? RV_VNULL : row->values[at];
}

int
rv_event_data(char **out, struct rv_store *store, int64_t id, rv_err *err)
{
    const rv_value params[] = { rv_vint(id) };
    rv_value data;
    int found = rv_store_one(store, &data, 1, "SELECT full_data FROM event_streams WHERE id = $1",
                             params, 1, err);
    *out = found > 0 && data.type == RV_TEXT ? rv_strdup(data.v.text) : NULL;
    return found < 0 ? rv_wrap(err, "read the data of event %" PRId64, id) : 0;
}

int
rv_lane_handled(struct rv_store *store, const struct rv_lane *lane, int64_t number, rv_err *err)
{
    const rv_value params[] = { rv_vint(lane->id), rv_vint(number) };
    if (rv_lease_guard(store, &lane->lease, err) < 0)
        return err->code;
    if (rv_store_exec(store, NULL,
                      "UPDATE event_lanes SET handled = $2 WHERE id = $1 AND handled < $2", params,
                      2, err) < 0)
        return rv_wrap(err, "mark events of lane %" PRId64 " as handled", lane->id);
    return 0;
}

int
rv_event_backlog(struct rv_store *store, int64_t *waiting, int64_t *oldest_ms, rv_err *err)
{
    rv_value row[2];
    /* The lanes are few, and each is asked for its first event. */
    int found = rv_store_one(
        store, row, 2,
        "SELECT COALESCE(CAST(SUM(l.written - l.handled) AS BIGINT), 0), COALESCE(MIN((SELECT"
        " e.created_on FROM event_streams e WHERE e.lane_id = l.id AND e.number > l.handled"
        " ORDER BY e.number LIMIT 1)), 0) FROM event_lanes l WHERE l.written > l.handled",
        NULL, 0, err);
    if (found <= 0)
        return rv_wrap(err, "count the events that wait");
    *waiting = row[0].v.i;
    *oldest_ms = row[1].v.i;
    return 0;
}
