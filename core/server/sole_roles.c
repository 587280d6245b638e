/* SPDX-License-Identifier: Apache-2.0
 *
 * The leases are held by the server worker's row: renewed with all others, freed when it is buried.
 */
#define RV_LOG_TOPIC RV_TOPIC_SERVER
#include "server/sole_roles.h"

#include <stdio.h>
#include "base/clock.h"
#include "base/log.h"
#include "model/model.h"
#include "store/lease.h"
#include "store/record.h"

enum { MOST_ROLES = 16, MOST_OTHERS = 64 };

struct sole {
    int64_t assigned_id, role_id;
    char name[64];
    int active;   /* as our row says */
    int held;     /* by us */
    int is_free;  /* to be taken */
    int assigned; /* to us still */
};

/* Those that we were given, and those that we hold without. */
static int
read_roles(struct sole *out, int *count, struct rv_worker *worker, rv_err *err)
{
    RV_AUTO_ROWS struct rv_rows *rows = NULL;
    const rv_value *row = NULL;
    const rv_value params[] = { rv_vint(worker->server_id), rv_vint(worker->row) };
    int64_t now_ms = rv_now_ms();
    int more;
    *count = 0;
    if (rv_store_query(worker->store, &rows,
                       "SELECT a.id, r.id, r.name, a.active, l.holder, l.expires_at"
                       " FROM server_roles r"
                       " LEFT JOIN assigned_server_roles a ON a.server_role_id = r.id"
                       "  AND a.miq_server_id = $1"
                       " LEFT JOIN leases l ON l.name = 'role/' || r.name"
                       " WHERE r.max_concurrent = 1 AND r.role_scope = 'region'"
                       "  AND (a.id IS NOT NULL OR l.holder = $2) ORDER BY r.name",
                       params, 2, err))
        return err->code;
    while ((more = rv_rows_next(rows, &row, err)) > 0 && *count < MOST_ROLES) {
        struct sole *one = &out[(*count)++];
        int64_t holder = row[4].type == RV_INT ? row[4].v.i : 0;
        int over = holder == 0 || row[5].v.i <= now_ms;
        *one = (struct sole){ .assigned_id = row[0].type == RV_INT ? row[0].v.i : 0,
                              .role_id = row[1].v.i,
                              .active = row[3].type == RV_INT && row[3].v.i,
                              .held = !over && holder == worker->row,
                              .is_free = over,
                              .assigned = row[0].type == RV_INT };
        snprintf(one->name, sizeof(one->name), "%s", row[2].v.text);
    }
    return more < 0 ? more : 0;
}

struct change {
    const struct sole *role;
    int64_t others[MOST_OTHERS]; /* that were active, of servers that are gone */
    int count;
};

static int
write_active(void *arg, struct rv_store *store, struct rv_feed *feed, rv_err *err)
{
    const struct change *change = arg;
    const struct rv_kind *kind = rv_model_table("assigned_server_roles");
    const struct rv_field active[] = { { "active", rv_vint(change->role->held) } };
    const struct rv_field passive[] = { { "active", rv_vint(0) } };
    if (rv_record_update(store, feed, kind, change->role->assigned_id, active, 1, err))
        return err->code;
    for (int i = 0; i < change->count; i++)
        if (rv_record_update(store, feed, kind, change->others[i], passive, 1, err))
            return err->code;
    return 0;
}

static int
find_others(struct change *change, struct rv_store *store, rv_err *err)
{
    RV_AUTO_ROWS struct rv_rows *rows = NULL;
    const rv_value *row = NULL;
    const rv_value params[] = { rv_vint(change->role->role_id),
                                rv_vint(change->role->assigned_id) };
    int more = 0;
    if (!change->role->held)
        return 0;
    if (rv_store_query(store, &rows,
                       "SELECT id FROM assigned_server_roles WHERE server_role_id = $1 AND active"
                       " AND id <> $2 ORDER BY id",
                       params, 2, err))
        return err->code;
    while (change->count < MOST_OTHERS && (more = rv_rows_next(rows, &row, err)) > 0)
        change->others[change->count++] = row[0].v.i;
    return more < 0 ? more : 0;
}

static int
put_right(struct rv_worker *worker, const struct sole *role, rv_err *err)
{
    struct change change = { .role = role };
    if (role->held == role->active || !role->assigned)
        return 0;
    rv_log(RV_INFO, role->held ? "role taken" : "role stands by: another server has it",
           RV_F("role", RV_S(role->name)));
    if (find_others(&change, worker->store, err))
        return err->code;
    return rv_record_transaction(worker->store, write_active, &change, err);
}

/* Two servers may find it free at once: one of them gets it. */
static int
settle(struct rv_worker *worker, struct sole *role, rv_err *err)
{
    char name[80];
    struct rv_lease lease;
    int64_t lease_ms = rv_settings_int(worker->settings, "workers.lease");
    snprintf(name, sizeof(name), "role/%s", role->name);
    if (role->assigned ? role->is_free : role->held) {
        int failed = rv_lease_take(worker->store, &lease, name, worker->row, lease_ms, err);
        if (!failed && !role->assigned)
            failed = rv_lease_release(worker->store, &lease, err);
        if (failed && failed != RV_E_CONFLICT)
            return failed;
        role->held = !failed && role->assigned;
        rv_err_clear(err);
    }
    return put_right(worker, role, err);
}

int
rv_sole_roles_look(struct rv_worker *worker, rv_err *err)
{
    struct sole roles[MOST_ROLES];
    int count = 0;
    int failed = read_roles(roles, &count, worker, err);
    for (int i = 0; i < count && !failed; i++)
        failed = settle(worker, &roles[i], err);
    return failed ? rv_wrap(err, "see to roles that one server has") : 0;
}
