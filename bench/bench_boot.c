/* SPDX-License-Identifier: Apache-2.0
 *
 * Row 20: from exec to all workers ready. The baseline starts as many bare
 * processes, each of which opens the same store (without libcurl, which none of these
 * workers maps); Reeve starts with that many
 * workers and is ready when each has said so (its `url` file is there, and
 * miq_workers counts them as ready). The very first start, which hashes the password that it makes
 * (slow by design), is shown beside it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "base/mem.h"
#include "bench.h"
#include "support/support.h"

static double
run_baseline(const char *url, int workers)
{
    struct bench_bare bare;
    double begun = bench_now(), took;

    bench_bare_start(&bare, BENCH_BARE, url, workers);
    took = bench_now() - begun;
    bench_bare_stop(&bare);
    return took;
}

static double
run_reeve(const struct rv_test_db *db, const char *home, int workers)
{
    RV_AUTO_FREE char *url_file = rv_format("%s/url", home);
    /* server, api and the others: generic ones fill up to the number asked for */
    RV_AUTO_FREE char *count = rv_format("workers.generic.count=%d", workers - 2);
    const char *argv[] = { BENCH_REEVED,
                           "--home",
                           home,
                           "--listen",
                           "127.0.0.1:0",
                           "--store",
                           db->url,
                           "--set",
                           count,
                           "--set",
                           "workers.priority.count=0",
                           NULL };
    struct rv_test_process reeved;
    struct rv_store *store = rv_test_store_open(db);
    double begun = bench_now(), took;

    rv_test_start(&reeved, argv, NULL);
    while (access(url_file, F_OK) != 0 ||
           rv_test_int(store, "SELECT count(*) FROM miq_workers WHERE status = 'ready'") <
               workers) {
        if (rv_test_wait(&reeved, 0) || bench_now() - begun > 60)
            bench_die("reeved is not ready after a minute", NULL);
        usleep(2000);
    }
    took = bench_now() - begun;
    rv_test_end(&reeved);
    rv_store_close(store);
    return took;
}

int
main(int argc, char **argv)
{
    int workers = (int)bench_option(argc, argv, "workers", 20, 4);
    int64_t runs = bench_option(argc, argv, "runs", 5, 1);
    struct bench_series baseline = { .count = 0 }, reeve = { .count = 0 }, first = { .count = 0 };
    char row[64];

    if (workers > BENCH_BARE_MOST || workers < 3)
        bench_die("--workers takes 3 to 200", NULL);
    for (int64_t i = 0; i < runs; i++) {
        struct rv_test_db db;
        struct rv_store *store = bench_store(&db); /* the schema is there: not part of a start */

        char *home = rv_test_dir();

        rv_store_close(store);
        bench_add(&first, run_reeve(&db, home, workers));
        bench_add(&baseline, run_baseline(db.url, workers));
        bench_add(&reeve, run_reeve(&db, home, workers));
        rv_test_dir_remove(home);
        rv_test_db_drop(&db);
    }
    snprintf(row, sizeof(row), "start-up, %d workers", workers);
    bench_print(&(struct bench_result){ 20, row, "s", &baseline, &reeve, bench_at_most(3) });
    bench_print(&(struct bench_result){ 20, "the first start of a home, for the record", "s",
                                        &baseline, &first, bench_no_target() });
    return bench_status();
}
