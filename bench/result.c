/* SPDX-License-Identifier: Apache-2.0
 *
 * What a benchmark found: a line for a person, and one of JSON for whoever collects.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/json.h"
#include "base/mem.h"
#include "bench.h"
#include "support/support.h"

#define NAME_WIDTH 62

static int missed;

struct bench_target
bench_at_most(double ratio)
{
    return (struct bench_target){ BENCH_AT_MOST, ratio };
}

struct bench_target
bench_at_least(double ratio)
{
    return (struct bench_target){ BENCH_AT_LEAST, ratio };
}

struct bench_target
bench_no_target(void)
{
    return (struct bench_target){ BENCH_ANY, 0 };
}

void
bench_figure(char out[32], double value, const char *unit)
{
    if (strcmp(unit, "s") == 0)
        snprintf(out, 32, "%.3f ms", value * 1000);
    else if (strcmp(unit, "B/s") == 0)
        snprintf(out, 32, "%.0f MB/s", value / 1e6);
    else if (strcmp(unit, "B") == 0 && value >= 1 << 20)
        snprintf(out, 32, "%.2f MiB", value / (1 << 20));
    else
        snprintf(out, 32, "%.0f%s%s", value, unit[0] == '/' ? "" : " ", unit);
}

/* Of the rounds in which both sides ran. */
static void
pair_up(struct bench_series *ratios, const struct bench_result *result)
{
    const struct bench_series *baseline = result->baseline, *reeve = result->reeve;

    for (int i = 0; i < baseline->count && i < reeve->count; i++)
        bench_add(ratios, baseline->values[i] > 0 ? reeve->values[i] / baseline->values[i] : 0);
}

static int
is_met(struct bench_target target, double ratio)
{
    return target.sense == BENCH_AT_MOST ? ratio <= target.ratio : ratio >= target.ratio;
}

static void
print_line(const struct bench_result *result, const struct bench_series *ratios, double ratio)
{
    static int headed;
    char left[32], right[32];

    if (!headed++)
        printf("%3s %-*s %12s %12s %8s %17s %8s\n", "row", NAME_WIDTH, "name", "baseline", "reeve",
               "ratio", "(min-max)", "target");
    bench_figure(left, bench_quantile(result->baseline, 0.5), result->unit);
    bench_figure(right, bench_quantile(result->reeve, 0.5), result->unit);
    printf("%3d %-*s %12s %12s %8.3f (%6.3f - %6.3f)", result->row, NAME_WIDTH, result->name, left,
           right, ratio, bench_quantile(ratios, 0), bench_quantile(ratios, 1));
    if (result->target.sense == BENCH_ANY)
        puts("   none");
    else
        printf(" %s%6.2f %s\n",
               result->target.sense == BENCH_AT_MOST ? "<=" : ">=", result->target.ratio,
               is_met(result->target, ratio) ? "met" : "NOT MET");
    fflush(stdout);
}

static cJSON *
json_of(const struct bench_result *result, const struct bench_series *ratios, double ratio)
{
    cJSON *line = cJSON_CreateObject();

    cJSON_AddNumberToObject(line, "row", result->row);
    cJSON_AddStringToObject(line, "name", result->name);
    cJSON_AddStringToObject(line, "store", rv_test_is_postgres() ? "postgres" : "sqlite");
    cJSON_AddNumberToObject(line, "ratio", ratio);
    cJSON_AddNumberToObject(line, "low", bench_quantile(ratios, 0));
    cJSON_AddNumberToObject(line, "high", bench_quantile(ratios, 1));
    if (result->target.sense == BENCH_ANY) {
        cJSON_AddNullToObject(line, "target");
        cJSON_AddNullToObject(line, "met");
    } else {
        cJSON_AddNumberToObject(line, "target", result->target.ratio);
        cJSON_AddStringToObject(line, "sense", result->target.sense == BENCH_AT_MOST ? "<=" : ">=");
        cJSON_AddBoolToObject(line, "met", is_met(result->target, ratio));
    }
    cJSON_AddNumberToObject(line, "baseline", bench_quantile(result->baseline, 0.5));
    cJSON_AddNumberToObject(line, "reeve", bench_quantile(result->reeve, 0.5));
    cJSON_AddStringToObject(line, "unit", result->unit);
    cJSON_AddNumberToObject(line, "runs", ratios->count);
    return line;
}

static void
write_json(const char *path, const struct bench_result *result, const struct bench_series *ratios,
           double ratio)
{
    RV_AUTO_JSON cJSON *line = json_of(result, ratios, ratio);
    RV_AUTO_FREE char *text = cJSON_PrintUnformatted(line);
    FILE *file = fopen(path, "ae");

    if (!file || fprintf(file, "%s\n", text) < 0 || fclose(file) != 0)
        bench_die(path, NULL);
}

void
bench_print(const struct bench_result *result)
{
    struct bench_series ratios = { .count = 0 };
    const char *path = getenv("REEVE_BENCH_RESULTS");
    double ratio;

    pair_up(&ratios, result);
    ratio = bench_quantile(&ratios, 0.5);
    print_line(result, &ratios, ratio);
    if (path)
        write_json(path, result, &ratios, ratio);
    missed += result->target.sense != BENCH_ANY && !is_met(result->target, ratio);
}

int
bench_status(void)
{
    return missed > 0;
}
