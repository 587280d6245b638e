/* SPDX-License-Identifier: Apache-2.0
 *
 * The work of an event worker: one provider's watch of events, whose events become rows. A batch of
 * them, the token after it and the count of the provider's lane are written in one transaction, so
 * whatever ends the worker, each event is there once. What an event is about is looked up as it
 * comes; what is not found keeps the names that the provider gave.
 */
#ifndef RV_CATCHER_H
#define RV_CATCHER_H

#include "inventory/provider.h"
#include "store/lease.h"

struct rv_catcher;

struct rv_catcher_config {
    struct rv_store *store;
    int64_t provider_id;
    int64_t holder; /* our worker's row id: of the lease "event/ID" */
    int64_t lease_ms;
    int64_t listing_ms; /* how long the first full listing is waited for: earlier, events find no
                         * objects */
    int flood_max;      /* of one type about one object a minute; 0: any number */
    struct rv_auth_policy auth; /* when credentials that fail are tried again */
    const char *module_dir;     /* of provider modules */
    const struct rv_vault *vault;
    /* Not 0: the watch ends; may be NULL. */
    int (*interrupted)(void *arg);
    /* Before the module is loaded; a failure is the provider's. May be NULL. */
    int (*guard)(void *arg, rv_err *err);
    /* Events were written: their handler has work. May be NULL. */
    void (*caught)(void *arg);
    void *arg;
};

/* CONFLICT while another holds the lease. */
int rv_catcher_open(struct rv_catcher **out, const struct rv_catcher_config *config, rv_err *err);
/* Another policy from now on; the rest of config counts when it is opened. */
void rv_catcher_configure(struct rv_catcher *catcher, const struct rv_catcher_config *config);
void rv_catcher_close(struct rv_catcher *catcher);
/* Until interrupted, or the connection's options were changed; returns 0 then. Failures are on the
 * lane's record. RV_E_STALE ends the worker. */
int rv_catcher_watch(struct rv_catcher *catcher, rv_err *err);

/* What became of events since it was opened. */
struct rv_catch_counts {
    int64_t written, duplicates, refused, blacklisted, flooded, transactions;
};
void rv_catcher_counts(const struct rv_catcher *catcher, struct rv_catch_counts *out);

#endif
