/* SPDX-License-Identifier: Apache-2.0
 *
 * Several processes that do the same at the same time, each with a connection of its
 * own; and the messages that they work on.
 */
#ifndef BENCH_CREW_H
#define BENCH_CREW_H

#include "bench.h"
#include "queue/floors.h"
#include "queue/queue.h"
#include "support/support.h"

#define BENCH_CREW_MOST 64

/* One member's work, from the moment that all are let go. Returns how much it did. */
typedef int64_t bench_work_fn(struct rv_store *store, int index, void *arg);

struct bench_crew {
    const struct rv_test_db *db;
    int count;
    bench_work_fn *prepare; /* before: what prepares its statements; may be NULL */
    bench_work_fn *work;
    void *arg;
};
struct bench_crew_result {
    int64_t done;   /* the sum of what they did */
    double seconds; /* from the first one's begin to the last one's end */
};
/* All of them, to their end. One that fails ends the program. */
void bench_crew_run(struct bench_crew_result *out, const struct bench_crew *crew);

/* Start them, and come back when they are let go; then end. */
struct bench_crew_shared;
struct bench_running {
    struct bench_crew_shared *shared;
    pid_t pids[BENCH_CREW_MOST];
    int count;
};
void bench_crew_start(struct bench_running *running, const struct bench_crew *crew);
void bench_crew_wait(struct bench_running *running, struct bench_crew_result *out);

/* Ready messages of queue "generic", class "Bench", method "work", put by SQL, fresh: whatever was
 * in the table is gone. */
void bench_backlog(struct rv_store *store, int64_t messages);
/* Who takes them: as a generic worker of server "bench". floors: zeroed, the taker's own. */
struct rv_taker bench_taker(int index, struct rv_floors *floors);

/* Claim and acknowledge without Reeve, on the same table: one statement or a short transaction
 * each. They return how many messages were claimed, and keep their ids. */
struct bench_claim {
    int64_t ids[1000];
    int count;
};
/* A transaction that looks for the first one, locks it (waiting for who has it), and marks it. */
int bench_claim_naive(struct rv_store *store, int index, struct bench_claim *claim);
/* One statement that skips what is locked; `batch` of them at once. */
int bench_claim_skipping(struct rv_store *store, int index, int batch, struct bench_claim *claim);
/* Delete what was claimed, in one statement. */
void bench_acknowledge(struct rv_store *store, const struct bench_claim *claim);

#endif
