/* SPDX-License-Identifier: Apache-2.0
 *
 * The rules.
 */
#include "event/completion.h"

#include <stddef.h>
#include <string.h>
#include "base/err.h"

static const struct rv_completion rules[] = {
    { "CloneVM_Task", "VmClonedEvent", 1 },
    { "CloneVM_Task", "VmDeployedEvent", 1 },
    { "CloneVM_Task", "TemplateDeployedEvent", 1 },
    { "CreateClusterEx", "ClusterCreatedEvent", 0 },
    { "CreateDatacenter", "DatacenterCreatedEvent", 0 },
    { "CreateResourcePool", "ResourcePoolCreatedEvent", 0 },
    { "CreateVM_Task", "VmCreatedEvent", 0 },
    { "DestroyCluster_Task", "ClusterDestroyedEvent", 0 },
    { "DestroyResourcePool_Task", "ResourcePoolDestroyedEvent", 0 },
    { "DestroyVM_Task", "VmRemovedEvent", 0 },
    { "Destroy_Task", "VmRemovedEvent", 0 },
    { "Destroy_Task", "ClusterDestroyedEvent", 0 },
    { "Destroy_Task", "ResourcePoolDestroyedEvent", 0 },
    { "DrsMigrateVM_Task", "DrsVmMigratedEvent", 1 },
    { "EnterMaintenanceMode_Task", "EnteredMaintenanceModeEvent", 0 },
    { "ExitMaintenanceMode_Task", "ExitMaintenanceModeEvent", 0 },
    { "MarkAsTemplate", "VmToTemplate", 0 },
    { "MigrateVM_Task", "VmMigratedEvent", 1 },
    { "MoveIntoResourcePool", "VmResourcePoolMovedEvent", 0 },
    { "MoveIntoResourcePool", "ResourcePoolMovedEvent", 0 },
    { "Move_Task", "DatastoreFileMovedEvent", 1 },
    { "PowerOffVM_Task", "VmPoweredOffEvent", 0 },
    { "PowerOnVM_Task", "VmPoweredOnEvent", 0 },
    { "PowerOnVM_Task", "DrsVmPoweredOnEvent", 0 },
    { "RebootGuest", "VmGuestRebootEvent", 0 },
    { "ReconfigVM_Task", "VmReconfiguredEvent", 0 },
    { "RegisterVM_Task", "VmRegisteredEvent", 0 },
    { "RelocateVM_Task", "VmRelocatedEvent", 1 },
    { "RenameDatacenter_Task", "DatacenterRenamedEvent", 0 },
    { "RenameVM_Task", "VmRenamedEvent", 0 },
    { "Rename_Task", "VmRenamedEvent", 0 },
    { "Rename_Task", "DatacenterRenamedEvent", 0 },
    { "ResetVM_Task", "VmResettingEvent", 0 },
    { "ShutdownGuest", "VmGuestShutdownEvent", 0 },
    { "SuspendVM_Task", "VmSuspendedEvent", 0 },
    { "UnregisterVM", "VmRemovedEvent", 0 },
};

const struct rv_completion *
rv_completion_at(int index)
{
    return index < (int)RV_COUNT(rules) ? &rules[index] : NULL;
}

const struct rv_completion *
rv_completion_next(const char *event_type, int *at)
{
    while (*at < (int)RV_COUNT(rules)) {
        const struct rv_completion *rule = &rules[(*at)++];
        if (strcmp(rule->final, event_type) == 0)
            return rule;
    }
    return NULL;
}
