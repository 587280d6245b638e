/* SPDX-License-Identifier: Apache-2.0
 *
 * How many workers of a type a server should have. No store and no clock in here.
 */
#ifndef RV_SERVER_HEADCOUNT_H
#define RV_SERVER_HEADCOUNT_H

#include "server/worker_types.h"

struct rv_headcount_input {
    const struct rv_settings *settings;
    const char *const *roles; /* active ones; ends with NULL */
    /* Queues that have had messages lately; ends with NULL. */
    const char *const *busy_queues;
};

/* Of a type that serves providers: of each provider. */
int rv_headcount(const struct rv_worker_type *type, const struct rv_headcount_input *input);
int rv_headcount_has(const char *const *words, const char *word);

#endif
