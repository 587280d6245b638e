/* SPDX-License-Identifier: Apache-2.0
 *
 * One connection to one API server.
 */
#ifndef KUBE_CONNECTION_H
#define KUBE_CONNECTION_H

#include "reeve/http.h"
#include "reeve/provider.h"
#include "image_cache.h"

struct kube_connection {
    struct reeve_http *http;    /* requests and pages */
    struct reeve_http *streams; /* watches: these may be silent for long */
    char server[1400];          /* its URL, for texts */
    int64_t page_size;
    int64_t connect_timeout_ms;
    int64_t watch_timeout_ms;
    int64_t retry_refused_ms;
    int all_events;
    struct kube_image_cache images;
};

/* struct reeve_provider's open and close. */
int kube_open(struct reeve_call *call, const struct reeve_config *config, void **conn);
void kube_close(void *conn);

/* Asks for /version. AUTH for a 401; PROTOCOL with a clear text when this is no API server. *out is
 * its version, scratch memory, or NULL when this account may not see it; out may be NULL. */
int kube_version(struct reeve_call *call, struct kube_connection *conn, const char **out);

/* struct reeve_provider's verify. */
int kube_verify(struct reeve_call *call, void *conn, struct reeve_identity *out);

#endif
