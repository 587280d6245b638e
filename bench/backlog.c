/* SPDX-License-Identifier: Apache-2.0
 *
 * Messages to work on, and how one works on them with plain SQL.
 */
#include <stdio.h>
#include <stdlib.h>
#include "base/buf.h"
#include "base/clock.h"
#include "crew.h"

#define LEASE_MS (10 * 60 * 1000)
#define HOLDER 1000 /* row id of the first worker, of which there is none */

void
bench_backlog(struct rv_store *store, int64_t messages)
{
    const rv_value params[] = { rv_vint(messages), rv_vint(rv_now_ms()) };
    rv_err err = RV_ERR_INIT;

    rv_test_script(store,
                   rv_store_is_postgres(store) ? "TRUNCATE miq_queue" : "DELETE FROM miq_queue");
    if (rv_store_exec(store, NULL,
                      "WITH RECURSIVE n(i) AS (SELECT CAST($1 AS bigint) UNION ALL"
                      " SELECT i - 1 FROM n WHERE i > 1)"
                      " INSERT INTO miq_queue (id, queue_name, state, priority, class_name,"
                      " method_name, target_id, args, msg_timeout, max_attempts, retryable, digest,"
                      " created_on, updated_on, generation, attempts)"
                      " SELECT i, 'generic', 'ready', 100, 'Bench', 'work', i, '{}', 600, 3, TRUE,"
                      " 'bench' || i, $2, $2, 0, 0 FROM n",
                      params, 2, &err) < 0 ||
        rv_store_analyze(store, "miq_queue", &err) < 0)
        bench_die("put messages", &err);
}

struct rv_taker
bench_taker(int index, struct rv_floors *floors)
{
    static const char *const queues[] = { "generic", NULL }, *const roles[] = { NULL };

    return (struct rv_taker){ .holder = HOLDER + index,
                              .queues = queues,
                              .roles = roles,
                              .zone = "default",
                              .server_guid = "bench",
                              .max_priority = 200,
                              .lease_ms = LEASE_MS,
                              .floors = floors };
}

#define FIRST                                                                                      \
    "SELECT id FROM miq_queue WHERE state = 'ready' AND queue_name = 'generic'"                    \
    " AND priority <= 200 AND (zone IS NULL OR zone = 'default')"                                  \
    " AND (server_guid IS NULL OR server_guid = 'bench') AND role IS NULL"                         \
    " AND (deliver_on IS NULL OR deliver_on <= $1) ORDER BY priority, id LIMIT "

#define MARK                                                                                       \
    "UPDATE miq_queue SET state = 'dequeue', handler_type = 'worker', handler_id = $2,"            \
    " generation = generation + 1, attempts = attempts + 1, lease_expires_on = CAST($1 AS "        \
    "bigint) + 600000,"                                                                            \
    " dequeued_on = $1, updated_on = $1 WHERE "

int
bench_claim_naive(struct rv_store *store, int index, struct bench_claim *claim)
{
    const char *sql = rv_store_is_postgres(store) ? FIRST "1 FOR UPDATE" : FIRST "1";
    rv_value params[] = { rv_vint(rv_now_ms()), rv_vint(HOLDER + index), RV_VNULL }, row[1];
    rv_err err = RV_ERR_INIT;
    int found;

    if (rv_store_begin(store, &err) < 0)
        bench_die("claim", &err);
    /* None: perhaps another has taken the one that was waited for. */
    while ((found = rv_store_one(store, row, 1, sql, params, 1, &err)) == 0 &&
           rv_store_one(store, row, 1, "SELECT id FROM miq_queue WHERE state = 'ready' LIMIT 1",
                        NULL, 0, &err) == 1)
        ;
    claim->count = found == 1;
    if (found == 1) {
        claim->ids[0] = row[0].v.i;
        params[2] = row[0];
        found = rv_store_exec(store, NULL, MARK "id = $3", params, 3, &err);
    }
    if (found < 0 || rv_store_commit(store, &err) < 0)
        bench_die("claim", &err);
    return claim->count;
}

int
bench_claim_skipping(struct rv_store *store, int index, int batch, struct bench_claim *claim)
{
    RV_AUTO_BUF rv_buf sql = rv_buf_limited(4096);
    const rv_value params[] = { rv_vint(rv_now_ms()), rv_vint(HOLDER + index) };
    struct rv_rows *rows = NULL;
    const rv_value *row;
    rv_err err = RV_ERR_INIT;
    int more;

    /* Not IN on PostgreSQL: a join may run the SELECT again, and lock more than was asked for. */
    int postgres = rv_store_is_postgres(store);
    rv_buf_addf(&sql, MARK "state = 'ready' AND id %s" FIRST "%d%s%s RETURNING id",
                postgres ? "= ANY (ARRAY(" : "IN (", batch, rv_store_skip_locked(store),
                postgres ? "))" : ")");
    claim->count = 0;
    if (rv_store_query(store, &rows, rv_buf_text(&sql), params, 2, &err) < 0)
        bench_die("claim", &err);
    while ((more = rv_rows_next(rows, &row, &err)) == 1)
        claim->ids[claim->count++] = row[0].v.i;
    rv_rows_close(rows);
    if (more < 0)
        bench_die("claim", &err);
    return claim->count;
}

void
bench_acknowledge(struct rv_store *store, const struct bench_claim *claim)
{
    RV_AUTO_BUF rv_buf ids = rv_buf_limited(1 << 16);
    rv_value params[1];
    int64_t changed;
    rv_err err = RV_ERR_INIT;
    int failed;

    if (claim->count == 1) {
        params[0] = rv_vint(claim->ids[0]);
        failed =
            rv_store_exec(store, &changed, "DELETE FROM miq_queue WHERE id = $1", params, 1, &err);
    } else {
        int postgres = rv_store_is_postgres(store);

        rv_buf_add_string(&ids, postgres ? "{" : "[");
        for (int i = 0; i < claim->count; i++)
            rv_buf_addf(&ids, "%s%lld", i ? "," : "", (long long)claim->ids[i]);
        rv_buf_add_string(&ids, postgres ? "}" : "]");
        params[0] = rv_vtext(rv_buf_text(&ids));
        failed = rv_store_exec(
            store, &changed,
            postgres ? "DELETE FROM miq_queue WHERE id = ANY (CAST($1 AS bigint[]))"
                     : "DELETE FROM miq_queue WHERE id IN (SELECT value FROM json_each($1))",
            params, 1, &err);
    }
    if (failed < 0 || changed != claim->count)
        bench_die("acknowledge", &err);
}
