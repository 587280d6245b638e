/* SPDX-License-Identifier: Apache-2.0
 *
 * The Kubernetes provider against the scripted API server, straight into a
 * saver: what a refresh worker does, without the worker.
 */
#ifndef BENCH_KUBE_H
#define BENCH_KUBE_H

#include "bench.h"
#include "host/host.h"
#include "inventory/saver.h"

struct bench_kube {
    struct rv_lease lease; /* as a refresh worker has */
    struct rv_config *config;
    struct rv_connection *connection;
    struct rv_saver *saver;
    struct rv_call_spec spec;
    struct rv_module *module;
};

/* A provider's row is made in store (id *ems_id) unless *ems_id is given. */
void bench_kube_open(struct bench_kube *kube, struct rv_store *store, int port, int64_t *ems_id);
void bench_kube_refresh(struct bench_kube *kube);
/* Until stop (asked at each wait) says so. */
void bench_kube_watch(struct bench_kube *kube, int (*stop)(void *arg), void *arg);
void bench_kube_close(struct bench_kube *kube);

#endif
