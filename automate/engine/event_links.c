/* SPDX-License-Identifier: Apache-2.0
 *
 * See event_links.h.
 */
#include "automate/event_links.h"

#include <stddef.h>
#include "automate/models.h"
#include "event/lanes.h"
#include "query/kinds.h"

const struct rv_event_link rv_event_links[] = {
    { "vm_or_template_id", "vm", "vm", 1 },
    { "container_group_id", "container_group", "container_group", 1 },
    { "container_replicator_id", "container_replicator", "container_replicator", 1 },
    { "container_node_id", "container_node", "container_node", 1 },
    { "physical_server_id", "physical_server", "physical_server", 1 },
    { "host_id", "host", "host", 1 },
    { "ems_cluster_id", "ems_cluster", "ems_cluster", 1 },
    { "availability_zone_id", "availability_zone", "availability_zone", 1 },
    { "container_project_id", "container_project", "container_project", 1 },
    { "container_id", "container", "container", 0 },
    { "ems_id", "ext_management_system", "provider", 1 },
    { "dest_vm_or_template_id", "dest_vm", "vm", 0 },
    { "dest_host_id", "dest_host", "host", 0 },
    { "dest_ems_cluster_id", "dest_ems_cluster", "ems_cluster", 0 },
    { "user_id", "user", "user", 0 },
    { NULL, NULL, NULL, 0 },
};

static int
named_target(const struct rv_event_row *event, const char **kind, int64_t *id)
{
    const rv_value type = rv_event_row_value(event, "target_type");
    const rv_value target = rv_event_row_value(event, "target_id");
    const struct rv_kind *known =
        type.type == RV_TEXT && target.type == RV_INT ? rv_query_kind(type.v.text) : NULL;
    if (known == NULL)
        return 0;
    *kind = known->name;
    *id = target.v.i;
    return 1;
}

int
rv_event_about(const struct rv_event_row *event, const char **kind, int64_t *id)
{
    if (named_target(event, kind, id))
        return 1;
    for (const struct rv_event_link *link = rv_event_links; link->column; link++) {
        const rv_value to = rv_event_row_value(event, link->column);
        if (!link->is_target || to.type != RV_INT)
            continue;
        *kind = link->kind;
        *id = to.v.i;
        return 1;
    }
    return 0;
}
