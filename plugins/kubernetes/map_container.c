/* SPDX-License-Identifier: Apache-2.0
 *
 * The containers of a pod: definition and state in one row, with ports, environment
 * and SELinux labels.
 */
#include "map.h"

#include <string.h>

#include "text.h"

struct container {
    const struct reeve_json *pod;
    const struct reeve_json *spec;
    const struct reeve_json *status; /* NULL until the node reports it */
    const char *type;
};

static const struct state_columns {
    const char *state, *reason, *message, *started_at, *finished_at, *exit_code, *signal;
} now = { "state", "reason", "message", "started_at", "finished_at", "exit_code", "signal" },
  before = { "last_state",       "last_reason",    "last_message", "last_started_at",
             "last_finished_at", "last_exit_code", "last_signal" };

static void
set_definition(struct kube_map *map, struct reeve_object *obj, const struct container *c)
{
    const char *image = kube_image_ref(map, c->spec, c->status);

    reeve_set_string(obj, "container_type", c->type);
    kube_set_string(obj, "image", c->spec, "image");
    kube_set_string(obj, "image_pull_policy", c->spec, "imagePullPolicy");
    reeve_set_string(obj, "command", kube_join_shell(map->call, c->spec, "command"));
    if (image)
        reeve_link(obj, "container_image_id", "container_image", image);
    kube_set_string(obj, "backing_ref", c->status, "containerID");
}

static void
set_resources(struct kube_map *map, struct reeve_object *obj, const struct reeve_json *spec)
{
    const struct reeve_json *requests = reeve_json_get(spec, "resources.requests");
    const struct reeve_json *limits = reeve_json_get(spec, "resources.limits");

    kube_set_quantity(map, obj, "request_cpu_cores", reeve_json_member(requests, "cpu"));
    kube_set_quantity_int(map, obj, "request_memory_bytes", reeve_json_member(requests, "memory"));
    kube_set_quantity(map, obj, "limit_cpu_cores", reeve_json_member(limits, "cpu"));
    kube_set_quantity_int(map, obj, "limit_memory_bytes", reeve_json_member(limits, "memory"));
}

/* A state has one member: waiting, running or terminated. */
static void
set_state(struct reeve_object *obj, const struct reeve_json *states, const struct state_columns *to)
{
    const struct reeve_json *state = kube_members(states, NULL);

    if (!state)
        return;
    reeve_set_string(obj, to->state, reeve_json_name(state));
    kube_set_string(obj, to->reason, state, "reason");
    kube_set_string(obj, to->message, state, "message");
    kube_set_time(obj, to->started_at, state, "startedAt");
    kube_set_time(obj, to->finished_at, state, "finishedAt");
    kube_set_int(obj, to->exit_code, state, "exitCode");
    kube_set_int(obj, to->signal, state, "signal");
}

static const struct reeve_json *
security_setting(const struct container *c, const char *name)
{
    const struct reeve_json *own = reeve_json_get(c->spec, "securityContext");
    const struct reeve_json *pods = reeve_json_get(c->pod, "spec.securityContext");
    const struct reeve_json *value = reeve_json_member(own, name);

    return reeve_json_type(value) == REEVE_JSON_NULL ? reeve_json_member(pods, name) : value;
}

static void
set_security(struct kube_map *map, struct reeve_object *obj, const struct container *c)
{
    const struct reeve_json *own = reeve_json_get(c->spec, "securityContext");

    kube_set_flag(obj, "privileged", own, "privileged");
    kube_set_int(obj, "run_as_user", security_setting(c, "runAsUser"), NULL);
    kube_set_flag(obj, "run_as_non_root", security_setting(c, "runAsNonRoot"), NULL);
    reeve_set_string(obj, "capabilities_add", kube_join(map->call, own, "capabilities.add", ","));
    reeve_set_string(obj, "capabilities_drop", kube_join(map->call, own, "capabilities.drop", ","));
    if (reeve_json_has(own, "seLinuxOptions"))
        kube_map_se_linux(obj, reeve_json_get(own, "seLinuxOptions"));
}

void
kube_map_se_linux(struct reeve_object *owner, const struct reeve_json *options)
{
    struct reeve_object *obj = reeve_child(owner, "security_context");

    kube_set_string(obj, "se_linux_user", options, "user");
    kube_set_string(obj, "se_linux_role", options, "role");
    kube_set_string(obj, "se_linux_type", options, "type");
    kube_set_string(obj, "se_linux_level", options, "level");
}

/* The API allows a port to stand there twice, under two names: the first is kept. */
static void
add_ports(struct kube_map *map, struct reeve_object *obj, const struct container *c)
{
    const struct reeve_json *at = reeve_json_first(c->spec, "ports");
    struct kube_set seen;

    if (!at || kube_set_open(map->call, reeve_json_count(c->spec, "ports"), &seen))
        return;
    for (; at; at = reeve_json_next(at)) {
        const char *protocol = reeve_json_string(at, "protocol", "TCP");
        long long port = reeve_json_int(at, "containerPort", 0);
        long long host_port = reeve_json_int(at, "hostPort", 0);
        const char *ref =
            reeve_format(map->call, "%s_%s_%lld_%lld_%s", kube_uid(c->pod),
                         reeve_json_string(c->spec, "name", ""), port, host_port, protocol);
        struct reeve_object *child;

        if (!ref || !kube_set_add(&seen, ref))
            continue;
        child = reeve_child(obj, "container_port_config");
        reeve_set_string(child, "ems_ref", ref);
        kube_set_string(child, "name", at, "name");
        reeve_set_int(child, "port", port);
        if (host_port)
            reeve_set_int(child, "host_port", host_port);
        reeve_set_string(child, "protocol", protocol);
    }
}

static void
add_variable(struct reeve_object *obj, const struct reeve_json *variable)
{
    struct reeve_object *child = reeve_child(obj, "container_env_var");

    kube_set_string(child, "name", variable, "name");
    reeve_set_string(child, "value", reeve_json_string(variable, "value", NULL));
    kube_set_string(child, "field_path", variable, "valueFrom.fieldRef.fieldPath");
}

/* Of a name that stands there twice the last one counts, as in the container itself. */
static void
add_environment(struct kube_map *map, struct reeve_object *obj, const struct container *c)
{
    uint64_t count = reeve_json_count(c->spec, "env"), used = 0;
    const struct reeve_json *at = reeve_json_first(c->spec, "env");
    const struct reeve_json **all;
    struct kube_set seen;

    if (!count || kube_set_open(map->call, count, &seen))
        return;
    all = (const struct reeve_json **)reeve_alloc(map->call, count * sizeof(*all));
    if (!all)
        return;
    for (; at && used < count; at = reeve_json_next(at))
        all[used++] = at;
    while (used-- > 0) {
        const char *name = reeve_json_string(all[used], "name", "");

        if (*name && kube_set_add(&seen, name))
            add_variable(obj, all[used]);
    }
}

static void
add_container(struct kube_map *map, struct reeve_object *pod, const struct container *c)
{
    const char *name = reeve_json_string(c->spec, "name", "");
    struct reeve_object *obj = reeve_child(pod, "container");

    reeve_set_string(obj, "ems_ref",
                     reeve_format(map->call, "%s_%s_%s", kube_uid(c->pod), name,
                                  reeve_json_string(c->spec, "image", "")));
    reeve_set_string(obj, "name", name);
    set_definition(map, obj, c);
    set_resources(map, obj, c->spec);
    set_state(obj, reeve_json_get(c->status, "state"), &now);
    set_state(obj, reeve_json_get(c->status, "lastState"), &before);
    kube_set_int(obj, "restart_count", c->status, "restartCount");
    kube_set_flag(obj, "ready", c->status, "ready");
    set_security(map, obj, c);
    add_ports(map, obj, c);
    add_environment(map, obj, c);
}

void
kube_map_containers(struct kube_map *map, struct reeve_object *pod, const struct reeve_json *item)
{
    static const char *const lists[][3] = {
        { "spec.initContainers", "status.initContainerStatuses", "init" },
        { "spec.containers", "status.containerStatuses", "container" },
        { "spec.ephemeralContainers", "status.ephemeralContainerStatuses", "ephemeral" },
    };

    for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
        const struct reeve_json *at = reeve_json_first(item, lists[i][0]);

        for (; at; at = reeve_json_next(at)) {
            const char *name = reeve_json_string(at, "name", "");
            struct container c = { .pod = item, .spec = at, .type = lists[i][2] };

            c.status = kube_container_status(item, lists[i][1], name);
            add_container(map, pod, &c);
        }
    }
}
