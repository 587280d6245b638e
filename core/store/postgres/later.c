/* SPDX-License-Identifier: Apache-2.0
 *
 * Statements that are sent without waiting for each (libpq's pipeline mode): a save is
 * a dozen statements whose answers say nothing, and a round trip each is what it would take most of
 * its time for. The first failure makes the server skip the rest of the queue, the
 * COMMIT at its end included.
 */
#include "pg.h"

#include <stdlib.h>

void
pg_queue_clear(struct pg *pg)
{
    for (int i = 0; i < pg->queued; i++)
        free(pg->queue[i]);
    pg->queued = 0;
}

int
pg_begin_queue(struct pg *pg, rv_err *err)
{
    if (pg->queued)
        return 0;
    if (pg_ready(pg, err) < 0)
        return err->code;
    if (!PQenterPipelineMode(pg->conn))
        return pg_lost(pg, err);
    pg->queue_number = pg->statement_number;
    return 0;
}

int
pg_exec_later(struct pg *pg, const char *sql, const rv_value *params, int count, rv_err *err)
{
    /* A statement may bring its preparation along. */
    if (pg->queued > PG_QUEUE - 4 && pg_settle(pg, err) < 0)
        return err->code;
    /* libpq sends what it holds when that is much, or when the answers are asked for. */
    if (pg_begin_queue(pg, err) < 0)
        return err->code;
    return pg_send_queued(pg, sql, params, count, err);
}

int
pg_read_queued(struct pg *pg, const char *sql, rv_err *failure, rv_err *err)
{
    PGresult *result = NULL;

    while (pg_next_result(pg, &result, err) == 0 && result) {
        ExecStatusType status = PQresultStatus(result);
        if (!failure->code && (status == PGRES_FATAL_ERROR || status == PGRES_BAD_RESPONSE))
            pg_fail(pg, result, sql, failure);
        PQclear(result);
    }
    return err->code;
}

int
pg_end_queue(struct pg *pg, rv_err *err)
{
    PG_AUTO_RESULT PGresult *result = NULL;

    if (pg_next_result(pg, &result, err) < 0)
        return err->code;
    if (PQresultStatus(result) != PGRES_PIPELINE_SYNC || !PQexitPipelineMode(pg->conn))
        return pg_lost(pg, err);
    return 0;
}

int
pg_settle(struct pg *pg, rv_err *err)
{
    rv_err failure = RV_ERR_INIT;

    if (!pg->queued)
        return 0;
    if (!PQpipelineSync(pg->conn))
        return pg_lost(pg, err);
    for (int i = 0; i < pg->queued && !err->code; i++)
        pg_read_queued(pg, pg->queue[i], &failure, err);
    if (err->code || pg_end_queue(pg, err) < 0)
        return err->code; /* the connection is gone, and the queue with it */
    pg_queue_clear(pg);
    if (failure.code) {
        pg_forget_prepared(pg, pg->queue_number);
        *err = failure;
    }
    return PQstatus(pg->conn) == CONNECTION_BAD ? pg_lost(pg, err) : err->code;
}

int
pg_settle_commit(struct pg *pg, rv_err *err)
{
    if (pg_send_queued(pg, "COMMIT", NULL, 0, err) < 0)
        return err->code;
    return pg_settle(pg, err);
}
