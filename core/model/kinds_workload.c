/* SPDX-License-Identifier: Apache-2.0
 *
 * What makes pods: deployments, replica sets, stateful and daemon sets, jobs, cron jobs and
 * autoscalers.
 */
#include "model/kinds.h"
#include "model/columns.h"

/* What kubectl shows of a pod template. */
#define TEMPLATE_COLUMNS                                                                           \
    STRING("selector", "Label selector of its pods, as kubectl shows it"),                         \
        STRING("container_names", "Containers of a pod, comma between"),                           \
        STRING("image_names", "Images of a pod, comma between"),                                   \
        STRING("service_account", "Service account of its pods")
#define GENERATION_COLUMNS                                                                         \
    INT("generation", "Number of the wanted state"),                                               \
        INT("observed_generation", "Number of the wanted state that the status speaks of")

static const struct reeve_column container_deployment_columns[] = {
    NAMESPACED_COLUMNS,
    INT("replicas", "Pods wanted"),
    INT("current_replicas", "Pods there are"),
    INT("updated_replicas", "Pods of the newest template"),
    INT("ready_replicas", "Pods that are ready"),
    INT("available_replicas", "Pods that have been ready long enough"),
    INT("unavailable_replicas", "Pods that are still missing"),
    STRING("strategy", "RollingUpdate or Recreate"),
    STRING("max_surge", "Pods above the wanted number while rolling, number or percentage"),
    STRING("max_unavailable", "Pods that may be missing while rolling, number or percentage"),
    INT("min_ready_seconds", "Seconds that a pod must be ready to count as available"),
    INT("progress_deadline_seconds", "Seconds without progress after which it has failed"),
    INT("revision_history_limit", "Old replica sets that are kept"),
    STRING("revision", "Number of the newest template"),
    FLAG("paused", "Whether rolling is paused"),
    GENERATION_COLUMNS,
    TEMPLATE_COLUMNS,
    REEVE_COLUMNS_END,
};

static const struct reeve_column container_replicator_columns[] = {
    NAMESPACED_COLUMNS,
    STRING_F(INDEX, "object_kind", "ReplicaSet or ReplicationController"),
    INT("replicas", "Pods wanted"),
    INT("current_replicas", "Pods there are"),
    INT("fully_labeled_replicas", "Pods with all labels of the template"),
    INT("ready_replicas", "Pods that are ready"),
    INT("available_replicas", "Pods that have been ready long enough"),
    INT("min_ready_seconds", "Seconds that a pod must be ready to count as available"),
    STRING("revision", "Number that its deployment gave the template"),
    POLY("owner", "container_deployment", "Its controller"),
    GENERATION_COLUMNS,
    TEMPLATE_COLUMNS,
    REEVE_COLUMNS_END,
};

static const struct reeve_column container_stateful_set_columns[] = {
    NAMESPACED_COLUMNS,
    INT("replicas", "Pods wanted"),
    INT("current_replicas", "Pods there are"),
    INT("updated_replicas", "Pods of the newest template"),
    INT("ready_replicas", "Pods that are ready"),
    INT("available_replicas", "Pods that have been ready long enough"),
    STRING("strategy", "RollingUpdate or OnDelete"),
    INT("partition", "Pods below this number keep the old template"),
    STRING("pod_management_policy", "OrderedReady or Parallel"),
    INT("min_ready_seconds", "Seconds that a pod must be ready to count as available"),
    INT("revision_history_limit", "Old templates that are kept"),
    STRING("current_revision", "Name of the old template"),
    STRING("update_revision", "Name of the newest template"),
    STRING("service_name", "Name of the service that names its pods"),
    REF("container_service_id", "container_service", "The service that names its pods"),
    JSON("volume_claim_templates", "Names of its volume claim templates"),
    GENERATION_COLUMNS,
    TEMPLATE_COLUMNS,
    REEVE_COLUMNS_END,
};

static const struct reeve_column container_daemon_set_columns[] = {
    NAMESPACED_COLUMNS,
    INT("replicas", "Nodes that should run its pod"),
    INT("current_replicas", "Nodes that run its pod and should"),
    INT("ready_replicas", "Nodes with a ready pod"),
    INT("updated_replicas", "Nodes with a pod of the newest template"),
    INT("available_replicas", "Nodes whose pod has been ready long enough"),
    INT("unavailable_replicas", "Nodes that should run its pod and lack an available one"),
    INT("misscheduled_replicas", "Nodes that run its pod and should not"),
    STRING("strategy", "RollingUpdate or OnDelete"),
    STRING("max_surge", "Pods above the wanted number while rolling, number or percentage"),
    STRING("max_unavailable", "Pods that may be missing while rolling, number or percentage"),
    INT("min_ready_seconds", "Seconds that a pod must be ready to count as available"),
    INT("revision_history_limit", "Old templates that are kept"),
    STRING("node_selector", "Label selector of its nodes, as kubectl shows it"),
    GENERATION_COLUMNS,
    TEMPLATE_COLUMNS,
    REEVE_COLUMNS_END,
};

static const struct reeve_column container_job_columns[] = {
    NAMESPACED_COLUMNS,
    STRING("status", "As kubectl shows it: Running, Complete, Failed, Suspended"),
    INT("completions", "Pods that must succeed"),
    INT("parallelism", "Pods that may run at once"),
    INT("active", "Pods that run"),
    INT("ready", "Pods that are ready"),
    INT("succeeded", "Pods that succeeded"),
    INT("failed", "Pods that failed"),
    INT("backoff_limit", "Failures after which it has failed"),
    INT("active_deadline_seconds", "Seconds after which it has failed"),
    INT("ttl_seconds_after_finished", "Seconds that it is kept when finished"),
    STRING("completion_mode", "NonIndexed or Indexed"),
    FLAG("suspend", "Whether it is suspended"),
    TIME("start_time", "When it started"),
    TIME("completion_time", "When it completed"),
    POLY("owner", "container_cron_job", "Its controller"),
    TEMPLATE_COLUMNS,
    REEVE_COLUMNS_END,
};

static const struct reeve_column container_cron_job_columns[] = {
    NAMESPACED_COLUMNS,
    STRING("schedule", "When it runs, in cron's notation"),
    STRING("time_zone", "Time zone of the schedule"),
    FLAG("suspend", "Whether it is suspended"),
    INT("active", "Jobs that run"),
    STRING("concurrency_policy", "Allow, Forbid or Replace"),
    INT("starting_deadline_seconds", "Seconds that a start may be late"),
    INT("successful_jobs_history_limit", "Completed jobs that are kept"),
    INT("failed_jobs_history_limit", "Failed jobs that are kept"),
    TIME("last_schedule_time", "When it last started a job"),
    TIME("last_successful_time", "When a job of it last succeeded"),
    TEMPLATE_COLUMNS,
    REEVE_COLUMNS_END,
};

static const struct reeve_column container_autoscaler_columns[] = {
    NAMESPACED_COLUMNS,
    STRING("target_kind", "Kind of what it scales, as the cluster names it"),
    STRING("target_name", "Name of what it scales"),
    POLY("target", "container_deployment container_replicator container_stateful_set",
         "What it scales"),
    INT("min_replicas", "Fewest pods"),
    INT("max_replicas", "Most pods"),
    INT("current_replicas", "Pods there are"),
    INT("desired_replicas", "Pods that it asks for"),
    STRING("targets", "Metrics and their targets, as kubectl shows them"),
    JSON("metrics", "Metrics that it goes by, as specified"),
    JSON("current_metrics", "Last values of these metrics"),
    TIME("last_scale_time", "When it last changed the number of pods"),
    REEVE_COLUMNS_END,
};

const struct reeve_kind rv_kinds_workload[] = {
    KIND(container_deployment, .table = "container_deployments",
         .api_name = "container_deployments", .title = "Deployment",
         .help = "Keeps a number of equal pods and rolls out new templates", NAMESPACED_KEYS,
         .aliases = LIST("deploy", "deployment", "deployments")),
    KIND(container_replicator, .table = "container_replicators",
         .api_name = "container_replicators", .title = "Replicator",
         .help = "A ReplicaSet or ReplicationController: keeps a number of equal pods",
         NAMESPACED_KEYS, .class_name = "ContainerReplicator",
         .aliases = LIST("rs", "replicaset", "replicasets", "rc", "replicationcontroller",
                         "replicationcontrollers")),
    KIND(container_stateful_set, .table = "container_stateful_sets",
         .api_name = "container_stateful_sets", .title = "Stateful set",
         .help = "Keeps numbered pods, each with its own volumes", NAMESPACED_KEYS,
         .aliases = LIST("sts", "statefulset", "statefulsets")),
    KIND(container_daemon_set, .table = "container_daemon_sets",
         .api_name = "container_daemon_sets", .title = "Daemon set",
         .help = "Keeps one pod on each of its nodes", NAMESPACED_KEYS,
         .aliases = LIST("ds", "daemonset", "daemonsets")),
    KIND(container_job, .table = "container_jobs", .api_name = "container_jobs", .title = "Job",
         .help = "Runs pods until enough of them succeeded", NAMESPACED_KEYS,
         .aliases = LIST("job", "jobs")),
    KIND(container_cron_job, .table = "container_cron_jobs", .api_name = "container_cron_jobs",
         .title = "Cron job", .help = "Starts jobs by a schedule", NAMESPACED_KEYS,
         .aliases = LIST("cj", "cronjob", "cronjobs")),
    KIND(container_autoscaler, .table = "container_autoscalers",
         .api_name = "container_autoscalers", .title = "Horizontal pod autoscaler",
         .help = "Changes the number of pods by metrics", NAMESPACED_KEYS,
         .aliases = LIST("hpa", "horizontalpodautoscaler", "horizontalpodautoscalers")),
    KINDS_END,
};
