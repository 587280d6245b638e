/* SPDX-License-Identifier: Apache-2.0
 *
 * A range of a lane: its events are looked at one after the other, then all that follows from them
 * is written together with the number up to which the lane is handled.
 */
#define RV_LOG_TOPIC RV_TOPIC_EVENT
#include "automate/automate_internal.h"
#include "automate/relink.h"

#include <inttypes.h>
#include <string.h>
#include "base/buf.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/meter.h"
#include "base/wait.h"
#include "model/model.h"
#include "resolve/resolve.h"
#include "store/record.h"

enum { RANGE = 500, TRIES = 3, LOOK = 64 /* events that are looked ahead */ };

struct range {
    struct rv_automate *automate;
    struct rv_lane *lane; /* NULL: an event that was sent again */
    struct rv_event_row rows[RANGE];
    int count, done;
    int looked; /* at so many, from the first on */
};

static int
source_of(void *arg, const struct rv_ae_source **out, rv_err *err)
{
    struct rv_automate *automate = arg;
    if (automate->config.source)
        return automate->config.source(automate->config.arg, out, err);
    if (rv_ae_cache_refresh(automate->cache, err) < 0)
        return err->code;
    *out = rv_ae_cache_source(automate->cache);
    return 0;
}

int
rv_automate_open(struct rv_automate **out, const struct rv_automate_config *config, rv_err *err)
{
    (void)err;
    struct rv_automate *automate = rv_alloc(sizeof(*automate));
    automate->config = *config;
    automate->effects = rv_effects_new();
    if (config->route == NULL)
        automate->switchboard = rv_switchboard_new(
            &(struct rv_switchboard_config){ config->store, config->hooks, source_of, automate });
    if (config->route == NULL && config->source == NULL)
        automate->cache = rv_ae_cache_new(config->store, 0);
    automate->arena = rv_arena_new(0);
    *out = automate;
    return 0;
}

void
rv_automate_close(struct rv_automate *automate)
{
    if (automate == NULL)
        return;
    rv_effects_free(automate->effects);
    rv_switchboard_free(automate->switchboard);
    rv_ae_cache_free(automate->cache);
    rv_arena_free(automate->arena);
    rv_refresh_times_free(&automate->times);
    rv_completions_free(&automate->completions);
    free(automate);
}

/* The store's rows are gone with the next one. */
static int
keep_row(void *arg, const struct rv_event_row *row, rv_err *err)
{
    struct range *range = arg;
    struct rv_arena *arena = range->automate->arena;
    int columns = row->kind->column_count;
    rv_value *values = rv_arena_alloc(arena, sizeof(*values) * (size_t)columns);
    (void)err;
    for (int i = 0; i < columns; i++) {
        values[i] = row->values[i];
        if (values[i].type == RV_TEXT)
            values[i].v.text =
                rv_arena_strndup(arena, row->values[i].v.text, (size_t)row->values[i].len);
    }
    range->rows[range->count] = *row;
    range->rows[range->count++].values = values;
    return 0;
}

static int
route(struct rv_automate *automate, const struct rv_event_row *row, rv_err *err)
{
    const struct rv_automate_config *config = &automate->config;
    if (rv_automate_complete(config->store, &automate->completions, row, automate->effects, err) <
        0)
        return err->code;
    if (automate->switchboard)
        return rv_switchboard_route(automate->switchboard, row, automate->effects, err);
    return config->route ? config->route(config->arg, row, automate->effects, err) : 0;
}

static void
say_poison(const struct rv_event_row *row, const rv_err *err)
{
    rv_value type = rv_event_row_value(row, "event_type");
    const struct rv_log_field more[] = { RV_F("event", RV_I(row->id)),
                                         RV_F("event_type", RV_S(type.type ? type.v.text : "")) };
    rv_log_err_with(RV_ERROR, "an event cannot be handled; its message is dead, and can be retried",
                    err, more, RV_COUNT(more));
}

/* Adds what follows from one event. One that fails each time is put aside; of those that a person
 * sends again the failure is its message's. */
static int
plan(struct range *range, const struct rv_event_row *row, rv_err *err)
{
    struct rv_effects *effects = range->automate->effects;
    size_t mark = rv_effects_mark(effects);
    for (int tries = 1; route(range->automate, row, err) < 0; tries++) {
        rv_effects_undo(effects, mark);
        if (rv_ws_interrupts(err->code) || range->lane == NULL)
            return rv_wrap(err, "handle event %" PRId64, row->id);
        if (tries == TRIES) {
            say_poison(row, err);
            rv_effects_poison(effects, row->id, err);
            rv_err_clear(err);
            return 0;
        }
        rv_err_clear(err);
    }
    return 0;
}

static int64_t
end_of(const struct range *range)
{
    return range->done ? range->rows[range->done - 1].number : range->lane->written;
}

static int
write_all(struct range *range, struct rv_store *store, struct rv_feed *feed, rv_err *err)
{
    struct rv_automate *automate = range->automate;
    if (rv_effects_write(automate->effects, store, feed, automate->config.settings,
                         &automate->times, err) < 0 ||
        (range->lane && rv_lane_handled(store, range->lane, end_of(range), err) < 0) ||
        rv_effects_write_events(automate->effects, store, err) < 0 ||
        rv_feed_flush(feed, store, err) < 0)
        return err->code;
    return rv_store_commit(store, err);
}

static void
count_handled(const struct range *range)
{
    if (range->done == 0 || range->lane == NULL)
        return;
    rv_value seen = rv_event_row_value(&range->rows[0], "created_on");
    rv_meter_add(RV_M_EVENTS_HANDLED, range->done, RV_NO_LABELS);
    if (seen.type == RV_INT)
        rv_meter_observe(RV_M_EVENT_WAIT, 1000 * (rv_now_ms() - seen.v.i), RV_NO_LABELS);
}

static int
save(struct range *range, rv_err *err)
{
    struct rv_automate *automate = range->automate;
    struct rv_store *store = automate->config.store;
    struct rv_feed *feed = NULL;
    if (rv_store_reserve_ids(store, rv_effects_ids(automate->effects), err) < 0 ||
        rv_store_begin_later(store, err) < 0)
        return err->code;
    feed = rv_feed_new();
    if (write_all(range, store, feed, err) < 0) {
        rv_store_rollback(store);
        if (range->lane)
            rv_lease_blame(store, &range->lane->lease, err);
    } else {
        rv_effects_written(automate->effects, &automate->times, automate->config.wake,
                           automate->config.arg);
        count_handled(range);
    }
    rv_feed_free(feed);
    return err->code;
}

/* Those that are about something which may be known in a moment wait for it, and those behind them.
 */
static int
relink(struct range *range, rv_err *err)
{
    struct rv_automate *automate = range->automate;
    int ready = range->count;
    if (range->lane &&
        rv_automate_relink(automate->config.store, range->lane->ems_id, range->rows, range->count,
                           rv_settings_int(automate->config.settings, "events.resolve_wait"),
                           automate->effects, &ready, err) < 0)
        return err->code;
    automate->waits = ready < range->count;
    range->count = ready;
    return 0;
}

/* What one of them may be to blame for is found when it is its turn. */
static int
look_ahead(struct range *range, rv_err *err)
{
    struct rv_automate *automate = range->automate;
    int count = range->count - range->done < LOOK ? range->count - range->done : LOOK;
    if (range->done < range->looked)
        return 0;
    range->looked = range->done + count;
    if (rv_completions_look(&automate->completions, automate->config.store,
                            &range->rows[range->done], count, err) == 0 ||
        rv_ws_interrupts(err->code))
        return err->code;
    rv_err_clear(err);
    return 0;
}

/* As many as there is time for, at least one. */
static int
plan_all(struct range *range, int64_t until_ms, rv_err *err)
{
    struct rv_automate *automate = range->automate;
    rv_effects_reset(automate->effects);
    if (automate->switchboard && rv_switchboard_begin(automate->switchboard, err) < 0)
        return err->code;
    if (relink(range, err) < 0)
        return err->code;
    while (range->done < range->count) {
        if (look_ahead(range, err) < 0 || plan(range, &range->rows[range->done], err) < 0)
            return err->code;
        range->done++;
        if (rv_monotonic_ms() >= until_ms)
            break;
    }
    return 0;
}

/* What failed together is done one by one; what fails alone, too, is put aside. */
static int
save_or_part(struct range *range, rv_err *err)
{
    struct rv_automate *automate = range->automate;
    if (save(range, err) == 0 || rv_ws_interrupts(err->code) || range->done == 0)
        return err->code;
    if (range->done > 1) {
        rv_log_err(RV_WARNING, "events cannot be handled together; one by one", err);
        automate->alone_lane = range->lane->id;
        automate->alone_until = end_of(range);
        range->done = 0;
        rv_err_clear(err);
        return 0;
    }
    for (int tries = 1; tries < TRIES; tries++) {
        rv_err_clear(err);
        if (save(range, err) == 0 || rv_ws_interrupts(err->code))
            return err->code;
    }
    rv_err why = *err;
    say_poison(&range->rows[0], &why);
    rv_effects_reset(automate->effects);
    rv_effects_poison(automate->effects, range->rows[0].id, &why);
    rv_err_clear(err);
    return save(range, err);
}

static int
most_of(const struct rv_automate *automate, const struct rv_lane *lane)
{
    return lane->id == automate->alone_lane && lane->handled < automate->alone_until ? 1 : RANGE;
}

int
rv_automate_waits(const struct rv_automate *automate)
{
    return automate->waits;
}

int
rv_automate_events(struct rv_automate *automate, struct rv_lane *lane, int64_t until_ms, int *count,
                   rv_err *err)
{
    RV_AUTO_FREE struct range *range = rv_alloc(sizeof(*range));
    range->automate = automate;
    range->lane = lane;
    *count = 0;
    rv_arena_reset(automate->arena);
    if (rv_lane_range(automate->config.store, lane, most_of(automate, lane), keep_row, range, err) <
            0 ||
        plan_all(range, until_ms, err) < 0)
        return err->code;
    int planned = range->done;
    if (planned == 0 && automate->waits)
        return 0;
    if (save_or_part(range, err) < 0)
        return rv_wrap(err, "handle events of lane %" PRId64, lane->id);
    if (planned && range->done == 0) /* one by one from the next turn on */
        return 0;
    lane->handled = end_of(range);
    *count = range->done;
    return 0;
}

int
rv_automate_event(struct rv_automate *automate, int64_t event_id, rv_err *err)
{
    RV_AUTO_FREE struct range *range = rv_alloc(sizeof(*range));
    range->automate = automate;
    rv_arena_reset(automate->arena);
    int found = rv_event_by_id(automate->config.store, event_id, keep_row, range, err);
    if (found < 0)
        return err->code;
    if (!found)
        return rv_fail(err, RV_E_NOT_FOUND, "event %" PRId64 " is gone", event_id);
    if (plan_all(range, INT64_MAX, err) < 0)
        return err->code;
    return save(range, err);
}
