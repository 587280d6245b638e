/* SPDX-License-Identifier: Apache-2.0
 *
 * Messages of the queue, and tasks: what was asked for and how it went.
 */
#include "model/kinds.h"
#include "model/columns.h"

static const struct reeve_column message_columns[] = {
    STRING_F(REQUIRED, "queue_name", "Queue: generic, ems_ID, ..."),
    STRING_F(REQUIRED, "state", "ready, dequeue while it is worked on, error when it was given up"),
    INT_F(REQUIRED, "priority", "Lower comes first: 0 to 200, normal 100"),
    STRING("class_name", "What it is about: a kind, or a part of the server"),
    STRING_F(REQUIRED, "method_name", "Command"),
    INT("instance_id", "Row that it is about"),
    INT("target_id", "Second row that it is about"),
    JSON("args", "Arguments: array"),
    STRING("msg_data", "Argument that is too large for args"),
    INT("msg_timeout", "Seconds that it may be worked on"),
    JSON("miq_callback", "Command to run when it is over: class_name, method_name, args, ..."),
    STRING("task_id", "Messages with the same text here run one after another"),
    REF("miq_task_id", "task", "Task that it works for"),
    STRING("tracking_label", "Name that follows through all messages of one cause"),
    STRING("role", "Role that its server must have; null: any"),
    STRING("zone", "Zone of its server; null: any"),
    STRING("server_guid", "Its server; null: any"),
    TIME("deliver_on", "Not before"),
    TIME("expires_on", "Not after"),
    POLY("handler", "worker server", "Who works on it"),
    TIME("lease_expires_on", "When it goes back to the queue unless the lease is renewed"),
    INT_F(REQUIRED, "generation", "Raised by every claim; an older claim can change nothing"),
    INT_F(REQUIRED, "attempts", "How often it was claimed"),
    INT("max_attempts", "Claims after which it is given up"),
    TIME("dequeued_on", "When it was last claimed"),
    STRING_F(INTERNAL, "digest", "Hash of what makes two ready messages the same"),
    FLAG("retryable", "Whether it may run again after it was cut off"),
    STRING("error", "How the last attempt failed"),
    STRING("error_class", "Class of that failure: unavailable, timeout, ..."),
    TIME("dead_on", "When it was given up"),
    REF("user_id", "user", "On whose behalf"),
    INT("group_id", "On which group's behalf"),
    INT("tenant_id", "On which tenant's behalf"),
    INT("lock_version", "Raised by every change"),
    CREATED_ON,
    UPDATED_ON,
    REEVE_COLUMNS_END,
};

static const struct reeve_column task_columns[] = {
    STRING("name", "What is done"),
    STRING_F(REQUIRED | INDEX, "state", "Initialized, Queued, Active or Finished"),
    STRING_F(REQUIRED, "status", "Ok, Warn, Error, Timeout or Expired"),
    STRING("message", "How it goes"),
    STRING("userid", "Who asked for it"),
    STRING("identifier", "What it belongs to"),
    INT("pct_complete", "How far it is, in percent"),
    JSON("context_data", "What it works with"),
    JSON("results", "What came out"),
    STRING("zone", "Zone where it runs"),
    REF("miq_server_id", "server", "Server where it runs"),
    TIME("started_on", "When it started"),
    TIME("cancelled_on", "When somebody asked to end it"),
    CREATED_ON,
    UPDATED_ON,
    REEVE_COLUMNS_END,
};

static const struct reeve_column task_log_columns[] = {
    REF_F(REQUIRED, "miq_task_id", "task", "Task that it tells of"),
    STRING_F(REQUIRED, "level", "info, warning or error"),
    STRING_F(REQUIRED, "message", "What happened"),
    CREATED_ON,
    REEVE_COLUMNS_END,
};

const struct reeve_kind rv_kinds_queue[] = {
    KIND(message, .table = "miq_queue", .api_name = "miq_queue", .title = "Message",
         .help = "A command that waits for a worker", .flags = REEVE_KIND_SERVER, .key = LIST("id"),
         .class_name = "MiqQueue", .aliases = LIST("messages", "queue")),
    KIND(task, .table = "miq_tasks", .api_name = "tasks", .title = "Task",
         .help = "Something that was asked for, and how it went", .flags = REEVE_KIND_SERVER,
         .key = LIST("id"), .class_name = "MiqTask"),
    KIND(task_log, .table = "miq_task_logs", .api_name = "task_logs",
         .title = "Line of a task's log", .help = "What happened to a task, and when",
         .flags = REEVE_KIND_SERVER, .key = LIST("id")),
    KINDS_END,
};
