/* SPDX-License-Identifier: Apache-2.0
 *
 * A real reeved for the benchmarks.
 */
#ifndef BENCH_REEVED_H
#define BENCH_REEVED_H

#include "bench.h"
#include "support/support.h"

struct bench_reeved {
    struct rv_test_process process;
    char *home;
    int port;
};

/* On this database, in a home of its own; settings are NAME=VALUE and end with NULL. Comes back
 * when it serves, and all its workers are ready. */
void bench_reeved_start(struct bench_reeved *reeved, const struct rv_test_db *db,
                        const char *const *settings);
void bench_reeved_end(struct bench_reeved *reeved);
/* A token of the administrator's. */
void bench_reeved_token(const struct bench_reeved *reeved, char token[65]);

#endif
