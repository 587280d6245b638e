/* SPDX-License-Identifier: Apache-2.0
 *
 * When there will be something to take, and where: for those who wait and those who wake them.
 */
#include "queue/queue_internal.h"

#include <stdlib.h>
#include "base/clock.h"
#include "base/mem.h"

/* Those without deliver_on are ready, and would have been taken. */
static int
next_delayed(struct rv_store *store, const struct rv_taker *taker, int64_t *ms, rv_err *err)
{
    rv_value row[1];
    int64_t now_ms = rv_now_ms();
    struct rv_queue_sql sql = rv_queue_sql_new();
    rv_queue_sql_add(&sql, "SELECT MIN(q.deliver_on) FROM miq_queue q WHERE ");
    rv_queue_sql_fits(&sql, taker);
    rv_queue_sql_up_to(&sql, taker->max_priority);
    rv_queue_sql_add(&sql, " AND q.deliver_on IS NOT NULL"
                           " AND (q.expires_on IS NULL OR q.expires_on > ");
    rv_queue_sql_param(&sql, rv_vint(now_ms));
    rv_queue_sql_add(&sql, ")");
    int found = rv_store_one(store, row, 1, rv_buf_text(&sql.sql), sql.params, sql.count, err);
    rv_buf_free(&sql.sql);
    *ms = -1;
    if (found > 0 && row[0].type == RV_INT)
        *ms = row[0].v.i > now_ms ? row[0].v.i - now_ms : 0;
    return found < 0 ? found : 0;
}

int
rv_queue_next_due(struct rv_store *store, const struct rv_taker *taker, int64_t *ms, rv_err *err)
{
    if (next_delayed(store, taker, ms, err))
        return rv_wrap(err, "look for the next message");
    int64_t look_ms = taker->floors ? rv_floors_wait_ms(taker->floors) : -1;
    if (look_ms >= 0 && (*ms < 0 || look_ms < *ms))
        *ms = look_ms;
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

/* From one name to the next by the index: DISTINCT makes PostgreSQL read all that waits. */
#define NAMES                                                                                      \
    "WITH RECURSIVE names(name) AS (SELECT MIN(queue_name) FROM miq_queue WHERE state = 'ready'"   \
    " UNION ALL SELECT (SELECT MIN(queue_name) FROM miq_queue WHERE state = 'ready'"               \
    " AND queue_name > names.name) FROM names WHERE names.name IS NOT NULL) "

int
rv_queue_due(struct rv_store *store, const struct rv_taker *taker, char ***names, rv_err *err)
{
    RV_AUTO_ROWS struct rv_rows *rows = NULL;
    struct rv_taker any = *taker;
    struct rv_queue_sql sql = rv_queue_sql_new();
    any.queues = NULL;
    rv_queue_sql_add(&sql,
                     NAMES "SELECT name FROM names WHERE name IS NOT NULL"
                           " AND EXISTS (SELECT 1 FROM miq_queue q WHERE q.queue_name = name AND ");
    rv_queue_sql_fits(&sql, &any);
    rv_queue_sql_up_to(&sql, taker->max_priority);
    rv_queue_sql_due(&sql, rv_now_ms());
    rv_buf_addf(&sql.sql, ") LIMIT %d", RV_MOST_DUE);
    int failed = rv_store_query(store, &rows, rv_buf_text(&sql.sql), sql.params, sql.count, err);
    rv_buf_free(&sql.sql);
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

static const char *
text_or_null(const rv_value *value)
{
    return value->type == RV_TEXT ? value->v.text : NULL;
}

int
rv_queue_counts(struct rv_store *store, void (*fn)(void *arg, const struct rv_queue_count *count),
                void *arg, rv_err *err)
{
    RV_AUTO_ROWS struct rv_rows *rows = NULL;
    const rv_value *row = NULL;
    int more;
    if (rv_store_query(store, &rows,
                       "SELECT state, queue_name, zone, role, COUNT(*), MIN(created_on)"
                       " FROM miq_queue GROUP BY state, queue_name, zone, role"
                       " ORDER BY state, queue_name, zone NULLS LAST, role NULLS LAST",
                       NULL, 0, err))
        return rv_wrap(err, "count messages");
    while ((more = rv_rows_next(rows, &row, err)) > 0) {
        const struct rv_queue_count count = { .state = row[0].v.text,
                                              .queue_name = row[1].v.text,
                                              .zone = text_or_null(&row[2]),
                                              .role = text_or_null(&row[3]),
                                              .count = row[4].v.i,
                                              .oldest_on = row[5].type == RV_INT ? row[5].v.i : 0 };
        fn(arg, &count);
    }
    return more < 0 ? rv_wrap(err, "count messages") : 0;
}
