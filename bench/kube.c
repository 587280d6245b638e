/* SPDX-License-Identifier: Apache-2.0
 *
 * The Kubernetes provider against the scripted API server.
 */
#include <stdio.h>
#include <string.h>
#include "bench.h"
#include "kube.h"
#include "store/record.h"

static int64_t
make_provider(struct rv_store *store)
{
    const struct rv_kind *kind = rv_model_kind("provider");
    struct rv_field fields[] = { { "name", rv_vtext("bench") },
                                 { "type", rv_vtext("kubernetes") } };
    struct rv_feed *feed = rv_feed_new();
    rv_err err = RV_ERR_INIT;
    int64_t id;

    if (rv_store_reserve_ids(store, 1, &err) < 0 || rv_store_begin(store, &err) < 0 ||
        rv_record_insert(store, feed, kind, fields, 2, &id, &err) < 0 ||
        rv_store_commit(store, &err) < 0)
        bench_die("make a provider", &err);
    rv_feed_free(feed);
    return id;
}

void
bench_kube_open(struct bench_kube *kube, struct rv_store *store, int port, int64_t *ems_id)
{
    struct rv_saver_config saver = { .store = store };
    cJSON *given = cJSON_CreateObject();
    rv_err err = RV_ERR_INIT;
    char url[64];

    if (*ems_id == 0)
        *ems_id = make_provider(store);
    saver.ems_id = *ems_id;
    memset(kube, 0, sizeof(*kube));
    saver.lease = &kube->lease;
    if (rv_lease_take(store, &kube->lease, "refresh/bench", 1, 3600000, &err) < 0)
        bench_die("take a lease", &err);
    kube->spec.scope = "bench";
    snprintf(url, sizeof(url), "%d", port);
    cJSON_AddStringToObject(given, "hostname", "127.0.0.1");
    cJSON_AddStringToObject(given, "port", url);
    cJSON_AddStringToObject(given, "security_protocol", "non-ssl");
    cJSON_AddStringToObject(given, "auth_key", "bench-token");
    if (rv_module_load(&kube->module, REEVE_MODULES "/providers", "kubernetes", &err) < 0 ||
        rv_config_make(&kube->config, kube->module, given, &err) < 0 ||
        rv_connection_open(&kube->connection, kube->module, kube->config, &kube->spec, &err) < 0 ||
        rv_saver_open(&kube->saver, &saver, &err) < 0)
        bench_die("open the Kubernetes provider", &err);
    kube->spec.sink = rv_saver_sink(kube->saver);
    cJSON_Delete(given);
}

void
bench_kube_refresh(struct bench_kube *kube)
{
    struct reeve_scope scope = { .size = sizeof(scope), .whole = 1 };
    rv_err err = RV_ERR_INIT;

    if (rv_saver_begin_all(kube->saver, rv_module_provider(kube->module)->inventory->kinds, &err) <
            0 ||
        rv_connection_refresh(kube->connection, &kube->spec, &scope, &err) < 0 ||
        rv_saver_end_all(kube->saver, &err) < 0)
        bench_die("refresh", &err);
}

void
bench_kube_watch(struct bench_kube *kube, int (*stop)(void *arg), void *arg)
{
    rv_err err = RV_ERR_INIT;

    kube->spec.cancelled = stop;
    kube->spec.arg = arg;
    if (rv_connection_watch(kube->connection, &kube->spec, &err) != RV_E_CANCELLED)
        bench_die("watch", &err);
}

void
bench_kube_close(struct bench_kube *kube)
{
    rv_connection_close(kube->connection);
    rv_saver_close(kube->saver);
    rv_config_free(kube->config);
}
