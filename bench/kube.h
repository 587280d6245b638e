/* SPDX-License-Identifier: Apache-2.0
 *
 * The Kubernetes provider against the scripted API server, by the refresher that a
 * refresh worker runs: what the worker does, without the worker.
 */
#ifndef BENCH_KUBE_H
#define BENCH_KUBE_H

#include "bench.h"
#include "base/json.h"
#include "inventory/refresh.h"

struct bench_kube {
    struct rv_refresher *refresher;
    int (*stop)(void *arg);
    void *arg;
};

/* A record of a provider that reads the scripted server on this port; returns its id. */
int64_t bench_kube_provider(struct rv_store *store, int port);
/* Everything that is done once a worker, before its first refresh. */
void bench_kube_open(struct bench_kube *kube, struct rv_store *store, int64_t provider);
/* A full refresh, with what belongs to it: proof, listing, save, outcome on the record, ANALYZE.
 * Returns its figures, the caller's. */
cJSON *bench_kube_refresh(struct bench_kube *kube);
/* Until stop (asked at each wait) says so. */
void bench_kube_watch(struct bench_kube *kube, int (*stop)(void *arg), void *arg);
void bench_kube_close(struct bench_kube *kube);

#endif
