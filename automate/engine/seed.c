/* SPDX-License-Identifier: Apache-2.0
 *
 * See seed.h.
 */
#include "automate/seed.h"

#include <string.h>
#include "automate/event_links.h"
#include "query/kinds.h"
#include "base/json.h"
#include "base/mem.h"
#include "model/model.h"

static void
seed(struct rv_ws *ws, const char *name, struct rv_ae_value value)
{
    rv_ws_seed(ws, name, &value);
}

static int
seed_column(struct rv_ws *ws, struct rv_models *models, int64_t event_id, const char *column,
            rv_err *err)
{
    struct rv_ae_value value = RV_AE_VNIL;
    if (rv_models_column(models, rv_model_kind("event_stream"), event_id, column, &value, err))
        return err->code;
    rv_ws_seed(ws, column, &value);
    return 0;
}

static void
note_target(struct rv_run *run, const char *kind, int64_t id)
{
    if (run == NULL || run->target_id)
        return;
    run->target_id = id;
    rv_run_text(&run->target_kind, kind);
}

/* What an event says that it is about; a link of that name says the same, or more. */
static int
seed_target(struct rv_ws *ws, struct rv_models *models, int64_t event_id, struct rv_run *run,
            rv_err *err)
{
    const struct rv_kind *events = rv_model_kind("event_stream");
    RV_AUTO_AE_VALUE struct rv_ae_value type = RV_AE_VNIL, id = RV_AE_VNIL;
    if (rv_models_column(models, events, event_id, "target_type", &type, err) ||
        rv_models_column(models, events, event_id, "target_id", &id, err))
        return err->code;
    const struct rv_kind *kind =
        type.type == RV_AE_TEXT && id.type == RV_AE_INT ? rv_query_kind(type.v.text) : NULL;
    if (kind == NULL)
        return 0;
    seed(ws, kind->name, rv_ae_vrow(kind->name, id.v.i));
    note_target(run, kind->name, id.v.i);
    return 0;
}

static int
seed_links(struct rv_ws *ws, struct rv_models *models, int64_t event_id, struct rv_run *run,
           rv_err *err)
{
    const struct rv_kind *events = rv_model_kind("event_stream");
    for (const struct rv_event_link *link = rv_event_links; link->column; link++) {
        RV_AUTO_AE_VALUE struct rv_ae_value id = RV_AE_VNIL;
        if (rv_models_column(models, events, event_id, link->column, &id, err))
            return err->code;
        if (id.type != RV_AE_INT)
            continue;
        seed(ws, link->name, rv_ae_vrow(rv_model_kind(link->kind)->name, id.v.i));
        if (link->is_target)
            note_target(run, link->kind, id.v.i);
    }
    return 0;
}

int
rv_seed_event(struct rv_ws *ws, struct rv_models *models, int64_t event_id, struct rv_run *run,
              rv_err *err)
{
    const struct rv_kind *kind = rv_model_kind("event_stream");
    RV_AUTO_AE_VALUE struct rv_ae_value event = RV_AE_VNIL;
    int found = rv_models_find(models, kind, event_id, &event, err);
    if (found <= 0)
        return found ? found
                     : rv_fail(err, RV_E_NOT_FOUND, "event %lld is not there any more",
                               (long long)event_id);
    seed(ws, "event_stream", rv_ae_vrow(kind->name, event_id));
    seed(ws, "event_id", rv_ae_vint(event_id));
    seed(ws, "event_stream_id", rv_ae_vint(event_id));
    seed(ws, "vmdb_object_type", rv_ae_vtext("event_stream"));
    seed(ws, "object_name", rv_ae_vtext("Event"));
    if (seed_column(ws, models, event_id, "event_type", err) ||
        seed_column(ws, models, event_id, "source", err))
        return err->code;
    if (seed_target(ws, models, event_id, run, err))
        return err->code;
    return seed_links(ws, models, event_id, run, err);
}

typedef int reader(struct rv_ae_value *out, const cJSON *json, rv_err *err);

static int
seed_all(struct rv_ws *ws, const char *attrs, size_t most_bytes, reader *read, rv_err *err)
{
    RV_AUTO_JSON cJSON *json = NULL;
    RV_AUTO_AE_VALUE struct rv_ae_value map = RV_AE_VNIL;
    if (attrs == NULL)
        return 0;
    if (rv_json_parse(&json, attrs, strlen(attrs), most_bytes, 0, err) || read(&map, json, err))
        return rv_wrap(err, "attributes of a run");
    if (map.type != RV_AE_MAP)
        return rv_fail(err, RV_E_INVALID, "attributes of a run are no object");
    rv_ws_seed_all(ws, &map);
    return 0;
}

int
rv_seed_attrs(struct rv_ws *ws, const char *attrs, rv_err *err)
{
    return seed_all(ws, attrs, RV_RUN_STATE_MAX, rv_ae_from_json, err);
}

int
rv_seed_given(struct rv_ws *ws, const char *attrs, rv_err *err)
{
    return seed_all(ws, attrs, RV_RUN_ATTRS_MAX, rv_ae_from_plain_json, err);
}
