/* SPDX-License-Identifier: Apache-2.0
 *
 * The Kubernetes provider against the scripted API server.
 */
#include "kube.h"

#include <stdio.h>
#include <stdlib.h>
#include "base/log.h"
#include "base/mem.h"
#include "host/host.h"

#define HOUR_MS (60 * 60 * 1000)

/* The scripted server asks for no credentials, so there is nothing to seal. */
static int
no_secret(void *arg, char **out, const char *place, const char *text, rv_err *err)
{
    (void)arg, (void)out, (void)text;
    return rv_fail(err, RV_E_INTERNAL, "a secret at %s", place);
}

static const struct rv_vault vault = { .seal = no_secret, .open = no_secret };

static void
split_options(cJSON **plain, cJSON **secrets, int port)
{
    struct rv_module *module = NULL;
    struct rv_config *config = NULL;
    RV_AUTO_JSON cJSON *given = cJSON_CreateObject();
    RV_AUTO_FREE char *number = rv_format("%d", port);
    rv_err err = RV_ERR_INIT;

    cJSON_AddStringToObject(given, "hostname", "127.0.0.1");
    cJSON_AddStringToObject(given, "port", number);
    cJSON_AddStringToObject(given, "security_protocol", "non-ssl");
    if (rv_module_load(&module, REEVE_MODULES "/providers", "kubernetes", &err) < 0 ||
        rv_config_make(&config, module, given, &err) < 0 ||
        rv_config_split(config, plain, secrets, &err) < 0)
        bench_die("options of the Kubernetes provider", &err);
    rv_config_free(config);
}

int64_t
bench_kube_provider(struct rv_store *store, int port)
{
    RV_AUTO_JSON cJSON *plain = NULL;
    RV_AUTO_JSON cJSON *secrets = NULL;
    rv_err err = RV_ERR_INIT;
    int64_t id = 0;

    split_options(&plain, &secrets, port);
    if (rv_provider_create(store, &vault, "bench", "kubernetes", 0, plain, secrets, &id, &err) < 0)
        bench_die("make a provider", &err);
    return id;
}

static int
interrupted(void *arg)
{
    struct bench_kube *kube = arg;

    return kube->stop && kube->stop(kube->arg);
}

void
bench_kube_open(struct bench_kube *kube, struct rv_store *store, int64_t provider)
{
    struct rv_refresher_config config = { .store = store,
                                          .provider_id = provider,
                                          .holder = 1,
                                          .lease_ms = HOUR_MS,
                                          .module_dir = REEVE_MODULES "/providers",
                                          .vault = &vault,
                                          .interrupted = interrupted,
                                          .arg = kube };
    rv_err err = RV_ERR_INIT;

    *kube = (struct bench_kube){ 0 };
    rv_log_level(RV_WARNING);
    if (rv_refresher_open(&kube->refresher, &config, &err) < 0)
        bench_die("open the Kubernetes provider", &err);
}

cJSON *
bench_kube_refresh(struct bench_kube *kube)
{
    RV_AUTO_FREE char *stats = NULL;
    rv_err err = RV_ERR_INIT;

    if (rv_refresher_full(kube->refresher, 0, &stats, &err) < 0)
        bench_die("refresh", &err);
    return cJSON_Parse(stats);
}

void
bench_kube_watch(struct bench_kube *kube, int (*stop)(void *arg), void *arg)
{
    rv_err err = RV_ERR_INIT;

    kube->stop = stop;
    kube->arg = arg;
    while (!stop(arg))
        if (rv_refresher_watch(kube->refresher, &err) < 0)
            bench_die("watch", &err);
}

void
bench_kube_close(struct bench_kube *kube)
{
    rv_refresher_close(kube->refresher);
}
