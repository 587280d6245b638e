/* SPDX-License-Identifier: Apache-2.0
 *
 * The work of a refresh worker: one provider's connection, its saver and lease.
 * One full list at start (unless tokens let the watch go on where it was), then
 * the watch; a full list again on request, in between. Failures are put on the provider's
 * record with their time, retried with backoff, and cleared by the next success.
 */
#ifndef RV_REFRESH_H
#define RV_REFRESH_H

#include "inventory/provider.h"
#include "store/lease.h"

struct rv_refresher;

struct rv_refresher_config {
    struct rv_store *store;
    int64_t provider_id;
    int64_t holder; /* our worker's row id: of the lease "refresh/ID" */
    int64_t lease_ms;
    int64_t objects_max;        /* most objects that the provider may have; 0: no limit */
    int64_t label_entries_max;  /* most entries of one category made of labels; 0: no limit */
    struct rv_auth_policy auth; /* when credentials that fail are tried again */
    const char *module_dir;     /* of provider modules */
    const struct rv_vault *vault;
    /* 1: stop (ends the worker); 2: a message waits for us, or other news
     * (interrupts the watch). */
    int (*interrupted)(void *arg);
    /* Before the module is loaded; a failure is the provider's. May be NULL. */
    int (*guard)(void *arg, rv_err *err);
    void (*progress)(void *arg, const char *phase, int64_t objects); /* may be NULL */
    void *arg;
};

int rv_refresher_open(struct rv_refresher **out, const struct rv_refresher_config *config,
                      rv_err *err);
/* Other limits and another policy from now on; the rest of config counts when it is opened. */
int rv_refresher_configure(struct rv_refresher *refresher, const struct rv_refresher_config *config,
                           rv_err *err);
void rv_refresher_close(struct rv_refresher *refresher);
/* A full refresh; task_id 0: nobody waits. *stats (JSON text, malloc'd) may be NULL. RV_E_STALE
 * ends the worker. */
int rv_refresher_full(struct rv_refresher *refresher, int64_t task_id, char **stats, rv_err *err);
/* Looks at those objects only that a message's args name (targets.h): it deletes none but them.
 * UNSUPPORTED when a full refresh is due instead: everything is asked for, or `most` objects or
 * more (0: no limit), or the provider cannot look at one of them alone. */
int rv_refresher_targets(struct rv_refresher *refresher, const char *args, int most, char **stats,
                         rv_err *err);
/* Applies label mappings that were changed since to what is stored; also done by open. */
int rv_refresher_relabel(struct rv_refresher *refresher, rv_err *err);
/* Proves the credentials, and puts on the record what came out. */
int rv_refresher_check(struct rv_refresher *refresher, rv_err *err);
/* 1 when there is no complete listing yet, so that a full one must come first. */
int rv_refresher_needs_full(struct rv_refresher *refresher);
/* Follow changes until interrupted; returns 0 then. UNSUPPORTED when the provider cannot watch. */
int rv_refresher_watch(struct rv_refresher *refresher, rv_err *err);

#endif
