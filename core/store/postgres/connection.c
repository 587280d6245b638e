/* SPDX-License-Identifier: Apache-2.0
 *
 * Connecting, noticing that a connection has gone, and connecting again. A new
 * connection listens to what the old one did and reports each channel once,
 * since something may have been missed in between.
 */
#include "pg.h"

#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include "base/mem.h"
#include "base/text.h"

#define CONNECT_MS 10000
#define ANSWER_MS 30000
#define PAUSE_MS 1000
/* Beyond a statement's own timeout: that the server answers with its error. */
#define ANSWER_EXTRA_MS 5000

static const char where_to_look[] =
    "see on its machine whether PostgreSQL runs (systemctl status postgresql), and whether a "
    "firewall lets this host through";
static const char channel_sql[] = "LISTEN \"%s\";";

/* The reason a connection failed. libpq's texts about a wrong URL repeat the URL, and with it the
 * password; those never come here, pg_open checks the URL before. */
static int
fail_connect(PGconn *conn, rv_err *err)
{
    char text[1024];

    pg_connection_text(text, sizeof text, conn);
    /* Before a session there is no SQLSTATE to ask for: the words are all there is. */
    if (strstr(text, "password") || strstr(text, "pg_hba.conf") || strstr(text, "role \"")) {
        rv_fail(err, RV_E_AUTH, "%s", text);
        return rv_hint(err, "check user and password of the store's URL, and pg_hba.conf");
    }
    if (strstr(text, "database \"") && strstr(text, "does not exist")) {
        rv_fail(err, RV_E_NOT_FOUND, "%s", text);
        return rv_hint(err, "make it: createdb -O USER NAME");
    }
    rv_fail(err, RV_E_UNAVAILABLE, "%s", text);
    if (strstr(text, "too many clients"))
        return rv_hint(err, "raise max_connections, or run fewer workers");
    return rv_hint(err, "%s", where_to_look);
}

void
pg_place(char *out, size_t size, const PGconn *conn)
{
    const char *host = PQhost(conn), *port = PQport(conn), *name = PQdb(conn);

    snprintf(out, size, "%s:%s/%s", host && *host ? host : "?", port && *port ? port : "?",
             name ? name : "?");
}

static void
mark_down(struct pg *pg, int64_t since_ms)
{
    struct timespec now;

    if (pg->down_ms)
        return;
    clock_gettime(CLOCK_REALTIME, &now);
    pg->down_ms = since_ms;
    pg->down_since_ms =
        (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000 - (pg_now_ms() - since_ms);
}

/* Which database, and since when: whoever reads it may know neither. conn NULL: out of memory. */
static int
wrap_down(struct pg *pg, const PGconn *conn, rv_err *err)
{
    char place[512], since[32];

    mark_down(pg, pg_now_ms());
    rv_format_time(since, pg->down_since_ms / 1000 * 1000);
    pg_place(place, sizeof place, conn);
    return rv_wrap(err, "the database at %s has been unavailable since %s", place, since);
}

/* Once for all that follows, until a connection is made. */
static void
say_silent(struct pg *pg, const rv_err *err)
{
    if (pg->told)
        return;
    pg->told = 1;
    pg_host->warn("the database does not answer", err->text);
}

static void
say_answers(struct pg *pg)
{
    char text[64];

    snprintf(text, sizeof(text), "after %lld ms", (long long)(pg_now_ms() - pg->down_ms));
    if (pg->told)
        pg_host->info("the database answers again", text);
    pg->told = 0;
    pg->down_ms = pg->down_since_ms = 0;
}

int
pg_silent(struct pg *pg, int64_t waited_ms, rv_err *err)
{
    char place[512];

    pg_place(place, sizeof place, pg->conn);
    rv_fail(err, RV_E_UNAVAILABLE, "the database at %s has not answered for %lld ms", place,
            (long long)waited_ms);
    if (pg->gone)
        rv_hint(err, "%s", where_to_look);
    rv_hint(err, "see whether PostgreSQL runs and the network to it works; the next call connects "
                 "anew; where statements need longer, raise store_timeout");
    mark_down(pg, pg_now_ms() - waited_ms);
    say_silent(pg, err);
    return err->code;
}

static int
connect_steps(struct pg *pg, PGconn *conn, rv_err *err)
{
    int64_t limit_ms = pg->patience_ms ? pg->patience_ms
                       : pg->alive_ms  ? pg->alive_ms
                                       : pg->answer_ms;
    int64_t most_ms = limit_ms < CONNECT_MS ? limit_ms : CONNECT_MS;
    int64_t by_ms = pg_now_ms() + most_ms;
    PostgresPollingStatusType next = PGRES_POLLING_WRITING;

    while (next != PGRES_POLLING_OK) {
        int64_t left = by_ms - pg_now_ms();
        if (next == PGRES_POLLING_FAILED || PQstatus(conn) == CONNECTION_BAD)
            return fail_connect(conn, err);
        int ready = left <= 0 ? 0
                              : pg_host->wait_fd(PQsocket(conn),
                                                 next == PGRES_POLLING_READING ? POLLIN : POLLOUT,
                                                 left, err);
        if (ready < 0)
            return err->code;
        if (ready == 0) {
            rv_fail(err, RV_E_UNAVAILABLE, "no answer from the database server in %lld ms",
                    (long long)most_ms);
            rv_hint(err, "%s", where_to_look);
            pg->again_ms = pg_now_ms() + PAUSE_MS;
            return err->code;
        }
        next = PQconnectPoll(conn);
    }
    return 0;
}

static int
set_up_session(struct pg *pg, rv_err *err)
{
    RV_AUTO_BUF
    rv_buf sql = rv_buf_limited(8192);

    /* A worker frozen inside a transaction must let go of its locks at last. */
    rv_buf_addf(&sql,
                "SET statement_timeout = %lld;"
                "SET idle_in_transaction_session_timeout = 60000;"
                "SET client_min_messages = warning;"
                "SET default_transaction_isolation = 'read committed';"
                "SET extra_float_digits = 1;"
                "SET standard_conforming_strings = on;"
                "SET timezone = 'UTC';"
                /* What we ask for is in memory, nearly always, and by index. The default of 4 reads
                 * whole tables for some dozen rows. */
                "SET random_page_cost = 1.1;"
                "SET jit = off;",
                (long long)pg->statement_timeout_ms);
    for (int i = 0; i < pg->channel_count; i++)
        rv_buf_addf(&sql, channel_sql, pg->channels[i]);
    if (rv_buf_check(&sql, err) < 0)
        return err->code;
    if (!PQsendQuery(pg->conn, rv_buf_text(&sql)))
        return pg_lost(pg, err);
    return pg_finish(pg, rv_buf_text(&sql), err);
}

/* libpq would print notices on stderr, between the log's lines. One counts: what a server says to
 * an idle connection before it ends it. */
static void
see_notice(void *arg, const PGresult *result)
{
    struct pg *pg = arg;
    const char *severity = PQresultErrorField(result, PG_DIAG_SEVERITY_NONLOCALIZED);

    if (severity && (strcmp(severity, "FATAL") == 0 || strcmp(severity, "PANIC") == 0))
        pg->ended = 1;
}

static int
pg_connect(struct pg *pg, rv_err *err)
{
    /* What stands in the URL wins over what stands before it here. */
    const char *const names[] = { "client_encoding",  "application_name",
                                  "keepalives_idle",  "keepalives_interval",
                                  "keepalives_count", "tcp_user_timeout",
                                  "dbname",           NULL };
    const char *const values[] = {
        "UTF8", pg->application, "30", "10", "3", "30000", pg->url, NULL
    };

    /* libpq asks DNS by itself and blocks in that; give an address where that matters. */
    PGconn *conn = PQconnectStartParams(names, values, 1);
    if (!conn || connect_steps(pg, conn, err) < 0) {
        if (!err->code)
            fail_connect(conn, err);
        wrap_down(pg, conn, err);
        PQfinish(conn);
        pg->failure = *err;
        if (pg->again_ms > pg_now_ms())
            say_silent(pg, err);
        return err->code;
    }
    PQsetNoticeReceiver(conn, see_notice, pg);
    pg->ended = 0;
    PQsetnonblocking(conn, 1);
    pg->conn = conn;
    if (set_up_session(pg, err) < 0) {
        pg_drop(pg);
        mark_down(pg, pg_now_ms());
        return rv_wrap(err, "connect to the database");
    }
    say_answers(pg);
    return 0;
}

void
pg_drop(struct pg *pg)
{
    if (pg->conn)
        PQfinish(pg->conn);
    pg->conn = NULL;
    pg_queue_clear(pg);
    pg->copying = 0;
    pg->gone = 0;
    pg->lost = pg->in_transaction;
    pg->missed = pg->channel_count;
    pg_forget_statements(pg);
}

int
pg_lost(struct pg *pg, rv_err *err)
{
    if (!err->code) {
        char text[512], place[512];
        pg_connection_text(text, sizeof text, pg->conn);
        pg_place(place, sizeof place, pg->conn);
        rv_fail(err, RV_E_UNAVAILABLE, "connection to the database at %s lost: %s", place, text);
        rv_hint(err, "it is opened again by the next call");
        mark_down(pg, pg_now_ms());
    }
    pg_drop(pg);
    return err->code;
}

/* The server closes idle connections when it restarts: seen here, before a statement is lost on
 * one. */
static int
gone_while_idle(struct pg *pg)
{
    struct pollfd fd = { .fd = PQsocket(pg->conn), .events = POLLIN };

    if (poll(&fd, 1, 0) <= 0)
        return 0;
    if (!PQconsumeInput(pg->conn) || PQstatus(pg->conn) != CONNECTION_OK)
        return 1;
    (void)PQisBusy(pg->conn); /* reads the messages; see_notice hears the last one */
    return pg->ended;
}

/* It worked before: a password that was changed there, say, may be changed back, and is nothing
 * that whoever asks us has done wrong. */
static int
connect_again(struct pg *pg, rv_err *err)
{
    if (pg_connect(pg, err) == 0)
        return 0;
    if (err->code == RV_E_AUTH || err->code == RV_E_NOT_FOUND || err->code == RV_E_PERMISSION)
        err->code = RV_E_UNAVAILABLE;
    return err->code;
}

int
pg_ready(struct pg *pg, rv_err *err)
{
    if (pg->reading)
        return rv_fail(err, RV_E_INTERNAL, "a query is still open on this store");
    if (pg->queued && pg_settle(pg, err) < 0)
        return err->code;
    if (pg->lost)
        return rv_fail(err, RV_E_UNAVAILABLE, "connection to the database lost in the transaction");
    if (pg->conn && !pg->in_transaction && gone_while_idle(pg))
        pg_drop(pg);
    /* Each try takes its time, and whoever asks now has others waiting behind. */
    if (!pg->conn && pg_now_ms() < pg->again_ms) {
        *err = pg->failure;
        return err->code;
    }
    return pg->conn ? 0 : connect_again(pg, err);
}

void
pg_take_timeout(struct pg *pg, int64_t statement_ms)
{
    int64_t longest_ms = statement_ms + ANSWER_EXTRA_MS;

    pg->statement_timeout_ms = statement_ms;
    pg->answer_ms = statement_ms > 0 && pg->silence_ms < longest_ms ? longest_ms : pg->silence_ms;
}

int
pg_open(void **conn, const struct rv_store_config *config, rv_err *err)
{
    char *text = NULL;
    PQconninfoOption *options = PQconninfoParse(config->url, &text);

    PQfreemem(text);
    if (!options) {
        rv_fail(err, RV_E_INVALID, "the store's URL is not a valid PostgreSQL URL");
        return rv_hint(err, "write it as postgresql://USER:PASSWORD@HOST:5432/DATABASE, with "
                            "special characters as %%XX");
    }
    PQconninfoFree(options);
    struct pg *pg = rv_alloc(sizeof *pg);
    pg->url = rv_strdup(config->url);
    pg->application = rv_strdup(config->application ? config->application : "reeve");
    pg->silence_ms = config->answer_timeout_ms ? config->answer_timeout_ms : ANSWER_MS;
    pg->alive_ms = config->alive_timeout_ms;
    pg_take_timeout(pg, config->statement_timeout_ms);
    if (pg_connect(pg, err) < 0) {
        pg_close(pg);
        return err->code;
    }
    *conn = pg;
    return 0;
}

void
pg_close(void *conn)
{
    struct pg *pg = conn;

    if (!pg)
        return;
    if (pg->notify)
        PQfreemem(pg->notify);
    pg_drop(pg);
    for (int i = 0; i < pg->channel_count; i++)
        free(pg->channels[i]);
    free(pg->scratch);
    free(pg->texts);
    free(pg->application);
    free(pg->url);
    free(pg);
}
