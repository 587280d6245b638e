/* SPDX-License-Identifier: Apache-2.0
 *
 * What all mappers share: identity, setters by path, labels, conditions, owners.
 * Annotations are never stored: one of them repeats whole objects, secrets included.
 */
#include "map.h"

#include <string.h>

#include "quantity.h"
#include "text.h"

/* Kubernetes allows 253 and 36; beyond these somebody is playing. */
#define MAX_NAME 1024
#define MAX_UID 256

int
kube_check_identity(struct reeve_call *call, const struct reeve_json *item)
{
    const char *uid, *name;
    int rc = reeve_json_need_string(call, item, "metadata.uid", &uid);

    if (!rc)
        rc = reeve_json_need_string(call, item, "metadata.name", &name);
    if (rc)
        return rc;
    if (!*uid || !*name)
        return reeve_fail(call, REEVE_E_PROTOCOL, "an object has an empty name or uid");
    if (strlen(name) > MAX_NAME)
        return reeve_fail(call, REEVE_E_LIMIT, "an object has a name of %zu bytes: '%.40s...'",
                          strlen(name), name);
    if (strlen(uid) > MAX_UID)
        return reeve_fail(call, REEVE_E_LIMIT, "object '%.253s' has a uid of %zu bytes", name,
                          strlen(uid));
    return 0;
}

const char *
kube_uid(const struct reeve_json *item)
{
    return reeve_json_string(item, "metadata.uid", "");
}

struct reeve_object *
kube_object(struct kube_map *map, const char *kind, const struct reeve_json *item)
{
    struct reeve_object *obj = reeve_object(map->inv, kind, kube_uid(item));

    kube_set_string(obj, "name", item, "metadata.name");
    kube_set_time(obj, "ems_created_on", item, "metadata.creationTimestamp");
    kube_set_string(obj, "resource_version", item, "metadata.resourceVersion");
    return obj;
}

struct reeve_object *
kube_namespaced(struct kube_map *map, const char *kind, const struct reeve_json *item)
{
    struct reeve_object *obj = kube_object(map, kind, item);
    const char *name = reeve_json_string(item, "metadata.namespace", NULL);

    if (name) {
        reeve_set_string(obj, "namespace", name);
        reeve_link_name(obj, "container_project_id", "container_project", NULL, name);
    }
    return obj;
}

void
kube_set_string(struct reeve_object *obj, const char *column, const struct reeve_json *item,
                const char *path)
{
    const char *text = reeve_json_string(item, path, NULL);

    if (text && *text)
        reeve_set_string(obj, column, text);
}

void
kube_set_int(struct reeve_object *obj, const char *column, const struct reeve_json *item,
             const char *path)
{
    const struct reeve_json *value = reeve_json_get(item, path);

    if (reeve_json_type(value) == REEVE_JSON_NUMBER)
        reeve_set_int(obj, column, reeve_json_int(value, NULL, 0));
}

void
kube_set_count(struct reeve_object *obj, const char *column, const struct reeve_json *item,
               const char *path)
{
    reeve_set_int(obj, column, reeve_json_int(item, path, 0));
}

void
kube_set_flag(struct reeve_object *obj, const char *column, const struct reeve_json *item,
              const char *path)
{
    const struct reeve_json *value = reeve_json_get(item, path);

    if (reeve_json_type(value) == REEVE_JSON_FLAG)
        reeve_set_flag(obj, column, reeve_json_flag(value, NULL, 0));
}

void
kube_set_time(struct reeve_object *obj, const char *column, const struct reeve_json *item,
              const char *path)
{
    int64_t time_ms = reeve_json_time(item, path, INT64_MIN);

    if (time_ms != INT64_MIN)
        reeve_set_time(obj, column, time_ms);
}

void
kube_set_json(struct kube_map *map, struct reeve_object *obj, const char *column,
              const struct reeve_json *item, const char *path)
{
    const struct reeve_json *value = reeve_json_get(item, path);
    const char *text = value ? reeve_json_text(map->call, value) : NULL;

    if (text)
        reeve_set_json(obj, column, text);
}

void
kube_set_int_or_string(struct kube_map *map, struct reeve_object *obj, const char *column,
                       const struct reeve_json *item, const char *path)
{
    const char *text = kube_quantity_text(map->call, reeve_json_get(item, path));

    if (text && *text)
        reeve_set_string(obj, column, text);
}

const char *
kube_quantity_text(struct reeve_call *call, const struct reeve_json *value)
{
    if (reeve_json_type(value) == REEVE_JSON_NUMBER)
        return reeve_json_text(call, value);
    return reeve_json_string(value, NULL, NULL);
}

static void
bad_quantity(struct kube_map *map, const char *column, const char *text)
{
    reeve_log(map->call, REEVE_LOG_WARNING, "%s: '%.60s' is not a quantity", column, text);
}

void
kube_set_quantity(struct kube_map *map, struct reeve_object *obj, const char *column,
                  const struct reeve_json *value)
{
    const char *text = kube_quantity_text(map->call, value);
    double number;

    if (!text)
        return;
    if (kube_quantity(&number, text))
        bad_quantity(map, column, text);
    else
        reeve_set_double(obj, column, number);
}

void
kube_set_quantity_int(struct kube_map *map, struct reeve_object *obj, const char *column,
                      const struct reeve_json *value)
{
    const char *text = kube_quantity_text(map->call, value);
    int64_t number;

    if (!text)
        return;
    if (kube_quantity_int(&number, text))
        bad_quantity(map, column, text);
    else
        reeve_set_int(obj, column, number);
}

void
kube_attributes(struct reeve_object *obj, const char *section,
                const struct reeve_json *names_to_values)
{
    const struct reeve_json *at = kube_members(names_to_values, NULL);

    for (; at; at = reeve_json_next(at)) {
        struct reeve_object *attribute = reeve_child(obj, "custom_attribute");

        reeve_set_string(attribute, "section", section);
        reeve_set_string(attribute, "name", reeve_json_name(at));
        reeve_set_string(attribute, "value", reeve_json_string(at, NULL, ""));
        reeve_set_string(attribute, "source", "kubernetes");
    }
}

void
kube_labels(struct reeve_object *obj, const struct reeve_json *item)
{
    kube_attributes(obj, "labels", reeve_json_get(item, "metadata.labels"));
}

void
kube_conditions(struct reeve_object *obj, const struct reeve_json *item)
{
    const struct reeve_json *at = reeve_json_first(item, "status.conditions");

    for (; at; at = reeve_json_next(at)) {
        struct reeve_object *condition;
        const char *type = reeve_json_string(at, "type", NULL);

        if (!type)
            continue;
        condition = reeve_child(obj, "container_condition");
        reeve_set_string(condition, "name", type);
        kube_set_string(condition, "status", at, "status");
        kube_set_string(condition, "reason", at, "reason");
        kube_set_string(condition, "message", at, "message");
        kube_set_time(condition, "last_transition_time", at, "lastTransitionTime");
        kube_set_time(condition, "last_heartbeat_time", at, "lastHeartbeatTime");
    }
}

int
kube_has_condition(const struct reeve_json *item, const char *type)
{
    const struct reeve_json *at = reeve_json_first(item, "status.conditions");

    for (; at; at = reeve_json_next(at)) {
        if (strcmp(reeve_json_string(at, "type", ""), type) == 0)
            return strcmp(reeve_json_string(at, "status", ""), "True") == 0;
    }
    return 0;
}

const char *
kube_kind_of(const char *api_version, const char *kind)
{
    static const struct {
        const char *group, *kind, *ours;
    } known[] = {
        { "apps", "ReplicaSet", "container_replicator" },
        { "", "ReplicationController", "container_replicator" },
        { "apps", "Deployment", "container_deployment" },
        { "apps", "StatefulSet", "container_stateful_set" },
        { "apps", "DaemonSet", "container_daemon_set" },
        { "batch", "Job", "container_job" },
        { "batch", "CronJob", "container_cron_job" },
        { "", "Node", "container_node" },
    };
    const char *slash = strchr(api_version, '/');
    size_t group_len = slash ? (size_t)(slash - api_version) : 0;

    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
        if (strlen(known[i].group) == group_len &&
            memcmp(known[i].group, api_version, group_len) == 0 && strcmp(known[i].kind, kind) == 0)
            return known[i].ours;
    }
    return NULL;
}

const char *
kube_owner(struct reeve_object *obj, const struct reeve_json *item, const char *const *kinds,
           const char **uid_out)
{
    const struct reeve_json *at = reeve_json_first(item, "metadata.ownerReferences");

    for (; at; at = reeve_json_next(at)) {
        const char *uid = reeve_json_string(at, "uid", NULL), *kind;

        if (!reeve_json_flag(at, "controller", 0) || !uid || !*uid || strlen(uid) > MAX_UID)
            continue;
        kind = kube_kind_of(reeve_json_string(at, "apiVersion", ""),
                            reeve_json_string(at, "kind", ""));
        for (; kind && *kinds; kinds++) {
            if (strcmp(*kinds, kind) != 0)
                continue;
            reeve_link(obj, "owner_id", kind, uid);
            if (uid_out)
                *uid_out = uid;
            return kind;
        }
        return NULL; /* there is only one controller */
    }
    return NULL;
}
