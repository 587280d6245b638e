/* SPDX-License-Identifier: Apache-2.0
 *
 * Lanes and their writers.
 */
#include "event/lanes.h"

#include <inttypes.h>
#include "base/clock.h"
#include "base/mem.h"
#include "base/text.h"

#define SERVER "server"
#define COLUMNS                                                                                    \
    "id, COALESCE(ems_id, 0), COALESCE(written, 0), COALESCE(handled, 0), COALESCE(receiver_id, "  \
    "0)"
enum { COLUMN_COUNT = 5 };

static void
fill(struct rv_lane *lane, const rv_value *row)
{
    lane->id = row[0].v.i;
    lane->ems_id = row[1].v.i;
    lane->written = row[2].v.i;
    lane->handled = row[3].v.i;
    lane->receiver_id = row[4].v.i;
}

static rv_value
id_or_null(int64_t id)
{
    return id ? rv_vint(id) : RV_VNULL;
}

static int
find(struct rv_lane *out, struct rv_store *store, const char *name, rv_err *err)
{
    rv_value row[COLUMN_COUNT];
    const rv_value params[] = { rv_vtext(name) };
    int found = rv_store_one(store, row, COLUMN_COUNT,
                             "SELECT " COLUMNS " FROM event_lanes WHERE name = $1", params, 1, err);
    if (found > 0)
        fill(out, row);
    return found;
}

/* Two may make it at once. */
static int
find_or_make(struct rv_lane *out, struct rv_store *store, const char *name, int64_t ems_id,
             int64_t receiver_id, rv_err *err)
{
    *out = (struct rv_lane){ 0 };
    int64_t id;
    int found = find(out, store, name, err);
    if (found)
        return found < 0 ? rv_wrap(err, "find event lane '%s'", name) : 0;
    if (rv_store_new_id(store, &id, err) < 0)
        return err->code;
    const rv_value params[] = { rv_vint(id), rv_vtext(name), id_or_null(ems_id),
                                id_or_null(receiver_id), rv_vint(rv_now_ms()) };
    if (rv_store_exec(store, NULL,
                      "INSERT INTO event_lanes (id, name, ems_id, receiver_id, created_on, written,"
                      " handled) VALUES ($1, $2, $3, $4, $5, 0, 0) ON CONFLICT (name) DO NOTHING",
                      params, (int)RV_COUNT(params), err) < 0)
        return rv_wrap(err, "make event lane '%s'", name);
    found = find(out, store, name, err);
    return found > 0 ? 0 : rv_wrap(err, "find event lane '%s'", name);
}

int
rv_lane_of_provider(struct rv_lane *out, struct rv_store *store, int64_t ems_id, rv_err *err)
{
    RV_AUTO_FREE char *name = rv_format("ems %" PRId64, ems_id);
    return find_or_make(out, store, name, ems_id, 0, err);
}

int
rv_lane_of_receiver(struct rv_lane *out, struct rv_store *store, int64_t receiver_id,
                    const char *name, int64_t ems_id, rv_err *err)
{
    RV_AUTO_FREE char *lane = rv_format("hook %s", name);
    if (find_or_make(out, store, lane, ems_id, receiver_id, err) < 0)
        return err->code;
    if (out->ems_id == ems_id && out->receiver_id == receiver_id)
        return 0;
    const rv_value params[] = { rv_vint(out->id), id_or_null(ems_id), id_or_null(receiver_id) };
    if (rv_store_exec(store, NULL,
                      "UPDATE event_lanes SET ems_id = $2, receiver_id = $3 WHERE id = $1", params,
                      (int)RV_COUNT(params), err) < 0)
        return rv_wrap(err, "give event lane '%s' to its receiver", lane);
    out->ems_id = ems_id;
    out->receiver_id = receiver_id;
    return 0;
}

int
rv_lane_token(char **out, struct rv_store *store, int64_t lane, rv_err *err)
{
    const rv_value params[] = { rv_vint(lane) };
    rv_value token;
    int found = rv_store_one(store, &token, 1, "SELECT token FROM event_lanes WHERE id = $1",
                             params, 1, err);
    *out = NULL;
    if (found > 0 && token.type == RV_TEXT && token.len > 0)
        *out = rv_strdup(token.v.text);
    return found < 0 ? rv_wrap(err, "read the token of event lane %" PRId64, lane) : 0;
}

/* A handler serves the queue "ems"; its server listens as for messages (RV_QUEUE_CHANNEL). Catchers
 * are where their handler is, and need not. */
static int
wake_others(struct rv_store *store, rv_err *err)
{
    return rv_store_notify(store, "reeve_queue", "ems", err);
}

int
rv_lane_extend(struct rv_store *store, int64_t lane, int64_t count, const char *token,
               int64_t *first, rv_err *err)
{
    rv_value last;
    const rv_value params[] = { rv_vint(lane), rv_vint(count), rv_vtext(token) };
    RV_ASSERT(rv_store_in_transaction(store));
    int found = rv_store_one(store, &last, 1,
                             token ? "UPDATE event_lanes SET written = COALESCE(written, 0) + $2,"
                                     " token = $3 WHERE id = $1 RETURNING written"
                                   : "UPDATE event_lanes SET written = COALESCE(written, 0) + $2"
                                     " WHERE id = $1 RETURNING written",
                             params, token ? 3 : 2, err);
    if (found < 0)
        return rv_wrap(err, "extend event lane %" PRId64, lane);
    if (!found)
        return rv_fail(err, RV_E_NOT_FOUND, "event lane %" PRId64 " is gone", lane);
    *first = last.v.i - count + 1;
    return wake_others(store, err);
}

static int
fail_written(const struct rv_lane *lane, rv_err *err)
{
    return rv_fail(err, RV_E_STALE, "event lane %" PRId64 " was written by another", lane->id);
}

/* Division by zero is how SQL says no in the middle of a row of statements. */
#define SURELY "written + $3 / (CASE WHEN written = $2 THEN CAST(1 AS BIGINT) ELSE 0 END)"

int
rv_lane_advance(struct rv_store *store, const struct rv_lane *lane, int64_t count,
                const char *token, rv_err *err)
{
    int64_t changed = 1;
    int later = rv_store_is_postgres(store);
    const rv_value params[] = { rv_vint(lane->id), rv_vint(lane->written), rv_vint(count),
                                rv_vtext(token) };
    const char *with = later ? "UPDATE event_lanes SET written = " SURELY ", token = $4"
                               " WHERE id = $1"
                             : "UPDATE event_lanes SET written = $2 + $3, token = $4"
                               " WHERE id = $1 AND written = $2";
    const char *without = later ? "UPDATE event_lanes SET written = " SURELY " WHERE id = $1"
                                : "UPDATE event_lanes SET written = $2 + $3"
                                  " WHERE id = $1 AND written = $2";
    RV_ASSERT(rv_store_in_transaction(store));
    if (rv_store_exec(store, later ? NULL : &changed, token ? with : without, params, token ? 4 : 3,
                      err) < 0)
        return rv_wrap(err, "extend event lane %" PRId64, lane->id);
    return changed ? 0 : fail_written(lane, err);
}

int
rv_lane_extend_server(struct rv_store *store, int64_t *lane, int64_t count, int64_t *first,
                      rv_err *err)
{
    rv_value row[2], param = rv_vint(count);
    int64_t id;
    const char *update = "UPDATE event_lanes SET written = written + $1 WHERE name = '" SERVER
                         "' RETURNING id, written";
    RV_ASSERT(rv_store_in_transaction(store));
    int found = rv_store_one(store, row, 2, update, &param, 1, err);
    if (found == 0) {
        if (rv_store_new_id(store, &id, err) < 0)
            return err->code;
        const rv_value params[] = { rv_vint(id), rv_vint(rv_now_ms()), rv_vint(count) };
        found = rv_store_one(store, row, 2,
                             "INSERT INTO event_lanes (id, name, created_on, written, handled)"
                             " VALUES ($1, '" SERVER "', $2, $3, 0) ON CONFLICT (name) DO UPDATE"
                             " SET written = event_lanes.written + $3 RETURNING id, written",
                             params, 3, err);
    }
    if (found <= 0)
        return rv_wrap(err, "extend the server's event lane");
    *lane = row[0].v.i;
    *first = row[1].v.i - count + 1;
    return wake_others(store, err);
}

int
rv_lane_read(struct rv_lane *lane, struct rv_store *store, rv_err *err)
{
    rv_value row[COLUMN_COUNT];
    const rv_value params[] = { rv_vint(lane->id) };
    int found = rv_store_one(store, row, COLUMN_COUNT,
                             "SELECT " COLUMNS " FROM event_lanes WHERE id = $1", params, 1, err);
    if (found < 0)
        return rv_wrap(err, "read event lane %" PRId64, lane->id);
    if (!found)
        return rv_fail(err, RV_E_NOT_FOUND, "event lane %" PRId64 " is gone", lane->id);
    fill(lane, row);
    return 0;
}

int
rv_lanes_waiting(struct rv_lane *out, int most, int64_t after, struct rv_store *store, rv_err *err)
{
    RV_AUTO_ROWS struct rv_rows *rows = NULL;
    const rv_value params[] = { rv_vint(after), rv_vint(most) };
    const rv_value *row = NULL;
    int count = 0, more;
    if (rv_store_query(store, &rows,
                       "SELECT " COLUMNS " FROM event_lanes WHERE id > $1 AND written > handled"
                       " ORDER BY id LIMIT $2",
                       params, 2, err) < 0)
        return rv_wrap(err, "look for events that wait");
    while ((more = rv_rows_next(rows, &row, err)) > 0) {
        out[count] = (struct rv_lane){ 0 };
        fill(&out[count++], row);
    }
    return more < 0 ? rv_wrap(err, "look for events that wait") : count;
}
