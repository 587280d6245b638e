/* SPDX-License-Identifier: Apache-2.0
 *
 * One batch to rows: everything is read before the transaction begins, since the lease and the
 * lane, checked in it, say that nobody else wrote in between.
 */
#include "catcher/catcher_internal.h"

#include <string.h>
#include "base/clock.h"
#include "base/log.h"
#include "base/meter.h"
#include "event/groups.h"

static int
unwanted(const struct rv_catcher *c)
{
    int count = 0;
    for (int i = 0; i < c->batch.count; i++)
        count += c->batch.events[i].unwanted;
    return count;
}

static int
left(const struct rv_catcher *c)
{
    int count = 0;
    for (int i = 0; i < c->batch.count; i++)
        count += !c->batch.events[i].dropped;
    return count;
}

/* What core says of it. Groups that the module does not declare are those of all. */
static int
complete(struct rv_catcher *c, rv_value *values, int64_t number, rv_err *err)
{
    const struct rv_event_columns *at = &c->columns;
    const struct reeve_event_type *type =
        rv_module_event_type(c->session.module, values[at->type].v.text);
    struct rv_event_class said = rv_event_classify_with(
        values[at->type].v.text, type ? type->group : NULL, type ? type->level : NULL);
    int64_t id;
    if (rv_store_new_id(c->store, &id, err) < 0)
        return err->code;
    values[at->id] = rv_vint(id);
    values[at->ems] = rv_vint(c->config.provider_id);
    values[at->lane] = rv_vint(c->lane.id);
    values[at->number] = rv_vint(number);
    values[at->created_on] = rv_vint(rv_now_ms());
    values[at->group] = rv_vtext(said.group);
    values[at->level] = rv_vtext(said.level);
    rv_feed_add(c->feed, c->kind, id, c->config.provider_id, RV_CREATED, NULL);
    return 0;
}

/* Rows of those that stay, one after the other; the caller's. */
static int
make_rows(struct rv_catcher *c, rv_value **out, size_t count, rv_err *err)
{
    size_t columns = (size_t)c->kind->column_count;
    rv_value *rows = rv_realloc(NULL, count * columns + 1, sizeof(*rows)), *row = rows;
    *out = rows;
    for (int i = 0; i < c->batch.count; i++) {
        const struct rv_caught *event = &c->batch.events[i];
        if (event->dropped)
            continue;
        int64_t number = c->lane.written + 1 + (int64_t)((size_t)(row - rows) / columns);
        if (complete(c, event->values, number, err) < 0)
            return err->code;
        memcpy(row, event->values, columns * sizeof(*row));
        row += columns;
    }
    return 0;
}

static int
insert(struct rv_catcher *c, const rv_value *rows, size_t count, rv_err *err)
{
    RV_AUTO_FREE const char **columns = rv_alloc((size_t)c->kind->column_count * sizeof(*columns));
    for (int i = 0; i < c->kind->column_count; i++)
        columns[i] = c->kind->columns[i].name;
    if (count == 0)
        return 0;
    return rv_store_insert_rows(c->store, c->kind->table, columns, c->kind->column_count, rows,
                                count, err);
}

/* The lane comes last before the feed: its handler, who writes there too, waits for the commit
 * only. */
static int
write_all(struct rv_catcher *c, const rv_value *rows, size_t count, rv_err *err)
{
    if (rv_lease_guard(c->store, &c->lease, err) < 0 || insert(c, rows, count, err) < 0 ||
        rv_lane_advance(c->store, &c->lane, (int64_t)count, c->batch.token, err) < 0)
        return err->code;
    return rv_feed_flush(c->feed, c->store, err);
}

static int
transact(struct rv_catcher *c, const rv_value *rows, size_t count, rv_err *err)
{
    if (rv_store_begin_later(c->store, err) < 0)
        return err->code;
    if (write_all(c, rows, count, err) == 0 && rv_store_commit(c->store, err) == 0)
        return 0;
    rv_store_rollback(c->store);
    rv_lease_blame(c->store, &c->lease, err);
    return err->code;
}

static void
note_token(struct rv_catcher *c)
{
    c->position_ms = rv_monotonic_ms();
    if (c->batch.token == NULL)
        return;
    free(c->token);
    c->token = c->batch.token;
    c->batch.token = NULL;
    c->ignore_token = 0;
}

static void
note_saved(struct rv_catcher *c, int64_t count)
{
    const char *name = c->session.provider->name;
    int64_t duplicates = c->batch.count - count - unwanted(c);
    c->lane.written += count;
    c->counts.written += count;
    c->counts.duplicates += duplicates;
    c->counts.transactions++;
    if (duplicates > 0)
        rv_meter_add(RV_M_EVENTS_REFUSED, duplicates, RV_LABELS(name, "duplicate"));
    if (count == 0)
        return;
    rv_meter_add(RV_M_EVENTS_CAUGHT, count, RV_LABELS(name));
    rv_meter_observe(RV_M_EVENT_LAG, 1000 * (rv_monotonic_ms() - c->batch.begun_ms),
                     RV_LABELS(name));
    rv_log(RV_DEBUG, "events caught", RV_F("provider", RV_S(name)), RV_F("count", RV_I(count)),
           RV_F("in_all", RV_I(c->counts.written)));
    if (c->config.caught)
        c->config.caught(c->config.arg);
}

static int
save(struct rv_catcher *c, rv_err *err)
{
    if (c->batch.count > 0 && (rv_catch_look_up(c, err) < 0 || rv_catch_filter(c, err) < 0))
        return err->code;
    int count = left(c);
    RV_AUTO_FREE rv_value *rows = NULL;
    if ((count > 0 && rv_store_reserve_ids(c->store, count, err) < 0) ||
        make_rows(c, &rows, (size_t)count, err) < 0)
        return err->code;
    if (count == 0 && c->batch.token == NULL) {
        note_saved(c, 0);
        return 0;
    }
    c->uncertain = 1;
    if (transact(c, rows, (size_t)count, err) < 0)
        return err->code;
    c->uncertain = 0;
    note_saved(c, count);
    note_token(c);
    return 0;
}

int
rv_catch_save(struct rv_catcher *c, rv_err *err)
{
    rv_feed_reset(c->feed);
    int rc = save(c, err);
    rv_feed_reset(c->feed);
    rv_batch_reset(&c->batch);
    return rc < 0 ? rv_wrap(err, "save events") : 0;
}
