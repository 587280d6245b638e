/* SPDX-License-Identifier: Apache-2.0
 *
 * A client that keeps a number of HTTP connections busy.
 */
#ifndef BENCH_LOAD_H
#define BENCH_LOAD_H

#include <stddef.h>
#include <stdint.h>

struct bench_load {
    int port, connections;
    double seconds;
    const char *header;         /* one more line of each request, without its end; NULL */
    const char *const *targets; /* asked for in turn */
    size_t target_count;
};

struct bench_load_result {
    int64_t answers; /* whole ones; all of them were 200, else the program ends */
    int64_t bytes;   /* of bodies */
    double per_second, p50, p99;
};

/* Requests one after another on each connection, which stays open, until the time is over. */
void bench_load_run(struct bench_load_result *out, const struct bench_load *load);
/* One answer's body on a connection of its own (fd: bench_load_connect), the caller's to free. */
int bench_load_connect(int port);
char *bench_load_get(int fd, const char *target, const char *header);

#endif
