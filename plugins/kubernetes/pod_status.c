/* SPDX-License-Identifier: Apache-2.0
 *
 * The STATUS, READY and RESTARTS that `kubectl get pods` shows. The rules are kubectl's own
 * (its pod printer), so that people find the same words here.
 */
#include "map.h"

#include <string.h>

struct summary {
    const char *status;
    int64_t ready;
    int64_t restarts;
    int64_t last_restart_ms; /* INT64_MIN: never */
    int initializing;
};

const struct reeve_json *
kube_container_status(const struct reeve_json *pod, const char *list, const char *name)
{
    const struct reeve_json *at = reeve_json_first(pod, list);

    for (; at; at = reeve_json_next(at)) {
        if (strcmp(reeve_json_string(at, "name", ""), name) == 0)
            return at;
    }
    return NULL;
}

static int
equals(const struct reeve_json *json, const char *path, const char *wanted)
{
    return strcmp(reeve_json_string(json, path, ""), wanted) == 0;
}

/* A sidecar: an init container that goes on running. */
static int
restarts_always(const struct reeve_json *pod, const char *name)
{
    const struct reeve_json *at = reeve_json_first(pod, "spec.initContainers");

    for (; at; at = reeve_json_next(at)) {
        if (equals(at, "name", name))
            return equals(at, "restartPolicy", "Always");
    }
    return 0;
}

static const char *
first_word(const struct reeve_json *pod)
{
    const struct reeve_json *at = reeve_json_first(pod, "status.conditions");
    const char *reason = reeve_json_string(pod, "status.reason", "");

    for (; at; at = reeve_json_next(at)) {
        if (equals(at, "type", "PodScheduled") && equals(at, "reason", "SchedulingGated"))
            return "SchedulingGated";
    }
    return *reason ? reason : reeve_json_string(pod, "status.phase", "Unknown");
}

static void
count_restarts(struct summary *sum, const struct reeve_json *status)
{
    int64_t ended = reeve_json_time(status, "lastState.terminated.finishedAt", INT64_MIN);

    sum->restarts += reeve_json_int(status, "restartCount", 0);
    if (ended > sum->last_restart_ms)
        sum->last_restart_ms = ended;
}

/* "PREFIX" and how it ended: reason, signal or exit code. */
static const char *
ending(struct reeve_call *call, const char *prefix, const struct reeve_json *terminated)
{
    const char *reason = reeve_json_string(terminated, "reason", "");
    int64_t number = reeve_json_int(terminated, "signal", 0);

    if (*reason)
        return reeve_format(call, "%s%s", prefix, reason);
    if (number)
        return reeve_format(call, "%sSignal:%lld", prefix, (long long)number);
    number = reeve_json_int(terminated, "exitCode", 0);
    return reeve_format(call, "%sExitCode:%lld", prefix, (long long)number);
}

/* Init containers in order, up to the first that is not done. */
static void
walk_init_containers(struct reeve_call *call, struct summary *sum, const struct reeve_json *pod)
{
    const struct reeve_json *at = reeve_json_first(pod, "status.initContainerStatuses");
    long long position = 0, total = (long long)reeve_json_count(pod, "spec.initContainers");

    for (; at; at = reeve_json_next(at), position++) {
        const struct reeve_json *terminated = reeve_json_get(at, "state.terminated");
        const char *waiting = reeve_json_string(at, "state.waiting.reason", "");

        count_restarts(sum, at);
        if (terminated && reeve_json_int(terminated, "exitCode", 0) == 0)
            continue;
        if (reeve_json_flag(at, "started", 0) &&
            restarts_always(pod, reeve_json_string(at, "name", ""))) {
            sum->ready += reeve_json_flag(at, "ready", 0);
            continue;
        }
        sum->initializing = 1;
        if (terminated)
            sum->status = ending(call, "Init:", terminated);
        else if (*waiting && strcmp(waiting, "PodInitializing") != 0)
            sum->status = reeve_format(call, "Init:%s", waiting);
        else
            sum->status = reeve_format(call, "Init:%lld/%lld", position, total);
        return;
    }
}

/* kubectl goes from the last to the first, so the first one with something to say wins. */
static void
walk_containers(struct reeve_call *call, struct summary *sum, const struct reeve_json *pod)
{
    const struct reeve_json *at = reeve_json_first(pod, "status.containerStatuses");
    const char *word = NULL;
    int running = 0;

    for (; at; at = reeve_json_next(at)) {
        const struct reeve_json *terminated = reeve_json_get(at, "state.terminated");
        const char *waiting = reeve_json_string(at, "state.waiting.reason", "");

        count_restarts(sum, at);
        if (*waiting)
            word = word ? word : waiting;
        else if (terminated)
            word = word ? word : ending(call, "", terminated);
        else if (reeve_json_flag(at, "ready", 0) && reeve_json_get(at, "state.running")) {
            sum->ready++;
            running = 1;
        }
    }
    if (word)
        sum->status = word;
    if (running && sum->status && strcmp(sum->status, "Completed") == 0)
        sum->status = kube_has_condition(pod, "Ready") ? "Running" : "NotReady";
}

static void
note_deletion(struct summary *sum, const struct reeve_json *pod)
{
    int over = equals(pod, "status.phase", "Succeeded") || equals(pod, "status.phase", "Failed");

    if (!reeve_json_has(pod, "metadata.deletionTimestamp"))
        return;
    if (equals(pod, "status.reason", "NodeLost"))
        sum->status = "Unknown";
    else if (!over)
        sum->status = "Terminating";
}

static int64_t
count_containers(const struct reeve_json *pod)
{
    const struct reeve_json *at = reeve_json_first(pod, "spec.initContainers");
    int64_t count = (int64_t)reeve_json_count(pod, "spec.containers");

    for (; at; at = reeve_json_next(at))
        count += equals(at, "restartPolicy", "Always");
    return count;
}

/* Restarts of init containers no longer count once the pod runs, but for sidecars'. */
static int64_t
sidecar_restarts(const struct reeve_json *pod)
{
    const struct reeve_json *at = reeve_json_first(pod, "status.initContainerStatuses");
    int64_t count = 0;

    for (; at; at = reeve_json_next(at)) {
        if (restarts_always(pod, reeve_json_string(at, "name", "")))
            count += reeve_json_int(at, "restartCount", 0);
    }
    return count;
}

void
kube_map_pod_status(struct kube_map *map, struct reeve_object *pod, const struct reeve_json *item)
{
    struct summary sum = { .status = first_word(item), .last_restart_ms = INT64_MIN };

    walk_init_containers(map->call, &sum, item);
    if (!sum.initializing || kube_has_condition(item, "Initialized")) {
        sum.restarts = sidecar_restarts(item);
        walk_containers(map->call, &sum, item);
    }
    note_deletion(&sum, item);
    reeve_set_string(pod, "status", sum.status);
    reeve_set_int(pod, "ready_containers", sum.ready);
    reeve_set_int(pod, "total_containers", count_containers(item));
    reeve_set_int(pod, "restart_count", sum.restarts);
    if (sum.last_restart_ms != INT64_MIN)
        reeve_set_time(pod, "last_restart_on", sum.last_restart_ms);
}
