/* SPDX-License-Identifier: Apache-2.0
 *
 * How a worker goes on trying with its provider: longer and longer waits after failures, none with
 * credentials that were refused until their time has come, and patience with the worker that it
 * replaces, which may still hold the lease.
 */
#ifndef RV_SERVER_PROVIDER_TRIES_H
#define RV_SERVER_PROVIDER_TRIES_H

#include "base/meter.h"
#include "server/worker.h"

struct rv_tries {
    struct rv_worker *worker;
    int (*is_refusal)(int code); /* whether credentials were refused, and not a right */
    int failure_series;          /* RV_M_..., by provider and class */
    int refused;                 /* the credentials: the record says when they are tried again */
    int64_t failures;            /* in a row */
};

/* Notes whether it is a refusal; 1 when one stands. */
int rv_tries_note(struct rv_tries *tries, const rv_err *err);
/* Says that it failed, and when it is tried again; how long to wait until then. */
int64_t rv_tries_failed(struct rv_tries *tries, const char *message, const rv_err *err);
void rv_tries_succeeded(struct rv_tries *tries);
/* The server worker ends us when it sees that credentials were refused. Until then, and when they
 * are proved first or a person asks for a refresh, we look; after a while when it is 1. */
int rv_tries_still_refused(struct rv_tries *tries);
/* Opens, waiting while that is a CONFLICT. CANCELLED when told to stop. */
int rv_tries_open(const struct rv_tries *tries, int (*open)(void *arg, rv_err *err), void *arg,
                  rv_err *err);

#endif
