/* SPDX-License-Identifier: Apache-2.0
 *
 * The REST API on libevent, in an API worker. It knows the store, the
 * dictionary and its caller; for what needs a provider or the key it asks its
 * host (the worker, which asks the supervisor).
 */
#ifndef RV_API_H
#define RV_API_H

#include <event2/event.h>
#include "store/store.h"
#include "settings/settings.h"
#include "inventory/provider.h"
#include "tls/tls.h"

struct rv_api;

/* The answer of a verification: code RV_OK or a class. */
typedef void (*rv_verify_done)(void *arg, const rv_err *result, const cJSON *prepared);

struct rv_api_host {
    void *arg;
    struct rv_vault vault; /* opens settings, and passwords of workspaces */
    /* Have a one-shot worker load the module `type`, prepare and validate `given` (object), open
     * and verify. done is called later, from the event loop; prepared then holds {"plain": {...},
     * "secrets": {...}, "identity": {...}}. Returns negative when it cannot start. */
    int (*verify)(void *arg, const char *type, const cJSON *given, rv_verify_done done,
                  void *done_arg, rv_err *err);
    /* Wake whoever takes from this queue; "workers" makes the server worker look at the providers.
     */
    void (*wake)(void *arg, const char *queue);
    /* "restart" (it ends what it does first) or "kill" a worker of this server; NULL: cannot. */
    void (*end_worker)(void *arg, const char *guid, const char *what);
    /* {"types":[manifest, ...]} of the installed provider modules; borrowed. */
    const cJSON *(*types)(void *arg);
    /* As verify, for a provider that exists: `given` (NULL: nothing) is laid over its stored
     * options, whose secrets the one-shot worker is lent. prepared.plain then holds all plain
     * options, prepared.secrets only those that `given` brought. */
    int (*verify_stored)(void *arg, int64_t provider_id, const cJSON *given, rv_verify_done done,
                         void *done_arg, rv_err *err);
};

struct rv_api_config {
    struct event_base *base;
    int listen_fd; /* bound and listening; shared with other API workers */
    struct rv_store *store;
    const struct rv_settings *settings;
    struct rv_api_host host;
    const char *version;
    int64_t server_id, zone_id, region_id;
    int index;        /* among the API workers of this server */
    const char *home; /* the server's; NULL: not known */
    const char *server_guid;
    struct rv_tls *tls; /* connections are made with it; NULL: plain HTTP */
    /* Requests and streams are served by rv_api_work, which the host calls outside of its loop; 0:
     * within the loop, which then stands while the store is waited for. */
    int outside;
};

int rv_api_open(struct rv_api **out, const struct rv_api_config *config, rv_err *err);
/* Stop accepting; streams are told to end. Then run the loop until rv_api_idle. */
void rv_api_drain(struct rv_api *api);
int rv_api_idle(const struct rv_api *api);
void rv_api_close(struct rv_api *api);
/* For a host that said `outside`: whether something waits, and to do it. */
int rv_api_has_work(const struct rv_api *api);
void rv_api_work(struct rv_api *api);
/* For the same, while rv_api_work waits for the store: turns the loop once without blocking and
 * answers probes. waited_ms: how long this statement has been waited for. */
void rv_api_turn(struct rv_api *api, int64_t waited_ms);
/* Tells /metrics of this worker's connections; now and then. */
void rv_api_measure(struct rv_api *api);
/* Something changed (a wake-up on "changes"): streams read the feed now. */
void rv_api_changed(struct rv_api *api);

#endif
