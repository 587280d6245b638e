/* SPDX-License-Identifier: Apache-2.0
 *
 * What automate did: a row for each run of an event (or of a path that a person asked for), which
 * is also what a state machine lives by while it waits, and what was traced of it.
 */
#include "model/kinds.h"
#include "model/columns.h"

static const struct reeve_column automate_run_columns[] = {
    REF("event_stream_id", "event_stream", "Event that it is about; null: a path was asked for"),
    STRING_F(REQUIRED, "uri", "Path that was delivered, with its arguments"),
    STRING("message", "Message of the path: create, ..."),
    POLY("target", NULL, "Object that it is about"),
    STRING_F(REQUIRED, "status", "queued, running, retry, finished, error or stopped"),
    STRING("ae_state", "State that its machine is in"),
    TIME("ae_state_started", "When its machine entered that state"),
    INT("ae_state_retries", "How often that state was tried again"),
    TIME("next_on", "When it goes on"),
    STRING("server_guid", "Server that it goes on at; null: any"),
    COLUMN_(REEVE_JSON, INTERNAL, "attrs", "Attributes that its root began with"),
    COLUMN_(REEVE_JSON, INTERNAL, "state",
            "What its machines go on with: states, counters, variables"),
    STRING_F(INTERNAL, "entered", "Once-only step that was begun and not seen to end"),
    STRING("result", "ae_result that it ended with"),
    STRING("error", "Why it failed"),
    STRING("error_place", "Where: domain/class/instance/method:line"),
    TIME("began_on", "When it began"),
    TIME("ended_on", "When it ended"),
    INT("took_us", "Microseconds that it was worked on"),
    INT("methods", "Methods that ran"),
    INT("attempts", "How often it was begun, the times that a worker died of it included"),
    STRING("stopped_by", "Who stopped it"),
    INT_F(INTERNAL, "message_id", "Its message, while it waits or is worked on"),
    REF("miq_task_id", "task", "Task that waits for it"),
    REF("worker_id", "worker", "Worker that worked on it last"),
    INT("generation", "Generation of the datastore that it began with"),
    CREATED_ON,
    UPDATED_ON,
    REEVE_COLUMNS_END,
};

/* A trace is read whole and by its run; in parts because a row has a ceiling. */
static const struct reeve_column automate_trace_columns[] = {
    REF_F(REQUIRED, "run_id", "automate_run", "Run that it tells of"),
    INT_F(REQUIRED, "part", "Its parts count from 0"),
    JSON("data", "Steps: objects, fields, methods, log lines, with their times"),
    CREATED_ON,
    REEVE_COLUMNS_END,
};

/* Read by those who know its GUID: its run is no reference, or the run would list it. */
static const struct reeve_column automate_workspace_columns[] = {
    STRING_F(REQUIRED, "guid", "What it is asked for by"),
    JSON("input", "Objects, variables and parameters of the run; stars for passwords"),
    JSON("output", "What was answered: objects and state_vars"),
    STRING_F(SECRET, "sealed_value", "What its passwords are"),
    INT_F(INTERNAL, "run_id", "Run that published it"),
    INT("user_id", "User whose run it is"),
    INT("tenant_id", "Tenant whose run it is"),
    CREATED_ON,
    UPDATED_ON,
    REEVE_COLUMNS_END,
};

const struct reeve_kind rv_kinds_automate_run[] = {
    KIND(automate_run, .table = "automate_runs", .api_name = "automate_runs",
         .title = "Run of automate", .help = "What automate did for an event or a request",
         .flags = REEVE_KIND_SERVER, .key = LIST("id"), .aliases = LIST("runs")),
    KIND(automate_trace, .table = "automate_traces", .api_name = "automate_traces",
         .title = "Trace of a run", .help = "What happened in a run of automate, step by step",
         .flags = REEVE_KIND_SERVER, .key = LIST("id")),
    KIND(automate_workspace, .table = "miq_ae_workspaces", .api_name = "automate_workspaces",
         .title = "Workspace of automate",
         .help = "What a run has published for a program outside, and its answer",
         .flags = REEVE_KIND_SERVER, .class_name = "AutomateWorkspace", .key = LIST("guid")),
    KINDS_END,
};
