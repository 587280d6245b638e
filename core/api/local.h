/* SPDX-License-Identifier: Apache-2.0
 *
 * Callers of the server's own machine: who may hear where the database is when nobody can log in
 * because of it.
 */
#ifndef RV_API_LOCAL_H
#define RV_API_LOCAL_H

#include "api/request.h"

struct evhttp_request;

#define RV_LOCAL_HEADER "X-Reeve-Local-Token"

/* Over the loopback, by a name of it (localhost, 127.0.0.1, [::1]), and not by way of a proxy that
 * says so. */
int rv_local_machine(const struct rv_request *req);
int rv_local_peer(struct evhttp_request *http);
/* The caller could read the file local-token of the home, as its owner and root can. Opens what has
 * RV_ROUTE_LOCAL, and needs no database. */
int rv_local_token(const struct rv_request *req);

#endif
