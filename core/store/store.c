/* SPDX-License-Identifier: Apache-2.0
 *
 * An open store: opening, transactions, locks and notifications. What both
 * engines must have in common is kept here, in front of the drivers: above all,
 * that a statement which fails ends its transaction. PostgreSQL is so by itself; on
 * SQLite the others would go on, and a caller tested there would break here.
 */
#include "store_internal.h"

#include <string.h>
#include "base/clock.h"

#define ONE_MAX_BYTES (64u << 20)

void
rv_store_measure(struct rv_store *store, int64_t began_us, int rc)
{
    rv_cell_observe(store->times, rv_monotonic_us() - began_us);
    if (rc < 0)
        rv_meter_add(RV_M_STORE_ERRORS, 1, RV_LABELS(rv_meter_worker_name(), rv_class_name(rc)));
}

/* The driver is told when much of the time is gone: until then its own limit is near enough, and
 * telling PostgreSQL costs a round trip. */
static int
keep_limit(struct rv_store *store, rv_err *err)
{
    int64_t left_ms = store->until_ms - rv_monotonic_ms();

    if (left_ms <= 0)
        return rv_fail(err, RV_E_TIMEOUT, "what was asked for took longer than %lld ms",
                       (long long)store->statement_timeout_ms);
    if (left_ms > store->statement_timeout_ms * 3 / 4 || store->in_transaction)
        return 0;
    store->limited = 1;
    return store->driver->limit(store->conn, left_ms, err);
}

int
rv_store_enter(struct rv_store *store, rv_err *err)
{
    store->statements++;
    store->began_us = 0;
    rv_err_clear(err); /* an error that the caller has dealt with is none of this statement's */
    if (store->failed)
        return rv_fail(err, RV_E_INTERNAL, "the transaction has failed before: %s",
                       store->failure.text);
    if (store->until_ms && keep_limit(store, err) < 0)
        return err->code;
    store->began_us = rv_monotonic_us();
    return 0;
}

int
rv_store_leave(struct rv_store *store, int rc, rv_err *err)
{
    if (store->began_us)
        rv_store_measure(store, store->began_us, rc);
    store->began_us = 0;
    if (rc < 0 && store->in_transaction && !store->failed) {
        store->failed = 1;
        store->failure = *err;
    }
    return rc;
}

void
rv_assert_name(const char *name)
{
    RV_ASSERT(*name && name[strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_")] == '\0');
}

int
rv_store_open(struct rv_store **out, const struct rv_store_config *config, rv_err *err)
{
    const struct rv_store_driver *driver = NULL;
    void *conn = NULL;

    if (rv_driver_load(&driver, config, err) < 0)
        return rv_wrap(err, "open store");
    if (driver->open(&conn, config, err) < 0)
        return rv_wrap(err, "open store");
    struct rv_store *store = rv_alloc(sizeof *store);
    store->driver = driver;
    store->conn = conn;
    store->region = -1;
    store->statement_timeout_ms = config->statement_timeout_ms;
    store->times = rv_meter_cell(RV_M_STORE_STATEMENT, RV_LABELS(rv_meter_worker_name()));
    store->one = rv_arena_new(ONE_MAX_BYTES);
    *out = store;
    return 0;
}

void
rv_store_close(struct rv_store *store)
{
    if (!store)
        return;
    rv_store_rollback(store);
    store->driver->close(store->conn);
    rv_arena_free(store->one);
    free(store);
}

int
rv_store_is_postgres(const struct rv_store *store)
{
    return store->driver->postgres;
}

void
rv_store_patience(struct rv_store *store, int64_t ms)
{
    if (store->driver->patience)
        store->driver->patience(store->conn, ms);
}

int
rv_store_set_timeout(struct rv_store *store, int64_t ms, rv_err *err)
{
    if (ms == store->statement_timeout_ms)
        return 0;
    store->statement_timeout_ms = ms;
    return store->driver->set_timeout(store->conn, ms, err);
}

int64_t
rv_store_down_since_ms(const struct rv_store *store)
{
    return store->driver->down_since_ms ? store->driver->down_since_ms(store->conn) : 0;
}

void
rv_store_limit(struct rv_store *store)
{
    store->until_ms =
        store->statement_timeout_ms ? rv_monotonic_ms() + store->statement_timeout_ms : 0;
}

void
rv_store_limit_end(struct rv_store *store)
{
    rv_err ignored = RV_ERR_INIT; /* a connection that is lost begins anew as configured */

    store->until_ms = 0;
    if (store->limited)
        store->driver->limit(store->conn, 0, &ignored);
    store->limited = 0;
}

void
rv_store_shrink(struct rv_store *store)
{
    if (store->driver->shrink)
        store->driver->shrink(store->conn);
}

void
rv_store_relax(struct rv_store *store, int relaxed)
{
    if (store->driver->relax)
        store->driver->relax(store->conn, relaxed);
}

static int
begin(struct rv_store *store, int (*call)(void *conn, rv_err *err), rv_err *err)
{
    RV_ASSERT(!store->in_transaction);
    store->statements++;
    rv_err_clear(err);
    int64_t began_us = rv_monotonic_us();
    store->turning = 1;
    int rc = call(store->conn, err);
    store->turning = 0;
    rv_store_measure(store, began_us, rc);
    if (rc < 0)
        return rv_wrap(err, "begin transaction");
    store->in_transaction = 1;
    store->failed = 0;
    return 0;
}

int
rv_store_begin(struct rv_store *store, rv_err *err)
{
    return begin(store, store->driver->begin, err);
}

int
rv_store_begin_snapshot(struct rv_store *store, rv_err *err)
{
    return begin(store, store->driver->begin_snapshot, err);
}

int
rv_store_begin_later(struct rv_store *store, rv_err *err)
{
    const struct rv_store_driver *driver = store->driver;

    return begin(store, driver->begin_later ? driver->begin_later : driver->begin, err);
}

int
rv_store_commit(struct rv_store *store, rv_err *err)
{
    RV_ASSERT(store->in_transaction);
    if (store->failed) {
        *err = store->failure;
        rv_store_rollback(store);
        return rv_wrap(err, "commit");
    }
    store->statements++;
    rv_err_clear(err);
    int64_t began_us = rv_monotonic_us();
    store->turning = 1;
    int rc = store->driver->commit(store->conn, err);
    store->turning = 0;
    rv_store_measure(store, began_us, rc);
    if (rc < 0) {
        rv_store_rollback(store);
        return rv_wrap(err, "commit");
    }
    store->in_transaction = 0;
    return 0;
}

void
rv_store_rollback(struct rv_store *store)
{
    if (!store->in_transaction)
        return;
    store->driver->rollback(store->conn);
    store->in_transaction = 0;
    store->failed = 0;
}

int
rv_store_is_idle(const struct rv_store *store)
{
    return !store->in_transaction && !store->turning && store->began_us == 0 &&
           store->open_rows == 0;
}

int
rv_store_in_transaction(const struct rv_store *store)
{
    return store->in_transaction;
}

int64_t
rv_store_region(struct rv_store *store)
{
    RV_ASSERT(store->region >= 0);
    return store->region;
}

int
rv_store_lock(struct rv_store *store, const char *name, rv_err *err)
{
    RV_ASSERT(store->in_transaction);
    if (rv_store_enter(store, err) < 0)
        return err->code;
    return rv_store_leave(store, store->driver->lock(store->conn, name, err), err);
}

const char *
rv_store_skip_locked(const struct rv_store *store)
{
    return store->driver->skip_locked;
}

int
rv_store_notify(struct rv_store *store, const char *channel, const char *payload, rv_err *err)
{
    if (rv_store_enter(store, err) < 0)
        return err->code;
    return rv_store_leave(store, store->driver->notify(store->conn, channel, payload, err), err);
}

int
rv_store_listen(struct rv_store *store, const char *channel, rv_err *err)
{
    if (rv_store_enter(store, err) < 0)
        return err->code;
    return rv_store_leave(store, store->driver->listen(store->conn, channel, err), err);
}

int
rv_store_notify_fd(struct rv_store *store)
{
    return store->driver->notify_fd(store->conn);
}

int
rv_store_notified(struct rv_store *store, const char **channel, const char **payload, rv_err *err)
{
    rv_err_clear(err);
    return store->driver->notified(store->conn, channel, payload, err);
}

int64_t
rv_store_statements(const struct rv_store *store)
{
    return store->statements;
}

int64_t
rv_store_log_bytes(struct rv_store *store)
{
    return store->driver->log_bytes ? store->driver->log_bytes(store->conn) : 0;
}

int64_t
rv_store_bytes(struct rv_store *store)
{
    return store->failed ? 0 : store->driver->bytes(store->conn);
}
