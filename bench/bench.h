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
/* The same of any number of values, which are sorted before. */
void bench_sort(double *values, size_t count);
double bench_of_sorted(const double *values, size_t count, double q);
/* A row that is shown beside the one that has the target. */
#define BENCH_NO_TARGET (-1.0)
/* Print one row: medians, spread, the median of the pairs' ratios, target, met or not. unit: "s",
 * "B". */
void bench_row(const char *row, const char *unit, const struct bench_series *baseline,
               const struct bench_series *reeve, double target);
/* A figure with its unit, for notes. */
void bench_figure(char out[32], double value, const char *unit);
/* 1 when every row so far met its target. */
int bench_all_met(void);
/* Value of --NAME N, or fallback. */
int64_t bench_option(int argc, char **argv, const char *name, int64_t fallback);

_Noreturn void bench_die(const char *doing, const rv_err *err);

/* A fresh database with the schema (REEVE_TEST_STORE says on which engine). */
struct rv_test_db;
struct rv_store *bench_store(struct rv_test_db *db);
/* Write-ahead log (PostgreSQL only). A window begins, and ends with its bytes, without what the
 * server logs by itself (checkpoints, the list of running transactions). begin_all makes it ready
 * for that, and says when others may write into the windows. */
void bench_wal_begin_all(struct rv_store *store);
int64_t bench_wal_begin(struct rv_store *store);
double bench_wal_end(struct rv_store *store, int64_t begun);
/* How often there was a checkpoint so far: the place where the last one began. */
int64_t bench_wal_checkpoint(struct rv_store *store);

struct bench_server {
    pid_t pid;
    int port;
};
void bench_server_start(struct bench_server *server, const char *const *argv);
void bench_server_stop(struct bench_server *server);
/* POST to the scripted server. */
void bench_server_post(const struct bench_server *server, const char *path);

/* Processes that do nothing but hold the store open, with libcurl started or without. start comes
 * back when all of them are ready. */
enum { BENCH_BARE, BENCH_BARE_CURL };
#define BENCH_BARE_MOST 200
struct bench_bare {
    pid_t pids[BENCH_BARE_MOST];
    int count, in;
};
void bench_bare_start(struct bench_bare *bare, int what, const char *url, int count);
void bench_bare_stop(struct bench_bare *bare);

/* All rows of a set of tables, in memory, to be copied elsewhere. */
struct bench_tables;
struct bench_tables *bench_tables_read(struct rv_store *store);
size_t bench_tables_rows(const struct bench_tables *tables);
/* Die unless these are the tables that have rows, and so many. NULL-terminated. */
struct bench_expected {
    const char *table;
    int64_t rows;
};
void bench_tables_expect(const struct bench_tables *tables, const struct bench_expected *expected);
/* Insert them all into the (empty) tables of store, in one transaction. */
void bench_tables_write(const struct bench_tables *tables, struct rv_store *store);
void bench_tables_free(struct bench_tables *tables);

#endif
