/* SPDX-License-Identifier: Apache-2.0
 *
 * The smallest host: enough to run code that is written against the SDK in a
 * test program, without core. Real clocks, poll(2), memory from malloc; what
 * is logged, failed and emitted is kept for the test to look at.
 *
 *   struct reeve_call call;
 *   sdk_host_begin(&call);        binds the table too
 *   ... reeve_http_get(&call, ...)
 *   sdk_host_end(&call);
 */
#ifndef RV_TEST_SDK_HOST_H
#define RV_TEST_SDK_HOST_H

#include <stdint.h>
#include <stdio.h>
#include "reeve/host.h"

struct sdk_host_block;

/* What the SDK sees as an opaque call. */
struct reeve_call {
    int32_t error_class; /* of the last reeve_fail */
    char text[4096];
    char hint[1024];
    int32_t remote_status;
    int64_t retry_after_ms;
    int64_t deadline_ms;   /* monotonic; INT64_MAX: none */
    int64_t cancel_at_ms;  /* monotonic; INT64_MAX: never */
    uint64_t memory_limit; /* of scratch memory, as the real host has it */
    uint64_t memory_used;
    uint64_t waits;   /* calls of reeve_wait */
    uint64_t lent;    /* calls of reeve_secret_with */
    uint64_t secrets; /* calls of reeve_secret_new */
    char *log;        /* all lines so far, "LEVEL text\n" each; "" at first */
    size_t log_bytes;
    FILE *log_file;
    struct sdk_host_block *blocks;
};

struct reeve_secret {
    const char *bytes;
    uint64_t len;
};

/* Options of a connection: text by name; secrets apart. Both end with a NULL name. */
struct sdk_host_option {
    const char *name;
    const char *text; /* numbers and flags as digits */
};
struct sdk_host_secret {
    const char *name;
    struct reeve_secret secret;
};
struct reeve_config {
    const struct sdk_host_option *options;
    const struct sdk_host_secret *secrets; /* may be NULL */
};

/* Keeps what comes as text, one line each:
 *   object KIND REF | child KIND | COLUMN=VALUE | COLUMN->KIND REF | COLUMN=>KIND SCOPE/NAME | emit
 *   event TYPE REF TIME | token TOKEN (and emit) | position TOKEN
 *   discard | gone KIND REF | begin KIND | complete KIND | checkpoint STREAM TOKEN | warn NAME TEXT
 */
struct reeve_inventory {
    struct reeve_call *call;
    char *record;
    size_t record_bytes;
    FILE *file;
    uint64_t objects;
    uint64_t fail_at;                     /* the how manieth emit fails with INTERNAL; 0: none */
    const struct sdk_host_option *tokens; /* by stream; NULL or ends with a NULL name */
};

const struct reeve_host *sdk_host_table(void);

void sdk_host_begin(struct reeve_call *call);
void sdk_host_end(struct reeve_call *call);
/* Forget error, hint and log; scratch memory stays. */
void sdk_host_forget(struct reeve_call *call);
const char *sdk_host_log(struct reeve_call *call);
/* From now on. */
void sdk_host_set_deadline(struct reeve_call *call, int64_t ms);
void sdk_host_cancel_after(struct reeve_call *call, int64_t ms);

void sdk_host_inventory_begin(struct reeve_inventory *inv, struct reeve_call *call);
const char *sdk_host_record(struct reeve_inventory *inv);
void sdk_host_inventory_end(struct reeve_inventory *inv);

#endif
