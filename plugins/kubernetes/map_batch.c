/* SPDX-License-Identifier: Apache-2.0
 *
 * Jobs and cron jobs.
 */
#include "map.h"

#include <stddef.h>

#include "map_workload.h"

/* The STATUS of `kubectl get jobs`. */
static const char *
job_status(const struct reeve_json *item)
{
    if (kube_has_condition(item, "Complete"))
        return "Complete";
    if (kube_has_condition(item, "Failed"))
        return "Failed";
    if (reeve_json_has(item, "metadata.deletionTimestamp"))
        return "Terminating";
    if (kube_has_condition(item, "Suspended"))
        return "Suspended";
    if (kube_has_condition(item, "FailureTarget"))
        return "FailureTarget";
    if (kube_has_condition(item, "SuccessCriteriaMet"))
        return "SuccessCriteriaMet";
    return "Running";
}

int
kube_map_job(struct kube_map *map, const struct reeve_json *item)
{
    static const char *const owner_kinds[] = { "container_cron_job", NULL };
    struct reeve_object *obj = kube_namespaced(map, "container_job", item);
    const struct reeve_json *selector = reeve_json_get(item, "spec.selector");

    reeve_set_string(obj, "status", job_status(item));
    kube_set_int(obj, "completions", item, "spec.completions");
    kube_set_int(obj, "parallelism", item, "spec.parallelism");
    kube_set_count(obj, "active", item, "status.active");
    kube_set_count(obj, "ready", item, "status.ready");
    kube_set_count(obj, "succeeded", item, "status.succeeded");
    kube_set_count(obj, "failed", item, "status.failed");
    kube_set_int(obj, "backoff_limit", item, "spec.backoffLimit");
    kube_set_int(obj, "active_deadline_seconds", item, "spec.activeDeadlineSeconds");
    kube_set_int(obj, "ttl_seconds_after_finished", item, "spec.ttlSecondsAfterFinished");
    kube_set_string(obj, "completion_mode", item, "spec.completionMode");
    reeve_set_flag(obj, "suspend", reeve_json_flag(item, "spec.suspend", 0));
    kube_set_time(obj, "start_time", item, "status.startTime");
    kube_set_time(obj, "completion_time", item, "status.completionTime");
    kube_owner(obj, item, owner_kinds, NULL);
    reeve_set_string(obj, "selector", kube_selector_text(map->call, selector));
    kube_attributes(obj, "selectors", reeve_json_get(selector, "matchLabels"));
    kube_map_template(map, obj, item, "spec.template");
    kube_labels(obj, item);
    kube_conditions(obj, item);
    return reeve_emit(obj);
}

int
kube_map_cron_job(struct kube_map *map, const struct reeve_json *item)
{
    struct reeve_object *obj = kube_namespaced(map, "container_cron_job", item);

    kube_set_string(obj, "schedule", item, "spec.schedule");
    kube_set_string(obj, "time_zone", item, "spec.timeZone");
    reeve_set_flag(obj, "suspend", reeve_json_flag(item, "spec.suspend", 0));
    reeve_set_int(obj, "active", (int64_t)reeve_json_count(item, "status.active"));
    kube_set_string(obj, "concurrency_policy", item, "spec.concurrencyPolicy");
    kube_set_int(obj, "starting_deadline_seconds", item, "spec.startingDeadlineSeconds");
    kube_set_int(obj, "successful_jobs_history_limit", item, "spec.successfulJobsHistoryLimit");
    kube_set_int(obj, "failed_jobs_history_limit", item, "spec.failedJobsHistoryLimit");
    kube_set_time(obj, "last_schedule_time", item, "status.lastScheduleTime");
    kube_set_time(obj, "last_successful_time", item, "status.lastSuccessfulTime");
    kube_map_template(map, obj, item, "spec.jobTemplate.spec.template");
    kube_labels(obj, item);
    return reeve_emit(obj);
}
