/* SPDX-License-Identifier: Apache-2.0
 *
 * One run of maintenance.
 */
#ifndef RV_KEEPING_MAINTAIN_INTERNAL_H
#define RV_KEEPING_MAINTAIN_INTERNAL_H

#include "keeping/maintain.h"

struct rv_maintaining {
    struct rv_store *store;
    const struct rv_maintain_options *options;
    cJSON *report;
};

int rv_maintain_postgres(struct rv_maintaining *run, rv_err *err);
int rv_maintain_sqlite(struct rv_maintaining *run, rv_err *err);

#endif
