/* SPDX-License-Identifier: Apache-2.0
 *
 * What is kept of a task's way, and the end of those that nothing is heard of any more.
 */
#include "queue/task.h"

#include <string.h>
#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/text.h"

enum { LINE_MAX_BYTES = 2048, SILENT_AT_ONCE = 100 };

int
rv_task_log(struct rv_store *store, int64_t id, const char *level, const char *message, rv_err *err)
{
    int64_t line_id;
    rv_err no_ids = RV_ERR_INIT;
    RV_AUTO_FREE char *line = rv_strndup(message, LINE_MAX_BYTES);
    if (rv_store_reserve_ids(store, 1, &no_ids))
        return rv_store_in_transaction(store) ? 0 : rv_fail(err, no_ids.code, "%s", no_ids.text);
    if (rv_store_new_id(store, &line_id, err))
        return err->code;
    line[rv_utf8_prefix(line, strlen(line))] = '\0';
    const rv_value params[] = { rv_vint(line_id), rv_vint(id),          rv_vtext(level),
                                rv_vtext(line),   rv_vint(rv_now_ms()), rv_vint(RV_TASK_LOG_MOST) };
    if (rv_store_exec(store, NULL,
                      "INSERT INTO miq_task_logs (id, miq_task_id, level, message, created_on)"
                      " SELECT CAST($1 AS BIGINT), CAST($2 AS BIGINT), $3, $4, CAST($5 AS BIGINT)"
                      " WHERE (SELECT COUNT(*) FROM miq_task_logs WHERE miq_task_id = $2) < $6",
                      params, RV_COUNT(params), err))
        return rv_wrap(err, "log of task %lld", (long long)id);
    return 0;
}

int
rv_task_drop_log(struct rv_store *store, int64_t id, rv_err *err)
{
    const rv_value params[] = { rv_vint(id) };
    return rv_store_exec(store, NULL, "DELETE FROM miq_task_logs WHERE miq_task_id = $1", params, 1,
                         err);
}

static int
silent_tasks(struct rv_store *store, int64_t before_ms, int64_t *ids, rv_err *err)
{
    RV_AUTO_ROWS struct rv_rows *rows = NULL;
    const rv_value *row = NULL;
    const rv_value params[] = { rv_vint(before_ms), rv_vint(SILENT_AT_ONCE) };
    int count = 0, more;
    if (rv_store_query(store, &rows,
                       "SELECT t.id FROM miq_tasks t WHERE t.state <> 'Finished'"
                       " AND t.updated_on < $1 AND NOT EXISTS (SELECT 1 FROM miq_queue q"
                       " WHERE q.miq_task_id = t.id AND q.state IN ('ready', 'dequeue'))"
                       " ORDER BY t.id LIMIT $2",
                       params, 2, err))
        return err->code;
    while ((more = rv_rows_next(rows, &row, err)) > 0)
        ids[count++] = row[0].v.i;
    return more < 0 ? more : count;
}

int
rv_task_expire_silent(struct rv_store *store, int64_t silent_ms, int64_t *count, rv_err *err)
{
    int64_t ids[SILENT_AT_ONCE];
    RV_AUTO_FREE char *why = rv_format("no sign of life for %lld s", (long long)(silent_ms / 1000));
    int silent = silent_tasks(store, rv_now_ms() - silent_ms, ids, err);
    for (int i = 0; i < silent; i++) {
        if (rv_task_finish(store, ids[i], "Error", why, NULL, err) && err->code != RV_E_NOT_FOUND)
            return rv_wrap(err, "end tasks that are silent");
        rv_err_clear(err);
        rv_log(RV_WARNING, "a task is given up: nothing was heard of it",
               RV_F("task", RV_I(ids[i])), RV_F("silent_s", RV_I(silent_ms / 1000)));
    }
    if (count)
        *count = silent > 0 ? silent : 0;
    return silent < 0 ? rv_wrap(err, "look for tasks that are silent") : 0;
}
