/* SPDX-License-Identifier: Apache-2.0
 *
 * Taking messages. A look that locks nothing comes first, so that idle workers
 * do not queue up for SQLite's writer; the claim is one statement.
 */
#include "queue/queue_internal.h"

#include <string.h>
#include "base/buf.h"
#include "base/clock.h"
#include "base/mem.h"

enum { SQL_MAX_BYTES = 8192, MOST_PARAMS = RV_MOST_QUEUES + RV_MOST_ROLES + 16 };

/* A statement and its parameters, while they are put together. */
struct statement {
    rv_buf sql;
    rv_value params[MOST_PARAMS];
    int count;
};

static struct statement
new_statement(void)
{
    return (struct statement){ .sql = rv_buf_limited(SQL_MAX_BYTES) };
}

static void
add_param(struct statement *statement, rv_value value)
{
    RV_ASSERT(statement->count < MOST_PARAMS);
    statement->params[statement->count++] = value;
    rv_buf_addf(&statement->sql, "$%d", statement->count);
}

static void
add_list(struct statement *statement, const char *const *texts, int most)
{
    rv_buf_add_string(&statement->sql, "(");
    for (int i = 0; texts[i]; i++) {
        RV_ASSERT(i < most);
        rv_buf_add_string(&statement->sql, i ? ", " : "");
        add_param(statement, rv_vtext(texts[i]));
    }
    rv_buf_add_string(&statement->sql, ")");
}

/* "column IS NULL OR column = mine" */
static void
add_null_or(struct statement *statement, const char *column, const char *mine)
{
    rv_buf_addf(&statement->sql, " AND (%s IS NULL", column);
    if (mine) {
        rv_buf_addf(&statement->sql, " OR %s = ", column);
        add_param(statement, rv_vtext(mine));
    }
    rv_buf_add_string(&statement->sql, ")");
}

/* All but deliver_on. */
static void
add_fits(struct statement *statement, const struct rv_taker *taker)
{
    rv_buf_add_string(&statement->sql, "state = 'ready'");
    if (taker->queues) {
        rv_buf_add_string(&statement->sql, " AND queue_name IN ");
        add_list(statement, taker->queues, RV_MOST_QUEUES);
    }
    rv_buf_add_string(&statement->sql, " AND priority <= ");
    add_param(statement, rv_vint(taker->max_priority));
    add_null_or(statement, "zone", taker->zone);
    add_null_or(statement, "server_guid", taker->server_guid);
    rv_buf_add_string(&statement->sql, " AND (role IS NULL");
    if (taker->roles && taker->roles[0]) {
        rv_buf_add_string(&statement->sql, " OR role IN ");
        add_list(statement, taker->roles, RV_MOST_ROLES);
    }
    rv_buf_add_string(&statement->sql, ")");
}

/* SELECT of the first one that fits and is due. */
static void
add_first(struct statement *statement, const struct rv_taker *taker, int64_t now_ms)
{
    rv_buf_add_string(&statement->sql, "SELECT id FROM miq_queue WHERE ");
    add_fits(statement, taker);
    rv_buf_add_string(&statement->sql, " AND (deliver_on IS NULL OR deliver_on <= ");
    add_param(statement, rv_vint(now_ms));
    rv_buf_add_string(&statement->sql, ") ORDER BY priority, id LIMIT 1");
}

static int
something_waits(struct rv_store *store, const struct rv_taker *taker, int64_t now_ms, rv_err *err)
{
    rv_value row[1];
    struct statement look = new_statement();
    add_first(&look, taker, now_ms);
    int found = rv_store_one(store, row, 1, rv_buf_text(&look.sql), look.params, look.count, err);
    rv_buf_free(&look.sql);
    return found;
}

static void
build_claim(struct statement *claim, struct rv_store *store, const struct rv_taker *taker,
            int64_t now_ms)
{
    rv_buf_add_string(&claim->sql,
                      "UPDATE miq_queue SET state = 'dequeue', handler_type = 'worker',"
                      " generation = generation + 1, attempts = attempts + 1,"
                      " handler_id = ");
    add_param(claim, rv_vint(taker->holder));
    rv_buf_add_string(&claim->sql, ", lease_expires_on = ");
    add_param(claim, rv_vint(now_ms + taker->lease_ms));
    rv_buf_add_string(&claim->sql, ", dequeued_on = ");
    add_param(claim, rv_vint(now_ms));
    rv_buf_add_string(&claim->sql, ", updated_on = ");
    add_param(claim, rv_vint(now_ms));
    rv_buf_add_string(&claim->sql, " WHERE state = 'ready' AND id = (");
    add_first(claim, taker, now_ms);
    rv_buf_addf(&claim->sql,
                "%s) RETURNING id, generation, target_id, miq_task_id, msg_timeout,"
                " created_on, priority, retryable, attempts, max_attempts, queue_name,"
                " class_name, method_name, args",
                rv_store_skip_locked(store));
}

static int64_t
int_of(const rv_value *value, int64_t fallback)
{
    return value->type == RV_INT ? value->v.i : fallback;
}

static char *
text_of(const rv_value *value, const char *fallback)
{
    return rv_strdup(value->type == RV_TEXT ? value->v.text : fallback);
}

static struct rv_message *
message_of(const rv_value *row, int64_t now_ms)
{
    struct rv_message *message = rv_alloc(sizeof(*message));
    message->id = row[0].v.i;
    message->generation = row[1].v.i;
    message->target_id = int_of(&row[2], 0);
    message->task_id = int_of(&row[3], 0);
    message->timeout_ms = int_of(&row[4], RV_DEFAULT_TIMEOUT_MS / 1000) * 1000;
    message->created_on = int_of(&row[5], 0);
    message->dequeued_on = now_ms;
    message->priority = (int)row[6].v.i;
    message->flags = int_of(&row[7], 0) ? RV_MESSAGE_AGAIN : 0;
    message->attempts = (int)row[8].v.i;
    message->max_attempts = (int)int_of(&row[9], RV_DEFAULT_ATTEMPTS);
    message->queue_name = text_of(&row[10], "");
    message->class_name = text_of(&row[11], "");
    message->method_name = text_of(&row[12], "");
    message->args = text_of(&row[13], "{}");
    return message;
}

static int
claim_first(struct rv_store *store, const struct rv_taker *taker, struct rv_message **out,
            int64_t now_ms, rv_err *err)
{
    rv_value row[14];
    struct statement claim = new_statement();
    build_claim(&claim, store, taker, now_ms);
    int found =
        rv_store_one(store, row, 14, rv_buf_text(&claim.sql), claim.params, claim.count, err);
    rv_buf_free(&claim.sql);
    if (found > 0)
        *out = message_of(row, now_ms);
    return found;
}

int
rv_queue_take(struct rv_store *store, const struct rv_taker *taker, struct rv_message **out,
              rv_err *err)
{
    *out = NULL;
    int64_t now_ms = rv_now_ms();
    int found = something_waits(store, taker, now_ms, err);
    if (found > 0)
        found = claim_first(store, taker, out, now_ms, err);
    return found < 0 ? rv_wrap(err, "take a message") : found;
}

int
rv_queue_next_due(struct rv_store *store, const struct rv_taker *taker, int64_t *ms, rv_err *err)
{
    rv_value row[1];
    struct statement look = new_statement();
    rv_buf_add_string(&look.sql, "SELECT MIN(COALESCE(deliver_on, 0)) FROM miq_queue WHERE ");
    add_fits(&look, taker);
    int found = rv_store_one(store, row, 1, rv_buf_text(&look.sql), look.params, look.count, err);
    rv_buf_free(&look.sql);
    if (found < 0)
        return rv_wrap(err, "look for the next message");
    *ms = -1;
    if (found && row[0].type == RV_INT) {
        int64_t left_ms = row[0].v.i - rv_now_ms();
        *ms = left_ms > 0 ? left_ms : 0;
    }
    return 0;
}

static int
read_names(char ***out, struct rv_rows *rows, rv_err *err)
{
    const rv_value *row = NULL;
    char **names = rv_alloc(sizeof(char *) * (RV_MOST_DUE + 1));
    int count = 0, more;
    while ((more = rv_rows_next(rows, &row, err)) > 0 && count < RV_MOST_DUE)
        names[count++] = rv_strdup(row[0].v.text);
    if (more < 0) {
        rv_queue_names_free(names);
        return more;
    }
    *out = names;
    return 0;
}

int
rv_queue_due(struct rv_store *store, const struct rv_taker *taker, char ***names, rv_err *err)
{
    RV_AUTO_ROWS struct rv_rows *rows = NULL;
    struct rv_taker any = *taker;
    struct statement look = new_statement();
    any.queues = NULL;
    rv_buf_add_string(&look.sql, "SELECT DISTINCT queue_name FROM miq_queue WHERE ");
    add_fits(&look, &any);
    rv_buf_add_string(&look.sql, " AND (deliver_on IS NULL OR deliver_on <= ");
    add_param(&look, rv_vint(rv_now_ms()));
    rv_buf_addf(&look.sql, ") LIMIT %d", RV_MOST_DUE);
    int failed = rv_store_query(store, &rows, rv_buf_text(&look.sql), look.params, look.count, err);
    rv_buf_free(&look.sql);
    if (!failed)
        failed = read_names(names, rows, err);
    return failed ? rv_wrap(err, "look for queues with work") : 0;
}

void
rv_queue_names_free(char **names)
{
    for (int i = 0; names && names[i]; i++)
        free(names[i]);
    free(names);
}

void
rv_message_free(struct rv_message *message)
{
    if (message == NULL)
        return;
    free(message->queue_name);
    free(message->class_name);
    free(message->method_name);
    free(message->args);
    free(message);
}
