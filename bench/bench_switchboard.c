/* SPDX-License-Identifier: Apache-2.0
 *
 * B37: a demo provider tells of a thousand events a second; each goes through the switchboard,
 * where a domain's instance overrides the shipped one, and runs a method of Lua. Sustained means:
 * after the time what was told has run, but for what is under way; none is lost. Beside it: from
 * the event to the end of its run, and the processor that each part has had.
 */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include "base/mem.h"
#include "storm.h"

#define EVENTS "SELECT COUNT(*) FROM event_streams WHERE source = 'DEMO'"
#define OVER "SELECT COUNT(*) FROM automate_runs WHERE ended_on IS NOT NULL"
#define WELL "SELECT COUNT(*) FROM automate_runs WHERE status = 'finished' AND methods = 1"
#define WAITING                                                                                    \
    "SELECT (SELECT COALESCE(SUM(written - handled), 0) FROM event_lanes) +"                       \
    " (SELECT COUNT(*) FROM miq_queue WHERE queue_name = 'automate')"

struct figures {
    struct bench_series rate, limit, p50, p99, second, early, late;
};

static double
quantile(struct rv_store *store, double q)
{
    int64_t count = rv_test_int(store, OVER);
    RV_AUTO_FREE char *sql =
        rv_format("SELECT r.ended_on - e.timestamp FROM automate_runs r JOIN event_streams e"
                  " ON e.id = r.event_stream_id WHERE r.ended_on IS NOT NULL ORDER BY 1"
                  " LIMIT 1 OFFSET %lld",
                  (long long)((double)(count - 1) * q));
    return (double)rv_test_int(store, sql) / 1000;
}

static void
say_cpu(struct rv_store *store, double seconds)
{
    static const char *const parts[] = { "event", "event_handler", "automate", "refresh",
                                         "server" };
    for (size_t i = 0; i < RV_COUNT(parts); i++)
        printf("%s %s %.2f", i ? "," : "#   cores:", parts[i],
               bench_workers_cpu(store, parts[i]) / seconds);
    printf("\n");
}

static void
run_once(struct figures *f, int64_t rate, double seconds)
{
    static const char *const settings[] = { "server.monitor_poll=100ms", NULL };
    static const char *const pause[] = { "provider", "pause", "storm", NULL };
    struct bench_reeved reeved;
    struct rv_test_db db;
    struct rv_store *store = bench_store(&db);
    char token[65];

    bench_reeved_start(&reeved, &db, settings);
    bench_reeved_token(&reeved, token);
    bench_await(store, "SELECT COUNT(*) FROM miq_ae_domains", 1, 60, "the shipped domain is there");
    bench_override_put(store);
    bench_provider_add(&reeved, token, "storm", 200, rate);
    while (rv_test_int(store, OVER) < rate / 2) /* the workers are up */
        usleep(50000);
    bench_add(&f->early, (double)bench_workers_bytes(store));
    int64_t before = rv_test_int(store, OVER);
    double begun = bench_now();
    usleep((useconds_t)(seconds * 1e6));
    int64_t during = rv_test_int(store, OVER) - before;
    double took = bench_now() - begun;
    int64_t waiting = rv_test_int(store, WAITING);
    bench_add(&f->late, (double)bench_workers_bytes(store));
    say_cpu(store, took);
    bench_reevectl(&reeved, token, pause);
    bench_await(store, "SELECT COUNT(*) FROM miq_workers WHERE type = 'event'", 0, 60,
                "the provider goes on telling");
    bench_await(store, WAITING, 0, 120, "what was told has not run");
    int64_t events = rv_test_int(store, EVENTS), well = rv_test_int(store, WELL);
    printf("#   %lld events, %lld of them ran while %.0f s passed, %lld waited at the end\n",
           (long long)events, (long long)during, took, (long long)waiting);
    if (events != well)
        printf("#   %lld of %lld ran well\n", (long long)well, (long long)events);
    if (events != well)
        bench_die("events were lost, or their methods failed", NULL);
    bench_add(&f->rate, (double)during / took);
    bench_add(&f->limit, (double)rate);
    bench_add(&f->p50, quantile(store, 0.5));
    bench_add(&f->p99, quantile(store, 0.99));
    bench_add(&f->second, 1);
    bench_reeved_end(&reeved);
    rv_store_close(store);
    rv_test_db_drop(&db);
}

int
main(int argc, char **argv)
{
    int64_t runs = bench_option(argc, argv, "runs", 3, 1),
            rate = bench_option(argc, argv, "events", 1000, 50);
    double seconds = (double)bench_option(argc, argv, "seconds", 60, 2);
    struct figures f = { .rate = { .count = 0 } };

    for (int64_t i = 0; i < runs; i++)
        run_once(&f, rate, seconds);
    bench_print(&(struct bench_result){ 37, "events through switchboard and Lua / told of", "/s",
                                        &f.limit, &f.rate, bench_at_least(0.98) });
    bench_print(&(struct bench_result){ 37, "event to the end of its run, median / a second", "s",
                                        &f.second, &f.p50, bench_at_most(1) });
    bench_print(&(struct bench_result){ 37, "event to the end of its run, p99 / a second", "s",
                                        &f.second, &f.p99, bench_no_target() });
    bench_print(&(struct bench_result){ 37, "memory of all workers: at the end / at first", "B",
                                        &f.early, &f.late, bench_at_most(1.2) });
    return bench_status();
}
