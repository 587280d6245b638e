/* SPDX-License-Identifier: Apache-2.0
 *
 * Raising events: a row of event_streams each, which the change feed tells of. What is to follow
 * from one is not decided here.
 */
#ifndef RV_EVENT_H
#define RV_EVENT_H

#include "store/record.h"

/* Largest full_data. */
enum { RV_EVENT_DATA_MAX = 64 << 10 };

struct rv_event {
    const char *event_type;  /* "evm_worker_start"; those of the original where there is one */
    const char *message;     /* for people; may be NULL */
    const char *source;      /* NULL: "EVM", the server itself; else a provider's type */
    const char *type;        /* NULL: "MiqEvent", or "EmsEvent" with ems_id and a source */
    int64_t timestamp_ms;    /* when it happened; 0: now */
    const char *target_kind; /* "worker", "server", "provider", "vm"; NULL: none */
    int64_t target_id;
    int64_t ems_id; /* 0: none */
    const char *ems_ref;
    int64_t chain_id; /* joins what belongs together; 0: none */
    const char *username;
    const char *full_data; /* JSON; may be NULL */
    int64_t user_id, group_id, tenant_id;
    int flags;
    const struct rv_field *more; /* further columns, none of those above */
    int more_count;              /* at most RV_EVENT_MORE */
};

enum { RV_EVENT_MORE = 24 };

#define RV_EVENT_KEPT (1 << 0) /* nobody handles it: it is there to be read */

/* In a transaction of its own unless one is open (then reserve two ids before, and let nothing but
 * the commit come after it: until then nobody else can raise one). It waits in the server's lane
 * for its handler. A provider's event that is there already (same event_type, timestamp, chain_id,
 * ems_id, ems_ref) is not written again. 1 when it was written, 0 when not; *id (may be NULL) is
 * the row either way. LIMIT. */
int rv_event_raise(struct rv_store *store, const struct rv_event *event, int64_t *id, rv_err *err);
/* Several in the order given, in an open transaction, in a few round trips. An id for each, and one
 * more, was reserved. */
int rv_event_raise_all(struct rv_store *store, const struct rv_event *const *events, size_t count,
                       rv_err *err);

#endif
