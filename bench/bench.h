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
double bench_now(void);     /* seconds, monotonic */
double bench_cpu_now(void); /* seconds of the processor that this process has had */
void bench_add(struct bench_series *series, double value);
double bench_quantile(const struct bench_series *series, double q);
/* The same of any number of values, which are sorted before. */
void bench_sort(double *values, size_t count);
double bench_of_sorted(const double *values, size_t count, double q);
/* All values of a series the same: a limit that is a number, not something measured. */
void bench_constant(struct bench_series *series, double value, int count);

/* What Reeve's figure divided by the baseline's has to be. */
enum bench_sense { BENCH_ANY, BENCH_AT_MOST, BENCH_AT_LEAST };
struct bench_target {
    enum bench_sense sense;
    double ratio;
};
struct bench_target bench_at_most(double ratio);
struct bench_target bench_at_least(double ratio);
/* A figure that is shown beside the one that has the target. */
struct bench_target bench_no_target(void);

/* One figure of a row (its number in reference/performance.md, part 11). unit: "s", "B", "/s", or
 * what is counted. */
struct bench_result {
    int row;
    const char *name;
    const char *unit;
    const struct bench_series *baseline, *reeve;
    struct bench_target target;
};
/* Print it: medians, spread, the median of the pairs' ratios, target, met or not. Also as a line of
 * JSON at the end of the file named by REEVE_BENCH_RESULTS, when that is set. */
void bench_print(const struct bench_result *result);
/* The exit status: 0 when every target so far was met. */
int bench_status(void);
/* A figure with its unit, for notes. */
void bench_figure(char out[32], double value, const char *unit);
/* Value of --NAME N, else `tiny` when --quick is given (does it work at all?), else `full`. */
int64_t bench_option(int argc, char **argv, const char *name, int64_t full, int64_t tiny);
/* 1 when --quick is given. */
int bench_quick(int argc, char **argv);

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

/* Sum of the lines NAME of /proc/PID/FILE, in bytes. */
int64_t bench_proc_bytes(pid_t pid, const char *file, const char *name);

/* All rows of a set of tables, in memory, to be copied elsewhere. */
struct bench_tables;
struct bench_tables *bench_tables_read(struct rv_store *store);
/* Of the server's own tables whose name begins so, without the feed. */
struct bench_tables *bench_tables_read_prefix(struct rv_store *store, const char *prefix);
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
