/* SPDX-License-Identifier: Apache-2.0
 *
 * UNFROZEN: declared, not used by any release yet; it may change.
 * What a provider can be told to do.
 */
#ifndef REEVE_OPERATIONS_H
#define REEVE_OPERATIONS_H

#include <stdint.h>
#include "reeve/call.h"

struct reeve_op;

#define REEVE_OP_DESTRUCTIVE (1 << 0)
#define REEVE_OP_IDEMPOTENT (1 << 1)
#define REEVE_OP_LONG (1 << 2)

struct reeve_operation {
    const char *name;
    const char *const *kinds;  /* what it can be done to; ends with NULL */
    const char *params_schema; /* JSON Schema text */
    int32_t flags;
    int32_t reserved;
    const char *help;
};

struct reeve_operations_iface {
    uint64_t size;
    const struct reeve_operation *operations; /* ends with a NULL name */
    int (*invoke)(struct reeve_call *call, void *conn, const char *name, const char *kind,
                  const char *ref, const char *params, struct reeve_op *op);
    int (*poll)(struct reeve_call *call, void *conn, const char *task, struct reeve_op *op);
};

#endif
