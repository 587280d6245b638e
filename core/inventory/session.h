/* SPDX-License-Identifier: Apache-2.0
 *
 * A provider as its workers have it open: the module of its type, the options as they are stored
 * now, and a connection with them.
 */
#ifndef RV_INVENTORY_SESSION_H
#define RV_INVENTORY_SESSION_H

#include "host/host.h"
#include "inventory/provider.h"

struct rv_session {
    struct rv_store *store;
    const struct rv_vault *vault;
    struct rv_provider *provider;
    struct rv_module *module;
    struct rv_connection *connection; /* NULL: none is open */
    struct rv_config *options;        /* of the connection */
    uint64_t options_hash;
    int incomplete; /* an option is missing or wrong: nobody was asked */
};

/* Reads the record; both arguments must live as long. */
int rv_session_open(struct rv_session *session, struct rv_store *store,
                    const struct rv_vault *vault, int64_t provider_id, rv_err *err);
int rv_session_load(struct rv_session *session, const char *module_dir, rv_err *err);
/* A connection is open with the options as they are now; spec has no sink. 1 when it is a new one,
 * 0 when it was there. */
int rv_session_connect(struct rv_session *session, const struct rv_call_spec *spec, rv_err *err);
/* 1 when the connection's options are others now, 0, or an error. */
int rv_session_is_stale(const struct rv_session *session, rv_err *err);
/* The next rv_session_connect makes another. */
void rv_session_disconnect(struct rv_session *session);
void rv_session_close(struct rv_session *session);

#endif
