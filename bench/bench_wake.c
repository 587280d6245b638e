/* SPDX-License-Identifier: Apache-2.0
 *
 * Row 8: how long an idle server takes from a put to the first line of the command that
 * it is for: PostgreSQL's notification, the server worker, the supervisor, the generic worker, its
 * claim. Against the shortest way there is: a process that listens for itself and claims with one
 * statement. Both have a durable put and a durable claim. Puts of the two alternate, with
 * pauses between; both clocks begin right before the put.
 */
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <signal.h>
#include <unistd.h>
#include "base/clock.h"
#include "base/mem.h"
#include "crew.h"
#include "ledger.h"
#include "reeved.h"

#define PATIENCE_SECONDS 10
#define PAUSE_US 8000
#define WARM 20
#define CHANNEL "bench_wake"

/* The bare process, and when it began with what number. */
struct bare {
    pid_t pid;
    volatile int ready;
    volatile int64_t claimed;
    volatile int64_t at_us;
};

static void
claim_bare(struct rv_store *store, struct bare *bare)
{
    rv_value row[1];
    rv_err err = RV_ERR_INIT;
    int found;

    while (
        (found = rv_store_one(store, row, 1,
                              "UPDATE bench_wake SET state = 'dequeue' WHERE id = (SELECT id FROM"
                              " bench_wake WHERE state = 'ready' ORDER BY id LIMIT 1"
                              " FOR UPDATE SKIP LOCKED) RETURNING id",
                              NULL, 0, &err)) == 1) {
        bare->at_us = rv_monotonic_us();
        bare->claimed = row[0].v.i;
        if (rv_store_exec(store, NULL, "DELETE FROM bench_wake WHERE id = $1", row, 1, &err) < 0)
            break;
    }
    if (found < 0 || err.code)
        bench_die("claim", &err);
}

static void
be_bare(const struct rv_test_db *db, struct bare *bare)
{
    struct rv_store *store;
    const char *channel, *payload;
    rv_err err = RV_ERR_INIT;

    prctl(PR_SET_PDEATHSIG, SIGKILL);
    store = rv_test_store_open(db);
    if (rv_store_listen(store, CHANNEL, &err) < 0)
        bench_die("listen", &err);
    claim_bare(store, bare);
    bare->ready = 1;
    for (;;) {
        struct pollfd fd = { rv_store_notify_fd(store), POLLIN, 0 };
        int any = 0;

        while (rv_store_notified(store, &channel, &payload, &err) == 1)
            any = 1;
        if (any)
            claim_bare(store, bare);
        else
            poll(&fd, 1, 1000);
    }
}

static struct bare *
start_bare(const struct rv_test_db *db)
{
    struct bare *bare =
        mmap(NULL, sizeof(*bare), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    double until = bench_now() + PATIENCE_SECONDS;

    if (bare == MAP_FAILED)
        bench_die("mmap", NULL);
    pid_t pid = fork();
    if (pid == 0)
        be_bare(db, bare);
    bare->pid = pid; /* in memory that both write: not in the child */
    while (!bare->ready)
        if (pid < 0 || bench_now() > until || usleep(1000) < 0)
            bench_die("the bare process did not begin", NULL);
    return bare;
}

/* Seconds from put to claim. */
static double
wake_bare(struct rv_store *store, struct bare *bare, int64_t number)
{
    const rv_value id = rv_vint(number);
    double until = bench_now() + PATIENCE_SECONDS;
    int64_t begun_us = rv_monotonic_us();
    rv_err err = RV_ERR_INIT;

    if (rv_store_begin(store, &err) < 0 ||
        rv_store_exec(store, NULL, "INSERT INTO bench_wake (id, state) VALUES ($1, 'ready')", &id,
                      1, &err) < 0 ||
        rv_store_notify(store, CHANNEL, "", &err) < 0 || rv_store_commit(store, &err) < 0)
        bench_die("put", &err);
    while (bare->claimed != number) {
        if (bench_now() > until)
            bench_die("the bare process has not claimed", NULL);
        usleep(200);
    }
    return (double)(bare->at_us - begun_us) / 1e6;
}

static double
wake_reeve(struct rv_store *store, struct bench_ledger *ledger)
{
    const struct rv_message_spec spec = { .class_name = "Test",
                                          .method_name = "work",
                                          .args = ledger->args };
    struct bench_entry entry;
    int64_t id, begun_us = rv_monotonic_us();
    rv_err err = RV_ERR_INIT;

    if (rv_queue_put(store, &spec, &id, &err) < 0)
        bench_die("put", &err);
    bench_ledger_await(ledger, &entry, BENCH_BEGIN, id, PATIENCE_SECONDS);
    return (double)(entry.at_us - begun_us) / 1e6;
}

struct figures {
    struct bench_series bare_p50, bare_p99, p50, p99;
};

static void
measure(struct figures *f, struct rv_store *store, struct bare *bare, struct bench_ledger *ledger,
        int64_t count)
{
    static int64_t number;
    RV_AUTO_FREE double *theirs = rv_alloc((size_t)count * sizeof(double));
    RV_AUTO_FREE double *ours = rv_alloc((size_t)count * sizeof(double));

    for (int64_t i = -WARM; i < count; i++) {
        double bare_s, reeve_s;

        usleep(PAUSE_US);
        bare_s = wake_bare(store, bare, ++number);
        usleep(PAUSE_US);
        reeve_s = wake_reeve(store, ledger);
        if (i < 0)
            continue;
        theirs[i] = bare_s;
        ours[i] = reeve_s;
    }
    bench_sort(theirs, (size_t)count);
    bench_sort(ours, (size_t)count);
    bench_add(&f->bare_p50, bench_of_sorted(theirs, (size_t)count, 0.5));
    bench_add(&f->bare_p99, bench_of_sorted(theirs, (size_t)count, 0.99));
    bench_add(&f->p50, bench_of_sorted(ours, (size_t)count, 0.5));
    bench_add(&f->p99, bench_of_sorted(ours, (size_t)count, 0.99));
}

int
main(int argc, char **argv)
{
    static const char *const settings[] = { "workers.generic.count=1", NULL };
    int64_t count = bench_option(argc, argv, "messages", 300, 30),
            runs = bench_option(argc, argv, "runs", 5, 1);
    struct figures f = { .p50 = { .count = 0 } };
    struct bench_ledger ledger;
    struct bench_reeved reeved;
    struct rv_test_db db;
    struct rv_store *store = bench_store(&db);
    struct bare *bare;

    if (!rv_store_is_postgres(store))
        bench_die("row 8 needs PostgreSQL: nobody outside of the server can wake it on SQLite",
                  NULL);
    rv_test_script(store, "CREATE TABLE bench_wake (id bigint PRIMARY KEY, state text)");
    bench_ledger_open(&ledger, "");
    bench_reeved_start(&reeved, &db, settings);
    bare = start_bare(&db);
    for (int64_t i = 0; i < runs; i++)
        measure(&f, store, bare, &ledger, count);
    kill(bare->pid, SIGKILL);
    waitpid(bare->pid, NULL, 0);
    bench_reeved_end(&reeved);
    bench_ledger_close(&ledger);
    bench_print(&(struct bench_result){ 8, "put to command, idle: p50 / p50 of a bare listener",
                                        "s", &f.bare_p50, &f.p50, bench_at_most(2) });
    bench_print(&(struct bench_result){ 8, "put to command, idle: p99 / p99 of a bare listener",
                                        "s", &f.bare_p99, &f.p99, bench_at_most(4) });
    rv_store_close(store);
    rv_test_db_drop(&db);
    return bench_status();
}
