/* SPDX-License-Identifier: Apache-2.0
 *
 * What effects.c collects and effects_write.c writes.
 */
#ifndef RV_EFFECTS_INTERNAL_H
#define RV_EFFECTS_INTERNAL_H

#include "automate/effects.h"
#include "base/mem.h"

enum rv_effect_kind {
    RV_EFFECT_REFRESH = 1,
    RV_EFFECT_DELIVER,
    RV_EFFECT_POISON,
    RV_EFFECT_SET,
    RV_EFFECT_STATE,
    RV_EFFECT_RAISE
};

struct rv_effect {
    enum rv_effect_kind kind;
    size_t order; /* of their making */
    union {
        struct {
            int64_t ems_id;
            struct rv_ask ask; /* kind NULL: all of the provider */
        } refresh;
        struct {
            const char *uri, *target_kind; /* target_kind "": none */
            int64_t target_id, event_id;
        } deliver;
        struct {
            const struct rv_kind *kind;
            int64_t id;
            const char *column;
            rv_value value;
        } set;
        struct {
            const struct rv_kind *kind;
            int64_t id, at_ms;
            const char *state;
        } state;
        struct {
            int64_t event_id;
            int code;
            const char *text;
        } poison;
        struct rv_event raise;
    } of;
};

struct rv_effects {
    struct rv_arena *arena; /* their texts */
    struct rv_effect *at;
    size_t count, capacity;
    /* Of the last writing. */
    struct rv_effect_asked {
        int64_t ems_id;
        int at_once;
    } * asked;
    size_t asked_count, asked_capacity;
    int delivers;
};

#endif
