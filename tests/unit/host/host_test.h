/* SPDX-License-Identifier: Apache-2.0
 *
 * What the tests of the host share: the module that works, a connection to it,
 * and a sink that writes down what it is given.
 */
#ifndef RV_HOST_TEST_H
#define RV_HOST_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>
#include "host/internal.h"

#define assert_contains(text, part)                                                                \
    do {                                                                                           \
        if (strstr(text, part) == NULL)                                                            \
            fail_msg("'%s' is not in '%s'", part, text);                                           \
    } while (0)

/* What a sink was given, as text lines; and what it is to answer. */
struct heard {
    rv_buf text;
    int emits, drains, rejected;
    int fail_emit, fail_drain; /* class that the next one returns */
    int64_t replaced_bytes;
};
struct rv_sink heard_sink(struct heard *heard);
void heard_reset(struct heard *heard);

struct rv_module *good_module(void);
/* options: JSON text, "hostname" is added. */
struct rv_config *good_config(const char *options);

/* Runs fn as the provider's refresh. Returns what the host makes of it. */
typedef int (*refresh_fn)(struct reeve_call *call, struct reeve_inventory *inv);
int run_targets(refresh_fn fn, const struct rv_target *targets, int count, struct heard *heard,
                rv_err *err);
/* Runs fn as the provider's watch of events, after a position when there is a token. */
typedef int (*events_fn)(struct reeve_call *call, struct reeve_event_sink *sink);
int run_events(events_fn fn, const char *token, struct heard *heard, rv_err *err);
int run_refresh(refresh_fn fn, struct heard *heard, rv_err *err);
int run_refresh_spec(refresh_fn fn, const struct rv_call_spec *spec, rv_err *err);

#endif
