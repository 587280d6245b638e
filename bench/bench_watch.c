/* SPDX-License-Identifier: Apache-2.0
 *
 * Row 4: from the moment a watch event leaves the (scripted) API server until its row
 * can be read by another connection, against one durable commit of one row on
 * the same server. PostgreSQL only: its notification says when to look.
 */
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>
#include "kube.h"
#include "base/mem.h"
#include "store/feed.h"
#include "support/support.h"

struct latencies {
    int64_t first_id, events, seen;
    const int64_t *sent_us;
    int64_t *pod_of; /* row id - first id -> pod number + 1 */
    double *seconds; /* by pod number, 0: not yet */
};

static int
note_change(void *arg, const struct rv_change *change)
{
    struct latencies *l = arg;
    int64_t at = change->id - l->first_id, pod;

    if (change->op != RV_UPDATED || strcmp(change->kind->name, "container_group") != 0 || at < 0)
        return 0;
    pod = l->pod_of[at] - 1;
    if (pod < 0 || pod >= l->events || l->seconds[pod] > 0)
        return 0;
    l->seconds[pod] = bench_now() - (double)l->sent_us[pod] / 1e6;
    l->seen++;
    return 0;
}

/* Which row is which pod: its uid ends with the number. */
static void
learn_rows(struct latencies *l, struct rv_store *store)
{
    struct rv_rows *rows;
    const rv_value *row;
    rv_err err = RV_ERR_INIT;
    int64_t last = rv_test_int(store, "SELECT max(id) FROM container_groups");

    l->first_id = rv_test_int(store, "SELECT min(id) FROM container_groups");
    l->pod_of = rv_alloc((size_t)(last - l->first_id + 1) * sizeof(int64_t));
    if (rv_store_query(store, &rows, "SELECT id, ems_ref FROM container_groups", NULL, 0, &err) < 0)
        bench_die("read the pods", &err);
    while (rv_rows_next(rows, &row, &err) == 1)
        l->pod_of[row[0].v.i - l->first_id] =
            1 + strtoll(strrchr(row[1].v.text, '-') + 1, NULL, 16);
    rv_rows_close(rows);
}

/* 1 when there was a notification. One may have come with the answer to a statement: then the
 * socket says nothing of it. */
static int
notified(struct rv_store *store)
{
    const char *channel, *payload;
    rv_err err = RV_ERR_INIT;
    int any = 0;

    while (rv_store_notified(store, &channel, &payload, &err) == 1)
        any = 1;
    return any;
}

static void
follow(struct latencies *l, struct rv_store *store)
{
    struct rv_cursor cursor;
    rv_err err = RV_ERR_INIT;
    double until = bench_now() + 60;

    if (rv_store_listen(store, "reeve_changes", &err) < 0 ||
        rv_cursor_now(&cursor, store, &err) < 0)
        bench_die("listen", &err);
    while (l->seen < l->events && bench_now() < until) {
        struct pollfd fd = { rv_store_notify_fd(store), POLLIN, 0 };

        if (!notified(store))
            poll(&fd, 1, 100);
        while (rv_feed_read(store, &cursor, 1000, note_change, l, &err) > 0)
            ;
    }
    if (l->seen < l->events)
        fprintf(stderr, "bench: only %lld of %lld events were seen\n", (long long)l->seen,
                (long long)l->events);
}

static int
never(void *arg)
{
    (void)arg;
    return getppid() == 1;
}

static pid_t
start_worker(const struct rv_test_db *db, int port, int64_t ems_id)
{
    pid_t pid = fork();
    struct bench_kube kube;
    struct rv_store *store;

    if (pid != 0)
        return pid;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    store = rv_test_store_open(db);
    bench_kube_open(&kube, store, port, &ems_id);
    bench_kube_watch(&kube, never, NULL);
    _exit(0);
}

static void
measure_commits(struct rv_store *store, struct bench_series *out, int count)
{
    rv_err err = RV_ERR_INIT;

    for (int i = 0; i < count; i++) {
        rv_value id = rv_vint(i);
        double begun = bench_now();

        if (rv_store_exec(store, NULL, "INSERT INTO bench_commits (id) VALUES ($1)", &id, 1, &err) <
            0)
            bench_die("commit", &err);
        bench_add(out, bench_now() - begun);
    }
}

static int
compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

/* One run: p99 of the latencies of `events` events at `rate` a second. */
static double
run(int64_t events, int64_t rate, struct bench_series *commits, double *p50)
{
    char count[32], per_second[32], path[] = "/tmp/reeve-bench-clock.XXXXXX";
    const char *arguments[] = { BENCH_BIN "/fake_apiserver",
                                "--pods",
                                count,
                                "--events",
                                count,
                                "--rate",
                                per_second,
                                "--clock",
                                path,
                                NULL };
    struct latencies l = { .events = events };
    struct bench_server server;
    struct bench_kube kube;
    struct rv_test_db db;
    struct rv_store *store = bench_store(&db);
    rv_err err = RV_ERR_INIT;
    int64_t ems_id = 0;
    int fd = mkstemp(path);
    double p99;
    pid_t worker;

    if (!rv_store_is_postgres(store)) {
        puts("# row 4 needs PostgreSQL: REEVE_TEST_STORE is not postgres");
        exit(2);
    }
    snprintf(count, sizeof(count), "%lld", (long long)events);
    snprintf(per_second, sizeof(per_second), "%lld", (long long)rate);
    rv_test_script(store, "CREATE TABLE bench_commits (id bigint)");
    measure_commits(store, commits, 20);
    bench_server_start(&server, arguments);
    bench_kube_open(&kube, store, server.port, &ems_id);
    bench_kube_refresh(&kube);
    /* As a refresh worker does. */
    if (rv_saver_analyze(kube.saver, &err) < 0)
        bench_die("analyze", &err);
    bench_kube_close(&kube);
    learn_rows(&l, store);
    l.seconds = rv_alloc((size_t)events * sizeof(double));
    l.sent_us = mmap(NULL, (size_t)events * sizeof(int64_t), PROT_READ, MAP_SHARED, fd, 0);
    worker = start_worker(&db, server.port, ems_id);
    follow(&l, store);
    kill(worker, SIGKILL);
    waitpid(worker, NULL, 0);
    measure_commits(store, commits, 20);
    qsort(l.seconds, (size_t)events, sizeof(double), compare);
    *p50 = l.seconds[events / 2];
    p99 = l.seconds[events * 99 / 100];
    bench_server_stop(&server);
    unlink(path);
    close(fd);
    free(l.seconds);
    free(l.pod_of);
    rv_store_close(store);
    rv_test_db_drop(&db);
    return p99;
}

int
main(int argc, char **argv)
{
    int64_t events = bench_option(argc, argv, "events", 2000),
            rate = bench_option(argc, argv, "rate", 500);
    int64_t runs = bench_option(argc, argv, "runs", 3);
    struct bench_series baseline = { .count = 0 }, worst = { .count = 0 }, middle = { .count = 0 };

    for (int64_t i = 0; i < runs; i++) {
        struct bench_series commits = { .count = 0 };
        double p50, p99 = run(events, rate, &commits, &p50);

        bench_add(&baseline, bench_quantile(&commits, 0.5));
        bench_add(&worst, p99);
        bench_add(&middle, p50);
    }
    bench_row("4 watch event to visible row, p99", "s", &baseline, &worst, 10);
    bench_row("4 watch event to visible row, p50", "s", &baseline, &middle, 10);
    return bench_all_met() ? 0 : 1;
}
