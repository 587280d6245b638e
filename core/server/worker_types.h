/* SPDX-License-Identifier: Apache-2.0
 *
 * The one table of worker types: what a worker of each serves, which role its server must have,
 * and who runs it. Counts, limits and intervals are settings: workers.TYPE.KEY, which inherit
 * from those of the type's family and of all workers (core/settings/declared.c).
 */
#ifndef RV_SERVER_WORKER_TYPES_H
#define RV_SERVER_WORKER_TYPES_H

#include "settings/settings.h"

struct rv_worker;

enum {
    RV_TYPE_ALWAYS = 1 << 0,    /* one, whatever the settings say */
    RV_TYPE_PROVIDER = 1 << 1,  /* one for each provider that is to be read */
    RV_TYPE_ON_DEMAND = 1 << 2, /* only while its queue has messages, and a while after */
    RV_TYPE_ONCE = 1 << 3       /* for one job; the supervisor starts it by itself */
};

struct rv_worker_type {
    const char *name;
    const char *role;  /* its server must have it; NULL: none */
    const char *queue; /* that it serves; NULL: none, or one a provider */
    int max_priority;  /* of messages that it takes */
    int flags;
    /* When memory runs out the lowest go first; 0: never, and it may always be started. */
    int kill_rank;
    int (*run)(struct rv_worker *worker);
};

/* All of them; ends with a NULL name. */
const struct rv_worker_type *rv_worker_types(void);
/* NULL when there is no such type. */
const struct rv_worker_type *rv_worker_type_find(const char *name);

/* Its setting workers.TYPE.KEY; types for one job have what all workers have. */
int64_t rv_worker_type_int(const struct rv_settings *settings, const char *type, const char *key);
const char *rv_worker_type_string(const struct rv_settings *settings, const char *type,
                                  const char *key);

#endif
