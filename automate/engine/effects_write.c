/* SPDX-License-Identifier: Apache-2.0
 *
 * Effects become messages and changed rows. What is the same is joined: a provider is asked for
 * what all its events are about in one request, a path runs for the events of one object by one
 * message. So ten thousand events about fifty objects are fifty messages a range, and none is lost.
 */
#include "automate/effects_internal.h"
#include "automate/runs.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include "base/clock.h"
#include "base/json.h"
#include "model/model.h"
#include "queue/queue.h"
#include "store/record.h"

enum { EVENTS_OF_A_MESSAGE = 100, DELIVER_ATTEMPTS = RV_AUTOMATE_ATTEMPTS };
#define ARGS_MAX (64 << 10)

static int
compare_ints(int64_t a, int64_t b)
{
    return (a > b) - (a < b);
}

static int
compare_delivers(const struct rv_effect *a, const struct rv_effect *b)
{
    int by = compare_ints(a->of.deliver.target_id, b->of.deliver.target_id);
    if (by == 0)
        by = strcmp(a->of.deliver.target_kind, b->of.deliver.target_kind);
    return by ? by : strcmp(a->of.deliver.uri, b->of.deliver.uri);
}

/* Kinds in the order of their writing, within them what is joined side by side, then as made. */
static int
compare(const void *one, const void *other)
{
    const struct rv_effect *a = one, *b = other;
    int by = compare_ints(a->kind, b->kind);
    if (by == 0 && a->kind == RV_EFFECT_REFRESH)
        by = compare_ints(a->of.refresh.ems_id, b->of.refresh.ems_id);
    if (by == 0 && a->kind == RV_EFFECT_DELIVER)
        by = compare_delivers(a, b);
    return by ? by : compare_ints((int64_t)a->order, (int64_t)b->order);
}

/* How many from here on are of one provider, or of one path and object. */
static size_t
run_of(const struct rv_effects *effects, size_t from)
{
    const struct rv_effect *first = &effects->at[from];
    size_t count = 1;
    for (; from + count < effects->count; count++) {
        const struct rv_effect *next = &effects->at[from + count];
        if (next->kind != first->kind ||
            (first->kind == RV_EFFECT_REFRESH ? next->of.refresh.ems_id != first->of.refresh.ems_id
                                              : compare_delivers(first, next) != 0))
            break;
    }
    return count;
}

static int64_t
not_before(const struct rv_refresh_times *times, int64_t ems_id, int64_t window_ms)
{
    for (size_t i = 0; i < times->count; i++) {
        int64_t gone_ms = rv_monotonic_ms() - times->at[i].asked_ms;
        if (times->at[i].ems_id == ems_id && gone_ms < window_ms)
            return rv_now_ms() + window_ms - gone_ms;
    }
    return 0;
}

static void
note_asked(struct rv_effects *effects, int64_t ems_id, int at_once)
{
    if (effects->asked_count == effects->asked_capacity) {
        effects->asked_capacity = effects->asked_capacity ? 2 * effects->asked_capacity : 8;
        effects->asked =
            rv_realloc(effects->asked, effects->asked_capacity, sizeof(*effects->asked));
    }
    effects->asked[effects->asked_count++] = (struct rv_effect_asked){ ems_id, at_once };
}

static int
write_refresh(struct rv_effects *effects, struct rv_store *store, size_t from, size_t count,
              const struct rv_settings *settings, const struct rv_refresh_times *times, rv_err *err)
{
    int64_t ems_id = effects->at[from].of.refresh.ems_id;
    RV_AUTO_FREE struct rv_ask *asks = rv_realloc(NULL, count, sizeof(*asks));
    struct rv_refresh_request request = {
        .provider_id = ems_id,
        .asks = asks,
        .most = (int)rv_settings_int(settings, "refresh.full_threshold"),
        .not_before = not_before(times, ems_id, rv_settings_int(settings, "events.refresh_window")),
    };
    int whole = 0;
    for (size_t i = 0; i < count; i++) {
        const struct rv_ask *ask = &effects->at[from + i].of.refresh.ask;
        whole |= ask->kind == NULL;
        asks[request.count++] = *ask;
    }
    if (whole)
        request.count = 0;
    note_asked(effects, ems_id, request.not_before == 0);
    return rv_refresh_request_in(store, &request, NULL, err) < 0 ? err->code : 0;
}

static void
deliver_args(rv_buf *out, const struct rv_effect *first, size_t count)
{
    rv_json_writer writer = rv_json_to(out);
    rv_jw_object(&writer);
    rv_jw_name(&writer, "uri");
    rv_jw_string(&writer, first->of.deliver.uri);
    if (*first->of.deliver.target_kind) {
        rv_jw_name(&writer, "target_kind");
        rv_jw_string(&writer, first->of.deliver.target_kind);
        rv_jw_name(&writer, "target_id");
        rv_jw_int(&writer, first->of.deliver.target_id);
    }
    rv_jw_name(&writer, "events");
    rv_jw_array(&writer);
    for (size_t i = 0; i < count; i++)
        rv_jw_int(&writer, first[i].of.deliver.event_id);
    rv_jw_end_array(&writer);
    rv_jw_end_object(&writer);
}

static int
put_deliver(struct rv_store *store, const struct rv_effect *first, size_t count, rv_err *err)
{
    RV_AUTO_BUF rv_buf args = rv_buf_limited(ARGS_MAX);
    char series[160] = "";
    if (*first->of.deliver.target_kind)
        snprintf(series, sizeof(series), "ae/%s/%" PRId64, first->of.deliver.target_kind,
                 first->of.deliver.target_id);
    deliver_args(&args, first, count);
    if (rv_buf_check(&args, err) < 0)
        return err->code;
    const struct rv_message_spec spec = { .queue_name = "automate",
                                          .class_name = "Automate",
                                          .method_name = "deliver",
                                          .target_id = first->of.deliver.target_id,
                                          .args = rv_buf_text(&args),
                                          .role = "automate",
                                          .priority = RV_PRIORITY_HIGH,
                                          .flags = RV_MESSAGE_AGAIN,
                                          .max_attempts = DELIVER_ATTEMPTS,
                                          .series = series };
    return rv_queue_put(store, &spec, NULL, err);
}

static int
write_delivers(struct rv_effects *effects, struct rv_store *store, size_t from, size_t count,
               rv_err *err)
{
    for (size_t done = 0; done < count; done += EVENTS_OF_A_MESSAGE) {
        size_t here = count - done < EVENTS_OF_A_MESSAGE ? count - done : EVENTS_OF_A_MESSAGE;
        if (put_deliver(store, &effects->at[from + done], here, err) < 0)
            return err->code;
    }
    effects->delivers = 1;
    return 0;
}

static int
write_poison(struct rv_store *store, const struct rv_effect *effect, rv_err *err)
{
    char args[64];
    int64_t id;
    snprintf(args, sizeof(args), "{\"event\":%" PRId64 "}", effect->of.poison.event_id);
    const struct rv_message_spec spec = { .queue_name = "ems",
                                          .class_name = "Event",
                                          .method_name = "handle",
                                          .target_id = effect->of.poison.event_id,
                                          .args = args,
                                          .role = "event",
                                          .flags = RV_MESSAGE_AGAIN,
                                          .series = "" };
    rv_err why = RV_ERR_INIT;
    rv_fail(&why, effect->of.poison.code, "%s", effect->of.poison.text);
    if (rv_queue_put(store, &spec, &id, err) < 0)
        return err->code;
    return rv_queue_give_up(store, id, &why, err);
}

static int
update_if_there(struct rv_store *store, struct rv_feed *feed, const struct rv_kind *kind,
                int64_t id, const struct rv_field *fields, int count, rv_err *err)
{
    int failed = rv_record_update(store, feed, kind, id, fields, count, err);
    if (failed != RV_E_NOT_FOUND)
        return failed;
    rv_err_clear(err);
    return 0;
}

static int
write_set(struct rv_store *store, struct rv_feed *feed, const struct rv_effect *effect, rv_err *err)
{
    const struct rv_field field = { effect->of.set.column, effect->of.set.value };
    return update_if_there(store, feed, effect->of.set.kind, effect->of.set.id, &field, 1, err);
}

/* 1 when the row's state is of a later time; of events in one range, too. */
static int
is_late(struct rv_store *store, const struct rv_effect *effect, rv_err *err)
{
    rv_value row[1], param = rv_vint(effect->of.state.id);
    RV_AUTO_FREE char *sql = rv_format("SELECT state_changed_on FROM \"%s\" WHERE id = $1",
                                       effect->of.state.kind->table);
    int found = rv_store_one(store, row, 1, sql, &param, 1, err);
    if (found <= 0)
        return found;
    return row[0].type == RV_INT && row[0].v.i > effect->of.state.at_ms;
}

static int
write_state(struct rv_store *store, struct rv_feed *feed, const struct rv_effect *effect,
            rv_err *err)
{
    const struct rv_kind *kind = effect->of.state.kind;
    const struct rv_field fields[] = { { "power_state", rv_vtext(effect->of.state.state) },
                                       { "state_changed_on", rv_vint(effect->of.state.at_ms) } };
    int has_time = rv_kind_column(kind, "state_changed_on") >= 0;
    int late = has_time ? is_late(store, effect, err) : 0;
    if (late)
        return late < 0 ? late : 0;
    return update_if_there(store, feed, kind, effect->of.state.id, fields, has_time ? 2 : 1, err);
}

int
rv_effects_write(struct rv_effects *effects, struct rv_store *store, struct rv_feed *feed,
                 const struct rv_settings *settings, const struct rv_refresh_times *times,
                 rv_err *err)
{
    size_t step = 1;
    effects->asked_count = 0;
    effects->delivers = 0;
    if (effects->count)
        qsort(effects->at, effects->count, sizeof(*effects->at), compare);
    for (size_t i = 0; i < effects->count && err->code == 0; i += step) {
        const struct rv_effect *effect = &effects->at[i];
        step = 1;
        if (effect->kind == RV_EFFECT_REFRESH) {
            step = run_of(effects, i);
            write_refresh(effects, store, i, step, settings, times, err);
        } else if (effect->kind == RV_EFFECT_DELIVER) {
            step = run_of(effects, i);
            write_delivers(effects, store, i, step, err);
        } else if (effect->kind == RV_EFFECT_POISON) {
            write_poison(store, effect, err);
        } else if (effect->kind == RV_EFFECT_SET) {
            write_set(store, feed, effect, err);
        } else if (effect->kind == RV_EFFECT_STATE) {
            write_state(store, feed, effect, err);
        }
    }
    return err->code;
}

int
rv_effects_write_events(struct rv_effects *effects, struct rv_store *store, rv_err *err)
{
    RV_AUTO_FREE const struct rv_event **events = rv_alloc((effects->count + 1) * sizeof(*events));
    size_t count = 0;
    for (size_t i = 0; i < effects->count; i++)
        if (effects->at[i].kind == RV_EFFECT_RAISE)
            events[count++] = &effects->at[i].of.raise;
    return rv_event_raise_all(store, events, count, err);
}
