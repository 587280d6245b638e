/* SPDX-License-Identifier: Apache-2.0
 *
 * Waiting for the server. A cancellation ends the statement at the server too.
 * Commits, rollbacks and what must be read away after a cancellation are waited
 * for whatever was cancelled, but not for ever.
 */
#include "pg.h"

#include <poll.h>
#include <time.h>

#define ABANDON_MS 3000
#define SLICE_MS 100

int64_t
pg_now_ms(void)
{
    struct timespec now;

    /* The real clock: a test that sets the time does not change how long a server takes. */
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Beats the heart, does not look at cancellation. */
static int
wait_until_done(struct pg *pg, short events, rv_err *err)
{
    struct pollfd fd = { .fd = PQsocket(pg->conn), .events = events };

    for (;;) {
        rv_err ignored = RV_ERR_INIT;
        int64_t left = pg->finish_by_ms - pg_now_ms();
        if (left <= 0)
            return rv_fail(err, RV_E_UNAVAILABLE, "the database does not answer");
        int ready = poll(&fd, 1, (int)(left < SLICE_MS ? left : SLICE_MS));
        if (ready > 0)
            return 0;
        pg_host->poll(&ignored);
    }
}

static int
wait_for(struct pg *pg, short events, rv_err *err)
{
    if (pg->finish_by_ms)
        return wait_until_done(pg, events, err);
    return pg_host->wait_fd(PQsocket(pg->conn), events, -1, err) < 0 ? err->code : 0;
}

int
pg_flush(struct pg *pg, rv_err *err)
{
    int left;

    while ((left = PQflush(pg->conn)) == 1) {
        /* Readable too: a server that cannot write its answers stops reading. */
        if (wait_for(pg, POLLIN | POLLOUT, err) < 0)
            return err->code;
        if (!PQconsumeInput(pg->conn))
            return pg_lost(pg, err);
    }
    return left < 0 ? pg_lost(pg, err) : 0;
}

static int
wait_result(struct pg *pg, PGresult **out, rv_err *err)
{
    if (pg_flush(pg, err) < 0)
        return err->code;
    while (PQisBusy(pg->conn)) {
        if (wait_for(pg, POLLIN, err) < 0)
            return err->code;
        if (!PQconsumeInput(pg->conn))
            return pg_lost(pg, err);
    }
    *out = PQgetResult(pg->conn);
    return 0;
}

static void
cancel_at_server(struct pg *pg)
{
    char text[256];
    PGcancel *cancel = PQgetCancel(pg->conn);

    /* libpq connects and waits here, for as long as tcp_user_timeout says. */
    if (cancel && !PQcancel(cancel, text, sizeof text))
        pg_host->warn("cancelling a statement failed", text);
    PQfreeCancel(cancel);
}

void
pg_abandon(struct pg *pg)
{
    rv_err ignored = RV_ERR_INIT;
    PGresult *result = NULL;

    if (!pg->conn)
        return;
    cancel_at_server(pg);
    if (pg->queued) {
        /* Answers of several statements are on their way: a new connection is simpler. */
        pg_drop(pg);
        return;
    }
    pg->finish_by_ms = pg_now_ms() + ABANDON_MS;
    if (pg->copying)
        PQputCopyEnd(pg->conn, "cancelled");
    pg->copying = 0;
    while (wait_result(pg, &result, &ignored) == 0 && result)
        PQclear(result);
    pg->finish_by_ms = 0;
    if (ignored.code)
        pg_drop(pg);
}

int
pg_next_result(struct pg *pg, PGresult **out, rv_err *err)
{
    *out = NULL;
    if (wait_result(pg, out, err) == 0)
        return 0;
    pg_abandon(pg);
    return err->code;
}

int
pg_finish(struct pg *pg, const char *sql, rv_err *err)
{
    PGresult *result = NULL;

    for (;;) {
        rv_err here = RV_ERR_INIT;
        if (pg_next_result(pg, &result, &here) < 0) {
            if (!err->code)
                *err = here;
            return err->code;
        }
        if (!result)
            break;
        ExecStatusType status = PQresultStatus(result);
        if (!err->code && (status == PGRES_FATAL_ERROR || status == PGRES_BAD_RESPONSE))
            pg_fail(pg, result, sql, err);
        PQclear(result);
    }
    return PQstatus(pg->conn) == CONNECTION_BAD ? pg_lost(pg, err) : err->code;
}

void
pg_result_clear_p(PGresult **result)
{
    PQclear(*result);
    *result = NULL;
}
