/* SPDX-License-Identifier: Apache-2.0
 *
 * Tasks: Queued -> Active -> Finished. A task that is finished stays as it is, so
 * a late report does no harm.
 */
#include "queue/task.h"

#include <string.h>
#include "base/clock.h"
#include "base/mem.h"
#include "base/text.h"
#include "model/model.h"
#include "queue/remove.h"
#include "store/record.h"

enum { TEXT_MAX_BYTES = 4096 };

static const char waiting[] = "Waiting for a worker";

/* What a task is now. */
struct task_now {
    int finished, cancelled;
};

static const struct rv_kind *
task_kind(void)
{
    return rv_model_table("miq_tasks");
}

/* What one of the calls below was told. */
struct change {
    int64_t id;
    const char *name, *userid, *status, *message, *results;
    int pct;
};

static int
look(struct task_now *out, struct rv_store *store, int64_t id, rv_err *err)
{
    rv_value row[2];
    const rv_value params[] = { rv_vint(id) };
    memset(out, 0, sizeof(*out));
    int found = rv_store_one(
        store, row, 2, "SELECT state, cancelled_on FROM miq_tasks WHERE id = $1", params, 1, err);
    if (found < 0)
        return found;
    if (!found)
        return rv_fail(err, RV_E_NOT_FOUND, "there is no task %lld", (long long)id);
    out->finished = strcmp(row[0].v.text, "Finished") == 0;
    out->cancelled = row[1].type == RV_INT;
    return 0;
}

static int
create(void *arg, struct rv_store *store, struct rv_feed *feed, rv_err *err)
{
    struct change *change = arg;
    const struct rv_field fields[] = {
        { "name", rv_vtext(change->name) }, { "userid", rv_vtext(change->userid) },
        { "state", rv_vtext("Queued") },    { "status", rv_vtext("Ok") },
        { "message", rv_vtext(waiting) },   { "pct_complete", rv_vint(0) },
    };
    return rv_record_insert(store, feed, task_kind(), fields, RV_COUNT(fields), &change->id, err);
}

static int
start(void *arg, struct rv_store *store, struct rv_feed *feed, rv_err *err)
{
    struct change *change = arg;
    struct task_now now;
    if (look(&now, store, change->id, err))
        return err->code;
    if (now.finished)
        return 0;
    const struct rv_field fields[] = { { "state", rv_vtext("Active") },
                                       { "message", rv_vtext("Working") },
                                       { "started_on", rv_vint(rv_now_ms()) } };
    if (rv_record_update(store, feed, task_kind(), change->id, fields, RV_COUNT(fields), err))
        return err->code;
    return rv_task_log(store, change->id, "info", "a worker has begun", err);
}

static int
progress(void *arg, struct rv_store *store, struct rv_feed *feed, rv_err *err)
{
    struct change *change = arg;
    struct task_now now;
    struct rv_field fields[2];
    int count = 0;
    if (look(&now, store, change->id, err))
        return err->code;
    if (change->pct >= 0)
        fields[count++] =
            (struct rv_field){ "pct_complete", rv_vint(change->pct > 100 ? 100 : change->pct) };
    if (change->message)
        fields[count++] = (struct rv_field){ "message", rv_vtext(change->message) };
    if (now.finished || count == 0)
        return 0;
    return rv_record_update(store, feed, task_kind(), change->id, fields, count, err);
}

static const char *
level_of(const char *status)
{
    return strcmp(status, "Ok") == 0 ? "info" : strcmp(status, "Warn") == 0 ? "warning" : "error";
}

static int
finish(void *arg, struct rv_store *store, struct rv_feed *feed, rv_err *err)
{
    struct change *change = arg;
    struct task_now now;
    if (look(&now, store, change->id, err))
        return err->code;
    if (now.finished)
        return 0;
    struct rv_field fields[] = {
        { "state", rv_vtext("Finished") },        { "status", rv_vtext(change->status) },
        { "message", rv_vtext(change->message) }, { "pct_complete", rv_vint(100) },
        { "results", rv_vtext(change->results) },
    };
    if (rv_record_update(store, feed, task_kind(), change->id, fields,
                         change->results ? RV_COUNT(fields) : RV_COUNT(fields) - 1, err))
        return err->code;
    RV_AUTO_FREE char *line =
        rv_format("finished: %s%s%s", change->status, change->message ? ": " : "",
                  change->message ? change->message : "");
    return rv_task_log(store, change->id, level_of(change->status), line, err);
}

static int
cancel(void *arg, struct rv_store *store, struct rv_feed *feed, rv_err *err)
{
    struct change *change = arg;
    struct task_now now;
    /* Ready whatever the task's state: a worker may have begun it and given it back. */
    const struct rv_removal removal = { .which = "miq_task_id = $1 AND state = 'ready'",
                                        .param = rv_vint(change->id),
                                        .ended = { .state = "error", .text = "cancelled" } };
    const struct rv_field mark[] = { { "cancelled_on", rv_vint(rv_now_ms()) },
                                     { "message", rv_vtext("Asked to stop") } };
    if (look(&now, store, change->id, err))
        return err->code;
    if (now.finished)
        return rv_fail(err, RV_E_CONFLICT, "task %lld is finished already", (long long)change->id);
    int deleted = rv_queue_remove_some(store, &removal, err);
    /* A worker has its message: it will see the mark. */
    if (deleted == 0 &&
        rv_record_update(store, feed, task_kind(), change->id, mark, RV_COUNT(mark), err) == 0)
        return rv_task_log(store, change->id, "warning", "somebody asked to end it", err);
    return deleted < 0 ? deleted : err->code;
}

static int
again(void *arg, struct rv_store *store, struct rv_feed *feed, rv_err *err)
{
    struct change *change = arg;
    struct task_now now;
    const struct rv_field fields[] = {
        { "state", rv_vtext("Queued") },  { "status", rv_vtext("Ok") },
        { "message", rv_vtext(waiting) }, { "pct_complete", rv_vint(0) },
        { "results", RV_VNULL },          { "started_on", RV_VNULL },
        { "cancelled_on", RV_VNULL },
    };
    if (look(&now, store, change->id, err))
        return err->code;
    if (!now.finished)
        return 0;
    if (rv_record_update(store, feed, task_kind(), change->id, fields, RV_COUNT(fields), err))
        return err->code;
    return rv_task_log(store, change->id, "info", "sent again from the start", err);
}

/* Lines of the log are rows: their ids come before the transaction. */
static int
transaction(struct rv_store *store, rv_record_work work, struct change *change, rv_err *err)
{
    if (!rv_store_in_transaction(store) && rv_store_reserve_ids(store, 4, err))
        return err->code;
    return rv_record_transaction(store, work, change, err);
}

int
rv_task_create(struct rv_store *store, const char *name, const char *userid, int64_t *id,
               rv_err *err)
{
    struct change change = { .name = name, .userid = userid };
    if (transaction(store, create, &change, err))
        return rv_wrap(err, "create task '%s'", name);
    *id = change.id;
    return 0;
}

int
rv_task_start(struct rv_store *store, int64_t id, rv_err *err)
{
    struct change change = { .id = id };
    return transaction(store, start, &change, err) ? rv_wrap(err, "start task") : 0;
}

int
rv_task_progress(struct rv_store *store, int64_t id, int pct, const char *message, rv_err *err)
{
    struct change change = { .id = id, .pct = pct, .message = message };
    return transaction(store, progress, &change, err) ? rv_wrap(err, "report on task") : 0;
}

int
rv_task_finish(struct rv_store *store, int64_t id, const char *status, const char *message,
               const char *results, rv_err *err)
{
    /* An error's text may be long; what a person reads need not be. */
    RV_AUTO_FREE char *cut = message ? rv_strndup(message, TEXT_MAX_BYTES) : NULL;
    if (cut)
        cut[rv_utf8_prefix(cut, strlen(cut))] = '\0';
    struct change change = { .id = id, .status = status, .message = cut, .results = results };
    return transaction(store, finish, &change, err) ? rv_wrap(err, "finish task") : 0;
}

int
rv_task_again(struct rv_store *store, int64_t id, rv_err *err)
{
    struct change change = { .id = id };
    return transaction(store, again, &change, err) ? rv_wrap(err, "begin task again") : 0;
}

int
rv_task_cancel(struct rv_store *store, int64_t id, rv_err *err)
{
    struct change change = { .id = id };
    if (!rv_store_in_transaction(store) && rv_queue_remove_reserve(store, err))
        return rv_wrap(err, "cancel task");
    return rv_record_transaction(store, cancel, &change, err) ? rv_wrap(err, "cancel task") : 0;
}

int
rv_task_cancelled(struct rv_store *store, int64_t id, rv_err *err)
{
    struct task_now now;
    if (look(&now, store, id, err))
        return rv_wrap(err, "look at task");
    return now.cancelled;
}

int
rv_task_each_cancelled(struct rv_store *store,
                       void (*fn)(void *arg, int64_t holder, int64_t message_id), void *arg,
                       rv_err *err)
{
    RV_AUTO_ROWS struct rv_rows *rows = NULL;
    const rv_value *row = NULL;
    int more;
    if (rv_store_query(store, &rows,
                       "SELECT q.handler_id, q.id FROM miq_queue q"
                       " JOIN miq_tasks t ON t.id = q.miq_task_id"
                       " WHERE q.state = 'dequeue' AND t.cancelled_on IS NOT NULL"
                       " AND t.state <> 'Finished' AND q.handler_id IS NOT NULL",
                       NULL, 0, err))
        return rv_wrap(err, "look for cancelled tasks");
    while ((more = rv_rows_next(rows, &row, err)) > 0)
        fn(arg, row[0].v.i, row[1].v.i);
    return more < 0 ? rv_wrap(err, "look for cancelled tasks") : 0;
}
