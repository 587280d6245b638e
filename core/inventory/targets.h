/* SPDX-License-Identifier: Apache-2.0
 *
 * Which objects a refresh is about. In a message they are JSON: {} for everything, or
 * {"targets": [{"kind": "vm", "id": 1000000000123}, {"kind": "container_group", "ref": ...,
 * "scope": "default", "name": "web-1"}]}: rows by id, what has no row yet as the provider names it.
 * They become refs only when the message's turn comes.
 */
#ifndef RV_TARGETS_H
#define RV_TARGETS_H

#include "host/host.h"
#include "store/store.h"

/* One that is asked for: by id, or (id 0) by what is known of it. */
struct rv_ask {
    const struct rv_kind *kind;
    int64_t id;
    const char *ref, *scope, *name;
};

/* The args of a message (NULL: there is none yet) with these added, each once; count 0 asks for
 * everything. So does a merge that comes to `most` or more (0: no limit): then one listing costs
 * less. *out is the caller's. */
int rv_targets_merge(char **out, const char *args, const struct rv_ask *asks, int count, int most,
                     rv_err *err);

struct rv_targets {
    struct rv_arena *arena;
    struct rv_target *at;
    int count;
    int whole;   /* everything */
    int unknown; /* rows that are gone by now, or another provider's */
};
/* Looks up refs and names; of a row that belongs to another (a container), its owner. */
int rv_targets_resolve(struct rv_targets *out, struct rv_store *store, int64_t ems_id,
                       const char *args, rv_err *err);
void rv_targets_free(struct rv_targets *targets);

/* Asks a provider's worker for a refresh: one message waits at most, and takes in what is asked
 * meanwhile. */
struct rv_refresh_request {
    int64_t provider_id;
    const struct rv_ask *asks; /* count 0: everything */
    int count;
    int most;              /* setting refresh.full_threshold; 0: no limit */
    const char *task_name; /* NULL: nobody waits */
    const char *userid;
    int64_t user_id;    /* 0: nobody */
    int64_t not_before; /* ms; 0: now. A request that waits already keeps its earlier time */
};
/* *task_id is the task that stands for it: a new one, or that of the request it was merged into; 0
 * when nobody waits. Returns 1 when a message was put, 0 when it was merged. */
int rv_refresh_request(struct rv_store *store, const struct rv_refresh_request *request,
                       int64_t *task_id, rv_err *err);
/* The same within the caller's transaction, for which so many ids were reserved. */
enum { RV_REFRESH_REQUEST_IDS = 4 };
int rv_refresh_request_in(struct rv_store *store, const struct rv_refresh_request *request,
                          int64_t *task_id, rv_err *err);

#endif
