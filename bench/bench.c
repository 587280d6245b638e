/* SPDX-License-Identifier: Apache-2.0
 *
 * Series, ratios and the table that the benchmarks print.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "bench.h"

#define ROW_WIDTH 58

static int missed;

double
bench_now(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
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

static void
heading(void)
{
    static int done;

    if (!done++)
        printf("%-*s %12s %12s %8s %17s %8s\n", ROW_WIDTH, "row", "baseline", "reeve", "ratio",
               "(min-max)", "target");
}

void
bench_figure(char out[32], double value, const char *unit)
{
    if (strcmp(unit, "s") == 0)
        snprintf(out, 32, "%.3f ms", value * 1000);
    else if (value >= 1 << 20)
        snprintf(out, 32, "%.2f MiB", value / (1 << 20));
    else
        snprintf(out, 32, "%.0f %s", value, unit);
}

void
bench_row(const char *row, const char *unit, const struct bench_series *baseline,
          const struct bench_series *reeve, double target)
{
    struct bench_series ratios = { .count = 0 };
    char left[32], right[32];
    double ratio;

    for (int i = 0; i < baseline->count && i < reeve->count; i++)
        bench_add(&ratios, baseline->values[i] > 0 ? reeve->values[i] / baseline->values[i] : 0);
    ratio = bench_quantile(&ratios, 0.5);
    heading();
    bench_figure(left, bench_quantile(baseline, 0.5), unit);
    bench_figure(right, bench_quantile(reeve, 0.5), unit);
    printf("%-*s %12s %12s %8.3f (%6.3f - %6.3f)", ROW_WIDTH, row, left, right, ratio,
           bench_quantile(&ratios, 0), bench_quantile(&ratios, 1));
    if (target < 0) {
        puts("   none");
    } else {
        printf(" <=%6.2f %s\n", target, ratio <= target ? "met" : "NOT MET");
        missed += ratio > target;
    }
    fflush(stdout);
}

int
bench_all_met(void)
{
    return missed == 0;
}

int64_t
bench_option(int argc, char **argv, const char *name, int64_t fallback)
{
    for (int i = 1; i + 1 < argc; i++)
        if (strncmp(argv[i], "--", 2) == 0 && strcmp(argv[i] + 2, name) == 0)
            return strtoll(argv[i + 1], NULL, 10);
    return fallback;
}

void
bench_die(const char *doing, const rv_err *err)
{
    fprintf(stderr, "bench: %s: %s\n", doing, err ? err->text : "failed");
    exit(1);
}
