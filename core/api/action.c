/* SPDX-License-Identifier: Apache-2.0
 *
 * The table of actions.
 */
#include "api/action.h"

#include "api/automate.h"
#include "api/automate_runs.h"
#include "api/blacklist.h"
#include "api/events.h"
#include "api/identify.h"
#include "api/keys.h"
#include "api/mappings.h"
#include "api/providers.h"
#include "api/receivers.h"
#include "api/request.h"
#include "api/staff.h"
#include "api/works.h"
#include "api/workspaces.h"
#include "base/text.h"

#define BOTH (RV_ON_COLLECTION | RV_ON_RESOURCE)
/* What is in a domain is changed while that is a user's, and not locked. */
#define OF_USERS "domain.source=user"

static const struct rv_action actions[] = {
    { NULL, RV_ON_COLLECTION, RV_M_POST, "query", "read", "Read several rows", NULL,
      RV_ACTION_STRICT, NULL, rv_query_all, "Identifiers", NULL },

    { "provider", RV_ON_COLLECTION, RV_M_POST, "create", "ems_new",
      "Add a provider; its credentials are proved first", NULL, RV_ACTION_NO_ROW,
      rv_provider_create_run, NULL, "ProviderCreate", NULL },
    { "provider", BOTH, RV_M_POST, "edit", "ems_edit",
      "Change a provider; new credentials are proved first", NULL, 0, rv_provider_edit_run, NULL,
      "ProviderEdit", NULL },
    { "provider", RV_ON_RESOURCE, RV_M_PATCH, "edit", "ems_edit", "Change a provider", NULL, 0,
      rv_provider_edit_run, NULL, "Patch", NULL },
    { "provider", RV_ON_RESOURCE, RV_M_PUT, "edit", "ems_edit", "Change a provider", NULL, 0,
      rv_provider_edit_run, NULL, "ProviderEdit", NULL },
    { "provider", BOTH, RV_M_POST, "refresh", "ems_refresh", "Read its whole inventory again", NULL,
      0, rv_provider_refresh_run, NULL, NULL, "ActionResult" },
    { "provider", BOTH, RV_M_POST, "verify", "ems_edit",
      "Prove its credentials, the stored ones or those given", NULL, 0, rv_provider_verify_run,
      NULL, "ProviderVerify", "ActionResult" },
    { "provider", BOTH, RV_M_POST, "pause", "ems_pause", "Stop refreshing it", "enabled!=0", 0,
      rv_provider_pause_run, NULL, NULL, "ActionResult" },
    { "provider", BOTH, RV_M_POST, "resume", "ems_pause",
      "Refresh it again, and end its quarantine", NULL, 0, rv_provider_resume_run, NULL, NULL,
      "ActionResult" },
    { "provider", BOTH, RV_M_POST, "delete", "ems_delete", "Remove it with its inventory", NULL, 0,
      rv_provider_delete_run, NULL, NULL, "ActionResult" },
    { "provider", RV_ON_RESOURCE, RV_M_DELETE, "delete", "ems_delete",
      "Remove it with its inventory", NULL, 0, rv_provider_delete_run, NULL, NULL, NULL },

    { RV_ACTION_INVENTORY, BOTH, RV_M_POST, "refresh", "ems_refresh",
      "Look at it alone again, where its provider can; else at everything", NULL, 0,
      rv_inventory_refresh_run, NULL, NULL, "ActionResult" },

    { "container_label_tag_mapping", RV_ON_COLLECTION, RV_M_POST, "create", "ops_settings",
      "Give objects with a label a tag, or tags named after its values", NULL, RV_ACTION_NO_ROW,
      rv_mapping_create_run, NULL, "LabelMappingCreate", "ActionResult" },
    { "container_label_tag_mapping", RV_ON_RESOURCE, RV_M_POST, "edit", "ops_settings",
      "Map other labels to the same tags", NULL, 0, rv_mapping_edit_run, NULL, "LabelMapping",
      "ActionResult" },
    { "container_label_tag_mapping", BOTH, RV_M_POST, "delete", "ops_settings",
      "Take its tags away again", NULL, 0, rv_mapping_delete_run, NULL, NULL, "ActionResult" },
    { "container_label_tag_mapping", RV_ON_RESOURCE, RV_M_DELETE, "delete", "ops_settings",
      "Take its tags away again", NULL, 0, rv_mapping_delete_run, NULL, NULL, NULL },

    { "event_receiver", RV_ON_COLLECTION, RV_M_POST, "create", "ops_settings",
      "Make an address that events may be sent to; its secret is in the answer, once", NULL,
      RV_ACTION_NO_ROW | RV_ACTION_BODY, rv_receiver_create_run, NULL, "EventReceiverCreate",
      "ActionResult" },
    { "event_receiver", RV_ON_RESOURCE, RV_M_POST, "edit", "ops_settings",
      "Change what it takes, and whether it does", NULL, 0, rv_receiver_edit_run, NULL,
      "EventReceiverEdit", "ActionResult" },
    { "event_receiver", RV_ON_RESOURCE, RV_M_POST, "new_secret", "ops_settings",
      "Make a new secret; the old one is good no longer", NULL, 0, rv_receiver_secret_run, NULL,
      NULL, "ActionResult" },
    { "event_receiver", BOTH, RV_M_POST, "delete", "ops_settings",
      "Take the address away; what came is handled", NULL, 0, rv_receiver_delete_run, NULL, NULL,
      "ActionResult" },
    { "event_receiver", RV_ON_RESOURCE, RV_M_DELETE, "delete", "ops_settings",
      "Take the address away; what came is handled", NULL, 0, rv_receiver_delete_run, NULL, NULL,
      NULL },

    { "event_stream", RV_ON_COLLECTION, RV_M_POST, "create", "event_streams_create",
      "Make an event that is handled like those of providers", NULL, RV_ACTION_NO_ROW,
      rv_event_create_run, NULL, "EventCreate", "ActionResult" },

    { "blacklisted_event", RV_ON_COLLECTION, RV_M_POST, "create", "ops_settings",
      "Keep no events of a type, from now on", NULL, RV_ACTION_NO_ROW | RV_ACTION_BODY,
      rv_blacklist_create_run, NULL, "BlacklistedEventCreate", "ActionResult" },
    { "blacklisted_event", RV_ON_RESOURCE, RV_M_POST, "edit", "ops_settings",
      "Whether it counts: what is not enabled is wanted", NULL, RV_ACTION_BODY,
      rv_blacklist_edit_run, NULL, "BlacklistedEventEdit", "ActionResult" },
    { "blacklisted_event", BOTH, RV_M_POST, "delete", "ops_settings",
      "Say nothing of these events any more", NULL, 0, rv_blacklist_delete_run, NULL, NULL,
      "ActionResult" },
    { "blacklisted_event", RV_ON_RESOURCE, RV_M_DELETE, "delete", "ops_settings",
      "Say nothing of these events any more", NULL, 0, rv_blacklist_delete_run, NULL, NULL, NULL },

    { "task", BOTH, RV_M_POST, "cancel", "miq_task_cancel_ui", "End it, or keep it from starting",
      "state!=Finished", 0, rv_task_cancel_run, NULL, NULL, "ActionResult" },
    { "task", BOTH, RV_M_POST, "delete", "miq_task_delete", "Remove a finished task",
      "state=Finished", 0, rv_task_delete_run, NULL, NULL, "ActionResult" },
    { "task", RV_ON_RESOURCE, RV_M_DELETE, "delete", "miq_task_delete", "Remove a finished task",
      "state=Finished", 0, rv_task_delete_run, NULL, NULL, NULL },

    { "server", RV_ON_RESOURCE, RV_M_POST, "rotate_key", "ops_settings",
      "Make a new key, and seal all secrets with it", NULL, 0, rv_key_rotate_run, NULL, NULL,
      "ActionResult" },

    { "message", BOTH, RV_M_POST, "retry", "ops_diagnostics", "Send a dead message again",
      "state=error", 0, rv_message_retry_run, NULL, NULL, "ActionResult" },
    { "message", BOTH, RV_M_POST, "delete", "ops_diagnostics", "Remove a dead message",
      "state=error", 0, rv_message_delete_run, NULL, NULL, "ActionResult" },
    { "message", RV_ON_RESOURCE, RV_M_DELETE, "delete", "ops_diagnostics", "Remove a dead message",
      "state=error", 0, rv_message_delete_run, NULL, NULL, NULL },
    { "message", RV_ON_COLLECTION, RV_M_POST, "counts", "ops_diagnostics",
      "How many there are by state, queue, zone and role", NULL, RV_ACTION_NO_ROW,
      rv_message_counts_run, NULL, NULL, "ActionResult" },

    { "miq_ae_domain", RV_ON_COLLECTION, RV_M_POST, "create", "miq_ae_domain_new",
      "Add a domain of automate, on top of the others and disabled unless it is said", NULL,
      RV_ACTION_NO_ROW, rv_domain_create_run, NULL, "AutomateDomainCreate", "ActionResult" },
    { "miq_ae_domain", RV_ON_COLLECTION, RV_M_POST, "import", "miq_ae_class_import_export",
      "Make domains what a zip archive or a YAML document says", NULL, RV_ACTION_NO_ROW,
      rv_domain_import_run, NULL, "AutomateImportAsked", "ActionResult" },
    { "miq_ae_domain", BOTH, RV_M_POST, "edit", "miq_ae_domain_edit",
      "Change a domain's name, title, description, place or whether it is looked at",
      "source!=system", 0, rv_domain_edit_run, NULL, "AutomateDomain", "ActionResult" },
    { "miq_ae_domain", BOTH, RV_M_POST, "lock", "miq_ae_domain_lock",
      "Keep its content from being changed", "source=user", 0, rv_domain_lock_run, NULL, NULL,
      "ActionResult" },
    { "miq_ae_domain", BOTH, RV_M_POST, "unlock", "miq_ae_domain_unlock",
      "Let its content be changed again", "source=user_locked", 0, rv_domain_unlock_run, NULL, NULL,
      "ActionResult" },
    { "miq_ae_domain", RV_ON_RESOURCE, RV_M_POST, "set_priority", "miq_ae_domain_priority_edit",
      "Give it another place, from 1 up; the higher one wins", "source!=system", RV_ACTION_BODY,
      rv_domain_priority_run, NULL, "AutomatePriority", "ActionResult" },
    { "miq_ae_domain", BOTH, RV_M_POST, "delete", "miq_ae_domain_delete",
      "Delete it with all that is in it", "source=user|remote", 0, rv_domain_delete_run, NULL, NULL,
      "ActionResult" },
    { "miq_ae_domain", RV_ON_RESOURCE, RV_M_DELETE, "delete", "miq_ae_domain_delete",
      "Delete it with all that is in it", "source=user|remote", 0, rv_domain_delete_run, NULL, NULL,
      NULL },
    { "miq_ae_method", BOTH, RV_M_POST, "edit", "miq_ae_method_edit",
      "Change its text, or what it says of itself", OF_USERS, 0, rv_ae_method_edit_run, NULL,
      "AutomateMethodEdit", "ActionResult" },
    { "miq_ae_instance", RV_ON_COLLECTION, RV_M_POST, "create", "miq_ae_instance_new",
      "Add an instance to a class", NULL, RV_ACTION_NO_ROW, rv_ae_instance_create_run, NULL,
      "AutomateInstanceCreate", "ActionResult" },
    { "miq_ae_instance", BOTH, RV_M_POST, "edit", "miq_ae_instance_edit",
      "Change what it says of its class's fields; null: nothing any more", OF_USERS, 0,
      rv_ae_instance_edit_run, NULL, "AutomateInstance", "ActionResult" },
    { "miq_ae_instance", BOTH, RV_M_POST, "delete", "miq_ae_instance_delete", "Delete it", OF_USERS,
      0, rv_ae_instance_delete_run, NULL, NULL, "ActionResult" },
    { "miq_ae_instance", RV_ON_RESOURCE, RV_M_DELETE, "delete", "miq_ae_instance_delete",
      "Delete it", OF_USERS, 0, rv_ae_instance_delete_run, NULL, NULL, NULL },
    { "automate_run", RV_ON_COLLECTION, RV_M_POST, "run", "miq_ae_class_simulation",
      "Run a path of the datastore with the methods that it leads to, or an event again", NULL,
      RV_ACTION_NO_ROW, rv_automate_run_run, NULL, "AutomateRunAsked", "ActionResult" },
    { "automate_run", RV_ON_COLLECTION, RV_M_POST, "simulate", "miq_ae_class_simulation",
      "Show what a path leads to, without running a method", NULL, RV_ACTION_NO_ROW,
      rv_automate_simulate_run, NULL, "AutomateSimulationAsked", "ActionResult" },
    { "automate_run", BOTH, RV_M_POST, "stop", "miq_ae_class_simulation",
      "End a run, or keep it from going on", "ended_on=", 0, rv_automate_stop_run, NULL, NULL,
      "ActionResult" },

    { "automate_workspace", RV_ON_RESOURCE, RV_M_POST, "edit", "miq_ae_class_simulation",
      "Answer: objects and state_vars are merged into its output", NULL, 0, rv_workspace_edit_run,
      NULL, "AutomateWorkspaceEdit", NULL },
    { "automate_workspace", RV_ON_RESOURCE, RV_M_POST, "encrypt", "miq_ae_class_simulation",
      "Answer with a password", NULL, 0, rv_workspace_encrypt_run, NULL, "AutomateWorkspaceEncrypt",
      NULL },
    { "automate_workspace", RV_ON_RESOURCE, RV_M_POST, "decrypt", "miq_ae_class_simulation",
      "Read a password of its input", NULL, 0, rv_workspace_decrypt_run, NULL,
      "AutomateWorkspaceDecrypt", "AutomateWorkspacePassword" },

    { "worker", BOTH, RV_M_POST, "restart", "ops_diagnostics",
      "Let it end what it does, and have it replaced", NULL, 0, rv_worker_restart_run, NULL, NULL,
      "ActionResult" },
    { "worker", BOTH, RV_M_POST, "kill", "ops_diagnostics", "End it at once, and have it replaced",
      NULL, 0, rv_worker_kill_run, NULL, NULL, "ActionResult" },

    { "server", RV_ON_RESOURCE, RV_M_POST, "add_role", "ops_settings",
      "Give it a server role; the workers of that role are started", NULL, RV_ACTION_BODY,
      rv_server_add_role_run, NULL, "ServerRoleGiven", "ActionResult" },
    { "server", RV_ON_RESOURCE, RV_M_POST, "remove_role", "ops_settings",
      "Take a server role away; the workers of that role end", NULL, RV_ACTION_BODY,
      rv_server_remove_role_run, NULL, "ServerRoleGiven", "ActionResult" },
};

static int
is_of(const struct rv_action *action, const struct rv_kind *kind, int scope)
{
    if (!(action->scope & scope))
        return 0;
    if (rv_streq(action->kind, RV_ACTION_INVENTORY))
        return !kind->server;
    return action->kind ? rv_streq(action->kind, kind->name) : !rv_kind_by_guid(kind);
}

const struct rv_action *
rv_action_next(const struct rv_kind *kind, int scope, int *at)
{
    while (*at < (int)RV_COUNT(actions)) {
        const struct rv_action *action = &actions[(*at)++];
        if (is_of(action, kind, scope))
            return action;
    }
    return NULL;
}

const struct rv_action *
rv_action_any(int *at)
{
    return *at < (int)RV_COUNT(actions) ? &actions[(*at)++] : NULL;
}

const struct rv_action *
rv_action_find(const struct rv_kind *kind, int scope, int method, const char *name)
{
    const struct rv_action *action;

    for (int at = 0; (action = rv_action_next(kind, scope, &at)) != NULL;) {
        if (action->method == method && (!name || rv_streq(action->name, name)))
            return action;
    }
    return NULL;
}

int
rv_action_methods(const struct rv_kind *kind, int scope)
{
    const struct rv_action *action;
    int methods = 0;

    for (int at = 0; (action = rv_action_next(kind, scope, &at)) != NULL;)
        methods |= action->method;
    return methods;
}
