/* SPDX-License-Identifier: Apache-2.0
 *
 * What happened: events of providers and of the server itself, in one table.
 */
#include "model/kinds.h"
#include "model/columns.h"

static const struct reeve_column event_stream_columns[] = {
    STRING_F(REQUIRED | INDEX, "event_type",
             "What happened: evm_worker_start, PowerOnVM_Task, ..."),
    STRING_F(REQUIRED, "type",
             "MiqEvent of the server itself, EmsEvent of a provider, CustomEvent"),
    STRING("message", "The same for people"),
    TIME_F(REQUIRED | INDEX, "timestamp", "When it happened"),
    STRING("source", "Who said so: EVM is the server itself, else the provider's type"),
    POLY("target", NULL, "What it happened to"),
    INT("chain_id", "Joins events that belong together"),
    FLAG("is_task", "Whether it is part of a provider's task"),
    REF("ems_id", "provider", "The provider that told of it, or whose object it is about"),
    STRING_F(INDEX, "ems_ref", "Id that the provider gave it"),
    REF("generating_ems_id", "provider", "The provider that caused it, when that is another"),
    STRING("username", "On whose behalf the provider did it"),
    JSON("full_data", "All that was told of it"),
    REF("vm_or_template_id", "vm", "Virtual machine"),
    STRING("vm_name", "Its name then"),
    STRING("vm_location", "Its location then"),
    REF("host_id", "host", "Host"),
    STRING("host_name", "Its name then"),
    REF("ems_cluster_id", "ems_cluster", "Cluster"),
    STRING("ems_cluster_name", "Its name then"),
    STRING("ems_cluster_uid", "Its unique id then"),
    REF("availability_zone_id", "availability_zone", "Availability zone"),
    REF("dest_vm_or_template_id", "vm", "Virtual machine that came of it"),
    STRING("dest_vm_name", "Its name then"),
    STRING("dest_vm_location", "Its location then"),
    REF("dest_host_id", "host", "Host that it went to"),
    STRING("dest_host_name", "Its name then"),
    REF("dest_ems_cluster_id", "ems_cluster", "Cluster that it went to"),
    STRING("dest_ems_cluster_name", "Its name then"),
    STRING("dest_ems_cluster_uid", "Its unique id then"),
    REF("container_id", "container", "Container"),
    STRING("container_name", "Its name then"),
    REF("container_group_id", "container_group", "Pod"),
    STRING("container_group_name", "Its name then"),
    STRING("container_namespace", "Its namespace"),
    REF("container_node_id", "container_node", "Node"),
    STRING("container_node_name", "Its name then"),
    REF("container_replicator_id", "container_replicator", "Replicator"),
    STRING("container_replicator_name", "Its name then"),
    REF("physical_server_id", "physical_server", "Physical server"),
    REF("user_id", "user", "User"),
    INT("group_id", "The user's group"),
    INT("tenant_id", "The user's tenant"),
    CREATED_ON,
    REEVE_COLUMNS_END,
};

const struct reeve_kind rv_kinds_event[] = {
    KIND(event_stream, .table = "event_streams", .api_name = "event_streams", .title = "Event",
         .help = "Something that happened, to a provider's object or to the server",
         .flags = REEVE_KIND_SERVER, .key = LIST("id"), .class_name = "EventStream",
         .aliases = LIST("events", "event", "ev")),
    KINDS_END,
};
