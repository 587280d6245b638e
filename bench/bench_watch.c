/* SPDX-License-Identifier: Apache-2.0
 *
 * Row 4: from the moment a watch event leaves the (scripted) API server until its row
 * can be read by another connection, against durable commits of one row on the same
 * server, sampled while the events come. Every event must be seen, and what is in the
 * table then must be what was sent. PostgreSQL only: its notification says when to look.
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
#include "model/model.h"
#include "store/feed.h"
#include "support/support.h"

#define PATIENCE_SECONDS 60
#define COMMITS_MOST 100000
#define COMMIT_EACH_US 20000
#define FIRST_EVENTS 20
#define WARM_READS 7

struct latencies {
    int64_t first_id, events, rate, seen;
    const volatile int64_t *sent_us;
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
    if (l->sent_us[pod] == 0)
        bench_die("a row changed before its event was sent", NULL);
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
    double until = bench_now() + PATIENCE_SECONDS + (double)l->events / (double)l->rate;

    if (rv_store_listen(store, "reeve_changes", &err) < 0 ||
        rv_cursor_now(&cursor, store, &err) < 0)
        bench_die("listen", &err);
    for (int i = 0; i < WARM_READS; i++) /* the reader is no part of what is measured */
        rv_feed_read(store, &cursor, 1000, note_change, l, &err);
    while (l->seen < l->events && bench_now() < until) {
        struct pollfd fd = { rv_store_notify_fd(store), POLLIN, 0 };

        if (!notified(store))
            poll(&fd, 1, 100);
        while (rv_feed_read(store, &cursor, 1000, note_change, l, &err) > 0)
            ;
    }
    if (l->seen == l->events)
        return;
    fprintf(stderr, "bench: %lld of %lld events were lost\n", (long long)(l->events - l->seen),
            (long long)l->events);
    exit(1);
}

/* Every pod says in its row what its one event said. */
static void
compare_rows(const struct latencies *l, struct rv_store *store)
{
    RV_AUTO_ROWS struct rv_rows *rows = NULL;
    const rv_value *row;
    rv_err err = RV_ERR_INIT;
    int64_t right = 0;

    if (rv_store_query(store, &rows,
                       "SELECT id, message, resource_version FROM container_groups"
                       " WHERE deleted_on IS NULL",
                       NULL, 0, &err) < 0)
        bench_die("read the pods", &err);
    while (rv_rows_next(rows, &row, &err) == 1) {
        long long pod = l->pod_of[row[0].v.i - l->first_id] - 1;
        char message[48], version[32];

        snprintf(message, sizeof(message), "%lld changes", 1000 + pod);
        snprintf(version, sizeof(version), "%lld", 1100 + pod);
        right += strcmp(row[1].v.text, message) == 0 && strcmp(row[2].v.text, version) == 0;
    }
    if (right == l->events)
        return;
    fprintf(stderr, "bench: %lld of %lld rows are as they were sent\n", (long long)right,
            (long long)l->events);
    exit(1);
}

static int
never(void *arg)
{
    (void)arg;
    return getppid() == 1;
}

static pid_t
start_worker(const struct rv_test_db *db, int64_t provider)
{
    pid_t pid = fork();
    struct bench_kube kube;

    if (pid != 0)
        return pid;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    bench_kube_open(&kube, rv_test_store_open(db), provider);
    bench_kube_watch(&kube, never, NULL);
    _exit(0);
}

/* Commits of one row each, beside the events: from the first of them until it is told to stop. */
struct commits {
    volatile int stop;
    volatile size_t count;
    double seconds[COMMITS_MOST];
};

static void
commit_once(struct commits *commits, struct rv_store *store)
{
    rv_value id = rv_vint((int64_t)commits->count);
    rv_err err = RV_ERR_INIT;
    double begun = bench_now();

    if (rv_store_exec(store, NULL, "INSERT INTO bench_commits (id) VALUES ($1)", &id, 1, &err) < 0)
        bench_die("commit", &err);
    commits->seconds[commits->count] = bench_now() - begun;
    commits->count++;
}

static pid_t
start_commits(struct commits *commits, const struct rv_test_db *db, const volatile int64_t *begun)
{
    struct rv_store *store;
    pid_t pid = fork();

    if (pid != 0)
        return pid;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    store = rv_test_store_open(db);
    for (int i = 0; i < 5; i++) /* until its statement is prepared */
        commit_once(commits, store);
    commits->count = 0;
    while (*begun == 0 && !commits->stop)
        usleep(1000);
    while (!commits->stop && commits->count < COMMITS_MOST) {
        commit_once(commits, store);
        usleep(COMMIT_EACH_US);
    }
    rv_store_close(store);
    _exit(0);
}

static void
end_child(pid_t pid, const char *what)
{
    int status;

    if (pid < 0 || waitpid(pid, &status, 0) != pid || !WIFEXITED(status) || WEXITSTATUS(status))
        bench_die(what, NULL);
}

static void *
shared(size_t bytes, int fd)
{
    void *map = mmap(NULL, bytes, PROT_READ | (fd < 0 ? PROT_WRITE : 0),
                     MAP_SHARED | (fd < 0 ? MAP_ANONYMOUS : 0), fd, 0);

    if (map == MAP_FAILED)
        bench_die("mmap", NULL);
    return map;
}

/* What one run measured, in seconds. */
struct result {
    double p50, p99, commit_p50, commit_p99;
};

static void
evaluate(struct result *out, struct latencies *l, struct commits *commits)
{
    double first = l->seconds[0], slowest = 0;

    for (int64_t i = 0; i < l->events && i < FIRST_EVENTS; i++)
        slowest = l->seconds[i] > slowest ? l->seconds[i] : slowest;
    bench_sort(l->seconds, (size_t)l->events);
    bench_sort(commits->seconds, commits->count);
    *out = (struct result){ .p50 = bench_of_sorted(l->seconds, (size_t)l->events, 0.5),
                            .p99 = bench_of_sorted(l->seconds, (size_t)l->events, 0.99),
                            .commit_p50 = bench_of_sorted(commits->seconds, commits->count, 0.5),
                            .commit_p99 = bench_of_sorted(commits->seconds, commits->count, 0.99) };
    printf(
        "#   %lld events seen and compared, slowest %.1f ms; %zu commits beside them; cold start, "
        "part of the rows below: first event %.1f ms, slowest of the first %d %.1f ms\n",
        (long long)l->events, l->seconds[l->events - 1] * 1000, commits->count, first * 1000,
        FIRST_EVENTS, slowest * 1000);
}

static void
refresh(struct rv_store *store, int64_t provider)
{
    struct bench_kube kube;

    bench_kube_open(&kube, store, provider);
    cJSON_Delete(bench_kube_refresh(&kube));
    bench_kube_close(&kube);
}

/* The events come when the worker watches; ends when all of them were seen. */
static void
watch_events(struct latencies *l, struct commits *commits, const struct rv_test_db *db,
             struct rv_store *store, int64_t provider)
{
    pid_t sampler = start_commits(commits, db, &l->sent_us[0]);
    pid_t worker = start_worker(db, provider);

    follow(l, store);
    kill(worker, SIGKILL);
    waitpid(worker, NULL, 0);
    commits->stop = 1;
    end_child(sampler, "the process that commits");
    compare_rows(l, store);
}

static void
run(struct result *out, int64_t events, int64_t rate)
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
    struct latencies l = { .events = events, .rate = rate };
    struct commits *commits = shared(sizeof(*commits), -1);
    struct bench_server server;
    struct rv_test_db db;
    struct rv_store *store = bench_store(&db);
    int64_t provider;
    int fd = mkstemp(path);

    if (!rv_store_is_postgres(store)) {
        puts("# row 4 needs PostgreSQL: REEVE_TEST_STORE is not postgres");
        exit(2);
    }
    snprintf(count, sizeof(count), "%lld", (long long)events);
    snprintf(per_second, sizeof(per_second), "%lld", (long long)rate);
    rv_test_script(store, "CREATE TABLE bench_commits (id bigint)");
    bench_server_start(&server, arguments);
    provider = bench_kube_provider(store, server.port);
    refresh(store, provider);
    learn_rows(&l, store);
    l.seconds = rv_alloc((size_t)events * sizeof(double));
    l.sent_us = shared((size_t)events * sizeof(int64_t), fd);
    watch_events(&l, commits, &db, store, provider);
    evaluate(out, &l, commits);
    bench_server_stop(&server);
    unlink(path);
    close(fd);
    free(l.seconds);
    free(l.pod_of);
    munmap(commits, sizeof(*commits));
    rv_store_close(store);
    rv_test_db_drop(&db);
}

int
main(int argc, char **argv)
{
    int64_t events = bench_option(argc, argv, "events", 2000, 100),
            rate = bench_option(argc, argv, "rate", 500, 100);
    int64_t runs = bench_option(argc, argv, "runs", 5, 1);
    struct bench_series commit_p50 = { .count = 0 }, commit_p99 = { .count = 0 },
                        p99 = { .count = 0 }, p50 = { .count = 0 };

    if (events < 1 || rate < 1)
        bench_die("--events and --rate take 1 or more", NULL);
    for (int64_t i = 0; i < runs; i++) {
        struct result result;

        run(&result, events, rate);
        bench_add(&commit_p50, result.commit_p50);
        bench_add(&commit_p99, result.commit_p99);
        bench_add(&p50, result.p50);
        bench_add(&p99, result.p99);
    }
    bench_print(&(struct bench_result){ 4, "watch event to row: p99 / median commit", "s",
                                        &commit_p50, &p99, bench_at_most(10) });
    bench_print(&(struct bench_result){ 4, "watch event to row: p99 / p99 of commits", "s",
                                        &commit_p99, &p99, bench_no_target() });
    bench_print(&(struct bench_result){ 4, "watch event to row: p50 / median commit", "s",
                                        &commit_p50, &p50, bench_no_target() });
    return bench_status();
}
