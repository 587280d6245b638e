/* SPDX-License-Identifier: Apache-2.0
 *
 * The end of a provider. First it is disabled, so that its workers are stopped; when
 * those have given up their leases (or died), we hold them, and what it has saved is deleted in
 * pieces, so that others get their turn at the database; the record itself comes last. Any step may
 * be repeated after a crash.
 */
#include "inventory/provider_internal.h"

#include <stdio.h>
#include "base/clock.h"
#include "base/mem.h"
#include "base/wait.h"
#include "model/model.h"
#include "queue/queue.h"
#include "queue/task.h"
#include "store/hanging.h"
#include "store/lease.h"

enum {
    PIECE = 500,
    LEASE_MS = 120000,
    PATIENCE_MS = 20000,
    ASK_EVERY_MS = 200,
    TELL_EVERY_MS = 500
};

struct destroy {
    struct rv_store *store;
    int64_t id, holder;
    struct rv_lease lease, event_lease;
    int64_t renew_at_ms;
    int64_t task_id;
    int64_t rows, deleted; /* rows there are, and were */
    int64_t from_pct;      /* what a worker before us had done */
    int64_t told_ms;
};

/* The worker still holds the lease for the moment that its end takes. */
static int
take_lease(struct destroy *destroy, struct rv_lease *lease, const char *what, rv_err *err)
{
    char name[64];
    snprintf(name, sizeof(name), "%s/%lld", what, (long long)destroy->id);
    int64_t until_ms = rv_monotonic_ms() + PATIENCE_MS;
    for (;;) {
        int rc = rv_lease_take(destroy->store, lease, name, destroy->holder, LEASE_MS, err);
        if (rc != RV_E_CONFLICT) {
            destroy->renew_at_ms = rv_monotonic_ms() + LEASE_MS / 2;
            return rc;
        }
        if (rv_monotonic_ms() >= until_ms)
            return rv_fail(err, RV_E_UNAVAILABLE,
                           "its %s worker, or another deletion of it, has not ended yet", what);
        rv_err_clear(err);
        if (rv_sleep(ASK_EVERY_MS, err) < 0)
            return err->code;
    }
}

static int
renew(struct destroy *destroy, rv_err *err)
{
    if (rv_monotonic_ms() < destroy->renew_at_ms)
        return 0;
    destroy->renew_at_ms = rv_monotonic_ms() + LEASE_MS / 2;
    return rv_lease_renew(destroy->store, &destroy->holder, 1, LEASE_MS, err);
}

/* What is to be done. After a worker's death the task goes on from where it was. */
static int
count_rows(struct destroy *destroy, rv_err *err)
{
    rv_value ems = rv_vint(destroy->id), task = rv_vint(destroy->task_id), out;
    for (int i = 0; i < rv_model_count(); i++) {
        const struct rv_kind *kind = rv_model_at(i);
        RV_AUTO_FREE char *sql =
            rv_format("SELECT COUNT(*) FROM \"%s\" WHERE \"ems_id\" = $1", kind->table);
        if (kind->server)
            continue;
        if (rv_store_one(destroy->store, &out, 1, sql, &ems, 1, err) < 0)
            return err->code;
        destroy->rows += out.v.i;
    }
    int found = destroy->task_id ? rv_store_one(destroy->store, &out, 1,
                                                "SELECT pct_complete FROM miq_tasks WHERE id = $1",
                                                &task, 1, err)
                                 : 0;
    destroy->from_pct = found > 0 && out.type == RV_INT ? out.v.i : 0;
    return found < 0 ? found : 0;
}

static int
tell(struct destroy *destroy, rv_err *err)
{
    int64_t now_ms = rv_monotonic_ms();
    if (destroy->task_id == 0 || (destroy->told_ms && now_ms - destroy->told_ms < TELL_EVERY_MS))
        return 0;
    destroy->told_ms = now_ms;
    int64_t pct = destroy->rows ? (99 - destroy->from_pct) * destroy->deleted / destroy->rows : 0;
    RV_AUTO_FREE char *message = rv_format("%lld of %lld rows deleted", (long long)destroy->deleted,
                                           (long long)destroy->rows);
    if (rv_task_progress(destroy->store, destroy->task_id,
                         (int)(destroy->from_pct + (pct > 0 ? pct : 0)), message, err) < 0 &&
        err->code != RV_E_NOT_FOUND)
        return err->code;
    rv_err_clear(err);
    return 0;
}

/* Up to PIECE ids; returns how many. */
static int
next_ids(struct destroy *destroy, const char *sql, rv_value *ids, rv_err *err)
{
    RV_AUTO_ROWS struct rv_rows *rows = NULL;
    rv_value params[] = { rv_vint(destroy->id), rv_vint(PIECE) };
    const rv_value *row;
    int count = 0, rc = 0;
    if (rv_store_query(destroy->store, &rows, sql, params, 2, err) < 0)
        return err->code;
    while (count < PIECE && (rc = rv_rows_next(rows, &row, err)) > 0)
        ids[count++] = rv_vint(row[0].v.i);
    return rc < 0 ? rc : count;
}

/* Rows of one kind that go together. */
struct piece {
    struct destroy *destroy;
    const struct rv_kind *kind;
    rv_value ids[PIECE];
    int count;
};

static int
delete_piece(void *arg, struct rv_store *store, struct rv_feed *feed, rv_err *err)
{
    const struct piece *piece = arg;
    struct destroy *destroy = piece->destroy;
    const struct rv_kind *kind = piece->kind;
    const rv_value *ids = piece->ids;
    int count = piece->count;
    if (rv_lease_check(store, &destroy->lease, err) < 0 ||
        rv_hanging_delete(store, kind, ids, count, err) < 0 ||
        rv_store_delete_rows(store, kind->table, "id", ids, (size_t)count, err) < 0)
        return err->code;
    for (int i = 0; i < count; i++)
        rv_feed_add(feed, kind, ids[i].v.i, destroy->id, RV_DELETED, NULL);
    return 0;
}

static int
delete_kind(struct destroy *destroy, const struct rv_kind *kind, rv_err *err)
{
    struct piece piece = { .destroy = destroy, .kind = kind };
    RV_AUTO_FREE char *sql =
        rv_format("SELECT \"id\" FROM \"%s\" WHERE \"ems_id\" = $1 LIMIT $2", kind->table);
    for (;;) {
        piece.count = next_ids(destroy, sql, piece.ids, err);
        if (piece.count <= 0)
            return piece.count;
        if (renew(destroy, err) < 0 ||
            rv_record_transaction(destroy->store, delete_piece, &piece, err) < 0 ||
            rv_wait_poll(err) < 0)
            return err->code;
        destroy->deleted += piece.count;
        if (tell(destroy, err) < 0)
            return err->code;
    }
}

static int
delete_inventory(struct destroy *destroy, rv_err *err)
{
    for (int i = 0; i < rv_model_count(); i++) {
        const struct rv_kind *kind = rv_model_at(i);
        if (!kind->server && delete_kind(destroy, kind, err) < 0)
            return rv_wrap(err, "delete its %s", kind->table);
    }
    return 0;
}

static int
delete_records_of(struct destroy *destroy, struct rv_feed *feed, const struct rv_kind *kind,
                  const char *condition, rv_err *err)
{
    rv_value ids[PIECE];
    RV_AUTO_FREE char *sql =
        rv_format("SELECT \"id\" FROM \"%s\" WHERE %s LIMIT $2", kind->table, condition);
    int count = next_ids(destroy, sql, ids, err);
    for (int i = 0; i < count; i++)
        if (rv_record_delete(destroy->store, feed, kind, ids[i].v.i, err) < 0)
            return err->code;
    return count < 0 ? count : 0;
}

/* Messages that nobody would take any more, with the tasks that wait for them. */
static int
delete_messages(struct destroy *destroy, rv_err *err)
{
    char queue[40];
    rv_queue_of_provider(queue, destroy->id);
    return rv_queue_remove_all(destroy->store, queue, "the provider was deleted", NULL, err);
}

static int
delete_rest(void *arg, struct rv_store *store, struct rv_feed *feed, rv_err *err)
{
    struct destroy *destroy = arg;
    rv_value id = rv_vint(destroy->id);
    const char *own = "\"resource_type\" = 'provider' AND \"resource_id\" = $1";
    const char *events = "\"ems_id\" = $1";
    if (rv_lease_check(store, &destroy->lease, err) < 0 ||
        rv_store_exec(store, NULL, "DELETE FROM inventory_streams WHERE ems_id = $1", &id, 1, err) <
            0 ||
        rv_store_exec(store, NULL, "DELETE FROM inventory_references WHERE ems_id = $1", &id, 1,
                      err) < 0 ||
        rv_hanging_delete(store, rv_model_kind("provider"), &id, 1, err) < 0 ||
        delete_records_of(destroy, feed, rv_model_kind("endpoint"), own, err) < 0 ||
        delete_records_of(destroy, feed, rv_model_kind("authentication"), own, err) < 0 ||
        delete_records_of(destroy, feed, rv_model_kind("event_lane"), events, err) < 0 ||
        delete_records_of(destroy, feed, rv_model_kind("blacklisted_event"), events, err) < 0 ||
        rv_record_delete(store, feed, rv_model_kind("provider"), destroy->id, err) < 0)
        return err->code;
    return 0;
}

/* Of both workers: neither writes any more. */
static int
take_leases(struct destroy *destroy, rv_err *err)
{
    rv_err ignored = RV_ERR_INIT;
    if (take_lease(destroy, &destroy->lease, "refresh", err) < 0)
        return err->code;
    if (take_lease(destroy, &destroy->event_lease, "event", err) == 0)
        return 0;
    rv_lease_release(destroy->store, &destroy->lease, &ignored);
    return err->code;
}

/* Under the leases; what fails gives them back as well, so that whoever tries again need not wait
 * for their end. */
static int
delete_all(struct destroy *destroy, rv_err *err)
{
    rv_err ignored = RV_ERR_INIT;
    int rc = count_rows(destroy, err);
    if (rc == 0)
        rc = delete_inventory(destroy, err);
    if (rc == 0)
        rc = delete_messages(destroy, err);
    if (rc == 0)
        rc = rv_record_transaction(destroy->store, delete_rest, destroy, err);
    rv_lease_release(destroy->store, &destroy->event_lease, &ignored);
    rv_lease_release(destroy->store, &destroy->lease, rc == 0 ? err : &ignored);
    return err->code;
}

int
rv_provider_destroy(struct rv_store *store, int64_t id, int64_t holder, int64_t task_id,
                    rv_err *err)
{
    struct rv_provider *provider = NULL;
    if (rv_provider_load(&provider, store, id, err) < 0)
        return err->code;
    struct destroy destroy = { .store = store, .id = id, .holder = holder, .task_id = task_id };
    if (rv_provider_set_enabled(store, id, 0, err) == 0 && take_leases(&destroy, err) == 0)
        delete_all(&destroy, err);
    if (err->code)
        rv_wrap(err, "delete provider '%s'", provider->name);
    rv_provider_free(provider);
    return err->code;
}
