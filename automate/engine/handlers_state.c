/* SPDX-License-Identifier: Apache-2.0
 *
 * Handlers that note what an event tells of its object, before the provider is asked.
 */
#include "automate/handlers_internal.h"

#include <string.h>
#include "base/mem.h"
#include "base/text.h"
#include "model/model.h"

/* An event that came late says nothing of an object that has changed since. */
static int
is_late(const struct handling *handling, const char *attribute, rv_err *err)
{
    RV_AUTO_AE_VALUE struct rv_ae_value told = RV_AE_VNIL, changed = RV_AE_VNIL;
    const struct rv_ae_value *event = rv_ws_get(rv_ws_root(handling->ws), "event_stream");
    RV_AUTO_FREE char *expression = rv_format("/#%s.state_changed_on", attribute);
    if (event == NULL || strcmp(attribute, "vm") != 0)
        return 0;
    if (rv_ws_value(handling->self, "/#event_stream.timestamp", &told, err) < 0 ||
        rv_ws_value(handling->self, expression, &changed, err) < 0)
        return err->code;
    return told.type == RV_AE_STAMP && changed.type == RV_AE_STAMP && told.v.i < changed.v.i;
}

static int
set(const struct handling *handling, const struct rv_ae_value *row, const char *column,
    rv_value value)
{
    const struct rv_kind *kind = rv_model_kind(row->v.row.kind);
    if (kind == NULL || rv_kind_column(kind, column) < 0)
        rv_ws_note(handling->self, "%s: %s has no %s", handling->name, row->v.row.kind, column);
    else
        rv_effects_set(handling->handlers->effects, kind, row->v.row.id, column, value);
    return RV_WS_OK;
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
    int late = is_late(handling, strcmp(row.v.row.kind, "vm") == 0 ? "vm" : "host", err);
    if (late)
        return late < 0 ? late : RV_WS_OK;
    return set(handling, &row, "power_state", rv_vtext(param));
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
    return set(handling, &row, "template", rv_vint(is_template));
}

int
handle_nothing(const struct handling *handling, rv_err *err)
{
    (void)handling, (void)err;
    return RV_WS_OK;
}
