/* SPDX-License-Identifier: Apache-2.0
 *
 * Reading and writing runs.
 */
#include "automate/runs.h"

#include <stdlib.h>
#include <string.h>
#include "base/clock.h"
#include "base/mem.h"
#include "base/text.h"
#include "model/model.h"
#include "queue/queue.h"

#define COLUMNS                                                                                    \
    "id, event_stream_id, target_id, miq_task_id, message_id, worker_id, generation, uri, "        \
    "message,"                                                                                     \
    " target_type, status, ae_state, result, error, error_place, entered, server_guid, "           \
    "stopped_by,"                                                                                  \
    " attrs, state, ae_state_started, ae_state_retries, next_on, began_on, ended_on, took_us,"     \
    " methods, attempts"
enum { COLUMN_COUNT = 28 };

void
rv_run_clear(struct rv_run *run)
{
    free(run->uri);
    free(run->message);
    free(run->target_kind);
    free(run->ae_state);
    free(run->result);
    free(run->error);
    free(run->error_place);
    free(run->entered);
    free(run->server_guid);
    free(run->stopped_by);
    free(run->attrs);
    free(run->state);
    *run = (struct rv_run){ 0 };
}

void
rv_run_text(char **text, const char *value)
{
    char *copy = rv_strdup(value);
    free(*text);
    *text = copy;
}

int
rv_run_is_over(const struct rv_run *run)
{
    return strcmp(run->status, "queued") != 0 && strcmp(run->status, "running") != 0;
}

static int64_t
number(const rv_value *value)
{
    return value->type == RV_INT ? value->v.i : 0;
}

static char *
text(const rv_value *value)
{
    return value->type == RV_TEXT ? rv_strdup(value->v.text) : NULL;
}

static void
take_row(struct rv_run *out, const rv_value *row)
{
    *out = (struct rv_run){ .id = number(&row[0]),
                            .event_id = number(&row[1]),
                            .target_id = number(&row[2]),
                            .task_id = number(&row[3]),
                            .message_id = number(&row[4]),
                            .worker_id = number(&row[5]),
                            .generation = number(&row[6]),
                            .uri = text(&row[7]),
                            .message = text(&row[8]),
                            .target_kind = text(&row[9]),
                            .ae_state = text(&row[11]),
                            .result = text(&row[12]),
                            .error = text(&row[13]),
                            .error_place = text(&row[14]),
                            .entered = text(&row[15]),
                            .server_guid = text(&row[16]),
                            .stopped_by = text(&row[17]),
                            .attrs = text(&row[18]),
                            .state = text(&row[19]),
                            .ae_state_started = number(&row[20]),
                            .ae_state_retries = number(&row[21]),
                            .next_on = number(&row[22]),
                            .began_on = number(&row[23]),
                            .ended_on = number(&row[24]),
                            .took_us = number(&row[25]),
                            .methods = number(&row[26]),
                            .attempts = number(&row[27]) };
    snprintf(out->status, sizeof(out->status), "%s", row[10].type == RV_TEXT ? row[10].v.text : "");
}

int
rv_run_load(struct rv_run *out, struct rv_store *store, int64_t id, rv_err *err)
{
    rv_value row[COLUMN_COUNT], param = rv_vint(id);
    int found = rv_store_one(store, row, COLUMN_COUNT,
                             "SELECT " COLUMNS " FROM automate_runs WHERE id = $1", &param, 1, err);
    if (found > 0)
        take_row(out, row);
    return found;
}

int
rv_run_of_event(struct rv_run *out, struct rv_store *store, int64_t event_id, const char *uri,
                rv_err *err)
{
    rv_value row[COLUMN_COUNT];
    const rv_value params[] = { rv_vint(event_id), rv_vtext(uri) };
    int found = rv_store_one(store, row, COLUMN_COUNT,
                             "SELECT " COLUMNS " FROM automate_runs WHERE event_stream_id = $1"
                             " AND uri = $2",
                             params, 2, err);
    if (found > 0)
        take_row(out, row);
    return found;
}

static rv_value
or_null(int64_t value)
{
    return value ? rv_vint(value) : RV_VNULL;
}

int
rv_run_write(struct rv_run *run, struct rv_store *store, struct rv_feed *feed, rv_err *err)
{
    const struct rv_kind *kind = rv_model_kind("automate_run");
    const struct rv_field fields[] = {
        { "event_stream_id", or_null(run->event_id) },
        { "uri", rv_vtext(run->uri) },
        { "message", rv_vtext(run->message) },
        { "target_type", rv_vtext(run->target_id ? run->target_kind : NULL) },
        { "target_id", or_null(run->target_kind ? run->target_id : 0) },
        { "status", rv_vtext(run->status) },
        { "ae_state", rv_vtext(run->ae_state) },
        { "ae_state_started", or_null(run->ae_state_started) },
        { "ae_state_retries", run->ae_state ? rv_vint(run->ae_state_retries) : RV_VNULL },
        { "next_on", or_null(run->next_on) },
        { "server_guid", rv_vtext(run->server_guid) },
        { "attrs", rv_vtext(run->attrs) },
        { "state", rv_vtext(run->state) },
        { "entered", rv_vtext(run->entered) },
        { "result", rv_vtext(run->result) },
        { "error", rv_vtext(run->error) },
        { "error_place", rv_vtext(run->error_place) },
        { "began_on", or_null(run->began_on) },
        { "ended_on", or_null(run->ended_on) },
        { "took_us", run->began_on ? rv_vint(run->took_us) : RV_VNULL },
        { "methods", run->began_on ? rv_vint(run->methods) : RV_VNULL },
        { "attempts", rv_vint(run->attempts) },
        { "message_id", or_null(run->message_id) },
        { "miq_task_id", or_null(run->task_id) },
        { "worker_id", or_null(run->worker_id) },
        { "generation", or_null(run->generation) },
    };
    if (run->id)
        return rv_record_update(store, feed, kind, run->id, fields, RV_COUNT(fields), err);
    return rv_record_insert(store, feed, kind, fields, RV_COUNT(fields), &run->id, err);
}

int
rv_run_stop_wanted(struct rv_store *store, int64_t id, char **who, rv_err *err)
{
    rv_value row[1], param = rv_vint(id);
    int found = rv_store_one(store, row, 1,
                             "SELECT stopped_by FROM automate_runs WHERE id = $1"
                             " AND stopped_by IS NOT NULL",
                             &param, 1, err);
    if (found > 0 && who)
        *who = rv_strdup(row[0].v.text);
    return found;
}

/* Nobody works on a message that is ready, and nobody takes it while this transaction holds it; nor
 * on one that is gone. */
static int
is_nobodys(struct rv_store *store, const struct rv_run *run, rv_err *err)
{
    rv_value row[1], param = rv_vint(run->message_id);
    if (run->message_id == 0)
        return strcmp(run->status, "running") != 0;
    int ready = rv_queue_now(store, run->message_id, err);
    if (ready)
        return ready;
    int there =
        rv_store_one(store, row, 1, "SELECT id FROM miq_queue WHERE id = $1", &param, 1, err);
    return there < 0 ? there : !there;
}

int
rv_run_state(char status[12], char **stopped_by, struct rv_store *store, int64_t id, rv_err *err)
{
    rv_value row[2], param = rv_vint(id);
    const char *sql = rv_store_is_postgres(store)
                          ? "SELECT status, stopped_by FROM automate_runs WHERE id = $1 FOR UPDATE"
                          : "SELECT status, stopped_by FROM automate_runs WHERE id = $1";
    int found = rv_store_one(store, row, 2, sql, &param, 1, err);
    if (found <= 0)
        return found;
    snprintf(status, 12, "%s", row[0].type == RV_TEXT ? row[0].v.text : "");
    *stopped_by = text(&row[1]);
    return 1;
}

struct stopping {
    int64_t id;
    const char *who;
    int over;
};

/* Messages before rows, as who writes runs does. One that a worker holds is that worker's to end:
 * its row would be written again. */
static int
stop_in(void *arg, struct rv_store *store, struct rv_feed *feed, rv_err *err)
{
    struct stopping *stopping = arg;
    RV_AUTO_RUN struct rv_run run = { 0 };
    RV_AUTO_FREE char *before = NULL, *text = rv_format("stopped by %s", stopping->who);
    char status[12] = "";
    int found = rv_run_load(&run, store, stopping->id, err);
    if (found > 0)
        stopping->over = is_nobodys(store, &run, err);
    if (found > 0 && stopping->over >= 0)
        found = rv_run_state(status, &before, store, stopping->id, err);
    if (found < 0 || stopping->over < 0)
        return err->code;
    if (!found)
        return rv_fail(err, RV_E_NOT_FOUND, "there is no run %lld", (long long)stopping->id);
    if (strcmp(status, "retry") != 0 && strcmp(status, "queued") != 0 &&
        strcmp(status, "running") != 0)
        return rv_fail(err, RV_E_CONFLICT, "run %lld is over: %s", (long long)run.id, status);
    const struct rv_field fields[] = { { "stopped_by", rv_vtext(stopping->who) },
                                       { "status", rv_vtext("stopped") },
                                       { "ended_on", rv_vint(rv_now_ms()) },
                                       { "error", rv_vtext(text) },
                                       { "next_on", RV_VNULL } };
    return rv_record_update(store, feed, rv_model_kind("automate_run"), run.id, fields,
                            stopping->over ? (int)RV_COUNT(fields) : 1, err);
}

int
rv_run_stop(struct rv_store *store, int64_t id, const char *who, rv_err *err)
{
    struct stopping stopping = { .id = id, .who = who };
    if (rv_record_transaction(store, stop_in, &stopping, err))
        return err->code;
    return stopping.over;
}

enum { FORSAKEN_AT_ONCE = 100 };

struct forsaken {
    int64_t ids[FORSAKEN_AT_ONCE];
    int count;
};

/* Looked for without a lock: most times there is none. */
#define FORSAKEN                                                                                   \
    "status IN ('queued', 'running', 'retry') AND message_id IS NOT NULL"                          \
    " AND NOT EXISTS (SELECT 1 FROM miq_queue q WHERE q.id = automate_runs.message_id)"

static int
find_forsaken(struct forsaken *out, struct rv_store *store, rv_err *err)
{
    RV_AUTO_ROWS struct rv_rows *rows = NULL;
    const rv_value *row = NULL;
    int more;
    RV_AUTO_FREE char *sql =
        rv_format("SELECT id FROM automate_runs WHERE " FORSAKEN " LIMIT %d", FORSAKEN_AT_ONCE);
    if (rv_store_query(store, &rows, sql, NULL, 0, err))
        return err->code;
    while ((more = rv_rows_next(rows, &row, err)) > 0)
        out->ids[out->count++] = row[0].v.i;
    return more;
}

/* A run and its message change in one transaction, so what is found so here is so for good. */
static int
end_forsaken(void *arg, struct rv_store *store, struct rv_feed *feed, rv_err *err)
{
    const struct forsaken *forsaken = arg;
    const struct rv_field fields[] = { { "status", rv_vtext("stopped") },
                                       { "ended_on", rv_vint(rv_now_ms()) },
                                       { "error", rv_vtext("its message is gone: cancelled") },
                                       { "next_on", RV_VNULL } };
    for (int i = 0; i < forsaken->count; i++) {
        rv_value row[1], id = rv_vint(forsaken->ids[i]);
        int found = rv_store_one(
            store, row, 1, "SELECT id FROM automate_runs WHERE id = $1 AND " FORSAKEN, &id, 1, err);
        if (found < 0 ||
            (found && rv_record_update(store, feed, rv_model_kind("automate_run"), forsaken->ids[i],
                                       fields, RV_COUNT(fields), err)))
            return err->code;
    }
    return 0;
}

int
rv_runs_end_forsaken(struct rv_store *store, int *count, rv_err *err)
{
    struct forsaken forsaken = { .count = 0 };
    if (find_forsaken(&forsaken, store, err) ||
        (forsaken.count && rv_record_transaction(store, end_forsaken, &forsaken, err)))
        return rv_wrap(err, "end runs whose message is gone");
    if (count)
        *count = forsaken.count;
    return 0;
}
