/* SPDX-License-Identifier: Apache-2.0
 *
 * SQLSTATE codes as classes. What SQLite answers to the same mistake has the
 * same class.
 */
#include "pg.h"

#include <stdio.h>
#include <string.h>

struct state_class {
    const char *state; /* five characters, or the first two of a group */
    int code;
    const char *hint;
};

/* The first that fits counts. */
static const struct state_class states[] = {
    { "23505", RV_E_CONFLICT, NULL },
    { "42P07", RV_E_CONFLICT, NULL }, /* table exists: two started at once */
    { "23", RV_E_INVALID, NULL },     /* not null, check, ... */
    { "22", RV_E_INVALID, NULL },     /* data: out of range, bad encoding, ... */
    { "57014", RV_E_TIMEOUT, NULL },
    { "40", RV_E_UNAVAILABLE, NULL }, /* serialization, deadlock: try again */
    { "55P03", RV_E_UNAVAILABLE, "another process holds the lock; see pg_locks" },
    { "53100", RV_E_UNAVAILABLE, "free space on the database server" },
    { "53300", RV_E_UNAVAILABLE, "raise max_connections, or run fewer workers" },
    { "53", RV_E_UNAVAILABLE, NULL },
    { "54", RV_E_LIMIT, NULL }, /* index row too long, ... */
    { "25006", RV_E_UNAVAILABLE, "this server is a standby; point the store at the primary" },
    { "25P03", RV_E_UNAVAILABLE, NULL }, /* idle in transaction for too long */
    { "28", RV_E_AUTH, "check user and password of the store's URL, and pg_hba.conf" },
    { "3D000", RV_E_NOT_FOUND, "make it: createdb -O USER NAME" },
    { "42501", RV_E_PERMISSION, "the store's user must own the database's tables" },
    { "57P", RV_E_UNAVAILABLE, NULL }, /* shutdown, crash, starting up */
    { "58", RV_E_UNAVAILABLE, NULL },  /* input and output errors */
    { "08P01", RV_E_INTERNAL, NULL },  /* too few parameters */
    { "08", RV_E_UNAVAILABLE, NULL },
};

static const struct state_class *
find_state(const char *state)
{
    for (size_t i = 0; state && i < RV_COUNT(states); i++)
        if (strncmp(state, states[i].state, strlen(states[i].state)) == 0)
            return &states[i];
    return NULL;
}

void
pg_connection_text(char *out, size_t size, const PGconn *conn)
{
    size_t len = (size_t)snprintf(out, size, "%s", conn ? PQerrorMessage(conn) : "out of memory");

    if (len >= size)
        len = size - 1;
    while (len > 0 && out[len - 1] == '\n')
        out[--len] = '\0';
    for (size_t i = 0; i < len; i++)
        if (out[i] == '\n' || out[i] == '\t')
            out[i] = ' ';
}

int
pg_fail(const struct pg *pg, const PGresult *result, const char *sql, rv_err *err)
{
    const char *state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
    const char *text = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
    const char *detail = PQresultErrorField(result, PG_DIAG_MESSAGE_DETAIL);
    const struct state_class *found = find_state(state);

    if (!state && PQstatus(pg->conn) == CONNECTION_BAD) {
        char reason[512];
        pg_connection_text(reason, sizeof reason, pg->conn);
        return rv_fail(err, RV_E_UNAVAILABLE, "connection to the database lost: %s", reason);
    }
    if (!found || found->code == RV_E_INTERNAL)
        return rv_fail(err, RV_E_INTERNAL, "%s (%s) in: %.300s",
                       text ? text : PQresultErrorMessage(result), state ? state : "no state",
                       sql ? sql : "");
    rv_fail(err, found->code, "%s%s%s", text ? text : state, detail ? ": " : "",
            detail ? detail : "");
    if (found->hint)
        rv_hint(err, "%s", found->hint);
    return err->code;
}
