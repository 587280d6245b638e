/* SPDX-License-Identifier: Apache-2.0
 *
 * Handlers that note what an event tells of its object, before the provider is asked.
 */
#include "automate/handlers_internal.h"

#include <string.h>
#include "base/mem.h"
#include "base/text.h"
#include "model/model.h"

/* When the event says that it happened; 0: it is about none. */
static int
time_of_event(const struct handling *handling, int64_t *at_ms, rv_err *err)
{
    RV_AUTO_AE_VALUE struct rv_ae_value told = RV_AE_VNIL;
    *at_ms = 0;
    if (rv_ws_get(rv_ws_root(handling->ws), "event_stream") == NULL)
        return 0;
    if (rv_ws_value(handling->self, "/#event_stream.timestamp", &told, err) < 0)
        return err->code;
    *at_ms = told.type == RV_AE_STAMP ? told.v.i : 0;
    return 0;
}

/* NULL: it has no such column, which is noted. */
static const struct rv_kind *
kind_with(const struct handling *handling, const struct rv_ae_value *row, const char *column)
{
    const struct rv_kind *kind = rv_model_kind(row->v.row.kind);
    if (kind && rv_kind_column(kind, column) >= 0)
        return kind;
    rv_ws_note(handling->self, "%s: %s has no %s", handling->name, row->v.row.kind, column);
    return NULL;
}

int
handle_state(const struct handling *handling, rv_err *err)
{
    RV_AUTO_AE_VALUE struct rv_ae_value row = RV_AE_VNIL;
    const char *symbol = handling_text(handling, "target"),
               *param = handling_text(handling, "param");
    if (*param == '\0')
        return rv_fail(err, RV_E_INVALID, "%s needs param: on, off, suspended ...", handling->name);
    int found = handling_row(handling, *symbol ? symbol : "src_vm", &row, err);
    if (found <= 0) {
        rv_ws_note(handling->self, "%s: the event is about no %s that is known", handling->name,
                   symbol);
        return found < 0 ? found : RV_WS_OK;
    }
    int64_t at_ms;
    const struct rv_kind *kind = kind_with(handling, &row, "power_state");
    if (time_of_event(handling, &at_ms, err) < 0)
        return err->code;
    if (kind)
        rv_effects_set_state(handling->handlers->effects, kind, row.v.row.id, param, at_ms);
    return RV_WS_OK;
}

int
handle_template(const struct handling *handling, rv_err *err)
{
    RV_AUTO_AE_VALUE struct rv_ae_value row = RV_AE_VNIL;
    const char *flag = handling_text(handling, "flag");
    int64_t is_template;
    if (*flag == '\0')
        flag = handling_text(handling, "param");
    if (rv_parse_flag(&is_template, *flag ? flag : "true", err) < 0)
        return rv_wrap(err, "%s: flag", handling->name);
    int found = handling_row(handling, "src_vm", &row, err);
    if (found <= 0)
        return found < 0 ? found : RV_WS_OK;
    const struct rv_kind *kind = kind_with(handling, &row, "template");
    if (kind)
        rv_effects_set(handling->handlers->effects, kind, row.v.row.id, "template",
                       rv_vint(is_template));
    return RV_WS_OK;
}

int
handle_nothing(const struct handling *handling, rv_err *err)
{
    (void)handling, (void)err;
    return RV_WS_OK;
}
