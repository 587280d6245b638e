/* SPDX-License-Identifier: Apache-2.0
 *
 * What happened: events of providers and of the server itself, in one table; the lanes in which
 * they wait for their handler; which are not wanted; who may send some from outside.
 *
 * What stands in an event is told by its provider, but for the columns that are core's.
 */
#include "model/kinds.h"
#include "model/columns.h"

static const struct reeve_column event_stream_columns[] = {
    STRING_F(REQUIRED | INDEX, "event_type",
             "What happened: evm_worker_start, PowerOnVM_Task, ..."),
    STRING_F(REQUIRED | CORE, "type",
             "MiqEvent of the server itself, EmsEvent of a provider, CustomEvent"),
    STRING("message", "The same for people"),
    TIME_F(REQUIRED | INDEX, "timestamp", "When it happened"),
    STRING_F(CORE, "source", "Who said so: EVM is the server itself, else the provider's type"),
    STRING_F(CORE, "event_group", "What it is about: power, storage, network, ...; other"),
    STRING_F(CORE, "event_level", "critical, warning or detail"),
    POLY("target", NULL, "What it happened to"),
    INT("chain_id", "Joins events that belong together"),
    FLAG("is_task", "Whether it is part of a provider's task"),
    REF_F(CORE, "ems_id", "provider", "The provider that told of it, or whose object it is about"),
    STRING("ems_ref", "Id that the provider gave it"),
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
    REF("container_project_id", "container_project", "Its namespace, or project on OpenShift"),
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
    REF_F(CORE, "user_id", "user", "User"),
    INT_F(CORE, "group_id", "The user's group"),
    INT_F(CORE, "tenant_id", "The user's tenant"),
    REF_F(INTERNAL | CORE, "lane_id", "event_lane", "Where it waits for its handler"),
    INT_F(INTERNAL | CORE, "number", "Its place there; null: nobody waits for it"),
    CREATED_ON,
    REEVE_COLUMNS_END,
};

/* Counted by plain SQL with each batch of events: its changes are not in the feed. */
static const struct reeve_column event_lane_columns[] = {
    STRING_F(REQUIRED, "name", "server, ems and a provider's id, hook and a receiver's name"),
    REF("ems_id", "provider", "The provider whose events come in it"),
    REF("receiver_id", "event_receiver", "The receiver whose events come in it"),
    STRING_F(INTERNAL, "token", "Where its provider's events are taken up again"),
    INT("written", "Number of the last event that came"),
    INT("handled", "Number of the last event that was handled"),
    STRING("last_error", "Why its source cannot be listened to; null when it can"),
    TIME("last_error_on", "When that was tried last"),
    TIME("connected_on", "Since when its source is listened to"),
    CREATED_ON,
    REEVE_COLUMNS_END,
};

static const struct reeve_column blacklisted_event_columns[] = {
    STRING_F(REQUIRED, "event_name", "Type of the events that are not kept"),
    STRING("provider_model", "Type of the providers that it is about; null: all"),
    REF("ems_id", "provider", "The one provider that it is about; null: all of them"),
    COLUMN_(REEVE_FLAG, CORE, "system", "Whether it came with the provider's module"),
    FLAG("enabled", "Whether it counts; false: these events are wanted"),
    CREATED_ON,
    UPDATED_ON,
    REEVE_COLUMNS_END,
};

static const struct reeve_column event_receiver_columns[] = {
    STRING_F(REQUIRED, "name", "Name, unique: events are sent to /hooks/NAME"),
    STRING("description", "What it is for"),
    STRING("format", "What may be sent: auto, cloudevents or alertmanager"),
    STRING_F(SECRET, "token_digest", "Digest of its secret"),
    REF("ems_id", "provider", "The provider whose objects its events are about"),
    FLAG("enabled", "Whether events are taken"),
    INT("rate", "Requests a minute that it takes; null: as hooks.rate says"),
    INT_F(CORE, "received", "Events that came"),
    INT_F(CORE, "refused", "Requests that were refused"),
    TIME_F(CORE, "last_received_on", "When the last one came"),
    CREATED_ON,
    UPDATED_ON,
    REEVE_COLUMNS_END,
};

const struct reeve_kind rv_kinds_event[] = {
    KIND(event_stream, .table = "event_streams", .api_name = "event_streams", .title = "Event",
         .help = "Something that happened, to a provider's object or to the server",
         .flags = REEVE_KIND_SERVER, .key = LIST("id"), .class_name = "EventStream",
         .aliases = LIST("events", "event", "ev")),
    KIND(event_lane, .table = "event_lanes", .api_name = "event_lanes", .title = "Event lane",
         .help = "Events of one source in their order, and how far they are handled",
         .flags = REEVE_KIND_SERVER, .key = LIST("name"), .aliases = LIST("lane", "lanes")),
    KIND(blacklisted_event, .table = "blacklisted_events", .api_name = "blacklisted_events",
         .title = "Blacklisted event", .help = "A type of events that is not kept",
         .flags = REEVE_KIND_SERVER, .key = LIST("id"), .class_name = "BlacklistedEvent"),
    KIND(event_receiver, .table = "event_receivers", .api_name = "event_receivers",
         .title = "Event receiver", .help = "An address that events may be sent to from outside",
         .flags = REEVE_KIND_SERVER, .key = LIST("name"), .aliases = LIST("hook", "hooks")),
    KINDS_END,
};
