/* SPDX-License-Identifier: Apache-2.0
 *
 * What the benchmarks share: series of timings, baseline and Reeve run in turn,
 * one table of results with the ratio; a store and a scripted API server.
 * Benchmarks end the program when something fails.
 */
#ifndef BENCH_H
#define BENCH_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include "store/store.h"

#define BENCH_RUNS_MOST 101

struct bench_series {
    double values[BENCH_RUNS_MOST];
    int count;
};
double bench_now(void); /* seconds, monotonic */
void bench_add(struct bench_series *series, double value);
double bench_quantile(const struct bench_series *series, double q);
/* Print one row: medians, spread, the median of the pairs' ratios, target, met or not. unit: "s",
 * "B". */
void bench_row(const char *row, const char *unit, const struct bench_series *baseline,
               const struct bench_series *reeve, double target);
/* The same for one figure against a limit. */
void bench_limit(const char *row, const char *unit, double value, double limit);
/* 1 when every row so far met its target. */
int bench_all_met(void);
/* Value of --NAME N, or fallback. */
int64_t bench_option(int argc, char **argv, const char *name, int64_t fallback);

_Noreturn void bench_die(const char *doing, const rv_err *err);

/* A fresh database with the schema (REEVE_TEST_STORE says on which engine). */
struct rv_test_db;
struct rv_store *bench_store(struct rv_test_db *db);
/* Bytes of write-ahead log so far; 0 on SQLite. */
int64_t bench_wal_bytes(struct rv_store *store);

struct bench_server {
    pid_t pid;
    int port;
};
void bench_server_start(struct bench_server *server, const char *const *argv);
void bench_server_stop(struct bench_server *server);
/* POST to the scripted server. */
void bench_server_post(const struct bench_server *server, const char *path);

/* All rows of a set of tables, in memory, to be copied elsewhere. */
struct bench_tables;
struct bench_tables *bench_tables_read(struct rv_store *store);
size_t bench_tables_rows(const struct bench_tables *tables);
/* Insert them all into the (empty) tables of store, in one transaction. */
void bench_tables_write(const struct bench_tables *tables, struct rv_store *store);
void bench_tables_free(struct bench_tables *tables);

#endif
