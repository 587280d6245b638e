/* SPDX-License-Identifier: Apache-2.0
 *
 * Counters and a histogram a route. Routes, methods and statuses are few and fixed, so a small
 * table that is searched is enough.
 */
#include "api/stats.h"

#include <inttypes.h>
#include <stdlib.h>
#include "api/request.h"
#include "base/mem.h"

#define COUNTERS_MAX 256
#define ROUTES_MAX 32

static const int64_t bounds_us[] = { 1000,   2500,   5000,   10000,   25000,   50000,
                                     100000, 250000, 500000, 1000000, 2500000, 10000000 };

struct counter {
    const char *route;
    int method, status;
    int64_t count;
};

struct histogram {
    const char *route;
    int64_t buckets[RV_COUNT(bounds_us)];
    int64_t count, sum_us;
};

struct rv_stats {
    struct counter counters[COUNTERS_MAX];
    int counter_count;
    struct histogram histograms[ROUTES_MAX];
    int histogram_count;
};

struct rv_stats *
rv_stats_new(void)
{
    return rv_alloc(sizeof(struct rv_stats));
}

void
rv_stats_free(struct rv_stats *stats)
{
    free(stats);
}

static struct counter *
counter_of(struct rv_stats *stats, const char *route, int method, int status)
{
    for (int i = 0; i < stats->counter_count; i++) {
        struct counter *counter = &stats->counters[i];
        if (counter->route == route && counter->method == method && counter->status == status)
            return counter;
    }
    if (stats->counter_count == COUNTERS_MAX)
        return NULL;
    struct counter *counter = &stats->counters[stats->counter_count++];
    *counter = (struct counter){ route, method, status, 0 };
    return counter;
}

static struct histogram *
histogram_of(struct rv_stats *stats, const char *route)
{
    for (int i = 0; i < stats->histogram_count; i++) {
        if (stats->histograms[i].route == route)
            return &stats->histograms[i];
    }
    if (stats->histogram_count == ROUTES_MAX)
        return NULL;
    struct histogram *histogram = &stats->histograms[stats->histogram_count++];
    histogram->route = route;
    return histogram;
}

void
rv_stats_request(struct rv_stats *stats, const char *route, int method, int status, int64_t took_us)
{
    struct counter *counter = counter_of(stats, route, method, status);
    struct histogram *histogram = histogram_of(stats, route);

    if (counter)
        counter->count++;
    if (!histogram)
        return;
    histogram->count++;
    histogram->sum_us += took_us;
    for (size_t i = 0; i < RV_COUNT(bounds_us); i++) {
        if (took_us <= bounds_us[i])
            histogram->buckets[i]++;
    }
}

static void
write_histogram(const struct histogram *histogram, rv_buf *out)
{
    for (size_t i = 0; i < RV_COUNT(bounds_us); i++)
        rv_buf_addf(out, "reeve_http_request_seconds_bucket{route=\"%s\",le=\"%g\"} %" PRId64 "\n",
                    histogram->route, (double)bounds_us[i] / 1e6, histogram->buckets[i]);
    rv_buf_addf(out, "reeve_http_request_seconds_bucket{route=\"%s\",le=\"+Inf\"} %" PRId64 "\n",
                histogram->route, histogram->count);
    rv_buf_addf(out, "reeve_http_request_seconds_sum{route=\"%s\"} %g\n", histogram->route,
                (double)histogram->sum_us / 1e6);
    rv_buf_addf(out, "reeve_http_request_seconds_count{route=\"%s\"} %" PRId64 "\n",
                histogram->route, histogram->count);
}

void
rv_stats_write(const struct rv_stats *stats, rv_buf *out)
{
    rv_buf_add_string(out, "# HELP reeve_http_requests_total Requests that were answered.\n"
                           "# TYPE reeve_http_requests_total counter\n");
    for (int i = 0; i < stats->counter_count; i++) {
        const struct counter *counter = &stats->counters[i];
        rv_buf_addf(
            out,
            "reeve_http_requests_total{route=\"%s\",method=\"%s\",status=\"%d\"} %" PRId64 "\n",
            counter->route, rv_method_name(counter->method), counter->status, counter->count);
    }
    rv_buf_add_string(out, "# HELP reeve_http_request_seconds Time from request to answer.\n"
                           "# TYPE reeve_http_request_seconds histogram\n");
    for (int i = 0; i < stats->histogram_count; i++)
        write_histogram(&stats->histograms[i], out);
}
