/* SPDX-License-Identifier: Apache-2.0
 *
 * Which method of the server a name means, and what its targets are.
 */
#include "automate/handlers_internal.h"

#include <string.h>
#include "base/mem.h"
#include "base/text.h"

enum { NEEDS_RUN = 1 };

static const struct {
    const char *name;
    int (*handle)(const struct handling *, rv_err *);
    int flags;
} handlers_table[] = {
    { "refresh", handle_refresh, 0 },
    { "refresh_sync", handle_refresh, 0 },
    { "event_action_refresh", handle_refresh_target, 0 },
    { "event_action_refresh_sync", handle_refresh_target, 0 },
    { "event_action_refresh_new_target", handle_refresh_new_target, 0 },
    { "change_event_target_state", handle_state, 0 },
    { "src_vm_as_template", handle_template, 0 },
    { "src_vm_destroy_all_snapshots", handle_snapshots, 0 },
    { "src_vm_disconnect_storage", handle_nothing, 0 },
    { "event_action_policy", handle_policy, 0 },
    { "event_enforce_policy", handle_enforce, 0 },
    { "check_policy_prevent", handle_prevented, 0 },
    { "event_action_scan", handle_scan, 0 },
    { "parse_provider_category", handle_parse_category, 0 },
    { "parse_automation_request", handle_parse_request, 0 },
    { "parse_event_stream", handle_parse_event, 0 },
    { "log_object", handle_log_object, 0 },
    { "log_workspace", handle_log_workspace, 0 },
    { "send_email", handle_execute, NEEDS_RUN },
    { "snmp_trap_v1", handle_execute, NEEDS_RUN },
    { "snmp_trap_v2", handle_execute, NEEDS_RUN },
    { "host_and_storage_least_utilized", handle_least_utilized, NEEDS_RUN },
};

static int
find(const char *name)
{
    for (size_t i = 0; i < RV_COUNT(handlers_table); i++)
        if (rv_strcaseeq(handlers_table[i].name, name))
            return (int)i;
    return -1;
}

int
rv_handlers_needs_run(const char *name)
{
    int at = find(name);
    return at < 0 || (handlers_table[at].flags & NEEDS_RUN);
}

int
rv_handlers_call(const struct rv_handlers *handlers, struct rv_ws *ws, struct rv_ws_object *self,
                 const struct rv_ae_method *method, const struct rv_ae_value *inputs, rv_err *err)
{
    const struct handling handling = { handlers, ws, self, inputs, method->name };
    int at = find(method->name);
    if (at < 0)
        return rv_fail(err, RV_E_NOT_FOUND, "the server has no method '%s'", method->name);
    return handlers_table[at].handle(&handling, err);
}

const char *
handling_text(const struct handling *handling, const char *name)
{
    const struct rv_ae_value *value = rv_ae_get(handling->inputs, name);
    if (value == NULL || value->type == RV_AE_NIL)
        value = rv_ws_get(handling->self, name);
    if (value == NULL || (value->type != RV_AE_TEXT && value->type != RV_AE_SYMBOL))
        return "";
    return value->v.text;
}

const char *
handling_attribute(const char *symbol)
{
    static const char *const names[][2] = {
        { "src_vm", "vm" },
        { "src_host", "host" },
        { "src_vm_or_dest_host", "vm" },
        { "src_ems_cluster", "ems_cluster" },
        { "src_cluster", "ems_cluster" },
        { "cluster", "ems_cluster" },
        { "dest_cluster", "dest_ems_cluster" },
        { "ems", "ext_management_system" },
        { "provider", "ext_management_system" },
    };
    for (size_t i = 0; i < RV_COUNT(names); i++)
        if (rv_strcaseeq(names[i][0], symbol))
            return names[i][1];
    return symbol;
}

int
handling_row(const struct handling *handling, const char *symbol, struct rv_ae_value *out,
             rv_err *err)
{
    struct rv_ws_object *root = rv_ws_root(handling->ws);
    const struct rv_ae_value *found = rv_ws_get(root, handling_attribute(symbol));
    (void)err;
    *out = RV_AE_VNIL;
    if (found == NULL || found->type != RV_AE_ROW)
        return 0;
    *out = rv_ae_copy(found);
    return 1;
}

int
handling_id(const struct handling *handling, const char *expression, int64_t *out, rv_err *err)
{
    RV_AUTO_AE_VALUE struct rv_ae_value value = RV_AE_VNIL;
    rv_err none = RV_ERR_INIT;
    *out = 0;
    if (rv_ws_value(handling->self, expression, &value, err) < 0)
        return err->code;
    if (value.type == RV_AE_INT)
        *out = value.v.i;
    else if (value.type == RV_AE_ROW)
        *out = value.v.row.id;
    else if (value.type == RV_AE_TEXT && rv_parse_int(out, value.v.text, &none) < 0)
        *out = 0;
    return 0;
}
