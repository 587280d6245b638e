/* SPDX-License-Identifier: Apache-2.0
 *
 * Writing the change feed, and dropping what is too old. Reading is cursor.c's.
 */
#include "store/feed.h"

#include <string.h>
#include "base/clock.h"
#include "base/json.h"
#include "model/model.h"
#include "store/notes.h"
#include "store_internal.h"

#define CHUNK_ROWS 1000
#define KEEP_CHANGES 256
#define TEXT_MAX_BYTES (256u << 20)

struct change {
    const struct rv_kind *kind;
    int64_t id, ems_id;
    int op;
    const char *old_values;
};

struct rv_feed {
    struct change *changes;
    size_t count, size;
    struct rv_arena *texts;
    int too_large;
};

static const char *const columns[] = { "kind", "row_id", "ems_id", "op", "columns", "at" };
#define COLUMNS ((int)RV_COUNT(columns))

struct rv_feed *
rv_feed_new(void)
{
    struct rv_feed *feed = rv_alloc(sizeof *feed);

    feed->texts = rv_arena_new(TEXT_MAX_BYTES);
    return feed;
}

void
rv_feed_free(struct rv_feed *feed)
{
    if (!feed)
        return;
    rv_arena_free(feed->texts);
    free(feed->changes);
    free(feed);
}

void
rv_feed_reset(struct rv_feed *feed)
{
    feed->count = 0;
    feed->too_large = 0;
    if (feed->size > KEEP_CHANGES) { /* a listing's; a watch has few at a time */
        free(feed->changes);
        feed->changes = NULL;
        feed->size = 0;
    }
    rv_arena_reset(feed->texts);
}

void
rv_feed_add(struct rv_feed *feed, const struct rv_kind *kind, int64_t id, int64_t ems_id, int op,
            const char *old_values)
{
    RV_ASSERT(op >= RV_CREATED && op <= RV_RESTORED);
    if (feed->count == feed->size) {
        feed->size = feed->size ? feed->size * 2 : 64;
        feed->changes = rv_realloc(feed->changes, feed->size, sizeof *feed->changes);
    }
    if (old_values && strlen(old_values) > RV_FEED_VALUES_MAX)
        old_values = NULL;
    const char *kept = old_values ? rv_arena_strdup(feed->texts, old_values) : NULL;
    feed->too_large |= old_values && !kept;
    feed->changes[feed->count++] = (struct change){ kind, id, ems_id, op, kept };
}

size_t
rv_feed_count(const struct rv_feed *feed)
{
    return feed->count;
}

static int
insert_chunk(struct rv_store *store, const struct change *changes, size_t count, rv_err *err)
{
    RV_AUTO_FREE rv_value *values = rv_realloc(NULL, count * COLUMNS, sizeof(rv_value));
    rv_value *at = values;
    int64_t now = rv_now_ms();

    for (size_t i = 0; i < count; i++) {
        *at++ = rv_vtext(changes[i].kind->name);
        *at++ = rv_vint(changes[i].id);
        *at++ = changes[i].ems_id ? rv_vint(changes[i].ems_id) : RV_VNULL;
        *at++ = rv_vint(changes[i].op);
        *at++ = rv_vtext(changes[i].old_values);
        *at++ = rv_vint(now);
    }
    return rv_store_insert_rows(store, "changes", columns, COLUMNS, values, count, err);
}

int
rv_feed_flush(struct rv_feed *feed, struct rv_store *store, rv_err *err)
{
    RV_ASSERT(rv_store_in_transaction(store));
    if (feed->too_large)
        return rv_fail(err, RV_E_LIMIT, "old values of one transaction take more than %u bytes",
                       TEXT_MAX_BYTES);
    if (feed->count == 0)
        return 0;
    /* Numbers are given out under this lock, and it is held until the commit is visible: so they
     * are in commit order, and a reader never finds a smaller one later. */
    if (rv_store_lock(store, "reeve/changes", err) < 0)
        return rv_wrap(err, "write the change feed");
    for (size_t done = 0; done < feed->count; done += CHUNK_ROWS) {
        size_t here = feed->count - done < CHUNK_ROWS ? feed->count - done : CHUNK_ROWS;
        if (insert_chunk(store, feed->changes + done, here, err) < 0)
            return rv_wrap(err, "write the change feed");
    }
    if (rv_store_notify(store, "reeve_changes", "", err) < 0)
        return rv_wrap(err, "write the change feed");
    rv_feed_reset(feed);
    return 0;
}

/* A text that should be JSON, and is checked: it becomes part of JSON. */
static void
write_json(rv_json_writer *out, const rv_value *value)
{
    RV_AUTO_JSON cJSON *json = NULL;
    rv_err ignored = RV_ERR_INIT;
    size_t len = (size_t)value->len;

    if (rv_json_parse(&json, value->v.text, len, RV_FEED_TEXT_MAX, 0, &ignored) == 0)
        rv_jw_raw(out, value->v.text, len);
    else
        rv_jw_string_len(out, value->v.text, len);
}

void
rv_feed_write_value(struct rv_json_writer *out, const struct rv_column *column,
                    const rv_value *value)
{
    if (column->flags & (REEVE_COL_SECRET | REEVE_COL_INTERNAL))
        return;
    rv_jw_name(out, column->name);
    if (value->type == RV_NULL || (value->type == RV_TEXT && value->len > RV_FEED_TEXT_MAX))
        rv_jw_null(out);
    else if (value->type == RV_TEXT && column->type == REEVE_JSON)
        write_json(out, value);
    else if (value->type == RV_TEXT)
        rv_jw_string_len(out, value->v.text, (size_t)value->len);
    else if (value->type == RV_DOUBLE)
        rv_jw_double(out, value->v.d);
    else if (column->type == REEVE_FLAG)
        rv_jw_flag(out, value->v.i != 0);
    else
        rv_jw_int(out, value->v.i);
}

const char *
rv_op_name(int op)
{
    static const char *const names[] = {
        "", "created", "updated", "archived", "deleted", "restored"
    };

    return op >= RV_CREATED && op <= RV_RESTORED ? names[op] : "";
}

static int
drop_up_to(struct rv_store *store, int64_t number, int64_t *dropped, rv_err *err)
{
    rv_value params[] = { rv_vint(number) };

    if (rv_store_begin(store, err) < 0)
        return err->code;
    /* The floor and the rows go together: a reader sees both or neither. */
    if (rv_store_exec(store, dropped, "DELETE FROM changes WHERE number <= $1", params, 1, err) ==
            0 &&
        rv_store_exec(store, NULL,
                      "UPDATE schema_info SET value = $1 WHERE name = '" RV_NOTE_FEED_FLOOR
                      "' AND value < $1",
                      params, 1, err) == 0 &&
        rv_store_commit(store, err) == 0)
        return 0;
    rv_store_rollback(store);
    return err->code;
}

int
rv_feed_expire(struct rv_store *store, int64_t keep_ms, int limit, int64_t *dropped, rv_err *err)
{
    rv_value params[] = { rv_vint(limit), rv_vint(rv_now_ms() - keep_ms) };
    rv_value last;
    int64_t count = 0;

    int found = rv_store_one(store, &last, 1,
                             "SELECT MAX(number) FROM (SELECT number, at FROM changes"
                             " ORDER BY number LIMIT $1) AS oldest WHERE at < $2",
                             params, 2, err);
    if (found < 0)
        return rv_wrap(err, "expire the change feed");
    if (found && last.type == RV_INT && drop_up_to(store, last.v.i, &count, err) < 0)
        return rv_wrap(err, "expire the change feed");
    if (dropped)
        *dropped = count;
    return 0;
}

/* By numbers, which have gaps: perhaps a few more go than must, but nothing is counted. */
int
rv_feed_cap(struct rv_store *store, int64_t most, int limit, int64_t *dropped, rv_err *err)
{
    rv_value params[] = { rv_vint(most), rv_vint(limit) };
    rv_value last;

    *dropped = 0;
    int found = rv_store_one(store, &last, 1,
                             "SELECT MAX(number) FROM (SELECT number FROM changes"
                             " WHERE number <= (SELECT MAX(number) FROM changes) - $1"
                             " ORDER BY number LIMIT $2) AS oldest",
                             params, 2, err);
    if (found < 0)
        return rv_wrap(err, "cap the change feed");
    if (found && last.type == RV_INT && drop_up_to(store, last.v.i, dropped, err) < 0)
        return rv_wrap(err, "cap the change feed");
    return 0;
}
