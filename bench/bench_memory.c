/* SPDX-License-Identifier: Apache-2.0
 *
 * Row 19: what a worker costs. Idle: memory that only it has and has written to, of reeved's
 * generic worker against a bare process that has the same database open, and of a refresh
 * worker against one with libcurl started too; of the whole server against as many bare processes,
 * and the processor time it takes. Refresh: how far a process that refreshes N pods
 * from the scripted API server grows beyond what it had before, against 64 bytes an object and
 * 8 MiB.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include "base/mem.h"
#include "kube.h"
#include "support/support.h"

#define IDLE_PODS 100
#define IDLE_S 10

/* What no other process shares and no file could give back: pages written, in memory or swapped
 * out.
 */
static int64_t
private_bytes(pid_t pid)
{
    return bench_proc_bytes(pid, "smaps_rollup", "Private_Dirty:") +
           bench_proc_bytes(pid, "smaps_rollup", "Swap:");
}

static int64_t
bare_bytes(int what, const char *url)
{
    struct bench_bare bare;
    int64_t bytes;

    bench_bare_start(&bare, what, url, 1);
    bytes = private_bytes(bare.pids[0]);
    bench_bare_stop(&bare);
    return bytes;
}

/* The child of reeved that is a worker of this kind, as its command line tells. */
static pid_t
worker_of(pid_t reeved, const char *kind)
{
    for (int tries = 0; tries < 100; tries++) {
        RV_AUTO_FREE char *path = rv_format("/proc/%d/task/%d/children", (int)reeved, (int)reeved);
        RV_AUTO_BUF rv_buf children = rv_buf_limited(4096);
        rv_err err = RV_ERR_INIT;

        if (rv_buf_read_file(&children, path, &err) == 0) {
            for (char *at = children.data, *end; at && *at; at = end) {
                pid_t pid = (pid_t)strtol(at, &end, 10);
                RV_AUTO_FREE char *comm = rv_format("/proc/%d/cmdline", (int)pid);
                RV_AUTO_BUF rv_buf line = rv_buf_limited(4096);

                if (end == at)
                    break;
                if (rv_buf_read_file(&line, comm, &err) == 0 &&
                    memmem(line.data, line.len, kind, strlen(kind)))
                    return pid;
            }
        }
        usleep(100000);
    }
    bench_die(kind, NULL);
}

static void
await_ready(const char *home, struct rv_test_process *reeved)
{
    RV_AUTO_FREE char *url_file = rv_format("%s/url", home);

    for (double until = bench_now() + 60; access(url_file, F_OK) != 0; usleep(10000))
        if (rv_test_wait(reeved, 0) || bench_now() > until)
            bench_die(rv_test_stderr(reeved), NULL);
}

static void
await_refresh(struct rv_store *store, const struct rv_test_process *reeved)
{
    double until = bench_now() + 60;

    while (rv_test_int(store, "SELECT count(*) FROM ext_management_systems WHERE"
                              " last_refresh_success_date IS NOT NULL") == 0) {
        if (bench_now() > until)
            bench_die(rv_test_stderr(reeved), NULL);
        usleep(100000);
    }
}

/* reeved and all its workers: private memory, processor time in seconds, how many they are. */
struct whole {
    double bytes, cpu_seconds;
    int processes;
};

static void
add_process(struct whole *whole, pid_t pid)
{
    RV_AUTO_FREE char *path = rv_format("/proc/%d/stat", (int)pid);
    RV_AUTO_BUF rv_buf text = rv_buf_limited(4096);
    rv_err err = RV_ERR_INIT;
    unsigned long user = 0, system = 0;

    whole->bytes += (double)private_bytes(pid);
    whole->processes++;
    if (rv_buf_read_file(&text, path, &err))
        return;
    const char *rest = strrchr(rv_buf_text(&text), ')');
    if (rest && sscanf(rest + 1, " %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &user,
                       &system) == 2)
        whole->cpu_seconds += (double)(user + system) / (double)sysconf(_SC_CLK_TCK);
}

static struct whole
whole_of(pid_t reeved)
{
    struct whole whole = { .bytes = 0 };
    RV_AUTO_FREE char *path = rv_format("/proc/%d/task/%d/children", (int)reeved, (int)reeved);
    RV_AUTO_BUF rv_buf children = rv_buf_limited(4096);
    rv_err err = RV_ERR_INIT;

    add_process(&whole, reeved);
    if (rv_buf_read_file(&children, path, &err))
        bench_die("the workers of reeved", &err);
    for (char *at = children.data, *end; at && *at; at = end) {
        pid_t pid = (pid_t)strtol(at, &end, 10);
        if (end == at)
            break;
        add_process(&whole, pid);
    }
    return whole;
}

/* Of two workers of the same reeved, when all that they do at start is done: a generic one, and the
 * refresh worker of a small provider, which follows its changes. */
static void
idle_bytes(const struct rv_test_db *db, const struct bench_server *server, double *generic,
           double *refresh, struct whole *whole)
{
    char *home = rv_test_dir();
    const char *argv[] = { BENCH_REEVED,  "--home",  home,    "--listen",
                           "127.0.0.1:0", "--store", db->url, NULL };
    struct rv_store *store = rv_test_store_open(db);
    struct rv_test_process reeved;

    rv_test_start(&reeved, argv, NULL);
    await_ready(home, &reeved);
    bench_kube_provider(store, server->port);
    await_refresh(store, &reeved);
    sleep(3);
    *generic = (double)private_bytes(worker_of(reeved.pid, "generic"));
    *refresh = (double)private_bytes(worker_of(reeved.pid, "refresh"));
    double cpu_seconds = whole_of(reeved.pid).cpu_seconds;
    sleep(IDLE_S);
    *whole = whole_of(reeved.pid);
    whole->cpu_seconds = (whole->cpu_seconds - cpu_seconds) / IDLE_S;
    rv_test_end(&reeved);
    rv_store_close(store);
    rv_test_dir_remove(home);
}

/* Growth of a process in a refresh: its peak resident memory less what it had before. */
static double
refresh_growth(const struct bench_server *server, int64_t *objects)
{
    struct rv_test_db db;
    struct rv_store *store = bench_store(&db);
    int64_t result[2] = { 0, 0 };
    int out[2];
    pid_t pid;

    rv_store_close(store);
    if (pipe(out) < 0 || (pid = fork()) < 0)
        bench_die("fork", NULL);
    if (pid == 0) {
        struct bench_kube kube;
        int64_t before;
        cJSON *stats;

        store = rv_test_store_open(&db);
        bench_kube_open(&kube, store, bench_kube_provider(store, server->port));
        before = bench_proc_bytes(getpid(), "status", "VmRSS:");
        stats = bench_kube_refresh(&kube);
        result[0] = bench_proc_bytes(getpid(), "status", "VmHWM:") - before;
        result[1] = rv_json_int(stats, "objects", 0);
        _exit(write(out[1], result, sizeof(result)) != sizeof(result));
    }
    close(out[1]);
    if (read(out[0], result, sizeof(result)) != sizeof(result))
        bench_die("the refreshing process", NULL);
    close(out[0]);
    waitpid(pid, NULL, 0);
    rv_test_db_drop(&db);
    *objects = result[1];
    return (double)result[0];
}

static void
start_server(struct bench_server *server, int64_t pods)
{
    RV_AUTO_FREE char *count = rv_format("%lld", (long long)pods);
    const char *arguments[] = { BENCH_BIN "/fake_apiserver", "--pods", count, NULL };

    bench_server_start(server, arguments);
}

struct figures {
    struct bench_series bare, bare_curl, generic, refresh, whole, bare_whole, growth, allowed;
    int processes;
    double cpu; /* of a processor, of all together, at most */
};

static void
measure(struct figures *f, const struct bench_server *small, const struct bench_server *large,
        int64_t *objects)
{
    struct rv_test_db db;
    double generic, refresh;
    struct whole whole;

    rv_store_close(bench_store(&db));
    bench_add(&f->bare, (double)bare_bytes(BENCH_BARE, db.url));
    bench_add(&f->bare_curl, (double)bare_bytes(BENCH_BARE_CURL, db.url));
    idle_bytes(&db, small, &generic, &refresh, &whole);
    bench_add(&f->generic, generic);
    bench_add(&f->refresh, refresh);
    bench_add(&f->whole, whole.bytes);
    bench_add(&f->bare_whole, f->bare.values[f->bare.count - 1] * (whole.processes - 1) +
                                  f->bare_curl.values[f->bare_curl.count - 1]);
    f->processes = whole.processes;
    if (whole.cpu_seconds > f->cpu)
        f->cpu = whole.cpu_seconds;
    rv_test_db_drop(&db);
    bench_add(&f->growth, refresh_growth(large, objects));
    bench_add(&f->allowed, 64.0 * (double)*objects + (8 << 20));
}

int
main(int argc, char **argv)
{
    int64_t pods = bench_option(argc, argv, "pods", 20000, 500),
            runs = bench_option(argc, argv, "runs", 5, 1), objects = 0;
    struct figures f = { .bare = { .count = 0 } };
    struct bench_server small, large;
    char row[96];

    start_server(&small, IDLE_PODS);
    start_server(&large, pods);
    for (int64_t i = 0; i < runs; i++)
        measure(&f, &small, &large, &objects);
    bench_server_stop(&small);
    bench_server_stop(&large);
    bench_print(&(struct bench_result){ 19, "idle generic worker, private dirty", "B", &f.bare,
                                        &f.generic, bench_at_most(2) });
    snprintf(row, sizeof(row), "idle refresh worker (%d pods), private dirty", IDLE_PODS);
    bench_print(&(struct bench_result){ 19, row, "B", &f.bare_curl, &f.refresh, bench_at_most(2) });
    snprintf(row, sizeof(row), "idle server, %d processes, private dirty", f.processes);
    bench_print(&(struct bench_result){ 19, row, "B", &f.bare_whole, &f.whole, bench_at_most(2) });
    printf("   all %d processes together use %.2f %% of one processor while idle\n", f.processes,
           100 * f.cpu);
    snprintf(row, sizeof(row), "refresh of %lld objects, growth", (long long)objects);
    bench_print(&(struct bench_result){ 19, row, "B", &f.allowed, &f.growth, bench_at_most(1) });
    return bench_status();
}
