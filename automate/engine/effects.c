/* SPDX-License-Identifier: Apache-2.0
 *
 * Collecting effects.
 */
#include "automate/effects_internal.h"

#include <string.h>
#include "base/clock.h"
#include "queue/queue.h"

struct rv_effects *
rv_effects_new(void)
{
    struct rv_effects *effects = rv_alloc(sizeof(*effects));
    effects->arena = rv_arena_new(0);
    return effects;
}

void
rv_effects_free(struct rv_effects *effects)
{
    if (effects == NULL)
        return;
    rv_arena_free(effects->arena);
    free(effects->at);
    free(effects->asked);
    free(effects);
}

void
rv_effects_reset(struct rv_effects *effects)
{
    rv_arena_reset(effects->arena);
    effects->count = 0;
    effects->asked_count = 0;
    effects->delivers = 0;
}

size_t
rv_effects_mark(const struct rv_effects *effects)
{
    return effects->count;
}

void
rv_effects_undo(struct rv_effects *effects, size_t mark)
{
    effects->count = mark;
}

size_t
rv_effects_count(const struct rv_effects *effects)
{
    return effects->count;
}

static struct rv_effect *
add(struct rv_effects *effects, enum rv_effect_kind kind)
{
    if (effects->count == effects->capacity) {
        effects->capacity = effects->capacity ? 2 * effects->capacity : 64;
        effects->at = rv_realloc(effects->at, effects->capacity, sizeof(*effects->at));
    }
    struct rv_effect *effect = &effects->at[effects->count];
    *effect = (struct rv_effect){ .kind = kind, .order = effects->count++ };
    return effect;
}

static const char *
kept(struct rv_effects *effects, const char *text)
{
    return text ? rv_arena_strdup(effects->arena, text) : NULL;
}

static const struct rv_field *
kept_fields(struct rv_effects *effects, const struct rv_field *fields, int count)
{
    struct rv_field *copies = rv_arena_alloc(effects->arena, ((size_t)count + 1) * sizeof(*copies));
    for (int i = 0; i < count; i++) {
        copies[i] = fields[i];
        copies[i].column = kept(effects, fields[i].column);
        if (fields[i].value.type == RV_TEXT)
            copies[i].value.v.text = rv_arena_strndup(effects->arena, fields[i].value.v.text,
                                                      (size_t)fields[i].value.len);
    }
    return copies;
}

void
rv_effects_refresh(struct rv_effects *effects, int64_t ems_id, const struct rv_ask *ask)
{
    struct rv_effect *effect = add(effects, RV_EFFECT_REFRESH);
    effect->of.refresh.ems_id = ems_id;
    if (ask)
        effect->of.refresh.ask = (struct rv_ask){ .kind = ask->kind,
                                                  .id = ask->id,
                                                  .ref = kept(effects, ask->ref),
                                                  .scope = kept(effects, ask->scope),
                                                  .name = kept(effects, ask->name) };
}

void
rv_effects_deliver(struct rv_effects *effects, const char *uri, const char *target_kind,
                   int64_t target_id, int64_t event_id)
{
    struct rv_effect *effect = add(effects, RV_EFFECT_DELIVER);
    effect->of.deliver.uri = kept(effects, uri);
    effect->of.deliver.target_kind = kept(effects, target_kind ? target_kind : "");
    effect->of.deliver.target_id = target_kind ? target_id : 0;
    effect->of.deliver.event_id = event_id;
}

void
rv_effects_set(struct rv_effects *effects, const struct rv_kind *kind, int64_t id,
               const char *column, rv_value value)
{
    struct rv_effect *effect = add(effects, RV_EFFECT_SET);
    effect->of.set.kind = kind;
    effect->of.set.id = id;
    effect->of.set.column = kept(effects, column);
    effect->of.set.value = value.type == RV_TEXT ? rv_vtext(kept(effects, value.v.text)) : value;
}

void
rv_effects_set_state(struct rv_effects *effects, const struct rv_kind *kind, int64_t id,
                     const char *state, int64_t at_ms)
{
    struct rv_effect *effect = add(effects, RV_EFFECT_STATE);
    int64_t now_ms = rv_now_ms();
    effect->of.state.kind = kind;
    effect->of.state.id = id;
    /* A time that is still to come would be later than all that happen until then. */
    effect->of.state.at_ms = at_ms && at_ms < now_ms ? at_ms : now_ms;
    effect->of.state.state = kept(effects, state);
}

void
rv_effects_raise(struct rv_effects *effects, const struct rv_event *event)
{
    struct rv_effect *effect = add(effects, RV_EFFECT_RAISE);
    struct rv_event *raise = &effect->of.raise;
    *raise = *event;
    raise->event_type = kept(effects, event->event_type);
    raise->message = kept(effects, event->message);
    raise->source = kept(effects, event->source);
    raise->type = kept(effects, event->type);
    raise->target_kind = kept(effects, event->target_kind);
    raise->ems_ref = kept(effects, event->ems_ref);
    raise->username = kept(effects, event->username);
    raise->full_data = kept(effects, event->full_data);
    raise->more = kept_fields(effects, event->more, event->more_count);
}

void
rv_effects_poison(struct rv_effects *effects, int64_t event_id, const rv_err *why)
{
    struct rv_effect *effect = add(effects, RV_EFFECT_POISON);
    effect->of.poison.event_id = event_id;
    effect->of.poison.code = why->code;
    effect->of.poison.text = kept(effects, why->text);
}

/* A raised event may make its lane, a message its task. */
int64_t
rv_effects_ids(const struct rv_effects *effects)
{
    return 2 + (int64_t)effects->count * RV_REFRESH_REQUEST_IDS;
}

void
rv_refresh_times_free(struct rv_refresh_times *times)
{
    free(times->at);
    *times = (struct rv_refresh_times){ 0 };
}

static void
note_time(struct rv_refresh_times *times, int64_t ems_id)
{
    size_t i = 0;
    while (i < times->count && times->at[i].ems_id != ems_id)
        i++;
    if (i == times->capacity) {
        times->capacity = times->capacity ? 2 * times->capacity : 16;
        times->at = rv_realloc(times->at, times->capacity, sizeof(*times->at));
    }
    if (i == times->count)
        times->count++;
    times->at[i] = (struct rv_refresh_time){ ems_id, rv_monotonic_ms() };
}

void
rv_effects_written(struct rv_effects *effects, struct rv_refresh_times *times,
                   void (*wake)(void *arg, const char *queue), void *arg)
{
    for (size_t i = 0; i < effects->asked_count; i++) {
        char queue[40];
        if (!effects->asked[i].at_once)
            continue;
        note_time(times, effects->asked[i].ems_id);
        rv_queue_of_provider(queue, effects->asked[i].ems_id);
        if (wake)
            wake(arg, queue);
    }
    if (effects->delivers && wake)
        wake(arg, "automate");
}
