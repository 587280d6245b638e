/* SPDX-License-Identifier: Apache-2.0
 *
 * The rules, and how a plain one is carried out. A batch is chosen by looking only, so that where
 * nothing is over nobody is locked out; in the transaction that deletes, its rows are looked at
 * once more.
 */
#include "keeping/retention.h"

#include <string.h>
#include "base/buf.h"
#include "base/clock.h"
#include "base/mem.h"
#include "base/wait.h"
#include "keeping/retention_internal.h"
#include "model/model.h"
#include "store/record.h"

enum { RULE_MS = 400, COUNT_EVERY_MS = 600000 };
#define SQL_MAX_BYTES (1 << 20)

const struct rv_retention_rule rv_retention_rules[] = {
    { "changes", NULL, "at", NULL, "changes.keep", "changes.rows_max", 10000, 0 },
    { "archived inventory", NULL, "deleted_on", NULL, "inventory.archived_keep", NULL, 1000, 1 },
    { "archived machines", NULL, "deleted_on", NULL, "inventory.archived_vms_keep", NULL, 1000, 1 },
    { "tokens", "auth_tokens", "expires_on", NULL, NULL, NULL, 1000, 0 },
    { "finished tasks", "miq_tasks", "updated_on", "state = 'Finished'", "tasks.keep",
      "tasks.rows_max", 1000, 1 },
    { "lines of tasks' logs", "miq_task_logs", "created_on", NULL, "tasks.keep", NULL, 1000, 0 },
    { "dead messages", "miq_queue", "dead_on", "state = 'error'", "tasks.keep", "tasks.rows_max",
      1000, 0 },
    { "runs of automate", "automate_runs", "ended_on", NULL, "automate.keep", "automate.rows_max",
      1000, 0 },
    { "traces of automate", "automate_traces", "created_on",
      "run_id NOT IN (SELECT id FROM automate_runs WHERE status IN ('queued', 'running', 'retry'))",
      "automate.keep", "automate.rows_max", 1000, 0 },
    { "workspaces of automate", "miq_ae_workspaces", "created_on",
      "(run_id IS NULL OR run_id NOT IN (SELECT id FROM automate_runs WHERE status IN ('queued',"
      " 'running', 'retry')))",
      "automate.keep", "automate.rows_max", 1000, 0 },
    /* Whatever time a provider gave it: never one that waits for its handler. */
    { "events", "event_streams", "timestamp",
      "NOT EXISTS (SELECT 1 FROM event_lanes l WHERE l.id = event_streams.lane_id"
      " AND l.handled < event_streams.number)",
      "events.keep", "events.rows_max", 1000, 0 },
    { "audit events", "audit_events", "created_on", NULL, "audit.keep", NULL, 1000, 1 },
    { "workers of servers that are gone", "miq_workers", "last_heartbeat", NULL,
      "server.lost_workers_keep", NULL, 1000, 1 },
    { NULL, NULL, NULL, NULL, NULL, NULL, 0, 0 },
};

int
rv_dropping_time(const struct rv_dropping *dropping)
{
    return rv_monotonic_ms() < dropping->end_ms;
}

/* The rows of a rule that are older than this moment; of the same age, up to this id. */
struct limit {
    int64_t age, id;
};

static int
window_of(const struct rv_dropping *dropping, const struct rv_retention_rule *rule)
{
    return rule->window < dropping->batch ? rule->window : dropping->batch;
}

static char *
condition(const struct rv_retention_rule *rule)
{
    return rv_format("%s%s(\"%s\" < $1 OR (\"%s\" = $1 AND id <= $2))",
                     rule->only ? rule->only : "", rule->only ? " AND " : "", rule->age, rule->age);
}

static int
choose(rv_value *ids, struct rv_dropping *dropping, const struct rv_retention_rule *rule,
       const struct limit *limit, rv_err *err)
{
    RV_AUTO_ROWS struct rv_rows *rows = NULL;
    RV_AUTO_FREE char *which = condition(rule);
    RV_AUTO_FREE char *sql =
        rv_format("SELECT id FROM \"%s\" WHERE %s ORDER BY \"%s\", id LIMIT $3", rule->table, which,
                  rule->age);
    const rv_value params[] = { rv_vint(limit->age), rv_vint(limit->id),
                                rv_vint(window_of(dropping, rule)) };
    const rv_value *row = NULL;
    int count = 0, more;

    if (rv_store_query(dropping->store, &rows, sql, params, 3, err) < 0)
        return err->code;
    while ((more = rv_rows_next(rows, &row, err)) > 0)
        ids[count++] = row[0];
    return more < 0 ? more : count;
}

struct batch {
    const struct rv_retention_rule *rule;
    const struct limit *limit;
    rv_value *params; /* the limit, then the ids */
    int count;
    int64_t dropped;
};

static int
drop_batch(void *arg, struct rv_store *store, struct rv_feed *feed, rv_err *err)
{
    struct batch *batch = arg;
    const struct rv_kind *kind = rv_model_table(batch->rule->table);
    RV_AUTO_ROWS struct rv_rows *rows = NULL;
    RV_AUTO_FREE char *which = condition(batch->rule);
    RV_AUTO_BUF
    rv_buf sql = rv_buf_limited(SQL_MAX_BYTES);
    const rv_value *row = NULL;
    int more;

    rv_buf_addf(&sql, "DELETE FROM \"%s\" WHERE %s AND id IN (", batch->rule->table, which);
    for (int i = 0; i < batch->count; i++)
        rv_buf_addf(&sql, "%s$%d", i ? "," : "", i + 3);
    rv_buf_add_string(&sql, ") RETURNING id");
    if (rv_buf_check(&sql, err) < 0 ||
        rv_store_query(store, &rows, rv_buf_text(&sql), batch->params, batch->count + 2, err) < 0)
        return err->code;
    batch->dropped = 0;
    while ((more = rv_rows_next(rows, &row, err)) > 0) {
        batch->dropped++;
        if (batch->rule->feed && kind)
            rv_feed_add(feed, kind, row[0].v.i, 0, RV_DELETED, NULL);
    }
    return more;
}

/* All rows up to the limit. 1: the time is over before they are gone. */
static int
drop_up_to(struct rv_dropping *dropping, const struct rv_retention_rule *rule,
           const struct limit *limit, rv_err *err)
{
    int window = window_of(dropping, rule);
    RV_AUTO_FREE rv_value *params = rv_realloc(NULL, (size_t)window + 2, sizeof *params);
    struct batch batch = { .rule = rule, .limit = limit, .params = params };

    while (rv_dropping_time(dropping)) {
        batch.count = choose(params + 2, dropping, rule, limit, err);
        if (batch.count <= 0)
            return batch.count;
        params[0] = rv_vint(limit->age);
        params[1] = rv_vint(limit->id);
        if (rv_record_transaction(dropping->store, drop_batch, &batch, err) < 0 ||
            rv_wait_poll(err) < 0)
            return err->code;
        dropping->state->dropped += batch.dropped;
        if (batch.count < window)
            return 0;
    }
    return 1;
}

static int
drop_old(struct rv_dropping *dropping, const struct rv_retention_rule *rule, rv_err *err)
{
    int64_t keep_ms = rule->keep ? rv_settings_int(dropping->settings, rule->keep) : 0;
    const struct limit limit = { .age = rv_now_ms() - keep_ms, .id = 0 };

    if (rule->keep && keep_ms == 0)
        return 0;
    return drop_up_to(dropping, rule, &limit, err);
}

/* The newest of those that are too many. */
static int
find_cap(struct limit *out, struct rv_dropping *dropping, const struct rv_retention_rule *rule,
         int64_t most, rv_err *err)
{
    rv_value row[2];
    RV_AUTO_FREE char *sql = rv_format("SELECT \"%s\", id FROM \"%s\" WHERE %s%s\"%s\" IS NOT NULL"
                                       " ORDER BY \"%s\" DESC, id DESC LIMIT 1 OFFSET $1",
                                       rule->age, rule->table, rule->only ? rule->only : "",
                                       rule->only ? " AND " : "", rule->age, rule->age);
    int found = rv_store_one(dropping->store, row, 2, sql, (rv_value[]){ rv_vint(most) }, 1, err);

    if (found > 0)
        *out = (struct limit){ row[0].v.i, row[1].v.i };
    return found;
}

static int
drop_many(struct rv_dropping *dropping, const struct rv_retention_rule *rule, rv_err *err)
{
    struct limit limit;
    int64_t most = rule->most ? rv_settings_int(dropping->settings, rule->most) : 0;

    if (most == 0 || !dropping->counting)
        return 0;
    int found = find_cap(&limit, dropping, rule, most, err);
    return found <= 0 ? found : drop_up_to(dropping, rule, &limit, err);
}

static int
drop_changes(struct rv_dropping *dropping, const struct rv_retention_rule *rule, rv_err *err)
{
    int64_t keep_ms = rv_settings_int(dropping->settings, rule->keep);
    int64_t most = rv_settings_int(dropping->settings, rule->most), dropped = 1;
    int batch = window_of(dropping, rule);

    while (dropped > 0) {
        int64_t capped = 0;
        if (!rv_dropping_time(dropping))
            return 1;
        if (rv_feed_expire(dropping->store, keep_ms, batch, &dropped, err) < 0 ||
            (most > 0 && rv_feed_cap(dropping->store, most, batch, &capped, err) < 0) ||
            rv_wait_poll(err) < 0)
            return err->code;
        dropped += capped;
        dropping->state->dropped += dropped;
    }
    return 0;
}

static int
carry_out(struct rv_dropping *dropping, const struct rv_retention_rule *rule, rv_err *err)
{
    if (rule->table == NULL)
        return strcmp(rule->name, "changes") == 0 ? drop_changes(dropping, rule, err)
                                                  : rv_retention_archived(dropping, rule, err);
    int more = drop_old(dropping, rule, err);
    return more ? more : drop_many(dropping, rule, err);
}

int
rv_retention_run(struct rv_retention *state, struct rv_store *store,
                 const struct rv_settings *settings, rv_err *err)
{
    int64_t now_ms = rv_monotonic_ms();
    struct rv_dropping dropping = { .state = state,
                                    .store = store,
                                    .settings = settings,
                                    .batch = (int)rv_settings_int(settings, "purge.batch"),
                                    .counting = state->counted_ms == 0 ||
                                                now_ms - state->counted_ms >= COUNT_EVERY_MS };
    int more = 0;

    state->dropped = 0;
    for (const struct rv_retention_rule *rule = rv_retention_rules; rule->name; rule++) {
        /* Each has its time: one that has much to do does not keep the others from theirs. */
        dropping.end_ms = rv_monotonic_ms() + RULE_MS;
        int rc = carry_out(&dropping, rule, err);
        if (rc < 0)
            return rv_wrap(err, "drop %s", rule->name);
        more |= rc;
    }
    if (dropping.counting && !more)
        state->counted_ms = now_ms;
    return more;
}
