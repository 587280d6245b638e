/* SPDX-License-Identifier: Apache-2.0
 *
 * A method is changed once a second while five hundred events a second run it: how long from the
 * change's commit to the first run of the new text. Each run must be of one
 * version, and none may fail.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "base/clock.h"
#include "base/mem.h"
#include "datastore/edit.h"
#include "storm.h"

#define BAD                                                                                        \
    "SELECT COUNT(*) FROM automate_runs WHERE status NOT IN ('finished', 'running', 'queued')"

static void
change(struct rv_store *store, int64_t method, int64_t version)
{
    const struct rv_datastore ds = { .store = store };
    RV_AUTO_FREE char *text = rv_format("local first = 'v%lld'\n"
                                        "evm.log('info', first .. ' and v%lld;')\n",
                                        (long long)version, (long long)version);
    const struct rv_ae_method_change to = { .data = text, .data_len = strlen(text) };
    rv_err err = RV_ERR_INIT;

    if (rv_datastore_edit_method(&ds, method, &to, &err) < 0)
        bench_die("change the method", &err);
}

/* When the first run of this version began, 0: none did. */
static int64_t
first_run(struct rv_store *store, int64_t version)
{
    RV_AUTO_FREE char *sql =
        rv_format("SELECT COALESCE(MIN(r.began_on), 0) FROM automate_traces t JOIN automate_runs r"
                  " ON r.id = t.run_id WHERE t.data LIKE '%%\"v%lld and v%lld;\"%%'",
                  (long long)version, (long long)version);
    return rv_test_int(store, sql);
}

static void
await_version(struct rv_store *store, int64_t version)
{
    double until = bench_now() + 30;
    while (first_run(store, version) == 0) {
        if (bench_now() > until)
            bench_die("the new version has not run", NULL);
        usleep(50000);
    }
}

static void
run_all(struct bench_series *seconds, struct rv_store *store, int64_t versions, double pause)
{
    int64_t method = rv_test_int(store, "SELECT id FROM miq_ae_methods WHERE name = 'note'");
    int64_t changed_ms[BENCH_RUNS_MOST];

    for (int64_t version = 0; version < versions; version++) {
        change(store, method, version);
        changed_ms[version] = rv_now_ms();
        usleep((useconds_t)(pause * 1e6));
        await_version(store, version);
    }
    for (int64_t version = 0; version < versions; version++) {
        int64_t first_ms = first_run(store, version);
        bench_add(seconds, first_ms > changed_ms[version]
                               ? (double)(first_ms - changed_ms[version]) / 1000
                               : 0.001); /* the clock's step */
    }
    if (rv_test_int(store, BAD) != 0)
        bench_die("runs failed", NULL);
}

int
main(int argc, char **argv)
{
    static const char *const settings[] = { "server.monitor_poll=100ms", NULL };
    int64_t versions = bench_option(argc, argv, "versions", 30, 3),
            rate = bench_option(argc, argv, "events", 500, 50);
    struct bench_series found = { .count = 0 }, second = { .count = 0 };
    struct bench_reeved reeved;
    struct rv_test_db db;
    struct rv_store *store = bench_store(&db);
    char token[65];

    bench_reeved_start(&reeved, &db, settings);
    bench_reeved_token(&reeved, token);
    bench_await(store, "SELECT COUNT(*) FROM miq_ae_domains", 1, 60, "the shipped domain is there");
    bench_override_put(store);
    bench_provider_add(&reeved, token, "flow", 100, rate);
    bench_await(store, "SELECT CASE WHEN COUNT(*) > 50 THEN 1 ELSE 0 END FROM automate_runs", 1, 60,
                "events do not run");
    run_all(&found, store, versions < BENCH_RUNS_MOST ? versions : BENCH_RUNS_MOST, 1);
    bench_constant(&second, 1, found.count);
    bench_print(&(struct bench_result){ 38, "a changed method's first run / a second", "s", &second,
                                        &found, bench_at_most(1) });
    printf("#   p99 %.0f ms\n", bench_quantile(&found, 0.99) * 1000);
    bench_reeved_end(&reeved);
    rv_store_close(store);
    rv_test_db_drop(&db);
    return bench_status();
}
