/* SPDX-License-Identifier: Apache-2.0
 *
 * Row 21: a worker is killed in the middle of a message that may run again: how long until
 * another one has begun with it. On the same server against the time that the same message took
 * from its put to its first beginning; across servers (all processes of one are killed) against the
 * lease. Each must have begun twice and been done once, which is counted when all are done: a third
 * beginning may come late.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "base/clock.h"
#include "base/mem.h"
#include "crew.h"
#include "ledger.h"
#include "reeved.h"

#define PATIENCE_SECONDS 30
#define WORK_MS 60
#define PAUSE_US 10000
#define WORKERS "16"
#define LEASE_MS 2000
#define LEASE "2s"

static int64_t
put(struct rv_store *store, const struct bench_ledger *ledger)
{
    const struct rv_message_spec spec = {
        .class_name = "Test", .method_name = "work", .args = ledger->args, .flags = RV_MESSAGE_AGAIN
    };
    int64_t id;
    rv_err err = RV_ERR_INIT;

    if (rv_queue_put(store, &spec, &id, &err) < 0)
        bench_die("put", &err);
    return id;
}

static void
await_end(struct bench_ledger *ledger, int64_t id)
{
    struct bench_entry entry;

    bench_ledger_await(ledger, &entry, BENCH_DONE, id, PATIENCE_SECONDS);
}

/* The one that died had begun; one other began and ended. What was too much. */
static double
runs_too_many(const struct bench_ledger *ledger, int64_t id)
{
    return bench_ledger_count(ledger, BENCH_BEGIN, id) - 2 +
           bench_ledger_count(ledger, BENCH_DONE, id) - 1;
}

static void
await_workers(struct rv_store *store, int64_t wanted)
{
    double until = bench_now() + PATIENCE_SECONDS;

    while (rv_test_int(store, "SELECT count(*) FROM miq_workers WHERE status = 'ready'"
                              " AND type = 'generic'") < wanted) {
        if (bench_now() > until)
            bench_die("killed workers are not replaced", NULL);
        usleep(5000);
    }
}

struct figures {
    struct bench_series wake, again, lease, other, once, extra;
};

/* Medians of so many messages. */
static void
kill_workers(struct figures *f, struct rv_store *store, int64_t count)
{
    double *wake = rv_alloc((size_t)count * sizeof(double)),
           *again = rv_alloc((size_t)count * sizeof(double)), extra = 0;
    int64_t *ids = rv_alloc((size_t)count * sizeof(int64_t));
    struct bench_ledger ledger;
    RV_AUTO_FREE char *more = rv_format(",\"ms\":%d", WORK_MS);

    bench_ledger_open(&ledger, more);
    for (int64_t i = 0; i < count; i++) {
        struct bench_entry first, second;
        int64_t put_us, killed_us, id;

        await_workers(store, 2);
        usleep(PAUSE_US);
        put_us = rv_monotonic_us();
        id = put(store, &ledger);
        bench_ledger_await(&ledger, &first, BENCH_BEGIN, id, PATIENCE_SECONDS);
        killed_us = rv_monotonic_us();
        kill(first.pid, SIGKILL);
        bench_ledger_await(&ledger, &second, BENCH_BEGIN, id, PATIENCE_SECONDS);
        wake[i] = (double)(first.at_us - put_us) / 1e6;
        again[i] = (double)(second.at_us - killed_us) / 1e6;
        await_end(&ledger, ids[i] = id);
    }
    for (int64_t i = 0; i < count; i++)
        extra += runs_too_many(&ledger, ids[i]);
    bench_sort(wake, (size_t)count);
    bench_sort(again, (size_t)count);
    bench_add(&f->wake, bench_of_sorted(wake, (size_t)count, 0.5));
    bench_add(&f->again, bench_of_sorted(again, (size_t)count, 0.5));
    bench_add(&f->once, (double)count);
    bench_add(&f->extra, extra);
    bench_ledger_close(&ledger);
    free(wake);
    free(again);
    free(ids);
}

/* Whether this process is the supervisor or one of its workers. */
static int
is_of(pid_t pid, const struct bench_reeved *reeved)
{
    return bench_proc_bytes(pid, "status", "PPid:") / 1024 == reeved->process.pid;
}

/* Two servers; the one that works on the message loses all its processes. */
static void
kill_server(struct figures *f, const struct rv_test_db *db, struct rv_store *store)
{
    static const char *const settings[] = { "workers.generic.count=1", "workers.lease=" LEASE,
                                            "workers.heartbeat_freq=200ms", NULL };
    struct bench_reeved servers[2];
    struct bench_ledger ledger;
    struct bench_entry entry;
    int64_t id, killed_us;
    int which;
    RV_AUTO_FREE char *more = rv_format(",\"ms\":%d", 10 * WORK_MS);

    bench_ledger_open(&ledger, more);
    bench_reeved_start(&servers[0], db, settings);
    bench_reeved_start(&servers[1], db, settings);
    id = put(store, &ledger);
    bench_ledger_await(&ledger, &entry, BENCH_BEGIN, id, PATIENCE_SECONDS);
    which = is_of(entry.pid, &servers[1]);
    if (!is_of(entry.pid, &servers[which]))
        bench_die("a worker of neither server", NULL);
    killed_us = rv_monotonic_us();
    kill(servers[which].process.pid, SIGKILL); /* its workers die with it */
    bench_ledger_await(&ledger, &entry, BENCH_BEGIN, id, PATIENCE_SECONDS);
    bench_add(&f->lease, LEASE_MS / 1e3);
    bench_add(&f->other, (double)(entry.at_us - killed_us) / 1e6);
    await_end(&ledger, id);
    f->extra.values[f->extra.count - 1] += runs_too_many(&ledger, id);
    bench_reeved_end(&servers[0]);
    bench_reeved_end(&servers[1]);
    bench_ledger_close(&ledger);
}

int
main(int argc, char **argv)
{
    static const char *const settings[] = { "workers.generic.count=" WORKERS, NULL };
    int64_t count = bench_option(argc, argv, "n", 20, 3),
            runs = bench_option(argc, argv, "runs", 5, 1);
    struct figures f = { .wake = { .count = 0 } };

    for (int64_t i = 0; i < runs; i++) {
        struct bench_reeved reeved;
        struct rv_test_db db;
        struct rv_store *store = bench_store(&db);

        bench_reeved_start(&reeved, &db, settings);
        kill_workers(&f, store, count);
        bench_reeved_end(&reeved);
        if (rv_store_is_postgres(store)) /* servers share a store there only */
            kill_server(&f, &db, store);
        rv_store_close(store);
        rv_test_db_drop(&db);
    }
    bench_print(&(struct bench_result){ 21, "worker killed to message begun again / put to begun",
                                        "s", &f.wake, &f.again, bench_at_most(5) });
    if (f.other.count)
        bench_print(&(struct bench_result){ 21, "server killed to message begun on another / lease",
                                            "s", &f.lease, &f.other, bench_at_most(1.5) });
    bench_print(&(struct bench_result){ 21, "runs that were too many, of so many messages", "",
                                        &f.once, &f.extra, bench_at_most(0) });
    return bench_status();
}
