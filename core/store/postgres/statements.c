/* SPDX-License-Identifier: Apache-2.0
 *
 * Sending statements. Parameters go as text without a type: the server gives
 * each the type of what it is compared with or stored into, so that 1 fits a
 * BOOLEAN as well as a BIGINT column.
 */
#include "pg.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include "base/mem.h"
#include "base/text.h"

#define NUMBER_BYTES 32

void
pg_double_text(char out[32], double number)
{
    out[0] = '\0';
    if (isfinite(number))
        snprintf(out, NUMBER_BYTES, "%.17g", number);
}

static void
make_room(struct pg *pg, int count)
{
    size_t need = (size_t)count + 1;

    if (pg->texts_size >= need)
        return;
    pg->texts = rv_realloc(pg->texts, need, sizeof *pg->texts);
    pg->texts_size = need;
    pg->scratch = rv_realloc(pg->scratch, need, NUMBER_BYTES);
}

static void
params_as_text(struct pg *pg, const rv_value *params, int count)
{
    make_room(pg, count);
    for (int i = 0; i < count; i++) {
        char *number = pg->scratch + (size_t)i * NUMBER_BYTES;
        pg->texts[i] = NULL;
        if (params[i].type == RV_TEXT) {
            pg->texts[i] = params[i].v.text;
        } else if (params[i].type == RV_INT) {
            snprintf(number, NUMBER_BYTES, "%lld", (long long)params[i].v.i);
            pg->texts[i] = number;
        } else if (params[i].type == RV_DOUBLE) {
            pg_double_text(number, params[i].v.d);
            pg->texts[i] = *number ? number : NULL;
        }
    }
}

void
pg_forget_statements(struct pg *pg)
{
    for (int i = 0; i < pg->cached; i++)
        free(pg->cache[i].sql);
    memset(pg->cache, 0, sizeof pg->cache);
    pg->cached = 0;
}

static struct pg_statement *
find_statement(struct pg *pg, const char *sql, uint64_t hash)
{
    for (int i = 0; i < pg->cached; i++)
        if (pg->cache[i].hash == hash && strcmp(pg->cache[i].sql, sql) == 0)
            return &pg->cache[i];
    return NULL;
}

static int
deallocate(struct pg *pg, const struct pg_statement *statement, rv_err *err)
{
    char sql[64];

    snprintf(sql, sizeof sql, "DEALLOCATE s%d", statement->number);
    if (!PQsendQuery(pg->conn, sql))
        return pg_lost(pg, err);
    return pg_finish(pg, sql, err);
}

static int
remember(struct pg *pg, const char *sql, uint64_t hash, rv_err *err)
{
    struct pg_statement *slot = &pg->cache[0];

    if (pg->cached < PG_CACHE) {
        slot = &pg->cache[pg->cached++];
    } else {
        for (int i = 1; i < PG_CACHE; i++)
            if (pg->cache[i].used < slot->used)
                slot = &pg->cache[i];
        if (slot->prepared && deallocate(pg, slot, err) < 0)
            return err->code;
        free(slot->sql);
    }
    *slot = (struct pg_statement){ .hash = hash, .sql = rv_strdup(sql), .used = ++pg->clock };
    return 0;
}

static int
prepare(struct pg *pg, struct pg_statement *statement, rv_err *err)
{
    char name[32];

    statement->number = ++pg->statement_number;
    snprintf(name, sizeof name, "s%d", statement->number);
    if (!PQsendPrepare(pg->conn, name, statement->sql, 0, NULL))
        return pg_lost(pg, err);
    RV_AUTO_FREE char *sql = rv_strdup(statement->sql); /* a lost connection empties the cache */
    if (pg_finish(pg, sql, err) < 0)
        return err->code;
    statement->prepared = 1;
    return 0;
}

static int
send_statement(struct pg *pg, int *prepared, const char *sql, const rv_value *params, int count,
               rv_err *err)
{
    uint64_t hash = rv_hash64(sql, strlen(sql), 0);
    struct pg_statement *known = find_statement(pg, sql, hash);
    int sent;

    *prepared = 0;
    params_as_text(pg, params, count);
    if (known && !known->prepared && prepare(pg, known, err) < 0)
        return err->code;
    if (!known && remember(pg, sql, hash, err) < 0)
        return err->code;
    if (known) {
        char name[32];
        snprintf(name, sizeof name, "s%d", known->number);
        known->used = ++pg->clock;
        *prepared = 1;
        sent = PQsendQueryPrepared(pg->conn, name, count, pg->texts, NULL, NULL, 0);
    } else {
        sent = PQsendQueryParams(pg->conn, sql, count, NULL, pg->texts, NULL, NULL, 0);
    }
    return sent ? 0 : pg_lost(pg, err);
}

int
pg_is_stale(const PGresult *result)
{
    const char *state = PQresultErrorField(result, PG_DIAG_SQLSTATE);

    return state && (strcmp(state, "26000") == 0 || strcmp(state, "0A000") == 0);
}

static int
fail_stale(struct pg *pg, const PGresult *result, rv_err *err)
{
    rv_fail(err, RV_E_UNAVAILABLE, "%s", PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY));
    pg_finish(pg, NULL, err);
    pg_drop(pg); /* every prepared statement is in doubt */
    return err->code;
}

static int
start_once(struct pg *pg, PGresult **first, int *stale, const char *sql, const rv_value *params,
           int count, int mode, rv_err *err)
{
    int prepared = 0;

    if (pg_ready(pg, err) < 0 || send_statement(pg, &prepared, sql, params, count, err) < 0)
        return err->code;
    if (mode == PG_BY_ROW)
        PQsetSingleRowMode(pg->conn);
    if (pg_next_result(pg, first, err) < 0)
        return err->code;
    ExecStatusType status = PQresultStatus(*first);
    if (status != PGRES_FATAL_ERROR && status != PGRES_BAD_RESPONSE)
        return 0;
    *stale = prepared && pg_is_stale(*first);
    if (*stale)
        fail_stale(pg, *first, err);
    else
        pg_fail(pg, *first, sql, err);
    PQclear(*first);
    *first = NULL;
    return pg->conn ? pg_finish(pg, sql, err) : err->code;
}

int
pg_start(struct pg *pg, PGresult **first, const char *sql, const rv_value *params, int count,
         int mode, rv_err *err)
{
    int stale = 0;

    start_once(pg, first, &stale, sql, params, count, mode, err);
    if (!stale || pg->in_transaction)
        return err->code;
    rv_err_clear(err);
    return start_once(pg, first, &stale, sql, params, count, mode, err);
}

static int
queue(struct pg *pg, int sent, const char *what, rv_err *err)
{
    if (!sent)
        return pg_lost(pg, err);
    pg->queue[pg->queued++] = rv_strdup(what);
    return 0;
}

int
pg_send_queued(struct pg *pg, const char *sql, const rv_value *params, int count, rv_err *err)
{
    uint64_t hash = rv_hash64(sql, strlen(sql), 0);
    struct pg_statement *known = find_statement(pg, sql, hash);
    char name[32];

    params_as_text(pg, params, count);
    /* Room in the cache is made elsewhere: that takes a statement and its answer. */
    if (!known && pg->cached < PG_CACHE)
        remember(pg, sql, hash, err);
    if (!known)
        return queue(pg, PQsendQueryParams(pg->conn, sql, count, NULL, pg->texts, NULL, NULL, 0),
                     sql, err);
    if (!known->prepared) {
        known->number = ++pg->statement_number;
        known->prepared = 1;
        snprintf(name, sizeof name, "s%d", known->number);
        if (queue(pg, PQsendPrepare(pg->conn, name, sql, 0, NULL), sql, err) < 0)
            return err->code;
    }
    snprintf(name, sizeof name, "s%d", known->number);
    known->used = ++pg->clock;
    return queue(pg, PQsendQueryPrepared(pg->conn, name, count, pg->texts, NULL, NULL, 0), sql,
                 err);
}

void
pg_forget_prepared(struct pg *pg, int since_number)
{
    for (int i = 0; i < pg->cached; i++)
        if (pg->cache[i].number > since_number)
            pg->cache[i].prepared = 0;
}

int
pg_exec(void *conn, int64_t *changed, const char *sql, const rv_value *params, int count,
        rv_err *err)
{
    struct pg *pg = conn;
    PG_AUTO_RESULT PGresult *first = NULL;

    if (pg->later && pg->in_transaction && !changed)
        return pg_exec_later(pg, sql, params, count, err);

    if (pg_start(pg, &first, sql, params, count, PG_WHOLE, err) < 0)
        return err->code;
    const char *touched = PQcmdTuples(first);
    rv_err ignored = RV_ERR_INIT;
    if (changed && (!*touched || rv_parse_int(changed, touched, &ignored) < 0))
        *changed = 0;
    return pg_finish(pg, sql, err);
}

int
pg_script(void *conn, const char *sql, rv_err *err)
{
    struct pg *pg = conn;

    if (pg_ready(pg, err) < 0)
        return err->code;
    if (!PQsendQuery(pg->conn, sql))
        return pg_lost(pg, err);
    return pg_finish(pg, sql, err);
}
