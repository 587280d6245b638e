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

double
bench_quantile(const struct bench_series *series, double q)
{
    struct bench_series sorted = *series;
    int at = (int)floor(q * (sorted.count - 1) + 0.5);

    RV_ASSERT(sorted.count > 0);
    qsort(sorted.values, (size_t)sorted.count, sizeof(double), compare);
    return sorted.values[at];
}

static void
heading(void)
{
    static int done;

    if (!done++)
        printf("%-44s %12s %12s %8s %17s %8s\n", "row", "baseline", "reeve", "ratio", "(min-max)",
               "target");
}

static void
figure(char out[32], double value, const char *unit)
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
    figure(left, bench_quantile(baseline, 0.5), unit);
    figure(right, bench_quantile(reeve, 0.5), unit);
    printf("%-44s %12s %12s %8.3f (%6.3f - %6.3f) <=%6.2f %s\n", row, left, right, ratio,
           bench_quantile(&ratios, 0), bench_quantile(&ratios, 1), target,
           ratio <= target ? "met" : "NOT MET");
    missed += ratio > target;
    fflush(stdout);
}

void
bench_limit(const char *row, const char *unit, double value, double limit)
{
    char left[32], right[32];

    heading();
    figure(left, limit, unit);
    figure(right, value, unit);
    printf("%-44s %12s %12s %8.3f %19s <=%6.2f %s\n", row, left, right,
           limit > 0 ? value / limit : 0, "", 1.0, value <= limit ? "met" : "NOT MET");
    missed += value > limit;
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
