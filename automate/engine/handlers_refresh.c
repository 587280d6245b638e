/* SPDX-License-Identifier: Apache-2.0
 *
 * Handlers that have something read again at its provider: the object that an event is about, else
 * what is nearest to it. Requests are joined and spread in time where effects are written.
 */
#include "automate/handlers_internal.h"

#include <string.h>
#include "base/mem.h"
#include "base/text.h"
#include "model/model.h"

/* The provider that the event is of, else that of the object. 0: none. */
static int
provider_of(const struct handling *handling, const char *symbol, int64_t *ems_id, rv_err *err)
{
    if (handling_id(handling, "/#event_stream.ems_id", ems_id, err) < 0 || *ems_id)
        return err->code;
    if (handling_id(handling, "/#ext_management_system", ems_id, err) < 0 || *ems_id ||
        symbol == NULL)
        return err->code;
    RV_AUTO_AE_VALUE struct rv_ae_value row = RV_AE_VNIL;
    if (handling_row(handling, symbol, &row, err) <= 0)
        return err->code;
    const struct rv_kind *kind = rv_model_kind(row.v.row.kind);
    if (kind == NULL || rv_kind_column(kind, "ems_id") < 0)
        return 0;
    RV_AUTO_FREE char *expression = rv_format("/#%s.ems_id", handling_attribute(symbol));
    return handling_id(handling, expression, ems_id, err);
}

static int
refresh_provider(const struct handling *handling, rv_err *err)
{
    int64_t ems_id;
    if (provider_of(handling, NULL, &ems_id, err) < 0)
        return err->code;
    if (ems_id == 0)
        rv_ws_note(handling->self, "%s: it is about no provider", handling->name);
    else
        rv_effects_refresh(handling->handlers->effects, ems_id, NULL);
    return RV_WS_OK;
}

/* 1 when it is there. */
static int
refresh_row(const struct handling *handling, const char *symbol, rv_err *err)
{
    RV_AUTO_AE_VALUE struct rv_ae_value row = RV_AE_VNIL;
    int64_t ems_id;
    if (handling_row(handling, symbol, &row, err) <= 0 ||
        provider_of(handling, symbol, &ems_id, err) < 0)
        return err->code;
    const struct rv_ask ask = { .kind = rv_model_kind(row.v.row.kind), .id = row.v.row.id };
    if (ems_id == 0 || ask.kind == NULL)
        return 0;
    rv_effects_refresh(handling->handlers->effects, ems_id, &ask);
    return 1;
}

/* A container object without a row: it is asked for by its name, which deletes nothing else. 1 when
 * the event says what it is called. */
static int
refresh_name(const struct handling *handling, const char *symbol, rv_err *err)
{
    RV_AUTO_AE_VALUE struct rv_ae_value name = RV_AE_VNIL, scope = RV_AE_VNIL;
    RV_AUTO_FREE char *expression = rv_format("/#event_stream.%s_name", symbol);
    const struct rv_ae_value *event = rv_ws_get(rv_ws_root(handling->ws), "event_stream");
    struct rv_ask ask = { .kind = rv_model_kind(symbol) };
    int64_t ems_id;
    if (strncmp(symbol, "container_", 10) != 0 || event == NULL || ask.kind == NULL)
        return 0;
    if (rv_ws_value(handling->self, expression, &name, err) < 0 ||
        rv_ws_value(handling->self, "/#event_stream.container_namespace", &scope, err) < 0 ||
        provider_of(handling, NULL, &ems_id, err) < 0)
        return err->code;
    if (name.type != RV_AE_TEXT || ems_id == 0)
        return 0;
    ask.name = name.v.text;
    ask.scope =
        scope.type == RV_AE_TEXT && strcmp(symbol, "container_node") != 0 ? scope.v.text : NULL;
    rv_effects_refresh(handling->handlers->effects, ems_id, &ask);
    return 1;
}

/* What is read instead of what is not there. */
static const char *
next_best(const char *symbol)
{
    if (rv_strcaseeq(symbol, "src_vm") || rv_strcaseeq(symbol, "vm"))
        return "src_host";
    return rv_strcaseeq(symbol, "dest_vm") ? "dest_host" : NULL;
}

int
handle_refresh_target(const struct handling *handling, rv_err *err)
{
    const char *symbol = handling_text(handling, "target");
    if (*symbol == '\0')
        return handle_refresh(handling, err);
    if (rv_strcaseeq(symbol, "ems") || rv_strcaseeq(symbol, "provider"))
        return refresh_provider(handling, err);
    for (const char *at = symbol; at; at = next_best(at)) {
        int rc = refresh_row(handling, at, err);
        if (rc == 0)
            rc = refresh_name(handling, at, err);
        if (rc)
            return rc < 0 ? rc : RV_WS_OK;
    }
    return refresh_provider(handling, err);
}

int
handle_refresh(const struct handling *handling, rv_err *err)
{
    static const char *const symbols[] = { "src_vm",          "dest_vm",
                                           "container_group", "container_replicator",
                                           "container_node",  "physical_server",
                                           "src_host",        "dest_host",
                                           "ems_cluster",     "availability_zone" };
    int found = 0;
    for (size_t i = 0; i < RV_COUNT(symbols); i++) {
        if (found &&
            (strstr(symbols[i], "host") || i >= 8)) /* of what is in them: less is enough */
            break;
        int rc = refresh_row(handling, symbols[i], err);
        if (rc < 0)
            return rc;
        found |= rc;
    }
    return found ? RV_WS_OK : refresh_provider(handling, err);
}

int
handle_refresh_new_target(const struct handling *handling, rv_err *err)
{
    return handle_refresh(handling, err);
}

/* Snapshots belong to their machine: reading it again is what takes them away. */
int
handle_snapshots(const struct handling *handling, rv_err *err)
{
    int rc = refresh_row(handling, "src_vm", err);
    return rc < 0 ? rc : RV_WS_OK;
}
