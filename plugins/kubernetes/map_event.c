/* SPDX-License-Identifier: Apache-2.0
 *
 * Events of both APIs: of core/v1 (involvedObject, message, lastTimestamp) and of events.k8s.io/v1
 * (regarding, note, deprecatedLastTimestamp), which are two views of the same objects. Types have
 * ManageIQ's names: what it is about, and the reason.
 *
 * An event that happens again is the same object with a higher count: each count is one event
 * here. The API keeps its count for as long as it keeps the event, so what is told again has the
 * same ref.
 */
#include "map.h"

#include <stdio.h>
#include <string.h>

#include "events.h"

enum { TYPE_BYTES = 200, REF_BYTES = 320, NAME_BYTES = 254 };

const struct reeve_event_type kube_event_types[] = {
    /* ManageIQ's. */
    { "NODE_NODEREADY", "status", "critical", "a node is ready", 0, 0 },
    { "NODE_NODENOTREADY", "status", "critical", "a node is not ready", 0, 0 },
    { "NODE_REBOOTED", "power", "critical", "a node was started again", 0, 0 },
    { "NODE_NODESCHEDULABLE", "status", "detail", "pods may be put on a node again", 0, 0 },
    { "NODE_NODENOTSCHEDULABLE", "status", "detail", "no pods are put on a node", 0, 0 },
    { "NODE_INVALIDDISKCAPACITY", "status", "critical", "a node's disk tells no capacity", 0, 0 },
    { "NODE_FAILEDMOUNT", "storage", "critical", "a node cannot mount a volume", 0, 0 },
    { "POD_SCHEDULED", "status", "detail", "a pod was given a node", 0, 0 },
    { "POD_FAILEDSCHEDULING", "status", "critical", "no node takes a pod", 0, 0 },
    { "POD_FAILEDVALIDATION", "status", "critical", "a pod's definition is wrong", 0, 0 },
    { "POD_HOSTPORTCONFLICT", "network", "critical", "a pod's host port is taken", 0, 0 },
    { "POD_DEADLINEEXCEEDED", "status", "critical", "a pod ran longer than it may", 0, 0 },
    { "POD_OUTOFDISK", "storage", "critical", "a node's disk is too full for a pod", 0, 0 },
    { "POD_NODESELECTORMISMATCHING", "status", "critical", "a pod does not belong on its node", 0,
      0 },
    { "POD_INSUFFICIENTFREECPU", "status", "critical", "a node has too little CPU for a pod", 0,
      0 },
    { "POD_INSUFFICIENTFREEMEMORY", "status", "critical", "a node has too little memory for a pod",
      0, 0 },
    { "POD_CREATED", "addition", "detail", "a container was made", 0, 0 },
    { "POD_FAILED", "status", "critical", "a container or its image failed", 0, 0 },
    { "POD_STARTED", "power", "detail", "a container was started", 0, 0 },
    { "POD_KILLING", "power", "detail", "a container is being stopped", 0, 0 },
    { "POD_STOPPED", "power", "detail", "a container was stopped", 0, 0 },
    { "POD_UNHEALTHY", "status", "critical", "a container's probe failed", 0, 0 },
    { "REPLICATOR_SUCCESSFULCREATE", "addition", "detail", "a replicator made a pod", 0, 0 },
    { "REPLICATOR_FAILEDCREATE", "addition", "critical", "a replicator could not make a pod", 0,
      0 },
    /* Ours. */
    { "NODE_SYSTEMOOM", "status", "critical", "a node ran out of memory and ended a process", 0,
      0 },
    { "NODE_OOMKILLING", "status", "critical", "a node's kernel ended a process for its memory", 0,
      0 },
    { "NODE_NODEHASDISKPRESSURE", "storage", "critical", "a node's disk is getting full", 0, 0 },
    { "NODE_NODEHASINSUFFICIENTMEMORY", "status", "critical", "a node's memory is getting short", 0,
      0 },
    { "NODE_NODEHASINSUFFICIENTPID", "status", "critical",
      "a node's processes are getting too many", 0, 0 },
    { "NODE_EVICTIONTHRESHOLDMET", "status", "critical", "a node begins to evict pods", 0, 0 },
    { "NODE_REGISTEREDNODE", "addition", "detail", "a node joined the cluster", 0, 0 },
    { "NODE_REMOVINGNODE", "deletion", "critical", "a node leaves the cluster", 0, 0 },
    { "POD_PULLING", "status", "detail", "an image is being pulled", REEVE_EVENT_QUIET, 0 },
    { "POD_PULLED", "status", "detail", "an image was pulled, or was there", 0, 0 },
    { "POD_BACKOFF", "status", "critical", "a container or its image failed again and again", 0,
      0 },
    { "POD_OOMKILLING", "status", "critical", "a container was ended for its memory", 0, 0 },
    { "POD_EVICTED", "deletion", "critical", "a node has evicted a pod", 0, 0 },
    { "POD_PREEMPTED", "deletion", "critical", "a pod made room for a more urgent one", 0, 0 },
    { "POD_FAILEDMOUNT", "storage", "critical", "a pod's volume cannot be mounted", 0, 0 },
    { "POD_FAILEDATTACHVOLUME", "storage", "critical", "a pod's volume cannot be attached", 0, 0 },
    { "POD_FAILEDCREATEPODSANDBOX", "network", "critical", "a pod's surroundings cannot be made", 0,
      0 },
    { "POD_NODENOTREADY", "status", "critical", "the node of a pod is not ready", 0, 0 },
    { "POD_TAINTMANAGEREVICTION", "deletion", "critical", "a taint drives a pod off its node", 0,
      0 },
    { "REPLICATOR_SUCCESSFULDELETE", "deletion", "detail", "a replicator took a pod away", 0, 0 },
    { "REPLICATOR_FAILEDDELETE", "deletion", "critical", "a replicator could not take a pod away",
      0, 0 },
    { "*", NULL, NULL, "any other kind and reason, with the option all_events", 0, 0 },
    REEVE_EVENT_TYPES_END,
};

/* A member that has one name in each API. */
static const struct reeve_json *
either(const struct reeve_json *item, const char *one, const char *other)
{
    const struct reeve_json *value = reeve_json_get(item, one);

    return value ? value : reeve_json_get(item, other);
}

static const struct reeve_json *
subject_of(const struct reeve_json *item)
{
    return either(item, "regarding", "involvedObject");
}

static const char *
prefix_of(const char *kind)
{
    if (strcmp(kind, "ReplicationController") == 0 || strcmp(kind, "ReplicaSet") == 0)
        return "REPLICATOR";
    return kind;
}

/* KIND_REASON in capitals; what could not stand in a name becomes a line. */
static void
write_type(char out[TYPE_BYTES], const char *kind, const char *reason)
{
    snprintf(out, TYPE_BYTES, "%.80s_%.100s", prefix_of(kind), reason);
    for (char *c = out; *c; c++) {
        if (*c >= 'a' && *c <= 'z')
            *c = (char)(*c - 'a' + 'A');
        else if (!(*c >= 'A' && *c <= 'Z') && !(*c >= '0' && *c <= '9'))
            *c = '_';
    }
}

static int
is_known(const char *type)
{
    const struct reeve_event_type *known = kube_event_types;

    while (known->name && strcmp(known->name, type) != 0)
        known++;
    return known->name != NULL;
}

static int64_t
time_of(const struct reeve_json *item)
{
    static const char *const paths[] = { "series.lastObservedTime",
                                         "deprecatedLastTimestamp",
                                         "lastTimestamp",
                                         "eventTime",
                                         "deprecatedFirstTimestamp",
                                         "firstTimestamp",
                                         "metadata.creationTimestamp" };
    int64_t when = 0;

    for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]) && when <= 0; i++)
        when = reeve_json_time(item, paths[i], 0);
    return when;
}

static int64_t
count_of(const struct reeve_json *item)
{
    int64_t count = reeve_json_int(item, "series.count", 0);

    if (count <= 0)
        count = reeve_json_int(either(item, "deprecatedCount", "count"), NULL, 1);
    return count;
}

/* spec.containers{NAME}, spec.initContainers{NAME}. */
static void
set_container(struct reeve_object *event, const struct reeve_json *subject)
{
    const char *path = reeve_json_string(subject, "fieldPath", "");
    const char *name = strchr(path, '{');
    size_t len = name ? strcspn(name + 1, "}") : 0;

    if (name && len && len < NAME_BYTES)
        reeve_set_bytes(event, "container_name", name + 1, len);
}

static void
set_node_name(struct reeve_object *event, const char *name)
{
    if (!*name || strlen(name) >= NAME_BYTES)
        return;
    reeve_set_string(event, "container_node_name", name);
    reeve_link_name(event, "container_node_id", "container_node", NULL, name);
}

static void
set_pod(struct reeve_object *event, const struct reeve_json *item, const struct reeve_json *subject)
{
    const char *uid = reeve_json_string(subject, "uid", "");

    reeve_set_string(event, "container_group_name", reeve_json_string(subject, "name", NULL));
    reeve_link(event, "container_group_id", "container_group", uid);
    reeve_link(event, "target_id", "container_group", uid);
    set_container(event, subject);
    /* A kubelet says on which node it is; others leave it to the pod. */
    set_node_name(event, reeve_json_string(either(item, "deprecatedSource", "source"), "host", ""));
}

/* Kubelets do not know their node's uid, and write its name there. */
static void
set_node(struct reeve_object *event, const struct reeve_json *subject)
{
    const char *name = reeve_json_string(subject, "name", "");
    const char *uid = reeve_json_string(subject, "uid", "");

    set_node_name(event, name);
    if (!*uid || strcmp(uid, name) == 0) {
        reeve_link_name(event, "target_id", "container_node", NULL, name);
        return;
    }
    reeve_link(event, "container_node_id", "container_node", uid);
    reeve_link(event, "target_id", "container_node", uid);
}

static void
set_subject(struct reeve_object *event, const struct reeve_json *item)
{
    const struct reeve_json *subject = subject_of(item);
    const char *kind = reeve_json_string(subject, "kind", "");
    const char *uid = reeve_json_string(subject, "uid", "");
    const char *space = reeve_json_string(subject, "namespace", "");
    const char *ours = kube_kind_of(reeve_json_string(subject, "apiVersion", ""), kind);

    if (*space) {
        reeve_set_string(event, "container_namespace", space);
        reeve_link_name(event, "container_project_id", "container_project", NULL, space);
    }
    if (strcmp(kind, "Pod") == 0) {
        set_pod(event, item, subject);
    } else if (strcmp(kind, "Node") == 0) {
        set_node(event, subject);
    } else if (strcmp(prefix_of(kind), "REPLICATOR") == 0) {
        kube_set_string(event, "container_replicator_name", subject, "name");
        reeve_link(event, "container_replicator_id", "container_replicator", uid);
        reeve_link(event, "target_id", "container_replicator", uid);
    } else if (ours) {
        reeve_link(event, "target_id", ours, uid);
    }
}

static int
is_wanted(const struct kube_map *map, const struct reeve_json *item, char type[TYPE_BYTES])
{
    const char *kind = reeve_json_string(subject_of(item), "kind", "");
    const char *reason = reeve_json_string(item, "reason", "");

    if (!*kind || !*reason)
        return 0;
    write_type(type, kind, reason);
    return map->all_events || is_known(type);
}

/* After the first, each count has a ref of its own. */
static void
write_ref(char out[REF_BYTES], const struct reeve_json *item)
{
    int64_t count = count_of(item);

    if (count > 1)
        snprintf(out, REF_BYTES, "%s/%lld", kube_uid(item), (long long)count);
    else
        snprintf(out, REF_BYTES, "%s", kube_uid(item));
}

int
kube_map_event(struct kube_map *map, const struct reeve_json *item)
{
    char type[TYPE_BYTES], ref[REF_BYTES];
    struct reeve_object *event;
    const char *text;

    if (!map->sink)
        return 0; /* only the end of the list is looked for */
    if (!is_wanted(map, item, type))
        return map->token ? reeve_event_position(map->sink, map->token) : 0;
    write_ref(ref, item);
    event = reeve_event(map->sink, type, ref, time_of(item));
    text = reeve_json_string(either(item, "note", "message"), NULL, "");
    if (*text)
        reeve_set_string(event, "message", text);
    set_subject(event, item);
    text = reeve_json_text(map->call, item);
    if (text)
        reeve_set_json(event, "full_data", text);
    return reeve_event_emit(event, map->token);
}
