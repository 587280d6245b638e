/* SPDX-License-Identifier: Apache-2.0
 *
 * Row 19: what a worker costs. Idle: private memory of reeved's generic worker
 * against a bare process that has the same database and libcurl open. Refresh:
 * how far a process that refreshes N pods from the scripted API server grows
 * beyond what it had before, against 64 bytes an object and 8 MiB.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include "base/mem.h"
#include "kube.h"
#include "support/support.h"

/* Sum of the lines NAME of /proc/PID/FILE, in bytes. */
static int64_t
kib_of(pid_t pid, const char *file, const char *name)
{
    char path[64], line[256];
    int64_t sum = 0;
    FILE *in;

    snprintf(path, sizeof(path), "/proc/%d/%s", (int)pid, file);
    in = fopen(path, "re");
    while (in && fgets(line, sizeof(line), in))
        if (strncmp(line, name, strlen(name)) == 0)
            sum += strtoll(line + strcspn(line, "0123456789"), NULL, 10) * 1024;
    if (in)
        fclose(in);
    return sum;
}

static int64_t
private_bytes(pid_t pid)
{
    return kib_of(pid, "smaps_rollup", "Private_");
}

static int64_t
bare_bytes(const char *url)
{
    const char *argv[] = { BENCH_BIN "/bench_bare", url, NULL };
    int in[2], out[2];
    char line[16] = "";
    int64_t bytes;
    pid_t pid;

    if (pipe(in) < 0 || pipe(out) < 0)
        bench_die("pipe", NULL);
    pid = fork();
    if (pid == 0) {
        dup2(in[0], STDIN_FILENO);
        dup2(out[1], STDOUT_FILENO);
        execv(argv[0], (char *const *)(uintptr_t)argv);
        _exit(127);
    }
    if (read(out[0], line, sizeof(line) - 1) <= 0 || strncmp(line, "ready", 5) != 0)
        bench_die("the bare process", NULL);
    bytes = private_bytes(pid);
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
    close(in[0]);
    close(in[1]);
    close(out[0]);
    close(out[1]);
    return bytes;
}

/* The child of reeved that says it is the generic worker (its command line tells). */
static pid_t
generic_worker(pid_t reeved)
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
                    memmem(line.data, line.len, "generic", 7))
                    return pid;
            }
        }
        usleep(100000);
    }
    bench_die("reeved has no generic worker", NULL);
}

static int64_t
idle_worker_bytes(const char *url)
{
    char *home = rv_test_dir();
    const char *argv[] = { BENCH_REEVED,  "--home",  home, "--listen",
                           "127.0.0.1:0", "--store", url,  NULL };
    struct rv_test_process reeved;
    int64_t bytes;

    rv_test_start(&reeved, argv, NULL);
    pid_t worker = generic_worker(reeved.pid);
    sleep(3); /* all that it does at start is done */
    bytes = private_bytes(worker);
    rv_test_end(&reeved);
    rv_test_dir_remove(home);
    return bytes;
}

/* Growth of a process in a refresh of pods: its peak resident memory less what it had before. */
static double
refresh_growth(int64_t pods, int64_t *objects)
{
    char count[32];
    const char *arguments[] = { BENCH_BIN "/fake_apiserver", "--pods", count, NULL };
    struct bench_server server;
    struct rv_test_db db;
    struct rv_store *store = bench_store(&db);
    int64_t result[2] = { 0, 0 };
    int out[2];
    pid_t pid;

    snprintf(count, sizeof(count), "%lld", (long long)pods);
    bench_server_start(&server, arguments);
    rv_store_close(store);
    if (pipe(out) < 0 || (pid = fork()) < 0)
        bench_die("fork", NULL);
    if (pid == 0) {
        struct bench_kube kube;
        int64_t ems_id = 0, before;

        store = rv_test_store_open(&db);
        bench_kube_open(&kube, store, server.port, &ems_id);
        before = kib_of(getpid(), "status", "VmRSS:");
        bench_kube_refresh(&kube);
        result[0] = kib_of(getpid(), "status", "VmHWM:") - before;
        result[1] = rv_saver_objects(kube.saver);
        if (write(out[1], result, sizeof(result)) != sizeof(result))
            _exit(1);
        _exit(0);
    }
    close(out[1]);
    if (read(out[0], result, sizeof(result)) != sizeof(result))
        bench_die("the refreshing process", NULL);
    close(out[0]);
    waitpid(pid, NULL, 0);
    bench_server_stop(&server);
    rv_test_db_drop(&db);
    *objects = result[1];
    return (double)result[0];
}

int
main(int argc, char **argv)
{
    int64_t pods = bench_option(argc, argv, "pods", 20000),
            runs = bench_option(argc, argv, "runs", 3);
    struct bench_series bare = { .count = 0 }, idle = { .count = 0 }, growth = { .count = 0 },
                        allowed = { .count = 0 };
    int64_t objects = 0;
    char row[64];

    for (int64_t i = 0; i < runs; i++) {
        struct rv_test_db db;
        struct rv_store *store = bench_store(&db);

        rv_store_close(store);
        bench_add(&bare, (double)bare_bytes(db.url));
        bench_add(&idle, (double)idle_worker_bytes(db.url));
        rv_test_db_drop(&db);
        bench_add(&growth, refresh_growth(pods, &objects));
        bench_add(&allowed, 64.0 * (double)objects + (8 << 20));
    }
    bench_row("19 idle worker, private memory", "B", &bare, &idle, 2);
    snprintf(row, sizeof(row), "19 refresh of %lld objects, growth", (long long)objects);
    bench_row(row, "B", &allowed, &growth, 1);
    return bench_all_met() ? 0 : 1;
}
