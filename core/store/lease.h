/* SPDX-License-Identifier: Apache-2.0
 *
 * Leases: who may do a thing now ("refresh/1000000000007"). Each taking raises
 * the generation; whoever writes under a lease checks its generation in the
 * same transaction, so a holder that was frozen and replaced writes nothing.
 *
 * leases: name (key), holder, generation, expires_at (ms, wall clock).
 */
#ifndef RV_LEASE_H
#define RV_LEASE_H

#include "store/store.h"

struct rv_lease {
    char name[128];
    int64_t holder; /* the worker's row id */
    int64_t generation;
};

/* Take a lease that is free or over. CONFLICT while another holds it. Own transaction. */
int rv_lease_take(struct rv_store *store, struct rv_lease *out, const char *name, int64_t holder,
                  int64_t ttl_ms, rv_err *err);
/* Inside the caller's transaction: RV_E_STALE when the generation has moved on, or the lease ran
 * out by our own clock. Locks the lease row until commit. */
int rv_lease_check(struct rv_store *store, const struct rv_lease *lease, rv_err *err);
/* As rv_lease_check, but the answer is not waited for on PostgreSQL: with a stale lease the
 * transaction fails, now or at its commit. When it failed, rv_lease_blame says whether that is why:
 * it puts RV_E_STALE into err, or leaves err as it is. */
int rv_lease_guard(struct rv_store *store, const struct rv_lease *lease, rv_err *err);
void rv_lease_blame(struct rv_store *store, const struct rv_lease *lease, rv_err *err);
/* Extend all leases of these holders in one statement (the server worker does, for live workers).
 */
int rv_lease_renew(struct rv_store *store, const int64_t *holders, int count, int64_t ttl_ms,
                   rv_err *err);
/* Give back; nothing when it has already passed on. */
int rv_lease_release(struct rv_store *store, const struct rv_lease *lease, rv_err *err);
/* Release everything of a dead worker. */
int rv_lease_release_holder(struct rv_store *store, int64_t holder, rv_err *err);

#endif
