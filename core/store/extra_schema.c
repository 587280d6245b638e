/* SPDX-License-Identifier: Apache-2.0
 *
 * Indexes that the dictionary has no words for: partial ones, or over several
 * columns. Made at start when the catalogue lacks them. One that changes gets a new
 * name; a migration drops the old one.
 */
#include "schema_internal.h"

#include <string.h>
#include "base/mem.h"
#include "store_internal.h"

/* An object's events in the order of time. An event has few of these, and writes no index of the
 * others. */
#define EVENTS_OF(column)                                                                          \
    {                                                                                              \
        "ix_event_streams_" column "_time", "event_streams", 0,                                    \
            "(" column ", timestamp) WHERE " column " IS NOT NULL", NULL                           \
    }

const struct rv_extra_index rv_extra_indexes[] = {
    /* The first ready message of a queue. Small, whatever lies in the table beside. */
    { "ix_miq_queue_ready", "miq_queue", 0, "(queue_name, priority, id) WHERE state = 'ready'",
      NULL },
    /* Whether the same message waits already: put-unless-exists, under a lock by name. Not unique:
     * a plain put may repeat one, and one that is given back may meet its like. */
    { "ix_miq_queue_ready_digest", "miq_queue", 0, "(digest) WHERE state = 'ready'", NULL },
    /* What few messages have: each is found without reading the others, and costs those nothing. */
    { "ix_miq_queue_held", "miq_queue", 0, "(handler_id) WHERE state = 'dequeue'", NULL },
    { "ix_miq_queue_series_at_work", "miq_queue", 0,
      "(task_id) WHERE state = 'dequeue' AND task_id IS NOT NULL", NULL },
    { "ix_miq_queue_later", "miq_queue", 0,
      "(queue_name, deliver_on) WHERE state = 'ready' AND deliver_on IS NOT NULL", NULL },
    { "ix_miq_queue_expires", "miq_queue", 0,
      "(expires_on) WHERE state = 'ready' AND expires_on IS NOT NULL", NULL },
    { "ix_miq_queue_dead", "miq_queue", 0, "(dead_on) WHERE state = 'error'", NULL },
    { "ix_miq_queue_of_task", "miq_queue", 0, "(miq_task_id) WHERE miq_task_id IS NOT NULL", NULL },
    { "ix_miq_queue_of_user", "miq_queue", 0, "(user_id) WHERE user_id IS NOT NULL", NULL },
    /* An event is run once by each path, also when its message is delivered again. */
    { "ix_automate_runs_event", "automate_runs", 1,
      "(event_stream_id, uri) WHERE event_stream_id IS NOT NULL", NULL },
    { "ix_automate_runs_open", "automate_runs", 0,
      "(status, id) WHERE status IN ('queued', 'running', 'retry')", NULL },
    { "ix_automate_runs_target", "automate_runs", 0, "(target_id) WHERE target_id IS NOT NULL",
      NULL },
    { "ix_automate_runs_task", "automate_runs", 0, "(miq_task_id) WHERE miq_task_id IS NOT NULL",
      NULL },
    { "ix_automate_runs_worker", "automate_runs", 0,
      "(worker_id) WHERE worker_id IS NOT NULL AND status IN ('queued', 'running', 'retry')",
      NULL },
    { "ix_automate_runs_ended", "automate_runs", 0, "(ended_on) WHERE ended_on IS NOT NULL", NULL },
    { "ix_automate_traces_run", "automate_traces", 1, "(run_id, part)", NULL },
    { "ix_automate_traces_age", "automate_traces", 0, "(created_on)", NULL },
    EVENTS_OF("vm_or_template_id"),
    EVENTS_OF("host_id"),
    EVENTS_OF("ems_cluster_id"),
    EVENTS_OF("availability_zone_id"),
    EVENTS_OF("dest_vm_or_template_id"),
    EVENTS_OF("dest_host_id"),
    EVENTS_OF("dest_ems_cluster_id"),
    EVENTS_OF("container_project_id"),
    EVENTS_OF("container_id"),
    EVENTS_OF("container_group_id"),
    EVENTS_OF("container_node_id"),
    EVENTS_OF("container_replicator_id"),
    EVENTS_OF("physical_server_id"),
    EVENTS_OF("generating_ems_id"),
    EVENTS_OF("user_id"),
    EVENTS_OF("target_id"),
    { "ix_event_streams_ems_id_time", "event_streams", 0, "(ems_id, timestamp)", NULL },
    /* Whether a provider's event is there already. */
    { "ix_event_streams_ems_ref_of", "event_streams", 0,
      "(ems_id, ems_ref) WHERE ems_ref IS NOT NULL", NULL },
    { "ix_event_streams_chain", "event_streams", 0, "(ems_id, chain_id) WHERE chain_id IS NOT NULL",
      NULL },
    /* What waits in a lane, in its order. */
    { "ux_event_streams_lane", "event_streams", 1, "(lane_id, number) WHERE number IS NOT NULL",
      NULL },
    { NULL, NULL, 0, NULL, NULL },
};

int
rv_schema_has_extra(const char *table, const char *column)
{
    size_t len = strlen(column);
    for (const struct rv_extra_index *extra = rv_extra_indexes; extra->name; extra++)
        if (strcmp(extra->table, table) == 0 && strncmp(extra->sqlite + 1, column, len) == 0 &&
            (extra->sqlite[1 + len] == ')' || extra->sqlite[1 + len] == ','))
            return 1;
    return 0;
}

void
rv_schema_extra_ddl(rv_buf *sql, const struct rv_store *store, const struct rv_catalogue *catalogue)
{
    for (const struct rv_extra_index *extra = rv_extra_indexes; extra->name; extra++) {
        const char *rest = extra->sqlite;
        if (rv_store_is_postgres(store) && extra->postgres)
            rest = extra->postgres;
        if (!rv_catalogue_has_index(catalogue, extra->name) &&
            rv_catalogue_has(catalogue, extra->table, NULL))
            rv_buf_addf(sql, "CREATE %sINDEX %s ON %s %s;", extra->unique ? "UNIQUE " : "",
                        extra->name, extra->table, rest);
    }
}
