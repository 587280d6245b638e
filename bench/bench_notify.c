/* SPDX-License-Identifier: Apache-2.0
 *
 * Row 10: eight clients put messages that nobody takes, each durably in a transaction of its
 * own, with a notification. With no listener; beside a server of sixty workers, of which one
 * listens; and, for the record, beside sixty connections that do nothing, which tells what their
 * number alone costs, and beside sixty that listen each for itself.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/mem.h"
#include "crew.h"
#include "reeved.h"

enum { CLIENTS = 8, WORKERS = 60 };

static int64_t
put_for(struct rv_store *store, int index, void *arg)
{
    static const struct rv_message_spec spec = { .queue_name = "bench",
                                                 .class_name = "Bench",
                                                 .method_name = "work" };
    const double *seconds = arg;
    double until = bench_now() + *seconds;
    rv_err err = RV_ERR_INIT;
    int64_t put = 0;

    (void)index;
    for (; bench_now() < until; put++)
        if (rv_queue_put(store, &spec, NULL, &err) < 0)
            bench_die("put", &err);
    return put;
}

/* Puts a second. */
static double
rate_of(struct rv_store *store, const struct rv_test_db *db, double seconds)
{
    struct bench_crew crew = { .db = db, .count = CLIENTS, .work = put_for, .arg = &seconds };
    struct bench_crew_result result;

    rv_test_script(store, "TRUNCATE miq_queue");
    bench_crew_run(&result, &crew);
    if (rv_test_int(store, "SELECT count(*) FROM miq_queue") != result.done)
        bench_die("all that was put should be there", NULL);
    return (double)result.done / result.seconds;
}

static double
rate_beside_server(struct rv_store *store, const struct rv_test_db *db, double seconds)
{
    RV_AUTO_FREE char *count = rv_format("workers.generic.count=%d", WORKERS);
    const char *settings[] = { count, NULL };
    struct bench_reeved reeved;
    double rate;

    bench_reeved_start(&reeved, db, settings);
    rate = rate_of(store, db, seconds);
    bench_reeved_end(&reeved);
    return rate;
}

/* channel: what each of them listens for; NULL: they do nothing. */
static double
rate_beside_connections(struct rv_store *store, const struct rv_test_db *db, const char *channel,
                        double seconds)
{
    struct rv_store *others[WORKERS];
    rv_err err = RV_ERR_INIT;
    double rate;

    for (int i = 0; i < WORKERS; i++) {
        others[i] = rv_test_store_open(db);
        if (channel && rv_store_listen(others[i], channel, &err) < 0)
            bench_die("listen", &err);
    }
    rate = rate_of(store, db, seconds);
    for (int i = 0; i < WORKERS; i++)
        rv_store_close(others[i]);
    return rate;
}

int
main(int argc, char **argv)
{
    int64_t runs = bench_option(argc, argv, "runs", 5, 1);
    double seconds = (double)bench_option(argc, argv, "ms", 5000, 200) / 1000;
    struct bench_series clean = { .count = 0 }, server = { .count = 0 }, idle = { .count = 0 },
                        each = { .count = 0 };
    struct rv_test_db db;
    struct rv_store *store = bench_store(&db);

    if (!rv_store_is_postgres(store))
        bench_die("row 10 needs PostgreSQL: SQLite has no notifications", NULL);
    for (int64_t i = 0; i < runs; i++) {
        bench_add(&clean, rate_of(store, &db, seconds));
        bench_add(&server, rate_beside_server(store, &db, seconds));
        bench_add(&idle, rate_beside_connections(store, &db, NULL, seconds));
        bench_add(&each, rate_beside_connections(store, &db, "bench_other", seconds));
    }
    bench_print(&(struct bench_result){ 10, "puts beside a server of 60 workers / no listener",
                                        "/s", &clean, &server, bench_at_least(0.8) });
    bench_print(&(struct bench_result){ 10, "the same beside 60 connections that do nothing", "/s",
                                        &clean, &idle, bench_no_target() });
    bench_print(&(struct bench_result){ 10, "the same beside 60 connections that listen", "/s",
                                        &clean, &each, bench_no_target() });
    rv_store_close(store);
    rv_test_db_drop(&db);
    return bench_status();
}
