/* SPDX-License-Identifier: Apache-2.0
 *
 * Looking for the first message that a taker may have. Nothing is locked, so idle workers do not
 * queue up for SQLite's writer.
 */
#include "queue/queue_internal.h"

#include "base/clock.h"
#include "base/mem.h"

#define LOOKED_AT                                                                                  \
    "SELECT q.id, q.priority, q.task_id, q.class_name, q.method_name, q.retryable, q.attempts,"    \
    " q.max_attempts FROM miq_queue q WHERE "
enum { COLUMNS = 8 };

static char *
text_or_null(const rv_value *value)
{
    return value->type == RV_TEXT ? rv_strdup(value->v.text) : NULL;
}

/* Only what is fresh and may run again is taken together with others: should its worker die, those
 * that had not begun lose one attempt, and are then taken one by one. */
static void
read_first(struct rv_first *out, const rv_value *row)
{
    out->id = row[0].v.i;
    out->priority = (int)row[1].v.i;
    out->series = text_or_null(&row[2]);
    out->class_name = text_or_null(&row[3]);
    out->method_name = text_or_null(&row[4]);
    out->fresh = row[5].type == RV_INT && row[5].v.i && row[6].type == RV_INT && row[6].v.i == 0 &&
                 row[7].type == RV_INT && row[7].v.i > 1;
    out->with_others = out->fresh && out->series == NULL && out->class_name;
}

static int
run(struct rv_first *out, struct rv_store *store, struct rv_queue_sql *sql, rv_err *err)
{
    rv_value row[COLUMNS];
    int found =
        rv_store_one(store, row, COLUMNS, rv_buf_text(&sql->sql), sql->params, sql->count, err);
    rv_buf_free(&sql->sql);
    if (found > 0)
        read_first(out, row);
    return found;
}

static int
look_everywhere(struct rv_first *out, struct rv_store *store, const struct rv_taker *taker,
                int64_t now_ms, rv_err *err)
{
    struct rv_queue_sql sql = rv_queue_sql_new();
    int64_t began_us = rv_monotonic_us();
    rv_queue_sql_add(&sql, LOOKED_AT);
    rv_queue_sql_fits(&sql, taker);
    rv_queue_sql_up_to(&sql, taker->max_priority);
    rv_queue_sql_due(&sql, now_ms);
    rv_queue_sql_add(&sql, " ORDER BY q.priority, q.id LIMIT 1");
    int found = run(out, store, &sql, err);
    if (taker->floors)
        rv_floors_full_done(taker->floors, began_us);
    return found;
}

static void
begin_part(struct rv_queue_sql *sql, const char *fits)
{
    rv_queue_sql_add(sql, sql->sql.len ? " UNION ALL " : "SELECT * FROM (");
    rv_buf_addf(&sql->sql, "SELECT * FROM (" LOOKED_AT "%s", fits);
}

static void
end_part(struct rv_queue_sql *sql)
{
    rv_buf_addf(&sql->sql, " ORDER BY q.priority, q.id LIMIT 1) AS part%d", sql->count);
}

/* All of these priorities. */
static void
add_between(struct rv_queue_sql *sql, const char *fits, int from, int to)
{
    if (from > to)
        return;
    begin_part(sql, fits);
    rv_queue_sql_add(sql, " AND q.priority >= ");
    rv_queue_sql_param(sql, rv_vint(from));
    rv_queue_sql_up_to(sql, to);
    end_part(sql);
}

/* From the floor of each priority that has one; and all of those between. */
static int
look_above_floors(struct rv_first *out, struct rv_store *store, const struct rv_taker *taker,
                  int64_t now_ms, rv_err *err)
{
    const struct rv_floors *floors = taker->floors;
    struct rv_queue_sql sql = rv_queue_sql_new();
    int next = 0;
    rv_queue_sql_fits(&sql, taker);
    rv_queue_sql_due(&sql, now_ms);
    RV_AUTO_FREE char *fits = rv_buf_take_string(&sql.sql);
    sql.sql = rv_buf_limited(RV_QUEUE_SQL_MAX);
    for (int i = 0; i < floors->count; i++) {
        add_between(&sql, fits, next, floors->at[i].priority - 1);
        begin_part(&sql, fits);
        rv_queue_sql_from(&sql, floors->at[i].priority, floors->at[i].id);
        end_part(&sql);
        next = floors->at[i].priority + 1;
    }
    add_between(&sql, fits, next, taker->max_priority);
    rv_queue_sql_add(&sql, ") AS parts ORDER BY priority, id LIMIT 1");
    return run(out, store, &sql, err);
}

/* Floors are of one queue. */
static int
has_floors(const struct rv_taker *taker)
{
    return taker->floors && taker->queues && taker->queues[0] && !taker->queues[1];
}

int
rv_queue_look(struct rv_first *out, struct rv_store *store, const struct rv_taker *taker,
              int64_t now_ms, rv_err *err)
{
    struct rv_floors *floors = taker->floors;
    int found;
    if (!has_floors(taker) || rv_floors_full_is_due(floors)) {
        found = look_everywhere(out, store, taker, now_ms, err);
    } else {
        found = look_above_floors(out, store, taker, now_ms, err);
        floors->partly = found == 0 && !rv_floors_full_is_allowed(floors);
        if (found == 0 && !floors->partly)
            found = look_everywhere(out, store, taker, now_ms, err);
    }
    if (found > 0 && has_floors(taker))
        rv_floors_found(floors, out->priority, out->id);
    return found;
}

void
rv_first_free(struct rv_first *first)
{
    free(first->series);
    free(first->class_name);
    free(first->method_name);
}
