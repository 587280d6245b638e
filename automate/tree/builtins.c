/* SPDX-License-Identifier: Apache-2.0
 *
 * Methods that every class has without saying so: the server carries them out.
 */
#include "tree/tree.h"

#include "base/text.h"

/* The methods of ManageIQ's $/object, from which every class inherits: the server's own. */
static const struct rv_ae_method builtins[] = {
#define BUILTIN(method_name)                                                                       \
    {                                                                                              \
        .name = (method_name), .location = "builtin", .language = "c"                              \
    }
    BUILTIN("refresh"),
    BUILTIN("refresh_sync"),
    BUILTIN("event_action_refresh"),
    BUILTIN("event_action_refresh_sync"),
    BUILTIN("event_action_refresh_new_target"),
    BUILTIN("event_action_policy"),
    BUILTIN("event_action_scan"),
    BUILTIN("event_enforce_policy"),
    BUILTIN("change_event_target_state"),
    BUILTIN("src_vm_as_template"),
    BUILTIN("src_vm_destroy_all_snapshots"),
    BUILTIN("src_vm_disconnect_storage"),
    BUILTIN("check_policy_prevent"),
    BUILTIN("parse_provider_category"),
    BUILTIN("parse_automation_request"),
    BUILTIN("parse_event_stream"),
    BUILTIN("log_object"),
    BUILTIN("log_workspace"),
    BUILTIN("send_email"),
    BUILTIN("snmp_trap_v1"),
    BUILTIN("snmp_trap_v2"),
    BUILTIN("host_and_storage_least_utilized"),
#undef BUILTIN
};

const struct rv_ae_method *
rv_ae_builtin(const char *name)
{
    for (size_t i = 0; i < RV_COUNT(builtins); i++)
        if (rv_strcaseeq(builtins[i].name, name))
            return &builtins[i];
    return NULL;
}
