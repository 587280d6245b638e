/* SPDX-License-Identifier: Apache-2.0
 *
 * Waiting for the server. A cancellation ends the statement at the server too.
 * Commits, rollbacks and what must be read away after a cancellation are waited
 * for whatever was cancelled. Nothing is waited for for ever: a server that is frozen, or behind a
 * network that is dead, says nothing, not even that it has gone. Then the connection is dropped.
 */
#include "pg.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

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

/* Beats the heart, does not look at cancellation. 1 when the descriptor is ready, 0 at the time. */
static int
wait_until(int fd, short events, int64_t by_ms)
{
    struct pollfd one = { .fd = fd, .events = events };

    for (;;) {
        rv_err ignored = RV_ERR_INIT;
        int64_t left = by_ms - pg_now_ms();
        if (left <= 0)
            return 0;
        if (poll(&one, 1, (int)(left < SLICE_MS ? left : SLICE_MS)) > 0)
            return 1;
        pg_host->poll(&ignored);
    }
}

/* A statement may take its time, but a server that is not there is not waited for. */
static int
wait_while_alive(struct pg *pg, short events, int64_t by_ms, rv_err *err)
{
    for (;;) {
        int64_t left = by_ms - pg_now_ms();
        int ready = pg_host->wait_fd(PQsocket(pg->conn), events,
                                     left < pg->alive_ms ? left : pg->alive_ms, err);
        if (ready || left <= pg->alive_ms)
            return ready;
        ready = pg_server_answers(pg, err);
        if (ready <= 0) {
            pg->gone = ready == 0;
            return ready;
        }
    }
}

/* Each piece that comes, or is taken, gives the next one the whole time. */
static int
wait_for(struct pg *pg, short events, rv_err *err)
{
    int64_t limit_ms = pg->patience_ms ? pg->patience_ms
                       : pg->bulk      ? pg->answer_ms * PG_BULK_TIMES
                                       : pg->answer_ms;
    int64_t start_ms = pg_now_ms();
    int ready;

    if (pg->finish_by_ms)
        ready = wait_until(PQsocket(pg->conn), events, pg->finish_by_ms);
    else if (pg->alive_ms && pg->alive_ms < limit_ms)
        ready = wait_while_alive(pg, events, start_ms + limit_ms, err);
    else
        ready = pg_host->wait_fd(PQsocket(pg->conn), events, limit_ms, err);
    if (ready < 0)
        return err->code;
    return ready ? 0 : pg_silent(pg, pg_now_ms() - start_ms, err);
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

/* The process that cancels: libpq waits there for as long as the server is silent. */
static _Noreturn void
cancel_in_child(PGcancel *cancel, int ended)
{
    char text[256];

    alarm(ABANDON_MS / 1000 + 1);
    int failed = !PQcancel(cancel, text, sizeof text);
    if (failed)
        (void)!write(ended, text, strlen(text));
    _exit(failed);
}

/* 0 when the server does not answer that either. */
static int
cancel_at_server(struct pg *pg)
{
    char text[256] = "";
    int ends[2], answered = 1;
    PGcancel *cancel = PQgetCancel(pg->conn);
    pid_t pid = -1;

    if (cancel && pipe2(ends, O_CLOEXEC) == 0) {
        pid = fork();
        if (pid == 0)
            cancel_in_child(cancel, ends[1]);
        close(ends[1]);
        answered = wait_until(ends[0], POLLIN, pg_now_ms() + ABANDON_MS);
        if (answered && read(ends[0], text, sizeof(text) - 1) > 0)
            pg_host->warn("cancelling a statement failed", text);
        close(ends[0]);
    }
    if (pid > 0) {
        kill(pid, SIGKILL);
        while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
            ;
    }
    PQfreeCancel(cancel);
    return answered;
}

void
pg_abandon(struct pg *pg)
{
    rv_err ignored = RV_ERR_INIT;
    PGresult *result = NULL;

    if (!pg->conn)
        return;
    /* When answers of several statements are on their way a new connection is simpler. */
    if (!cancel_at_server(pg) || pg->queued) {
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

/* Nothing came. It may all the same be at work and hold locks; a commit is left to itself. */
static void
give_up(struct pg *pg)
{
    if (!pg->finish_by_ms && !pg->gone)
        cancel_at_server(pg);
    pg_drop(pg);
}

int
pg_next_result(struct pg *pg, PGresult **out, rv_err *err)
{
    *out = NULL;
    if (wait_result(pg, out, err) == 0)
        return 0;
    if (err->code == RV_E_CANCELLED)
        pg_abandon(pg);
    else if (pg->conn)
        give_up(pg);
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
