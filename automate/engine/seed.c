/* SPDX-License-Identifier: Apache-2.0
 *
 * See seed.h.
 */
#include "automate/seed.h"

#include <string.h>
#include "base/json.h"
#include "base/mem.h"
#include "model/model.h"

/* What an event is about, what says most first. */
static const struct {
    const char *column, *name, *kind;
} links[] = {
    { "vm_or_template_id", "vm", "vm" },
    { "container_group_id", "container_group", "container_group" },
    { "container_replicator_id", "container_replicator", "container_replicator" },
    { "container_node_id", "container_node", "container_node" },
    { "physical_server_id", "physical_server", "physical_server" },
    { "host_id", "host", "host" },
    { "ems_cluster_id", "ems_cluster", "ems_cluster" },
    { "availability_zone_id", "availability_zone", "availability_zone" },
    { "container_project_id", "container_project", "container_project" },
    { "ems_id", "ext_management_system", "provider" },
    { "container_id", "container", "container" },
    { "dest_vm_or_template_id", "dest_vm", "vm" },
    { "dest_host_id", "dest_host", "host" },
    { "dest_ems_cluster_id", "dest_ems_cluster", "ems_cluster" },
    { "user_id", "user", "user" },
};
enum { NO_TARGETS = 5 }; /* the last ones */

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

/* Rows that are gone by now are not there. */
static int
seed_links(struct rv_ws *ws, struct rv_models *models, int64_t event_id, struct rv_run *run,
           rv_err *err)
{
    const struct rv_kind *events = rv_model_kind("event_stream");
    for (size_t i = 0; i < RV_COUNT(links); i++) {
        RV_AUTO_AE_VALUE struct rv_ae_value id = RV_AE_VNIL;
        if (rv_kind_column(events, links[i].column) < 0)
            continue;
        if (rv_models_column(models, events, event_id, links[i].column, &id, err))
            return err->code;
        if (id.type != RV_AE_INT)
            continue;
        seed(ws, links[i].name, rv_ae_vrow(rv_model_kind(links[i].kind)->name, id.v.i));
        if (i < RV_COUNT(links) - NO_TARGETS)
            note_target(run, links[i].kind, id.v.i);
        else if (strcmp(links[i].column, "ems_id") == 0)
            note_target(run, "provider", id.v.i);
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
    return seed_links(ws, models, event_id, run, err);
}

int
rv_seed_attrs(struct rv_ws *ws, const char *attrs, rv_err *err)
{
    RV_AUTO_JSON cJSON *json = NULL;
    RV_AUTO_AE_VALUE struct rv_ae_value map = RV_AE_VNIL;
    if (attrs == NULL)
        return 0;
    if (rv_json_parse(&json, attrs, strlen(attrs), RV_RUN_STATE_MAX, 0, err) ||
        rv_ae_from_json(&map, json, err))
        return rv_wrap(err, "attributes of a run");
    if (map.type != RV_AE_MAP)
        return rv_fail(err, RV_E_INVALID, "attributes of a run are no object");
    for (int i = 0; i < map.len; i++) {
        struct rv_ae_value copy = rv_ae_copy(&map.v.items[i]);
        rv_ws_seed(ws, map.v.items[i].key, &copy);
    }
    return 0;
}
