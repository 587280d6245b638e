/* SPDX-License-Identifier: Apache-2.0
 *
 * Clocks, series and options of the benchmarks.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "bench.h"

double
bench_now(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

double
bench_cpu_now(void)
{
    struct timespec now;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

void
bench_add(struct bench_series *series, double value)
{
    RV_ASSERT(series->count < BENCH_RUNS_MOST);
    series->values[series->count++] = value;
}

static int
compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

void
bench_sort(double *values, size_t count)
{
    qsort(values, count, sizeof(double), compare);
}

double
bench_of_sorted(const double *values, size_t count, double q)
{
    RV_ASSERT(count > 0);
    return values[(size_t)floor(q * (double)(count - 1) + 0.5)];
}

double
bench_quantile(const struct bench_series *series, double q)
{
    struct bench_series sorted = *series;

    bench_sort(sorted.values, (size_t)sorted.count);
    return bench_of_sorted(sorted.values, (size_t)sorted.count, q);
}

void
bench_constant(struct bench_series *series, double value, int count)
{
    for (int i = 0; i < count; i++)
        bench_add(series, value);
}

static const char *
option_text(int argc, char **argv, const char *name)
{
    for (int i = 1; i + 1 < argc; i++)
        if (strncmp(argv[i], "--", 2) == 0 && strcmp(argv[i] + 2, name) == 0)
            return argv[i + 1];
    return NULL;
}

int
bench_quick(int argc, char **argv)
{
    for (int i = 1; i < argc; i++)
        if (strcmp(argv[i], "--quick") == 0)
            return 1;
    return 0;
}

int64_t
bench_option(int argc, char **argv, const char *name, int64_t full, int64_t tiny)
{
    const char *text = option_text(argc, argv, name);

    if (text)
        return strtoll(text, NULL, 10);
    return bench_quick(argc, argv) ? tiny : full;
}

void
bench_die(const char *doing, const rv_err *err)
{
    fprintf(stderr, "bench: %s: %s\n", doing, err ? err->text : "failed");
    exit(1);
}
