/* SPDX-License-Identifier: Apache-2.0
 *
 * Leases. A check holds the lease's name locked until the commit, and taking
 * asks for the same lock: so nobody takes a lease over between a check and the
 * commit of what was checked. Not by locking the row: renewing all leases in one
 * statement must not wait for one worker's save.
 *
 * On PostgreSQL a holder that is frozen inside a transaction is ended by
 * idle_in_transaction_session_timeout.
 */
#include "store/lease.h"

#include <stdio.h>
#include <string.h>
#include "base/buf.h"
#include "base/clock.h"
#include "base/text.h"
#include "store_internal.h"

#define CHUNK 512

static int
lock_name(struct rv_store *store, const char *name, rv_err *err)
{
    RV_AUTO_FREE char *lock = rv_format("lease/%s", name);

    return rv_store_lock(store, lock, err);
}

static int
fail_held(struct rv_store *store, const char *name, rv_err *err)
{
    rv_value row[2];
    char until[32];
    int found = rv_store_one(store, row, 2, "SELECT holder, expires_at FROM leases WHERE name = $1",
                             (rv_value[]){ rv_vtext(name) }, 1, err);

    if (found <= 0)
        return found < 0 ? found : rv_fail(err, RV_E_CONFLICT, "lease '%s' is held", name);
    rv_format_time(until, row[1].v.i);
    return rv_fail(err, RV_E_CONFLICT, "lease '%s' is held by %lld until %s", name,
                   (long long)row[0].v.i, until);
}

static int
take_inside(struct rv_store *store, struct rv_lease *out, int64_t ttl_ms, rv_err *err)
{
    int64_t now = rv_now_ms();
    rv_value params[] = { rv_vtext(out->name), rv_vint(out->holder), rv_vint(now + ttl_ms),
                          rv_vint(now) };
    rv_value generation;

    if (lock_name(store, out->name, err) < 0)
        return err->code;
    int found = rv_store_one(store, &generation, 1,
                             "INSERT INTO leases (name, holder, generation, expires_at)"
                             " VALUES ($1, $2, 1, $3) ON CONFLICT (name) DO UPDATE"
                             " SET holder = excluded.holder, generation = leases.generation + 1,"
                             " expires_at = excluded.expires_at"
                             " WHERE leases.holder = 0 OR leases.holder = $2"
                             " OR leases.expires_at <= $4 RETURNING generation",
                             params, 4, err);
    if (found <= 0)
        return found < 0 ? found : fail_held(store, out->name, err);
    out->generation = generation.v.i;
    return 0;
}

int
rv_lease_take(struct rv_store *store, struct rv_lease *out, const char *name, int64_t holder,
              int64_t ttl_ms, rv_err *err)
{
    RV_ASSERT(strlen(name) < sizeof out->name && holder != 0);
    *out = (struct rv_lease){ .holder = holder };
    snprintf(out->name, sizeof out->name, "%s", name);
    if (rv_store_begin(store, err) < 0)
        return err->code;
    if (take_inside(store, out, ttl_ms, err) == 0 && rv_store_commit(store, err) == 0)
        return 0;
    rv_store_rollback(store);
    return err->code == RV_E_CONFLICT ? err->code : rv_wrap(err, "take lease '%s'", name);
}

static int
fail_stale(struct rv_store *store, const struct rv_lease *lease, const char *why, rv_err *err)
{
    rv_fail(err, RV_E_STALE, "lease '%s' %s", lease->name, why);
    /* The transaction must not be committed, also by a caller that does not look. */
    return rv_store_leave(store, err->code, err);
}

int
rv_lease_check(struct rv_store *store, const struct rv_lease *lease, rv_err *err)
{
    rv_value row[3];

    RV_ASSERT(rv_store_in_transaction(store));
    if (lock_name(store, lease->name, err) < 0)
        return rv_wrap(err, "check lease '%s'", lease->name);
    int found = rv_store_one(store, row, 3,
                             "SELECT generation, holder, expires_at FROM leases WHERE name = $1",
                             (rv_value[]){ rv_vtext(lease->name) }, 1, err);
    if (found < 0)
        return rv_wrap(err, "check lease '%s'", lease->name);
    if (!found || row[0].v.i != lease->generation || row[1].v.i != lease->holder)
        return fail_stale(store, lease, "has passed to another", err);
    if (row[2].v.i <= rv_now_ms())
        return fail_stale(store, lease, "has run out", err);
    return 0;
}

/* Division by zero is how SQL says no in the middle of a row of statements. */
int
rv_lease_guard(struct rv_store *store, const struct rv_lease *lease, rv_err *err)
{
    rv_value params[] = { rv_vtext(lease->name), rv_vint(lease->generation), rv_vint(lease->holder),
                          rv_vint(rv_now_ms()) };

    if (!rv_store_is_postgres(store))
        return rv_lease_check(store, lease, err);
    RV_ASSERT(rv_store_in_transaction(store));
    if (lock_name(store, lease->name, err) < 0 ||
        rv_store_exec(store, NULL,
                      "SELECT 1 / COUNT(*) FROM leases WHERE name = $1 AND generation = $2"
                      " AND holder = $3 AND expires_at > $4",
                      params, (int)RV_COUNT(params), err) < 0)
        return rv_wrap(err, "check lease '%s'", lease->name);
    return 0;
}

void
rv_lease_blame(struct rv_store *store, const struct rv_lease *lease, rv_err *err)
{
    rv_err why = RV_ERR_INIT;

    if (err->code == RV_E_STALE || rv_store_begin(store, &why) < 0)
        return;
    if (rv_lease_check(store, lease, &why) == RV_E_STALE)
        *err = why;
    rv_store_rollback(store);
}

static int
renew_chunk(struct rv_store *store, const int64_t *holders, int count, int64_t expires_at,
            rv_err *err)
{
    RV_AUTO_BUF
    rv_buf sql = rv_buf_limited(16384);
    rv_value params[CHUNK + 1] = { rv_vint(expires_at) };
    int size = 1;

    /* A few sizes only, so that the statement is found prepared; the last holder is repeated. */
    while (size < count)
        size *= 8;
    rv_buf_add_string(&sql, "UPDATE leases SET expires_at = $1 WHERE holder IN (");
    for (int i = 0; i < size; i++) {
        params[i + 1] = rv_vint(holders[i < count ? i : count - 1]);
        rv_buf_addf(&sql, "%s$%d", i ? "," : "", i + 2);
    }
    rv_buf_add_char(&sql, ')');
    if (rv_buf_check(&sql, err) < 0)
        return err->code;
    return rv_store_exec(store, NULL, rv_buf_text(&sql), params, size + 1, err);
}

int
rv_lease_renew(struct rv_store *store, const int64_t *holders, int count, int64_t ttl_ms,
               rv_err *err)
{
    int64_t expires_at = rv_now_ms() + ttl_ms;

    for (int done = 0; done < count; done += CHUNK) {
        int here = count - done < CHUNK ? count - done : CHUNK;
        if (renew_chunk(store, holders + done, here, expires_at, err) < 0)
            return rv_wrap(err, "renew leases");
    }
    return 0;
}

int
rv_lease_release(struct rv_store *store, const struct rv_lease *lease, rv_err *err)
{
    rv_value params[] = { rv_vtext(lease->name), rv_vint(lease->generation),
                          rv_vint(lease->holder) };

    /* The row stays: the generation must go on from where it is. */
    if (rv_store_exec(store, NULL,
                      "UPDATE leases SET holder = 0, expires_at = 0"
                      " WHERE name = $1 AND generation = $2 AND holder = $3",
                      params, 3, err) < 0)
        return rv_wrap(err, "release lease '%s'", lease->name);
    return 0;
}

int
rv_lease_release_holder(struct rv_store *store, int64_t holder, rv_err *err)
{
    if (rv_store_exec(store, NULL, "UPDATE leases SET holder = 0, expires_at = 0 WHERE holder = $1",
                      (rv_value[]){ rv_vint(holder) }, 1, err) < 0)
        return rv_wrap(err, "release leases of %lld", (long long)holder);
    return 0;
}
