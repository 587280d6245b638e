/* SPDX-License-Identifier: Apache-2.0
 *
 * Several reads in one round trip, by pipeline mode. Rows come one at a time here too.
 * After a failure the server skips what is left, and its answers are read away.
 */
#include "pg.h"

#include "base/mem.h"

/* Each may bring its preparation along. */
#define AT_ONCE (PG_QUEUE / 2)

struct together {
    struct pg *pg;
    int stale;
    rv_err failure; /* the first */
};

static void
fail(struct together *all, const PGresult *result, const char *sql)
{
    all->stale = pg_is_stale(result);
    if (all->stale)
        rv_fail(&all->failure, RV_E_UNAVAILABLE, "%s",
                PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY));
    else
        pg_fail(all->pg, result, sql, &all->failure);
}

static void
hand_over(struct together *all, const struct rv_store_read *read, const PGresult *result,
          rv_value *values)
{
    int columns = PQnfields(result);

    for (int row = 0; row < PQntuples(result) && !all->failure.code; row++) {
        for (int i = 0; i < columns; i++)
            values[i] = pg_column_value(result, row, i);
        if (read->row(read->arg, values, &all->failure) < 0 && !all->failure.code)
            rv_fail(&all->failure, RV_E_INTERNAL, "a row was refused without a reason");
    }
}

static int
take_rows(struct together *all, const struct rv_store_read *read, rv_err *err)
{
    RV_AUTO_FREE rv_value *values = NULL;
    PGresult *result = NULL;

    PQsetSingleRowMode(all->pg->conn);
    while (pg_next_result(all->pg, &result, err) == 0 && result) {
        ExecStatusType status = PQresultStatus(result);
        if (values == NULL)
            values = rv_alloc(sizeof(*values) * (size_t)(PQnfields(result) + 1));
        if (!all->failure.code && (status == PGRES_FATAL_ERROR || status == PGRES_BAD_RESPONSE))
            fail(all, result, read->sql);
        else
            hand_over(all, read, result, values);
        PQclear(result);
    }
    return err->code;
}

/* things[i]: how many answers the i-th read has, its preparation's included. */
static int
send_all(struct pg *pg, int *things, const struct rv_store_read *reads, size_t count, rv_err *err)
{
    if (pg_begin_queue(pg, err) < 0)
        return err->code;
    for (size_t i = 0; i < count; i++) {
        int before = pg->queued;
        if (pg_send_queued(pg, reads[i].sql, reads[i].params, reads[i].count, err) < 0)
            return err->code;
        things[i] = pg->queued - before;
    }
    return PQpipelineSync(pg->conn) ? 0 : pg_lost(pg, err);
}

static int
read_chunk(struct together *all, const struct rv_store_read *reads, size_t count, rv_err *err)
{
    struct pg *pg = all->pg;
    int things[AT_ONCE];

    if (send_all(pg, things, reads, count, err) < 0)
        return err->code;
    for (size_t i = 0; i < count; i++) {
        for (int n = 1; n < things[i]; n++)
            if (pg_read_queued(pg, reads[i].sql, &all->failure, err) < 0)
                return err->code;
        if (take_rows(all, &reads[i], err) < 0)
            return err->code;
    }
    if (pg_end_queue(pg, err) < 0)
        return err->code;
    pg_queue_clear(pg);
    return 0;
}

int
pg_read_all(void *conn, const struct rv_store_read *reads, size_t count, rv_err *err)
{
    struct together all = { .pg = conn, .failure = RV_ERR_INIT };
    struct pg *pg = conn;

    for (size_t done = 0; done < count && !all.failure.code; done += AT_ONCE) {
        size_t here = count - done < AT_ONCE ? count - done : AT_ONCE;
        /* What was sent before is answered first: its answers are of another kind. */
        if (pg_ready(pg, err) < 0 || read_chunk(&all, reads + done, here, err) < 0)
            return err->code;
    }
    if (!all.failure.code)
        return PQstatus(pg->conn) == CONNECTION_BAD ? pg_lost(pg, err) : 0;
    pg_forget_prepared(pg, pg->queue_number);
    *err = all.failure;
    if (all.stale)
        pg_drop(pg); /* every prepared statement is in doubt */
    return PQstatus(pg->conn) == CONNECTION_BAD ? pg_lost(pg, err) : err->code;
}
