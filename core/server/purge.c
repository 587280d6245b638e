/* SPDX-License-Identifier: Apache-2.0
 *
 * Purging in small transactions, so that nobody waits for it.
 */
#include "server/purge.h"

#include "auth/auth.h"
#include "base/clock.h"
#include "base/mem.h"
#include "model/model.h"
#include "store/record.h"

enum { MOST_ROUNDS = 20 };

static int
purge_feed(struct rv_worker *worker, int batch, rv_err *err)
{
    int64_t keep_ms = rv_settings_int(worker->settings, "changes.keep"), dropped = batch;
    for (int i = 0; i < MOST_ROUNDS && dropped >= batch; i++)
        if (rv_feed_expire(worker->store, keep_ms, batch, &dropped, err))
            return err->code;
    return 0;
}

static int
old_tasks(struct rv_worker *worker, int64_t *ids, int batch, rv_err *err)
{
    RV_AUTO_ROWS struct rv_rows *rows = NULL;
    const rv_value *row = NULL;
    const rv_value params[] = {
        rv_vint(rv_now_ms() - rv_settings_int(worker->settings, "tasks.keep")), rv_vint(batch)
    };
    int count = 0, more;
    if (rv_store_query(worker->store, &rows,
                       "SELECT id FROM miq_tasks WHERE state = 'Finished' AND updated_on < $1"
                       " ORDER BY id LIMIT $2",
                       params, 2, err))
        return err->code;
    while ((more = rv_rows_next(rows, &row, err)) > 0)
        ids[count++] = row[0].v.i;
    return more < 0 ? more : count;
}

struct batch {
    int64_t *ids;
    int count;
};

static int
delete_tasks(void *arg, struct rv_store *store, struct rv_feed *feed, rv_err *err)
{
    const struct batch *tasks = arg;
    for (int i = 0; i < tasks->count; i++)
        if (rv_record_delete(store, feed, rv_model_table("miq_tasks"), tasks->ids[i], err))
            return err->code;
    return 0;
}

static int
purge_tasks(struct rv_worker *worker, int batch, rv_err *err)
{
    RV_AUTO_FREE int64_t *ids = rv_alloc(sizeof(int64_t) * (size_t)batch);
    struct batch tasks = { ids, old_tasks(worker, ids, batch, err) };
    if (tasks.count <= 0)
        return tasks.count;
    return rv_record_transaction(worker->store, delete_tasks, &tasks, err);
}

/* Dead letters that nobody has sent again. */
static int
purge_dead_messages(struct rv_worker *worker, int batch, rv_err *err)
{
    const rv_value params[] = {
        rv_vint(rv_now_ms() - rv_settings_int(worker->settings, "tasks.keep")), rv_vint(batch)
    };
    return rv_store_exec(worker->store, NULL,
                         "DELETE FROM miq_queue WHERE id IN (SELECT id FROM miq_queue"
                         " WHERE state = 'error' AND dead_on < $1 ORDER BY id LIMIT $2)",
                         params, 2, err);
}

int
rv_purge_run(struct rv_worker *worker, rv_err *err)
{
    int batch = (int)rv_settings_int(worker->settings, "purge.batch");
    if (purge_feed(worker, batch, err) || rv_auth_token_expire(worker->store, err) ||
        purge_tasks(worker, batch, err) || purge_dead_messages(worker, batch, err))
        return rv_wrap(err, "purge");
    return 0;
}
