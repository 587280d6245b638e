/* SPDX-License-Identifier: Apache-2.0
 *
 * Which messages a taker may have, as SQL over `miq_queue q`.
 */
#include "queue/queue_internal.h"

struct rv_queue_sql
rv_queue_sql_new(void)
{
    return (struct rv_queue_sql){ .sql = rv_buf_limited(RV_QUEUE_SQL_MAX) };
}

void
rv_queue_sql_add(struct rv_queue_sql *statement, const char *text)
{
    rv_buf_add_string(&statement->sql, text);
}

void
rv_queue_sql_param(struct rv_queue_sql *statement, rv_value value)
{
    RV_ASSERT(statement->count < RV_QUEUE_PARAMS_MAX);
    statement->params[statement->count++] = value;
    rv_buf_addf(&statement->sql, "$%d", statement->count);
}

static void
add_list(struct rv_queue_sql *statement, const char *const *texts, int most)
{
    rv_queue_sql_add(statement, "(");
    for (int i = 0; texts[i]; i++) {
        RV_ASSERT(i < most);
        rv_queue_sql_add(statement, i ? ", " : "");
        rv_queue_sql_param(statement, rv_vtext(texts[i]));
    }
    rv_queue_sql_add(statement, ")");
}

/* "column IS NULL OR column = mine" */
static void
add_null_or(struct rv_queue_sql *statement, const char *column, const char *mine)
{
    rv_buf_addf(&statement->sql, " AND (%s IS NULL", column);
    if (mine) {
        rv_buf_addf(&statement->sql, " OR %s = ", column);
        rv_queue_sql_param(statement, rv_vtext(mine));
    }
    rv_queue_sql_add(statement, ")");
}

void
rv_queue_sql_fits(struct rv_queue_sql *statement, const struct rv_taker *taker)
{
    rv_queue_sql_add(statement, "q.state = 'ready'");
    if (taker->queues) {
        rv_queue_sql_add(statement, " AND q.queue_name IN ");
        add_list(statement, taker->queues, RV_MOST_QUEUES);
    }
    add_null_or(statement, "q.zone", taker->zone);
    add_null_or(statement, "q.server_guid", taker->server_guid);
    rv_queue_sql_add(statement, " AND (q.role IS NULL");
    if (taker->roles && taker->roles[0]) {
        rv_queue_sql_add(statement, " OR q.role IN ");
        add_list(statement, taker->roles, RV_MOST_ROLES);
    }
    rv_queue_sql_add(statement, ") AND (q.task_id IS NULL OR NOT EXISTS (SELECT 1 FROM miq_queue b"
                                " WHERE b.state = 'dequeue' AND b.task_id = q.task_id"
                                " AND (b.zone IS NULL OR q.zone IS NULL OR b.zone = q.zone)))");
}

void
rv_queue_sql_up_to(struct rv_queue_sql *statement, int priority)
{
    rv_queue_sql_add(statement, " AND q.priority <= ");
    rv_queue_sql_param(statement, rv_vint(priority));
}

void
rv_queue_sql_from(struct rv_queue_sql *statement, int priority, int64_t id)
{
    rv_queue_sql_up_to(statement, priority);
    rv_queue_sql_add(statement, " AND (q.priority, q.id) >= (");
    rv_queue_sql_param(statement, rv_vint(priority));
    rv_queue_sql_add(statement, ", ");
    rv_queue_sql_param(statement, rv_vint(id));
    rv_queue_sql_add(statement, ")");
}

void
rv_queue_sql_due(struct rv_queue_sql *statement, int64_t now_ms)
{
    rv_queue_sql_add(statement, " AND (q.deliver_on IS NULL OR q.deliver_on <= ");
    rv_queue_sql_param(statement, rv_vint(now_ms));
    rv_queue_sql_add(statement, ") AND (q.expires_on IS NULL OR q.expires_on > ");
    rv_queue_sql_param(statement, rv_vint(now_ms));
    rv_queue_sql_add(statement, ")");
}
